"""What changes polls: a vote. Inside the caller's `writing()`."""

from __future__ import annotations

from datetime import date

import sqlalchemy as sa

from lms.content.documents import Activity
from lms.foundation.db import db, upsert
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.learning.models import Enrolment
from lms.learning.moves.service import hold_all
from lms.learning.polls import queries, rules
from lms.learning.polls.models import PollCount, PollVoter


def vote(person_id: str, course_id: str, unit: str, source: Activity, place: int, *, day: date) -> bool:
    """Count the vote of a person for the choice at `place` (1 is first) of the poll of an activity, as the course writes
    it in its own language. The first vote stands: a second one changes nothing. Gives whether this one was counted.

    Raises `NotFound` for a course not taken or a choice there is not, `Refused` outside the days of the poll.
    """
    poll = source.poll
    # Held until the end: two votes of one person come one after the other.
    hold_all([person_id])
    held = db.session.scalar(
        sa.select(Enrolment.id)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id, Enrolment.state != "declined")
        .with_for_update()
    )
    if held is None or poll is None or not 1 <= place <= len(poll.choices):
        raise NotFound()
    key = {"course_id": course_id, "unit": unit, "activity": source.key, "poll": poll.id, "size": len(poll.choices)}
    if db.session.get(PollVoter, {"person_id": person_id, **key}) is not None:
        return False
    if rules.state(poll, day) != "open":
        raise Refused(_("You cannot vote today: the poll is not open."))
    choices = queries.choices_of(poll)
    chosen = None if poll.anonymous else choices[place - 1]
    db.session.add(PollVoter(person_id=person_id, choice=chosen, **key))
    _count(key, choices, place)
    return True


def _count(key: dict[str, object], choices: tuple[str, ...], place: int) -> None:
    """One vote more for the choice at `place`, after bringing the rows into the order the choices have now.

    All rows are written, whatever changes in them: PostgreSQL marks rows with the transaction that wrote them, and a row
    marked as that of the newest voter would tell what they chose.
    """
    rows = [{**key, "place": turn, "choice": name, "votes": 0} for turn, name in enumerate(choices, 1)]
    upsert(PollCount, rows, key=[*key, "place"])
    kept = db.session.scalars(
        sa.select(PollCount).filter_by(**key).order_by(PollCount.place).with_for_update()
    ).all()  # fmt: skip
    before = [row.choice for row in kept]
    mended = {before[place]: name for name, place in zip(choices, rules.origins(before, choices), strict=True)}
    mended = {old: new for old, new in mended.items() if old != new}
    if mended:  # what voters chose, where names are shown, is called as the choice is called now
        db.session.execute(
            sa.update(PollVoter)
            .filter_by(**key)
            .where(PollVoter.choice.in_(mended))
            .values(choice=sa.case(mended, value=PollVoter.choice))
            .execution_options(synchronize_session=False)
        )
    votes = rules.aligned([(row.choice, row.votes) for row in kept], choices)
    now_said = {
        row.place: (name, count + (row.place == place)) for row, name, count in zip(kept, choices, votes, strict=True)
    }
    db.session.execute(
        sa.update(PollCount)
        .filter_by(**key)
        .values(
            choice=sa.case({turn: name for turn, (name, _votes) in now_said.items()}, value=PollCount.place),
            votes=sa.case({turn: count for turn, (_name, count) in now_said.items()}, value=PollCount.place),
        )
        .execution_options(synchronize_session=False)
    )
    db.session.expire_all()
