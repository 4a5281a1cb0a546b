"""Reads about polls: whether somebody has voted, and the counts."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.content.documents import Activity, Poll
from lms.content.texts import fingerprint
from lms.foundation.db import db
from lms.foundation.i18n import by_name
from lms.foundation.tokens import digest
from lms.learning.polls import rules
from lms.learning.polls.models import PollCount, PollVoter


@dataclass(frozen=True)
class Standing:
    """How a poll stands for somebody: whether they voted, and the votes of each choice as the course has them now."""

    voted: bool
    votes: tuple[int, ...]

    @property
    def total(self) -> int:
        """How many people voted."""
        return sum(self.votes)


def choices_of(poll: Poll) -> tuple[str, ...]:
    """The fingerprints of the choices of a poll in the language its course is written in."""
    return tuple(fingerprint(choice) for choice in poll.choices)


def mark_of(source: Activity) -> str:
    """What names a poll as it is asked now: its choices in their order, and whether names are shown."""
    assert source.poll is not None
    return digest("\0".join((*choices_of(source.poll), str(source.poll.anonymous))))[:16]


def standing_of(person_id: str, course_id: str, unit: str, source: Activity) -> Standing:
    """How the poll of an activity (in the course's own language) stands for a person. One query."""
    assert source.poll is not None
    choices = choices_of(source.poll)
    voter = (
        sa.select(sa.func.count())
        .select_from(PollVoter)
        .where(PollVoter.person_id == person_id, *_is(PollVoter, course_id, unit, source))
        .scalar_subquery()
    )
    # The row of the voter is asked for beside the counts, and stands alone where nobody has voted yet.
    asked = sa.select(sa.literal(0).label("place"), sa.literal("").label("choice"), voter.label("votes"))
    counts = sa.select(PollCount.place, PollCount.choice, PollCount.votes).where(
        *_is(PollCount, course_id, unit, source)
    )
    rows = db.session.execute(sa.union_all(asked, counts).order_by(sa.text("place"))).all()
    kept = [(row.choice, row.votes) for row in rows if row.place]
    return Standing(bool(rows[0].votes), tuple(rules.aligned(kept, choices)))


def names_by_choice(course_id: str, unit: str, source: Activity) -> list[list[str]]:
    """The names of those who chose each choice, in a poll that shows names; active people only. Names follow a choice whose
    words were mended, as its votes do. Two queries.
    """
    assert source.poll is not None
    choices = choices_of(source.poll)
    kept = db.session.scalars(
        sa.select(PollCount.choice).where(*_is(PollCount, course_id, unit, source)).order_by(PollCount.place)
    ).all()
    then = [kept[place] for place in rules.origins(kept, choices)] if kept else choices
    rows = db.session.execute(
        sa.select(PollVoter.choice, Person.name)
        .join(Person, Person.id == PollVoter.person_id)
        .where(*_is(PollVoter, course_id, unit, source), Person.state == "active")
    ).all()
    return [sorted((name for chosen, name in rows if chosen == choice), key=by_name) for choice in then]


def _is(
    table: type[PollVoter] | type[PollCount], course_id: str, unit: str, source: Activity
) -> Sequence[sa.ColumnElement[bool]]:
    assert source.poll is not None
    return (
        table.course_id == course_id,
        table.unit == unit,
        table.activity == source.key,
        table.poll == source.poll.id,
        table.size == len(source.poll.choices),
    )
