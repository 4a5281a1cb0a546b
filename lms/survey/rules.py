"""The science of the survey: codes, scores, ranks, their uncertainty, and what may be shown of small groups. Pure.

Notation: item k, person i, two ratings on scales of 1 to 5: importance I and present level C. d = I - C. Means are
taken over people who gave *both* ratings of an item (pairs); a missing code is never a number. Scores are computed from
whole sums and rounded only for display.
"""

from __future__ import annotations

import random
import struct
from bisect import bisect_left
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field, replace
from statistics import fmean
from typing import NamedTuple

#: The four ways of having no number, kept apart: left empty, "I don't know", "not my role", "I prefer not to say".
UNANSWERED, DONT_KNOW, NOT_MY_ROLE, WITHHELD = "0", "d", "r", "w"
MISSING = frozenset((UNANSWERED, DONT_KNOW, NOT_MY_ROLE, WITHHELD))
LEVELS = ("1", "2", "3", "4", "5")
#: What a form may send for one rating.
CODES = frozenset(LEVELS) | MISSING

#: Answers join the results by this many at once.
BATCH = 10
#: From so many pairs on a group's own figures stand alone, and from so many everything is shown; below: "indicative".
OWN_FIGURES = 10
FULL = 30
#: Draws of the bootstrap, and how many of the items first places are asked about.
DRAWS = 2000
TOP = 5
#: An item whose ranks by two methods differ by more places than this depends on the method.
DEPENDS = 3


# ---- codes --------------------------------------------------------------------------------------------------------


def pack(answers: Mapping[str, Sequence[str]], items: Sequence[str]) -> str:
    """Two signs per item, importance then level, in the order of `items`; an item without answer is "00".

    Raises `ValueError` for a code that does not exist.
    """
    out = []
    for item in items:
        importance, level = answers.get(item, (UNANSWERED, UNANSWERED))
        if importance not in CODES or level not in CODES:
            raise ValueError(f"no such code for {item}")
        out.append(importance + level)
    return "".join(out)


def pairs_of(packed: str) -> list[tuple[int, int] | None]:
    """(I, C) of each item in order, None where one of the two is missing (pairwise rule)."""
    return [
        (int(packed[at]), int(packed[at + 1])) if packed[at] not in MISSING and packed[at + 1] not in MISSING else None
        for at in range(0, len(packed), 2)
    ]


# ---- scores -------------------------------------------------------------------------------------------------------


def gap(importance: float, level: float) -> float:
    """Mean gap: Ibar - Cbar. Range -4..4 (Kaufman's discrepancy)."""
    return importance - level


def mwds(importance: float, level: float) -> float:
    """Borich's mean weighted discrepancy score: (Ibar - Cbar) x Ibar. Range -6.25..20 on scales of 1 to 5.

    Source: Borich 1980, Journal of Teacher Education 31(3):39-42; McKim & Saucier 2011, Journal of Extension 49(2).
    Equal to the original PNI, (I - D) x I on means. It is not the mean of d x I, which is larger by the covariance of d
    and I.
    """
    return (importance - level) * importance


def pni_modified(importance: float, level: float) -> float:
    """PNI-modified: (Ibar - Cbar) / Cbar. Range -0.8..4. Depends on where the scale starts; never the default.

    Source: Wiratchai & Wongwanich, as used in Thai needs assessment.
    """
    return (importance - level) / level


def ranked_discrepancy(more: int, less: int, n: int) -> float:
    """Ranked discrepancy score: (-1) NR + (+1) PR + 0 TR. Range -100 (everybody has a gap) .. 100.

    `more` pairs have C < I (NR is their percentage), `less` have C > I (PR), the rest are equal (TR), `n` is all pairs.
    Source: Narine & Harder 2021, Advancements in Agricultural Development 2(3):96-111 (our reading, not checked against
    the full text). It is minus the paired dominance statistic, so any strictly increasing relabelling of both scales
    leaves it as it is.
    """
    return 100 * (less - more) / n


