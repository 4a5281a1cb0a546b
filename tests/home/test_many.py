"""Five hundred courses: the catalogue and search ask the database as often as with fifty, and take no more than ten times
as long.
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue import service as catalogue
from lms.catalogue.models import Course, CourseVersion, Offer
from lms.catalogue.search import rules as search_rules
from lms.catalogue.search import service as search
from lms.content.documents import from_json
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, writing
from tests.accounts.people import House, found
from tests.catalogue.courses import write_course, write_quiz
from tests.home.conftest import statements
from tests.visits import words_of

PAGES = ("/", "/catalogue", "/catalogue?domain=mediation&page=2", "/search?q=casque", "/search?q=etape")


def copy(count: int, first: int = 0) -> None:
    """Have `count` more courses on the shelf, each a copy of the one that is there, under a name of its own."""
    source = db.session.execute(sa.select(CourseVersion.document, CourseVersion.digest)).first()
    assert source is not None
    db.session.rollback()
    with writing():
        for number in range(first, first + count):
            course_id, version_id = f"copie-{number:03}", new_id()
            data = {**source.document, "id": course_id, "titles": {"fr": f"Le cours {number}"}}
            db.session.add(
                Course(
                    id=course_id,
                    owner="folder",
                    state="published",
                    current_version_id=version_id,
                    source_digest=str(number),
                )
            )
            db.session.flush()
            db.session.add(
                CourseVersion(
                    id=version_id, course_id=course_id, number=1, digest=source.digest, published_at=now(), authors=[],
                    sources={}, document=data,
                )
            )  # fmt: skip
            db.session.add(Offer(course_id=course_id, weight=float(number), reason=None, updated_at=now()))
            db.session.flush()
            search.put_in(course_id, search_rules.entries_of(from_json(data)))


@pytest.fixture
def house(any_app: Flask, tmp_path: Path) -> House:
    """A network with fifty courses."""
    made = found(any_app)
    course = write_course(tmp_path / "courses", "premier")
    write_quiz(course, "trois")
    with made.open():
        assert catalogue.sync(tmp_path / "courses").is_clean
        copy(49)
    return made


def cost(house: House, path: str) -> tuple[int, float]:
    """How many statements a page takes, and how many seconds of computing at best, once the process has seen it."""
    client = house.client("learner_a") if path != "/" else house.client()
    again: Callable[[], object] = lambda: client.get(path if path != "/" else "/?x=1")  # noqa: E731
    again()
    with statements(house.app) as seen:
        again()
    spent = []
    for _time in range(3):
        began = time.process_time()
        again()
        spent.append(time.process_time() - began)
    return len([one for one in seen if not one.startswith(("BEGIN", "PRAGMA"))]), min(spent)


def test_D_five_hundred_courses_cost_no_more_questions_and_ten_times_the_time_at_most(house: House) -> None:
    few = {path: cost(house, path) for path in PAGES}
    with house.open():
        copy(450, first=49)
    many = {path: cost(house, path) for path in PAGES}
    assert {path: count for path, (count, _spent) in many.items()} == {
        path: count for path, (count, _spent) in few.items()
    }
    assert max(count for count, _spent in many.values()) <= 12
    slow = {
        path: (few[path][1], spent) for path, (_count, spent) in many.items() if spent > max(10 * few[path][1], 0.1)
    }
    assert not slow
    assert "500 courses" in words_of(house.client("learner_a").get("/catalogue"))


def test_the_list_is_cut_in_pages_that_keep_the_filters(house: House) -> None:
    client = house.client("learner_a")
    pages = [client.get(f"/catalogue?domain=mediation&page={page}") for page in (0, 1, 2, 10**9)]
    assert [page.get_data(as_text=True).count("course-row") for page in pages] == [20, 20, 10, 10]
    assert "/catalogue?page=1&amp;domain=mediation#all" in pages[0].get_data(as_text=True)
    assert [words_of(page).count("50 courses") for page in pages] == [2, 2, 2, 2], "heading and filter"
