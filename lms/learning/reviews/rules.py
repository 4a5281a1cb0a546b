"""Rules of coming back: what enters, when it returns, which five a day holds. Pure.

The gaps grow because that asks for fewer sittings at equal recall; they are fixed and told, so nobody has to trust a
secret.
"""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Collection, Iterable, Sequence
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from typing import Final, Protocol

#: Days until a question returns, rung by rung; held on the last one, it retires.
LADDER: Final = (3, 10, 30, 90)
#: Nobody is asked more than this in a day; the rest waits.
MOST: Final = 5
#: The hour of Monday from which the mail of a week is sent, where the person lives.
MAILED_FROM: Final = 7
#: How long a question takes, in seconds: three are two minutes.
SECONDS: Final = 40


class Asks(Protocol):
    """What the rules need of a question."""

    @property
    def kind(self) -> str: ...
    @property
    def review(self) -> bool: ...


@dataclass(frozen=True)
class Rung:
    """Where a question stands: waiting (with the day), retired or out."""

    state: str
    step: int
    due_on: date | None


@dataclass(frozen=True)
class Due:
    """A question that waits, as the choice of a sitting needs it. `key` is (course, unit, activity, question)."""

    key: tuple[str, str, str, str]
    due_on: date
    missed: bool = False
    sure: bool | None = None

    @property
    def idea(self) -> tuple[str, str]:
        """The step it belongs to: a step is one idea."""
        return self.key[:2]


def returns(activity_type: str, question: Asks) -> bool:
    """Whether a question enters the queue when it is answered: not where its author said `review=no`, nor where
    nothing is right or wrong.
    """
    return question.review and question.kind != "open" and activity_type not in ("poll", "reflection")


def held(share: float) -> bool:
    """Whether an answer (0 to 1) counts as known. Part of it is not yet: it returns soon."""
    return share >= 1 - 1e-9


def first(day: date) -> Rung:
    """The lowest rung: asked again in three days."""
    return Rung("waiting", 0, day + timedelta(days=LADDER[0]))


def answered_again(rung: Rung, share: float, day: date) -> Rung:
    """The rung after the same question was answered once more in a lesson or a quiz.

    Held, it stays where it is: it was not due, and an early answer proves little. Missed, it begins anew, also from
    retirement. What the person took out stays out.
    """
    if rung.state == "out" or held(share):
        return rung
    return first(day)


def after(rung: Rung, share: float, day: date) -> Rung:
    """The rung after a review on `day`: up when held, past the last one retired, down to the lowest when missed."""
    if not held(share):
        return first(day)
    if rung.step + 1 >= len(LADDER):
        return Rung("retired", rung.step, None)
    return Rung("waiting", rung.step + 1, day + timedelta(days=LADDER[rung.step + 1]))


def taken_out(rung: Rung) -> Rung:
    """Out of the queue, by the person's own choice."""
    return Rung("out", rung.step, None)


def put_back(rung: Rung, day: date) -> Rung:
    """Back into the queue, on the rung it had."""
    return rung if rung.state != "out" else Rung("waiting", rung.step, day + timedelta(days=LADDER[rung.step]))


def sitting(waiting: Iterable[Due], day: date, done: Collection[tuple[str, str]] = ()) -> list[Due]:
    """What is left to ask on `day`: five at most with those of `done` (the steps already asked today), one of each
    step; sure and missed first, then the oldest. Asked in such an order that the courses take turns.
    """
    ideas, turn, turns = set(done), Counter[tuple[bool, date, str]](), {}
    for one in sorted((one for one in waiting if one.due_on <= day), key=_urgent):
        if one.idea not in ideas:
            ideas.add(one.idea)
            day_of_course = (not _sure_and_missed(one), one.due_on, one.key[0])
            turns[one] = turn[day_of_course]
            turn[day_of_course] += 1
    # Of what came due on the same day, each course gives one in its turn.
    oldest = sorted(turns, key=lambda one: (not _sure_and_missed(one), one.due_on, turns[one], one.key))
    return _mixed(oldest[: max(0, MOST - len(done))], Counter(course for course, _unit in done))


def _mixed(picked: Sequence[Due], asked: Counter[str]) -> list[Due]:
    """Sure and missed first; of the others the course that had least of the sitting so far (`asked`), then the oldest."""
    turns = {}
    for one in picked:
        turns[one] = asked[one.key[0]]
        asked[one.key[0]] += 1
    return sorted(picked, key=lambda one: (not _sure_and_missed(one), turns[one], one.due_on, one.key))


def _sure_and_missed(one: Due) -> bool:
    return one.missed and one.sure is True


def _urgent(one: Due) -> tuple[bool, date, tuple[str, str, str, str]]:
    return not _sure_and_missed(one), one.due_on, one.key


def next_day(waiting: Sequence[Due], day: date, done: Collection[tuple[str, str]] = ()) -> date | None:
    """The day of the next sitting, once today's is over: tomorrow where more is due than a day holds, else the day
    of the first that comes. None where nothing waits.

    So a heap spreads by itself, five a day, and nothing is ever late.
    """
    today_too = {one.key for one in sitting(waiting, day, done)}
    rest = [one.due_on for one in waiting if one.key not in today_too]
    return max(min(rest), day + timedelta(days=1)) if rest else None


def week_of_mail(local: datetime) -> str:
    """The week whose mail is due at a moment, as the clocks of the person show it: "2026-W12" on its Monday from seven
    in the morning on, empty at any other time. So there is one in a week at most, and none is sent late.
    """
    return _week(local.date()) if local.isoweekday() == 1 and local.hour >= MAILED_FROM else ""


def is_in_week(week: str, day: date) -> bool:
    """Whether `day` still is in the week of a mail: one that could not leave is not sent in the next."""
    return _week(day) == week


def _week(day: date) -> str:
    year, number, _weekday = day.isocalendar()
    return f"{year}-W{number:02}"


def minutes(count: int) -> int:
    """How long so many questions take, in whole minutes."""
    return math.ceil(count * SECONDS / 60)
