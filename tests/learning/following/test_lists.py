"""Lists of a team: a page at a time, the two ways of reading them alike, and the same work for few people and for many."""

from __future__ import annotations

from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.clock import now, today
from lms.foundation.db import db
from lms.learning import service as learning
from lms.learning.following import queries
from lms.learning.following.queries import LISTS, PAGE, Listed, Wanted
from lms.learning.models import Enrolment
from lms.reports import sheet
from lms.spaces import service as spaces
from tests.accounts.people import House
from tests.home.conftest import statements

NAMES = ("Élodie", "Eva", "àngels", "Zoé", "Marc", "Núria", "Léa", "Ömer", "Iñaki", "Joan")


def crowd(house: House, count: int) -> None:
    """More people of the first space: some late, some without a step, some finished."""

    def change() -> None:
        for number in range(count):
            name = f"{NAMES[number % len(NAMES)]} Soulé-{number:03}"
            who = accounts.create_person(email=f"crowd{number}@example.org", name=name, lang="fr").id
            spaces.give_role(who, "learner", "la-bobine")
            days = -(number % 7) if number % 3 == 0 else 9
            learning.enrol(who, "alpha", due_on=today() + timedelta(days=days))
            if number % 4 == 0:
                for unit in ("un", "deux", "trois"):
                    learning.complete(who, "alpha", unit, kind="lesson")
            elif number % 4 == 1:
                learning.complete(who, "alpha", "un", kind="lesson")
            if number % 5 == 0:
                learning.enrol(who, "beta", due_on=today() - timedelta(days=1 + number % 11))

    house.write(change)


def walk(wanted: Wanted, *, large: bool) -> list[str]:
    """A list from its first page to its last, and back again."""
    found: list[str] = []
    pages: list[list[str]] = []
    page = Listed([], after=True)
    while page.after:
        page = queries.people_listed(wanted, day=today(), large=large, after=found[-1] if found else "", limit=7)
        found += page.people
        pages.append(page.people)
    for former, later in zip(reversed(pages[:-1]), reversed(pages), strict=False):
        back = queries.people_listed(wanted, day=today(), large=large, before=later[0], limit=7)
        assert back.people == former
        assert back.after
    return found


@pytest.mark.parametrize("show", LISTS)
def test_both_ways_give_everybody_once_in_the_same_order(any_town: House, show: str) -> None:
    crowd(any_town, 40)
    with any_town.open():
        few, many = (walk(Wanted("la-bobine", show), large=large) for large in (False, True))
        assert few == many
        assert len(few) == len(set(few)) > 7
        assert any_town.ids["learner_b"] not in few
        names = {who: sort for who, sort in db.session.execute(sa.select(Person.id, Person.sort))}
        if show == "all":
            assert [names[one] for one in few] == sorted(names[one] for one in few)
            assert names[few[0]].startswith("angels"), "accents and capitals are no letters of their own"


def test_a_list_holds_whom_it_names(town: House) -> None:
    crowd(town, 40)
    with town.open():
        rows = db.session.execute(sa.select(Enrolment)).scalars().all()
        here = queries.among("la-bobine", {row.person_id for row in rows})
        wanted = {
            "late": {row.person_id for row in rows if row.state == "active" and row.due_on and row.due_on < today()},
            "idle": {row.person_id for row in rows if row.state == "active" and row.begun_at is None},
            "done": {row.person_id for row in rows if row.state == "finished"},
        }
        for show, people in wanted.items():
            assert set(walk(Wanted("la-bobine", show), large=True)) == people & here, show
        figures = queries.figures_of("la-bobine", day=today(), since=now() - timedelta(days=1))
        moved = {row.person_id for row in rows if row.begun_at is not None}
        assert figures == queries.Figures(42, len(moved & here), len(wanted["late"] & here))
        assert queries.late_by_space(["l-estive", "la-bobine"], day=today()) == [
            ("la-bobine", "La Bobine", len(wanted["late"] & here)),
            ("l-estive", "L’Estive", 1),
        ]
        on_beta = {row.person_id for row in rows if row.course_id == "beta"}
        assert set(walk(Wanted("la-bobine", course="beta"), large=True)) == on_beta
        assert set(walk(Wanted("la-bobine", course="beta"), large=False)) == on_beta


@pytest.mark.parametrize(
    ("sought", "count"),
    [
        ("ELODIE", 4),
        ("soule-01", 10),
        ("élodie soulé-000", 1),
        ("oule", 0),
        ("%", 0),
        ("_", 0),
        ("  ", 42),
        ("é" * 500, 0),
    ],
)
def test_names_are_found_by_the_beginnings_of_their_words(any_town: House, sought: str, count: int) -> None:
    crowd(any_town, 40)
    with any_town.open():
        for large in (False, True):
            found = queries.people_listed(Wanted("la-bobine", sought=sought), day=today(), large=large, limit=99)
            assert len(found.people) == count, sought


def test_who_is_unknown_here_is_the_edge_of_nothing(town: House) -> None:
    crowd(town, 12)
    with town.open():
        first = queries.people_listed(Wanted("la-bobine"), day=today(), large=False)
        for edge in (town.ids["learner_b"], "A" * 22, "' OR 1=1 --", "\x00"):
            for large in (False, True):
                assert queries.people_listed(Wanted("la-bobine"), day=today(), large=large, after=edge) == first


def test_a_new_name_moves_somebody_in_the_list(town: House) -> None:
    me = town.ids["learner_a"]
    town.write(lambda: accounts.keep_preferences(me, name="Äaron", lang="fr", zone="Europe/Paris"))
    with town.open():
        assert queries.people_listed(Wanted("la-bobine"), day=today(), large=True).people[0] == me


def test_a_large_space_costs_the_statements_of_a_small_one(town: House) -> None:
    counted = []
    for more in (3, 80):
        crowd_named(town, more)
        manager = town.client("manager_a")
        for path in ("/team/la-bobine", "/home"):
            manager.get(path)
        for path in ("/team/la-bobine", "/team/la-bobine?show=late", "/team/la-bobine/late", "/home"):
            with statements(town.app) as seen:
                assert manager.get(path).status_code == 200
            counted.append((path, len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))])))
    half = len(counted) // 2
    assert counted[:half] == counted[half:]


def crowd_named(house: House, count: int) -> None:
    with house.open():
        before = db.session.scalar(sa.select(sa.func.count()).select_from(Person)) or 0

    def change() -> None:
        for number in range(count):
            who = accounts.create_person(email=f"n{before}-{number}@example.org", name=f"Zoé {number}", lang="fr").id
            spaces.give_role(who, "learner", "la-bobine")
            learning.enrol(who, "alpha", due_on=today() - timedelta(days=number % 9 + 1))

    house.write(change)


def test_a_table_is_read_whole_however_long(town: House, monkeypatch: pytest.MonkeyPatch) -> None:
    crowd(town, PAGE)
    monkeypatch.setattr(sheet, "AT_ONCE", 9)
    text = town.client("manager_a").get("/team/la-bobine/table.csv").get_data(as_text=True)
    assert len(text.splitlines()) == 1 + 2 + PAGE
