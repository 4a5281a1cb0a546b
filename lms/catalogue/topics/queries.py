"""Reads of topics: those of one person, and the list for those who coordinate, where nobody stands."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa

from lms.catalogue.topics import rules
from lms.catalogue.topics.models import Topic
from lms.foundation.db import db

#: Nobody is shown more of their own than this: the newest ones.
MINE_SHOWN = 100


@dataclass(frozen=True)
class Mine:
    """A topic of one's own."""

    id: str
    text: str
    lang: str
    proposed_at: datetime
    handled_at: datetime | None


@dataclass(frozen=True)
class Wish:
    """A topic as its readers see it: equal ones are one. `id` is that of any of them; `texts` are language -> words."""

    id: str
    people: int
    #: The newest of each; `handled_at` None where one of them is open.
    proposed_at: datetime
    handled_at: datetime | None
    texts: dict[str, str]


def mine(person_id: str) -> list[Mine]:
    """What this person proposed, the newest first. One query."""
    rows: Any = db.session.execute(
        sa.select(Topic.id, Topic.text, Topic.lang, Topic.proposed_at, Topic.handled_at)
        .where(Topic.person_id == person_id)
        .order_by(Topic.proposed_at.desc(), Topic.id)
        .limit(MINE_SHOWN)
    )
    return [Mine(*row) for row in rows]


_OPEN = sa.func.count() - sa.func.count(Topic.handled_at)


def count_of() -> dict[bool, int]:
    """How many topics are open (False), and how many are handled (True). One query."""
    each = sa.select((_OPEN == 0).label("handled")).group_by(Topic.folded).subquery()
    found = {False: 0, True: 0}
    for handled, count in db.session.execute(sa.select(each.c.handled, sa.func.count()).group_by(each.c.handled)):
        found[bool(handled)] = count
    return found


def listed(*, handled: bool, page: int) -> list[Wish]:
    """A page of the topics that are open, or handled: those that most people propose first, then the newest. Two queries."""
    return _wishes(
        sa.and_(_OPEN == 0) if handled else _OPEN > 0, offset=(page - 1) * rules.PAGE, limit=rules.PAGE
    )  # fmt: skip


def wish(topic_id: str) -> Wish | None:
    """The topic that this one belongs to; None for a missing one."""
    folded = db.session.scalar(sa.select(Topic.folded).where(Topic.id == topic_id))
    return _wishes(Topic.folded == folded, offset=0, limit=1)[0] if folded is not None else None


def _wishes(which: sa.ColumnElement[bool], *, offset: int, limit: int) -> list[Wish]:
    newest = sa.func.max(Topic.proposed_at)
    groups = db.session.execute(
        sa.select(
            Topic.folded, sa.func.min(Topic.id), sa.func.count(), newest, sa.func.max(Topic.handled_at), _OPEN
        )
        .group_by(Topic.folded)
        .having(which)
        .order_by(sa.func.count().desc(), newest.desc(), Topic.folded)
        .offset(offset)
        .limit(limit)
    ).all()  # fmt: skip
    texts: dict[str, dict[str, str]] = {}
    for folded, lang, text in db.session.execute(
        sa.select(Topic.folded, Topic.lang, sa.func.min(Topic.text))
        .where(Topic.folded.in_([row[0] for row in groups]))
        .group_by(Topic.folded, Topic.lang)
        .order_by(Topic.folded, Topic.lang)
    ):
        texts.setdefault(folded, {})[lang] = text
    return [
        Wish(id, people, proposed, None if left else handled, texts[folded])
        for folded, id, people, proposed, handled, left in groups
    ]
