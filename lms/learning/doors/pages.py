"""What the doors show: values for their templates."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from flask import request, session, url_for
from markupsafe import Markup

from lms.catalogue.queries import Published
from lms.content.documents import Activity, CourseDocument
from lms.foundation.i18n import _, language, ngettext
from lms.learning import pages
from lms.learning import rules as learning
from lms.learning.doors import rules
from lms.learning.doors.beside import left_beside
from lms.learning.queries import Learning
from lms.learning.versions.queries import changes_for
from lms.learning.versions.rules import UnitChange

#: Under this name the session holds the courses whose source language somebody said yes to, the latest last.
_ACCEPTED = "as_written"
ACCEPTED_MOST = 30


def asked_language(document: CourseDocument, unit: str, activity: str) -> str:
    """The language this request wants a text in. What was sent is read in the language of the page it was sent from; a
    link may ask for another language than the reader's. Else it is the reader's.
    """
    wanted = (request.form if request.method == "POST" else request.args).get(
        "lang" if request.method == "POST" else "text", ""
    )
    found = document.unit(unit)
    return wanted if found and found.activity(activity, wanted) else language()


def accept(course_id: str) -> None:
    """Remember for this session that a course may be shown in the language it is written in."""
    kept = [one for one in session.get(_ACCEPTED, []) if one != course_id]
    session[_ACCEPTED] = [*kept, course_id][-ACCEPTED_MOST:]


def must_offer(document: CourseDocument, text: Activity) -> bool:
    """Whether a text in another language is offered to this reader before it is shown: they neither asked for it nor said
    yes to that for this course.
    """
    return (
        rules.must_offer(document, language(), text.lang)
        and request.args.get("text") != text.lang
        and document.id not in session.get(_ACCEPTED, [])
    )


@dataclass(frozen=True)
class Tongue:
    """A language in which a text exists, with the way to it."""

    name: str
    href: str


def offer(document: CourseDocument, unit: str, text: Activity) -> dict[str, Any]:
    """The page that offers a text in another language."""
    found = document.unit(unit)
    variants = found.activities[text.key] if found else {}
    here = pages.activity_address(document.id, unit, text.key)
    return {
        "course": pages.course_link(document, language()),
        "text": pages.text_of(text),
        "wanted": pages.said_language(language()),
        "is_listed": rules.is_listed(document, unit, language()),
        "accept_address": url_for("doors.as_written", course_id=document.id, unit=unit, activity=text.key),
        "others": [
            Tongue(pages.said_language(code), f"{here}?text={code}")
            for code in document.languages
            if code in variants and code != text.lang
        ],
    }


@dataclass(frozen=True)
class Way:
    """A course that comes before, as it is told."""

    title: str
    lang_mark: Markup
    href: str
    is_done: bool


@dataclass(frozen=True)
class ToldBefore:
    """What comes before a course, as it is told."""

    all: list[Way]
    any: list[Way]
    shuts: bool
    is_strict: bool
    #: The first course that opens this one, None where it is open.
    opens: Way | None

    def __bool__(self) -> bool:
        return bool(self.all or self.any)


def told_before(found: rules.Before, offered: Mapping[str, Published], own: Learning | None = None) -> ToldBefore:
    """What comes before a course, with titles and addresses. It shuts nothing for somebody who has finished it."""
    shuts = found.shuts and not (own is not None and own.is_finished)

    def way(one: rules.First) -> Way:
        there = offered.get(one.course_id)
        if there is None:
            return Way(one.course_id, pages.NOTHING, "", one.is_done)
        return Way(
            there.document.title(language()),
            pages.lang_mark(learning.title_lang(there.document, language())),
            url_for("learning.course", course_id=one.course_id),
            one.is_done,
        )

    missing = [way(one) for one in found.missing] if shuts else []
    return ToldBefore(
        [way(one) for one in found.all],
        [way(one) for one in found.any],
        shuts,
        found.is_strict,
        missing[0] if missing else None,
    )


@dataclass(frozen=True)
class Change:
    """A step that came, changed or went: its title, marked, its address (empty for one that is gone), and what changed."""

    unit: str
    title: Markup
    href: str = ""
    what: str = ""


@dataclass(frozen=True)
class ToldChanges:
    """What became of a course since somebody finished it or a part of it, in words."""

    added: list[Change]
    changed: list[Change]
    removed: list[Change]
    #: The whole course was finished, not a part of it.
    is_finished: bool

    def __bool__(self) -> bool:
        return bool(self.added or self.changed or self.removed)


def told_changes(own: Learning | None) -> ToldChanges | None:
    """What became of somebody's course since they finished it or a part of it. One query at most."""
    if own is None:
        return None
    document = own.published.document
    found, before = changes_for(
        own.published, own.finished, own.finished_in, own.enrolment.finished_at, tuple(own.units)
    )

    def told(course: CourseDocument, name: str, what: str = "", *, is_there: bool = True) -> Change:
        unit = course.unit(name)
        assert unit is not None
        title = pages.named(unit.title(language(), course.source), course, unit, language())
        address = pages.activity_address(course.id, name, next(iter(unit.activities))) if is_there else ""
        return Change(name, title, address, what)

    return ToldChanges(
        [told(document, name) for name in found.added],
        [told(document, one.unit, _what_changed(one)) for one in found.changed],
        [told(before, name, is_there=False) for name in found.removed],
        own.is_finished,
    )


