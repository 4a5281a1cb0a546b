"""What changes topics: proposing one, taking it back, dealing with it. All of it inside the caller's `writing()`."""

from __future__ import annotations

from datetime import timedelta

import sqlalchemy as sa

from lms.accounts.service import count_try
from lms.catalogue.topics import rules
from lms.catalogue.topics.models import Topic
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound, Refused, TooMany
from lms.foundation.i18n import _

#: (how many, in how long) one person may propose.
PROPOSED = (10, timedelta(days=1))


def propose(person_id: str, text: str, *, lang: str) -> None:
    """Keep what somebody would like a course about. The same words twice are once.

    Raises `Refused` for a text without a word, `TooMany` past ten in a day.
    """
    kept = rules.clean(text)
    folded = rules.compared(kept)
    if not folded:
        raise Refused(_("Say in a few words what the course should be about."))
    if db.session.scalar(sa.select(Topic.id).where(Topic.person_id == person_id, Topic.folded == folded)):
        return
    try:
        count_try(f"topic:{person_id}", PROPOSED)
    except TooMany as error:
        raise TooMany(
            _("That is a lot for one day. Your topic is not sent: propose it tomorrow."), error.retry_after
        ) from None
    fact = {
        "id": new_id(), "person_id": person_id, "text": kept, "folded": folded, "lang": lang, "proposed_at": now(),
        "handled_at": None,
    }  # fmt: skip
    upsert(Topic, [fact], key=["person_id", "folded"])


def withdraw(person_id: str, topic_id: str) -> str:
    """Take one's topic back; gives its text. Raises `NotFound` for a missing one and for somebody else's."""
    found = db.session.scalar(sa.select(Topic).where(Topic.id == topic_id, Topic.person_id == person_id))
    if found is None:
        raise NotFound()
    text = found.text
    db.session.delete(found)
    db.session.flush()
    return text


def settle(topic_id: str, *, handled: bool) -> None:
    """Mark a topic, and all with the same words, as dealt with, or open them again. Raises `NotFound` for a missing one."""
    folded = db.session.scalar(sa.select(Topic.folded).where(Topic.id == topic_id))
    if folded is None:
        raise NotFound()
    change = sa.update(Topic).where(Topic.folded == folded)
    db.session.execute(
        change.where(Topic.handled_at.is_(None)).values(handled_at=now()) if handled else change.values(handled_at=None)
    )
