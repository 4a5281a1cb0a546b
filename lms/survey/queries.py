"""Reads of the survey. `released` is the one exit for figures: it knows the smallest group, and nothing else gives
answers out.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import date
from statistics import fmean
from typing import Any

import sqlalchemy as sa

from lms.foundation.db import db, read
from lms.foundation.tokens import digest
from lms.survey import rules, sealing
from lms.survey.instruments import Instrument, Words, cached
from lms.survey.models import Campaign, Draft, InstrumentVersion, Response, Token, Waiting
from lms.survey.rules import Figures


@dataclass(frozen=True)
class CampaignView:
    """A campaign as pages show it: its days, its counts, its questionnaire."""

    id: str
    number: int
    state: str
    k: int
    opened_on: date | None
    closed_on: date | None
    invited: int
    counted: int
    waiting: int
    instrument_id: str


@dataclass(frozen=True)
class Group:
    """The figures of one group that may be shown, and nothing that may not.

    `by` is network, territory or space, `key` the group's id ("" for the network). `show` says what the page may do
    with it: hidden (no figures here; `n` is 0), indicative (domains alone, pooled towards the parent), bands, full. A
    domain or item that is missing has too few answers, or would give another group away by subtraction.
    """

    by: str
    key: str
    show: str
    n: int
    #: domain -> mean gap of its people, each person's gaps in that domain averaged first.
    domains: Mapping[str, float]
    items: tuple[Figures, ...] = ()


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


_COLUMNS = [getattr(Campaign, name) for name in CampaignView.__dataclass_fields__ if name != "waiting"]
_CAMPAIGNS = sa.select(
    *_COLUMNS,
    sa.select(sa.func.count())
    .select_from(Waiting)
    .where(Waiting.campaign_id == Campaign.id)
    .scalar_subquery()
    .label("waiting"),
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
    """The newest campaign with at least `least` counted answers, or None."""
    return _view(_CAMPAIGNS.where(Campaign.counted >= least).order_by(Campaign.number.desc()).limit(1))


def shown_campaign(newest: CampaignView | None) -> CampaignView | None:
    """The newest campaign with figures to show: `newest` itself where enough answers are counted, else the last that had."""
    if newest is None or newest.counted >= newest.k:
        return newest
    return newest_campaign(least=newest.k)


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


@dataclass(frozen=True)
class _Counted:
    """The counted returns of one group, inside this room only."""

    answers: list[str]
    parent: str


def released(campaign_id: str, *, by: str = "network", draws: int = 0, seed: int = 0) -> list[Group]:
    """The figures of a campaign that may be shown: `by` "network" (one group), "territory" or "space" (all with an
    answer).

    Nothing of a group under the campaign's k, and no figure whose difference from another released one is about fewer
    than k people. `draws` and `seed`, for the network alone, add plausible ranks. Gives an empty list for an unknown
    campaign, or a network under k.
    """
    found = campaign(campaign_id)
    if found is None:
        return []
    if by != "network":
        territories, spaces = released_parts(found)
        return territories if by == "territory" else spaces
    answers = [row.answers for row in _returns(found.id)]
    if len(answers) < found.k:
        return []
    return [_network(_asked(found.instrument_id), _Counted(answers, ""), found.k, draws, seed)]


_RETURNS = sa.select(Response.answers, Response.territory_id, Response.space_id, Response.reach).where(
    Response.campaign_id == sa.bindparam("campaign")
)


def _returns(campaign_id: str) -> Sequence[Any]:
    return read(_RETURNS, campaign=campaign_id).all()


def released_parts(found: CampaignView) -> tuple[list[Group], list[Group]]:
    """What `released` gives of a campaign's territories and of its spaces, its answers read once."""
    asked = _asked(found.instrument_id)
    rows = _returns(found.id)
    everybody = _Counted([row.answers for row in rows], "")
    if len(everybody.answers) < found.k:
        return [], []
    territories: dict[str, _Counted] = {}
    spaces: dict[str, _Counted] = {}
    for row in rows:
        if row.territory_id is None:
            continue
        territory = territories.setdefault(row.territory_id, _Counted([], ""))
        if row.reach >= 1:
            territory.answers.append(row.answers)
        if row.space_id is not None:
            space = spaces.setdefault(row.space_id, _Counted([], row.territory_id))
            if row.reach >= 2:
                space.answers.append(row.answers)
    above = _parts(asked, "territory", {"": everybody}, territories, found.k)
    groups = _parts(asked, "space", territories, spaces, found.k)
    # what a hidden territory would show, its spaces must not show either
    hidden = {group.key for group in above if group.show == "hidden"}
    return above, [_hide(group) if spaces[group.key].parent in hidden else group for group in groups]


