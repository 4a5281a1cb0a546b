"""Which page shows which type of activity. The core shows lessons, quizzes and scenes; a sub-room adds its own type:

    @shows("poll")
    def page(own: Learning, unit: str, text: Activity) -> ResponseReturnValue: ...

The core's address `/courses/<course_id>/<unit>/<activity>` finds the learner, the text in their language and remembers
the place; the page only shows. What a learner sends goes to addresses of the sub-room below that one.
"""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from flask.typing import ResponseReturnValue

from lms.content.documents import Activity
from lms.learning.queries import Learning

Page = Callable[[Learning, str, Activity], ResponseReturnValue]
AnyPage = TypeVar("AnyPage", bound=Page)

_PAGES: dict[str, Page] = {}


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
