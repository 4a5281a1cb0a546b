"""A network with two territories, a campaign that is open, and a way to answer it."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

import lms.survey.models  # noqa: F401  # its tables belong to the template database
from lms.survey.rules import Cell

COURSES = Path(__file__).resolve().parents[2] / "courses"
SPACES = {"bobine": "vall-nord", "estive": "vall-nord", "forn": "vall-nord", "remise": "garonne"}


@dataclass(frozen=True)
class Asked:
    """An open campaign and what it asks."""

    id: str
    items: tuple[str, ...]


def furnish() -> None:
    """A network, its territories and spaces. Inside `writing()`."""
    from lms.foundation.db import db
    from lms.spaces import service as spaces
    from lms.spaces.models import Space, Territory

    spaces.found_network(name="Sept Vallées", lang="fr", contact="n@example.org")
    for name in sorted(set(SPACES.values())):
        db.session.add(Territory(id=name, name=name.title(), country="FR"))
    db.session.flush()
    for name, territory in SPACES.items():
        db.session.add(
            Space(
                id=name,
                name=name.title(),
                place="Prades",
                territory_id=territory,
                lang="fr",
                zone="Europe/Paris",
                desks=8,
            )
        )
    db.session.flush()


@cache
def questionnaire() -> tuple[str, dict[str, Any]]:
    """The real instrument, read once: its digest and document."""
    from lms.survey.instruments import newest, read

    path = newest(COURSES)
    assert path is not None
    return read(path, COURSES / "_competencies.yml")


def open_campaign() -> Asked:
    """The network with an open campaign, from the real instrument. Opens its own transactions."""
    from lms.foundation.db import writing
    from lms.survey import service
    from lms.survey.instruments import instrument

    digest, document = questionnaire()
    with writing():
        furnish()
        campaign_id = service.open_campaign(service.keep_instrument(digest, document))
    return Asked(campaign_id, instrument(document).item_ids)


def sealed_draft(token: str, answers: dict[str, list[str]]) -> str:
    """What a draft's row holds of these answers."""
    from lms.survey import sealing

    return sealing.sealed(sealing.key_of_link(token), json.dumps(answers))


def cells(count: int, space: str | None = "bobine", role: str | None = "learner") -> list[Cell]:
    """`count` cells of one space."""
    return [Cell(SPACES[space] if space else None, space, role)] * count


@pytest.fixture
def asked(any_ctx) -> Asked:
    """An open campaign, on SQLite and on PostgreSQL; an app context is open."""
    return open_campaign()


@pytest.fixture
def invite(asked: Asked) -> Callable[..., list[str]]:
    """Mint tokens for the open campaign."""

    def mint(count: int, space: str | None = "bobine", role: str | None = "learner") -> list[str]:
        from lms.foundation.db import writing
        from lms.survey import service

        with writing():
            return service.mint_tokens(asked.id, cells(count, space, role))

    return mint


@pytest.fixture
def answer(asked: Asked) -> Callable[..., None]:
    """Answer with a token: the first page by hand, then send."""

    def go(token: str, importance: str = "5", level: str = "2", pages: int = 1) -> None:
        from lms.foundation.db import writing
        from lms.survey import service

        with writing():
            service.start(token)
            for number in range(1, pages + 1):
                service.save_page(token, number, importance, level, place=number + 1)
        with writing():
            service.send(token)

    return go
