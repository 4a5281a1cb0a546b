"""The analysis of a table of ratings, whole: figures, orders, intervals, sets, flags, as plain values. Pure."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from typing import Any, Final

import numpy as np

from lms.survey.analysis.checks import checks
from lms.survey.analysis.flags import flags
from lms.survey.analysis.raking import design_effect
from lms.survey.analysis.ratings import Ratings
from lms.survey.analysis.scores import (
    BY_METHOD,
    Moments,
    competition_ranks,
    cut,
    dont_know,
    finite,
    holm,
    ipa_quadrant,
    is_high,
    locus_quadrant,
    moments,
    order,
    scores,
    wilcoxon,
)
from lms.survey.analysis.suppression import suppressed
from lms.survey.analysis.uncertainty import (
    Reweigh,
    covariance_of_draws,
    covariance_of_means,
    draw,
    label,
    quadrant_chances,
    rank_sets,
    score_covariance,
    standing,
    tau_best,
)

#: How many first places chances are about, where nothing else is asked.
TOP: Final = 5


def analyse(
    table: Ratings,
    *,
    seed: int,
    top: int = TOP,
    checked: bool = False,
    groups: Sequence[str] | None = None,
    domains: Mapping[str, str] | None = None,
    spaces: Sequence[str] | None = None,
    reweigh: Reweigh | None = None,
) -> dict[str, Any]:
    """Everything about one group of people, ready for JSON: see `docs/researcher.md` for each field. `seed` is 0 or more.

    `checked` adds what qualifies the order (`checks`). `groups` and `domains` are for `flags`, `spaces` and `reweigh` for `draw`:
    where people were invited by space, and where weights come from raking.
    """
    sums = moments(table)
    found = scores(sums)
    by_mean = covariance_of_means(table, sums=sums, spaces=spaces)
    drawn = draw(table, by_mean, seed, sums=sums, spaces=spaces, reweigh=reweigh)
    if reweigh is not None:
        by_mean = covariance_of_draws(drawn)
    places = standing(drawn, top)
    effect = design_effect(table.weights)
    freedom = found.n / effect - 1
    if spaces is not None:
        freedom = np.minimum(freedom, len(set(spaces)) - 1)
    sets = rank_sets(found.mwds, score_covariance(found, by_mean), seed, freedom=freedom)
    flagged = flags(table, groups=groups, domains=domains)
    ranks = competition_ranks(found.mwds)
    unsure = dont_know(table)
    tests = _tests(sums)
    lines = cut(found.importance), cut(found.competence), cut(found.gap)
    important, able = is_high(found.importance, lines[0]), is_high(found.competence, lines[1])
    wide = is_high(found.gap, lines[2])
    chances = quadrant_chances(drawn, important, able)
    items: dict[str, Any] = {}
    for at, item in enumerate(table.items):
        known = bool(np.isfinite(found.mwds[at]))
        sure = known and found.n[at] > 1  # one answer says nothing of what another would have been
        items[item] = {
            "n": int(found.n[at]),
            "importance_mean": finite(found.importance[at]),
            "competence_mean": finite(found.competence[at]),
            "gap": finite(found.gap[at]),
            "mwds": finite(found.mwds[at]),
            "nr_pct": finite(found.nr[at]),
            "pr_pct": finite(found.pr[at]),
            "tr_pct": finite(found.tr[at]),
            "dk_pct": finite(unsure[at]),
            "rds": finite(found.rds[at]),
            "pni": finite(found.mwds[at]),
            "pni_modified": finite(found.pni_modified[at]),
            "high_importance_low_skill_pct": finite(found.high_low[at]),
            "rank": int(ranks[at]) if known else None,
            # among many equal items each is rarely the first of a draw, though all of them share rank 1
            "rank_low": (int(min(places.low[at], ranks[at])) if sure else 1) if known else None,
            "rank_high": (int(max(places.high[at], ranks[at])) if sure else len(table.items)) if known else None,
            "mwds_low": finite(places.score_low[at]) if sure else None,
            "mwds_high": finite(places.score_high[at]) if sure else None,
            "p_top": finite(places.top[at]) if sure else None,
            "label": label(float(found.mwds[at]), float(places.top[at]) if sure else 0.0) if known else None,
            "wilcoxon": tests[at],
            "ipa": {
                "quadrant": ipa_quadrant(important[at], able[at]),
                "importance_cut": lines[0],
                "competence_cut": lines[1],
                "p": finite(chances[at]),
            }
            if known
            else None,
            "locus": {"quadrant": locus_quadrant(wide[at], important[at])} if known else None,
        }
    people = len(table.respondents)
    return {
        "items": items,
        "orders": {method: order(values(found), table.items) for method, values in BY_METHOD.items()},
        "rank_sets": {item: [int(sets[at, 0]), int(sets[at, 1])] for at, item in enumerate(table.items)},
        "tau_best": [table.items[at] for at in tau_best(sets, top).tolist() if np.isfinite(found.mwds[at])],
        "n_respondents": people,
        "kish_deff": finite(effect),
        "n_eff": finite(people / effect),
        "flags": [{"respondent": one.respondent, "flag": one.flag, "value": one.value} for one in flagged],
        "seed": seed,
        **({"checks": checks(table, found, flagged)} if checked else {}),
    }


def analyse_by(
    table: Ratings, column: str, *, seed: int, top: int = TOP, k: int = 1, checked: bool = False
) -> dict[str, Any]:
    """The same for everybody, and for each group of people with one value in `column`, under `groups`.

    A group of fewer than `k` is `{"suppressed": True}`, and so is a second one where the total minus the others would give
    it away. Raises `KeyError` for a column the table does not have.
    """
    values = table.columns[column]
    sizes = Counter(values)
    hidden = suppressed(len(table.respondents), sizes, k)
    own = np.array(values, dtype=object)
    whole = analyse(table, seed=seed, top=top, checked=checked, groups=values)
    whole["groups"] = {}
    for value in sorted(sizes):
        if value in hidden:
            whole["groups"][value] = {"suppressed": True}
            continue
        part = table.of(own == value)
        whole["groups"][value] = analyse(part, seed=seed, top=top, checked=checked, groups=part.columns[column])
    return whole


def _tests(sums: Moments) -> list[dict[str, Any] | None]:
    """Wilcoxon's test of each item with Holm's adjustment over the items that could be tested."""
    made = [wilcoxon(counts) for counts in sums.counts]
    tested = np.flatnonzero(sums.n).tolist()
    adjusted = dict(zip(tested, holm([made[at].p for at in tested]), strict=True))
    return [
        {
            "n": one.n, "zeros": one.zeros, "t_plus": one.t_plus, "t_minus": one.t_minus, "method": one.method,
            "p": one.p, "p_holm": adjusted[at], "r": one.r,
        } if at in adjusted else None
        for at, one in enumerate(made)
    ]  # fmt: skip
