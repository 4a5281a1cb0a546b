"""Scenes: the way is kept on the server, goes back and again, ends its step, and is never lost between two windows."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.foundation.db import db, writing
from lms.learning import service
from lms.learning.models import Completion, Walk
from tests.catalogue.courses import write_quiz
from tests.learning.conftest import again, inside, learner, person, serve
from tests.visits import StrictClient, page_of, words_of

COURSE = "/courses/ecouter-bien"
SCENE = f"{COURSE}/quatre/scenario"
SCENARIO = """---
id: quatre
title: La salle calme
minutes: 8
---

# La salle calme

Vous animez un espace à Prades.

<a id="debut"></a>
## « C’est toujours lui ! »

Camille est debout.

- [« Venez dehors. »](#banc)
  > La voix baisse.
- [« Calmez-vous. »](#froid)
  > Camille se sent petite.

<a id="banc"></a>
## Sur le banc

Camille parle.

- [« Un créneau sûr ? »](#accord)
  > Vous nommez le besoin.
- [« Calmez-vous. »](#froid)
  > Encore ?

<a id="accord"></a>
## Un accord à essayer
<!-- end: good -->

Deux semaines.

<a id="froid"></a>
## La tension reste
<!-- end: partial -->

Rien n’est réglé.
"""


@pytest.fixture
def scenes(courses: Path) -> Path:
    """The course with a scene as its fourth step."""
    course = courses / "ecouter-bien"
    write_quiz(course, "quatre", name="scenario", body=SCENARIO)
    head = course / "course.yml"
    head.write_text(head.read_text("utf-8") + "  - quatre\n", encoding="utf-8")
    return courses


@pytest.fixture
def lea(app: Flask, scenes: Path) -> StrictClient:
    """A learner who takes the course."""
    serve(app, scenes)
    return learner(app)


def sent(page: TestResponse) -> dict[str, str]:
    """The hidden fields of the scene's form."""
    fields = next(form for form in page_of(page).iter("form") if (form.get("action") or "").endswith("/scene"))
    return {one.get("name") or "": one.get("value") or "" for one in fields.iter("input")}


def press(visitor: StrictClient, page: TestResponse, *, follow: bool = True, **more: str) -> TestResponse:
    return visitor.post(f"{SCENE}/scene", data={**sent(page), **more}, follow_redirects=follow)


def heading(page: TestResponse) -> str:
    return " ".join("".join(next(page_of(page).iter("h1")).itertext()).split())


def ways(app: Flask) -> list[list[str]]:
    found: list[list[str]] = []
    inside(app, lambda: found.extend(db.session.scalars(sa.select(Walk.path).order_by(Walk.at))))
    return found


def test_a_scene_is_walked_by_real_buttons_to_its_end_and_ends_its_step(app: Flask, lea: StrictClient) -> None:
    page = lea.get(SCENE)
    assert "La voix baisse" not in page.text
    assert "Vous animez" in page.text
    buttons = [one for one in page_of(page).iter("button") if one.get("name") == "to"]
    assert [one.get("value") for one in buttons] == ["banc", "froid"]
    answer = press(lea, page, follow=False, to="banc")
    assert (answer.status_code, answer.location) == (302, f"{SCENE}#scene")
    page = lea.get(SCENE)
    assert "La voix baisse" in page.text
    assert ways(app) == [["debut", "banc"]]
    assert inside(app, lambda: db.session.scalars(sa.select(Completion.unit)).all()) == []
    page = press(lea, page, to="accord")
    assert "Une fin qui tient" in page.text
    assert "La voix baisse" in page.text
    assert "Vous nommez le besoin" in page.text, "the end shows the way with what was said to each choice"
    assert inside(app, lambda: db.session.scalars(sa.select(Completion.unit)).all()) == ["quatre"]
    page = lea.fill(page, form="/done")
    assert page.request.path == COURSE
    assert len(inside(app, lambda: db.session.scalars(sa.select(Completion.unit)).all())) == 1  # type: ignore[arg-type]


def test_what_led_to_a_scene_is_said_under_the_choice_made(lea: StrictClient) -> None:
    page = press(lea, lea.get(SCENE), to="banc")
    note = next(one for one in page_of(page).iter("div") if "note" in (one.get("class") or "").split())
    first = "".join(note[0].itertext())
    assert "La voix baisse" in "".join(note.itertext())
    assert "La voix baisse" not in first, "the choice is the title of the note, what came of it is its text"
    assert first == next("".join(one.itertext()) for one in page_of(page).iter("p") if one.get("class") == "voice")


def test_after_the_activity_that_ends_its_step_the_list_to_work_with_comes(app: Flask, scenes: Path) -> None:
    head = "---\nid: quatre\ntitle: La feuille\nminutes: 2\n---\n\n# La feuille\n\n"
    sheet = scenes / "ecouter-bien/units/quatre/checklist.fr.md"
    sheet.write_text(head + "## La veille\n<!-- c-veille -->\n\n- [ ] Un lieu\n", encoding="utf-8")
    serve(app, scenes)
    lea = learner(app)
    page = press(lea, press(lea, lea.get(SCENE), to="banc"), to="accord")
    page = lea.fill(page, form="/done")
    assert page.request.path == f"{COURSE}/quatre/checklist"
    assert "Étape faite" in page.text


TWO_WAYS = SCENARIO.replace(
    "- [« Calmez-vous. »](#froid)\n  > Camille se sent petite.\n",
    "- [« Calmez-vous. »](#froid)\n  > Camille se sent petite.\n"
    "- [« Ce n’est qu’une salle. »](#froid)\n  > Vous jugez pour elle.\n",
)


@pytest.mark.parametrize(
    ("words", "step", "said"),
    [("« Calmez-vous. »", "froid", "se sent petite"), ("« Ce n’est qu’une salle. »", "froid~2", "Vous jugez")],
)
def test_of_two_choices_that_lead_to_one_scene_each_says_its_own(
    app: Flask, scenes: Path, words: str, step: str, said: str
) -> None:
    write_quiz(scenes / "ecouter-bien", "quatre", name="scenario", body=TWO_WAYS)
    serve(app, scenes)
    lea = learner(app)
    page = lea.fill(SCENE, form="/scene", press=words)
    assert ways(app) == [["debut", step]]
    way = words_of(page)
    assert words in way
    assert said in way
    assert ("se sent petite" in way) is (step == "froid")
    shared = lea.get(SCENE, query_string={"path": f"debut.{step}"})
    assert said in words_of(shared)
    assert heading(lea.get(SCENE, query_string={"path": "debut.froid~3"})) == "« C’est toujours lui ! »"
    back = lea.fill(page, form="/scene", press="Revenir à la scène précédente")
    assert press(lea, back, to="froid~9").status_code == 404


def test_a_lost_session_comes_back_to_the_same_scene(app: Flask, lea: StrictClient) -> None:
    press(lea, lea.get(SCENE), to="banc")
    page = again(app, lea).get(SCENE)
    assert heading(page) == "Sur le banc"
    assert "1 scène" in words_of(page)


def test_one_scene_back_and_again_from_the_beginning(app: Flask, lea: StrictClient) -> None:
    page = lea.get(SCENE)
    assert "scène précédente" not in words_of(page)
    page = press(lea, page, to="banc")
    page = press(lea, page, to="froid")
    page = press(lea, page, do="back")
    assert heading(page) == "Sur le banc"
    page = press(lea, page, to="accord")
    page = press(lea, page, do="again")
    assert heading(page) == "« C’est toujours lui ! »"
    assert ways(app) == [["debut"]]
    assert press(lea, lea.get(SCENE), do="back").status_code == 200, "there is nothing before the first scene"


def test_reading_a_shared_address_changes_nothing(app: Flask, lea: StrictClient) -> None:
    page = lea.get(f"{SCENE}?path=debut.banc")
    assert heading(page) == "Sur le banc"
    assert ways(app) == []
    assert heading(lea.get(SCENE)) == "« C’est toujours lui ! »"
    press(lea, page, to="accord")
    assert ways(app) == [["debut", "banc", "accord"]], "from there the way goes on"
    assert heading(lea.get(f"{SCENE}?path=debut.nowhere")) == "« C’est toujours lui ! »"
    assert ways(app) == [["debut", "banc", "accord"]]


def test_pressed_twice_is_once(app: Flask, lea: StrictClient) -> None:
    page = lea.get(SCENE)
    press(lea, page, to="banc")
    page = press(lea, page, to="banc")
    assert ways(app) == [["debut", "banc"]]
    assert "autre fenêtre" not in page.text


def test_an_old_window_says_so_and_takes_nothing_away(app: Flask, lea: StrictClient) -> None:
    old = lea.get(SCENE)
    press(lea, press(lea, old, to="banc"), to="accord")
    for target in ("froid", "banc"):
        page = press(lea, old, to=target)
        assert "autre fenêtre" in page.text
        assert ways(app) == [["debut", "banc", "accord"]]
        assert heading(page) == "Un accord à essayer"


def test_an_end_that_was_not_reached_finishes_nothing(app: Flask, lea: StrictClient) -> None:
    fields = sent(lea.get(SCENE))
    early = lea.post(f"{SCENE}/done", data={**fields, "path": "debut"})
    assert early.status_code == 409
    for more in ({"to": "accord"}, {"to": "nowhere"}, {"to": ""}, {}):
        assert lea.post(f"{SCENE}/scene", data={**fields, **more}).status_code == 404
    # a way that does not begin at the beginning is no way to an end
    lea.post(f"{SCENE}/scene", data={**fields, "path": "banc", "to": "accord"})
    assert inside(app, lambda: db.session.scalars(sa.select(Completion.unit)).all()) == []


def test_a_way_cannot_grow_for_ever(app: Flask, lea: StrictClient, scenes: Path) -> None:
    path = scenes / "ecouter-bien" / "units" / "quatre" / "scenario.fr.md"
    path.write_text(
        path.read_text("utf-8").replace("(#froid)\n  > Encore ?", "(#debut)\n  > Encore ?"), encoding="utf-8"
    )
    serve(app, scenes)
    page = lea.get(SCENE)
    for _round in range(70):
        answer = press(lea, page, to="banc" if heading(page).startswith("«") else "debut")
        if answer.status_code == 409:
            break
        page = answer
    assert answer.status_code == 409
    assert len(ways(app)[0]) == 60
    assert heading(press(lea, page, do="again")) == "« C’est toujours lui ! »"


def test_a_scene_that_has_changed_is_gone_on_with_as_it_was(app: Flask, lea: StrictClient, scenes: Path) -> None:
    press(lea, lea.get(SCENE), to="banc")
    path = scenes / "ecouter-bien" / "units" / "quatre" / "scenario.fr.md"
    text = path.read_text("utf-8")
    write_quiz(scenes / "ecouter-bien", "un", body=text.replace("id: quatre", "id: un"), name="scenario")
    serve(app, scenes)
    page = lea.get(SCENE)
    assert heading(page) == "Sur le banc"
    assert "a changé" not in words_of(page), "another step has changed, not this one"
    path.write_text(
        text.replace("Camille parle.", "Camille se tait.")
        .replace('id="accord"', 'id="pacte"')
        .replace("#accord", "#pacte"),
        encoding="utf-8",
    )
    serve(app, scenes)
    page = lea.get(SCENE)
    assert heading(page) == "Sur le banc"
    assert "Camille parle." in page.text
    assert "a changé" in words_of(page)
    page = press(lea, page, to="accord")
    assert "Une fin qui tient" in page.text
    assert inside(app, lambda: db.session.scalars(sa.select(Completion.unit)).all()) == ["quatre"]
    assert lea.fill(page, form="/done").request.path == COURSE
    page = press(lea, lea.get(SCENE), do="again")
    assert "a changé" not in words_of(page)
    page = press(lea, page, to="banc")
    assert "Camille se tait." in page.text


def test_nobody_walks_for_somebody_else(app: Flask, lea: StrictClient) -> None:
    max_ = learner(app, "max")
    press(max_, max_.get(SCENE), to="banc")
    assert heading(lea.get(SCENE)) == "« C’est toujours lui ! »"
    press(lea, lea.get(SCENE), to="froid")
    assert sorted(ways(app)) == [["debut", "banc"], ["debut", "froid"]]


def test_N2_and_N6_the_same_choice_in_eight_windows_is_one_step(any_app: Flask, scenes: Path) -> None:
    from lms.catalogue import queries as catalogue
    from tests.learning.test_service import in_parallel

    serve(any_app, scenes)
    who = person(any_app)

    def enrol() -> str:
        with writing():
            service.enrol(who, "ecouter-bien")
        served = catalogue.published("ecouter-bien")
        assert served is not None
        return served.version_id

    version_id = str(inside(any_app, enrol))

    def go() -> bool:
        with writing():
            return service.walk(
                who, "ecouter-bien", "quatre", "scenario", ["debut", "froid"], seen=[], version_id=version_id
            )

    assert in_parallel(any_app, go) == [True] * 8
    assert ways(any_app) == [["debut", "froid"]]
    assert inside(any_app, lambda: db.session.scalars(sa.select(Completion.unit)).all()) == ["quatre"]
