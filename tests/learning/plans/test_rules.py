"""The rules of plans, as tables."""

from __future__ import annotations

from datetime import UTC, date, datetime

import pytest

from lms.learning.plans import rules

DAY = date(2026, 3, 29)


@pytest.mark.parametrize(
    ("day", "zone", "now", "hour"),
    [
        # The clocks go forward in the night of the 29th: half past seven stays half past seven.
        (DAY, "Europe/Paris", datetime(2026, 3, 28, 12, tzinfo=UTC), datetime(2026, 3, 29, 5, 30, tzinfo=UTC)),
        (
            date(2026, 3, 28),
            "Europe/Paris",
            datetime(2026, 3, 27, tzinfo=UTC),
            datetime(2026, 3, 28, 6, 30, tzinfo=UTC),
        ),
        (DAY, "Atlantic/Canary", datetime(2026, 3, 28, tzinfo=UTC), datetime(2026, 3, 29, 6, 30, tzinfo=UTC)),
        (DAY, "Europe/Paris", datetime(2026, 3, 29, 5, 30, tzinfo=UTC), None),
        (None, "Europe/Paris", datetime(2026, 3, 1, tzinfo=UTC), None),
    ],
)
def test_when_the_reminder_comes(day: date | None, zone: str, now: datetime, hour: datetime | None) -> None:
    assert rules.reminder_at(day, zone, now) == hour


@pytest.mark.parametrize(
    ("state", "remind", "planned_on", "holds"),
    [
        ("planned", True, DAY, True),
        ("planned", False, DAY, False),
        ("planned", True, date(2026, 3, 30), False),
        ("planned", True, None, False),
        ("tried", True, DAY, False),
        ("dropped", True, DAY, False),
    ],
)
def test_whether_a_reminder_still_holds(state: str, remind: bool, planned_on: date | None, holds: bool) -> None:
    assert rules.is_reminded(state, remind, planned_on, DAY) is holds


@pytest.mark.parametrize(
    ("state", "planned_on", "stage", "home"),
    [
        ("planned", date(2026, 3, 30), "ahead", True),
        ("planned", DAY, "ask", True),
        ("planned", date(2026, 3, 22), "ask", True),
        ("planned", date(2026, 3, 21), "ask", False),
        ("planned", None, "ahead", False),
        ("tried", DAY, "told", False),
        ("dropped", date(2026, 3, 30), "told", False),
    ],
)
def test_where_a_plan_stands(state: str, planned_on: date | None, stage: str, home: bool) -> None:
    assert rules.stage(state, planned_on, DAY) == stage
    assert rules.is_on_home(state, planned_on, DAY) is home


@pytest.mark.parametrize(
    ("state", "changed", "anew"), [("planned", True, False), ("tried", True, True), ("tried", False, False)]
)
def test_when_a_plan_begins_anew(state: str, changed: bool, anew: bool) -> None:
    assert rules.begins_anew(state, changed=changed) is anew


@pytest.mark.parametrize(
    ("text", "kept"),
    [
        ("  Une pause.\r\nPuis parler. ", "Une pause.\nPuis parler."),
        ("a\u202eb\x00c", "abc"),
        ("x" * 900, "x" * 800),
        ("\n \n", ""),
    ],
)
def test_what_is_kept_of_a_text(text: str, kept: str) -> None:
    assert rules.clean_text(text, 800) == kept