def _what_changed(one: UnitChange) -> str:
    """What changed in a step: "2 new questions, 1 section rewritten"."""
    said = (
        (one.sections_added, ngettext("%(num)s new section", "%(num)s new sections", one.sections_added)),
        (
            one.sections_changed,
            ngettext("%(num)s section rewritten", "%(num)s sections rewritten", one.sections_changed),
        ),
        (one.sections_removed, ngettext("%(num)s section less", "%(num)s sections less", one.sections_removed)),
        (one.questions_added, ngettext("%(num)s new question", "%(num)s new questions", one.questions_added)),
        (
            one.questions_changed,
            ngettext("%(num)s question changed", "%(num)s questions changed", one.questions_changed),
        ),
        (one.questions_removed, ngettext("%(num)s question less", "%(num)s questions less", one.questions_removed)),
    )
    return ", ".join(words for count, words in said if count)


def marked(
    steps: list[pages.Step], units: list[str], own: Learning | None, changes: ToldChanges | None, shuts: bool
) -> list[pages.Step]:
    """The steps of a course page with what is new or changed on them, what is shut, the way past those one knows, and to
    what was left open in those that are done.
    """
    if own is None:
        return [replace(one, word=_("not open yet")) if shuts else one for one in steps]
    new = {one.unit for one in changes.added} if changes else set()
    changed = {one.unit for one in changes.changed} if changes else set()
    found, beside = [], left_beside(own, language())
    for name, one in zip(units, steps, strict=True):
        mark = _("new") if name in new else _("changed") if name in changed else ""
        is_shut = shuts and name not in own.finished and not own.is_finished
        unit = own.published.document.unit(name)
        first = rules.builds_on(unit, own.finished, own.units) if unit and one.state != "done" else ()
        numbers = ", ".join(str(units.index(other) + 1) for other in first)
        after = ngettext("best after step %(numbers)s", "best after steps %(numbers)s", len(first), numbers=numbers)
        past = pages.known_address(own.published.document, unit) if unit and one.state != "done" and not is_shut else ""
        found.append(
            replace(
                one,
                mark=mark,
                meta=f"{one.meta}, {after}" if first else one.meta,
                href="" if is_shut else one.href,
                state="todo" if is_shut else one.state,
                word=_("not open yet") if is_shut else one.word,
                more=(_("I already know this"), past) if past else beside.get(name),
            )
        )
    return found
