"""Reads of priorities: the newest ranking, what courses are levers for, and the results of a campaign as the page shows
them.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import sqlalchemy as sa
from sqlalchemy.engine import Row as RowOf

from lms.catalogue.queries import Published, Shelved
from lms.foundation.db import db
from lms.foundation.i18n import pick
from lms.priorities.models import Ranking
from lms.priorities.planning.path import Lever, Offered
from lms.priorities.rules import THIRDS, Need
from lms.spaces.models import Space, Territory
from lms.spaces.queries import all_spaces
from lms.survey.queries import CampaignView, Group, competency_names, instrument_of, released, released_parts

#: Draws for the plausible ranks of a campaign too small for a ranking of its own; computed when the page is opened.
FEW_DRAWS = 500


@dataclass(frozen=True)
class RankingView:
    """The newest ranking: what it says of each competency, in the order of need, and how it was computed."""

    id: str
    campaign_id: str
    counted: int
    computed_at: datetime
    seed: int
    draws: int
    needs: tuple[Need, ...]
    shares: Mapping[str, float]
    #: course -> (its number, its parts).
    courses: Mapping[str, tuple[float, tuple[tuple[str, float], ...]]]

    @property
    def first_name(self) -> str:
        """The first need in the reader's language; "" where nobody has one."""
        if not self.needs or self.needs[0].rank is None:
            return ""
        return pick(dict(competency_names().get(self.needs[0].competency, {})))


@dataclass(frozen=True)
class Row:
    """A line of the table of groups: its name and place, what may be shown, and its groups below."""

    key: str
    name: str
    place: str
    group: Group | None
    below: tuple[Row, ...] = ()

    @property
    def is_hidden(self) -> bool:
        """Whether nothing of this group may be shown."""
        return self.group is None or self.group.show == "hidden" or not self.group.domains


def latest_ranking() -> RankingView | None:
    """The newest ranking, or None before the first."""
    row = db.session.scalar(sa.select(Ranking).order_by(Ranking.computed_at.desc(), Ranking.id).limit(1))
    if row is None:
        return None
    return RankingView(
        id=row.id, campaign_id=row.campaign_id, counted=row.counted, computed_at=row.computed_at, seed=row.seed,
        draws=row.draws, needs=needs_of(row.inputs), shares=row.result["shares"],
        courses={
            name: (one["value"], tuple((k, value) for k, value in one["parts"]))
            for name, one in row.result["courses"].items()
        },
    )  # fmt: skip


def needs_of(inputs: Mapping[str, Any]) -> tuple[Need, ...]:
    """The needs a stored ranking was computed from, in their order."""
    return tuple(Need(**item) for item in inputs["items"])


def items_of(campaign_id: str, group: Group) -> list[dict[str, Any]]:
    """A group's released figures by competency, in the order of need, as a ranking keeps them."""
    asked = instrument_of(campaign_id)
    about = {item.id: item.competency for item in asked.items} if asked else {}
    names = Need.__dataclass_fields__.keys() - {"competency"}
    return [
        {"competency": about[one.item], **{name: getattr(one, name) for name in sorted(names)}} for one in group.items
    ]


def offered_by(published: Published) -> Offered:
    """What a course is a lever for, which courses it asks for first, and the hours it takes in the language it was written in."""
    document = published.document
    levers = {name: Lever(THIRDS[one.grade], one.entry, one.exit) for name, one in document.competencies.items()}
    asked = document.prerequisites
    return Offered(levers, asked.all, asked.any, document.minutes(document.source) / 60)


def levers_of(shelf: list[Shelved]) -> dict[str, dict[str, Any]]:
    """Course -> its version and levers, as a ranking keeps them."""
    return {
        one.published.course_id: {
            "version": one.published.version_id,
            "levers": {
                name: [lever.thirds, lever.entry, lever.exit]
                for name, lever in sorted(offered_by(one.published).levers.items())
            },
        }
        for one in shelf
    }


def needs_in(campaign: CampaignView, ranking: RankingView | None) -> tuple[Need, ...]:
    """The needs to show for a campaign: of its newest ranking, else (a small campaign) computed from what is released
    now.
    """
    if ranking is not None and ranking.campaign_id == campaign.id:
        return ranking.needs
    groups = released(campaign.id, draws=FEW_DRAWS, seed=campaign.number)
    return tuple(Need(**item) for item in items_of(campaign.id, groups[0])) if groups else ()


def groups_of(campaign: CampaignView, places: Sequence[RowOf[Space, Territory]] | None = None) -> list[Row]:
    """Every territory with its spaces, with what may be shown of each. `places`: all spaces, where they are at hand."""
    above, below_them = released_parts(campaign)
    territories = {group.key: group for group in above}
    spaces = {group.key: group for group in below_them}
    rows: dict[str, tuple[str, list[Row]]] = {}
    for space, territory in all_spaces() if places is None else places:
        _name, below = rows.setdefault(territory.id, (territory.name, []))
        below.append(Row(space.id, space.name, space.place, spaces.get(space.id)))
    return [Row(key, name, "", territories.get(key), tuple(below)) for key, (name, below) in rows.items()]
