"""Tables of what was released: every release of a campaign and the figures it told. No answer and no person stands here."""

from __future__ import annotations

from typing import Any

import sqlalchemy as sa
from sqlalchemy.orm import Mapped, mapped_column

from lms.foundation.db import Base, Id, Json, words


class Release(Base):
    """One release of a campaign's figures: how it was computed, and from which answers. Nothing of it ever changes."""

    __tablename__ = "survey_release"
    __table_args__ = (sa.UniqueConstraint("campaign_id", "number"),)

    id: Mapped[str] = mapped_column(Id, primary_key=True)
    campaign_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_campaign.id"))
    #: The batch it was made for; batches that were counted while none was made are in the next.
    number: Mapped[int] = mapped_column(sa.Integer)
    #: How many answers the network's figures are made of.
    people: Mapped[int] = mapped_column(sa.Integer)
    #: The score that makes the order; seed and number of draws of what is said about its certainty.
    method: Mapped[str] = mapped_column(words("method", "mwds"))
    seed: Mapped[int] = mapped_column(sa.BigInteger)
    draws: Mapped[int] = mapped_column(sa.Integer)
    #: The release before it, whose figures it was audited with.
    before_id: Mapped[str | None] = mapped_column(sa.ForeignKey("survey_release.id"))
    #: The release that told the territories and spaces last: itself or an earlier one.
    parts_id: Mapped[str | None] = mapped_column(sa.ForeignKey("survey_release.id"))
    #: {"moves": [[release ...] for each track], "moments": [release ...]} (`rules.Told`).
    told: Mapped[dict[str, Any]] = mapped_column(Json)


class ReleasedGroup(Base):
    """The figures of one group in a release. Territories and spaces have a row where they are told anew."""

    __tablename__ = "survey_released_group"

    release_id: Mapped[str] = mapped_column(sa.ForeignKey("survey_release.id"), primary_key=True)
    kind: Mapped[str] = mapped_column(words("kind", "network", "territory", "space"), primary_key=True)
    #: The id of the territory or space, "" for the network.
    key: Mapped[str] = mapped_column(sa.String(64), primary_key=True)
    #: What may be shown (`rules.Group`), and of how many people.
    show: Mapped[str] = mapped_column(words("show", "indicative", "bands", "full"))
    n: Mapped[int] = mapped_column(sa.Integer)
    domains: Mapped[dict[str, float]] = mapped_column(Json)
    #: Figures of the items in the order of need; item -> [estimate, standard error, n].
    items: Mapped[list[dict[str, Any]]] = mapped_column(Json)
    pooled: Mapped[dict[str, list[Any]]] = mapped_column(Json)
    #: Moment -> the tracks on which the group took its part, a bit each (`rules.Told`).
    steps: Mapped[dict[str, int]] = mapped_column(Json)
