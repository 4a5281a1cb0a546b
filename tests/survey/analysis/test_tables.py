"""Raking, best-worst scaling, suppression, flags: pure, against other people's programs where there are any."""

from __future__ import annotations

import math
import random
from collections import Counter
from itertools import combinations

import ipfn.ipfn
import numpy as np
import pandas as pd
import pytest

from lms.survey.analysis.bestworst import best_worst, has_ceiling, read_counts, sets_of
from lms.survey.analysis.flags import flags
from lms.survey.analysis.raking import Raked, design_effect, rake, read_sample, read_targets
from lms.survey.analysis.ratings import DONT_KNOW, ratings
from lms.survey.analysis.reading import Unusable, read_table
from lms.survey.analysis.suppression import Place, read_cells, solvable, suppress, told


def raked(respondents: str, targets: str, trim: float = 5.0) -> tuple[list[str], Raked]:
    sample = read_sample(read_table(respondents))
    return list(sample.respondents), rake(sample, read_targets(read_table(targets)), trim=trim)


def people(seed: int, many: int = 200) -> tuple[str, list[tuple[str, str]]]:
    chance = random.Random(seed)
    who = [(chance.choice("aaab"), chance.choice("xyyz")) for _person in range(many)]
    return "respondent,role,valley\n" + "".join(f"p{at},{one},{two}\n" for at, (one, two) in enumerate(who)), who


TARGETS = "margin,value,target\nrole,a,0.4\nrole,b,0.6\nvalley,x,0.5\nvalley,y,0.2\nvalley,z,0.3\n"


@pytest.mark.parametrize("seed", range(4))
def test_raking_agrees_with_ipfn(seed: int) -> None:
    text, who = people(seed)
    _names, made = raked(text, TARGETS, trim=1_000)
    frame = pd.DataFrame(who, columns=["role", "valley"]).assign(total=1.0)
    n = len(who)
    aims = [
        pd.Series({"a": 0.4 * n, "b": 0.6 * n}),
        pd.Series({"x": 0.5 * n, "y": 0.2 * n, "z": 0.3 * n}),
    ]
    for aim, name in zip(aims, ["role", "valley"], strict=True):
        aim.index.name = name
    theirs = ipfn.ipfn.ipfn(frame, aims, [["role"], ["valley"]], convergence_rate=1e-9).iteration()
    assert np.allclose(made.weights, theirs["total"], rtol=1e-4)
    assert made.weights.sum() == pytest.approx(n)
    assert made.trimmed == 0


def test_raking_reaches_its_targets_whatever_they_are_counted_in() -> None:
    text, who = people(9)
    _names, shares = raked(text, TARGETS)
    _names, counts = raked(text, "margin,value,target\nrole,a,40\nrole,b,60\nvalley,x,50\nvalley,y,20\nvalley,z,30\n")
    assert np.allclose(shares.weights, counts.weights)
    here = sum(weight for weight, (role, _valley) in zip(shares.weights, who, strict=True) if role == "b")
    assert here == pytest.approx(0.6 * len(who), rel=1e-5)


@pytest.mark.parametrize("seed", [0, 1, 3])
def test_large_weights_are_held_and_the_margins_still_met(seed: int) -> None:
    text, who = people(seed)
    _names, made = raked(text, TARGETS, trim=3.5)
    assert made.weights.max() <= 3.5 * (1 + 1e-6)
    assert made.trimmed == (made.weights > 3.5 * (1 - 1e-5)).sum() > 0
    for at, value, share in ((0, "b", 0.6), (1, "x", 0.5), (1, "y", 0.2)):
        here = sum(weight for weight, one in zip(made.weights, who, strict=True) if one[at] == value)
        assert here == pytest.approx(share * len(who), rel=1e-4)


def test_too_few_people_to_stand_for_so_many() -> None:
    text = "respondent,role\np0,b\n" + "".join(f"p{at},a\n" for at in range(1, 40))
    targets = "margin,value,target\nrole,a,0.8\nrole,b,0.2\n"
    with pytest.raises(Unusable) as told:  # one person cannot be a fifth of all and weigh no more than five
        raked(text, targets)
    assert told.value.code == "trim_short"
    _names, made = raked(text, targets, trim=10)
    assert made.weights[0] == pytest.approx(8.0)
    assert made.trimmed == 0


