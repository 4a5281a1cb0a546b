"""Saving a reflection on both databases, also in a race (rows N2, N4)."""

from __future__ import annotations

import threading
from pathlib import Path
from typing import cast

import sqlalchemy as sa
from flask import Flask

from lms.catalogue.queries import published
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.learning.reflections import queries, service
from lms.learning.reflections.models import ReflectionText
from lms.learning.reflections.rules import Written
from tests.learning.conftest import inside, person, serve
from tests.learning.reflections.conftest import COURSE


def save(who: str, text: str, *, revision: int = 0) -> bool:
    served = published(COURSE)
    assert served is not None
    with writing():
        return service.save(
            who, COURSE, "deux", "reflection", {"q-quand": Written(text)}, revision=revision, lang="fr",
            version_id=served.version_id,
        )  # fmt: skip


def taken(app: Flask, folder: Path) -> str:
    serve(app, folder)
    who = person(app)

    def take() -> None:
        with writing():
            learning.enrol(who, COURSE)

    inside(app, take)
    return who


def race(app: Flask, who: str, texts: list[str]) -> list[bool]:
    gate, found = threading.Barrier(len(texts)), list[bool]()

    def run(text: str) -> None:
        with app.app_context():
            gate.wait(30)
            try:
                found.append(save(who, text))
            finally:
                db.session.remove()

    threads = [threading.Thread(target=run, args=(text,)) for text in texts]
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)
    assert len(found) == len(texts), "a thread died"
    return found


def texts_of(app: Flask) -> list[str]:
    return cast("list[str]", inside(app, lambda: list(db.session.scalars(sa.select(ReflectionText.text)))))


def test_N2_the_same_text_at_once_is_saved_once(any_app: Flask, courses: Path) -> None:
    who = taken(any_app, courses)
    assert race(any_app, who, ["Mardi."] * 4) == [True] * 4
    kept = inside(any_app, lambda: queries.kept_of(who, COURSE, "deux", "reflection"))
    assert isinstance(kept, queries.Kept)
    assert (kept.revision, kept.written) == (1, {"q-quand": Written("Mardi.")})


def test_N4_of_two_texts_at_once_one_is_told(any_app: Flask, courses: Path) -> None:
    who = taken(any_app, courses)
    told = race(any_app, who, ["Mardi.", "Jeudi.", "Samedi."])
    assert sorted(told) == [False, False, True]
    assert len(texts_of(any_app)) == 1


def test_what_others_lend_is_read_on_both_databases(any_app: Flask, courses: Path) -> None:
    who = taken(any_app, courses)
    assert inside(any_app, lambda: save(who, "Mardi."))
    assert inside(any_app, lambda: queries.lent_to(who, COURSE, "deux", "reflection", ["q-quand"])) == {}
