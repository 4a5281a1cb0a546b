"""The page of a session, its calendar file, and the list of who was there, through strict visitors."""

from __future__ import annotations

from pathlib import Path

import icalendar
import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.accounts.models import Person
from lms.catalogue.queries import published
from lms.foundation.db import db, writing
from lms.learning.models import Completion
from lms.learning.sessions import service
from lms.learning.sessions.models import Seat
from lms.spaces import service as spaces
from tests.catalogue.courses import write_course
from tests.learning.conftest import inside, person, serve
from tests.learning.together import JOIN, LIVE, TOGETHER, learner, visit, write_live, write_together
from tests.visits import words_of

PAGE = f"/courses/{TOGETHER}/{LIVE[0]}/{LIVE[1]}"
AFTER = "2037-03-05T18:00:00Z"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_together(tmp_path / "courses")
    return tmp_path / "courses"


def trainer(app: Flask) -> str:
    who = person(app, "trainer")

    def do() -> None:
        with writing():
            spaces.give_role(who, "trainer", None)

    inside(app, do)
    return who


def words(page: object) -> str:
    return words_of(page).replace("\u00a0", " ")  # type: ignore[arg-type]


@pytest.mark.parametrize(
    ("zone", "session", "says"),
    [
        ("Europe/Paris", "Europe/Paris", "la même heure (fuseau : Paris)"),
        ("Europe/Madrid", "Europe/Andorra", "la même heure (fuseau : Madrid)"),
        ("Europe/London", "Europe/Paris", "jeudi 5 mars 2037, de 13:00 à 14:00 (fuseau : Londres)"),
        ("Pacific/Auckland", "Europe/Paris", "vendredi 6 mars 2037, de 02:00 à 03:00 (fuseau : Auckland)"),
    ],
)
def test_the_hour_is_told_in_both_zones_with_their_names(
    app: Flask, folder: Path, zone: str, session: str, says: str
) -> None:
    write_live(folder / TOGETHER, tz=session)
    serve(app, folder)
    who = learner(app, "lea")

    def move() -> None:
        with writing():
            db.session.execute(sa.update(Person).where(Person.id == who).values(zone=zone))

    inside(app, move)
    found = words(visit(app, who).get(PAGE))
    assert "jeudi 5 mars 2037, de 14:00 à 15:00 (fuseau : " in found
    assert says in found


def test_a_meeting_of_an_hour_is_announced_as_an_hour(app: Flask, folder: Path) -> None:
    write_live(folder / TOGETHER)
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    assert "60 min" in words(lea.get(f"/courses/{TOGETHER}"))
    assert "50 à 75 min" not in words(lea.get(f"/courses/{TOGETHER}"))
    assert "50 à 75 min" not in words(lea.get(PAGE))


def test_the_room_is_shown_to_people_with_a_seat_alone(app: Flask, folder: Path) -> None:
    write_live(folder / TOGETHER, seats=1)
    serve(app, folder)
    lea, tom = visit(app, learner(app, "lea")), visit(app, learner(app, "tom"))
    assert JOIN not in lea.get(PAGE).get_data(as_text=True)
    assert JOIN.encode() not in lea.get(f"{PAGE}/session.ics").get_data()
    seated = lea.fill(PAGE)
    assert JOIN in seated.get_data(as_text=True)
    assert "Vous avez une place" in words(seated)
    waiting = tom.fill(PAGE)
    assert "Votre rang : 1" in words(waiting)
    assert JOIN not in waiting.get_data(as_text=True)
    lea.fill(PAGE, press="Rendre ma place")
    given = tom.get(PAGE)
    assert "Une place s’est libérée" in words(given)
    assert JOIN in given.get_data(as_text=True)


def test_who_only_waited_is_not_told_of_a_seat_of_theirs(app: Flask, folder: Path) -> None:
    write_live(folder / TOGETHER, seats=1)
    serve(app, folder)
    lea, tom = visit(app, learner(app, "lea")), visit(app, learner(app, "tom"))
    lea.fill(PAGE)
    tom.fill(PAGE)
    assert "Vous n’êtes plus sur la liste d’attente." in tom.fill(PAGE, press="Quitter la liste d’attente").text
    assert "Votre place est libre pour quelqu’un d’autre." in lea.fill(PAGE, press="Rendre ma place").text


def test_N2_the_same_form_twice_is_one_seat_and_the_same_answer(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    page = lea.get(PAGE)
    answers = [lea.fill(page, follow=False) for _again in range(2)]
    assert [(one.status_code, one.headers["Location"]) for one in answers] == [(302, PAGE)] * 2
    assert inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Seat))) == 1


