"""Reading the shelf takes a fixed number of queries, and a version is read from the database once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from flask import Flask
from sqlalchemy import event

from lms.catalogue import queries, service
from lms.foundation.db import db
from tests.catalogue.courses import write_course


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


def test_an_unknown_course_is_none(ctx: Flask) -> None:
    assert queries.published("nothing") is None
    assert queries.version("nothing") is None
    assert queries.published_among(["nothing"]) == {}
