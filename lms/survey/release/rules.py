"""What may be told of counted answers, and the figures that are told. Pure.

A *track* is what one figure is about: track 0 the number of people, track 1 and on the items in their order; a person is on an
item's track with both ratings of it. A *group* is the network, a territory or a space. A *release* has a number and tells the
network's figures of the answers up to it. Territories and spaces are told in *moments*, which are releases too: what was counted
since the moment before is divided into parts, and a group takes its part on a track or never does. So all figures of a track are
made of two partitions of the same people, and `cuts` says exactly whether one of them can be undone.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any, Final, NamedTuple, TypeAlias

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.checks import PLACES, places_apart, unjudged
from lms.survey.analysis.pooling import Groups, pool, weighted_discrepancy
from lms.survey.analysis.ratings import DONT_KNOW, NOT_MY_ROLE, UNANSWERED, WITHHELD, Codes, Floats, Ratings
from lms.survey.analysis.scores import DECIMALS, competition_ranks, moments, scores
from lms.survey.analysis.uncertainty import DRAWS, Standing, covariance_of_means, draw, standing
from lms.survey.release.cuts import small_cut

Whole: TypeAlias = npt.NDArray[np.int64]
Flags: TypeAlias = npt.NDArray[np.bool_]
#: (network, territory or space; its id, "" for the network).
Key: TypeAlias = tuple[str, str]
#: A node of the graph that is audited: who took people in, and when. None is the node of those told by nobody.
Node: TypeAlias = tuple[str, str, int] | None

#: Campaigns whose promise this exit can keep.
MODES: Final = frozenset({"anonymous"})
#: From so many people on a group's own figures stand alone, and from so many everything is shown; below: "indicative".
OWN_FIGURES: Final = 10
FULL: Final = 30
#: An item that the instrument marks as sensitive is told of so many people or more.
SENSITIVE: Final = 11
#: A part that gives so much of a group's cell would be shown by it.
DOMINANT: Final = 0.85
#: How many first places are asked about.
TOP: Final = 5
#: Means are told within these bounds, shares within the next: at the ends of a scale a mean says what each person answered.
LOWEST_MEAN, HIGHEST_MEAN = 1.2, 4.8
LOWEST_SHARE, HIGHEST_SHARE = 5.0, 95.0
#: Draws for what is said about the certainty of a territory's or a space's order.
PART_DRAWS: Final = 500
PEOPLE: Final = 0
NETWORK: Final[Key] = ("network", "")

_CODES = np.full(256, UNANSWERED, dtype=np.int8)
for _sign, _code in {"d": DONT_KNOW, "r": NOT_MY_ROLE, "w": WITHHELD, **{str(n): n for n in range(1, 6)}}.items():
    _CODES[ord(_sign)] = _code


class Unsafe(ValueError):
    """What was released before does not fit the answers: nothing may be added to it."""


# ---- answers in ---------------------------------------------------------------------------------------------------


class Row(NamedTuple):
    """A counted return: packed answers, where it belongs as far as it says so, the release it was first part of (from 1)."""

    answers: str
    territory: str | None
    space: str | None
    release: int


@dataclass(frozen=True)
class Returns:
    """Counted returns as arrays, in an order that depends on nothing but themselves."""

    table: Ratings
    release: Whole
    #: Places in `territories` and `spaces`; -1 for a return that belongs to none.
    territory: Whole
    space: Whole
    territories: tuple[str, ...]
    spaces: tuple[str, ...]
    #: The territory of each space.
    above: tuple[int, ...]

    @property
    def present(self) -> Flags:
        """Who is on which track: people x tracks."""
        return np.hstack([np.ones((len(self.release), 1), dtype=bool), self.table.pairs])


def returns_of(rows: Sequence[Row], items: Sequence[str]) -> Returns:
    """Packed returns as arrays. A space counts in the territory of its first return: one that moved has not two."""
    ordered = sorted(rows, key=lambda row: (row.release, row.answers, row.territory or "", row.space or ""))
    territories = tuple(sorted({row.territory for row in ordered if row.territory}))
    home: dict[str, str] = {}
    for row in ordered:
        if row.space and row.territory:
            home.setdefault(row.space, row.territory)
    spaces = tuple(sorted(home))
    at = {name: place for place, name in enumerate(territories)}
    inside = {name: place for place, name in enumerate(spaces)}
    signs = np.frombuffer("".join(row.answers for row in ordered).encode("ascii"), dtype=np.uint8)
    codes = _CODES[signs].reshape(len(ordered), 2 * len(items))
    people = tuple(map(str, range(len(ordered))))
    table = Ratings(people, items, codes[:, ::2], codes[:, 1::2], np.ones(len(ordered)))
    return Returns(
        table,
        np.array([row.release for row in ordered], dtype=np.int64),
        np.array([at[row.territory] if row.territory else -1 for row in ordered], dtype=np.int64),
        np.array(
            [inside[row.space] if row.space and home.get(row.space) == row.territory else -1 for row in ordered],
            dtype=np.int64,
        ),
        territories,
        spaces,
        tuple(at[home[space]] for space in spaces),
    )


# ---- what may be told ---------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Told:
    """Of which answers every figure so far is made."""

    #: Track -> the releases at which the network's figure moved; it is of the answers up to the last of them.
    moves: tuple[tuple[int, ...], ...]
    #: The releases at which territories and spaces were told, in order.
    moments: tuple[int, ...] = ()
    #: Group -> moment -> the tracks on which it took its part, a bit each.
    steps: Mapping[Key, Mapping[int, int]] = field(default_factory=dict)

    def took(self, key: Key, moment: int, track: int) -> bool:
        """Whether a group took its part of a moment on a track."""
        return bool(self.steps.get(key, {}).get(moment, 0) >> track & 1)


def nothing_told(tracks: int) -> Told:
    """Before the first release."""
    return Told(((),) * tracks)


@dataclass(frozen=True)
class _Counts:
    """How many people on each track were counted at each release from each place."""

    #: (territory, space) of each place; None where they belong to none.
    places: tuple[tuple[str | None, str | None], ...]
    #: releases (the first is 1) x places x tracks.
    many: Whole


def _counted(returns: Returns, number: int) -> _Counts:
    width = len(returns.spaces) + 1
    unit = (returns.territory + 1) * width + returns.space + 1
    units, where = np.unique(unit, return_inverse=True)
    present = returns.present
    cell = (returns.release - 1) * len(units) + where
    many = np.stack(
        [np.bincount(cell[on], minlength=number * len(units)) for on in present.T], axis=-1,
    ).reshape(number, len(units), present.shape[1])  # fmt: skip
    places = tuple(
        (
            returns.territories[one // width - 1] if one >= width else None,
            returns.spaces[one % width - 1] if one % width else None,
        )
        for one in units.tolist()
    )
    return _Counts(places, many)


def decide(returns: Returns, before: Told, number: int, k: Sequence[int], *, parts: bool) -> Told:
    """What release `number` may tell, after all that was told before.

    `k` is the smallest group of each track; with `parts` it is a moment: territories and spaces take their parts. A figure
    moves by its k people or stays as it was; what could be undone into fewer is left out, the smallest first, spaces before
    territories and these before the network, until the audit finds nothing: on no track is any sum of figures told so far
    about 1 to k - 1 people. Raises `Unsafe` where that cannot be, for what was told before does not fit these answers.
    """
    counts = _counted(returns, number)
    told = before
    for track in range(len(k)):
        told = _decided(counts, told, track, number, k[track], parts)
    return replace(told, moments=(*before.moments, number)) if parts else told


def _decided(counts: _Counts, told: Told, track: int, number: int, k: int, parts: bool) -> Told:
    fresh = counts.many[_last(told.moves[track]) :, :, track].sum()
    if fresh >= k:
        told = _moved(told, track, (*told.moves[track], number))
    moments = (*told.moments, number) if parts else told.moments
    if parts:
        sizes: dict[Key, int] = {}
        for place, many in zip(counts.places, counts.many[_last(told.moments) :, :, track].sum(axis=0), strict=True):
            for kind, group in zip(("territory", "space"), place, strict=True):
                if group is not None:
                    sizes[kind, group] = sizes.get((kind, group), 0) + int(many)
        for key, size in sizes.items():
            if size >= k and (track == PEOPLE or told.took(key, number, PEOPLE)):
                told = _took(told, key, number, track, True)
    while True:
        nodes, weights, above = _graph(counts, told, moments, track)
        cut = small_cut(weights, k)
        if cut is None:
            return told
        by, name, _moment = _left_out(nodes, weights, above, {nodes[at] for at in cut}, number)
        told = (
            _moved(told, track, told.moves[track][:-1])
            if by == "network"
            else _took(told, (by, name), number, track, False)
        )


def _last(numbers: Sequence[int]) -> int:
    return numbers[-1] if numbers else 0


def _moved(told: Told, track: int, moves: tuple[int, ...]) -> Told:
    return replace(told, moves=(*told.moves[:track], moves, *told.moves[track + 1 :]))


def _took(told: Told, key: Key, moment: int, track: int, yes: bool) -> Told:
    mine = dict(told.steps.get(key, {}))
    mine[moment] = mine.get(moment, 0) | 1 << track if yes else mine.get(moment, 0) & ~(1 << track)
    return replace(told, steps={**told.steps, key: mine})


def _graph(
    counts: _Counts, told: Told, moments: Sequence[int], track: int
) -> tuple[list[Node], Whole, dict[Node, Node]]:
    """The nodes, how many people join two of them, and of each space's part the node it would fall to were it not told."""
    many = counts.many[:, :, track]
    numbers = np.arange(1, len(many) + 1)
    index: dict[Node, int] = {None: 0}
    above: dict[Node, Node] = {}
    moves = told.moves[track]
    batches = [index.setdefault(("network", "", move), len(index)) for move in moves] + [0]
    batch = np.array(batches)[np.searchsorted(np.array(moves, dtype=np.int64), numbers)]
    when = np.searchsorted(np.array(moments, dtype=np.int64), numbers)
    parts = np.zeros((len(moments) + 1, len(counts.places)), dtype=np.int64)
    for row, moment in enumerate(moments):
        for at in np.flatnonzero(many[when == row].sum(axis=0)).tolist():
            territory, space = counts.places[at]
            node: Node = None
            if territory is not None and told.took(("territory", territory), moment, track):
                node = ("territory", territory, moment)
            if space is not None and told.took(("space", space), moment, track):
                node, above["space", space, moment] = ("space", space, moment), node
            parts[row, at] = index.setdefault(node, len(index))
    weights = np.zeros((len(index), len(index)), dtype=np.int64)
    np.add.at(weights, (batch[:, None], parts[when]), many)
    return list(index), weights + weights.T, above