def test_starting_weights_are_kept_within_a_group() -> None:
    text = "respondent,role,weight\np0,a,1\np1,a,3\np2,b,2\np3,b,2\n"
    _names, made = raked(text, "margin,value,target\nrole,a,1\nrole,b,1\n")
    assert made.weights.tolist() == pytest.approx([0.5, 1.5, 1, 1])
    assert design_effect(made.weights) == pytest.approx(4 * 4.5 / 16)


@pytest.mark.parametrize(
    ("respondents", "targets", "code", "line"),
    [
        ("respondent,role\np0,a\n", "margin,value,target\nrole,a,1\nvalley,x,2\n", "margins_differ", 3),
        ("respondent,role\np0,a\n", "margin,value,target\nrole,a,0\n", "margin_empty", 2),
        ("respondent,role\np0,a\n", "margin,value,target\nrole,a,1\nrole,b,1\n", "target_alone", 0),
        ("respondent,role\np0,a\np1,c\n", "margin,value,target\nrole,a,1\n", "no_target", 3),
        ("respondent,role\np0,a\np1,b\n", "margin,value,target\nrole,a,1\nrole,b,0\n", "target_zero", 0),
        ("respondent,role\np0,a\n", "margin,value,target\nvalley,a,1\n", "margin_missing", 0),
        ("respondent,role\np0,a\n", "margin,value,target\nrole,a,1\nrole,a,1\n", "target_twice", 3),
        ("respondent,role\np0,a\n", "margin,value,target\nrole,a,nan\n", "number", 2),
        ("respondent,role\np0,a\n", "margin,value,target\nrole,a,-1\n", "number", 2),
        ("respondent,role\np0,a\np0,a\n", "margin,value,target\nrole,a,1\n", "respondent_twice", 3),
        ("respondent\np0\n", "margin,value,target\nrole,a,1\n", "no_margin", 1),
        ("respondent,role,weight\np0,a,0\n", "margin,value,target\nrole,a,1\n", "zero_weights", 2),
    ],
)
def test_impossible_margins_are_told(respondents: str, targets: str, code: str, line: int) -> None:
    with pytest.raises(Unusable) as told:
        raked(respondents, targets)
    assert (told.value.code, told.value.line) == (code, line)


def test_best_worst_in_closed_form() -> None:
    found = best_worst(read_counts(read_table("item,shown,best,worst\nA,40,20,4\nB,40,8,10\nC,40,2,16\n")))
    assert found["A"]["score"] == 0.4
    assert found["A"]["p"] == 0.7
    assert found["A"]["b"] == pytest.approx(math.log(0.7 / 0.3))
    assert found["A"]["se"] == pytest.approx(1 / math.sqrt(80 * 0.21))
    assert found["A"]["low"] == pytest.approx(found["A"]["b"] - 1.959964 * found["A"]["se"], rel=1e-6)
    total = sum(math.exp(one["b"]) for one in found.values())
    assert [one["share"] for one in found.values()] == pytest.approx(
        [math.exp(one["b"]) / total for one in found.values()]
    )


def test_always_best_and_always_worst_have_no_finite_score() -> None:
    found = best_worst(read_counts(read_table("item,shown,best,worst\nA,5,5,0\nB,5,0,5\nC,5,1,1\n")))
    assert (found["A"]["b"], found["A"]["share"]) == (None, 1.0)
    assert (found["B"]["b"], found["B"]["share"]) == (None, 0.0)
    assert found["C"]["b"] == 0.0


@pytest.mark.parametrize(("many", "size", "together"), [(13, 4, 1), (16, 6, 2)])
def test_every_two_items_meet_as_often_as_any_other_two(many: int, size: int, together: int) -> None:
    items = [f"K{at}" for at in range(many)]
    made = sets_of(items)
    assert [len(set(one)) for one in made] == [size] * many
    meet = Counter(frozenset(pair) for one in made for pair in combinations(one, 2))
    assert set(meet.values()) == {together}
    assert len(meet) == many * (many - 1) // 2
    assert set(Counter(item for one in made for item in one).values()) == {size}
    with pytest.raises(ValueError, match="13 or 16"):
        sets_of(items[:12])


@pytest.mark.parametrize(
    ("means", "ceiling"),
    [
        ([4.6, 4.4, 4.9], True),
        ([3.1, 4.4, 4.9], False),
        ([3.9, 4.0, 4.1], True),
        ([3.0, 4.5, 5.0], True),
        ([], False),
        ([3.0], False),
    ],
)
def test_a_ceiling_of_importance(means: list[float], ceiling: bool) -> None:
    assert has_ceiling(means) is ceiling