def newest_results(*, by: str = "network") -> list[Group]:
    """`released` of the newest campaign whose answers are enough to show anything."""
    found = newest_campaign(least=5)
    return released(found.id, by=by) if found else []


def _hide(group: Group) -> Group:
    return Group(by=group.by, key=group.key, show="hidden", n=0, domains={})


def _network(asked: Instrument, everybody: _Counted, k: int, draws: int, seed: int) -> Group:
    items = asked.item_ids
    figures = _figures(asked, everybody.answers, k)
    ordered = rules.ranked(figures)
    n = len(everybody.answers)
    if n < rules.OWN_FIGURES:
        ordered = []
    elif draws:
        ordered = rules.with_intervals(ordered, everybody.answers, items, seed, draws)
    domains = _domains(asked, everybody.answers, k)
    return Group(by="network", key="", show=rules.display(n, k), n=n, domains=domains, items=tuple(ordered))


def _figures(asked: Instrument, answers: Iterable[str], k: int) -> list[Figures]:
    sums = rules.sums_of(answers, len(asked.items))
    made = (rules.figures_of(item, one) for item, one in zip(asked.item_ids, sums, strict=True))
    return [one for one in made if one is not None and one.n >= k]


def _values(asked: Instrument, answers: Sequence[str]) -> dict[str, list[float]]:
    """domain -> one value for each person with a pair in it: the mean of that person's gaps there."""
    where: dict[str, list[int]] = {}
    for at, item in enumerate(asked.items):
        where.setdefault(item.domain, []).append(at)
    values: dict[str, list[float]] = {domain: [] for domain in where}
    for packed in answers:
        pairs = rules.pairs_of(packed)
        for domain, places in where.items():
            gaps = [pair[0] - pair[1] for at in places if (pair := pairs[at]) is not None]
            if gaps:
                values[domain].append(fmean(gaps))
    return values


def _domains(asked: Instrument, answers: Sequence[str], k: int) -> dict[str, float]:
    return {domain: fmean(values) for domain, values in _values(asked, answers).items() if len(values) >= k}


def _parts(
    asked: Instrument, by: str, parents: Mapping[str, _Counted], parts: Mapping[str, _Counted], k: int
) -> list[Group]:
    """The groups of `parts`, each a part of its parent: what may be shown of them beside the parents' figures."""
    out: list[Group] = []
    for parent_key, parent in sorted(parents.items()):
        mine = {key: part for key, part in parts.items() if part.parent == parent_key}
        gone = rules.suppressed(len(parent.answers), {key: len(part.answers) for key, part in mine.items()}, k)
        parent_values = _values(asked, parent.answers)
        values = {key: _values(asked, part.answers) for key, part in mine.items() if key not in gone}
        shown = {
            domain: set(values)
            - rules.suppressed(len(people), {key: len(own[domain]) for key, own in values.items()}, k)
            for domain, people in parent_values.items()
        }
        spreads = {
            domain: {key: spread for key, own in values.items() if (spread := rules.spread_of(own[domain]))}
            for domain in shown
        }
        parent_pairs = {one.item: one.n for one in _figures(asked, parent.answers, 1)}
        figures = {
            key: {one.item: one for one in _figures(asked, part.answers, k)}
            for key, part in mine.items()
            if key not in gone and len(part.answers) >= rules.OWN_FIGURES
        }
        for item, total in parent_pairs.items():
            pairs = {key: own[item].n if item in own else 0 for key, own in figures.items()}
            for key in rules.suppressed(total, pairs, k):
                figures[key].pop(item, None)
        for key, part in sorted(mine.items()):
            n = len(part.answers)
            if key in gone:
                out.append(Group(by=by, key=key, show="hidden", n=0, domains={}))
                continue
            show = rules.display(n, k)
            domains: dict[str, float] = {}
            for domain, people in parent_values.items():
                if key not in shown[domain]:
                    continue
                mean = spreads[domain][key].mean
                if show == "indicative":
                    mean = rules.pooled(spreads[domain][key], list(spreads[domain].values()), fmean(people))
                domains[domain] = mean
            items = tuple(rules.ranked(figures.get(key, {}).values()))
            out.append(Group(by=by, key=key, show=show, n=n, domains=domains, items=items))
    return out
