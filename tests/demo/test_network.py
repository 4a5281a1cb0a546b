"""The demonstration network as it is written down: its shape, and that it is the same every time. No database."""

from __future__ import annotations

from collections import Counter
from random import Random
from statistics import fmean, stdev

from lms.demo.answers import CENTRES, answers, own_level
from lms.demo.people import people
from lms.demo.places import SPACE, TERRITORIES, VILLAGE, places
from lms.survey.instruments import instrument
from lms.survey.rules import CODES
from tests.survey.conftest import questionnaire


def test_the_same_seed_gives_the_same_network() -> None:
    assert places() == places()
    assert places(seed=8) != places()
    assert people(places()) == people(places())


def test_every_display_rule_of_small_groups_can_be_seen() -> None:
    counts = sorted(place.answers for place in places())
    assert len(counts) == 200
    assert sum(5 <= many <= 9 for many in counts) >= 40
    assert sum(10 <= many <= 29 for many in counts) >= 12
    assert sum(many >= 30 for many in counts) >= 3
    assert sum(many < 5 for many in counts) >= 100
    assert 550 <= sum(counts) <= 650
    assert all(place.answers <= place.people for place in places())


def test_every_territory_has_thirty_answers() -> None:
    tally: Counter[str] = Counter()
    for place in places():
        tally[place.territory] += place.answers
    assert tally.keys() == {row[0] for row in TERRITORIES}
    assert min(tally.values()) >= 30, tally


def test_places_lie_in_their_territory_and_have_names_of_their_own() -> None:
    boxes = {row[0]: row[5:] for row in TERRITORIES}
    found = places()
    for place in found:
        west, east, south, north = boxes[place.territory]
        assert west <= place.longitude <= east, place
        assert south <= place.latitude <= north, place
    assert len({place.slug for place in found}) == len(found)
    for place in found:
        assert place.slug.isascii(), place.slug
        assert place.slug == place.slug.lower().strip("-")
        assert all(part.isalnum() for part in place.slug.split("-")), place.slug
    assert {place.lang for place in found} == set(VILLAGE) == set(SPACE)


def test_about_fifteen_hundred_people_each_space_with_one_manager() -> None:
    everybody = people(places())
    assert 1400 <= len(everybody) <= 1600
    assert len({one.email for one in everybody}) == len(everybody)
    assert all(one.email.endswith("@example.test") for one in everybody), "an address that can belong to nobody"
    managers = Counter(one.space for one in everybody if one.role == "manager")
    assert managers == {place.slug: 1 for place in places()}
    assert {one.lang for one in everybody} == {"fr", "es", "ca", "en"}


def test_answers_are_complete_valid_and_the_same_every_time() -> None:
    _digest, document = questionnaire()
    items = {item.id: (item.competency, item.domain) for item in instrument(document).items}
    assert {competency for competency, _domain in items.values()} == set(CENTRES), "every competency has its centre"
    first = [answers(Random(n), items=items, territory="bearn", space="la-bobine", manages=False) for n in range(50)]
    again = [answers(Random(n), items=items, territory="bearn", space="la-bobine", manages=False) for n in range(50)]
    assert first == again
    codes = Counter(code for one in first for pair in one.values() for code in pair)
    assert all(one.keys() == items.keys() for one in first)
    assert codes.keys() <= CODES
    outs = sum(many for code, many in codes.items() if not code.isdigit() or code == "0")
    assert 0 < outs < sum(codes.values()) / 10, "some say they do not know, most answer"


def test_spaces_of_one_territory_differ_and_the_territory_stays() -> None:
    domains = ("project", "management", "mediation", "communication")
    own = [[own_level(place.slug, domain) for place in places()] for domain in domains]
    assert all(abs(fmean(levels)) < 0.1 for levels in own), "the network's needs are not moved"
    assert all(0.4 < stdev(levels) < 0.6 for levels in own)
    assert own_level("la-bobine", "project") == own_level("la-bobine", "project")