def _left_out(
    nodes: list[Node], weights: Whole, above: Mapping[Node, Node], side: set[Node], number: int
) -> tuple[str, str, int]:
    """Which part of this release to leave out so that a cut goes away: the smallest whose people would cross over by it.

    Everything new falls, part by part, to the node of those told by nobody, which is what was told before; so one of them
    always crosses over. Raises `Unsafe` where nothing new does: the cut was there before.
    """
    size = dict(zip(nodes, weights.sum(axis=1).tolist(), strict=True))

    def crosses(node: Node, to: Node) -> bool:
        return (node in side) != (to in side)

    new = [node for node in nodes if node is not None and node[2] == number]
    tiers = (
        [one for one in new if one[0] == "space" and above[one] in size and crosses(one, above[one])],
        [one for one in new if one[0] == "territory" and crosses(one, None)],
        [one for one in new if one[0] == "space" and above[one] not in size and crosses(one, None)],
        [one for one in new if one[0] == "network" and crosses(one, None)],
    )
    for tier in tiers:
        if tier:
            return min(tier, key=lambda one: (size[one], one))
    raise Unsafe("figures that were told before are about too few people")


# ---- figures ------------------------------------------------------------------------------------------------------


@dataclass(frozen=True)
class Figures:
    """The figures of one item in one group. Means and shares stand within their bounds (`HIGHEST_MEAN` ...), which is all
    that is told of a mean beyond; scores are computed from these means.
    """

    item: str
    #: People with both ratings.
    n: int
    importance: float
    level: float
    gap: float
    #: Mean weighted discrepancy score: gap x importance (see `analysis.scores`).
    mwds: float
    #: Percentage of people with C < I, and the ranked discrepancy score (-100 everybody has a gap .. 100).
    share: float
    rds: float
    #: Returns that rate the item important (4 or 5) and answer "I don't know" on their level; the network's alone.
    unsure: int = 0
    #: Place in the order, equal for equal scores; None where there is no gap.
    rank: int | None = None
    #: Best and worst plausible rank (95 of 100 draws), the chance of being among the first five, the interval of the score.
    best: int | None = None
    worst: int | None = None
    top: float | None = None
    low: float | None = None
    high: float | None = None
    #: Ranks by the weighted score and by the share differ by more than three places.
    depends: bool = False


