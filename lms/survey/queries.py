"""Reads of the survey. `released` and its sisters are the one exit for figures: they read what `lms.survey.release` computed,
audited and stored, and nothing else gives answers out.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db, read
from lms.foundation.tokens import digest
from lms.survey import sealing
from lms.survey.instruments import Instrument, Words, cached
from lms.survey.models import Campaign, Draft, InstrumentVersion, Token
from lms.survey.release.models import Release, ReleasedGroup
from lms.survey.release.rules import (
    HIGHEST_MEAN,
    HIGHEST_SHARE,
    LOWEST_MEAN,
    LOWEST_SHARE,
    Estimate,
    Figures,
    Group,
)
from lms.survey.release.service import may_tell

__all__ = [
    "HIGHEST_MEAN", "HIGHEST_SHARE", "LOWEST_MEAN", "LOWEST_SHARE",
    "CampaignView", "Drawn", "Estimate", "Figures", "Group", "Page", "asked_in", "campaign", "competency_names", "drafted",
    "instrument_of", "newest_campaign", "newest_release", "open_campaign", "page_of", "released",
    "released_group", "released_parts", "shown_campaign",
]  # fmt: skip


@dataclass(frozen=True)
class CampaignView:
    """A campaign as pages show it: its days, its counts, its questionnaire. How many answers wait is told nobody: that moves
    with every one, and whoever watches it knows who has sent.
    """

    id: str
    number: int
    state: str
    k: int
    opened_on: date | None
    closed_on: date | None
    invited: int
    counted: int
    instrument_id: str
    mode: str
    #: How many answers the network's figures are made of: none before the first release.
    told: int
    #: Whether answers are counted, or the campaign closed, whose release is not stored yet.
    is_awaited: bool


@dataclass(frozen=True)
class Page:
    """Where a token leads: the state of the token and of its campaign, and the draft so far."""

    state: str
    campaign_state: str
    closed_on: date | None
    k: int
    order: tuple[str, ...]
    answers: Mapping[str, Sequence[str]]
    place: int
    instrument: Instrument


def _most(column: sa.SQLColumnExpression[int]) -> sa.ScalarSelect[int]:
    """The largest a column has in a campaign's releases, 0 before the first."""
    return (
        sa.select(sa.func.coalesce(sa.func.max(column), 0)).where(Release.campaign_id == Campaign.id).scalar_subquery()
    )


_TOLD = _most(Release.people)
_COUNTS: dict[str, sa.ColumnElement[Any]] = {"told": _TOLD, "is_awaited": Campaign.batches > _most(Release.number)}
_CAMPAIGNS = sa.select(
    *(getattr(Campaign, name) for name in CampaignView.__dataclass_fields__ if name not in _COUNTS),
    *(query.label(name) for name, query in _COUNTS.items()),
)
_OPEN = _CAMPAIGNS.where(Campaign.state == "open")


def _view(query: sa.Select[Any]) -> CampaignView | None:
    """The first campaign that a part of `_CAMPAIGNS` finds."""
    row = read(query).first()
    return CampaignView(**row._mapping) if row else None


def open_campaign() -> CampaignView | None:
    """The campaign that takes answers now, or None."""
    return _view(_OPEN)


def newest_campaign(least: int = 0) -> CampaignView | None:
    """The newest campaign whose released figures are made of at least `least` answers, or None."""
    return _view((_CAMPAIGNS.where(least <= _TOLD) if least else _CAMPAIGNS).order_by(Campaign.number.desc()).limit(1))


def shown_campaign(newest: CampaignView | None) -> CampaignView | None:
    """The newest campaign with figures to show: `newest` itself where enough answers are told, else the last that had."""
    if newest is None or newest.told:
        return newest
    return newest_campaign(least=1)


def campaign(campaign_id: str) -> CampaignView | None:
    """The campaign with this id, or None."""
    return _view(_CAMPAIGNS.where(Campaign.id == campaign_id))


def _asked(instrument_id: str) -> Instrument:
    return cached(
        instrument_id,
        lambda: db.session.scalars(
            sa.select(InstrumentVersion.document).where(InstrumentVersion.id == instrument_id)
        ).one(),
    )


def asked_in(found: CampaignView) -> Instrument:
    """The questionnaire this campaign asks."""
    return _asked(found.instrument_id)


def instrument_of(campaign_id: str) -> Instrument | None:
    """The questionnaire a campaign asks, or None for an unknown campaign."""
    asked = db.session.scalar(sa.select(Campaign.instrument_id).where(Campaign.id == campaign_id))
    return _asked(asked) if asked else None


_NEWEST_INSTRUMENT = (
    sa.select(InstrumentVersion.id)
    .outerjoin(Campaign, Campaign.instrument_id == InstrumentVersion.id)
    .order_by(Campaign.number.desc().nulls_last())
    .limit(1)
)


def competency_names() -> dict[str, Words]:
    """Competency -> its name in each language, as the newest questionnaire calls it."""
    newest = read(_NEWEST_INSTRUMENT).scalar()
    return {item.competency: item.name for item in _asked(newest).items} if newest else {}


