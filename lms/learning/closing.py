"""The end of an activity that has a door of its own: whether it finishes its unit, and where the learner goes from there."""

from __future__ import annotations

from flask import flash, redirect, url_for
from werkzeug.wrappers import Response

from lms.content.documents import Activity
from lms.foundation.i18n import _, language
from lms.learning import pages, rules
from lms.learning.queries import Learning


def closes(own: Learning, unit: str, activity: str) -> bool:
    """Whether this activity is the one that finishes its unit, in the version that is served."""
    found = own.published.document.unit(unit)
    return found is not None and rules.closing_activity(found) == activity


def onward(own: Learning, unit: str, text: Activity, *, whole: bool) -> Response:
    """The way on after an activity was finished: to the next one of its unit, also where the unit is done without it, or
    to the course. A word says that the step is done; `whole` says that the course is finished now.
    """
    course_id = own.enrolment.course_id
    document = own.published.document
    found = document.unit(unit)
    keys = list(found.activities) if found else [text.key]
    if whole:
        flash(_("That was the last step: the course is finished."), "yes")
    elif found and closes(own, unit, text.key):
        flash(_("Step done: %(title)s.", title=found.title(language(), document.source)), "yes")
    if text.key != keys[-1] and not whole:
        return redirect(pages.activity_address(course_id, unit, keys[keys.index(text.key) + 1]))
    return redirect(url_for("learning.course", course_id=course_id))
