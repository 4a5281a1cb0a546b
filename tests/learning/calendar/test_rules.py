"""What must be written so that a calendar says what is wanted; how often it may be read."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.learning.calendar import rules
from lms.learning.calendar.limits import READINGS, REMEMBERED, Readings
from lms.learning.calendar.rules import Change, Told, Wanted

NOW = datetime(2027, 3, 1, 12, tzinfo=UTC)
DAY = Wanted(date(2027, 3, 10), None, 0, "Mon plan", "", "https://x.example.org")
HOUR = Wanted(None, NOW + timedelta(days=3), 60, "Une heure", "", "https://x.example.org", sequence=4)
OLD = replace(DAY, day=date(2027, 2, 20))
ANCIENT = replace(DAY, day=date(2026, 12, 1))


@pytest.mark.parametrize(
    ("told", "wanted", "change"),
    [
        (None, DAY, Change("k", DAY, 0)),
        (None, HOUR, Change("k", HOUR, 4)),
        (Told(DAY, 2, None), DAY, None),
        (Told(DAY, 2, None), replace(DAY, title="Autre"), Change("k", replace(DAY, title="Autre"), 3)),
        (Told(DAY, 2, None), replace(DAY, day=date(2027, 3, 11)), Change("k", replace(DAY, day=date(2027, 3, 11)), 3)),
        (Told(HOUR, 2, None), replace(HOUR, minutes=90), Change("k", replace(HOUR, minutes=90), 4)),
        (Told(DAY, 2, None), None, Change("k", DAY, 3, cancelled=True)),
        (Told(DAY, 3, NOW - timedelta(days=29)), None, None),
        (Told(DAY, 3, NOW - timedelta(days=30)), None, Change("k", None)),
        (Told(DAY, 3, NOW - timedelta(days=2)), DAY, Change("k", DAY, 4)),
        (Told(OLD, 1, None), None, None),
        (Told(OLD, 1, None), OLD, None),
        (Told(ANCIENT, 1, None), None, Change("k", None)),
    ],
)
def test_what_is_written(told: Told | None, wanted: Wanted | None, change: Change | None) -> None:
    found = rules.changes({"k": told} if told else {}, {"k": wanted} if wanted else {}, NOW)
    assert found == ([change] if change else [])


def test_the_same_twice_writes_nothing_the_second_time() -> None:
    wanted = {"a": DAY, "b": HOUR}
    told = {one.key: Told(one.wanted, one.sequence, None) for one in rules.changes({}, wanted, NOW) if one.wanted}
    assert rules.changes(told, wanted, NOW) == []


def test_an_address_is_read_so_often_and_no_oftener() -> None:
    most, window = READINGS
    found = Readings()
    assert [found.wait("a", NOW) for _reading in range(most)] == [0] * most
    assert found.wait("a", NOW + window / 2) == int(window.total_seconds() / 2) + 1
    assert found.wait("b", NOW) == 0
    assert found.wait("a", NOW + window) == 0


def test_the_counter_does_not_grow_for_ever() -> None:
    found = Readings()
    for number in range(REMEMBERED + 10):
        found.wait(str(number), NOW)
    assert len(found._counts) == REMEMBERED
