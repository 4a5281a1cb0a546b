"""The page of a course in preparation."""

from __future__ import annotations

from flask import render_template

from lms.accounts.visitor import visitor
from lms.catalogue.queries import announced
from lms.foundation.errors import NotFound
from lms.foundation.i18n import LANGUAGES, language
from lms.learning.openings.queries import wishes
from lms.learning.pages import lang_mark
from lms.learning.rules import summary_lang


def preparation(course_id: str) -> str:
    """The page of a course of which no step is published yet. Raises `NotFound` for any other."""
    document = announced(course_id)
    if document is None:
        raise NotFound()
    who, lang = visitor(), language()
    return render_template(
        "openings/course.html",
        course_id=course_id,
        text={
            "title": document.title(lang),
            "summary": document.summary(lang),
            "lang_mark": lang_mark(lang if lang in document.titles else document.source),
            "summary_mark": lang_mark(summary_lang(document, lang)),
        },
        languages=[(code, LANGUAGES[code]) for code in document.languages],
        waits=not who.is_anonymous and wishes(who.id, course_id),
    )
