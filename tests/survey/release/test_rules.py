"""What may be told: the bands, k, steps, complements, dominance, ends of scales, sensitive items, and an attacker who keeps
every release and knows linear algebra.
"""

from __future__ import annotations

from itertools import combinations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.survey.release import rules
from lms.survey.release.rules import Group, Returns, Row, Told, Unsafe

ITEMS, DOMAINS = ("a", "b"), ("one", "two")
K = 5
PLACES = {"bobine": "vall", "estive": "vall", "forn": "vall", "remise": "garonne", "moulin": "garonne"}


def rows(*groups: tuple[int, str | None, str], release: int = 1) -> list[Row]:
    """So many returns of a space with these answers."""
    return [
        Row(answers, PLACES[space] if space else None, space, release)
        for many, space, answers in groups
        for _one in range(many)
    ]


def tell(
    given: list[Row], k: int = K, *, before: Told | None = None, number: int = 1, parts: bool = True, sensitive=()
):
    """A release, as the service makes it: what it is of, and its groups by key."""
    returns = rules.returns_of(given, ITEMS)
    tracks = [k, *(max(k, rules.SENSITIVE) if item in sensitive else k for item in ITEMS)]
    told = rules.decide(returns, before or rules.nothing_told(len(tracks)), number, tracks, parts=parts)
    groups = rules.groups_of(returns, told, tracks, DOMAINS, seed=1, draws=40)
    return told, {group.key: group for group in groups}


def items_of(group: Group) -> set[str]:
    return {one.item for one in group.items}


# ---- how much is shown --------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("people", "show", "has_items"),
    [
        (4, None, False),
        (5, "indicative", False),
        (9, "indicative", False),
        (10, "bands", True),
        (29, "bands", True),
        (30, "full", True),
    ],
)
def test_what_is_shown_by_size(people, show, has_items):
    _told, groups = tell(rows((people, "bobine", "4243"), (40, "estive", "3342")))
    space = groups.get("bobine")
    assert (space.show if space else None) == show
    assert bool(space and space.items) == has_items
    if space:
        assert space.n == people
        assert set(space.domains) == {"one", "two"}
        assert {item: one.n for item, one in space.pooled.items()} == {"a": people, "b": people}
        assert all(one.best and one.worst and one.top is not None and one.low is not None for one in space.items)


@pytest.mark.parametrize("k", [5, 7, 12])
def test_the_campaigns_own_k(k):
    for people in (k - 1, k):
        _told, groups = tell(rows((people, "bobine", "4243"), (40, "estive", "3342")), k)
        assert ("bobine" in groups) == (people >= k)
    _told, groups = tell(rows((k - 1, "bobine", "4243")), k)
    assert groups == {}


def test_a_small_group_comes_back_neither_from_its_territory_nor_from_the_network():
    _told, groups = tell(
        rows((30, "bobine", "5242"), (12, "estive", "4342"), (4, "forn", "5142"), (30, "remise", "3342"))
    )
    # the valley minus its other spaces would be the four: the smallest of the others is hidden with them
    assert set(groups) == {"", "vall", "garonne", "bobine", "remise"}
    _told, groups = tell(rows((30, "bobine", "5242"), (3, "remise", "3342")))
    # the network minus the valley would be the three of Garonne
    assert set(groups) == {""}


def test_an_item_with_few_pairs_is_hidden_and_the_smallest_group_with_it():
    _told, groups = tell(rows((20, "bobine", "5242"), (8, "estive", "5d42"), (4, "estive", "5242")))
    assert items_of(groups["estive"]) == {"b"}
    assert items_of(groups["bobine"]) == {"b"}
    assert items_of(groups["vall"]) == {"a", "b"}
    assert set(groups["bobine"].domains) == {"two"}


def test_an_item_of_an_indicative_group_with_few_pairs_enters_nothing():
    _told, groups = tell(rows((20, "bobine", "5242"), (3, "estive", "5d42"), (4, "estive", "5242")))
    assert set(groups["estive"].pooled) == {"b"}
    assert set(groups["estive"].domains) == {"two"}


