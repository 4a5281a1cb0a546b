"""Making a release: compute and audit outside any transaction that writes, store it, tell of it.

What was counted and has no release yet gets one, whoever died in between; a release that stands is never made again.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from typing import Any, cast
from zlib import crc32

import sqlalchemy as sa

from lms.foundation.db import db, new_id, read
from lms.foundation.errors import Refused
from lms.foundation.i18n import _
from lms.jobs import outbox
from lms.survey.analysis.uncertainty import DRAWS
from lms.survey.events import BatchCounted, CampaignClosed
from lms.survey.instruments import Instrument, cached
from lms.survey.models import Campaign, InstrumentVersion, Response
from lms.survey.release import rules
from lms.survey.release.models import Release, ReleasedGroup
from lms.survey.release.rules import Group, Row, Told

log = logging.getLogger("lms.survey")


@dataclass(frozen=True)
class Prepared:
    """A release that is computed and audited, and not yet stored."""

    campaign_id: str
    number: int
    seed: int
    before_id: str | None
    parts_id: str | None
    #: Whether territories and spaces are told anew, and whether the campaign is closed by it.
    parts: bool
    closes: bool
    told: Told
    groups: tuple[Group, ...]


def unreleased() -> list[str]:
    """The campaigns with a counted batch that has no release yet, the newest first."""
    newest = (
        sa.select(sa.func.coalesce(sa.func.max(Release.number), 0))
        .where(Release.campaign_id == Campaign.id)
        .scalar_subquery()
    )
    return list(
        db.session.scalars(sa.select(Campaign.id).where(Campaign.batches > newest).order_by(Campaign.number.desc()))
    )


_ROWS = sa.select(Response.answers, Response.territory_id, Response.space_id, Response.release).where(
    Response.campaign_id == sa.bindparam("campaign"), Response.release <= sa.bindparam("number")
)


def prepare(campaign_id: str) -> Prepared | None:
    """Compute the release of everything counted so far, outside any transaction that writes. None where it stands already.

    Raises `Refused` for a campaign of a mode this exit does not know, and `rules.Unsafe` where the audit fails: then the
    former release stays.
    """
    campaign = db.session.execute(
        sa.select(
            Campaign.batches, Campaign.parts, Campaign.state, Campaign.mode, Campaign.k, Campaign.instrument_id
        ).where(Campaign.id == campaign_id)
    ).one()
    may_tell(campaign.mode)
    number: int = campaign.batches
    last = _newest(campaign_id)
    if number <= (last.number if last else 0):
        return None
    asked = _asked(campaign.instrument_id)
    tracks = tracks_of(asked, campaign.k)
    rows = [Row(*row) for row in read(_ROWS, campaign=campaign_id, number=number)]
    returns = rules.returns_of(rows, asked.item_ids)
    before = _told(last, len(tracks))
    parts = campaign.parts > (before.moments[-1] if before.moments else 0)
    told = rules.decide(returns, before, number, tracks, parts=parts)
    seed = crc32(f"{campaign_id}:{number}".encode())
    groups = rules.groups_of(returns, told, tracks, [item.domain for item in asked.items], seed=seed, parts=parts)
    return Prepared(
        campaign_id, number, seed, last.id if last else None, last.parts_id if last else None, parts,
        campaign.state == "closed", told, tuple(groups),
    )  # fmt: skip


def may_tell(mode: str) -> None:
    """Ask the promise of a campaign before anything of it is told. Raises `Refused` for one this exit does not know."""
    if mode not in rules.MODES:
        raise Refused(_("The figures of this survey cannot be shown."))


def tracks_of(asked: Instrument, k: int) -> list[int]:
    """The smallest group of each track: the campaign's, and no fewer than eleven for what the instrument marks as
    sensitive.
    """
    return [k, *(max(k, rules.SENSITIVE) if item.sensitive else k for item in asked.items)]


def _asked(instrument_id: str) -> Instrument:
    def document() -> Mapping[str, Any]:
        found = sa.select(InstrumentVersion.document).where(InstrumentVersion.id == instrument_id)
        return cast(Mapping[str, Any], db.session.scalars(found).one())

    return cached(instrument_id, document)


def _newest(campaign_id: str) -> Release | None:
    found: Release | None = db.session.scalar(
        sa.select(Release).where(Release.campaign_id == campaign_id).order_by(Release.number.desc()).limit(1)
    )
    return found


def _told(last: Release | None, tracks: int) -> Told:
    if last is None:
        return rules.nothing_told(tracks)
    steps = {
        (row.kind, row.key): {int(moment): bits for moment, bits in row.steps.items()}
        for row in read(
            sa.select(ReleasedGroup.kind, ReleasedGroup.key, ReleasedGroup.steps).where(
                ReleasedGroup.release_id == last.parts_id, ReleasedGroup.kind != "network"
            )
        )
    }
    return Told(tuple(map(tuple, last.told["moves"])), tuple(last.told["moments"]), steps)


def store(prepared: Prepared) -> str | None:
    """Store a release and tell of it. Gives its id; None where another was stored meanwhile (what is missing then is to be
    computed anew).
    """
    db.session.execute(sa.select(Campaign.id).where(Campaign.id == prepared.campaign_id).with_for_update())
    last = _newest(prepared.campaign_id)
    if (last.id if last else None) != prepared.before_id:
        return None
    made = new_id()
    db.session.add(
        Release(
            id=made, campaign_id=prepared.campaign_id, number=prepared.number,
            people=prepared.groups[0].n if prepared.groups else 0, method="mwds", seed=prepared.seed, draws=DRAWS,
            before_id=prepared.before_id, parts_id=made if prepared.parts else prepared.parts_id,
            told={"moves": prepared.told.moves, "moments": prepared.told.moments},
        )
    )  # fmt: skip
    db.session.flush()
    rows = [
        {
            "release_id": made, "kind": group.by, "key": group.key, "show": group.show, "n": group.n,
            "domains": dict(group.domains), "items": [asdict(one) for one in group.items],
            "pooled": {item: [one.estimate, one.se, one.n] for item, one in group.pooled.items()},
            "steps": {str(at): bits for at, bits in prepared.told.steps.get((group.by, group.key), {}).items()},
        }
        for group in prepared.groups
    ]  # fmt: skip
    if rows:
        db.session.execute(sa.insert(ReleasedGroup), rows)
    outbox.tell(CampaignClosed(prepared.campaign_id) if prepared.closes else BatchCounted(made, prepared.campaign_id))
    return made
