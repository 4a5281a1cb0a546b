"""The rules of reflections, as tables."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from lms.learning.reflections import rules
from lms.learning.reflections.rules import Written

NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("kept", "sent", "differ"),
    [
        ({}, {"q": Written("")}, []),
        ({}, {"q": Written("", "named")}, []),  # nothing cannot be shown
        ({}, {"q": Written("a")}, ["q"]),
        ({"q": Written("a")}, {"q": Written("a")}, []),
        ({"q": Written("a")}, {"q": Written("a", "unnamed")}, ["q"]),
        ({"q": Written("a", "named")}, {"q": Written("")}, ["q"]),
        ({"q": Written("a"), "r": Written("b")}, {"q": Written("a")}, []),  # a prompt that was not sent stays
    ],
)
def test_what_differs(kept: dict[str, Written], sent: dict[str, Written], differ: list[str]) -> None:
    assert rules.differing(kept, sent) == differ


@pytest.mark.parametrize(("days", "kept"), [(0, True), (29, True), (30, False), (31, False)])
def test_a_former_text_stays_thirty_days(days: int, kept: bool) -> None:
    assert rules.still_kept(NOW - timedelta(days=days), NOW) is kept


def test_no_former_text_is_not_kept() -> None:
    assert rules.still_kept(None, NOW) is False
