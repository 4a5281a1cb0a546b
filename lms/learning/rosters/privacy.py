"""What rosters keep about a person: to give it to them, and to forget it."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import now
from lms.foundation.db import db
from lms.learning.privacy import rows_of
from lms.learning.rosters.models import RosterFile, RosterImport, RosterRow


def _theirs(person_id: str) -> sa.ColumnElement[bool]:
    """Rows in which a person stands, as themself or as an address that was theirs already."""
    email = sa.select(Person.email).where(Person.id == person_id).scalar_subquery()
    return sa.or_(RosterRow.person_id == person_id, RosterRow.email == email)


def export(person_id: str) -> dict[str, list[dict[str, Any]]]:
    """The lists they brought, and the rows of any list in which they stand: table -> rows, ready for JSON."""
    brought = RosterImport.brought_by == person_id
    files = sa.select(RosterFile.__table__).join(RosterImport, RosterImport.id == RosterFile.import_id)
    return {
        "roster_import": rows_of(sa.select(RosterImport.__table__).where(brought)),
        "roster_file": rows_of(files.where(brought)),
        "roster_row": rows_of(sa.select(RosterRow.__table__).where(_theirs(person_id))),
    }


def forget(person_id: str) -> None:
    """Delete all of it, with the lists they brought. One that is being written or undone is first undone, without them: half of
    it would stay, and nobody could take it back. Inside `writing()`.
    """
    back_now = sa.and_(RosterImport.state.in_(("done", "refused")), RosterImport.back_since.is_not(None))
    under_way = sa.or_(RosterImport.state == "waiting", back_now)
    half = sa.select(RosterImport.id).where(RosterImport.brought_by == person_id, under_way)
    brought = sa.select(RosterImport.id).where(RosterImport.brought_by == person_id)
    silent = {"synchronize_session": False}
    db.session.execute(sa.delete(RosterRow).where(_theirs(person_id)), execution_options=silent)
    db.session.execute(sa.delete(RosterFile).where(RosterFile.import_id.in_(brought)), execution_options=silent)
    back = sa.update(RosterImport).where(RosterImport.id.in_(half))
    since = sa.func.coalesce(RosterImport.back_since, now())
    db.session.execute(back.values(brought_by=None, name="", back_since=since), execution_options=silent)
    db.session.execute(sa.delete(RosterRow).where(RosterRow.import_id.in_(brought)), execution_options=silent)
    db.session.execute(sa.delete(RosterImport).where(RosterImport.brought_by == person_id), execution_options=silent)
