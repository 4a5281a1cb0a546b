"""What changes imports: a list kept and mended, written, undone.

A short list is one transaction. A long one is written, and undone, part by part, each in a transaction of its own, so that
others write in between: whoever is killed in the middle goes on from the row where the list stands, and whoever does it twice
does nothing more. No mail leaves before all of it is written; where the right to it is lost in the middle, it is undone.
"""

from __future__ import annotations

from collections.abc import Collection, Mapping, Sequence
from dataclasses import dataclass, replace
from datetime import date, datetime
from typing import Any, cast

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.queries import published
from lms.foundation.clock import now
from lms.foundation.db import db, new_id
from lms.foundation.errors import DomainError, NotFound, Refused, TooMany
from lms.foundation.i18n import _
from lms.jobs import outbox
from lms.jobs.tasks import kill_point
from lms.learning import service as learning
from lms.learning.models import Enrolment
from lms.learning.rosters import queries
from lms.learning.rosters.models import RosterFile, RosterImport, RosterRow
from lms.learning.rosters.rules import (
    AT_ONCE_MOST,
    KEPT_FOR,
    ORPHANED,
    PART,
    READ_FOR,
    WAITING_MOST,
    counted,
    may_undo,
)
from lms.spaces.audit.service import note
from lms.spaces.joining import service as joining
from lms.spaces.models import Invitation, Space
from lms.spaces.roster import service as roster
from lms.spaces.roster.queries import not_to_invite, parts, people_with
from lms.spaces.roster.rules import SHOWN_LONGEST, Entry, Planned, addresses_of, plan
from lms.spaces.service import hold_right, must_be_open


@dataclass(frozen=True)
class Done:
    """A row after it was applied (or would have been): what was planned, and what came of it."""

    planned: Planned
    person_id: str = ""
    made: bool = False
    invitation_id: str = ""
    transfer_id: str = ""
    answered: bool = False
    enrolled: bool = False
    redated: bool = False
    due_before: date | None = None

    @property
    def outcome(self) -> str:
        """What became of the row."""
        return self.planned.outcome


# --- reading -----------------------------------------------------------------------------------------------------


def planned_for(entries: Collection[Entry], space_id: str) -> list[Planned]:
    """What will happen to each entry, as things stand. Reads alone."""
    return plan(entries, people_with(addresses_of(entries), space_id))


