"""Reading the shelf takes a fixed number of queries, and a version is read from the database once."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from sqlalchemy import event

from lms.catalogue import queries, service
from lms.catalogue.models import CourseVersion
from lms.content.documents import from_json, outline, to_json
from lms.content.loading import load_course
from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.home.queries import _cards
from tests.catalogue.courses import write_course

COURSES = Path(__file__).parents[2] / "courses"


@contextmanager
def counted() -> Iterator[list[str]]:
    seen: list[str] = []

    def note(_connection: object, _cursor: object, statement: str, *_rest: object) -> None:
        if statement.startswith("SELECT"):
            seen.append(statement)

    event.listen(db.engine, "before_cursor_execute", note)
    yield seen
    event.remove(db.engine, "before_cursor_execute", note)


def test_the_shelf_takes_two_queries_cold_and_one_warm(ctx: Flask, tmp_path: Path) -> None:
    for number in range(6):
        write_course(tmp_path, f"cours-{number}", units=["un"])
    service.sync(tmp_path)
    with counted() as cold:
        assert len(queries.shelf()) == 6
    with counted() as warm:
        assert len(queries.shelf()) == 6
    assert (len(cold), len(warm)) == (2, 1)


def titles(published: queries.Published) -> tuple[str, int, int]:
    return published.document.title("fr"), published.document.minutes("fr"), len(published.document.units)


def test_what_an_outline_tells_is_read_without_the_text(ctx: Flask, tmp_path: Path) -> None:
    for number in range(6):
        write_course(tmp_path, f"cours-{number}", units=["un", "deux"])
    service.sync(tmp_path)
    ids = [one.version_id for one in queries.places()]
    with counted() as seen:
        found = queries.followed(ids, titles, "test of outlines", by_outline=True)
    assert set(found.values()) == {("Écouter au comptoir", 24, 2)}
    assert len(seen) == 1
    assert ".document" not in seen[0]
    assert found == {one: titles(queries.versions([one])[one]) for one in ids}


def test_what_another_thread_lets_go_is_made_again(ctx: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    class Leaving(OrderedDict[tuple[str, ...], Any]):
        """Each thing is gone by the second look at it."""

        def __contains__(self, key: object) -> bool:
            return self.pop(key, None) is not None  # type: ignore[arg-type]

        def get(self, key: Any, default: Any = None) -> Any:
            return self.pop(key, default)

    for number in range(3):
        write_course(tmp_path, f"cours-{number}", units=["un"])
    service.sync(tmp_path)
    ids = [one.version_id for one in queries.places()]
    first = queries.followed(ids, titles, "test of threads")
    monkeypatch.setattr(queries, "_followed", Leaving(queries._followed))
    assert queries.followed(ids, titles, "test of threads") == first


def test_a_version_from_before_outlines_is_read_whole_and_gets_one(ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "un-cours", units=["un"])
    service.sync(tmp_path)
    with writing():
        db.session.execute(sa.update(CourseVersion).values(outline=None))
    (id,) = [one.version_id for one in queries.places()]
    assert queries.followed([id], titles, "test of old versions", by_outline=True)[id] == ("Écouter au comptoir", 12, 1)
    (course / "README.md").write_text("# Notes\n", encoding="utf-8")
    (report,) = service.sync(tmp_path).courses
    assert report.outcome == "unchanged"
    assert db.session.scalar(sa.select(CourseVersion.outline))["titles"]["fr"] == "Écouter au comptoir"


@pytest.mark.parametrize("course", sorted(path.parent.name for path in COURSES.glob("*/course.yml")))
def test_cards_made_of_an_outline_are_those_made_of_the_whole(course: str) -> None:
    document = load_course(COURSES / course)
    whole = queries.Published(course, "v", 1, now(), document)
    bare = queries.Published(course, "v", 1, now(), from_json(to_json(outline(document))))
    assert _cards(bare) == _cards(whole)
    assert len(str(to_json(bare.document))) < len(str(to_json(document))) / 5


def test_an_unknown_course_is_none(ctx: Flask) -> None:
    assert queries.published("nothing") is None
    assert queries.version("nothing") is None
    assert queries.published_among(["nothing"]) == {}
