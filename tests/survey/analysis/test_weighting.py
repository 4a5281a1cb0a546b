"""Which weights are made from a register, and weights made anew in every sample."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.survey.analysis.raking import Sample, rake
from lms.survey.analysis.ratings import Ratings
from lms.survey.analysis.reading import Unusable
from lms.survey.analysis.report import analyse
from lms.survey.analysis.uncertainty import covariance_of_means, draw
from lms.survey.analysis.weighting import Cell, anew, is_weighted_first, response_rates, weigh


def sample(cells: dict[Cell, int]) -> Sample:
    who = [cell for cell, many in cells.items() for _one in range(many)]
    groups = {"role": [one[0] for one in who], "valley": [one[1] for one in who]}
    return Sample([f"p{at}" for at in range(len(who))], groups, np.ones(len(who)), range(2, len(who) + 2))


REGISTER = {("m", "x"): 20, ("m", "y"): 30, ("t", "x"): 90, ("t", "y"): 60}


def shares(of: Sample, weights: np.ndarray) -> dict[Cell, float]:
    cells = list(zip(*of.groups.values(), strict=True))
    return {
        cell: float(sum(one for one, own in zip(weights, cells, strict=True) if own == cell) / weights.sum())
        for cell in set(cells)
    }


@pytest.mark.parametrize(
    ("complete", "members", "first"),
    [(94, 100, False), (95, 100, True), (18, 19, False), (19, 20, True), (0, 0, False)],
)
def test_weights_decide_once_the_register_is_nearly_complete(complete: int, members: int, first: bool) -> None:
    assert is_weighted_first(complete, members) is first


def test_cells_with_five_people_each_stand_for_themselves() -> None:
    of = sample({("m", "x"): 5, ("m", "y"): 9, ("t", "x"): 20, ("t", "y"): 6})
    made = weigh(of, REGISTER)
    assert made.way == "cells"
    assert shares(of, made.raked.weights) == pytest.approx({cell: size / 200 for cell, size in REGISTER.items()})
    assert made.raked.weights.sum() == pytest.approx(40)


def test_else_the_margins_do() -> None:
    of = sample({("m", "x"): 4, ("m", "y"): 9, ("t", "x"): 20, ("t", "y"): 7})
    made = weigh(of, REGISTER)
    assert made.way == "margins"
    found = shares(of, made.raked.weights)
    assert found["m", "x"] + found["m", "y"] == pytest.approx(0.25, rel=1e-5)
    assert found["m", "x"] + found["t", "x"] == pytest.approx(0.55, rel=1e-5)


def test_else_values_are_merged_by_the_rule_or_it_is_refused_with_the_reason() -> None:
    of = sample({("m", "x"): 4, ("m", "y"): 9, ("t", "x"): 20, ("t", "y"): 7})
    register = {**REGISTER, ("d", "x"): 10, ("d", "y"): 5}  # deputies, of whom nobody answered
    with pytest.raises(Unusable) as told:
        weigh(of, register)
    assert (told.value.code, told.value.about["value"], told.value.about["margin"]) == ("target_alone", "d", "role")
    with pytest.raises(Unusable):
        weigh(of, register, merges={"valley": {"y": "x"}})  # which does not help
    made = weigh(of, register, merges={"role": {"d": "m"}})
    assert made.way == "merged"
    found = shares(of, made.raked.weights)
    assert found["m", "x"] + found["m", "y"] == pytest.approx(65 / 215, rel=1e-5)


@settings(max_examples=40, deadline=None)
@given(
    answered=st.lists(st.integers(1, 12), min_size=4, max_size=4),
    size=st.lists(st.integers(5, 60), min_size=4, max_size=4),
)
def test_margins_are_met_whatever_the_way_and_no_weight_is_above_five_times_the_mean(
    answered: list[int], size: list[int]
) -> None:
    of = sample(dict(zip(REGISTER, answered, strict=True)))
    register = dict(zip(REGISTER, size, strict=True))
    try:
        made = weigh(of, register)
    except Unusable:  # somebody would weigh more than five
        return
    assert (made.way == "cells") <= (min(answered) >= 5)
    assert made.raked.weights.max() <= 5 * made.raked.weights.mean() * (1 + 1e-5)
    found = shares(of, made.raked.weights)
    for at in (0, 1):
        for value in {cell[at] for cell in REGISTER}:
            mine = sum(share for cell, share in found.items() if cell[at] == value)
            assert mine == pytest.approx(
                sum(many for cell, many in register.items() if cell[at] == value) / sum(size), rel=1e-4
            )


def test_response_rates() -> None:
    found = response_rates([("m",), ("m",), ("x",)], {("m",): 4, ("t",): 3})
    assert [(cell, one.answered, one.asked, one.share) for cell, one in found.items()] == [
        (("m",), 2, 4, 0.5), (("t",), 0, 3, 0.0), (("x",), 1, 0, None),
    ]  # fmt: skip


def test_weights_made_anew_leave_what_was_raked_on_no_chance() -> None:
    """Role decides all answers here: once it is raked on in every sample, only the rounding of people is left to chance."""
    of = sample({("m", "x"): 12, ("m", "y"): 14, ("t", "x"): 10, ("t", "y"): 14})
    targets = {"role": {"m": 1.0, "t": 3.0}}
    weights = rake(of, targets).weights
    manager = np.array([one == "m" for one in of.groups["role"]])
    table = Ratings(
        of.respondents, ["A", "B"], np.where(manager[:, None], [5, 3], [3, 4]).astype(np.int8), np.full((50, 2), 2, np.int8),
        weights, weighted=True,
    )  # fmt: skip
    by_mean = covariance_of_means(table)
    fixed = draw(table, by_mean, 1, 100)
    again = draw(table, by_mean, 1, 100, reweigh=anew(of, lambda drawn: rake(drawn, targets)))
    assert fixed.importance.std(axis=0).min() > 0.03
    assert again.importance == pytest.approx(np.tile([3.5, 3.75], (100, 1)))
    sure = analyse(table, seed=1, reweigh=anew(of, lambda drawn: rake(drawn, targets)))
    assert (sure["items"]["B"]["rank_low"], sure["items"]["B"]["rank_high"]) == (1, 1)
