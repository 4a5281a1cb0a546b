"""Rows Q2, Q3, G1, G2, G4, G6, G7, C6, X9 and X14 of the guard list, through the pages, on both databases where one matters:
what is sent for an answer, what a certificate says whatever was renamed since, and what an address says back.
"""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.foundation.db import db, writing
from lms.learning.certificates import queries
from lms.learning.certificates.queries import Proof
from lms.learning.certificates.rules import read_code
from lms.learning.models import Answer, Attempt
from lms.spaces.models import Network, NetworkRole
from tests.accounts.attacks import token_of
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_head, write_quiz
from tests.guard.test_course_text import RAW, inert
from tests.learning.certificates.conftest import COURSE, GIVES, RIGHT, WRONG, take
from tests.learning.conftest import device, inside, learner, person, serve
from tests.visits import words_of

QUIZ = f"/courses/{COURSE}/deux/quiz"
MINE = f"/courses/{COURSE}/certificate"


@pytest.fixture
def site(any_app: Flask, tmp_path: Path) -> Flask:
    """A course with a quiz of two questions and two attempts, which its certificate asks for."""
    course = write_course(tmp_path / "courses", COURSE)
    write_quiz(course, "deux", body=SHORT_QUIZ, more="attempts: 2\n")
    write_head(course, ("un", "deux", "trois"), more=GIVES)
    serve(any_app, tmp_path / "courses")
    return any_app


def rows(app: Flask) -> tuple[int, list[Any]]:
    """How many attempts there are, and what was answered."""

    def read() -> tuple[int, list[Any]]:
        count = db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) or 0
        return count, list(db.session.scalars(sa.select(Answer.given).order_by(Answer.question)))

    found = inside(app, read)
    assert isinstance(found, tuple)
    return found


def proof_of(app: Flask, who: str) -> Proof:
    found = inside(app, lambda: queries.last_of(who, COURSE))
    assert isinstance(found, Proof)
    return found


# --- answers -------------------------------------------------------------------------------------------------------


def test_Q2_what_is_forged_for_an_answer_is_refused_and_keeps_nothing(site: Flask) -> None:
    lea = learner(site)
    here = lea.fill(QUIZ, form="/start").request.path
    token = token_of(lea, "/account")
    forged: list[dict[str, Any]] = [
        {"question": "q-oui", "q-oui": value} for value in ("NaN", "1e308", "-1", "0", "3", "1.0", "²", "x" * 9_000)
    ]
    forged += [{"question": "q-oui", "q-oui": ["1", "2"]}, {"question": "q-encore", "q-encore": "1", "mark": "1"}]
    forged += [{"question": name, name: "1"} for name in ("q-none", "", "../q-oui", "q-oui'--")]
    for sent in forged:
        answer = lea.post(here, data={"csrf_token": token, "do": "answer", **sent})
        assert answer.status_code in (302, 303, 400, 404, 422), sent
    count, given = rows(site)
    assert (count, [one for one in given if one not in ([1],)]) == (1, [])
    elsewhere = learner(site, "max")
    sent = {"csrf_token": token_of(elsewhere, "/account"), "do": "answer", "question": "q-oui", "q-oui": "1"}
    missing = elsewhere.post(f"{QUIZ}/{'0' * 32}/1", data=sent)
    foreign = elsewhere.post(here, data=sent)
    assert (missing.status_code, foreign.status_code) == (404, 404)
    assert words_of(missing) == words_of(foreign)
    assert rows(site) == (count, given)


def test_Q2_and_Q3_nobody_begins_without_taking_the_course_nor_after_the_last_attempt(site: Flask) -> None:
    stranger = device(site, person(site, "zoe"))
    sent = {"csrf_token": token_of(stranger, "/account")}
    assert stranger.post(f"{QUIZ}/start", data=sent).status_code in (302, 303, 403, 404)
    assert rows(site)[0] == 0
    who = person(site)
    for _attempt in range(2):
        take(site, who, WRONG)
    lea = device(site, who)
    lea.post(f"{QUIZ}/start", data={"csrf_token": token_of(lea, "/account")})
    assert rows(site)[0] == 2


# --- certificates --------------------------------------------------------------------------------------------------


def test_G2_and_G4_the_page_tells_what_was_issued_whatever_the_link_says_and_was_renamed(
    site: Flask, tmp_path: Path
) -> None:
    who = person(site)
    take(site, who, RIGHT)
    proof = proof_of(site, who)
    stranger = site.test_client()
    address = f"/verify/{proof.code}"
    before = words_of(stranger.get(address))
    head = tmp_path / "courses" / COURSE / "course.yml"
    head.write_text(head.read_text("utf-8").replace(proof.facts.title("fr"), "Titre nouveau"), encoding="utf-8")
    serve(site, tmp_path / "courses")

    def rename() -> None:
        with writing():
            db.session.execute(sa.update(Network).values(name="Réseau nouveau"))
            db.session.execute(sa.update(Person).where(Person.id == who).values(name="Nouvelle"))

    inside(site, rename)
    for forged in ("", "?name=Nouvelle&course=Titre+nouveau&date=2030-01-01&code=0"):
        told = words_of(stranger.get(f"{address}{forged}"))
        assert told == before
    assert not [word for word in ("nouveau", "Nouvelle") if word in told]
    assert proof_of(site, who).facts == proof.facts


