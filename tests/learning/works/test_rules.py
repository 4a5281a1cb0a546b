"""The rules of works, as tables."""

from __future__ import annotations

from collections import Counter
from datetime import UTC, datetime, timedelta

import pytest

from lms.content.documents import Assignment, Criterion
from lms.learning.works import rules
from lms.learning.works.rules import Content, Handed

NOW = datetime(2027, 3, 4, 10, 0, tzinfo=UTC)


@pytest.mark.parametrize(
    ("link", "fine"),
    [
        ("https://example.org/a?b=c#d", True),
        ("http://example.org:8080/", True),
        ("https://exämple.org/", True),
        ("javascript:alert(1)", False),
        ("JaVaScRiPt:alert(1)//https://example.org", False),
        ("data:text/html,x", False),
        ("//example.org/", False),
        ("/courses", False),
        ("https://", False),
        ("https://localhost/", False),
        ("https://user@example.org/", False),
        ("https://example.org\\@evil.org", False),
        ("https://example.org/a b", False),
        ("https://example.org/\u202e", False),
        ("https://example.org:99999/", False),
        ("https://[::1/", False),
        ("https://example.org/" + "a" * 500, False),
    ],
)
def test_a_link_is_the_address_of_a_page(link: str, fine: bool) -> None:
    assert rules.is_link(link) is fine


def handed(who: str, *, readers: int = 0, reads: int = 0, reviewed: bool = False, minute: int = 0) -> Handed:
    return Handed(f"w-{who}", who, readers, reads, reviewed, NOW + timedelta(minutes=minute))


@pytest.mark.parametrize(
    ("others", "to_read", "readers"),
    [
        ([], [], []),
        ([handed("me")], [], []),  # never one's own
        ([handed("a")], ["w-a"], ["a"]),
        ([handed("a", readers=1), handed("b", minute=1)], ["w-b", "w-a"], ["a", "b"]),  # the fewest readers first
        ([handed("a", reads=2), handed("b", reads=1)], ["w-a", "w-b"], ["b"]),  # who has two has enough
        ([handed("a", reviewed=True), handed("b", readers=3), handed("c", readers=2)], ["w-c", "w-b"], ["a", "b"]),
    ],
)
def test_who_reads_what(others: list[Handed], to_read: list[str], readers: list[str]) -> None:
    assert rules.dealt("me", 2, others) == (to_read, readers)


@pytest.mark.parametrize(("people", "peers"), [(1, 2), (2, 2), (3, 2), (5, 2), (20, 2), (20, 3), (9, 1)])
def test_the_deal_is_fair_and_never_ones_own(people: int, peers: int) -> None:
    pairs: set[tuple[str, str]] = set()
    for number in range(people):
        me = f"p{number}"
        readers, reads = Counter(work for work, _ in pairs), Counter(who for _, who in pairs)
        others = [handed(f"p{n}", readers=readers[f"w-p{n}"], reads=reads[f"p{n}"], minute=n) for n in range(number)]
        to_read, read_by = rules.dealt(me, peers, others)
        pairs |= {(work, me) for work in to_read} | {(f"w-{me}", who) for who in read_by}
    assert all(work != f"w-{who}" for work, who in pairs)
    readers, reads = Counter(work for work, _ in pairs), Counter(who for _, who in pairs)
    assert all(reads[f"p{n}"] <= peers for n in range(people))
    if people > 2 * peers:
        assert sum(readers[f"w-p{n}"] >= peers for n in range(people)) >= people - peers
        assert max(readers.values()) <= 2 * peers


@pytest.mark.parametrize(
    ("roles", "peers", "enough"),
    [
        ([], 0, False),
        (["trainer"], 0, True),
        (["peer"], 0, False),
        (["peer"], 2, False),
        (["peer", "peer"], 2, True),
        (["peer", "peer", "peer"], 2, True),
        (["trainer"], 2, True),
    ],
)
def test_when_a_work_is_reviewed(roles: list[str], peers: int, enough: bool) -> None:
    assert rules.is_reviewed(roles, peers) is enough


@pytest.mark.parametrize(
    ("marks", "missing"),
    [
        ({}, ["r.1", "r.2"]),
        ({"r.1": 0, "r.2": 2}, ["r.2"]),
        ({"r.1": -1, "r.2": 1}, ["r.1"]),
        ({"r.1": 1, "r.2": 0, "other": 5}, []),
    ],
)
def test_every_criterion_wants_a_level_there_is(marks: dict[str, int], missing: list[str]) -> None:
    rubric = (Criterion("r.1", "a", ("x", "y")), Criterion("r.2", "b", ("x", "y")))
    assert rules.unmarked(Assignment(rubric=rubric), marks) == missing


@pytest.mark.parametrize(("megabytes", "most"), [(1, 1), (20, 20), (100, 20)])
def test_no_course_allows_more_than_the_site(megabytes: int, most: int) -> None:
    assert rules.largest(Assignment(max_mb=megabytes)) == most * rules.MEGABYTE


def test_nothing_is_nothing() -> None:
    assert Content().is_empty
    assert not Content(link="https://example.org").is_empty
