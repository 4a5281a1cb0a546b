"""The survey's formulas against the worked example and their identities, and the rules for small groups."""

from __future__ import annotations

import random
from collections import Counter
from statistics import fmean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.survey import rules
from lms.survey.rules import Cell, Figures, Sums

#: The public worked example: four people, two items, (I, C) each.
X = [(5, 2), (5, 3), (4, 4), (4, 5)]
Y = [(3, 1), (3, 2), (3, 3), (5, 2)]

PAIRS = st.lists(st.tuples(st.integers(1, 5), st.integers(1, 5)), min_size=1, max_size=40)


def packed(*columns: list[tuple[object, object]]) -> list[str]:
    """Returns of several items, person by person."""
    return ["".join(f"{i}{c}" for i, c in row) for row in zip(*columns, strict=True)]


def figures(column: list[tuple[object, object]], item: str = "x") -> Figures:
    found = rules.figures_of(item, rules.sums_of(packed(column), 1)[0])
    assert found is not None
    return found


@pytest.mark.parametrize(
    ("column", "expected"),
    [
        (X, {"importance": 4.5, "level": 3.5, "gap": 1.0, "mwds": 4.5, "rds": -25.0, "share": 50.0, "pni": 0.2857}),
        (Y, {"importance": 3.5, "level": 2.0, "gap": 1.5, "mwds": 5.25, "rds": -75.0, "share": 75.0, "pni": 0.75}),
    ],
)
def test_worked_example(column, expected):
    one = figures(column)
    for name in ("importance", "level", "gap", "mwds", "rds", "share"):
        assert getattr(one, name) == pytest.approx(expected[name], abs=1e-12), name
    assert rules.pni_modified(one.importance, one.level) == pytest.approx(expected["pni"], abs=5e-5)


def test_a_fifth_person_who_does_not_know_changes_nothing():
    before, after = figures(X), figures([*X, (5, "d")])
    assert after.unsure == 1
    assert before == Figures(**{**after.__dict__, "unsure": 0})


@pytest.mark.parametrize("code", sorted(rules.MISSING))
@pytest.mark.parametrize("side", [0, 1])
def test_a_missing_code_is_never_a_number(code, side):
    pair = (code, 3) if side == 0 else (3, code)
    assert figures([*X, pair]).n == 4
    assert rules.pairs_of("".join(map(str, pair))) == [None]


def test_the_four_missing_codes_are_distinct_and_kept():
    assert len({rules.UNANSWERED, rules.DONT_KNOW, rules.NOT_MY_ROLE, rules.WITHHELD}) == 4
    answers = {"a": ["d", "r"], "b": ["w", "0"]}
    assert rules.pack(answers, ["a", "b", "c"]) == "drw000"


def test_an_unknown_code_is_refused():
    with pytest.raises(ValueError, match="no such code"):
        rules.pack({"a": ["6", "1"]}, ["a"])


@given(PAIRS)
def test_borich_is_the_original_pni_and_not_the_mean_of_products(pairs):
    one = figures(pairs)
    importance, level = fmean(i for i, _ in pairs), fmean(c for _, c in pairs)
    assert one.mwds == pytest.approx(rules.mwds(importance, level), abs=1e-9)
    assert one.gap == pytest.approx(rules.gap(importance, level), abs=1e-9)
    products = fmean((i - c) * i for i, c in pairs)
    covariance = products - fmean(i - c for i, c in pairs) * importance
    assert one.mwds == pytest.approx(products - covariance, abs=1e-9)
    assert -6.25 <= one.mwds <= 20


@given(PAIRS)
def test_ranked_discrepancy_is_minus_the_paired_dominance_and_survives_relabelling(pairs):
    one = figures(pairs)
    more, less = fmean(i > c for i, c in pairs), fmean(i < c for i, c in pairs)
    assert one.rds == pytest.approx(-100 * (more - less), abs=1e-9)
    assert one.share == pytest.approx(100 * more, abs=1e-9)
    squared = [(i * i, c * c) for i, c in pairs]
    again = Sums(len(pairs), 0, 0, sum(i > c for i, c in squared), sum(i < c for i, c in squared))
    assert rules.ranked_discrepancy(again.more, again.less, again.n) == one.rds