def test_G6_a_withdrawn_certificate_is_so_at_once_and_no_cache_says_otherwise(site: Flask) -> None:
    who, carla = person(site), person(site, "carla")
    take(site, who, RIGHT)

    def promote() -> None:
        with writing():
            db.session.add(NetworkRole(person_id=carla, role="coordinator"))

    inside(site, promote)
    code = proof_of(site, who).code
    stranger = site.test_client()
    first = stranger.get(f"/verify/{code}")
    assert "no-store" in first.headers["Cache-Control"]
    assert "ETag" not in first.headers
    device(site, carla).fill(f"/verify/{code}", {"why": "Une erreur."})
    after = stranger.get(f"/verify/{code}", headers={"If-None-Match": "*"})
    assert after.status_code == 200
    assert "Une erreur." in words_of(after)


def test_G1_codes_cannot_be_guessed_from_what_is_seen(site: Flask) -> None:
    codes = []
    for name in ("lea", "max", "zoe"):
        who = person(site, name)
        take(site, who, RIGHT)
        codes.append(proof_of(site, who).code)
    assert len(set(codes)) == 3
    assert min(map(len, codes)) >= 26, "128 bits in base 32"
    near = codes[0][:-1] + ("A" if codes[0][-1] != "A" else "B")
    answers = [site.test_client().get(f"/verify/{one}") for one in (near, "0" * 26, "A" * 26)]
    assert {one.status_code for one in answers} == {404}
    assert len({words_of(one) for one in answers}) == 1
    assert read_code(near) != codes[0]


@pytest.mark.parametrize("name", ["\u202eaéL", "Léa\u2066\u202e", "Лea", "L\u200dea"])
def test_G7_a_name_cannot_turn_the_words_around_it(app: Flask, tmp_path: Path, name: str) -> None:
    course = write_course(tmp_path / "courses", COURSE)
    write_quiz(course, "deux", body=SHORT_QUIZ)
    write_head(course, ("un", "deux", "trois"), more=GIVES)
    serve(app, tmp_path / "courses")
    who = person(app)

    def rename() -> None:
        with writing():
            db.session.execute(sa.update(Person).where(Person.id == who).values(name=name))

    inside(app, rename)
    take(app, who, RIGHT)
    page = app.test_client().get(f"/verify/{proof_of(app, who).code}").get_data(as_text=True)
    assert f"<bdi>{name}</bdi>" in page


# --- what is said back ---------------------------------------------------------------------------------------------

TYPED = ("</title><script>alert(1)</script>", '"><img src=x onerror=alert(1)>', "'onmouseover='alert(1)", "{{7*7}}")
#: Addresses that say something back, `{}` being what was sent.
ECHOES = (
    "/{}", "/courses/{}", "/courses/{}/un/lesson", "/verify?code={}", "/verify/{}", "/sign-in?next=/{}", "/sign-in?lang={}",
    "/catalogue?q={}", "/search?q={}", "/invitations/{}", "/?lang={}", "/catalogue?lang={}&q={}", "/register?email={}",
)  # fmt: skip


@pytest.mark.parametrize("address", ECHOES)
def test_X14_what_an_address_holds_is_text_on_the_page_it_leads_to(app: Flask, tmp_path: Path, address: str) -> None:
    write_course(tmp_path / "courses", COURSE)
    serve(app, tmp_path / "courses")
    visitor = app.test_client()
    for typed in TYPED:
        answer = visitor.get(address.replace("{}", typed), follow_redirects=True)
        assert answer.status_code in (200, 400, 404), address
        inert(answer)
        assert "49" not in words_of(answer) or "{{7*7}}" not in typed


def test_X9_what_a_learner_says_of_a_text_is_inert_where_it_is_read(app: Flask, tmp_path: Path) -> None:
    write_course(tmp_path / "courses", COURSE)
    serve(app, tmp_path / "courses")
    lea, tina = learner(app), person(app, "tina")

    def promote() -> None:
        with writing():
            db.session.add(NetworkRole(person_id=tina, role="trainer"))

    inside(app, promote)
    own = lea.fill(f"/courses/{COURSE}/un/lesson/remark", {"text": f"Un mot {RAW}", "quote": RAW})
    board = device(app, tina).get("/remarks")
    for page in (own, board):
        inert(page)
        assert f"Un mot {RAW}" in words_of(page)


@pytest.mark.parametrize(
    "origin", ["https://evil.example", "null", "http://localhost.evil.example", "http://localhost"]
)
@pytest.mark.parametrize("path", ["/", "/catalogue", "/sign-in", "/account", "/verify", "/static/cordada.css", "/none"])
def test_C6_no_other_site_may_read_an_answer(app: Flask, path: str, origin: str) -> None:
    serve_nothing = app.test_client()
    for method in ("GET", "OPTIONS"):
        asked = {"Origin": origin, "Access-Control-Request-Method": "POST"}
        answer = serve_nothing.open(path, method=method, headers=asked)
        assert not [name for name, _ in answer.headers if name.startswith("Access-Control-")]
