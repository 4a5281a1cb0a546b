"""The rules of coming back, as tables."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta

import pytest

from lms.learning.reviews import rules
from lms.learning.reviews.rules import Due, Rung

DAY = date(2026, 3, 14)


@dataclass
class Asked:
    kind: str = "single"
    review: bool = True


def due(
    course: str, unit: str, days: int, question: str = "q", *, missed: bool = False, sure: bool | None = None
) -> Due:
    """A question that has been due for so many days (negative: it comes in so many)."""
    return Due((course, unit, "lesson", question), DAY - timedelta(days=days), missed, sure)


def told(found: list[Due]) -> list[str]:
    return ["/".join((*one.idea, one.key[3])) for one in found]


@pytest.mark.parametrize(
    ("activity", "question", "enters"),
    [
        ("lesson", Asked(), True),
        ("quiz", Asked(), True),
        ("quiz", Asked("cloze"), True),
        ("quiz", Asked(review=False), False),
        ("quiz", Asked("open"), False),
        ("poll", Asked(), False),
        ("reflection", Asked(), False),
    ],
)
def test_what_enters_the_queue(activity: str, question: Asked, enters: bool) -> None:
    assert rules.returns(activity, question) is enters


def test_the_ladder_when_all_is_held() -> None:
    rung, gaps, day = rules.first(DAY), [], DAY
    while rung.due_on is not None:
        gaps.append((rung.due_on - day).days)
        day = rung.due_on
        rung = rules.after(rung, 1.0, day)
    assert gaps == [3, 10, 30, 90]
    assert rung == Rung("retired", 3, None)


@pytest.mark.parametrize("step", range(4))
@pytest.mark.parametrize("share", [0.0, 0.5, 0.999])
def test_a_miss_begins_again_at_three_days(step: int, share: float) -> None:
    assert rules.after(Rung("waiting", step, DAY), share, DAY) == Rung("waiting", 0, DAY + timedelta(days=3))


def test_gaps_count_from_the_day_it_was_answered_not_from_the_day_it_was_due() -> None:
    assert rules.after(Rung("waiting", 0, DAY - timedelta(days=40)), 1.0, DAY).due_on == DAY + timedelta(days=10)


@pytest.mark.parametrize(
    ("rung", "share", "becomes"),
    [
        (Rung("waiting", 2, DAY), 1.0, Rung("waiting", 2, DAY)),
        (Rung("waiting", 2, DAY), 0.0, Rung("waiting", 0, DAY + timedelta(days=3))),
        (Rung("retired", 3, None), 1.0, Rung("retired", 3, None)),
        (Rung("retired", 3, None), 0.0, Rung("waiting", 0, DAY + timedelta(days=3))),
        (Rung("out", 1, None), 0.0, Rung("out", 1, None)),
    ],
)
def test_the_same_question_answered_again_in_a_lesson(rung: Rung, share: float, becomes: Rung) -> None:
    assert rules.answered_again(rung, share, DAY) == becomes


def test_out_and_back_keeps_the_rung() -> None:
    out = rules.taken_out(Rung("waiting", 2, DAY))
    assert out == Rung("out", 2, None)
    assert rules.put_back(out, DAY) == Rung("waiting", 2, DAY + timedelta(days=30))
    assert rules.put_back(Rung("retired", 3, None), DAY) == Rung("retired", 3, None)


@pytest.mark.parametrize(
    ("waiting", "done", "asked"),
    [
        ([], [], []),
        ([due("a", "u1", -1)], [], []),
        ([due("a", "u1", 0)], [], ["a/u1/q"]),
        # oldest first, five at most
        ([due("a", f"u{n}", n) for n in range(8)], [], [f"a/u{n}/q" for n in (7, 6, 5, 4, 3)]),
        # one of each step
        ([due("a", "u1", 1, "q1"), due("a", "u1", 9, "q2"), due("a", "u2", 0)], [], ["a/u1/q2", "a/u2/q"]),
        # courses take turns
        (
            [due("a", "u1", 9), due("a", "u2", 8), due("b", "u1", 2), due("b", "u2", 1)],
            [],
            ["a/u1/q", "b/u1/q", "a/u2/q", "b/u2/q"],
        ),
        # also of what came due on one day
        (
            [due(course, f"u{n}", 0) for course in ("a", "b") for n in range(4)],
            [],
            ["a/u0/q", "b/u0/q", "a/u1/q", "b/u1/q", "a/u2/q"],
        ),
        # sure and missed comes first, however new; missed alone or sure alone does not
        (
            [due("a", "u1", 9, missed=True), due("a", "u2", 8, sure=True), due("b", "u1", 0, missed=True, sure=True)],
            [],
            ["b/u1/q", "a/u1/q", "a/u2/q"],
        ),
        # what was asked today counts, and so does its step
        ([due("a", f"u{n}", n) for n in range(8)], [("b", "u1")] * 3, ["a/u7/q", "a/u6/q"]),
        ([due("a", "u1", 3), due("a", "u2", 2)], [("a", "u1")], ["a/u2/q"]),
        ([due("a", f"u{n}", n) for n in range(8)], [("b", f"u{n}") for n in range(5)], []),
    ],
)
def test_a_sitting(waiting: list[Due], done: list[tuple[str, str]], asked: list[str]) -> None:
    assert told(rules.sitting(waiting, DAY, done)) == asked


@pytest.mark.parametrize(
    ("waiting", "done", "days"),
    [
        ([], [], None),
        ([due("a", "u1", -4)], [], 4),
        ([due("a", "u1", 0)], [], None),
        ([due("a", "u1", 0), due("a", "u2", -4)], [], 4),
        ([due("a", f"u{n}", n) for n in range(6)], [], 1),
        ([due("a", "u1", 5)], [("a", "u1")], 1),
    ],
)
def test_the_next_appointment(waiting: list[Due], done: list[tuple[str, str]], days: int | None) -> None:
    assert rules.next_day(waiting, DAY, done) == (None if days is None else DAY + timedelta(days=days))


def test_a_heap_spreads_by_itself_and_everything_is_asked() -> None:
    """Twenty are due: five a day, four days, and nothing is left or asked twice."""
    waiting = [due(f"c{n % 3}", f"u{n}", n) for n in range(20)]
    asked: list[Due] = []
    day = DAY
    while waiting:
        today = rules.sitting(waiting, day)
        assert len(today) == 5
        after = rules.next_day(waiting, day)
        asked += today
        waiting = [one for one in waiting if one not in today]
        day = after or day
    assert len(set(asked)) == len(asked) == 20
    assert day == DAY + timedelta(days=3), "the last five are asked on the fourth day"


@pytest.mark.parametrize(("count", "minutes"), [(1, 1), (2, 2), (3, 2), (4, 3), (5, 4)])
def test_how_long_a_sitting_takes(count: int, minutes: int) -> None:
    assert rules.minutes(count) == minutes


@pytest.mark.parametrize(
    ("at", "week"),
    [
        (datetime(2026, 3, 16, 7, tzinfo=UTC), "2026-W12"),
        (datetime(2026, 3, 16, 23, 59, tzinfo=UTC), "2026-W12"),
        (datetime(2026, 3, 16, 6, 59, tzinfo=UTC), ""),
        (datetime(2026, 3, 17, 7, tzinfo=UTC), ""),
        (datetime(2026, 3, 15, 12, tzinfo=UTC), ""),
        (datetime(2024, 12, 30, 9, tzinfo=UTC), "2025-W01"),
    ],
)
def test_the_mail_of_a_week_is_due_on_its_monday_from_seven(at: datetime, week: str) -> None:
    assert rules.week_of_mail(at) == week
    if week:
        assert rules.is_in_week(week, at.date() + timedelta(days=6))
        assert not rules.is_in_week(week, at.date() + timedelta(days=7))