def share_with_gap(more: int, n: int) -> float:
    """Percentage of pairs with C < I: the sentence "62 of 100 answers show a gap". Range 0..100."""
    return 100 * more / n


class Sums(NamedTuple):
    """What all scores of an item are computed from: counts over its pairs."""

    n: int = 0
    importance: int = 0
    level: int = 0
    more: int = 0
    less: int = 0
    #: Returns that rate the item important (4 or 5) and answer "I don't know" on their level.
    unsure: int = 0


@dataclass(frozen=True)
class Figures:
    """The figures of one item in one group; means and scores are unrounded."""

    item: str
    n: int
    importance: float
    level: float
    gap: float
    mwds: float
    share: float
    rds: float
    unsure: int = 0
    #: Place in the order, equal for equal scores; None where there is no gap, or too few pairs for an order.
    rank: int | None = None
    #: Best and worst plausible rank (95 of 100 draws) and the chance of being among the first five.
    best: int | None = None
    worst: int | None = None
    top: float | None = None
    #: Ranks by the weighted score and by the share differ by more than three places.
    depends: bool = False


def sums_of(returns: Iterable[str], items: int) -> list[Sums]:
    """Add up packed returns, item by item. `items` is how many items there are."""
    counts: list[dict[str, int]] = [{} for _ in range(items)]
    for packed in returns:
        for at in range(items):
            pair = packed[2 * at : 2 * at + 2]
            counts[at][pair] = counts[at].get(pair, 0) + 1
    return [_sums(count) for count in counts]


def _sums(count: Mapping[str, int]) -> Sums:
    n = importance = level = more = less = unsure = 0
    for pair, times in count.items():
        if pair[0] in MISSING or pair[1] in MISSING:
            unsure += times if pair in ("4d", "5d") else 0
            continue
        i, c = int(pair[0]), int(pair[1])
        n, importance, level = n + times, importance + i * times, level + c * times
        more, less = more + times * (c < i), less + times * (c > i)
    return Sums(n, importance, level, more, less, unsure)


def figures_of(item: str, sums: Sums) -> Figures | None:
    """The figures of an item, or None without a pair. The weighted score is one division of whole numbers."""
    n = sums.n
    if not n:
        return None
    importance, level = sums.importance / n, sums.level / n
    return Figures(
        item=item, n=n, importance=importance, level=level, gap=(sums.importance - sums.level) / n,
        mwds=(sums.importance - sums.level) * sums.importance / (n * n), share=share_with_gap(sums.more, n),
        rds=ranked_discrepancy(sums.more, sums.less, n), unsure=sums.unsure,
    )  # fmt: skip


# ---- order --------------------------------------------------------------------------------------------------------


def _key(one: Figures) -> tuple[float, float, float, int, str]:
    return (-round(one.mwds, 12), round(one.rds, 12), -round(one.importance, 12), -one.n, one.item)


def ranked(figures: Iterable[Figures]) -> list[Figures]:
    """In the order of need, with ranks. Equal scores share a rank and the next is skipped; within a tie: ranked
    discrepancy, importance, pairs, item code. Items without a gap (score 0 or less) come last, unranked: where Ibar
    < Cbar / 2 the score *falls* as importance rises, so they have no order among them that means anything. Scores
    are compared at 12 decimals.
    """
    ordered = sorted(figures, key=_key)
    shares = sorted(round(-one.rds, 12) for one in ordered)
    out: list[Figures] = []
    for place, one in enumerate(ordered, start=1):
        if round(one.mwds, 12) <= 0:
            out.append(one)
            continue
        tied = bool(out) and out[-1].rank is not None and round(out[-1].mwds, 12) == round(one.mwds, 12)
        rank = out[-1].rank if tied else place
        # the best place the item could take by the share, ties counted in its favour
        by_share = len(shares) - bisect_left(shares, round(-one.rds, 12))
        first = by_share - shares.count(round(-one.rds, 12)) + 1
        off = max(0, first - (rank or 0), (rank or 0) - by_share)
        out.append(replace(one, rank=rank, depends=off > DEPENDS))
    return out