@dataclass(frozen=True)
class Estimate:
    """A group's need (mean weighted discrepancy) for one item, pooled towards the network's, and its standard error."""

    estimate: float
    #: None where it cannot be told.
    se: float | None
    n: int


@dataclass(frozen=True)
class Group:
    """The figures of one group that may be shown, and nothing that may not.

    `by` is network, territory or space, `key` the group's id ("" for the network). `show` says what the page may do
    with it: indicative (no figure of its own but the domains, pooled towards the network), bands, full. A domain or
    item that is missing has too few answers, or would give another group away.
    """

    by: str
    key: str
    show: str
    n: int
    #: domain -> the mean gap of its items.
    domains: Mapping[str, float]
    items: tuple[Figures, ...] = ()
    #: item -> the pooled estimate, of territories and spaces; also of an indicative group.
    pooled: Mapping[str, Estimate] = field(default_factory=dict)


def display(n: int, k: int) -> str:
    """What may be shown of a group of `n`: "hidden", "indicative" (a pooled estimate), "bands" or "full"."""
    if n < k:
        return "hidden"
    return "indicative" if n < OWN_FIGURES else "bands" if n < FULL else "full"


def groups_of(
    returns: Returns, told: Told, k: Sequence[int], domains: Sequence[str], *, seed: int, draws: int = DRAWS,
    parts: bool = True,
) -> list[Group]:  # fmt: skip
    """Every group's figures: the network's first, and with `parts` those of territories and spaces that may be shown.

    `domains` is the domain of each item, `k` the smallest group of each track. The same answers and seed give the same
    figures.
    """
    present, out = returns.present, []
    reached = np.stack([returns.release <= _last(moves) for moves in told.moves], axis=1)
    whole = _Part(NETWORK, reached & present)
    biggest = _biggest(whole.on, returns.territory, len(returns.territories))
    network = _joint(returns.table, whole.on)
    if whole.n >= k[PEOPLE]:
        show = _shown(whole.n, biggest, k)
        made = _figures(returns.table, whole.on, k, biggest, _unsure(returns.table, reached))
        gaps = {one.item: one.gap for one in made}
        items = _ranked(returns.table, whole.on, made, seed, draws) if show != "indicative" else ()
        out.append(Group(*NETWORK, show, whole.n, _means(returns.table.items, domains, gaps), items))
    if not parts or not told.moments:
        return out
    for by, where, names in (
        ("territory", returns.territory, returns.territories), ("space", returns.space, returns.spaces),
    ):  # fmt: skip
        mine = []
        for at, name in enumerate(names):
            part = _Part((by, name), _taken(returns, told, (by, name), where == at) & present)
            if part.n >= k[PEOPLE]:
                mine.append(part)
        pooled_gap, pooled_need = _pooled(returns.table, mine, network)
        for at, part in enumerate(mine):
            inside = returns.space if by == "territory" else np.full(len(returns.space), -1)
            biggest = _biggest(part.on, inside, len(returns.spaces))
            show = _shown(part.n, biggest, k)
            made = _figures(returns.table, part.on, k, biggest)
            estimates = {
                item: Estimate(
                    float(np.clip(pooled_need.estimate[at, column], *_NEEDS)),
                    None if np.isnan(pooled_need.se[at, column]) else float(pooled_need.se[at, column]),
                    n,
                )
                for column, item in enumerate(returns.table.items)
                if (n := int(part.on[:, column + 1].sum())) >= k[column + 1]
            }
            if show == "indicative":
                gaps = {
                    item: float(pooled_gap.estimate[at, list(returns.table.items).index(item)]) for item in estimates
                }
                items = ()
            else:
                gaps = {one.item: one.gap for one in made}
                items = _ranked(returns.table, part.on, made, seed, min(draws, PART_DRAWS))
            out.append(
                Group(by, part.key[1], show, part.n, _means(returns.table.items, domains, gaps), items, estimates)
            )
    return out


