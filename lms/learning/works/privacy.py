"""What works keep about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db
from lms.learning.privacy import deleted, rows_of
from lms.learning.works.models import Work, WorkEdition, WorkFile, WorkReview


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """Everything works keep about a person: table -> rows, ready for JSON; files as base64.

    Reviews are given to both sides: to the author, and to whoever wrote them; never who is on the other side.
    """
    mine = sa.select(Work.id).where(Work.person_id == person_id)
    parts = {
        "work": sa.select(Work.__table__).where(Work.person_id == person_id),
        "work_file": sa.select(WorkFile.__table__).where(WorkFile.work_id.in_(mine)),
        "work_edition": sa.select(WorkEdition.__table__).where(WorkEdition.work_id.in_(mine)),
        "work_review": sa.select(WorkReview.__table__).where(
            sa.or_(
                WorkReview.reviewer_id == person_id,
                sa.and_(WorkReview.work_id.in_(mine), WorkReview.sent_at.is_not(None)),
            )
        ),
    }
    return {name: rows_of(wanted, without=("reviewer_id",)) for name, wanted in parts.items()}


def forget(person_id: str) -> None:
    """Delete their works with files and reviews, and their name from the reviews they wrote. Inside `writing()`."""
    mine = sa.select(Work.id).where(Work.person_id == person_id)
    for model in (WorkReview, WorkEdition, WorkFile):
        db.session.execute(sa.delete(model).where(model.work_id.in_(mine)))
    deleted(person_id, Work)
    db.session.execute(sa.delete(WorkReview).where(WorkReview.reviewer_id == person_id, WorkReview.sent_at.is_(None)))
    db.session.execute(sa.update(WorkReview).where(WorkReview.reviewer_id == person_id).values(reviewer_id=None))
