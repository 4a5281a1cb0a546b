"""The coordinator's table of spaces: what it says, who reads it, the table to take along, as many questions for 3 as for 300."""

from __future__ import annotations

import csv
import io
import re
from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.db import db
from lms.learning.models import Place
from lms.reports.network.queries import lines
from lms.spaces import service as spaces
from lms.spaces.directory.service import archive
from lms.spaces.models import Membership, Space
from tests.accounts.people import House, found
from tests.visits import words_of


@pytest.fixture
def house(any_app: Flask) -> House:
    return found(any_app)


def went_on(house: House, who: str) -> None:
    from lms.catalogue.models import Course, CourseVersion
    from lms.foundation.clock import now

    def write() -> None:
        if db.session.get(Course, "c") is None:
            db.session.add(Course(id="c", owner="folder", state="published", current_version_id="v", source_digest="d"))
            db.session.flush()
            db.session.add(
                CourseVersion(
                    id="v", course_id="c", number=1, digest="d", published_at=now(), authors=[], sources={}, document={}
                )
            )
            db.session.flush()
        db.session.add(Place(person_id=house.ids[who], course_id="c", unit="u", activity="lesson", at=now()))

    house.write(write)


@contextmanager
def counted(house: House) -> Iterator[list[str]]:
    asked: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_more: object) -> None:
        asked.append(statement)

    with house.app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    try:
        yield asked
    finally:
        sa.event.remove(engine, "before_cursor_execute", note)


def test_a_line_says_who_runs_the_space_and_how_many_go_on(house: House) -> None:
    went_on(house, "learner_a")
    house.write(lambda: spaces.end_manager(house.ids["manager_b"], "l-estive", by=None))
    with house.open():
        second, first = sorted(lines(), key=lambda line: line.id)
    assert (first.id, first.people, first.active, first.managers) == ("la-bobine", 2, 1, ("Manager_A",))
    assert first.last is not None
    assert first.last.weekday() == 0, "the week, never the day or the hour"
    assert (second.id, second.people, second.active, second.managers, second.last) == ("l-estive", 2, 0, (), None)
    page = house.client("coordinator").get("/network")
    said = words_of(page)
    assert "2 spaces; 1 has not begun" in said
    assert "nobody: invite somebody to run L’Estive" in said
    assert 'href="/network/spaces/l-estive/invite"' in page.get_data(as_text=True)
    house.invitation("ada@example.org", role="manager", space="l-estive", by="coordinator")
    assert "invited, no answer yet" in words_of(house.client("coordinator").get("/network"))


def test_an_archived_space_is_found_again_below_the_table(house: House) -> None:
    client = house.client("coordinator")
    assert "archived" not in words_of(client.get("/network"))
    house.write(lambda: archive("la-bobine", by=house.ids["coordinator"]))
    page = client.get("/network")
    assert "1 archived space La Bobine Prades" in words_of(page)
    assert 'href="/spaces/la-bobine"' in page.get_data(as_text=True)
    assert "1 space;" in words_of(page), "it is not counted"
    client.fill("/spaces/la-bobine", form="/archive")
    assert "archived" not in words_of(client.get("/network"))


def test_I3_names_of_those_who_learn_are_not_in_it(house: House) -> None:
    went_on(house, "learner_a")
    for path in ("/network", "/network/spaces.csv"):
        page = house.client("coordinator").get(path).get_data(as_text=True)
        assert "Learner_" not in page
        assert "learner_" not in page


@pytest.mark.parametrize("who", ["manager_a", "learner_a", "trainer", None])
def test_only_the_coordinator_reads_it(house: House, who: str | None) -> None:
    for path in ("/network", "/network/spaces.csv"):
        assert house.client(who).get(path).status_code == (403 if who else 302)


def test_headings_sort_and_say_so(house: House) -> None:
    client = house.client("coordinator")
    page = client.get("/network?sort=-name").get_data(as_text=True)
    assert page.index(">L’Estive<") < page.index(">La Bobine<")
    assert page.count("aria-sort=") == 1
    assert re.search(r'aria-sort="descending"><a href="/network\?sort=name"', page)
    page = client.get("/network?sort=name&only=unrun&q=x&territory=conflent").get_data(as_text=True)
    assert "No space fits all of this" in page


def test_A4_odd_filters_are_answered(house: House) -> None:
    client = house.client("coordinator")
    for query in (
        "sort=",
        "sort=--",
        "page=-1",
        "page=999",
        "page=x",
        "only=all&only=idle",
        "territory=*",
        "q=" + "x" * 3000,
    ):
        for path in ("/network", "/network/spaces.csv"):
            assert client.get(f"{path}?{query}").status_code == 200, query


def test_the_table_is_taken_along_with_formulas_defused(house: House) -> None:
    house.write(lambda: db.session.execute(sa.update(Space).where(Space.id == "la-bobine").values(name="=1+1")))
    answer = house.client("coordinator").get("/network/spaces.csv?sort=name&q=prades")
    assert answer.mimetype == "text/csv"
    assert answer.headers["Cache-Control"] == "no-store"
    rows = list(csv.reader(io.StringIO(answer.get_data().decode("utf-8-sig"))))
    assert rows[0][0] == "Space"
    assert [row[0] for row in rows[1:]] == ["'=1+1"]
    assert rows[1][4] == "2"


PAGES = [
    ("0", 50),
    ("1", 12),
    ("2", 12),
    (str(10**9), 12),
    ("9" * 5000, 50),
    ("-1", 50),
    ("two", 50),
    ("", 50),
    ("1.5", 50),
]


def test_a_page_far_away_is_the_last_one_and_together_they_show_every_space_once(house: House) -> None:
    rows = [
        {"id": f"s{n}", "name": f"Space {n:03}", "place": "P", "territory_id": "conflent", "lang": "fr",
         "zone": "Europe/Paris", "desks": 4}
        for n in range(60)
    ]  # fmt: skip
    house.write(lambda: db.session.execute(sa.insert(Space), rows))
    client = house.client("coordinator")
    for page, shown in PAGES:
        text = client.get("/network", query_string={"page": page}).get_data(as_text=True)
        assert text.count('<tr><th scope="row">') == shown, page
    names = [
        name
        for page in (0, 1)
        for name in re.findall(r'<tr><th scope="row"><a[^>]*>([^<]*)', client.get(f"/network?page={page}").text)
    ]
    assert len(names) == len(set(names)) == 62


def test_three_spaces_or_three_hundred_ask_the_same(house: House) -> None:
    client = house.client("coordinator")
    client.get("/network")
    with counted(house) as few:
        client.get("/network")
    asked = len(few)

    def grow() -> None:
        rows = [
            {"id": f"s{n}", "name": f"Space {n}", "place": "P", "territory_id": "conflent", "lang": "fr",
             "zone": "Europe/Paris", "desks": 4}
            for n in range(300)
        ]  # fmt: skip
        db.session.execute(sa.insert(Space), rows)
        who = house.ids["learner_a"]
        since = db.session.scalar(sa.select(sa.func.min(Membership.since)))
        db.session.execute(
            sa.insert(Membership),
            [{"person_id": who, "space_id": row["id"], "role": "manager", "since": since} for row in rows],
        )

    house.write(grow)
    with counted(house) as many:
        page = client.get("/network")
    assert "302 spaces" in words_of(page)
    assert len(many) == asked <= 12