@dataclass(frozen=True)
class _Part:
    key: Key
    #: People x tracks: who is in the group's figure.
    on: Flags

    @property
    def n(self) -> int:
        return int(self.on[:, PEOPLE].sum())


#: What a pooled need may be: what bounded means allow.
_NEEDS = (-HIGHEST_MEAN, (HIGHEST_MEAN - LOWEST_MEAN) * HIGHEST_MEAN)


def _taken(returns: Returns, told: Told, key: Key, inside: Flags) -> Flags:
    """People x tracks: whom the group took in."""
    edges = np.array(told.moments)
    when = np.searchsorted(edges, returns.release)
    bits = np.zeros((len(edges) + 1, len(told.moves)), dtype=bool)
    for row, moment in enumerate(told.moments):
        bits[row] = [told.took(key, moment, track) for track in range(len(told.moves))]
    return np.asarray(bits[when] & inside[:, None])


def _biggest(on: Flags, where: Whole, many: int) -> Whole:
    """The people of the largest part on each track where it dominates the group there, else 0."""
    if not many:
        return np.zeros(on.shape[1], dtype=np.int64)
    known = where >= 0
    sizes = np.stack([np.bincount(where[known & mine], minlength=many).max() for mine in on.T])
    return np.where(sizes >= DOMINANT * on.sum(axis=0), sizes, 0)


