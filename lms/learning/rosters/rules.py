"""Rules of imports: how many rows wait for whom, what is undone until when, what the undo leaves. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from datetime import datetime, timedelta
from typing import Protocol

from lms.spaces.roster.rules import OUTCOMES

#: An import can be undone for so long; what it read is kept so long, and a list that was never applied for a day.
UNDO_FOR = timedelta(hours=24)
KEPT_FOR = timedelta(days=30)
READ_FOR = timedelta(days=1)
#: A list with more rows is applied, and undone, by a job, behind the page: so many rows are one transaction.
AT_ONCE_MOST = 200
PART = 500
#: A list that the operator's command works on is a job's after so long: the command may have been killed.
ORPHANED = timedelta(minutes=1)
#: Lists of one person that may wait for the job at the same time.
WAITING_MOST = 10
#: Rows on a page of the preview, and rows that can be mended on it at once.
PAGE = 100
MENDED_AT_ONCE = 100


class Rowlike(Protocol):
    """What is counted of a row."""

    @property
    def outcome(self) -> str:
        """One of `OUTCOMES`."""


def counted(rows: Iterable[Rowlike]) -> dict[str, int]:
    """Outcome -> how many rows have it, `rows` -> all of them."""
    found = Counter(row.outcome for row in rows)
    return {"rows": found.total(), **{outcome: found[outcome] for outcome in OUTCOMES}}


def usable(counts: Mapping[str, int]) -> int:
    """How many rows something will happen to."""
    return counts["rows"] - counts["invalid"]


def may_undo(done_at: datetime | None, moment: datetime) -> bool:
    """Whether what was done at `done_at` can still be undone."""
    return done_at is not None and moment < done_at + UNDO_FOR