def with_intervals(
    figures: Sequence[Figures], returns: Sequence[str], items: Sequence[str], seed: int, draws: int = DRAWS
) -> list[Figures]:
    """Add best and worst plausible rank and the chance of being among the first five, by a bootstrap of respondents.

    `figures` as `ranked` gives them, `returns` packed in the order of `items`. Each draw takes as many whole returns as
    there are, with repetition, and ranks anew; the band holds 95 of 100 draws (percentile method). The same seed gives
    the same bands.

    A return's sums are packed into one large whole number with 32 bits a field, so that a draw is a single sum: exact,
    and quick without any numeric library.
    """
    width = len(items)
    rows = [_packed(pairs_of(packed)) for packed in sorted(returns)]
    chance = random.Random(seed)  # noqa: S311  # statistics, not secrets
    shape = struct.Struct(f"<{3 * width}I")
    places: list[list[int]] = [[0] * (width + 1) for _ in items]
    for _draw in range(draws):
        total = sum(chance.choices(rows, k=len(rows)))
        fields = shape.unpack(total.to_bytes(12 * width, "little"))
        scores = []
        for at in range(width):
            n, importance, level = fields[3 * at : 3 * at + 3]
            scores.append((importance - level) * importance / (n * n) if n else -100.0)
        order = sorted(range(width), key=scores.__getitem__, reverse=True)
        for place, at in enumerate(order, start=1):
            places[at][place] += 1
    index = {item: at for at, item in enumerate(items)}
    out = []
    for one in figures:
        counts = places[index[one.item]]
        best, worst = _quantile(counts, 0.025, draws), _quantile(counts, 0.975, draws)
        out.append(replace(one, best=best, worst=worst, top=sum(counts[1 : TOP + 1]) / draws))
    return out


def _packed(pairs: Sequence[tuple[int, int] | None]) -> int:
    row = 0
    for at, pair in enumerate(pairs):
        if pair is not None:
            row |= (1 | pair[0] << 32 | pair[1] << 64) << (96 * at)
    return row


def _quantile(counts: Sequence[int], share: float, draws: int) -> int:
    seen = 0
    for place, times in enumerate(counts):
        seen += times
        if seen > share * draws:
            return place
    return len(counts) - 1


# ---- small groups -------------------------------------------------------------------------------------------------


class Cell(NamedTuple):
    """Where a return belongs, as far as it may say: None where saying it would point at too few people."""

    territory_id: str | None
    space_id: str | None
    role: str | None


def coarsen(cells: Sequence[Cell], k: int) -> list[Cell]:
    """The cells of a mailing, made so coarse that each is shared by at least `k` of the invited people, in the same
    order.

    A space with one manager would otherwise sign that person's answers. Where a role has fewer than k people in a space
    the space's roles are not told; a space with fewer than k is told as its territory, and one more with it where that
    alone would be fewer than k; a territory likewise. Where fewer than k people are invited at all, nothing is told of
    anybody.
    """
    small = {(cell.territory_id, cell.space_id) for cell, people in Counter(cells).items() if people < k}
    out = [cell._replace(role=None) if (cell.territory_id, cell.space_id) in small else cell for cell in cells]
    spaces = Counter((cell.territory_id, cell.space_id) for cell in out)
    for territory in {cell.territory_id for cell in out}:
        mine = {space: people for (above, space), people in spaces.items() if above == territory}
        gone = _merged(mine, k)
        out = [
            Cell(territory, None, None) if cell.territory_id == territory and cell.space_id in gone else cell
            for cell in out
        ]
    gone = _merged(Counter(cell.territory_id for cell in out), k)
    return [Cell(None, None, None) if cell.territory_id in gone else cell for cell in out]