def test_modified_pni_depends_on_where_the_scale_starts_and_ranked_discrepancy_does_not():
    assert rules.pni_modified(4.5, 3.5) != rules.pni_modified(3.5, 2.5)


def test_equal_scores_share_a_rank_and_the_next_is_skipped():
    columns = {"a": X, "b": Y, "c": X, "d": [(2, 1)] * 4}
    out = rules.ranked(figures(column, item) for item, column in columns.items())
    assert [(one.item, one.rank) for one in out] == [("b", 1), ("a", 2), ("c", 2), ("d", 4)]


def test_within_a_tie_the_larger_share_comes_first():
    # the same means, so the same weighted score; the gap is spread over two people or over one
    many, few = [(4, 3), (4, 3), (4, 4)], [(4, 2), (4, 4), (4, 4)]
    out = rules.ranked([figures(few, "a"), figures(many, "b")])
    assert [(one.item, one.rank) for one in out] == [("b", 1), ("a", 1)]


def test_items_without_a_gap_have_no_rank():
    out = rules.ranked([figures([(3, 4)], "held"), figures([(3, 3)], "even"), figures(X, "gap")])
    assert [(one.item, one.rank) for one in out] == [("gap", 1), ("even", None), ("held", None)]


def test_an_item_that_two_methods_rank_apart_says_so():
    wide = [(5, 1)] * 2 + [(3, 3)] * 8  # a large gap of a few: high by size, low by share
    narrow = [(3, 2)] * 5 + [(3, 3)] * 5
    columns = {"wide": wide, **{f"n{k}": narrow for k in range(6)}}
    out = {one.item: one for one in rules.ranked(figures(column, item) for item, column in columns.items())}
    assert out["wide"].rank == 1
    assert out["wide"].depends
    assert not out["n0"].depends


def _crowd(people: int, seed: int) -> list[str]:
    chance = random.Random(seed)
    return ["".join(f"{chance.randint(3, 5)}{chance.randint(1, 3 + k // 3)}" for k in range(6)) for _ in range(people)]


def test_intervals_are_the_same_for_the_same_seed_whatever_the_order_of_returns():
    items = [f"i{k}" for k in range(6)]
    rows = _crowd(60, 1)
    made = rules.ranked(one for one in map(rules.figures_of, items, rules.sums_of(rows, 6)) if one)
    first = rules.with_intervals(made, rows, items, seed=5, draws=200)
    assert first == rules.with_intervals(made, rows[::-1], items, seed=5, draws=200)
    assert first != rules.with_intervals(made, rows, items, seed=6, draws=200)


def test_intervals_hold_the_rank_and_narrow_with_more_people():
    items = [f"i{k}" for k in range(6)]
    widths = []
    for people in (20, 500):
        rows = _crowd(people, 2)
        made = rules.ranked(one for one in map(rules.figures_of, items, rules.sums_of(rows, 6)) if one)
        out = rules.with_intervals(made, rows, items, seed=1, draws=300)
        assert all(one.best <= one.rank <= one.worst for one in out if one.best and one.worst and one.rank)
        assert sum(one.top or 0 for one in out) == pytest.approx(5)
        widths.append(sum((one.worst or 0) - (one.best or 0) for one in out))
    assert widths[1] < widths[0]


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


@pytest.mark.parametrize(
    ("total", "parts", "hidden"),
    [
        (20, {"a": 10, "b": 10}, set()),
        (14, {"a": 10, "b": 4}, {"a", "b"}),  # a beside the total would give b away
        (30, {"a": 14, "b": 12, "c": 4}, {"b", "c"}),
        (31, {"a": 14, "b": 12, "c": 3, "d": 2}, {"c", "d"}),  # two small ones are five together
        (25, {"a": 10, "b": 12}, {"a"}),  # three people of the total belong to no part
        (4, {"a": 4}, {"a"}),
        (5, {"a": 5}, set()),
    ],
)
def test_suppression(total, parts, hidden):
    assert rules.suppressed(total, parts, 5) == hidden