def _shown(n: int, biggest: Whole, k: Sequence[int]) -> str:
    """What may be shown of a group of n people: where a part dominates it, what might be shown of that part."""
    return display(n if not biggest[PEOPLE] else max(k[PEOPLE], int(biggest[PEOPLE])), k[PEOPLE])


def _masked(table: Ratings, on: Flags) -> Ratings:
    """The ratings of those in the figure, item by item."""
    rows = np.flatnonzero(on[:, PEOPLE] | on[:, 1:].any(axis=1))
    keep = on[rows, 1:]

    def kept(codes: Codes) -> Codes:
        return np.where(keep, codes[rows], np.int8(UNANSWERED))

    people = [table.respondents[row] for row in rows.tolist()]
    return Ratings(people, table.items, kept(table.importance), kept(table.competence), np.ones(len(rows)))


def _figures(table: Ratings, on: Flags, k: Sequence[int], biggest: Whole, doubt: Whole | None = None) -> list[Figures]:
    """The figures of the items that have their k people, and are no single part's that could not have them alone."""
    found = scores(moments(_masked(table, on)))
    out = []
    for at, item in enumerate(table.items):
        n, least = int(found.n[at]), max(OWN_FIGURES, k[at + 1])
        if n < k[at + 1] or 0 < biggest[at + 1] < least <= n:
            continue
        importance, level = (
            float(np.clip(mean[at], LOWEST_MEAN, HIGHEST_MEAN)) for mean in (found.importance, found.competence)
        )
        within = (LOWEST_MEAN, HIGHEST_MEAN)
        inner = importance not in within and level not in within
        gap = float(found.gap[at]) if inner else importance - level
        out.append(
            Figures(
                item, n, importance, level, gap, float(found.mwds[at]) if inner else gap * importance,
                float(np.clip(found.nr[at], LOWEST_SHARE, HIGHEST_SHARE)),
                float(np.clip(found.rds[at], -HIGHEST_SHARE, HIGHEST_SHARE)), 0 if doubt is None else int(doubt[at]),
            )
        )  # fmt: skip
    return out


def _unsure(table: Ratings, reached: Flags) -> Whole:
    """How many rate an item important and do not know their level, of all whom the network's figure has reached."""
    return np.asarray((reached[:, 1:] & unjudged(table)).sum(axis=0))


