"""How often a page asks the database: a lesson 4 times at most, any page 12 times, and never more for more rows."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask, url_for

from tests.catalogue.courses import write_course
from tests.conftest import Apps, close
from tests.guard.cells import cells
from tests.guard.world import ACTORS, COURSE, LESSON, SPACE_A, World, settle
from tests.house.census import DOORS

LESSON_MOST, PAGE_MOST = 4, 12
READING = [door for door in DOORS if door.method == "GET"]


@contextmanager
def asked(app: Flask) -> Iterator[list[str]]:
    """The statements sent to the database inside, but for those that frame a transaction."""
    from lms.foundation.db import db

    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if not statement.startswith(("BEGIN", "PRAGMA")):
            seen.append(statement)

    with app.app_context():
        engine = db.engine
    sa.event.listen(engine, "before_cursor_execute", note)
    yield seen
    sa.event.remove(engine, "before_cursor_execute", note)


def grow(world: World, *, people: int, courses: int) -> None:
    """Have `people` more learners in space A and `courses` more courses; everybody takes all of them, and has begun."""
    from lms.accounts import service as accounts
    from lms.catalogue import service as catalogue
    from lms.catalogue.queries import shelf
    from lms.foundation.clock import now
    from lms.foundation.db import db, writing
    from lms.learning import service as learning
    from lms.spaces import service as spaces
    from lms.spaces.models import Membership

    folder = world.app.config["CORDADA"].courses
    had = len(list(folder.glob("plus-*")))
    for number in range(courses):
        write_course(folder, f"plus-{had + number}")
    with world.app.app_context():
        report = catalogue.sync(folder)
        assert not report.ended("invalid"), report
        db.session.rollback()
        offers = [offer.published for offer in shelf()]
        with writing():
            made = [
                accounts.create_person(email=f"more-{had}-{number}@example.org", name=f"More {number}", lang="fr").id
                for number in range(people)
            ]
            db.session.flush()
            db.session.add_all(Membership(person_id=one, space_id=SPACE_A, role="learner", since=now()) for one in made)
            for number in range(people // 5):
                spaces.invite(
                    email=f"asked-{had}-{number}@example.org", role="learner", space_id=SPACE_A, lang="fr",
                    invited_by=world["ids"]["manager_a"],
                )  # fmt: skip
            db.session.flush()
            for one in offers:
                unit = one.document.units[0].id
                learners = [*made, world["ids"]["learner_a"]]
                learning.enrol_many(learners, one.course_id, by=world["ids"]["manager_a"])
                for person_id in learners:
                    learning.complete(person_id, one.course_id, unit, kind="lesson")
        db.session.remove()


def costs(world: World) -> dict[tuple[str, str], int]:
    """(who, address) -> how many statements the page takes, once its process has seen it before."""
    found = {}
    for actor in ACTORS:
        for door in READING:
            for cell in cells(world, door, actor):
                with world.app.test_request_context():
                    address = url_for(door.endpoint, **cell.address)
                client = world.client(actor)
                client.get(address)
                with asked(world.app) as seen:
                    answer = client.get(address)
                if answer.status_code == 200:
                    found[actor, address] = len(seen)
    return found


@pytest.fixture(scope="module")
def counted(
    apps: Apps, tmp_path_factory: pytest.TempPathFactory
) -> Iterator[tuple[dict[tuple[str, str], int], dict[tuple[str, str], int]]]:
    """What every page costs with five people more and three courses, and with sixty and eight."""
    world = settle(apps, Path(tmp_path_factory.mktemp("queries")))
    grow(world, people=5, courses=2)
    few = costs(world)
    grow(world, people=55, courses=5)
    yield few, costs(world)
    close(world.app)


def test_pages_were_counted(counted: tuple[dict[tuple[str, str], int], ...]) -> None:
    few, many = counted
    assert len(few) > 100
    assert few.keys() == many.keys()
    assert max(few.values()) > 3


def test_a_lesson_asks_four_times_at_most(counted: tuple[dict[tuple[str, str], int], ...]) -> None:
    address = "/".join(("/courses", COURSE, *LESSON))
    found = {who: cost for (who, path), cost in counted[1].items() if path == address}
    assert found.keys() == {"learner_a", "learner_b"}
    assert max(found.values()) <= LESSON_MOST


def test_any_page_asks_twelve_times_at_most(counted: tuple[dict[tuple[str, str], int], ...]) -> None:
    dear = {page: cost for page, cost in counted[1].items() if cost > PAGE_MOST}
    assert not dear


def test_more_people_and_more_courses_cost_no_more_questions(
    counted: tuple[dict[tuple[str, str], int], ...],
) -> None:
    few, many = counted
    grown = {page: (few[page], many[page]) for page in few if few[page] != many[page]}
    assert not grown


def test_a_lesson_that_records_a_place_asks_five_times_at_most(apps: Apps, tmp_path: Path) -> None:
    """Four reads, one write, and no more."""
    world = settle(apps, tmp_path)
    client = world.client("learner_a")
    with world.app.app_context():
        from lms.learning.queries import learning_of

        own = learning_of(world["ids"]["learner_a"], COURSE)
        assert own is not None
        lessons = [unit.id for unit in own.published.document.units if "lesson" in unit.activities][:2]
    for unit in lessons:
        client.get(f"/courses/{COURSE}/{unit}/lesson")
    with asked(world.app) as seen:
        assert client.get(f"/courses/{COURSE}/{lessons[0]}/lesson").status_code == 200
    words = [statement.split()[0] for statement in seen]
    assert words.count("SELECT") <= LESSON_MOST
    assert words.count("INSERT") == 1
    close(world.app)
