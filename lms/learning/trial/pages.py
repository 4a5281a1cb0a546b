"""What the pages of a trial show: values for the templates, made of a course, a language and what a browser sent. No
database, and nothing about a person.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import replace
from typing import Any

from flask import url_for
from markupsafe import Markup

from lms.catalogue.queries import Published
from lms.content.documents import Activity
from lms.content.kinds import MISSING, Form, Question, WrongShape
from lms.content.texts import plain
from lms.foundation.i18n import _
from lms.learning import asking, pages
from lms.learning.rules import listed, title_lang
from lms.learning.trial import rules
from lms.learning.trial.rules import Sample, Trial

Answers = Mapping[str, Any]
"""Question id -> its answer (None: "I don't know"), as the form carries them."""


def address_of(course_id: str, activity: str) -> str:
    """The address of an activity of a trial."""
    return url_for("trial.activity", course_id=course_id, activity=activity)


def read(question: Question, form: Form) -> tuple[Any, str]:
    """The answer to a question in what a browser sent and, where there is none or it cannot be read, what is wrong."""
    try:
        given = question.read(form)
    except WrongShape:
        return MISSING, pages.wrong_shape(question.kind)
    return given, pages.nothing_given(question.kind) if given is MISSING else ""


def told_before(text: Activity, form: Form) -> dict[str, Any]:
    """The answers that the form carries along, by question; what cannot be read is as if it had not been answered."""
    names = frozenset(form.get("told") or ())
    found = {}
    for question in rules.asked_in(text):
        if question.id in names:
            given, error = read(question, form)
            if not error:
                found[question.id] = given
    return found


def hints_of(question: Question, form: Form, *, more: int = 0) -> tuple[str, ...]:
    """The hints that the form says have been shown, and `more`."""
    shown = (form.get("hints") or ("0",))[0]
    count = int(shown) if shown.isascii() and shown.isdigit() and len(shown) < 3 else 0
    return question.hints[: count + more]


def frame(served: Published, trial: Trial, one: Activity, lang: str) -> dict[str, Any]:
    """What every page of a trial has: the course, how long the step is, the neighbours within it."""
    document = served.document
    keys = trial.activities
    place = keys.index(one.key)
    return {
        "course_id": document.id,
        "course": _course_link(served, lang),
        "text": pages.text_of(one, document.source),
        "total": len(listed(document, lang)),
        "step_minutes": pages.minutes(trial.unit.minutes(lang, document.source)),
        "before": _link(served, trial, keys[place - 1], lang) if place else None,
        "after": _link(served, trial, keys[place + 1], lang) if place + 1 < len(keys) else None,
        "here_address": address_of(document.id, one.key),
        "terms": pages.glossary(served, one),
    }


def _course_link(served: Published, lang: str) -> pages.CourseLink:
    document = served.document
    mark = pages.lang_mark(title_lang(document, lang))
    return pages.CourseLink(document.title(lang), url_for("learning.course", course_id=document.id), mark)


def _link(served: Published, trial: Trial, key: str, lang: str) -> pages.Link | None:
    one = rules.text_of(served.document, trial, key, lang)
    return pages.Link(one.title, address_of(served.course_id, key), pages.minutes(one.minutes)) if one else None


def lesson(served: Published, trial: Trial, one: Activity, given: Answers) -> dict[str, Any]:
    """The pieces of a lesson, what has been answered with its feedback, and the plans it proposes as mere text."""
    blocks = pages.lesson_blocks(served, one, trial.unit.id, [], {}, seed=f"trial/{trial.unit.id}")
    for block in blocks:
        question = one.question(block.ask["id"]) if block.ask else None
        if question is not None and question.id in given:
            block.told = pages.placed_in(asking.told(question, given[question.id]), served)
    return {
        "blocks": blocks,
        "plans": [
            {"title": pages.placed(plan.title, served), "html": pages.placed(plan.html, served)}
            for plan in pages.promises(one)
        ],
    }


def question_page(served: Published, one: Activity, question: Question, given: Answers) -> dict[str, Any]:
    """A question of a quiz, to answer or answered."""
    asked = rules.asked_in(one)
    shuffle = bool(one.quiz and one.quiz.shuffle)
    return {
        "ask": pages.placed_in(pages.asked(question, seed="trial", shuffle=shuffle), served),
        "told": pages.placed_in(asking.told(question, given[question.id]), served) if question.id in given else None,
        "number": asked.index(question) + 1,
        "of": len(asked),
        "answered": len(given),
    }


def result(served: Published, one: Activity, given: Answers) -> dict[str, Any]:
    """The end of a quiz: its finding in words, and the questions that hold and those to come back to."""
    hold: list[dict[str, Any]] = []
    revisit: list[dict[str, Any]] = []
    for number, question in enumerate(rules.asked_in(one), 1):
        fraction = question.mark(given.get(question.id, MISSING)).fraction
        if fraction is not None:
            (hold if fraction >= 1 - 1e-9 else revisit).append({"number": number, **pages.titled(question, served)})
    marked = len(hold) + len(revisit)
    return {
        "headline": pages.headline(len(hold), marked) if marked else _("You have answered everything."),
        "groups": [("tick", _("You hold"), hold), ("loop", _("To revisit"), revisit)],
        "right": len(hold),
        "marked": marked,
        "figure": pages.figure(len(hold), marked) if marked else "",
    }


def outline(served: Published, trial: Trial, lang: str) -> list[pages.Step]:
    """The steps of the course, the one that was tried marked as done."""
    tried = trial.unit.id
    shown = pages.steps(served, None, lang)
    units = [unit.id for unit in listed(served.document, lang)]
    return [
        replace(step, state="done" if unit == tried else "todo", href="", text="")
        for unit, step in zip(units, shown, strict=False)
    ]


def sample(served: Published, one: Sample, lang: str, given: Any = MISSING) -> dict[str, Any]:
    """A question at the gate: its situation, what may be shown of it and, once it is answered, what is said about it."""
    return {
        "course_id": served.course_id,
        "course": _course_link(served, lang),
        "situation": pages.placed(one.situation, served),
        "ask": pages.placed_in(pages.asked(one.question, seed="gate"), served),
        "told": None if given is MISSING else pages.placed_in(asking.told(one.question, given), served),
        "action": url_for("trial.question", course_id=served.course_id, question=one.question.id),
        "title": plain(one.question.title),
        "text": {"lang_mark": Markup("")},
    }


def samples(found: Sequence[tuple[Published, Sample]], lang: str) -> list[dict[str, Any]]:
    """Questions at the gate, none answered."""
    return [sample(served, one, lang) for served, one in found]
