"""Tables of the survey. Two promises are kept by their shape:

- who was asked (`survey_token`) and what was answered (`survey_waiting`, `survey_response`) have no common key, and no
  table here names a person;
- nothing carries a time finer than a day, and what is stored in SQLite without row numbers keeps no order of arrival.
"""

from __future__ import annotations

from datetime import date
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, words

#: SQLite stores such a table in the order of its random keys and keeps no count of insertions.
NO_ROW_NUMBERS = {"sqlite_with_rowid": False}


class InstrumentVersion(Base):
    """A questionnaire as it is asked. Its words never change once a campaign has opened with it."""

    __tablename__ = "survey_instrument"
    __table_args__ = (sa.UniqueConstraint("name", "version"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: As the file says: "needs-1", and its version.
    name: Mapped[str] = mapped_column(sa.String(64))
    version: Mapped[int] = mapped_column(sa.SmallInteger)
    #: SHA-256 of the instrument's file; the vocabulary's words may be polished without a new version.
    digest: Mapped[str] = mapped_column(sa.String(64))
    #: The whole questionnaire, with the names and examples its competencies had on that day.
    document: Mapped[dict[str, Any]] = mapped_column(Json)


class Campaign(Base):
    """One time of asking. At most one is open."""

    __tablename__ = "survey_campaign"
    __table_args__ = (
        sa.CheckConstraint("k >= 5", name="k"),
        sa.CheckConstraint("(state = 'closed') = (closed_on IS NOT NULL)", name="closed"),
        sa.CheckConstraint("(state = 'draft') = (opened_on IS NULL)", name="opened"),
        sa.Index(
            "uq_survey_campaign_open", "state", unique=True,
            sqlite_where=sa.text("state = 'open'"), postgresql_where=sa.text("state = 'open'"),
        ),
    )  # fmt: skip

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    #: 1 for the first campaign of the network, then 2 ...
    number: Mapped[int] = mapped_column(sa.Integer, unique=True)
    instrument_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_instrument.id"))
    state: Mapped[str] = mapped_column(words("state", "draft", "open", "closed"))
    #: The smallest group a figure is made of; chosen before opening and never loosened.
    k: Mapped[int] = mapped_column(sa.SmallInteger)
    mode: Mapped[str] = mapped_column(words("mode", "anonymous"))
    opened_on: Mapped[date | None] = mapped_column(sa.Date)
    closed_on: Mapped[date | None] = mapped_column(sa.Date)
    #: How many people were invited, how many answers the results are made of, in how many batches they came; closing is
    #: the last batch, be it empty. Each makes a release (`lms.survey.release`).
    invited: Mapped[int] = mapped_column(sa.Integer)
    counted: Mapped[int] = mapped_column(sa.Integer)
    batches: Mapped[int] = mapped_column(sa.Integer)
    #: The last batch with which territories and spaces are told too, 0 before the first.
    parts: Mapped[int] = mapped_column(sa.Integer, default=0, server_default="0")


class Token(Base):
    """A right to answer once. It names no person; the pairing of link and address is forgotten with the mailing."""

    __tablename__ = "survey_token"
    __table_args__ = NO_ROW_NUMBERS

    #: SHA-256 of the token in the link.
    id: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    campaign_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_campaign.id"), index=True)
    state: Mapped[str] = mapped_column(words("state", "unused", "started", "used"))
    #: The cell of the invitation, as coarse as the fewest people asked for (`rules.coarsen`).
    territory_id: Mapped[str | None] = mapped_column(sa.ForeignKey("territory.id"))
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"))
    role: Mapped[str | None] = mapped_column(sa.String(20))


class Draft(Base):
    """Answers on the way, under the token's hash, so that the same link goes on from any device. Wiped at sending.

    They are sealed with the token itself, which is in the link alone: who reads the database does not read them.
    """

    __tablename__ = "survey_draft"
    __table_args__ = NO_ROW_NUMBERS

    token_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_token.id", ondelete="CASCADE"), primary_key=True)
    #: Item ids in the order this person meets them.
    order: Mapped[list[str]] = mapped_column("item_order", Json)
    #: item id -> [importance code, level code], as JSON that `sealing` closed.
    answers: Mapped[Any] = mapped_column(Json)
    #: The page to go on with, from 1; one more than there are items for the check page.
    place: Mapped[int] = mapped_column(sa.SmallInteger)


class Waiting(Base):
    """A sent return that waits for its batch: safe on the disk, without the token, under a random id of its own, and
    sealed with the machine's key: a copy of the database made now shows nobody's answers, and no order of arrival.
    """

    __tablename__ = "survey_waiting"
    __table_args__ = NO_ROW_NUMBERS

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_campaign.id"), index=True)
    territory_id: Mapped[str | None] = mapped_column(sa.ForeignKey("territory.id"))
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"))
    role: Mapped[str | None] = mapped_column(sa.String(20))
    #: Packed as in `survey_response`, and closed by `sealing`.
    answers: Mapped[str] = mapped_column(sa.String(400))


class Response(Base):
    """A counted return: packed codes, a cell, a day. Written in shuffled batches under fresh random ids."""

    __tablename__ = "survey_response"
    __table_args__ = (
        sa.Index("ix_survey_response_campaign_id_release", "campaign_id", "release"),
        NO_ROW_NUMBERS,
    )

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_campaign.id"))
    #: The day the batch joined the results, not the day of sending.
    day: Mapped[date] = mapped_column(sa.Date)
    territory_id: Mapped[str | None] = mapped_column(sa.ForeignKey("territory.id"))
    space_id: Mapped[str | None] = mapped_column(sa.ForeignKey("space.id"))
    role: Mapped[str | None] = mapped_column(sa.String(20))
    #: Two signs per item in the instrument's order (`rules.pack`).
    answers: Mapped[str] = mapped_column(sa.String(400))
    #: The batch it was counted with, k answers or more: the release that is first made of it too. Null for the very last
    #: ones where they were fewer than k and other figures stood already; they are in no figure.
    release: Mapped[int | None] = mapped_column(sa.Integer)