def test_a_sensitive_item_needs_eleven():
    many = (40, "estive", "3342")
    _told, groups = tell(rows((10, "bobine", "4243"), many), sensitive={"a"})
    assert items_of(groups["bobine"]) == {"b"}
    assert set(groups["bobine"].pooled) == {"b"}
    _told, groups = tell(rows((11, "bobine", "4243"), many), sensitive={"a"})
    assert items_of(groups["bobine"]) == {"a", "b"}


@pytest.mark.parametrize(
    ("largest", "others", "show"), [(9, 5, "bands"), (9, 1, "indicative"), (10, 1, "bands"), (60, 5, "full")]
)
def test_a_group_that_is_nearly_one_part_shows_no_more_than_that_part_may(largest, others, show):
    """Nine of ten people are of one space: the territory's own figures would be that space's, which are not shown."""
    _told, groups = tell(rows((largest, "bobine", "4243"), (others, "estive", "3342"), (40, "remise", "3342")))
    assert groups["vall"].show == show
    assert bool(groups["vall"].items) == (show != "indicative")


def test_an_item_that_nearly_one_part_answered_is_hidden():
    given = rows((9, "bobine", "4243"), (1, "estive", "4243"), (20, "estive", "4d43"), (40, "remise", "3342"))
    _told, groups = tell(given)
    assert items_of(groups["vall"]) == {"b"}


@pytest.mark.parametrize("answers", ["5151", "1515", "5555", "1111"])
def test_a_unanimous_group_is_told_as_a_band(answers):
    _told, groups = tell(rows((30, "bobine", answers), (30, "estive", "3333")))
    for one in groups["bobine"].items:
        assert min(one.importance, one.level) >= rules.LOWEST_MEAN
        assert max(one.importance, one.level) <= rules.HIGHEST_MEAN
        assert rules.LOWEST_SHARE <= one.share <= rules.HIGHEST_SHARE
        assert abs(one.rds) <= rules.HIGHEST_SHARE
        assert one.gap == pytest.approx(one.importance - one.level)
        assert one.mwds == pytest.approx(one.gap * one.importance)


def test_nearly_unanimous_groups_are_told_alike():
    """A band for unanimous groups alone would say that they are."""
    _told, one = tell(rows((40, "bobine", "5142"), (30, "estive", "3333")))
    _told, other = tell(rows((38, "bobine", "5142"), (2, "bobine", "4142"), (30, "estive", "3333")))
    assert [each.importance for each in one["bobine"].items] == [each.importance for each in other["bobine"].items]


# ---- figures ------------------------------------------------------------------------------------------------------


def test_the_worked_example_ten_times():
    """The public worked example (docs/researcher.md), each of its four people ten times."""
    given = rows(*((10, "bobine", answers) for answers in ("5231", "5332", "4433", "4552")))
    _told, groups = tell(given, parts=False)
    found = {one.item: one for one in groups[""].items}
    expected = {"a": (4.5, 3.5, 1.0, 4.5, 50.0, -25.0), "b": (3.5, 2.0, 1.5, 5.25, 75.0, -75.0)}
    for item, figures in expected.items():
        one = found[item]
        assert (one.importance, one.level, one.gap, one.mwds, one.share, one.rds) == figures
    assert [(one.item, one.rank) for one in groups[""].items] == [("b", 1), ("a", 2)]
    assert groups[""].domains == {"one": 1.0, "two": 1.5}


def test_missing_codes_change_no_figure_and_doubt_is_counted():
    given = rows((20, "bobine", "5242"))
    _told, plain = tell(given)
    _told, more = tell(given + rows((5, "bobine", "5d42"), (6, "bobine", "r342"), (7, "bobine", "w0d0")))
    a, b = ({one.item: one for one in groups[""].items}["a"] for groups in (plain, more))
    assert (a.n, a.importance, a.level, a.share) == (b.n, b.importance, b.level, b.share)
    assert (a.unsure, b.unsure) == (0, 5)


def test_items_without_a_gap_have_no_rank_and_equals_share_theirs():
    _told, groups = tell(rows((20, "bobine", "4242")))
    assert [one.rank for one in groups[""].items] == [1, 1]
    _told, groups = tell(rows((20, "bobine", "2442")))
    assert [(one.item, one.rank) for one in groups[""].items] == [("b", 1), ("a", None)]


