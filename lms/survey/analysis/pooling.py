"""Partial pooling: what a small group's answers say, held together with what the whole network's say. Pure.

Group s, item k. A group of five people has a score G_sk of its own, mostly chance; the network's N_k is steady and ignores
the group. Empirical Bayes weighs the two by how far groups differ at all (Efron & Morris 1975, Journal of the American
Statistical Association 70:311-319):

    E_sk = a G_sk + (1 - a) N_k,   a = n_s / (n_s + kappa_k),   kappa_k = within_k / between_k

within_k is the variance of one person's score inside groups, between_k that of the groups' true scores, both by one-way
analysis of variance with unequal group sizes (Searle, Casella & McCulloch 1992, Variance Components, ch. 3), between_k no
less than 0: kappa_k then is infinite and every group has the network's score.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Final

import numpy as np
import numpy.typing as npt

from lms.survey.analysis.ratings import Floats

#: A group differs from the network where it is further from it than so many standard errors.
APART: Final = 1.96


@dataclass(frozen=True)
class Groups:
    """What pooling needs of some groups, arrays of groups x items."""

    #: People with both ratings.
    n: npt.NDArray[np.int64]
    #: The group's own score; not read where `n` is 0.
    score: Floats
    #: Variance of one person's score in the group (divided by n - 1); not read where `n` is under 2.
    variance: Floats


@dataclass(frozen=True)
class Pooled:
    """Pooled scores. `estimate`, `se`, `weight` are groups x items; `kappa`, `within`, `between` have one figure an item."""

    #: E_sk, on the scale of the scores; NaN where the network has none.
    estimate: Floats
    #: Standard error of E_sk about the group's true score; NaN where one answer is all there is.
    se: Floats
    #: a, 0 (the network's score) to 1 (the group's own).
    weight: Floats
    #: How many people weigh as much as the network, 0 to infinity.
    kappa: Floats
    within: Floats
    between: Floats

    def differs(self, network: Floats) -> npt.NDArray[np.bool_]:
        """Where a group stands further from the network's scores than `APART` standard errors (groups x items)."""
        with np.errstate(invalid="ignore"):
            apart: npt.NDArray[np.bool_] = np.abs(self.estimate - network) > APART * self.se
        return apart & (self.weight > 0)


def pool(groups: Groups, network: Floats) -> Pooled:
    """Pool the groups' scores towards `network`, N_k of each item on the same scale (NaN without a pair).

    Any score that is a mean over people may be pooled; what is a function of means (see `weighted_discrepancy`) to first
    order. Defined where little is known: a group without pairs has the network's score; so have all where there is one
    group, where no group has two people, or where groups differ by no more than chance (a = 0). Where people in groups
    agree wholly and groups differ, each has its own (a = 1).

    The standard error is that of the posterior, (1 - a) between + (1 - a)^2 Var(N), with Var(N) = within / n + between
    sum(n_s^2) / n^2. That kappa is estimated too is left out: under about twenty groups it is too small.
    """
    n = groups.n.astype(np.float64)
    some = n > 0
    score, variance = np.where(some, groups.score, 0.0), np.where(n > 1, groups.variance, 0.0)
    people, many = n.sum(axis=0), some.sum(axis=0)
    inner, outer = people - many, many - 1
    with np.errstate(divide="ignore", invalid="ignore"):
        grand = (n * score).sum(axis=0) / people
        among = np.where(outer > 0, (n * (score - grand) ** 2).sum(axis=0) / outer, np.nan)
        # Where nobody shares a group, how people differ is how groups do: all of it is taken for chance.
        within = np.where(inner > 0, (np.maximum(n - 1, 0) * variance).sum(axis=0) / inner, among)
        squares = (n**2).sum(axis=0)
        typical = (people - squares / people) / outer
        known = (inner > 0) & (outer > 0) & (typical > 0)
        # what is left of two equal sums is no difference between groups
        excess = among - within
        between = np.where(known & (excess > 1e-12 * within + 1e-24), excess / typical, 0.0)
        kappa = np.where(between > 0, within / between, np.inf)
        weight = np.where(some & (between > 0), n / (n + kappa), 0.0)
        estimate = np.where(weight > 0, weight * score, 0.0) + (1 - weight) * network
        steady = np.where(people > 0, within / people + between * squares / people**2, np.nan)
        se = np.sqrt((1 - weight) * between + (1 - weight) ** 2 * steady)
    return Pooled(estimate, se, weight, kappa, within, between)


def weighted_discrepancy(counts: npt.NDArray[Any], network: npt.NDArray[Any] | None = None) -> tuple[Groups, Floats]:
    """The groups' MWDS, and the network's, ready for `pool`.

    `counts` is groups x items x 6 x 6: how many people of the group rated the item with importance I (third axis) and
    competence C (fourth); row and column 0 are those without a number and are not read. `network` is items x 6 x 6, where
    it has more people than the groups together; by default it is their sum.

    MWDS is pooled, not the gap, because plans of spaces take E in place of the network's need, which is MWDS: both must be
    on one scale. It is a product of means, so two things are approximate. One person's score is linearised at the
    network's means, (2 Ibar_k - Cbar_k) I_i - Ibar_k C_i, which moves as MWDS does to first order; its variance serves as
    the variance in the group. And G_sk is larger on average than the group's true score by (var I - cov(I, C)) / n_s, as
    every product of two means from one sample is: of one sign and much alike for all items, it hardly touches their order,
    and the smaller the group, the less of it is left by a.
    """
    given = counts[..., 1:, 1:].astype(np.float64)
    whole = given.sum(axis=0) if network is None else network[..., 1:, 1:].astype(np.float64)
    important, able = np.arange(1, 6)[:, None], np.arange(1, 6)[None, :]

    def total(cells: Floats, of: npt.NDArray[Any]) -> Floats:
        return np.asarray((cells * of).sum(axis=(-2, -1)), dtype=np.float64)

    with np.errstate(divide="ignore", invalid="ignore"):
        everybody = whole.sum(axis=(-2, -1))
        i_bar, c_bar = total(whole, important) / everybody, total(whole, able) / everybody
        n = given.sum(axis=(-2, -1))
        i_own, c_own = total(given, important) / n, total(given, able) / n
        slope = np.nan_to_num(2 * i_bar - c_bar)[:, None, None], np.nan_to_num(i_bar)[:, None, None]
        person = slope[0] * important - slope[1] * able  # items x 5 x 5
        mean = (given * person).sum(axis=(-2, -1)) / n
        about = (given * (person - np.nan_to_num(mean)[..., None, None]) ** 2).sum(axis=(-2, -1))
        variance = about / np.where(n > 1, n - 1, np.nan)
    return Groups(n.astype(np.int64), (i_own - c_own) * i_own, variance), (i_bar - c_bar) * i_bar
