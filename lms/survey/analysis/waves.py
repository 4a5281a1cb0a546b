"""Two waves of one survey: what became of each gap, and why. Pure.

Change is told twice, never mixed: of everybody who answered, wave by wave, who may be other people; and of the matched panel,
those whose consented key stands in both waves. An item is its id: a reworded one has a new id, and no trend.

Per item, with the means of both waves over pairs:

    change of the gap = change of importance - change of competence      (exact)
    gap closure % = 100 (g1 - g2) / g1 for g1 > 0; negative: it widened; above 100: it turned; undefined where g1 <= 0
"""

from __future__ import annotations

from collections.abc import Callable, Collection, Sequence
from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import UNANSWERED, Floats, Ratings
from lms.survey.analysis.scores import DECIMALS, Scores, finite, moments, scores
from lms.survey.analysis.uncertainty import DRAWS, RESAMPLED_MOST, TAIL

#: People whose draws are held in memory at once.
_CHUNK: Final = 100


@dataclass(frozen=True)
class Trend:
    """How each item moved from one wave to the next: arrays of one length, NaN where a wave has no pair."""

    items: Sequence[str]
    before: Scores
    after: Scores

    @property
    def importance(self) -> Floats:
        """Change of the mean importance, -4 to 4."""
        return self.after.importance - self.before.importance

    @property
    def competence(self) -> Floats:
        """Change of the mean competence, -4 to 4."""
        return self.after.competence - self.before.competence

    @property
    def gap(self) -> Floats:
        """Change of the mean gap, -8 to 8: the change of importance less that of competence."""
        return self.after.gap - self.before.gap

    @property
    def mwds(self) -> Floats:
        """Change of the MWDS."""
        return self.after.mwds - self.before.mwds

    @property
    def rds(self) -> Floats:
        """Change of the ranked discrepancy in points, -200 to 200; positive: fewer people have a gap."""
        return self.after.rds - self.before.rds

    @property
    def closure(self) -> Floats:
        """Gap closure in percent; NaN where there was no gap to close."""
        with np.errstate(divide="ignore", invalid="ignore"):
            closed = 100 * (self.before.gap - self.after.gap) / self.before.gap
        return np.where(np.round(self.before.gap, DECIMALS) > 0, closed, np.nan)

    @property
    def faded(self) -> npt.NDArray[np.bool_]:
        """Where a gap narrowed because importance fell: that fall is half of the narrowing or more. Nothing was learned by it."""
        fallen = np.round(-self.importance, DECIMALS)
        narrowed = np.round(self.before.gap - self.after.gap, DECIMALS)
        with np.errstate(invalid="ignore"):
            faded: npt.NDArray[np.bool_] = (np.round(self.before.gap, DECIMALS) > 0) & (narrowed > 0)
            return faded & (2 * fallen >= narrowed)


@dataclass(frozen=True)
class Interval:
    """95 % intervals, percentiles of the draws; NaN for fewer than two people."""

    low: Floats
    high: Floats


@dataclass(frozen=True)
class Panel:
    """The people of both waves: two tables with the same rows and columns, a rating where both waves have the pair."""

    before: Ratings
    after: Ratings

    @property
    def trend(self) -> Trend:
        """What became of the gaps of these people, weighted by their weights in the later wave."""
        return Trend(self.after.items, scores(moments(self.before)), scores(moments(self.after)))


def trend(before: Ratings, after: Ratings) -> Trend:
    """What became of the gaps of all respondents, over the items of both waves in the order of the later one."""
    items = _both(before, after)
    return Trend(items, scores(moments(_columns(before, items))), scores(moments(_columns(after, items))))


