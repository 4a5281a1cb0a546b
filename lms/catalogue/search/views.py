"""The door of search. Open to everybody, as the catalogue is."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from babel.core import Locale
from flask import Blueprint, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.search import rules
from lms.catalogue.search.queries import Found, Group, Hit
from lms.catalogue.search.queries import search as search_for
from lms.foundation.i18n import _, language
from lms.spaces.policy import guard

bp = Blueprint("search", __name__, template_folder="templates")

#: kind -> (what it is called, its icon).
_KINDS: dict[str, tuple[Callable[[], str], str]] = {
    "course": (lambda: _("course"), "path"),
    "term": (lambda: _("word of the glossary"), "mark"),
    "lesson": (lambda: _("lesson"), "page"),
    "quiz": (lambda: _("questions"), "loop"),
    "scenario": (lambda: _("scene"), "speech"),
    "reflection": (lambda: _("reflection"), "pen"),
    "assignment": (lambda: _("assignment"), "pen"),
    "poll": (lambda: _("poll"), "people"),
    "checklist": (lambda: _("checklist"), "tick"),
    "live": (lambda: _("live session"), "calendar"),
}


@bp.get("/search")
@guard("public")
def search() -> Any:
    """What the words of `q` find: by course, in the reader's language first; without words, how to look."""
    asked = rules.question(request.args.get("q", ""))
    words = rules.wanted(asked)
    page = request.args.get("page", 0, type=int)
    found = search_for([one for _typed, one in words], language(), page) if words else None
    return render_template(
        "search/search.html", asked=asked, found=found, words=words, kind_of=_kind, address_of=_address,
        foreign=_by_language(found) if found else [], fewer=_fewer([typed for typed, _one in words]),
    )  # fmt: skip


def _kind(hit: Hit) -> tuple[str, str]:
    """What a text is called, and its icon."""
    name, icon = _KINDS[hit.kind]
    return name(), icon


def _address(group: Group, hit: Hit) -> str:
    """Where a text is read: an activity by those who are signed in (who does not take the course is led to its page)."""
    if visitor().is_anonymous or not hit.unit:
        return url_for("learning.course", course_id=group.course_id)
    return url_for("learning.activity", course_id=group.course_id, unit=hit.unit, activity=hit.activity)


def _by_language(found: Found) -> list[tuple[str, list[Group]]]:
    """What was found in other languages: the name of each inside a sentence, with its courses."""
    names = Locale.parse(language()).languages
    sorted_out: dict[str, list[Group]] = {}
    for group in found.others:
        sorted_out.setdefault(group.lang, []).append(group)
    return [(str(names.get(lang, lang)), groups) for lang, groups in sorted_out.items()]


def _fewer(words: list[str]) -> list[tuple[str, str]]:
    """For a question of several words: each word, with the question that is left without it."""
    if len(words) < 2:
        return []
    return [(word, " ".join([*words[:place], *words[place + 1 :]])) for place, word in enumerate(words)]