def test_the_order_of_the_rows_changes_nothing():
    given = rows((7, "bobine", "4142"), (8, "estive", "5333"), (9, "remise", "2443"), (11, "remise", "3142"))
    assert tell(given) == tell(given[::-1])


def test_a_small_group_is_drawn_towards_the_network():
    given = rows(
        *((8, space, answers) for space, answers in zip(PLACES, ("5151", "4141", "3131", "4242", "3232"), strict=True))
    )
    _told, groups = tell(given)
    own = {"bobine": 4.0, "estive": 3.0, "forn": 2.0, "remise": 2.0, "moulin": 1.0}
    whole = groups[""].domains["one"]
    for space, gap in own.items():
        pooled = groups[space].domains["one"]
        assert min(gap, whole) - 1e-9 <= pooled <= max(gap, whole) + 1e-9


def test_a_space_that_moved_counts_where_it_began():
    moved = [Row("4243", "garonne", "bobine", 2)] * 6
    _told, groups = tell(rows((6, "bobine", "4243"), (20, "remise", "3342")) + moved, number=2)
    assert groups["bobine"].n == 6
    assert groups["garonne"].n == 26


# ---- one release after another ------------------------------------------------------------------------------------


def test_a_figure_moves_by_k_or_not_at_all():
    first = rows((20, "bobine", "5242"), (20, "remise", "3342"))
    told, before = tell(first)
    for fresh, n in ((4, 20), (5, 25)):
        more = first + rows((fresh, "bobine", "1515"), (9, "remise", "3342"), release=2)
        _told, after = tell(more, before=told, number=2)
        assert after["bobine"].n == n
        if fresh < K:
            assert after["bobine"].items == before["bobine"].items


def test_an_item_that_few_new_people_answered_stays_as_it_was():
    first = rows((20, "bobine", "5242"))
    told, before = tell(first, parts=False)
    more = first + rows((4, "bobine", "1142"), (6, "bobine", "1d42"), release=2)
    told, after = tell(more, before=told, number=2, parts=False)
    assert after[""].n == 30
    first_a, second_a = ({one.item: one for one in groups[""].items}["a"] for groups in (before, after))
    assert (second_a.n, second_a.importance, second_a.unsure) == (first_a.n, first_a.importance, 0)
    more += rows((4, "bobine", "1142"), (6, "bobine", "1d42"), release=3)
    told, after = tell(more, before=told, number=3, parts=False)
    third_a = {one.item: one for one in after[""].items}["a"]
    assert (third_a.n, third_a.unsure) == (28, 0)


def test_without_a_moment_nothing_is_told_of_parts():
    _told, groups = tell(rows((60, "bobine", "5242")), parts=False)
    assert set(groups) == {""}


def test_a_batch_that_is_nearly_one_space_hides_the_space():
    """Of ten of a batch nine are of one space, and these nine are all it has: the batch minus the space is one person."""
    given = rows((20, "remise", "3342"), (20, "estive", "3342")) + rows(
        (9, "bobine", "5242"), (1, "estive", "1542"), release=2
    )
    told, _groups = tell(rows((20, "remise", "3342"), (20, "estive", "3342")), parts=False)
    _told, groups = tell(given, before=told, number=2)
    assert "bobine" not in groups
    assert groups[""].n == 50


def test_answers_that_went_away_stop_every_further_release():
    first = rows((20, "bobine", "5242"))
    told, _groups = tell(first, parts=False)
    gone = first[:-17] + rows((9, "bobine", "5242"), release=2)
    with pytest.raises(Unsafe):
        tell(gone, before=told, number=2, parts=False)


# ---- the attacker -------------------------------------------------------------------------------------------------


