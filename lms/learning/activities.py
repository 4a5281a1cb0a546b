"""Which page shows which type of activity. The core shows lessons, quizzes and scenes; a sub-room adds its own type:

    @shows("poll")
    def page(own: Learning, unit: str, text: Activity) -> ResponseReturnValue: ...

A type in which people write more than answers to questions names the fields that are kept as a draft while they do:

    @begins("reflection")
    def fields(text: Activity) -> Mapping[str, int]: ...   # name of a field -> its longest text, in characters

The core's address `/courses/<course_id>/<unit>/<activity>` finds the learner, the text in their language and remembers
the place; the page only shows. What a learner sends goes to addresses of the sub-room below that one.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TypeVar

from flask.typing import ResponseReturnValue

from lms.content.documents import Activity
from lms.learning.queries import Learning

Page = Callable[[Learning, str, Activity], ResponseReturnValue]
AnyPage = TypeVar("AnyPage", bound=Page)

Fields = Callable[[Activity], Mapping[str, int]]

_PAGES: dict[str, Page] = {}
_FIELDS: dict[str, Fields] = {}


def shows(kind: str) -> Callable[[AnyPage], AnyPage]:
    """Mark the page of a type of activity. Raises `ValueError` where the type has one already."""

    def keep(page: AnyPage) -> AnyPage:
        if kind in _PAGES:
            raise ValueError(f"two pages show {kind!r}")
        _PAGES[kind] = page
        return page

    return keep


def page_of(kind: str) -> Page | None:
    """The page of a type, None where nothing shows it yet."""
    return _PAGES.get(kind)


def begins(kind: str) -> Callable[[Fields], Fields]:
    """Mark what names the fields of a type that are kept as a draft. Raises `ValueError` where the type has one already."""

    def keep(fields: Fields) -> Fields:
        if kind in _FIELDS:
            raise ValueError(f"two name the fields of {kind!r}")
        _FIELDS[kind] = fields
        return fields

    return keep


def begun_fields(text: Activity) -> Mapping[str, int] | None:
    """The fields of an activity that are kept as a draft, with their longest text; None for a type that has none."""
    fields = _FIELDS.get(text.type)
    return fields(text) if fields else None
