"""Table of priorities: every order that was ever computed, with what it was computed from. It names no person."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, Moment, words


class Ranking(Base):
    """One computation. `inputs` are enough to compute `result` again, bit for bit."""

    __tablename__ = "ranking"

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_campaign.id"), index=True)
    #: How many counted answers the figures are made of.
    counted: Mapped[int] = mapped_column(sa.Integer)
    #: The score that makes the order: mean weighted discrepancy.
    method: Mapped[str] = mapped_column(words("method", "mwds"))
    #: Seed and number of draws of the plausible ranks.
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    draws: Mapped[int] = mapped_column(sa.Integer)
    #: {"items": [figures of each item], "courses": {course: {"version": id, "levers": {competency: [thirds, entry,
    #: exit]}}}}.
    inputs: Mapped[dict[str, Any]] = mapped_column(Json)
    #: {"shares": {competency: u}, "courses": {course: {"value": V, "parts": [[competency, contribution] ...]}}}.
    result: Mapped[dict[str, Any]] = mapped_column(Json)
    computed_at: Mapped[datetime] = mapped_column(Moment, index=True)