def keep(
    planned: Sequence[Planned],
    space_id: str,
    *,
    by: str | None,
    name: str,
    data: bytes | None,
    encoding: str = "",
    separator: str = "",
) -> str:
    """Keep a list that was read, and its file, before anything happens. Gives the import's id.

    A list of the same person that was read for this space and never applied gives way. Raises `Refused` where the space is
    archived.
    """
    must_be_open(space_id)
    if by is not None:
        hold_right(by, "invite", space_id)
        former = sa.delete(RosterImport).where(
            RosterImport.brought_by == by, RosterImport.space_id == space_id, RosterImport.state == "read"
        )
        db.session.execute(former, execution_options={"synchronize_session": False})
    made = RosterImport(
        id=_typeable_id(), space_id=space_id, brought_by=by, name=name[:200], encoding=encoding, separator=separator,
        state="read", course_id=None, due_on=None, rows=len(planned), progress=0, counts=counted(planned),
        made_at=now(), done_at=None, back_since=None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    if data is not None:
        db.session.add(RosterFile(import_id=made.id, data=data))
        db.session.flush()
    _write_rows(made.id, [Done(one) for one in planned])
    return made.id


def _typeable_id() -> str:
    """An identity that a command line does not take for an option."""
    while (made := new_id()).startswith("-"):
        pass
    return made


def read_again(
    import_id: str, space_id: str, planned: Sequence[Planned], *, by: str, encoding: str, separator: str
) -> None:
    """Keep a list as it reads with another encoding or separator. Raises `NotFound`, `Refused` once it is applied."""
    here = _open(import_id, space_id, by)
    here.encoding, here.separator = encoding, separator
    here.rows, here.counts = len(planned), counted(planned)
    _write_rows(here.id, [Done(one) for one in planned])


def mend(import_id: str, space_id: str, typed: Mapping[int, tuple[str, str]], *, by: str) -> None:
    """Put other words into rows (number -> name, address) and look at the list anew. Raises `NotFound`, `Refused`."""
    here = _open(import_id, space_id, by)
    entries = entries_of(here.id)
    mended = [
        replace(entry, name=typed[number][0], email=typed[number][1]) if number in typed else entry
        for number, entry in enumerate(entries, start=1)
    ]
    planned = planned_for(mended, space_id)
    here.counts = counted(planned)
    _write_rows(here.id, [Done(one) for one in planned])


def choose(import_id: str, space_id: str, *, course_id: str | None, due_on: date | None, by: str) -> None:
    """Say which course the people of the list are put on, and until when. Raises `NotFound`, `Refused`."""
    here = _open(import_id, space_id, by)
    if course_id is not None:
        if published(course_id) is None:
            raise NotFound()
        hold_right(by, "enrol_others", space_id)
    here.course_id, here.due_on = course_id, due_on if course_id else None


def ask(import_id: str, space_id: str, *, by: str) -> None:
    """Apply a list: at once if it is short, else as a job. Asked twice is asked once.

    Raises `NotFound`, `Refused` for a list without a usable row, `TooMany` where too many lists of this person wait.
    """
    here = _locked(import_id, space_id)
    hold_right(by, "invite", space_id)
    if here.brought_by != by:
        raise NotFound()
    if here.state != "read":
        return
    if here.rows == here.counts["invalid"]:
        raise Refused(_("No row of this list can be used. Mend one first."))
    if here.rows <= AT_ONCE_MOST:
        _write(here, AT_ONCE_MOST)
        return
    waiting = queries.waiting_of(by)
    if len(waiting) >= WAITING_MOST:
        raise TooMany(_("Ten of your lists are waiting already. Try again when one of them is done."), retry_after=60)
    here.state = "waiting"
    # The first list of everybody goes before the second one of anybody.
    outbox.put("rosters.apply", {"id": here.id}, key=f"rosters.apply:{here.id}", priority=min(9, 5 + len(waiting)))


# --- writing -----------------------------------------------------------------------------------------------------


def bring(entries: Sequence[Entry], space: Space, *, name: str, course_id: str | None, due_on: date | None) -> str:
    """Keep a list and write it for the operator; a long one waits for `write_part`, and for a job if nobody calls that. Gives the
    import's id. Raises as `keep`, `NotFound` for a course that is not offered.
    """
    # What will happen to a row is looked at when it is written.
    read = [Planned(one.line, one.name[:SHOWN_LONGEST], one.email[:SHOWN_LONGEST], "new") for one in entries]
    import_id = keep(read, space.id, by=None, name=name, data=None)
    here = _locked(import_id, space.id)
    here.course_id, here.due_on = course_id, due_on
    if here.rows <= AT_ONCE_MOST:
        _write(here, AT_ONCE_MOST)
    else:
        here.state = "waiting"
        outbox.put("rosters.apply", {"id": here.id}, key=f"rosters.apply:{here.id}", due=now() + ORPHANED)
    return import_id


def would_bring(entries: Sequence[Entry], space: Space, *, course_id: str | None) -> tuple[list[Done], dict[str, int]]:
    """What `bring` would do, without doing it. Reads alone."""
    rows = [Done(one, one.person_id) for one in planned_for(entries, space.id)]
    counts = counted(rows)
    new = [row.planned for row in rows if row.outcome == "new"]
    counts["invitations"] = len(new) - len(not_to_invite([one.email for one in new], space.id))
    taking = [row.planned for row in rows if row.outcome in ("new", "present") and not row.planned.closed]
    known = _standing(course_id, [one.person_id for one in taking if one.person_id]) if course_id else {}
    counts["enrolled"] = sum(one.person_id not in known for one in taking) if course_id else 0
    return rows, counts


def write_part(import_id: str) -> bool:
    """Write the next `PART` rows of a list that waits. Gives whether there are more; does nothing for one that does not wait or
    is being undone. Where its right is lost, its space archived, or its course not offered any more, it is refused as a whole:
    what is written of it is undone.
    """
    here = _locked(import_id, None)
    if here.state != "waiting" or here.back_since is not None:
        return False
    savepoint = db.session.begin_nested()
    try:
        _write(here, PART)
    except DomainError:
        savepoint.rollback()
        here.state = "refused"
        if here.progress:
            _begin_back(here, by=None)
    else:
        savepoint.commit()
    return here.state == "waiting"


def _write(here: RosterImport, most: int) -> None:
    """Do what the next rows say, as things stand now: bring people in, ask those who belong elsewhere, enrol; with the last of
    them the list is done.

    Raises `NotFound` where the right to it is lost, or the course is not offered any more, `Refused` where the space is
    archived.
    """
    by = here.brought_by
    if by is not None:
        hold_right(by, "invite", here.space_id)
        if here.course_id is not None:
            hold_right(by, "enrol_others", here.space_id)
    must_be_open(here.space_id)
    space = db.session.get(Space, here.space_id)
    assert space is not None, "an import belongs to a space"
    read = queries.rows_after(here.id, here.progress, most)
    entries = [Entry(row.line, row.name, row.email) for row in read]
    addresses = addresses_of(entries)
    before = queries.used_before(here.id, here.progress, addresses)
    planned = plan(entries, people_with(addresses, here.space_id), before)
    brought = roster.bring_in([one for one in planned if one.outcome == "new"], space, by=by)
    kill_point("rosters.brought")
    asked = [one.person_id for one in planned if one.outcome == "elsewhere" and not one.closed]
    questions = joining.request_transfers(asked, space.id, by=by, tell=False) if asked else {}
    rows = [_done(one, brought, questions) for one in planned]
    if here.course_id is not None:
        rows = _enrol(here, rows)
    if rows:
        _write_rows(here.id, rows, [row.number for row in read])
    here.progress = read[-1].number if len(read) == most else here.rows
    if here.progress >= here.rows:
        _finish(here)


def _finish(here: RosterImport) -> None:
    """All of it is written: say what came of it, and let the mails leave."""
    came = queries.came_of(here.id)
    here.counts = came.counts
    roster.tell_brought(here.space_id, came.new, came.invitations)
    joining.tell_asked(came.questions)
    if here.course_id is not None:
        learning.tell_enrolled(queries.enrolments_by(here.id, here.course_id))
    db.session.execute(sa.delete(RosterFile).where(RosterFile.import_id == here.id))
    here.state, here.done_at = "done", now()
    said = here.counts
    note(
        by=here.brought_by,
        what="roster_brought",
        space_id=here.space_id,
        subject=str(said["rows"]),
        after=str(said["new"]),
    )


def _done(one: Planned, brought: Mapping[str, roster.Brought], questions: Mapping[str, str]) -> Done:
    if one.outcome == "new":
        made = brought[one.email]
        return Done(one, made.person_id, made.made, made.invitation_id, answered=made.answered)
    return Done(one, one.person_id, transfer_id=questions.get(one.person_id, ""))


def _enrol(here: RosterImport, rows: list[Done]) -> list[Done]:
    """Put the people of `rows` who are of the space on the course; those who take it already get the day, if there is one."""
    assert here.course_id is not None
    taking = [row.person_id for row in rows if row.outcome in ("new", "present") and not row.planned.closed]
    known = [row.person_id for row in rows if row.outcome in ("new", "present") and not row.made]
    before = _standing(here.course_id, known)
    learning.enrol_many(
        taking, here.course_id, by=here.brought_by, due_on=here.due_on, redate=here.due_on is not None, tell=False
    )
    put = set(taking)
    done: list[Done] = []
    for row in rows:
        former = before.get(row.person_id)
        if row.person_id not in put:
            done.append(row)
        elif former is None:
            done.append(replace(row, enrolled=True))
        else:
            dated = here.due_on is not None and former.state == "active" and former.due_on != here.due_on
            done.append(replace(row, redated=dated, due_before=former.due_on if dated else None))
    return done


def _standing(course_id: str, person_ids: Collection[str]) -> dict[str, Any]:
    return {
        person_id: row
        for part in parts(set(person_ids))
        for person_id, row in queries.standing_in(course_id, part).items()
    }


# --- undoing -----------------------------------------------------------------------------------------------------


def undo(import_id: str, space_id: str, *, by: str) -> bool:
    """Undo what nobody has acted on since: at once if the list is short, else as a job. Gives whether this call did it: twice is
    once. A list that is still being written stops. An undo whose job was set aside goes on.

    Raises `NotFound`, and `Refused` for a list that was not applied or was applied more than a day ago.
    """
    here = _locked(import_id, space_id)
    hold_right(by, "invite", here.space_id)
    if here.back_since is not None and queries.stands_still(here.id):
        _ask_back(here, by=by)
        return True
    if not _may_begin_back(here):
        return False
    if here.rows <= AT_ONCE_MOST:
        here.back_since = now()
        _take_back(here, AT_ONCE_MOST, by=by)
    else:
        _begin_back(here, by=by)
    return True


def begin_undo(import_id: str) -> None:
    """As `undo`, for the operator, who calls `undo_part` then; a job goes on with it if they do not."""
    here = _locked(import_id, None)
    if _may_begin_back(here):
        _begin_back(here, by=None, due=now() + ORPHANED)


def undo_part(import_id: str, *, by: str | None = None) -> bool:
    """Undo the last `PART` rows of those that still stand. Gives whether there are more; does nothing for a list that is not
    being undone. Where `by` has lost the right to it before it began, it does not begin.
    """
    here = _locked(import_id, None)
    if here.back_since is None:
        return False
    if by is not None and here.state == "done" and "undone" not in here.counts:
        try:
            hold_right(by, "invite", here.space_id)
        except NotFound:
            here.back_since = None
            return False
    _take_back(here, PART, by=by)
    return here.progress > 0


def _may_begin_back(here: RosterImport) -> bool:
    """Whether it can be undone; False where it is, or is being undone. Raises `Refused`."""
    if here.state == "undone" or here.back_since is not None:
        return False
    if here.state != "waiting" and (here.state != "done" or not may_undo(here.done_at, now())):
        raise Refused(_("This list can no longer be undone: more than a day has passed, or it was never brought in."))
    return True


def _begin_back(here: RosterImport, *, by: str | None, due: datetime | None = None) -> None:
    here.back_since = now()
    _ask_back(here, by=by, due=due)


def _ask_back(here: RosterImport, *, by: str | None, due: datetime | None = None) -> None:
    outbox.put("rosters.undo", {"id": here.id, "by": by}, key=f"rosters.undo:{here.id}:{new_id()}", due=due)


def _take_back(here: RosterImport, most: int, *, by: str | None) -> None:
    """Undo the last rows of those that stand, as far as nobody has acted on them; with the first row of the list it is over."""
    rows = queries.rows_until(here.id, here.progress, most)
    _hold(rows)
    acted: set[str] = set()
    learned: set[str] = set()
    named: set[str] = set()
    if rows:
        named = queries.who_is_named(here, rows[0].number, rows[-1].number)
        acted = named | queries.who_acted(here, rows[0].number, rows[-1].number)
    if rows and here.course_id:
        learned = queries.who_learned(here, rows[0].number, rows[-1].number)
    back = [row for row in rows if row.outcome == "new" and row.person_id and row.person_id not in acted | learned]
    stays = {row.number for row in rows if row.outcome == "new" and row.person_id in acted | learned}
    left = [row for row in rows if row.enrolled and row.person_id not in learned and row.number not in stays]
    stays |= {row.number for row in rows if row.outcome == "present" and row.enrolled and row.person_id in learned}
    dated = [row for row in rows if row.redated and row.number not in stays]
    _end_enrolments(here, [row.person_id for row in left])
    _date_back(here, dated)
    roster.take_back(
        {row.email: roster.Brought(row.person_id, row.made, row.invitation_id, row.answered) for row in back},
        here.space_id,
    )
    gone = joining.withdraw_transfers([row.transfer_id for row in rows if row.transfer_id])
    withdrawn = {row.number for row in rows if row.transfer_id in gone}
    undone = {row.number for row in [*back, *left, *dated]}
    _mark(here, stays, kept=True)
    _mark(here, undone | withdrawn, back=True)
    found = {
        "undone": len(undone), "kept": len(stays), "withdrawn": len(withdrawn), "reopened": sum(row.answered for row in back),
        "named": sum(row.outcome == "new" and row.person_id in named for row in rows),
    }  # fmt: skip
    here.counts = here.counts | {name: here.counts.get(name, 0) + count for name, count in found.items()}
    here.progress = rows[0].number - 1 if len(rows) == most else 0
    if here.progress == 0:
        _over(here, by=by)
    db.session.flush()


def _mark(here: RosterImport, numbers: Collection[int], **values: bool) -> None:
    if not numbers:
        return
    table = cast("sa.Table", RosterRow.__table__)
    marks = sa.update(table).where(table.c.import_id == here.id, table.c.number == sa.bindparam("row"))
    db.session.connection().execute(marks.values(**values), [{"row": number} for number in sorted(numbers)])


def _over(here: RosterImport, *, by: str | None) -> None:
    """All of it is undone."""
    here.back_since = None
    db.session.execute(sa.delete(RosterFile).where(RosterFile.import_id == here.id))
    if here.state != "refused":
        here.state = "undone"
        note(by=by, what="roster_undone", space_id=here.space_id, after=str(here.counts["undone"]))


def _hold(rows: Sequence[Any]) -> None:
    """Let whoever accepts or signs in at this moment be seen, or wait: invitations before people, as they do it."""
    for part in parts({row.invitation_id for row in rows if row.invitation_id}):
        held = sa.select(Invitation.id).where(Invitation.id.in_(part)).order_by(Invitation.id)
        db.session.execute(held.with_for_update())
    for part in parts({row.person_id for row in rows if row.made and row.person_id}):
        people = sa.select(Person.id).where(Person.id.in_(part)).order_by(Person.id)
        db.session.execute(people.with_for_update())


def _end_enrolments(here: RosterImport, person_ids: Collection[str]) -> None:
    for part in parts(set(person_ids)):
        ends = sa.delete(Enrolment).where(Enrolment.course_id == here.course_id, Enrolment.person_id.in_(part))
        db.session.execute(ends, execution_options={"synchronize_session": False})


def _date_back(here: RosterImport, rows: Sequence[Any]) -> None:
    """Give enrolments the day they had, where nobody has given them a third one."""
    if not rows:
        return
    table = cast("sa.Table", Enrolment.__table__)
    back = sa.update(table).where(
        table.c.course_id == here.course_id, table.c.person_id == sa.bindparam("who"), table.c.due_on == here.due_on
    )
    days = [{"who": row.person_id, "day": row.due_before} for row in rows]
    db.session.connection().execute(back.values(due_on=sa.bindparam("day")), days)


def forget_old(moment: datetime) -> None:
    """Delete lists that were read and never applied after a day, and what was read of the others after a month."""
    old = sa.or_(
        sa.and_(RosterImport.state == "read", RosterImport.made_at < moment - READ_FOR),
        RosterImport.made_at < moment - KEPT_FOR,
    )
    db.session.execute(sa.delete(RosterImport).where(old), execution_options={"synchronize_session": False})


# --- rows --------------------------------------------------------------------------------------------------------


def _locked(import_id: str, space_id: str | None) -> RosterImport:
    wanted = sa.select(RosterImport).where(RosterImport.id == import_id).with_for_update()
    wanted = wanted.execution_options(populate_existing=True)
    if space_id is not None:
        wanted = wanted.where(RosterImport.space_id == space_id)
    here = db.session.scalar(wanted)
    if here is None:
        raise NotFound()
    return here


def _open(import_id: str, space_id: str, by: str) -> RosterImport:
    """The import, while its owner may still change what it says."""
    here = _locked(import_id, space_id)
    hold_right(by, "invite", space_id)
    if here.brought_by != by:
        raise NotFound()
    if here.state != "read":
        raise Refused(_("This list has been brought in already."))
    return here


def entries_of(import_id: str) -> list[Entry]:
    """The rows of an import as they were read or mended."""
    return [Entry(row.line, row.name, row.email) for row in queries.rows_of(import_id)]


def _write_rows(import_id: str, rows: Sequence[Done], numbers: Sequence[int] = ()) -> None:
    """Let these be the rows of the import; with `numbers`, in the place of those rows alone."""
    connection = db.session.connection()
    table = cast("sa.Table", RosterRow.__table__)
    former = sa.delete(table).where(table.c.import_id == import_id)
    connection.execute(former.where(table.c.number.between(numbers[0], numbers[-1])) if numbers else former)
    written = [
        {
            "import_id": import_id, "number": number, "line": row.planned.line, "name": row.planned.name,
            "email": row.planned.email, "outcome": row.planned.outcome, "reason": row.planned.reason,
            "person_id": row.person_id or row.planned.person_id or None, "made": row.made,
            "invitation_id": row.invitation_id, "transfer_id": row.transfer_id, "answered": row.answered,
            "enrolled": row.enrolled, "redated": row.redated, "due_before": row.due_before, "kept": False, "back": False,
        }
        for number, row in zip(numbers or range(1, len(rows) + 1), rows, strict=True)
    ]  # fmt: skip
    if written:
        connection.execute(sa.insert(table), written)
