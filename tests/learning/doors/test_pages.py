"""The doors of a step, through a strict visitor: languages, courses that come first, the way past what one knows."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.catalogue.service import sync
from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.learning import queries, service
from lms.learning.certificates.models import Certificate
from lms.learning.models import Answer, Attempt, Completion, Enrolment, Place
from lms.spaces.models import Membership, Space, Territory
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_head, write_lesson, write_quiz
from tests.learning.conftest import device, inside, person, serve
from tests.learning.test_pages import count
from tests.learning.test_scenes import SCENARIO
from tests.learning.together import write_list
from tests.visits import StrictClient, page_of, words_of

COURSE = "/courses/ecouter-bien"
UNITS = ("un", "deux", "trois")
CLOZE = """---
id: {unit}
title: {title}
{more}---

# {title}

## {first}
<!-- q-relier match -->

| A | B |
| --- | --- |
| {left} | {right} |
| {left} 2 | {right} 2 |

## {second}
<!-- q-oui -->

- [x] {yes}
  > RIGHT-FEEDBACK
- [ ] {no}
  > WRONG-FEEDBACK
"""
WORDS = {
    "fr": {"title": "Deux questions", "first": "Reliez.", "second": "Oui ?", "left": "gauche", "right": "droite",
           "yes": "Oui", "no": "Non"},
    "es": {"title": "Dos preguntas", "first": "Relaciona.", "second": "¿Sí?", "left": "izquierda", "right": "derecha",
           "yes": "Sí", "no": "No"},
}  # fmt: skip


def write_two(course: Path, unit: str, lang: str, name: str = "quiz") -> None:
    """A quiz of two questions, in French or in Spanish."""
    body = CLOZE
    for key, word in WORDS[lang].items():
        body = body.replace("{" + key + "}", word)
    write_quiz(course, unit, name=name, lang=lang, body=body)


def fallback(course: Path, word: str, languages: str = "fr, es") -> None:
    """Have a course say what becomes of a missing language."""
    head = course / "course.yml"
    text = head.read_text("utf-8").replace("fallback: source", f"fallback: {word}")
    head.write_text(text.replace("languages: [fr]", f"languages: [{languages}]"), "utf-8")


def learner(app: Flask, name: str = "lea") -> StrictClient:
    return device(app, person(app, name))


def serve_two_of_three_in_spanish(app: Flask, folder: Path) -> None:
    """The course in French, two of its three steps in Spanish too; what is not there is left out."""
    course = write_course(folder / "courses", languages=["fr", "es"])
    fallback(course, "hide")
    for unit in ("un", "trois"):
        write_lesson(course, unit, lang="es", title=f"Paso {unit}")
    serve(app, course.parent)


def state_of(app: Flask, visitor: StrictClient, course: str = "ecouter-bien") -> str:
    who = visitor.person_id  # type: ignore[attr-defined]
    return str(
        inside(
            app,
            lambda: db.session.scalar(
                sa.select(Enrolment.state).where(Enrolment.person_id == who, Enrolment.course_id == course)
            ),
        )
    )


def finish(visitor: StrictClient, unit: str, course: str = COURSE) -> TestResponse:
    return visitor.fill(f"{course}/{unit}/lesson", form="/done")


# --- languages ---------------------------------------------------------------------------------------------------


def test_switching_the_language_keeps_place_progress_and_answers(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", languages=["fr", "es"])
    for unit in UNITS:
        write_lesson(course, unit, lang="es", title=f"Paso {unit}")
    for lang in WORDS:
        write_two(course, "deux", lang)
    serve(app, course.parent)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    finish(lea, "un")
    page = lea.fill(f"{COURSE}/deux/quiz", form="/start")
    attempt = page.request.path
    # The French page is still open in this tab while the language is changed in another.
    lea.get(f"{attempt}?lang=es")
    page = lea.fill(page, {"q-relier.1": "1", "q-relier.2": "2"}, form="/quiz/")
    assert inside(app, lambda: db.session.execute(sa.select(Answer.lang, Answer.share)).all()) == [("fr", 1.0)]
    page = lea.get(f"{COURSE}/deux/quiz", follow_redirects=True)
    assert page.request.path == attempt.removesuffix("1") + "2", "the open attempt goes on where it was"
    assert "¿Sí?" in words_of(page)
    page = lea.fill(page, {"q-oui": "1"}, form="/quiz/")
    page = lea.get(attempt.removesuffix("1") + "end?lang=fr")
    assert "2 sur 2" in words_of(page)
    assert (count(app, Attempt), count(app, Enrolment), count(app, Completion)) == (1, 1, 2)
    for lang, title in (("es", "Paso trois"), ("fr", "Étape trois")):
        page = lea.get(f"{COURSE}?lang={lang}")
        sign = next(one for one in page_of(page).iter("a") if one.get("class") == "btn sign")
        assert sign.get("href") == f"{COURSE}/trois/lesson"
        assert title in words_of(page)


def test_a_scene_goes_on_in_another_language(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", languages=["fr", "es"])
    for lang in ("fr", "es"):
        body = SCENARIO.replace("id: quatre", "id: un").replace("Camille est debout", f"Camille {lang}")
        write_quiz(course, "un", name="scenario", lang=lang, body=body.replace("Sur le banc", f"Sur le banc {lang}"))
    serve(app, course.parent)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    here = f"{COURSE}/un/scenario"
    assert "Camille fr" in words_of(lea.get(here))
    page = lea.get(f"{here}?lang=es")
    assert "Camille es" in words_of(page)
    page = lea.get(f"{here}?path=debut.banc&lang=es")
    assert "Sur le banc es" in words_of(page)
    assert "Sur le banc fr" in words_of(lea.get(f"{here}?path=debut.banc&lang=fr"))


def test_a_missing_language_is_offered_once_for_a_course(app: Flask, courses: Path) -> None:
    fallback(courses / "ecouter-bien", "ask")
    other = write_course(courses, "autre-cours")
    fallback(other, "ask")
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    lea.fill("/courses/autre-cours", form="/enrol")
    lea.get(f"{COURSE}/un/lesson?lang=es")
    page = lea.get(f"{COURSE}/deux/lesson")
    assert page.status_code == 200
    words = words_of(page)
    assert "Este paso aún no está en español" in words
    assert "Leer en francés" in words
    assert "À retenir" not in words
    assert next(one for one in page_of(page).iter("span") if one.text == "Étape deux").get("lang") == "fr"
    assert inside(app, lambda: db.session.scalars(sa.select(Place.unit).order_by(Place.unit)).all()) == ["un", "un"]
    page = lea.fill(page, form="/language")
    assert page.request.path == f"{COURSE}/deux/lesson"
    assert "À retenir" in words_of(page)
    assert next(page_of(page).iter("h1")).get("lang") == "fr"
    assert "Lo lees en francés" in words_of(page) or "en francés" in words_of(page)
    assert "À retenir" in words_of(lea.get(f"{COURSE}/trois/lesson"))
    assert "À retenir" not in words_of(lea.get("/courses/autre-cours/un/lesson")), "another course asks for itself"
    assert "À retenir" in words_of(lea.get("/courses/autre-cours/un/lesson?text=fr")), "a link may ask for it once"
    page = finish(lea, "deux")
    assert page.request.path == f"{COURSE}/deux/quiz"


def test_a_quiz_that_is_missing_in_a_language_is_offered_in_its_midst(app: Flask, courses: Path) -> None:
    course = courses / "ecouter-bien"
    fallback(course, "ask")
    write_quiz(course, "deux", body=SHORT_QUIZ)
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    first = lea.fill(f"{COURSE}/deux/quiz", form="/start")
    lea.fill(first, {"q-oui": "1"}, form="/quiz/")
    second = first.request.path.removesuffix("1") + "2"
    page = lea.get(f"{second}?lang=es")
    assert "aún no está en español" in words_of(page)
    assert lea.get(first.request.path).status_code == 200, "what is answered can be read"
    page = lea.fill(page, form="/language")
    assert page.request.path == second
    lea.fill(page, {"q-encore": "2"}, form="/quiz/")
    assert count(app, Completion) == 1


def test_source_is_shown_at_once_with_a_notice(app: Flask, courses: Path) -> None:
    fallback(courses / "ecouter-bien", "source")
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    page = lea.get(f"{COURSE}/un/lesson?lang=es")
    assert next(page_of(page).iter("h1")).get("lang") == "fr"
    assert "francés" in words_of(page)


def test_a_hidden_step_is_in_no_list_and_no_count_and_can_still_be_read(app: Flask, tmp_path: Path) -> None:
    serve_two_of_three_in_spanish(app, tmp_path)
    lea = learner(app)
    page = lea.get(f"{COURSE}?lang=es")
    assert "2 pasos" in words_of(page)
    assert "Étape deux" not in words_of(page)
    lea.fill(COURSE, form="/enrol")
    finish(lea, "un")
    page = lea.get(f"{COURSE}/un/lesson")
    after = next(one for one in page_of(page).iter("a") if one.get("rel") == "next")
    assert after.get("href") == f"{COURSE}/trois/lesson"
    assert "1 paso hecho de 2" in words_of(lea.get(COURSE))
    page = lea.get(f"{COURSE}/deux/lesson")
    assert "el curso prescinde de él" in words_of(page)
    page = lea.fill(page, form="/language")
    assert "Paso 2 de 3" in words_of(page), "while it is read, it is there"
    page = finish(lea, "deux")
    assert "1 paso hecho de 2" in words_of(page)
    page = lea.get(f"{COURSE}?lang=fr")
    assert "2 étapes faites sur 3" in words_of(page)


def test_a_course_is_finished_in_the_language_it_is_taken_in_and_stays_finished(app: Flask, tmp_path: Path) -> None:
    serve_two_of_three_in_spanish(app, tmp_path)
    lea = learner(app)
    lea.get(f"{COURSE}?lang=es")
    lea.fill(COURSE, form="/enrol")
    finish(lea, "un")
    assert state_of(app, lea) == "active"
    finish(lea, "trois")
    assert state_of(app, lea) == "finished"
    page = lea.get(f"{COURSE}?lang=fr")
    assert "Vous avez terminé ce cours" in words_of(page)
    assert "2 étapes faites sur 3" in words_of(page)
    assert f'href="{COURSE}/deux/lesson"' in page.text
    assert state_of(app, lea) == "finished"


def test_nothing_left_to_do_can_be_said_by_a_button(app: Flask, tmp_path: Path) -> None:
    serve_two_of_three_in_spanish(app, tmp_path)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    finish(lea, "un")
    finish(lea, "trois")
    assert state_of(app, lea) == "active", "in French a step is left"
    assert "/finish" not in lea.get(COURSE).text
    page = lea.fill(f"{COURSE}?lang=es", form="/finish")
    assert state_of(app, lea) == "finished"
    assert "El curso está terminado." in " ".join("".join(page_of(page).itertext()).split())


def test_the_team_counts_the_steps_of_the_language_somebody_reads_in(app: Flask, tmp_path: Path) -> None:
    serve_two_of_three_in_spanish(app, tmp_path)
    lea = learner(app)
    lea.get(f"{COURSE}?lang=es")
    lea.fill(COURSE, form="/enrol")

    def rows() -> list[tuple[int, int]]:
        with writing():
            make_team(lea.person_id)  # type: ignore[attr-defined]
        return [(one.done, one.total) for one in queries.team_progress("team")]

    finish(lea, "un")
    assert inside(app, rows) == [(1, 2)]
    lea.get(f"{COURSE}/trois/lesson?lang=fr")
    assert inside(app, lambda: [(one.done, one.total) for one in queries.team_progress("team")]) == [(1, 3)]


def make_team(person_id: str) -> None:
    """A space with this one person in it."""
    db.session.add(Territory(id="valley", name="Vallée", country="FR"))
    db.session.flush()
    db.session.add(
        Space(id="team", name="Espace", place="Prades", territory_id="valley", lang="fr", zone="Europe/Paris", desks=4)
    )
    db.session.flush()
    db.session.add(Membership(person_id=person_id, space_id="team", role="learner", since=now()))


def test_a_certificate_of_the_whole_course_asks_for_the_steps_there_are(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", languages=["fr", "es"], more="certificate:\n  hours: 1\n")
    fallback(course, "hide")
    for unit in ("un", "trois"):
        write_lesson(course, unit, lang="es", title=f"Paso {unit}")
    serve(app, course.parent)
    lea, max_ = learner(app), learner(app, "max")
    for visitor, lang in ((lea, "es"), (max_, "fr")):
        visitor.get(f"{COURSE}?lang={lang}")
        visitor.fill(COURSE, form="/enrol")
        for unit in ("un", "trois"):
            finish(visitor, unit)
    assert count(app, Certificate) == 1, "in French a step is left"
    max_.fill(f"{COURSE}?lang=es", form="/finish")
    assert count(app, Certificate) == 2


def test_a_version_that_takes_the_last_open_step_away_lets_one_finish(app: Flask, courses: Path) -> None:
    course = courses / "ecouter-bien"
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    for unit in ("un", "trois"):
        finish(lea, unit)
    write_head(course, ["un", "trois"])
    inside(app, lambda: sync(courses, accept_gone=None))
    page = lea.fill(COURSE, form="/finish")
    assert state_of(app, lea) == "finished"
    assert "Vous avez terminé ce cours" in words_of(page)


def test_every_title_in_another_language_says_so(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", languages=["fr", "es"])
    write_lesson(course, "un", lang="es", title="Paso un")
    write_two(course, "trois", "fr")
    write_lesson(course, "trois", lang="es", title="Paso trois")
    serve(app, course.parent)
    lea = learner(app)
    lea.fill(f"{COURSE}?lang=es", form="/enrol")
    for where in (COURSE, f"{COURSE}/un/lesson"):
        page = lea.get(where)
        assert 'lang=""' not in page.text
        links = [one for one in page_of(page).iter("a") if "".join(one.itertext()).strip() == "Étape deux"]
        assert links
        assert all(one.get("lang") == "fr" for one in links), where
        own = [one for one in page_of(page).iter("a") if "".join(one.itertext()).strip() == "Paso un"]
        assert own
        assert all(one.get("lang") is None for one in own)
    words = words_of(lea.get(COURSE))
    assert "en francés" in words
    assert "en parte en francés" in words
    page = lea.get(f"{COURSE}/un/lesson")
    after = next(one for one in page_of(page).iter("a") if one.get("rel") == "next")
    assert next(after.iter("bdi")).get("lang") == "fr"
    page = lea.get("/home")
    assert 'lang=""' not in page.text
    title = next(one for one in page_of(page).iter("h2") if one.get("id") == "resume")
    assert "Paso un" in "".join(title.itertext())
    finish(lea, "un")
    title = next(one for one in page_of(lea.get("/home")).iter("h2") if one.get("id") == "resume")
    assert title.get("lang") == "fr"


def test_a_stale_page_says_since_when_and_leads_to_its_source(app: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path / "courses", languages=["fr", "es"])
    path = write_lesson(course, "un", lang="es", title="Paso un")
    serve(app, course.parent)
    lea = learner(app)
    lea.fill(f"{COURSE}?lang=es", form="/enrol")
    here = f"{COURSE}/un/lesson"
    assert "cambió" not in words_of(lea.get(here))
    path.write_text(path.read_text("utf-8").replace("minutes: 12", "minutes: 12\nfrom: fr@00000000"), "utf-8")
    source = course / "units" / "un" / "lesson.fr.md"
    source.write_text(source.read_text("utf-8").replace("Mardi, 9 h 20.", "Un jeudi matin."), "utf-8")
    inside(app, lambda: sync(course.parent, accept_gone=None))
    page = lea.get(here)
    words = words_of(page)
    assert "Esta página cambió en francés el" in words
    link = next(one for one in page_of(page).iter("a") if "Leer en francés" in "".join(one.itertext()))
    page = lea.get(link.get("href"))
    assert "Un jeudi matin." in words_of(page)
    assert next(page_of(page).iter("h1")).get("lang") == "fr"
    back = next(one for one in page_of(page).iter("a") if "Volver a tu idioma" in "".join(one.itertext()))
    assert next(page_of(lea.get(back.get("href"))).iter("h1")).get("lang") is None
    # A question answered on the French page is kept as it was read there.
    page = lea.get(link.get("href"))
    lea.fill(page, {"q-mot": "2"}, form="#q-mot")
    assert inside(app, lambda: db.session.scalars(sa.select(Answer.lang)).all()) == ["fr"]


@pytest.mark.parametrize("sent", ["xx", "", "../", "\x00", "es" * 400])
def test_a_forged_language_is_the_readers_own(app: Flask, courses: Path, sent: str) -> None:
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    page = lea.get(f"{COURSE}/un/lesson", query_string={"text": sent})
    assert page.status_code == 200
    token = next(field.get("value") for field in page_of(page).iter("input") if field.get("name") == "csrf_token")
    data = {"csrf_token": token, "question": "q-mot", "q-mot": "2", "lang": sent}
    assert lea.post(f"{COURSE}/un/lesson", data=data).status_code == 302
    assert inside(app, lambda: db.session.scalars(sa.select(Answer.lang)).all()) == ["fr"]


# --- courses that come first -------------------------------------------------------------------------------------


@pytest.fixture
def chain(app: Flask, courses: Path) -> Flask:
    """A course that asks for two others and for one of two more, strictly; and an archived one."""
    for name in ("alpha", "beta", "gamma"):
        write_course(courses, name, units=["un"])
    write_course(
        courses, "delta", units=["un", "deux"],
        more="prerequisites: {all: [alpha], any: [beta, gamma], strict: true}\n",
    )  # fmt: skip
    serve(app, courses)
    return app


def take(visitor: StrictClient, course: str) -> None:
    visitor.fill(f"/courses/{course}", form="/enrol")
    finish(visitor, "un", f"/courses/{course}")


def test_advice_says_what_is_done_and_keeps_nobody_out(app: Flask, courses: Path) -> None:
    for name in ("alpha", "beta"):
        write_course(courses, name, units=["un"])
    write_course(courses, "delta", more="prerequisites: [alpha, beta]\n")
    serve(app, courses)
    lea = learner(app)
    take(lea, "alpha")
    page = lea.get("/courses/delta")
    beside = next(one for one in page_of(page).iter("aside"))
    rows = [" ".join("".join(one.itertext()).split()) for one in beside.iter("li") if one.find("a") is not None]
    assert [row.split()[0] for row in rows[:2]] == ["fini", "pas"]
    assert "rien ne vous empêche" in words_of(page)
    assert lea.fill(page, form="/enrol").request.path == "/courses/delta/un/lesson"


def test_a_strict_course_is_shut_with_its_reasons_and_the_server_refuses(chain: Flask) -> None:
    lea = learner(chain)
    page = lea.get("/courses/delta")
    words = words_of(page)
    assert "Ces étapes ne sont pas encore ouvertes" in words
    assert "pas encore ouverte" in words
    for name in ("alpha", "beta", "gamma"):
        assert f'href="/courses/{name}"' in page.text
    sign = next(one for one in page_of(page).iter("a") if one.get("class") == "btn sign")
    assert sign.get("href") == "/courses/alpha"
    token = next(field.get("value") for field in page_of(lea.get("/courses/alpha")).iter("input"))
    page = lea.post("/courses/delta/enrol", data={"csrf_token": token}, follow_redirects=True)
    assert page.request.path == "/courses/delta", "it may be taken; its steps wait"
    page = lea.get("/courses/delta/un/lesson")
    assert page.status_code == 403
    assert 'href="/courses/alpha"' in page.text
    assert "Mardi, 9 h 20" not in page.text
    for path, data in (
        ("un/lesson", {"question": "q-mot", "q-mot": "2"}), ("un/lesson/done", {}), ("un/lesson/draft", {"k-essai-do": "x"}),
    ):  # fmt: skip
        assert lea.post(f"/courses/delta/{path}", data={"csrf_token": token, **data}).status_code == 403, path
    assert (count(chain, Completion), count(chain, Answer), count(chain, Place)) == (0, 0, 0)
    take(lea, "alpha")
    assert lea.get("/courses/delta/un/lesson").status_code == 403, "one of the two others is asked for too"
    take(lea, "gamma")
    assert lea.get("/courses/delta/un/lesson").status_code == 200
    assert "pas encore ouverte" not in words_of(lea.get("/courses/delta"))


def test_home_proposes_no_step_that_is_shut(chain: Flask) -> None:
    lea = learner(chain)
    lea.fill("/courses/ecouter-bien", form="/enrol")
    who = lea.person_id  # type: ignore[attr-defined]

    def put() -> None:
        with writing():
            service.enrol(who, "delta", source="manager", by=who)
            service.move(who, "delta", "un", "lesson", "fr")

    inside(chain, put)
    page = lea.get("/home")
    sign = next(one for one in page_of(page).iter("a") if one.get("class") == "btn sign")
    assert (sign.get("href") or "").startswith(COURSE)


def test_what_was_done_before_a_course_became_strict_stays_open(app: Flask, courses: Path) -> None:
    write_course(courses, "alpha", units=["un"])
    course = write_course(courses, "delta", units=["un", "deux"])
    serve(app, courses)
    lea, max_ = learner(app), learner(app, "max")
    for visitor, units in ((lea, ["un"]), (max_, ["un", "deux"])):
        visitor.fill("/courses/delta", form="/enrol")
        for unit in units:
            finish(visitor, unit, "/courses/delta")
    write_head(course, ["un", "deux"], more="prerequisites: {all: [alpha], strict: true}\n")
    inside(app, lambda: sync(courses, accept_gone=None))
    assert lea.get("/courses/delta/un/lesson").status_code == 200
    assert lea.get("/courses/delta/deux/lesson").status_code == 403
    assert "1 étape faite sur 2" in words_of(lea.get("/courses/delta"))
    for unit in ("un", "deux"):
        assert max_.get(f"/courses/delta/{unit}/lesson").status_code == 200
    assert "pas encore ouverte" not in words_of(max_.get("/courses/delta"))
    assert "/try" not in app.test_client().get("/courses/delta").text
    stranger = words_of(app.test_client().get("/courses/delta"))
    assert "pas encore ouverte" in stranger


def test_an_archived_course_that_is_shut_takes_nothing_in(chain: Flask, courses: Path) -> None:
    lea = learner(chain)
    token = next(field.get("value") for field in page_of(lea.get("/courses/alpha")).iter("input"))
    lea.post("/courses/delta/enrol", data={"csrf_token": token})
    prerequisites = "prerequisites: {all: [alpha], any: [beta, gamma], strict: true}\n"
    write_head(courses / "delta", ["un", "deux"], status="archived", more=prerequisites)
    inside(chain, lambda: sync(courses, accept_gone=None))
    assert lea.get("/courses/delta/un/lesson").status_code == 403
    for path, data in (
        ("un/lesson", {"question": "q-mot", "q-mot": "2"}),
        ("un/lesson/done", {}),
        ("un/lesson/note", {}),
    ):
        assert lea.post(f"/courses/delta/{path}", data={"csrf_token": token, **data}).status_code == 403, path
    assert (count(chain, Completion), count(chain, Answer)) == (0, 0)


def test_the_sheet_of_a_list_that_is_shut_is_shut_too(chain: Flask, courses: Path) -> None:
    write_head(
        courses / "delta", ["un", "salle"],
        more="prerequisites: {all: [alpha], any: [beta, gamma], strict: true}\n",
    )  # fmt: skip
    write_list(courses / "delta", more="download: [pdf, docx]\n")
    inside(chain, lambda: sync(courses, accept_gone=None))
    lea = learner(chain)
    token = next(field.get("value") for field in page_of(lea.get("/courses/alpha")).iter("input"))
    lea.post("/courses/delta/enrol", data={"csrf_token": token})
    doors = [f"/courses/delta/salle/checklist{end}" for end in ("", "/sheet", "/sheet.pdf", "/sheet.docx")]
    assert [lea.get(door).status_code for door in doors] == [403] * 4
    take(lea, "alpha")
    take(lea, "beta")
    assert [lea.get(door).status_code for door in doors] == [200] * 4


def test_what_somebody_has_of_a_course_that_became_strict_stays_theirs(app: Flask, courses: Path) -> None:
    write_course(courses, "alpha", units=["un"])
    course = write_course(courses, "delta", units=["un", "deux"])
    serve(app, courses)
    lea = learner(app)
    lea.fill("/courses/delta", form="/enrol")
    lea.fill("/courses/delta/un/lesson", {"q-mot": "2"}, form="#q-mot", press="Valider")
    lea.fill(
        "/courses/delta/un/lesson", {"k-essai-when": "on crie", "k-essai-do": "j’écoute"}, form="/done", press="Enr"
    )
    write_head(course, ["un", "deux"], more="prerequisites: {all: [alpha], strict: true}\n")
    inside(app, lambda: sync(courses, accept_gone=None))
    assert lea.get("/courses/delta/un/lesson").status_code == 403
    page = lea.fill("/plans/delta/un/k-essai", {"plan-do": "je me tais"}, form="change-plan")
    assert page.status_code == 200
    assert "je me tais" in page.text
    page = lea.fill("/review/delta/un/lesson/q-mot", form="/queue")
    assert page.status_code == 200


def test_a_quiz_begun_before_its_course_was_shut_is_finished(app: Flask, courses: Path) -> None:
    write_course(courses, "alpha", units=["un"])
    course = write_course(courses, "delta", units=["un", "deux"])
    write_quiz(course, "deux", body=SHORT_QUIZ)
    serve(app, courses)
    quiz, asked = "/courses/delta/deux/quiz", {"question": "q-oui", "q-oui": "1"}
    lea, max_ = learner(app), learner(app, "max")
    for visitor in (lea, max_):
        visitor.fill("/courses/delta", form="/enrol")
    page = lea.fill(quiz, form="/start")
    write_head(course, ["un", "deux"], more="prerequisites: {all: [alpha], strict: true}\n")
    inside(app, lambda: sync(courses, accept_gone=None))

    def send(visitor: StrictClient, path: str) -> int:
        account = page_of(visitor.get("/account"))
        token = next(one.get("value") for one in account.iter("input") if one.get("name") == "csrf_token")
        return visitor.post(path, data={"csrf_token": token, **asked}).status_code

    assert max_.get(quiz).status_code == 403, "it was not begun"
    assert [send(max_, f"{quiz}/{door}") for door in ("start", "draft")] == [403, 403]
    assert [send(lea, f"/courses/delta/un/lesson{door}") for door in ("", "/draft")] == [403, 403]
    assert send(lea, f"{quiz}/draft") == 200
    for choice in ("q-oui", "q-encore"):
        page = lea.get(quiz, follow_redirects=True)
        lea.fill(page, {choice: "1"}, form="/quiz/", press="Valider")
    assert (count(app, Answer), count(app, Completion)) == (2, 1)
    assert lea.get(f"{page.request.path.rpartition('/')[0]}/end").status_code == 200


def test_a_course_nobody_can_take_shuts_nothing(app: Flask, courses: Path) -> None:
    alpha = write_course(courses, "alpha", units=["un"])
    write_course(courses, "delta", more="prerequisites: {all: [alpha], strict: true}\n")
    serve(app, courses)
    write_head(alpha, ["un"], status="archived")
    inside(app, lambda: sync(courses, accept_gone=None))
    lea = learner(app)
    assert lea.fill("/courses/delta", form="/enrol").request.path == "/courses/delta/un/lesson"


def test_a_step_says_which_steps_it_builds_on(app: Flask, courses: Path) -> None:
    lesson = courses / "ecouter-bien" / "units" / "trois" / "lesson.fr.md"
    lesson.write_text(lesson.read_text("utf-8").replace("minutes: 12", "minutes: 12\nrequires: [un]"), "utf-8")
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    assert "Cette étape s’appuie sur" in words_of(lea.get(f"{COURSE}/trois/lesson"))
    assert "de préférence après l’étape 1" in words_of(lea.get(COURSE))
    finish(lea, "un")
    assert "de préférence" not in words_of(lea.get(COURSE))
    assert "Cette étape s’appuie sur" not in words_of(lea.get(f"{COURSE}/trois/lesson"))


# --- I already know this -----------------------------------------------------------------------------------------


@pytest.fixture
def quiz(app: Flask, courses: Path) -> Flask:
    """The course with a quiz of two single questions in its second step."""
    write_quiz(courses / "ecouter-bien", "deux", body=SHORT_QUIZ)
    serve(app, courses)
    return app


KNOWN = f"{COURSE}/deux/quiz/known"


def show(visitor: StrictClient, *choices: str) -> TestResponse:
    """Pass through the door with these choices; gives the end of the quiz."""
    page = visitor.fill(KNOWN, form="/known")
    base = page.request.path.rsplit("/", 1)[0]
    for number, (name, choice) in enumerate(zip(("q-oui", "q-encore"), choices, strict=True), 1):
        visitor.fill(f"{base}/{number}", {name: choice}, form="/quiz/")
    return visitor.get(f"{base}/end")


def test_who_passes_the_quiz_knows_the_step(quiz: Flask) -> None:
    lea = learner(quiz)
    lea.fill(COURSE, form="/enrol")
    page = lea.get(COURSE)
    links = [one.get("href") for one in page_of(page).iter("a") if "Je connais déjà" in "".join(one.itertext())]
    assert links == [KNOWN]
    assert "Je connais déjà" in words_of(lea.get(f"{COURSE}/deux/lesson"))
    page = show(lea, "1", "2")
    assert "déjà acquis" in words_of(page)
    kinds = inside(quiz, lambda: db.session.execute(sa.select(Completion.unit, Completion.kind)).all())
    assert kinds == [("deux", "known")]
    page = lea.get(COURSE)
    assert "déjà acquis" in words_of(page)
    assert "1 étape faite sur 3" in words_of(page)
    assert "Je connais déjà" not in words_of(page)
    assert "déjà acquis" in words_of(lea.get("/home"))
    assert lea.get(KNOWN).location == COURSE, "once is enough"


def test_who_does_not_pass_loses_nothing_and_sees_what_to_look_at(quiz: Flask) -> None:
    lea = learner(quiz)
    lea.fill(COURSE, form="/enrol")
    page = show(lea, "1", "1")
    words = words_of(page)
    assert "Rien n’a changé" in words
    assert "À revoir" in words
    sign = next(one for one in page_of(page).iter("a") if one.get("class") == "btn sign")
    assert sign.get("href") == f"{COURSE}/deux/lesson"
    assert count(quiz, Completion) == 0
    page = lea.fill(f"{COURSE}/deux/quiz", form="/start")
    base = page.request.path.rsplit("/", 1)[0]
    for number, name in enumerate(("q-oui", "q-encore"), 1):
        lea.fill(f"{base}/{number}", {name: "2"}, form="/quiz/")
    assert inside(quiz, lambda: db.session.scalars(sa.select(Completion.kind)).all()) == ["quiz"]


def test_knowing_the_last_step_finishes_the_course(quiz: Flask) -> None:
    lea = learner(quiz)
    lea.fill(COURSE, form="/enrol")
    for unit in ("un", "trois"):
        finish(lea, unit)
    show(lea, "1", "2")
    assert state_of(quiz, lea) == "finished"


def test_the_last_attempt_is_kept_for_the_step(app: Flask, courses: Path) -> None:
    write_quiz(courses / "ecouter-bien", "deux", body=SHORT_QUIZ, more="attempts: 2\n")
    serve(app, courses)
    lea = learner(app)
    lea.fill(COURSE, form="/enrol")
    page = show(lea, "1", "1")
    token = next(field.get("value") for field in page_of(page).iter("input") if field.get("name") == "csrf_token")
    page = lea.get(KNOWN)
    assert "Le dernier essai est gardé" in words_of(page)
    assert lea.post(KNOWN, data={"csrf_token": token}).status_code == 409
    page = lea.fill(f"{COURSE}/deux/quiz", form="/start")
    assert count(app, Attempt) == 2
    base = page.request.path.rsplit("/", 1)[0]
    for number, name in enumerate(("q-oui", "q-encore"), 1):
        lea.fill(f"{base}/{number}", {name: "1"}, form="/quiz/")
    assert count(app, Completion) == 1


def test_an_open_attempt_stays_what_it_was_begun_as(quiz: Flask) -> None:
    lea = learner(quiz)
    lea.fill(COURSE, form="/enrol")
    first = lea.fill(f"{COURSE}/deux/quiz", form="/start").request.path
    assert lea.fill(KNOWN, form="/known").request.path == first
    assert inside(quiz, lambda: db.session.scalars(sa.select(Attempt.knowing)).all()) == [False]


def test_the_team_sees_done_and_nothing_else(quiz: Flask) -> None:
    lea = learner(quiz)
    lea.fill(COURSE, form="/enrol")
    show(lea, "1", "2")
    own = inside(quiz, lambda: queries.learning_of(lea.person_id, "ecouter-bien"))  # type: ignore[attr-defined]
    assert isinstance(own, queries.Learning)
    assert own.done == own.known == frozenset({"deux"})
    assert "known" not in queries.TeamRow._fields


# --- what changed ------------------------------------------------------------------------------------------------


def test_who_finished_is_told_what_changed_since(app: Flask, courses: Path) -> None:
    course = courses / "ecouter-bien"
    for path in (course / "units" / "deux").glob("quiz*"):
        path.unlink()
    serve(app, courses)
    lea, max_ = learner(app), learner(app, "max")
    for visitor, units in ((lea, UNITS), (max_, UNITS[:1])):
        visitor.fill(COURSE, form="/enrol")
        for unit in units:
            finish(visitor, unit)
    for visitor in (lea, max_):
        assert "Ce qui a changé" not in words_of(visitor.get(COURSE))
    write_lesson(course, "quatre", title="Étape quatre")
    source = course / "units" / "un" / "lesson.fr.md"
    source.write_text(
        source.read_text("utf-8").replace("## À retenir", "## Un exemple\n\nUne scène de plus.\n\n## À retenir"),
        "utf-8",
    )
    write_head(course, ["un", "trois", "quatre"])
    inside(app, lambda: sync(courses, accept_gone=None))
    page = lea.get(COURSE)
    words = words_of(page)
    assert "Ce qui a changé depuis que vous avez terminé" in words
    assert "Une nouvelle étape" in words
    assert (
        "Étape un : 1 nouvelle partie".replace(" :", "\u00a0:") in words.replace("  ", " ")
        or "1 nouvelle partie" in words
    )
    assert "ne fait plus partie du cours" in words
    assert "Étape deux" in words
    assert "Ce que vous avez terminé reste terminé." in words
    assert "Vous avez terminé ce cours" in words
    tags = [one.text for one in page_of(page).iter("span") if (one.get("class") or "").startswith("tag")]
    assert "nouvelle" in tags
    assert "modifiée" in tags
    assert state_of(app, lea) == "finished"
    words = words_of(max_.get(COURSE))
    assert "Ce qui a changé depuis la dernière fois" in words
    finish(lea, "quatre")
    words = words_of(lea.get(COURSE))
    assert "Une nouvelle étape" not in words
    assert "Ce qui a changé" not in words_of(app.test_client().get(COURSE))