@pytest.mark.parametrize(
    ("news", "joins"),
    [
        ({"a": 4, "b": 5}, {}),  # the four would stay behind alone, so the five stay with them
        ({"a": 4, "b": 6}, {"b": 5}),
        ({"a": 4, "b": 10}, {"b": 9}),
        ({"a": 3, "b": 3, "c": 7}, {"c": 7}),
        ({"a": 30, None: 2}, {"a": 27}),
        ({"a": 30, "b": 5}, {"a": 30, "b": 5}),
        ({None: 3}, {}),
        ({}, {}),
    ],
)
def test_how_many_join_a_groups_figures(news, joins):
    assert rules.joining(news, 5) == joins


@given(st.dictionaries(st.sampled_from([None, *"abcdefgh"]), st.integers(0, 25)))
def test_what_joins_and_what_stays_behind_are_k_or_none(news):
    joins = rules.joining(news, 5)
    assert all(5 <= many <= news[part] for part, many in joins.items())
    assert not joins or sum(news.values()) - sum(joins.values()) not in range(1, 5)


@given(st.dictionaries(st.text(min_size=1, max_size=3), st.integers(0, 20), max_size=12), st.integers(0, 8))
def test_nothing_small_comes_back_by_subtraction(parts, outside):
    total = sum(parts.values()) + outside
    shown = {name: size for name, size in parts.items() if name not in rules.suppressed(total, parts, 5)}
    assert all(size >= 5 for size in shown.values())
    assert not shown or not 0 < total - sum(shown.values()) < 5


@pytest.mark.parametrize(
    ("n", "what"),
    [(0, "hidden"), (4, "hidden"), (5, "indicative"), (9, "indicative"), (10, "bands"), (29, "bands"), (30, "full")],
)
def test_what_is_shown_by_size(n, what):
    assert rules.display(n, 5) == what


def test_pooling_stands_between_the_group_and_its_parent_and_trusts_larger_groups_more():
    chance = random.Random(3)
    centres = [chance.gauss(1.5, 0.6) for _ in range(30)]
    groups = [rules.spread_of([chance.gauss(centre, 0.8) for _ in range(6)]) for centre in centres]
    found = [group for group in groups if group]
    parent = fmean(group.mean for group in found)
    for group in found:
        low, high = sorted((group.mean, parent))
        assert low <= rules.pooled(group, found, parent) <= high
    one = found[0]
    larger = rules.Spread(60, one.mean, one.squares * 10)
    assert abs(rules.pooled(larger, found, parent) - one.mean) < abs(rules.pooled(one, found, parent) - one.mean)


def test_pooling_gives_the_parent_where_groups_do_not_differ():
    same = [rules.Spread(6, 1.0, 4.0) for _ in range(5)]
    assert rules.pooled(same[0], same, 1.0) == 1.0
    assert rules.pooled(same[0], same[:1], 1.3) == 1.3


A, B = rules.Cell("t", "a", "learner"), rules.Cell("t", "b", "learner")


@pytest.mark.parametrize(
    ("waiting", "step", "joining"),
    [
        ({A: 9}, 10, {}),
        ({A: 10}, 10, {A: 10}),
        ({A: 23}, 10, {A: 20}),
        ({A: 9, B: 1}, 10, {}),  # the one of B would be signed
        ({A: 10, B: 4}, 10, {A: 10}),
        ({A: 5, B: 5}, 10, {A: 5, B: 5}),
        ({A: 6, B: 7}, 10, {A: 5, B: 5}),
        ({A: 5, B: 5}, 1, {A: 5, B: 5}),
        ({A: 7, B: 4}, 1, {A: 7}),
        ({A: 4, B: 4}, 1, {}),
    ],
)
def test_returns_join_only_in_the_company_of_k_of_their_cell(waiting, step, joining):
    cells = [cell for cell, many in waiting.items() for _one in range(many)]
    found = [cells[place] for place in rules.ripe(cells, 5, step)]
    assert {cell: found.count(cell) for cell in found} == joining
