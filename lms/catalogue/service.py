"""What changes the shelf: publishing what stands in the folder of courses, weighing offers, pinning them."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import sqlalchemy as sa

from lms.catalogue.models import Course, CourseVersion, Offer
from lms.content.checking import check
from lms.content.documents import CourseDocument, to_json
from lms.content.findings import Finding
from lms.content.loading import load_course
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert, writing
from lms.foundation.errors import NotFound

#: What `sync` did with a course.
OUTCOMES = ("published", "unchanged", "invalid", "waiting", "studio", "archived")


@dataclass(frozen=True)
class Synced:
    """What became of one course: one of `OUTCOMES`, the number of its served version, and what the check said."""

    course_id: str
    outcome: str
    number: int | None
    findings: tuple[Finding, ...] = ()
    #: Units the new version has and the former did not, and the other way round.
    added: tuple[str, ...] = ()
    removed: tuple[str, ...] = ()


@dataclass(frozen=True)
class SyncReport:
    """What `sync` did, course by course, by id."""

    courses: tuple[Synced, ...]

    @property
    def is_clean(self) -> bool:
        """Whether no course was held back by an error."""
        return all(one.outcome != "invalid" for one in self.courses)

    def with_outcome(self, outcome: str) -> list[Synced]:
        """The courses that ended that way."""
        return [one for one in self.courses if one.outcome == outcome]
