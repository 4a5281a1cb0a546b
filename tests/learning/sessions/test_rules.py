"""What a course says of a session, over every change of clocks; which seat is free; what counts as moved."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from lms.content.documents import Activity, Live
from lms.learning.sessions import rules
from lms.learning.sessions.rules import Facts

PARIS, MADRID, ANDORRA, LONDON = "Europe/Paris", "Europe/Madrid", "Europe/Andorra", "Europe/London"
FACTS = Facts("Une heure", datetime(2027, 3, 4, 13, tzinfo=UTC), PARIS, 60, "https://salle.example.org", 20)


@pytest.mark.parametrize(
    ("start", "zone", "utc"),
    [
        ("2027-03-27T14:00", PARIS, "2027-03-27T13:00"),  # the day before summer time
        ("2027-03-28T14:00", PARIS, "2027-03-28T12:00"),  # the day of the change
        ("2027-03-28T14:00", MADRID, "2027-03-28T12:00"),
        ("2027-03-28T14:00", ANDORRA, "2027-03-28T12:00"),
        ("2027-03-28T02:30", PARIS, "2027-03-28T01:30"),  # an hour that the clocks skip: 3.30 is meant
        ("2027-10-30T14:00", ANDORRA, "2027-10-30T12:00"),
        ("2027-10-31T14:00", ANDORRA, "2027-10-31T13:00"),
        ("2027-10-31T02:30", MADRID, "2027-10-31T00:30"),  # an hour that comes twice: the first
        ("2027-07-01T09:00", LONDON, "2027-07-01T08:00"),
    ],
)
def test_the_hour_of_a_zone_is_one_moment(start: str, zone: str, utc: str) -> None:
    text = Activity("live", "", "fr", "Une heure", 60, live=Live(datetime.fromisoformat(start), zone, 60))
    facts = rules.facts_of(text)
    assert facts is not None
    assert facts.starts_at == datetime.fromisoformat(f"{utc}+00:00")
    assert facts.ends_at - facts.starts_at == timedelta(hours=1)


@pytest.mark.parametrize(
    ("taken", "seats", "number"),
    [((), 1, 1), ((1,), 1, None), ((1, 2), 3, 3), ((2,), 3, 1), ((1, 5), 2, None), ((1, 5), 3, 2), ((1, 2), None, 3)],
)
def test_the_lowest_free_number_and_never_one_too_many(
    taken: tuple[int, ...], seats: int | None, number: int | None
) -> None:
    assert rules.free_number(taken, seats) == number


@pytest.mark.parametrize(
    ("change", "other", "moved"),
    [
        ({}, False, False),
        ({"starts_at": FACTS.starts_at + timedelta(hours=1)}, True, True),
        ({"minutes": 90}, True, True),
        ({"link": "https://autre.example.org"}, True, False),
        ({"title": "Deux heures"}, True, False),
        ({"seats": 5}, False, False),
    ],
)
def test_what_a_calendar_must_say_and_what_people_must_be_told(
    change: dict[str, object], other: bool, moved: bool
) -> None:
    after = replace(FACTS, **change)  # type: ignore[arg-type]
    assert rules.is_other(FACTS, after) is other
    assert rules.is_moved(FACTS, after) is moved


@pytest.mark.parametrize(
    ("minutes", "state"), [(-1, "ahead"), (0, "now"), (59, "now"), (60, "over"), (600, "over")]
)  # fmt: skip
def test_a_session_is_ahead_under_way_and_over(minutes: int, state: str) -> None:
    assert rules.state(FACTS.starts_at, 60, FACTS.starts_at + timedelta(minutes=minutes)) == state


@pytest.mark.parametrize(
    ("html", "there"),
    [
        ('<p><a href="https://video.example.org/1">Revoir</a></p>', True),
        ('<p><a href="../autre/lesson">Leçon</a></p>', False),
        ("<p>https://video.example.org</p>", False),
    ],
)
def test_a_recording_is_a_link_that_leads_out(html: str, there: bool) -> None:
    assert rules.leads_out(html) is there
