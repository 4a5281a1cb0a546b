"""House law 4: every page that anybody can be sent is decent (tests/decent.py), in every role, language and state.

The strict client refuses a page with a fault; this file takes it to every page there is.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import url_for

from lms.foundation.i18n import LANGUAGES
from tests.conftest import Apps, close
from tests.guard.cells import cells
from tests.guard.world import ACTORS, World, sent, settle
from tests.house.census import DOORS
from tests.visits import page_of

READING = [door for door in DOORS if door.method == "GET"]
#: Each role reads in a language of its own, so that all four are walked without walking everything four times.
SPOKEN = dict(zip(ACTORS, [*LANGUAGES, *LANGUAGES], strict=False))


@pytest.fixture(scope="module")
def world(apps: Apps, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world with one of everything."""
    made = settle(apps, tmp_path_factory.mktemp("decent"))
    made.keep()
    yield made
    close(made.app)


@pytest.mark.parametrize("actor", ACTORS)
def test_law_4_every_page_is_decent(world: World, actor: str) -> None:
    """Pages, refusals and pages of what is not there."""
    lang, seen = SPOKEN[actor], 0
    for door in READING:
        for cell in cells(world, door, actor):
            with world.app.test_request_context():
                address = url_for(door.endpoint, **cell.address)
            answer = world.client(actor, strict=True, lang=lang).get(address)
            if answer.mimetype == "text/html" and answer.status_code not in range(300, 400):
                seen += 1
                assert page_of(answer).get("lang") == lang, address
    assert seen >= 30
    world.back()


@pytest.mark.parametrize("lang", LANGUAGES)
def test_law_4_in_every_language_and_theme(world: World, lang: str) -> None:
    """The fullest pages, in each language and both themes."""
    for actor, path in (
        ("anonymous", "/"), ("anonymous", "/gallery"), ("anonymous", "/catalogue"), ("learner_a", "/home"),
        ("manager_a", "/team/la-bobine"), ("coordinator", "/network/needs"), ("trainer", "/write"),
    ):  # fmt: skip
        for theme in ("light", "dark"):
            answer = world.client(actor, strict=True).get(f"{path}?lang={lang}&theme={theme}")
            assert answer.status_code == 200
            page = page_of(answer)
            assert page.get("lang") == lang
            assert theme in (page.get("data-theme") or page.get("class") or ""), path


def test_law_4_pages_that_answer_a_faulty_form_are_decent(world: World) -> None:
    """Every form sent empty and sent with too much: whatever comes back as a page is one."""
    answered = 0
    for door in DOORS:
        if door.does != "writes":
            continue
        actor = next((one for one in reversed(ACTORS) if _allowed(world, door.needs, one)), "anonymous")
        for who in {actor, "learner_a", "manager_a", "anonymous"}:
            cell = next((cell for cell in cells(world, door, who) if cell.which == "own"), None)
            if cell is None:
                continue
            with world.app.test_request_context():
                address = url_for(door.endpoint, **cell.address)
            for form in ({}, {name: "x" * 5000 for name in sent(world, door.endpoint, who)}):
                data = {**form, "csrf_token": world.stamp()}
                answer = world.client(who, strict=True).post(address, data=data)
                answered += answer.mimetype == "text/html" and answer.status_code in (200, 400, 403, 404, 409, 410, 422)
                assert answer.status_code < 500, (address, who)
        world.back()
    assert answered > 30


def _allowed(world: World, needs: str, actor: str) -> bool:
    from tests.guard.cells import WHO

    return actor in WHO[needs]
