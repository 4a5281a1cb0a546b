"""What the pages of learning show: values for the templates, made of a course, a learner and a language. No database."""

from __future__ import annotations

import re
from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flask import url_for
from markupsafe import Markup, escape

from lms.catalogue.queries import Published
from lms.content.documents import Activity, Asked, CourseDocument, Unit
from lms.content.documents import Commitment as Promise
from lms.content.kinds import Question
from lms.content.rendering import place_links
from lms.foundation.i18n import LANGUAGES, _, language, ngettext
from lms.learning import asking, rules
from lms.learning.queries import Given, Learning, Try

_QUOTED = re.compile(r"(«[^«»]{1,300}»|“[^“”]{1,300}”)\s*(?=\S)")
#: What each type of activity is called in the list of steps.
_TYPES = {
    "lesson": lambda: _("lesson"), "quiz": lambda: _("questions"), "scenario": lambda: _("scene"),
    "reflection": lambda: _("reflection"), "assignment": lambda: _("assignment"), "poll": lambda: _("poll"),
    "checklist": lambda: _("checklist"), "live": lambda: _("live session"),
}  # fmt: skip


def is_voice(html: str) -> bool:
    """Whether a piece of text is something somebody says: it stands in quotation marks. Said in serif."""
    return html.lstrip().startswith(("«", "“"))


def voiced(html: str) -> Markup:
    """A question's title (safe HTML) with the words it quotes first on a line of their own, in the voice of people."""
    found = _QUOTED.match(html)
    if not found:
        return Markup(f'<span class="voice loud">{html}</span>') if is_voice(html) else Markup(html)
    return Markup(f'<span class="voice loud">{found[1]}</span><br>{html[found.end():]}')


def lang_mark(lang: str) -> Markup:
    """The `lang` attribute for a text in `lang`, empty on a page in that language."""
    return Markup("") if lang == language() else Markup(f' lang="{escape(lang)}"')


def minutes(count: int) -> str:
    """A duration as a range: "10 to 15 min"."""
    low, high = rules.minutes_range(count)
    return _("%(low)s to %(high)s min", low=low, high=high) if low != high else _("%(low)s min", low=low)


def language_name(code: str) -> str:
    """The name of a course's language in itself."""
    return LANGUAGES.get(code, code)


@dataclass(frozen=True)
class Text:
    """The head of an activity as shown: its title, length and language."""

    title: str
    minutes: str
    lang: str

    @property
    def lang_mark(self) -> Markup:
        return lang_mark(self.lang)

    @property
    def language(self) -> str:
        return language_name(self.lang)


@dataclass(frozen=True)
class Step:
    """A unit in a list of steps, in the shape of `ui.path`."""

    title: str
    href: str
    state: str
    text: str
    meta: str


@dataclass(frozen=True)
class Link:
    """A link with its words."""

    text: str
    href: str
    minutes: str = ""
    number: int = 0


@dataclass(frozen=True)
class CourseLink:
    """The way back to the course."""

    title: str
    href: str
    lang_mark: Markup


def activity_address(course_id: str, unit: str, activity: str | None) -> str:
    """The address of an activity."""
    return url_for("learning.activity", course_id=course_id, unit=unit, activity=activity)


def text_of(one: Activity) -> Text:
    """The head of an activity."""
    return Text(one.title, minutes(one.minutes), one.lang)


def course_link(document: CourseDocument, lang: str) -> CourseLink:
    """The way back to the course, in `lang` where it has a title in it."""
    shown = lang if lang in document.titles else document.source
    return CourseLink(document.title(lang), url_for("learning.course", course_id=document.id), lang_mark(shown))


def _unit_types(unit: Unit) -> str:
    """What a unit is made of: "lesson and questions"."""
    found = list(dict.fromkeys(_TYPES[key.partition("-")[0]]() for key in unit.activities))
    return found[0] if len(found) == 1 else _("%(first)s and %(last)s", first=", ".join(found[:-1]), last=found[-1])


def steps(document: CourseDocument, own: Learning | None, lang: str, current: str | None = None) -> list[Step]:
    """The steps of a course with what a learner has done; `current` is the unit of this page (default: the next one)."""
    ids = [unit.id for unit in document.units]
    now = current or (own.next_unit if own else None)
    states = rules.states(ids, (own.done if own else frozenset()) - ({current} if current else set()), now)
    found = []
    for unit, state in zip(document.units, states, strict=True):
        first = rules.variant(document, unit.id, next(iter(unit.activities)), lang)
        objective = first.objectives[0] if first and first.objectives else ""
        if not objective and first:
            source = rules.variant(document, unit.id, first.key, document.source)
            objective = source.objectives[0] if source and source.objectives and source.lang == first.lang else ""
        found.append(
            Step(
                unit.title(lang, document.source),
                activity_address(document.id, unit.id, next(iter(unit.activities))) if own else "",
                state,
                objective[:1].upper() + objective[1:],
                f"{_unit_types(unit)}, {minutes(unit.minutes(lang, document.source))}",
            )
        )
    return found