def test_the_file_holds_the_moment_and_the_room(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    lea.fill(PAGE)
    answer = lea.get(f"{PAGE}/session.ics")
    assert answer.mimetype == "text/calendar"
    assert "attachment" in answer.headers["Content-Disposition"]
    (one,) = icalendar.Calendar.from_ical(answer.get_data()).walk("VEVENT")
    assert one["dtstart"].dt.isoformat() == "2037-03-05T13:00:00+00:00"
    assert one["url"] == JOIN


def test_a_moved_session_is_told_in_words_to_those_in_it(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea, tom = visit(app, learner(app, "lea")), visit(app, learner(app, "tom"))
    lea.fill(PAGE)
    write_live(folder / TOGETHER, start="2037-04-07T09:30")
    with time_machine.travel("2036-12-01T12:00:00Z"):
        serve(app, folder)

        def follow() -> None:
            with writing():
                service.follow(TOGETHER)

        inside(app, follow)
    found = words(lea.get(PAGE))
    assert "Ce rendez-vous a été déplacé" in found
    assert "Avant : jeudi 5 mars 2037, de 14:00 à 15:00" in found
    assert "Maintenant : mardi 7 avril 2037, de 09:30 à 10:30" in found
    assert "déplacé" not in words(tom.get(PAGE))


def test_the_recording_finishes_the_step_where_the_course_gives_one(app: Flask, folder: Path) -> None:
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    with time_machine.travel(AFTER):
        lea.enter(str(inside(app, lambda: db.session.scalar(sa.select(Person.id).where(Person.name == "Lea")))))
        assert "J’ai regardé" not in words(lea.get(PAGE))
        write_live(folder / TOGETHER, text="[Revoir la séance](https://video.example.org/1)")
        serve(app, folder)
        lea.fill(PAGE, press="J’ai regardé l’enregistrement")
        assert "Vous avez regardé l’enregistrement" in words(lea.get(PAGE))
    assert inside(app, lambda: db.session.scalar(sa.select(Completion.kind))) == "live"


def test_the_list_is_for_those_who_lead_and_saves_at_once(app: Flask, folder: Path) -> None:
    serve(app, folder)
    ids = [learner(app, name) for name in ("zoe", "ana", "eve")]
    for who in ids:
        visit(app, who).fill(PAGE)
    guide = trainer(app)
    assert visit(app, ids[0]).get(f"{PAGE}/presence").status_code == 403
    ahead = words(visit(app, guide).get(f"{PAGE}/presence"))
    assert "2 places prises sur 2" in ahead
    assert ahead.index("Ana") < ahead.index("Zoe") < ahead.index("Liste d’attente") < ahead.index("Eve")
    with time_machine.travel(AFTER):
        client = visit(app, guide)
        page = client.fill(f"{PAGE}/presence", {"here": [ids[0], ids[2]]})
        assert "2 personnes étaient là" in page.get_data(as_text=True).replace("\u00a0", " ")
        assert "Vous étiez là" in words(visit(app, ids[0]).get(PAGE))
        client.fill(f"{PAGE}/presence", {"here": [ids[2]]})
        assert "Vous étiez là" not in words(visit(app, ids[0]).get(PAGE))
    done = inside(app, lambda: set(db.session.scalars(sa.select(Completion.person_id))))
    assert done == {ids[0], ids[2]}, "what was finished stays finished"


def test_whoever_leads_a_session_of_a_strict_course_notes_who_was_there(app: Flask, folder: Path) -> None:
    write_course(folder, "avant", units=["un"])
    serve(app, folder)
    lea = learner(app, "lea")
    visit(app, lea).fill(PAGE)
    head = folder / TOGETHER / "course.yml"
    head.write_text(
        head.read_text("utf-8").replace("units:", "prerequisites: {all: [avant], strict: true}\nunits:"), "utf-8"
    )
    serve(app, folder)
    with time_machine.travel(AFTER):
        page = visit(app, trainer(app)).fill(f"{PAGE}/presence", {"here": [lea]})
    assert "1 personne était là" in page.get_data(as_text=True).replace("\u00a0", " ")


def test_the_page_asks_as_often_for_one_as_for_many(app: Flask, folder: Path) -> None:
    from tests.house.test_queries import asked

    write_live(folder / TOGETHER, seats=3)
    serve(app, folder)
    lea = visit(app, learner(app, "lea"))
    lea.fill(PAGE)
    costs = []
    for round_ in range(2):
        for number in range(4):
            visit(app, learner(app, f"p{round_}{number}")).fill(PAGE)
        with asked(app) as seen:
            lea.get(PAGE)
        costs.append(len(seen))
    assert costs[0] == costs[1] <= 6
    assert inside(app, lambda: published(TOGETHER)) is not None
