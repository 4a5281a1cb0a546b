"""A scenario comes back as one scene: which one decides it, and how it is asked, answered and left."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path

import pytest
import time_machine
from flask import Flask

from lms.catalogue.queries import published
from lms.content.documents import Activity, Move, Scene
from lms.foundation.db import writing
from lms.learning import service
from lms.learning.reviews.models import Review
from lms.learning.reviews.scenes import asked_of, chosen, decisive
from tests.catalogue.courses import write_quiz
from tests.learning.conftest import inside, learner, serve
from tests.learning.reviews.test_pages import START, lea, on, rows, today, who
from tests.learning.test_scenes import SCENARIO, SCENE, scenes
from tests.visits import StrictClient, words_of

__all__ = ["lea", "scenes"]

ITEM = "/review/ecouter-bien/quatre/scenario/banc"


def made(ways: dict[str, str], **endings: str) -> Activity:
    """A scenario of scenes with their targets, as "b c", and the endings by scene."""
    found = [
        Scene(
            name,
            name,
            "",
            tuple(Move(target, target, f"to {target}") for target in targets.split()),
            endings.get(name, ""),
        )
        for name, targets in ways.items()
    ]
    return Activity("scenario", "", "fr", "T", 8, scenes=tuple(found))


@pytest.mark.parametrize(
    ("ways", "endings", "scene", "right"),
    [
        ({"a": "b bad", "b": "good bad", "bad": "", "good": ""}, {"bad": "hard", "good": "good"}, "b", [True, False]),
        ({"a": "bad b", "b": "good", "bad": "", "good": ""}, {"bad": "hard", "good": "good"}, "a", [False, True]),
        # The scene from which one may come back decides less than the one after which it is too late.
        ({"a": "b bad", "b": "good c", "c": "b", "bad": "", "good": ""}, {"bad": "hard", "good": "good"}, "a", [True, False]),
        ({"a": "good c", "c": "a", "good": ""}, {"good": "good"}, "a", [True, False]),
        # Without a good ending the one halfway is the best there is.
        ({"a": "half bad", "half": "", "bad": ""}, {"half": "partial", "bad": "hard"}, "a", [True, False]),
        # Two ways to a good ending are both good, a third is not.
        ({"a": "g h bad", "g": "", "h": "", "bad": ""}, {"g": "good", "h": "good", "bad": "hard"}, "a", [True, True, False]),
    ],
)  # fmt: skip
def test_the_scene_that_decides(ways: dict[str, str], endings: dict[str, str], scene: str, right: list[bool]) -> None:
    found = decisive(made(ways, **endings))
    assert found is not None
    assert (found.id, [choice.right for choice in found.choices]) == (scene, right)  # type: ignore[union-attr]


@pytest.mark.parametrize(
    ("ways", "endings"),
    [
        ({"a": "b", "b": ""}, {"b": "good"}),
        ({"a": "g h", "g": "", "h": ""}, {"g": "good", "h": "good"}),
        ({"a": "bad worse", "bad": "", "worse": ""}, {"bad": "hard", "worse": "hard"}),
        ({}, {}),
    ],
)
def test_where_nothing_is_decided_nothing_comes_back(ways: dict[str, str], endings: dict[str, str]) -> None:
    text = made(ways, **endings)
    assert decisive(text) is None
    assert asked_of(text, "a") is None


@pytest.mark.parametrize(
    ("path", "given"),
    [
        (["a", "b", "good"], [1]),
        (["a", "b", "bad"], [2]),
        (["a", "b", "a", "b", "good"], [1]),
        (["a", "bad"], None),
        (["a", "b"], None),
        (["a", "b", "bad~2"], [4]),
        (["a", "b", "bad~2", "b", "bad"], [2]),
    ],
)
def test_what_was_chosen_there_the_last_time(path: list[str], given: list[int] | None) -> None:
    text = made({"a": "b bad", "b": "good bad a bad", "bad": "", "good": ""}, bad="hard", good="good")
    assert chosen(text, "b", path) == given


@pytest.fixture
def max_(app: Flask, scenes: Path) -> StrictClient:
    """A learner of the course with scenes, at the day of these tests."""
    serve(app, scenes)
    with time_machine.travel(START, tick=False):
        return learner(app, "max")


def play(visitor: StrictClient, *steps: str) -> str:
    """Choose scene after scene, given by the scene a choice leads to; the last page."""
    page = visitor.get(SCENE).text
    for step in steps:
        field = 'name="path" value="'
        walked = page.split(field)[1].split('"')[0]
        seen = page.split('name="seen" value="')[1].split('"')[0]
        token = page.split('name="csrf_token" value="')[1].split('"')[0]
        sent = {"csrf_token": token, "path": walked, "seen": seen, "lang": "fr", "to": step}
        page = visitor.post(f"{SCENE}/scene", data=sent, follow_redirects=True).text
    return page


def one(app: Flask) -> Review:
    (row,) = rows(app)
    return row


def test_a_finished_scenario_comes_back_as_one_scene(app: Flask, max_: StrictClient) -> None:
    def first() -> None:
        play(max_, "banc")
        assert rows(app) == [], "not before its end"
        page = play(max_, "froid")
        assert ITEM in page, "its end says that a scene comes back, and where"
        assert (one(app).question, one(app).given, one(app).missed) == ("banc", [2], True)
        assert "Rien à revoir aujourd’hui." in words_of(max_.get("/review"))

    on(max_, 0, first)
    assert today(app, who(max_), 3).sitting == (("ecouter-bien", "quatre", "scenario", "banc"),)

    def again() -> None:
        page = max_.get("/review")
        assert "Sur le banc" in words_of(page)
        assert "Camille parle." in words_of(page)
        for secret in ("Vous nommez le besoin.", "Encore", "Deux semaines"):
            assert secret not in page.text, "nothing of where the choices lead before one is made"
        page = max_.fill("/review", {"banc": "1"}, form=f"{ITEM}#question", press="Valider")
        assert "Vous nommez le besoin." in words_of(page)
        assert (one(app).step, one(app).due_on) == (1, (START + timedelta(days=13)).date())
        assert SCENE in page.text, "from there the scenes can be played again"

    on(max_, 3, again)

    def miss() -> None:
        max_.fill("/review", {"banc": "2"}, form=f"{ITEM}#question", press="Valider")
        assert (one(app).step, one(app).due_on) == (0, (START + timedelta(days=16)).date())

    on(max_, 13, miss)


def test_playing_again_begins_anew_only_where_it_went_wrong(app: Flask, max_: StrictClient) -> None:
    def walk(*path: str, seen: tuple[str, ...] = ()) -> None:
        def do() -> None:
            served = published("ecouter-bien")
            assert served is not None
            with writing():
                service.walk(
                    who(max_), "ecouter-bien", "quatre", "scenario", path, seen=seen, version_id=served.version_id, lang="fr"
                )  # fmt: skip

        inside(app, do)

    good, bad = ("debut", "banc", "accord"), ("debut", "banc", "froid")
    on(max_, 0, lambda: walk(*good))
    due = one(app).due_on
    on(max_, 1, lambda: walk("debut", "froid", seen=good))
    assert (one(app).due_on, one(app).missed) == (due, False), "a way that never came through the scene missed nothing"
    on(max_, 2, lambda: walk(*bad, seen=("debut", "froid")))
    assert (one(app).due_on, one(app).missed) == ((START + timedelta(days=5)).date(), True)


def test_a_scene_that_decides_no_more_does_not_come_back(app: Flask, scenes: Path, max_: StrictClient) -> None:
    on(max_, 0, lambda: play(max_, "banc", "accord"))
    body = SCENARIO.replace("- [« Un créneau sûr ? »](#accord)", "- [« Un créneau sûr ? »](#froid)").replace(
        "- [« Calmez-vous. »](#froid)\n  > Camille se sent petite.", "- [« Un créneau sûr ? »](#accord)"
    )
    write_quiz(scenes / "ecouter-bien", "quatre", name="scenario", body=body)
    serve(app, scenes)
    assert today(app, who(max_), 3).sitting == ()
    page = on(max_, 3, lambda: max_.get(ITEM))
    assert "plus dans le cours" in words_of(page)