_PAGE = (
    sa.select(
        Token.state, Campaign.state.label("campaign_state"), Campaign.closed_on, Campaign.k, Campaign.instrument_id,
        Draft.order.label("order"), Draft.answers, Draft.place,
    )
    .join(Campaign, Campaign.id == Token.campaign_id)
    .outerjoin(Draft, Draft.token_id == Token.id)
    .where(Token.id == sa.bindparam("token"))
)  # fmt: skip


def drafted(token: str, answers: Any) -> dict[str, list[str]]:
    """The answers of a draft, item by item, opened with the token of its link. Raises `sealing.Unreadable`."""
    if isinstance(answers, dict):  # begun before drafts were sealed
        return answers
    found: dict[str, list[str]] = json.loads(sealing.opened(sealing.key_of_link(token), answers))
    return found


def page_of(token: str) -> Page | None:
    """Where this token leads, or None for an unknown one. Changes nothing."""
    row = read(_PAGE, token=digest(token)).one_or_none()
    if row is None:
        return None
    return Page(
        state=row.state, campaign_state=row.campaign_state, closed_on=row.closed_on, k=row.k,
        order=tuple(row.order or ()), answers=drafted(token, row.answers) if row.answers else {}, place=row.place or 1,
        instrument=_asked(row.instrument_id),
    )  # fmt: skip


# ---- the one exit -------------------------------------------------------------------------------------------------

#: The release whose figures of a kind are current: the newest for the network, for parts the one that told them last.
_GROUPS = (
    sa.select(
        ReleasedGroup.kind, ReleasedGroup.key, ReleasedGroup.show, ReleasedGroup.n, ReleasedGroup.domains,
        ReleasedGroup.items, ReleasedGroup.pooled,
    )
    .order_by(ReleasedGroup.kind, ReleasedGroup.key)
)  # fmt: skip


def _newest(column: sa.SQLColumnExpression[Any]) -> sa.ScalarSelect[Any]:
    return (
        sa.select(column)
        .where(Release.campaign_id == sa.bindparam("campaign"))
        .order_by(Release.number.desc())
        .limit(1)
        .scalar_subquery()
    )


_NETWORK = _GROUPS.where(ReleasedGroup.release_id == _newest(Release.id), ReleasedGroup.kind == "network")
_PARTS = _GROUPS.where(ReleasedGroup.release_id == _newest(Release.parts_id), ReleasedGroup.kind != "network")
#: The same for a table of all of them: a space's items are no part of it, and twenty times the work.
_TABLE = (
    sa.select(
        ReleasedGroup.kind, ReleasedGroup.key, ReleasedGroup.show, ReleasedGroup.n, ReleasedGroup.domains,
        *(
            sa.case((ReleasedGroup.kind == "territory", column)).label(column.key)
            for column in (ReleasedGroup.items, ReleasedGroup.pooled)
        ),
    )
    .where(ReleasedGroup.release_id == _newest(Release.parts_id), ReleasedGroup.kind != "network")
    .order_by(ReleasedGroup.kind, ReleasedGroup.key)
)  # fmt: skip
_ONE = _PARTS.where(ReleasedGroup.kind == sa.bindparam("kind"), ReleasedGroup.key == sa.bindparam("key"))


def _group(row: Any) -> Group:
    return Group(
        row.kind, row.key, row.show, row.n, row.domains, tuple(Figures(**one) for one in row.items or ()),
        {item: Estimate(*one) for item, one in (row.pooled or {}).items()},
    )  # fmt: skip


def _told(found: CampaignView, statement: sa.Select[Any], **which: str) -> list[Group]:
    may_tell(found.mode)
    return [_group(row) for row in read(statement, campaign=found.id, **which)]


def released(campaign_id: str, *, by: str = "network") -> list[Group]:
    """The figures of a campaign that may be shown: `by` "network" (one group), "territory" or "space".

    Nothing of a group under the campaign's k, and no figure whose difference from other released ones is about fewer
    than k people (`lms.survey.release`). Gives an empty list for an unknown campaign and before anything may be shown.
    Raises `Refused` for a campaign of a mode whose promise this exit cannot keep.
    """
    found = campaign(campaign_id)
    if found is None:
        return []
    if by == "network":
        return _told(found, _NETWORK)
    return [group for group in _told(found, _PARTS) if group.by == by]


def released_group(found: CampaignView, by: str, key: str) -> Group | None:
    """What may be shown of one territory or space, or None."""
    groups = _told(found, _ONE, kind=by, key=key)
    return groups[0] if groups else None


def released_parts(found: CampaignView) -> tuple[list[Group], list[Group]]:
    """A campaign's territories as `released` gives them, and its spaces without their items, read once: for tables."""
    groups = _told(found, _TABLE)
    return [one for one in groups if one.by == "territory"], [one for one in groups if one.by == "space"]


@dataclass(frozen=True)
class Drawn:
    """How a campaign's newest release was computed: seed and number of the draws behind what is said of its certainty."""

    id: str
    number: int
    people: int
    seed: int
    draws: int


_DRAWN = (
    sa.select(*(getattr(Release, name) for name in Drawn.__dataclass_fields__))
    .where(Release.campaign_id == sa.bindparam("campaign"))
    .order_by(Release.number.desc())
    .limit(1)
)


def newest_release(campaign_id: str) -> Drawn | None:
    """The newest release of a campaign, or None before the first."""
    row = read(_DRAWN, campaign=campaign_id).first()
    return Drawn(**row._mapping) if row else None