def matched(before: Ratings, after: Ratings) -> Panel:
    """The panel of two waves, in the order of the later one. Respondents are the same where their keys are; a pair counts where
    the person has it in both waves, so that a change is never one of who answered.
    """
    items = _both(before, after)
    rows = {who: row for row, who in enumerate(before.respondents)}
    kept = [row for row, who in enumerate(after.respondents) if who in rows]
    first = _columns(before, items, [rows[after.respondents[row]] for row in kept])
    second = _columns(after, items, kept)
    both = first.pairs & second.pairs

    def only(table: Ratings) -> Ratings:
        return Ratings(
            second.respondents, items, np.where(both, table.importance, UNANSWERED).astype(np.int8),
            np.where(both, table.competence, UNANSWERED).astype(np.int8), second.weights, second.columns, second.weighted,
        )  # fmt: skip

    return Panel(only(first), only(second))


def _both(before: Ratings, after: Ratings) -> list[str]:
    return [item for item in after.items if item in set(before.items)]


def _columns(table: Ratings, items: Sequence[str], rows: Sequence[int] | None = None) -> Ratings:
    """A table with these items alone, and these rows in this order."""
    place = {item: at for at, item in enumerate(table.items)}
    people = range(len(table.respondents)) if rows is None else rows
    at = np.ix_(np.array(people, dtype=np.intp), np.array([place[item] for item in items], dtype=np.intp))
    own = list(people)
    return Ratings(
        [table.respondents[row] for row in own], items, table.importance[at], table.competence[at], table.weights[own],
        {name: [values[row] for row in own] for name, values in table.columns.items()}, table.weighted,
    )  # fmt: skip


def panel_intervals(panel: Panel, *, seed: int, draws: int = DRAWS) -> tuple[Interval, Interval]:
    """Intervals of the change of the gap, and of the ranked discrepancy in points, by a bootstrap of the matched people."""
    chance = np.random.Generator(np.random.PCG64(seed))
    people = np.ones(len(panel.after.respondents), dtype=bool)
    changes = _changes(panel, people, chance, draws)
    few = panel.after.pairs.sum(axis=0) < 2
    return _interval(changes[:, 0], few), _interval(changes[:, 1], few)


@dataclass(frozen=True)
class Difference:
    """Difference in differences, item by item: how much more the trained people's figures changed than the others'. The gap's is
    that of importance less that of competence. It is no proof of cause: who was trained was not drawn by lot.
    """

    trained: npt.NDArray[np.int64]
    others: npt.NDArray[np.int64]
    importance: Floats
    competence: Floats
    #: Negative: the trained people's gap closed more.
    gap: Floats
    gap_interval: Interval


def difference(panel: Panel, trained: Collection[str], *, seed: int, draws: int = DRAWS) -> Difference:
    """Compare the matched people whose keys are in `trained` with the other matched people. The interval comes from a bootstrap
    of both groups apart; it is NaN where one has fewer than two people with the pair.
    """
    names = set(trained)
    inside = np.array([who in names for who in panel.after.respondents], dtype=bool)
    parts = [Panel(panel.before.of(rows), panel.after.of(rows)).trend for rows in (inside, ~inside)]
    chance = np.random.Generator(np.random.PCG64(seed))
    drawn = [_changes(panel, rows, chance, draws)[:, 0] for rows in (inside, ~inside)]
    pairs = panel.after.pairs
    own, others = pairs[inside].sum(axis=0), pairs[~inside].sum(axis=0)
    return Difference(
        own, others, parts[0].importance - parts[1].importance, parts[0].competence - parts[1].competence,
        parts[0].gap - parts[1].gap, _interval(drawn[0] - drawn[1], np.minimum(own, others) < 2),
    )  # fmt: skip


