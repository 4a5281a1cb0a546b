"""What changes works: saving, handing in, reviewing. Runs inside the caller's `writing()`.

Locks are taken in one order: the enrolment of the work's author, the course where readers are chosen, the work.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Literal

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.content.documents import Assignment
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound
from lms.learning import queries as learning
from lms.learning import rules as learning_rules
from lms.learning import service as learning_service
from lms.learning.models import Enrolment
from lms.learning.moves.service import hold_all
from lms.learning.works import queries, rules
from lms.learning.works.files import Ready
from lms.learning.works.models import Work, WorkEdition, WorkFile, WorkReview
from lms.learning.works.rules import Content

Outcome = Literal["saved", "handed", "conflict", "read", "empty", "often"]


class Full(Exception):
    """The file goes over what one person may keep: the transaction is to be given up."""


def save(
    person_id: str,
    course_id: str,
    unit: str,
    activity: str,
    assignment: Assignment,
    *,
    text: str,
    link: str,
    file: Ready | None,
    keep_file: bool,
    revision: int,
    hand_in: bool,
    lang: str,
    version_id: str,
) -> Outcome:
    """Keep what somebody wrote for an assignment, and hand it in where `hand_in`. Sent twice, it is kept once.

    Without `file` the one that was kept stays, if `keep_file`. Gives `conflict`, and changes nothing, where the work was
    saved elsewhere since `revision` was read; `read` once somebody has reviewed it; `empty` where there is nothing to hand
    in; `often` where it was handed in as often as it can be. Raises `NotFound` for somebody who does not take the course,
    `Full` for a file too many.
    """
    _enrolled(person_id, course_id)
    if assignment.review == "peer" and hand_in:
        # Two who hand in at the same moment must see each other: their works are each other's to read.
        db.session.execute(sa.select(Course.id).where(Course.id == course_id).with_for_update(key_share=True))
    work = _held(person_id, course_id, unit, activity)
    editions = db.session.execute(
        sa.select(WorkEdition, WorkFile.sha256)
        .outerjoin(WorkFile, WorkFile.id == WorkEdition.file_id)
        .where(WorkEdition.work_id == work.id)
        .order_by(WorkEdition.number)
    ).all()
    last, digest = editions[-1] if editions else (None, "")
    before = Content(last.text, last.link, digest or "") if last else Content()
    sent = Content(text, link, file.sha256 if file else before.file if keep_file else "")
    if sent == before:
        if not hand_in:
            return "saved"
        if last is not None and last.handed_at is not None:
            return "handed"
    if work.state == "reviewed" or _is_read(work.id):
        return "read"
    if work.revision != revision and sent != before:
        return "conflict"
    if hand_in and sent.is_empty:
        return "empty"
    if last is not None and last.handed_at is not None and last.number >= rules.EDITIONS:
        return "often"
    if sent != before:
        file_id = _kept(work.id, file) if file else last.file_id if last and sent.file else None
        last = _written(work, last, sent, file_id, lang=lang, version_id=version_id)
    if hand_in and last is not None:
        _hand_in(work, last, assignment)
    _drop_loose_files(work.id)
    if file is not None:
        _weigh(person_id)
    return "handed" if hand_in else "saved"


def review(
    reviewer_id: str,
    work_id: str,
    *,
    trainer: bool,
    number: int,
    marks: Mapping[str, int],
    comment: str,
) -> Literal["sent", "changed", "late"]:
    """Send a review of the edition `number`. Sent twice, it stands once. Gives `changed`, and changes nothing, where the
    author has handed in again since; `late` where another trainer has reviewed the work.

    Raises `NotFound` for a work this person may not review. The caller has checked that every criterion has its mark.
    """
    author = db.session.execute(sa.select(Work.person_id, Work.course_id).where(Work.id == work_id)).first()
    if author is None:
        raise NotFound()
    _lock_enrolment(*author)
    work = db.session.scalars(_locked(sa.select(Work).where(Work.id == work_id))).one()
    found = queries.to_review(work_id, reviewer_id, trainer=trainer)
    if found is None:
        raise NotFound()
    if found.sent_at is not None:
        return "sent"
    if found.role == "trainer" and work.state == "reviewed":
        return "late"
    if found.edition.number != number:
        return "changed"
    fresh = {
        "id": new_id(), "work_id": work_id, "reviewer_id": reviewer_id, "role": found.role, "given_at": now(),
        "sent_at": None, "number": None, "marks": {}, "comment": "",
    }  # fmt: skip
    upsert(WorkReview, [fresh], key=["work_id", "reviewer_id"])
    db.session.execute(
        sa.update(WorkReview)
        .where(WorkReview.work_id == work_id, WorkReview.reviewer_id == reviewer_id)
        .values(sent_at=now(), number=number, marks=dict(marks), comment=comment)
    )
    roles = db.session.scalars(
        sa.select(WorkReview.role).where(WorkReview.work_id == work_id, WorkReview.sent_at.is_not(None))
    ).all()
    if work.state == "handed" and rules.is_reviewed(roles, work.peers):
        work.state, work.reviewed_at = "reviewed", now()
        db.session.flush()
        _complete(work)
    return "sent"


def _complete(work: Work) -> None:
    """The step is done where the assignment is what finishes it or the last of it, for an author who still takes the
    course.
    """
    own = learning.learning_of(work.person_id, work.course_id)
    unit = own.published.document.unit(work.unit) if own else None
    if unit is not None and work.activity in (learning_rules.closing_activity(unit), list(unit.activities)[-1]):
        learning_service.complete(work.person_id, work.course_id, work.unit, kind="assignment")


def _lock_enrolment(person_id: str, course_id: str) -> Enrolment | None:
    hold_all([person_id])
    return db.session.scalar(
        sa.select(Enrolment).where(Enrolment.person_id == person_id, Enrolment.course_id == course_id).with_for_update()
    )


def _enrolled(person_id: str, course_id: str) -> None:
    row = _lock_enrolment(person_id, course_id)
    if row is None or row.state == "declined":
        raise NotFound()


def _locked(wanted: sa.Select[Work]) -> sa.Select[Work]:
    """Held until the end of the transaction; others may still point at it."""
    return wanted.with_for_update(key_share=True).execution_options(populate_existing=True)


def _held(person_id: str, course_id: str, unit: str, activity: str) -> Work:
    key = {"person_id": person_id, "course_id": course_id, "unit": unit, "activity": activity}
    fresh = {
        "id": new_id(), **key, "state": "draft", "peers": 0, "revision": 0, "handed_at": None, "reviewed_at": None
    }  # fmt: skip
    upsert(Work, [fresh], key=list(key))
    return db.session.scalars(_locked(sa.select(Work).filter_by(**key))).one()


def _is_read(work_id: str) -> bool:
    """Whether anybody has sent a review."""
    sent = sa.select(WorkReview.id).where(WorkReview.work_id == work_id, WorkReview.sent_at.is_not(None))
    return db.session.scalar(sent.limit(1)) is not None


def _weigh(person_id: str) -> None:
    """Raise `Full` where a person keeps too much. They are held, so that two files at once are counted one after the
    other.
    """
    db.session.execute(sa.select(Person.id).where(Person.id == person_id).with_for_update(key_share=True))
    kept = db.session.scalar(
        sa.select(sa.func.coalesce(sa.func.sum(WorkFile.size), 0))
        .join(Work, Work.id == WorkFile.work_id)
        .where(Work.person_id == person_id)
    )
    if int(kept or 0) > rules.QUOTA:
        raise Full()


def _kept(work_id: str, file: Ready) -> str:
    row = {
        "id": new_id(), "work_id": work_id, "sha256": file.sha256, "name": file.name, "kind": file.kind,
        "size": file.size, "data": file.data, "added_at": now(),
    }  # fmt: skip
    upsert(WorkFile, [row], key=["work_id", "sha256"])
    return db.session.scalars(
        sa.select(WorkFile.id).where(WorkFile.work_id == work_id, WorkFile.sha256 == file.sha256)
    ).one()


def _written(
    work: Work, last: WorkEdition | None, sent: Content, file_id: str | None, *, lang: str, version_id: str
) -> WorkEdition:
    """The draft with this content: the one there is, or the next edition."""
    if last is None or last.handed_at is not None:
        last = WorkEdition(id=new_id(), work_id=work.id, number=last.number + 1 if last else 1, handed_at=None)
        db.session.add(last)
    last.text, last.link, last.file_id = sent.text, sent.link, file_id
    last.lang, last.version_id, last.saved_at = lang, version_id, now()
    work.revision += 1
    db.session.flush()
    return last


def _hand_in(work: Work, edition: WorkEdition, assignment: Assignment) -> None:
    moment = now()
    edition.handed_at = moment
    if work.state == "draft":
        work.state, work.handed_at = "handed", moment
        work.peers = assignment.peers if assignment.review == "peer" else 0
        db.session.flush()
        if work.peers:
            _deal(work)
    db.session.flush()


def _deal(work: Work) -> None:
    """Choose whose works the author reads, and who reads theirs."""
    others = queries.handed_for(work.course_id, work.unit, work.activity)
    to_read, readers = rules.dealt(work.person_id, work.peers, others)
    pairs = [(one, work.person_id) for one in to_read] + [(work.id, one) for one in readers]
    moment = now()
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(), "work_id": work_id, "reviewer_id": reader, "role": "peer", "given_at": moment,
            "sent_at": None, "number": None, "marks": {}, "comment": "",
        }
        for work_id, reader in pairs
    ]  # fmt: skip
    upsert(WorkReview, rows, key=["work_id", "reviewer_id"])


def _drop_loose_files(work_id: str) -> None:
    """A file that no edition names any more is gone at once."""
    named = sa.select(WorkEdition.file_id).where(WorkEdition.work_id == work_id, WorkEdition.file_id.is_not(None))
    db.session.execute(sa.delete(WorkFile).where(WorkFile.work_id == work_id, WorkFile.id.not_in(named)))