def _ranked(table: Ratings, on: Flags, made: Sequence[Figures], seed: int, draws: int) -> tuple[Figures, ...]:
    """In the order of need, with ranks, how sure they are, and whether they depend on the method.

    Equal scores share a rank and the next is skipped; within a tie: ranked discrepancy, importance, people, item code.
    Items without a gap (score 0 or less) come last, unranked: where Ibar < Cbar / 2 the score *falls* as importance rises,
    so they have no order among them that means anything. Scores are compared at 12 decimals.
    """
    if not made:
        return ()
    places = {item: at for at, item in enumerate(table.items)}
    shown = on.copy()
    shown[:, [at + 1 for item, at in places.items() if item not in {one.item for one in made}]] = False
    drawn = _masked(table, shown)
    stands = standing(draw(drawn, covariance_of_means(drawn), seed, draws), TOP)
    ordered = sorted(
        made,
        key=lambda one: (
            -round(one.mwds, DECIMALS), round(one.rds, DECIMALS), -round(one.importance, DECIMALS), -one.n, one.item
        ),
    )  # fmt: skip
    weighted = np.array([one.mwds for one in ordered])
    off = places_apart(weighted, np.array([-one.rds for one in ordered])).tolist()
    out = []
    for one, rank, away in zip(ordered, competition_ranks(weighted).tolist(), off, strict=True):
        sure = _sure(stands, places[one.item])
        if round(one.mwds, DECIMALS) <= 0:
            out.append(replace(one, **sure))
            continue
        out.append(replace(one, rank=rank, depends=away > PLACES, **sure))
    return tuple(out)


def _sure(stands: Standing, at: int) -> dict[str, Any]:
    return {
        "best": int(stands.low[at]), "worst": int(stands.high[at]), "top": float(stands.top[at]),
        "low": float(stands.score_low[at]), "high": float(stands.score_high[at]),
    }  # fmt: skip


def _joint(table: Ratings, on: Flags) -> Whole:
    """How many people of a figure gave each pair: items x 6 x 6 (importance, then level; 0 is empty)."""
    cell = table.importance.astype(np.int64) * 6 + table.competence
    return np.stack(
        [np.bincount(cell[mine, at], minlength=36) for at, mine in enumerate(on[:, 1:].T)]
    ).reshape(len(table.items), 6, 6)  # fmt: skip


def _pooled(table: Ratings, parts: Sequence[_Part], network: Whole) -> tuple[Any, Any]:
    """Gaps and needs of the groups, each held together with the network's (see `analysis.pooling`)."""
    width = len(table.items)
    counts = np.stack([_joint(table, part.on) for part in parts]) if parts else np.zeros((0, width, 6, 6), np.int64)
    given, whole = counts[..., 1:, 1:].astype(float), network[..., 1:, 1:].astype(float)
    apart = np.arange(1, 6)[:, None] - np.arange(1, 6)[None, :]
    with np.errstate(divide="ignore", invalid="ignore"):
        n = given.sum(axis=(-2, -1))
        gap: Floats = (given * apart).sum(axis=(-2, -1)) / n
        about = (given * (apart - np.nan_to_num(gap)[..., None, None]) ** 2).sum(axis=(-2, -1))
        gaps = Groups(n.astype(np.int64), gap, about / np.where(n > 1, n - 1, np.nan))
        everybody = (whole * apart).sum(axis=(-2, -1)) / whole.sum(axis=(-2, -1))
    return pool(gaps, everybody), pool(*weighted_discrepancy(counts, network))


def _means(items: Sequence[str], domains: Sequence[str], gaps: Mapping[str, float]) -> dict[str, float]:
    """domain -> the mean gap of those of its items that are told.

    Not of each person's own mean: that and the items' figures together would show what somebody answered who left items out.
    """
    inside: dict[str, list[float]] = {}
    for item, domain in zip(items, domains, strict=True):
        if item in gaps:
            inside.setdefault(domain, []).append(gaps[item])
    most = HIGHEST_MEAN - LOWEST_MEAN
    return {domain: float(np.clip(np.mean(mine), -most, most)) for domain, mine in inside.items()}