@pytest.mark.parametrize("row", ["A,0,0,0", "A,4,3,2", "A,4,-1,0", "A,4,1.5,0", "A,4,1,", "A,1_0,1,1"])
def test_impossible_choices_are_told(row: str) -> None:
    with pytest.raises(Unusable) as told:
        read_counts(read_table(f"item,shown,best,worst\n{row}\n"))
    assert told.value.line == 2


def grid(seed: int) -> dict[Place, int]:
    chance = random.Random(seed)
    rows, columns = chance.randint(2, 8), chance.randint(2, 8)
    return {
        (f"r{row}", f"c{column}"): chance.choice([0, 1, 3, 4, 5, 8, 20, 40])
        for row in range(rows)
        for column in range(columns)
    }


@pytest.mark.parametrize("seed", range(80))
def test_no_hidden_cell_follows_from_the_margins(seed: int) -> None:
    cells = grid(seed)
    hidden = suppress(cells, 5)
    assert {place for place, why in hidden.items() if why == "primary"} == {
        place for place, count in cells.items() if 0 < count < 5
    }
    assert solvable(hidden.keys()) == []
    # By brute force: no hidden cell's unit vector is in the span of the margins.
    places = sorted(hidden)
    lines = sorted({("r", row) for row, _column in places} | {("c", column) for _row, column in places})
    matrix = np.array(
        [[float(place[0 if kind == "r" else 1] == name) for place in places] for kind, name in lines]
    ).reshape(len(lines), len(places))
    rank = np.linalg.matrix_rank(matrix) if places else 0
    for at in range(len(places)):
        assert np.linalg.matrix_rank(np.vstack([matrix, np.eye(len(places))[at]])) > rank


def test_the_audit_finds_what_is_hidden_badly() -> None:
    assert solvable({("a", "x")}) == [("a", "x")]
    assert solvable({("a", "x"), ("a", "y"), ("b", "y")}) == [("a", "x"), ("a", "y"), ("b", "y")]
    circle = {("a", "x"), ("a", "y"), ("b", "x"), ("b", "y")}
    assert solvable(circle) == []
    assert solvable(circle | {("c", "z")}) == [("c", "z")]


def test_the_fewest_people_are_hidden_and_empty_cells_last() -> None:
    cells = read_cells(read_table("row,col,count\na,x,2\na,y,50\na,z,9\nb,x,60\nb,y,70\nb,z,8\nc,x,0\nc,y,9\nc,z,0\n"))
    assert suppress(cells, 5) == {
        ("a", "x"): "primary",
        ("a", "z"): "secondary",
        ("b", "z"): "secondary",
        ("b", "x"): "secondary",
    }


def test_a_cell_alone_in_its_row_cannot_be_hidden() -> None:
    with pytest.raises(Unusable) as told:
        suppress({("a", "x"): 3, ("b", "x"): 9}, 5)
    assert told.value.code == "cannot_hide"


def answers(importance: list[int], competence: list[int]) -> dict[str, tuple[int, int]]:
    return {f"K{at:02}": pair for at, pair in enumerate(zip(importance, competence, strict=True))}


def test_flags() -> None:
    varied = [1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4]
    found = flags(
        ratings(
            {
                "fine": answers(varied, varied[::-1]),
                "line": answers([4] * 12, varied),
                "content": answers(varied, varied),
                "robot": answers([3] * 12, [3] * 12),
                "unsure": answers(varied[:3] + [DONT_KNOW] * 9, varied[:3] + [DONT_KNOW] * 9),
                "short": {f"K{at:02}": (3, 3) for at in range(9)},
            }
        )
    )
    assert [(one.respondent, one.flag, one.value) for one in found] == [
        ("line", "same_importance", 1.0),
        ("content", "no_difference", 12.0),
        ("robot", "same_importance", 1.0),
        ("robot", "same_competence", 1.0),
        ("robot", "no_spread", 1.0),
        ("robot", "no_difference", 12.0),
        ("robot", "doubtful", 3.0),
        ("unsure", "dont_know", 0.75),
    ]


