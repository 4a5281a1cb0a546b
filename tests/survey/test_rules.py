"""Codes of answers, how coarse a cell must be, and how many join at once."""

from __future__ import annotations

from collections import Counter

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.survey import rules
from lms.survey.rules import Cell


@pytest.mark.parametrize("code", sorted(rules.MISSING))
@pytest.mark.parametrize("side", [0, 1])
def test_a_missing_code_is_never_a_number(code, side):
    pair = (code, 3) if side == 0 else (3, code)
    assert rules.pairs_of("52" + "".join(map(str, pair))) == [(5, 2), None]


def test_the_four_missing_codes_are_distinct_and_kept():
    assert len({rules.UNANSWERED, rules.DONT_KNOW, rules.NOT_MY_ROLE, rules.WITHHELD}) == 4
    answers = {"a": ["d", "r"], "b": ["w", "0"]}
    assert rules.pack(answers, ["a", "b", "c"]) == "drw000"


def test_an_unknown_code_is_refused():
    with pytest.raises(ValueError, match="no such code"):
        rules.pack({"a": ["6", "1"]}, ["a"])


@pytest.mark.parametrize(
    ("mailing", "expected"),
    [
        # one manager would sign the answers of that role: the space's roles are not told
        ([(6, "t", "a", "learner"), (1, "t", "a", "manager")], {("t", "a", None): 7}),
        ([(6, "t", "a", "learner"), (5, "t", "a", "manager")], {("t", "a", "learner"): 6, ("t", "a", "manager"): 5}),
        # two small spaces are told as their territory
        ([(6, "t", "a", None), (3, "t", "b", None), (4, "t", "c", None)], {("t", "a", None): 6, ("t", None, None): 7}),
        # one small space alone takes the next one with it, or it would be known by being nameless
        ([(9, "t", "a", None), (6, "t", "b", None), (2, "t", "c", None)], {("t", "a", None): 9, ("t", None, None): 8}),
        # a small territory likewise
        ([(9, "t", "a", None), (3, "u", "b", None)], {(None, None, None): 12}),
        ([(4, "t", "a", "learner")], {(None, None, None): 4}),
        ([], {}),
    ],
)
def test_a_mailing_is_made_coarse(mailing, expected):
    cells = [Cell(t, s, r) for many, t, s, r in mailing for _person in range(many)]
    assert Counter(rules.coarsen(cells, 5)) == expected


@given(
    st.lists(st.tuples(st.sampled_from(["t", "u", None]), st.sampled_from("abcd"), st.sampled_from("lm")), max_size=60)
)
def test_every_cell_of_a_mailing_has_k_people(rows):
    cells = [Cell(t, t + s if t else None, r) for t, s, r in rows]
    out = rules.coarsen(cells, 5)
    if len(rows) >= 5:
        assert min(Counter(out).values()) >= 5
    else:
        assert set(out) <= {Cell(None, None, None)}
    for before, after in zip(cells, out, strict=True):
        assert all(told in (None, known) for told, known in zip(after, before, strict=True))


A, B = rules.Cell("t", "a", "learner"), rules.Cell("t", "b", "learner")


@pytest.mark.parametrize(
    ("waiting", "day_is_over", "joins"),
    [
        ({A: 14}, False, {}),
        ({A: 15}, False, {A: 10}),  # five stay behind
        ({A: 27}, False, {A: 20}),
        ({A: 14, B: 1}, False, {A: 10}),  # the one of B would be signed
        ({A: 9, B: 4}, False, {}),
        ({A: 10, B: 5}, False, {A: 5, B: 5}),
        ({A: 10, B: 4}, True, {A: 9}),
        ({A: 9}, True, {}),
        ({A: 10}, True, {A: 5}),
        ({A: 5, B: 5}, True, {A: 5}),
        ({A: 4, B: 4}, True, {}),
    ],
)
def test_returns_join_with_k_of_their_cell_and_leave_k_behind(waiting, day_is_over, joins):
    found = rules.joining(waiting, 5, day_is_over=day_is_over)
    assert Counter(found.values()) == Counter(joins.values())
    assert sum(waiting.values()) - sum(found.values()) >= 5 or not found
    assert all(waiting[cell] >= many >= 5 for cell, many in found.items())