def _merged(sizes: Mapping[str | None, int], k: int) -> set[str | None]:
    """The groups that cannot be told by name: those without one, those under `k`, and the smallest others until these
    are k.
    """
    gone = {name for name, people in sizes.items() if name is None or people < k}
    rest = sorted((people, name) for name, people in sizes.items() if name is not None and name not in gone)
    while rest and 0 < sum(sizes[name] for name in gone) < k:
        gone.add(rest.pop(0)[1])
    return gone


def joining(news: Mapping[str | None, int], k: int) -> dict[str, int]:
    """How many of each part's new answers join its figures now, so that no step and no difference is about fewer than
    `k`.

    `news` counts, part by part of one parent, the answers that are in the parent's figures and not yet in the part's;
    under None those that belong to no part. A part takes its new ones from k on. What stays behind is what the parent's
    figures minus the parts' would show: where that were 1 to k - 1 answers, the part with the most new ones leaves some
    behind.
    """
    joins = {part: many for part, many in news.items() if part is not None and many >= k}
    behind = sum(news.values()) - sum(joins.values())
    if joins and 0 < behind < k:
        most = max(joins, key=lambda part: (joins[part], part))
        joins[most] -= k - behind
        if joins[most] < k:
            del joins[most]
    return joins


def suppressed(total: int, parts: Mapping[str, int], k: int, least: int | None = None) -> frozenset[str]:
    """Which parts of a total must stay hidden so that no difference shows fewer than `k` people.

    `total` is the number of people the parent's figure is made of, `parts` that of each part (a part is a subset of the
    parent). Parts under `least` (default `k`) are hidden; then the smallest shown part is hidden too, as long as the
    parent without the shown parts is 1 to k - 1 people (complementary suppression).
    """
    hidden = {name for name, size in parts.items() if size < (k if least is None else least)}
    shown = sorted((size, name) for name, size in parts.items() if name not in hidden)
    while shown and 0 < total - sum(size for size, _name in shown) < k:
        hidden.add(shown.pop(0)[1])
    return frozenset(hidden)


def display(n: int, k: int) -> str:
    """What may be shown of a group of `n`: "hidden", "indicative" (a pooled estimate), "bands" or "full"."""
    if n < k:
        return "hidden"
    return "indicative" if n < OWN_FIGURES else "bands" if n < FULL else "full"


@dataclass(frozen=True)
class Spread:
    """A group's people on one domain: how many, their mean, and the sum of squared distances from it."""

    n: int
    mean: float
    squares: float = field(repr=False)


def spread_of(values: Sequence[float]) -> Spread | None:
    """The spread of some people's values, None without people."""
    if not values:
        return None
    mean = fmean(values)
    return Spread(len(values), mean, sum((value - mean) ** 2 for value in values))


def pooled(group: Spread, siblings: Sequence[Spread], parent: float) -> float:
    """Partial pooling of a small group towards its parent (empirical Bayes): a G + (1 - a) N, a = n / (n + kappa).

    kappa = variance within groups / variance between groups, estimated over `siblings` (the group among them) by
    one-way analysis of variance, the variance between groups floored at 0 (then the parent's mean is given).
    """
    people = sum(one.n for one in siblings)
    inner = people - len(siblings)
    if len(siblings) < 2 or inner <= 0:
        return parent
    within = sum(one.squares for one in siblings) / inner
    grand = sum(one.n * one.mean for one in siblings) / people
    between_squares = sum(one.n * (one.mean - grand) ** 2 for one in siblings) / (len(siblings) - 1)
    typical = (people - sum(one.n**2 for one in siblings) / people) / (len(siblings) - 1)
    between = (between_squares - within) / typical if typical > 0 else 0.0
    if between <= 0:
        return parent
    weight = group.n / (group.n + within / between)
    return weight * group.mean + (1 - weight) * parent
