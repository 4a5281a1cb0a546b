"""A course whose last step ends with a reflection of two prompts, and people who take it."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from lms.foundation.db import writing
from lms.learning import service
from tests.catalogue.courses import write_course
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient

COURSE = "ecouter-bien"
PAGE = f"/courses/{COURSE}/deux/reflection"

REFLECTION = """---
id: deux
title: Ce que j’ai vu
minutes: 8
---

# Ce que j’ai vu

Prenez le temps : dix minutes, un café.

## Quand avez-vous écouté cette semaine ?
<!-- q-quand -->

Une seule scène suffit.

> [!TIP]
> Pensez au comptoir.

> [!IMPORTANT]
> MODEL-ANSWER Mardi, Jordi avait la salle.

## « Et moi ? » Que changez-vous ?
<!-- q-change -->
"""


def write_reflection(course: Path, unit: str = "deux", *, lang: str = "fr", body: str = REFLECTION) -> Path:
    """A reflection in a unit; gives its path."""
    path = course / "units" / unit / f"reflection.{lang}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body, encoding="utf-8")
    return path


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """One course of two lessons; the second step goes on with a reflection."""
    folder = tmp_path / "courses"
    write_reflection(write_course(folder, COURSE, units=("un", "deux")))
    return folder


@pytest.fixture
def site(app: Flask, courses: Path) -> Flask:
    """A site that serves it."""
    serve(app, courses)
    return app


def learner(site: Flask, name: str = "lea") -> StrictClient:
    """Somebody who takes the course, signed in; `person_id` is on the client."""
    visitor = site.test_client()
    assert isinstance(visitor, StrictClient)
    who = person(site, name)

    def take() -> None:
        with writing():
            service.enrol(who, COURSE)

    inside(site, take)
    visitor.person_id = who  # type: ignore[attr-defined]
    visitor.enter(who)
    visitor.set_cookie("lang", "en")
    return visitor


@pytest.fixture
def lea(site: Flask) -> StrictClient:
    """A learner."""
    return learner(site)
