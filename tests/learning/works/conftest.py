"""A course with two assignments, one for a trainer and one for peers, and people who take it."""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from flask import Flask
from PIL import Image

from lms.accounts import service as accounts
from lms.foundation.db import writing
from lms.learning import service
from lms.spaces import service as spaces
from tests.catalogue.courses import write_course, write_head
from tests.learning.conftest import inside, serve
from tests.visits import StrictClient, page_of

COURSE = "ecouter-bien"
#: Read by a trainer, and by two peers. Each is all there is in its step.
TRAINER, PEERS = f"/courses/{COURSE}/lettre/assignment", f"/courses/{COURSE}/affiche/assignment"

ASSIGNMENT = """---
id: {unit}
title: {title}
minutes: 20
{head}---

# {title}

Écrivez à Camille en dix lignes.

> [!IMPORTANT]
> MODEL-ANSWER Chère Camille, merci.

## Comment elle sera lue
<!-- r-lettre -->

| Critère | Pas encore | Oui |
| --- | --- | --- |
| Le besoin | absent | nommé |
| Le ton | accuse | ouvre |
"""


def write_assignment(
    course: Path,
    unit: str,
    *,
    head: str = "submit: [text, link, file]\n",
    title: str = "Une lettre",
    body: str = ASSIGNMENT,
) -> Path:
    """An assignment, all there is in its unit; gives its path."""
    path = course / "units" / unit / "assignment.fr.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(body.format(unit=unit, title=title, head=head), encoding="utf-8")
    return path


@pytest.fixture
def courses(tmp_path: Path) -> Path:
    """One course: a lesson, a letter for a trainer, a poster for two peers."""
    folder = tmp_path / "courses"
    course = write_course(folder, COURSE, units=("un",))
    write_assignment(course, "lettre", head="submit: [text, link, file]\nmax_mb: 1\n")
    write_assignment(course, "affiche", title="Une affiche", head="submit: [text]\nreview: peer\npeers: 2\n")
    write_head(course, ("un", "lettre", "affiche"))
    return folder


@pytest.fixture
def site(app: Flask, courses: Path) -> Flask:
    """A site that serves it."""
    serve(app, courses)
    return app


def visit(site: Flask, who: str) -> StrictClient:
    """The browser of a person, in English; `person_id` is on it."""
    visitor = site.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.person_id = who  # type: ignore[attr-defined]
    visitor.enter(who)
    visitor.set_cookie("lang", "en")
    return visitor


def somebody(site: Flask, name: str, *, takes: bool = True, role: str = "") -> StrictClient:
    """A new person: a learner who takes the course, or somebody with a role of the network."""

    def make() -> str:
        with writing():
            who = accounts.create_person(email=f"{name}@example.org", name=name.title(), lang="fr").id
            if role:
                spaces.give_role(who, role, None)
            if takes:
                service.enrol(who, COURSE)
        return who

    return visit(site, str(inside(site, make)))


@pytest.fixture
def lea(site: Flask) -> StrictClient:
    """A learner."""
    return somebody(site, "lea")


@pytest.fixture
def trainer(site: Flask) -> StrictClient:
    """A trainer."""
    return somebody(site, "tom", takes=False, role="trainer")


def picture(kind: str = "JPEG", size: tuple[int, int] = (40, 30), **more: Any) -> bytes:
    """A picture of one colour."""
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, kind, **more)
    return out.getvalue()


def token_of(visitor: StrictClient, where: str) -> str:
    """The token against forgery on a page."""
    fields = page_of(visitor.get(where)).iter("input")
    return next(str(one.get("value")) for one in fields if one.get("name") == "csrf_token")


Hand = Callable[..., Any]