def is_invited(own: Learning) -> bool:
    """Whether somebody else put the learner on this course and they have not begun."""
    return own.enrolment.source == "manager" and own.enrolment.state == "active" and own.place is None and not own.done


def invitation(own: Learning | None, name: str | None) -> dict[str, Any] | None:
    """What is said to somebody who was put on the course: by whom, why, until when."""
    if own is None or not is_invited(own):
        return None
    return {"by": name, "why": own.enrolment.why, "due_on": own.enrolment.due_on}


def prerequisites_of(document: CourseDocument) -> list[str]:
    """Ids of the courses it helps to know first."""
    return [*document.prerequisites.all, *document.prerequisites.any]


def told_prerequisites(wanted: Sequence[str], offered: Mapping[str, Published], lang: str) -> list[dict[str, str]]:
    """Titles and addresses of the prerequisites that are offered."""
    return [
        {"title": offered[one].document.title(lang), "href": url_for("learning.course", course_id=one)}
        for one in wanted
        if one in offered
    ]


def _languages(document: CourseDocument) -> list[dict[str, str]]:
    """In which languages the course can be taken, and how much of it."""
    found = []
    for code in document.languages:
        there = sum(all(code in variants for variants in unit.activities.values()) for unit in document.units)
        stale = sum(
            variants[code].stale_sections > 0
            for unit in document.units for variants in unit.activities.values() if code in variants
        )  # fmt: skip
        if there < len(document.units):
            state = _("%(done)s of %(total)s steps", done=there, total=len(document.units))
        elif stale:
            state = _("being updated")
        else:
            state = _("complete")
        found.append({"code": code, "name": language_name(code), "state": state})
    return found


def course_page(served: Published, own: Learning | None, lang: str, authors: Sequence[str]) -> dict[str, Any]:
    """The course page but for what needs another query."""
    document = served.document
    listed = steps(document, own, lang)
    objectives: list[str] = []
    spoken = lang if lang in document.titles else document.source
    for unit in document.units:
        for key in unit.activities:
            one = unit.activity(key, spoken) or unit.activity(key, document.source)
            objectives += [text for text in (one.objectives if one and one.lang == spoken else ()) if text not in objectives]
    next_id = own.next_unit if own else (document.units[0].id if document.units else None)
    next_ = None
    if next_id is not None:
        place = [unit.id for unit in document.units].index(next_id)
        key = own.next_activity if own else next(iter(document.units[place].activities))
        unit = document.units[place]
        next_ = Link(
            listed[place].title, activity_address(document.id, next_id, key), minutes(unit.minutes(lang, document.source)), place + 1
        )
    return {
        "course_id": document.id, "document": document, "own": own, "steps": listed, "next": next_,
        "text": {
            "title": document.title(lang), "summary": document.summary(lang), "objectives": objectives[:8],
            "lang_mark": lang_mark(spoken),
        },
        "skyline": [(step.title, step.state) for step in listed], "total_minutes": minutes(document.minutes(lang)),
        "languages": _languages(document), "authors": ", ".join(authors), "published_at": served.published_at,
    }  # fmt: skip


def neighbours(document: CourseDocument, unit: str, activity: str, lang: str) -> tuple[Link | None, Link | None]:
    """The activity before this one and the one after it, over the whole course."""
    chain = [(one.id, key) for one in document.units for key in one.activities]
    here = chain.index((unit, activity))
    found: list[Link | None] = []
    for place, word in ((here - 1, _("Before: %(title)s")), (here + 1, _("After: %(title)s, %(minutes)s"))):
        if not 0 <= place < len(chain):
            found.append(None)
            continue
        one = rules.variant(document, *chain[place], lang)
        assert one is not None
        words = word % {"title": one.title, "minutes": minutes(one.minutes)}
        found.append(Link(words, activity_address(document.id, *chain[place]), minutes(one.minutes)))
    return found[0], found[1]


def frame(own: Learning, unit: str, one: Activity, lang: str) -> dict[str, Any]:
    """What every page of an activity has: the course, the steps, where this one stands, the neighbours."""
    document = own.published.document
    before, after = neighbours(document, unit, one.key, lang)
    return {
        "course": course_link(document, lang), "steps": steps(document, own, lang, current=unit),
        "number": own.units.index(unit) + 1, "done": len(own.done - {unit}), "text": text_of(one), "before": before, "after": after,
        "is_done": unit in own.finished,
    }  # fmt: skip


def placed(html: str, served: Published) -> Markup:
    """Stored HTML with its links to the files and activities of the course led to where they are served."""
    return Markup(place_links(html, url_for("learning.course", course_id=served.course_id) + "/"))