def _changes(panel: Panel, rows: npt.NDArray[np.bool_], chance: np.random.Generator, draws: int) -> Floats:
    """Mean changes of the gap and of the ranked discrepancy of these people, as often as drawn: draws x 2 x items.

    Both are means over people of what each changed by, so a draw is a sum over people. Above `RESAMPLED_MOST` people the sums
    are drawn from the normal distribution with their covariance.
    """
    first, second = panel.before, panel.after
    pairs = second.pairs[rows]
    gaps = [
        table.importance[rows].astype(np.float64) - table.competence[rows].astype(np.float64)
        for table in (first, second)
    ]
    moved = np.hstack([pairs, pairs * (gaps[1] - gaps[0]), 100 * pairs * (np.sign(gaps[0]) - np.sign(gaps[1]))])
    flat = moved * second.weights[rows, None]
    people, width = len(flat), pairs.shape[1]
    sums = np.zeros((draws, 3 * width))
    if people > RESAMPLED_MOST:
        centred = flat - flat.mean(axis=0)
        values, vectors = np.linalg.eigh(centred.T @ centred)
        root = vectors * np.sqrt(np.clip(values, 0, None))
        sums = flat.sum(axis=0) + chance.standard_normal((draws, 3 * width)) @ root.T
    elif people:
        for begin in range(0, draws, _CHUNK):
            many = min(_CHUNK, draws - begin)
            times = [np.bincount(chance.integers(people, size=people), minlength=people) for _draw in range(many)]
            sums[begin : begin + many] = np.stack(times).astype(np.float64) @ flat
    of = sums.reshape(draws, 3, width)
    with np.errstate(divide="ignore", invalid="ignore"):
        return np.asarray(of[:, 1:] / np.where(of[:, :1] > 0, of[:, :1], np.nan))


def _interval(drawn: Floats, few: npt.NDArray[np.bool_]) -> Interval:
    """Percentiles of the draws of each item, of those in which somebody with the pair was drawn."""
    low, high = np.full(drawn.shape[1], np.nan), np.full(drawn.shape[1], np.nan)
    for at in np.flatnonzero(~few).tolist():
        known = drawn[~np.isnan(drawn[:, at]), at]
        low[at], high[at] = np.quantile(known, [TAIL, 1 - TAIL], method="inverted_cdf")
    return Interval(low, high)


def compare(before: Ratings, after: Ratings, *, seed: int, trained: Collection[str] | None = None) -> dict[str, Any]:
    """Both trends, item by item, ready for JSON: `all` respondents, the matched `panel` with intervals, and with `trained` the
    `difference` between the panel's trained and other people. `no_trend` lists the items that one wave alone asked.
    """
    everybody, panel = trend(before, after), matched(before, after)
    gap, rds = panel_intervals(panel, seed=seed)
    own = panel.trend
    told: dict[str, Any] = {
        "all": _told(everybody),
        "panel": _told(
            own,
            gap_low=lambda at: finite(gap.low[at]), gap_high=lambda at: finite(gap.high[at]),
            rds_low=lambda at: finite(rds.low[at]), rds_high=lambda at: finite(rds.high[at]),
        ),
        "no_trend": sorted(set(before.items) ^ set(after.items)),
        "n_matched": len(panel.after.respondents),
        "seed": seed,
    }  # fmt: skip
    if trained is not None:
        found = difference(panel, trained, seed=seed)
        told["difference"] = {
            item: {
                "n_trained": int(found.trained[at]), "n_others": int(found.others[at]), "gap": finite(found.gap[at]),
                "importance": finite(found.importance[at]), "competence": finite(found.competence[at]),
                "gap_low": finite(found.gap_interval.low[at]), "gap_high": finite(found.gap_interval.high[at]),
            }
            for at, item in enumerate(own.items)
        }  # fmt: skip
    return told


def _told(of: Trend, **more: Callable[[int], float | None]) -> dict[str, Any]:
    return {
        item: {
            "n_before": int(of.before.n[at]), "n_after": int(of.after.n[at]),
            "gap_before": finite(of.before.gap[at]), "gap_after": finite(of.after.gap[at]),
            "gap": finite(of.gap[at]), "importance": finite(of.importance[at]), "competence": finite(of.competence[at]),
            "mwds": finite(of.mwds[at]), "rds": finite(of.rds[at]), "closure_pct": finite(of.closure[at]),
            "importance_fell": bool(of.faded[at]), **{name: value(at) for name, value in more.items()},
        }
        for at, item in enumerate(of.items)
    }  # fmt: skip
