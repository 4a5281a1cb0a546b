"""What stands before the text of a step, as a page in its place: it is shut, or it is in another language."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from flask import render_template

from lms.accounts.visitor import visitor
from lms.content.documents import Activity, CourseDocument
from lms.foundation.errors import NotFound
from lms.foundation.i18n import language
from lms.learning import pages as learning_pages
from lms.learning import rules as learning_rules
from lms.learning.doors import pages, queries
from lms.learning.queries import Learning, learning_of, open_try_of


def shut(document: CourseDocument, unit: str, own: Learning | None = None) -> Any:
    """The page that says what opens a step, None where it is open to this visitor. `own`: their course, where it is at
    hand. Asks the database for strict courses alone.
    """
    if not document.prerequisites.strict:
        return None
    own = own or learning_of(visitor().id, document.id)
    if not queries.is_shut(document, visitor().id, unit, own):
        return None
    found, offered = queries.before(document, visitor().id)
    step = document.unit(unit)
    if step is None:
        raise NotFound()
    told = pages.told_before(found, offered)
    answer = render_template(
        "doors/shut.html",
        course=learning_pages.course_link(document, language()),
        title=step.title(language(), document.source),
        mark=learning_pages.lang_mark(learning_rules.unit_lang(step, language(), document.source)),
        before=told,
    )
    return answer, 403


def has_begun(named: Mapping[str, str]) -> bool:
    """Whether the visitor has an open attempt at the quiz that an address names: it may be finished, whatever has come
    before its step since.
    """
    if not named["activity"].startswith("quiz"):
        return False
    return open_try_of(visitor().id, named["course_id"], named["unit"], named["activity"]) is not None


def before_reading(document: CourseDocument, unit: str, text: Activity, own: Learning | None = None) -> Any:
    """What stands before a text: that it is shut, or that it is in another language. None: it is shown."""
    found = shut(document, unit, own)
    if found is not None and text.type == "quiz":
        found = None if has_begun({"course_id": document.id, "unit": unit, "activity": text.key}) else found
    if found is None and pages.must_offer(document, text):
        found = render_template("doors/language.html", **pages.offer(document, unit, text))
    return found