def possible(cells: dict[Place, int], hidden: dict[Place, str], k: int) -> dict[Place, set[int]]:
    """What each hidden count may be for a reader who knows the totals and the rule: every table is tried."""
    places = sorted(hidden)
    found: dict[Place, set[int]] = {place: set() for place in places}
    chosen: dict[Place, int] = {}

    def go(at: int, rows: Counter[str], columns: Counter[str]) -> None:
        if at == len(places):
            if not any(columns.values()):
                for place, value in chosen.items():
                    found[place].add(value)
            return
        row, column = place = places[at]
        most = min(rows[row], columns[column])
        last = at + 1 == len(places) or places[at + 1][0] != row
        for value in range(1, k) if hidden[place] == "primary" else [0, *range(k, most + 1)]:
            if value <= most and (not last or value == rows[row]):
                chosen[place] = value
                go(at + 1, rows - Counter({row: value}), columns - Counter({column: value}))

    rows, columns = Counter[str](), Counter[str]()
    for place in places:
        rows[place[0]] += cells[place]
        columns[place[1]] += cells[place]
    go(0, rows, columns)
    return found


@pytest.mark.parametrize("seed", range(150))
def test_nobody_who_knows_the_rule_can_tell_a_count_but_those_that_are_named(seed: int) -> None:
    chance = random.Random(seed)
    rows, columns, k = chance.randint(2, 4), chance.randint(2, 3), chance.choice([3, 4, 5])
    cells = {
        (f"r{row}", f"c{column}"): chance.choice([0, 1, 1, 2, 3, 4, 5, 5, 6, 8, 9, 12])
        for row in range(rows)
        for column in range(columns)
    }
    hidden = suppress(cells, k)
    named = told(cells, hidden.keys(), k)
    for place, values in possible(cells, hidden, k).items():
        assert cells[place] in values
        assert len(values) > 1 or place in named


@pytest.mark.parametrize("pair", [(1, 1), (4, 4), (1, 2), (3, 4)])
def test_two_small_counts_of_a_row_are_not_told_by_their_sum(pair: tuple[int, int]) -> None:
    """1 + 1 and 4 + 4 are the only ways to 2 and to 8 below five; so a third count of the row is hidden with them."""
    cells = {("a", "x"): pair[0], ("a", "y"): pair[1], ("a", "z"): 20, ("b", "x"): 3, ("b", "y"): 3, ("b", "z"): 20}
    cells |= {("c", "x"): 30, ("c", "y"): 30, ("c", "z"): 20}
    hidden = suppress(cells, 5)
    assert told(cells, hidden.keys(), 5) == set()
    assert (("a", "z") in hidden) == (pair[0] == pair[1])
    assert all(len(values) > 1 for values in possible(cells, hidden, 5).values())


def test_what_no_hiding_can_keep_is_named() -> None:
    cells = {("a", "x"): 3, ("a", "y"): 0, ("b", "x"): 9, ("b", "y"): 8}
    hidden = suppress(cells, 5)
    assert solvable(hidden.keys()) == []
    assert told(cells, hidden.keys(), 5) == set(cells)  # 3 and an empty place: the rule leaves nothing else


def test_a_page_without_spread_and_a_copy_within_a_group() -> None:
    varied = [1, 2, 3, 4, 5, 4, 3, 2, 1, 2, 3, 4]
    turned = varied[6:] + varied[:6]
    table = ratings(
        {
            "a": answers(varied, turned), "b": answers(varied, turned), "c": answers(varied, turned),
            "d": answers([3] * 6 + varied[:6], [3] * 6 + turned[:6]),
        }
    )  # fmt: skip
    pages = {item: "first" if item < "K06" else "second" for item in table.items}
    found = flags(table, domains=pages, groups=["s1", "s1", "s2", "s2"])
    assert [(one.respondent, one.flag, one.value) for one in found] == [
        ("a", "identical", 2.0), ("b", "identical", 2.0), ("d", "no_spread", 1.0),
    ]  # fmt: skip
    assert flags(table) == []  # one page of all items; nobody is compared


def test_a_run_longer_than_nearly_everybodys_stands_out_among_many() -> None:
    chance = random.Random(3)
    rows = {
        f"p{at}": answers([chance.randint(1, 5) for _ in range(20)], [chance.randint(1, 5) for _ in range(20)])
        for at in range(300)
    }
    rows["long"] = answers([4] * 13 + [1, 2, 3, 5, 1, 2, 3], [1, 2, 3, 4, 5] * 4)
    assert [(one.respondent, one.flag, one.value) for one in flags(ratings(rows))] == [
        ("long", "same_importance", 0.65)
    ]
    few = {name: rows[name] for name in ("p1", "p2", "long")}
    assert flags(ratings(few)) == []  # three people say nothing of what is usual