def memberships(returns: Returns, told: Told, track: int) -> tuple[np.ndarray, np.ndarray]:
    """Every figure of a track ever told, as a row over the atoms of people; and how many people an atom is."""
    here = returns.present[:, track]
    atoms: dict[tuple[int, int, int], int] = {}
    where = [
        atoms.setdefault(atom, len(atoms))
        for atom, on in zip(zip(returns.release, returns.territory, returns.space, strict=True), here, strict=True)
        if on
    ]
    sizes = np.bincount(where, minlength=len(atoms))
    figures = [[1.0 if atom[0] <= move else 0.0 for atom in atoms] for move in told.moves[track]]
    for (by, name), steps in told.steps.items():
        at, names = (1, returns.territories) if by == "territory" else (2, returns.spaces)
        for last in told.moments:
            taken = [moment for moment in told.moments if moment <= last and steps.get(moment, 0) >> track & 1]
            spans = [(max((m for m in told.moments if m < moment), default=0), moment) for moment in taken]
            figures.append(
                [
                    float(
                        names[atom[at]] == name and atom[at] >= 0 and any(low < atom[0] <= high for low, high in spans)
                    )
                    for atom in atoms
                ]
            )
    return np.array(figures).reshape(len(figures), len(atoms)), sizes


def isolated(figures: np.ndarray, sizes: np.ndarray, k: int) -> tuple[int, ...] | None:
    """Atoms of 1 to k - 1 people in all that a sum of figures is about and nobody else. Every such set is tried."""
    small = [at for at, size in enumerate(sizes.tolist()) if size < k]
    tries = [
        chosen
        for count in range(1, k)
        for chosen in combinations(small, count)
        if sum(int(sizes[at]) for at in chosen) < k
    ]
    if not tries or not len(figures):
        return None
    rank = np.linalg.matrix_rank(figures)
    masks = np.ones((len(tries), len(sizes)))
    for row, chosen in enumerate(tries):
        masks[row, list(chosen)] = 0.0
    for begin in range(0, len(tries), 2000):
        ranks = np.linalg.matrix_rank(figures[None] * masks[begin : begin + 2000, None, :])
        for row in np.flatnonzero(ranks < rank):
            return tries[begin + int(row)]
    return None


def test_the_attacker_finds_what_is_there_to_find():
    figures = np.array([[1.0, 1.0, 1.0], [1.0, 1.0, 0.0]])
    assert isolated(figures, np.array([9, 9, 3]), 5) == (2,)
    assert isolated(figures, np.array([9, 9, 5]), 5) is None
    # nobody is told alone, but two atoms together are
    assert isolated(np.array([[1.0, 1.0, 0.0], [0.0, 0.0, 1.0]]), np.array([2, 2, 9]), 5) == (0, 1)


some_batch = st.lists(
    st.tuples(st.sampled_from([None, *PLACES]), st.sampled_from(["5242", "4d33", "334r", "2452"]), st.integers(1, 7)),
    min_size=1,
    max_size=5,
)


@settings(max_examples=120, deadline=None)
@given(batches=st.lists(some_batch, min_size=1, max_size=4), moments=st.sets(st.integers(1, 4)))
def test_nobody_is_isolated_by_all_releases_together(batches, moments):
    """Campaigns of small spaces, in batches of k and more, territories and spaces told at some of them and at the end."""
    given_rows: list[Row] = []
    told = rules.nothing_told(len(ITEMS) + 1)
    number = 0
    for batch in batches:
        fresh = rows(*((many, space, answers) for space, answers, many in batch), release=number + 1)
        if len(fresh) < K:
            continue
        number += 1
        given_rows += fresh
        last = batch is batches[-1]
        before = told
        told, groups = tell(given_rows, before=told, number=number, parts=last or number in moments)
        for track in range(len(ITEMS) + 1):
            assert told.moves[track][: len(before.moves[track])] == before.moves[track]
            returns = rules.returns_of(given_rows, ITEMS)
            assert isolated(*memberships(returns, told, track), K) is None
        assert all(group.n >= K for group in groups.values())
        assert all(one.n >= K for group in groups.values() for one in group.items)
        assert groups[""].n >= K


@settings(max_examples=40, deadline=None)
@given(batch=some_batch)
def test_nothing_is_hidden_without_need_where_all_groups_are_large(batch):
    """Where every space has k people with both ratings, all of them are told."""
    fresh = [(many + K, space, "5242") for space, _answers, many in batch if space]
    _told, groups = tell(rows(*fresh)) if fresh else (None, {})
    assert {space for _many, space, _answers in fresh} == {key for key in groups if key in PLACES}
