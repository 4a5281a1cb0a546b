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
from lms.priorities.planning import rules as planning
from lms.priorities.planning import spaces as of_spaces
from lms.priorities.planning.backlog import Backlog, backlog
from lms.priorities.planning.path import Lever, Offered
from lms.priorities.rules import THIRDS, Need
from lms.spaces.models import Space, Territory
from lms.spaces.queries import all_spaces
from lms.survey.instruments import Instrument
from lms.survey.queries import (
    CampaignView,
    Group,
    asked_in,
    competency_names,
    instrument_of,
    released,
    released_group,
    released_parts,
)


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
    return _items(asked, group) if asked else []


def _items(asked: Instrument, group: Group) -> list[dict[str, Any]]:
    about = {item.id: item.competency for item in asked.items}
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
    """The needs to show for a campaign: of its newest ranking, else (a small campaign) as they are released."""
    if ranking is not None and ranking.campaign_id == campaign.id:
        return ranking.needs
    groups = released(campaign.id)
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


# ---- what the courses cover, and what they leave ----------------------------------------------------------------------


@dataclass(frozen=True)
class Outlook:
    """What the courses on the shelf cover of the need, and what is to be written.

    `plan` is (course, what it adds, what is covered with it), shares of all need, each time the course that covers most of what
    is left; after the first `cut` each adds less than 1 in 100. `left` is competency -> share that no course covers.
    """

    plan: tuple[tuple[str, float, float], ...]
    cut: int
    left: Mapping[str, float]
    backlog: Backlog


def available(offers: Sequence[Shelved]) -> list[planning.Course]:
    """The courses on the shelf as the planning rules know them; nothing is left to write of them."""
    return [
        planning.Course(one.published.course_id, offered_by(one.published).coverage, planning.AVAILABLE, 0.0)
        for one in offers
    ]


def outlook_of(
    ranking: RankingView, offers: Sequence[Shelved], asked: Instrument, territories: Sequence[Row] = ()
) -> Outlook:
    """The outlook after a ranking. `territories` as `groups_of` gives them: the one that needs a course most is named in its
    brief, where enough of its people answered.
    """
    courses, shares = available(offers), ranking.shares
    steps = planning.greedy(shares, courses)
    rising = planning.curve(steps, shares)
    groups = {
        row.key: {item["competency"]: Need(**item) for item in _items(asked, row.group)}
        for row in territories
        if row.group is not None
    }
    groups[""] = {need.competency: need for need in ranking.needs}
    return Outlook(
        tuple((name, adds, covered) for (name, adds), covered in zip(steps, rising, strict=True)),
        planning.cut(steps, shares),
        planning.residual(shares, courses),
        backlog(shares, courses, groups, domains={item.competency: item.domain for item in asked.items}),
    )


def plan_of(found: CampaignView, place: Space, offers: Sequence[Shelved]) -> of_spaces.Plan | None:
    """The first courses for a space, from what was released: of the space, else of its territory, else of the network. None
    where nothing was.
    """
    about = {item.id: item.competency for item in asked_in(found).items}
    told = []
    for by, key in (("space", place.id), ("territory", place.territory_id)):
        group = released_group(found, by, key)
        if group is not None:
            pooled = {about[item]: one for item, one in group.pooled.items()}
            told.append(
                of_spaces.Told(
                    by, group.n, {name: one.estimate for name, one in pooled.items()},
                    {name: one.se for name, one in pooled.items() if one.se is not None},
                )
            )  # fmt: skip
    for group in released(found.id):
        told.append(of_spaces.Told("network", group.n, {about[one.item]: one.mwds for one in group.items}))
    return of_spaces.plan(told, available(offers), found.k) if told else None
