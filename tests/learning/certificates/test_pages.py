"""The pages and the paper of certificates."""

from __future__ import annotations

import io
from pathlib import Path
from typing import Any

import pypdf
import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.content.media import weight
from lms.foundation.db import db, writing
from lms.learning.certificates import queries
from lms.learning.certificates.queries import Proof
from lms.learning.certificates.rules import written_code
from lms.spaces.models import NetworkRole
from tests.accounts.attacks import token_of
from tests.learning.certificates.conftest import COURSE, RIGHT, WRONG, take
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient, words_of

MINE = f"/courses/{COURSE}/certificate"
EVIL = 'Léa #read("/etc/passwd") <script>alert(1)</script> ]) & %s {{7*7}}'


def visitor(app: Flask, who: str | None) -> StrictClient:
    client = app.test_client()
    assert isinstance(client, StrictClient)
    if who:
        client.enter(who)
    return client


def proof_of(app: Flask, who: str) -> Proof:
    found = inside(app, lambda: queries.last_of(who, COURSE))
    assert isinstance(found, Proof)
    return found


@pytest.fixture
def site(app: Flask, courses: Path) -> Flask:
    serve(app, courses)
    return app


def test_what_is_missing_is_said_with_the_way_there(site: Flask) -> None:
    who = person(site)
    take(site, who, WRONG)
    client = visitor(site, who)
    page = client.get(MINE)
    assert "Il faut 80 % ici pour le certificat ; vous avez atteint 0 %." in words_of(page).replace("\u00a0", " ")
    assert f'href="/courses/{COURSE}/deux/quiz"' in page.text
    assert client.get(f"{MINE}.pdf").status_code == 404


def test_a_result_says_what_is_needed_and_what_was_reached(site: Flask) -> None:
    who = person(site)
    attempt = take(site, who, WRONG)
    said = words_of(visitor(site, who).get(f"/courses/{COURSE}/deux/quiz/{attempt}/end")).replace("\u00a0", " ")
    assert "Il faut 80 % ici pour le certificat ; vous avez atteint 0 %." in said


def test_the_owner_sees_it_and_anybody_with_the_code_the_same_facts(site: Flask) -> None:
    who = person(site)
    take(site, who, RIGHT)
    proof = proof_of(site, who)
    mine = words_of(visitor(site, who).get(MINE))
    assert written_code(proof.code) in mine
    public = visitor(site, None).get(f"/verify/{proof.code}")
    assert "Lea" in words_of(public)
    assert 'name="robots" content="noindex"' in public.text
    assert "lea@example.org" not in public.text
    assert who not in public.text


@pytest.mark.parametrize("typed", ["", "abc", "0" * 26, "é" * 26, "<script>", "0" * 5000])
def test_G1_a_code_that_is_none_says_so_and_gives_nothing_away(site: Flask, typed: str) -> None:
    answer = visitor(site, None).get("/verify", query_string={"code": typed})
    assert answer.status_code == (404 if typed else 200)
    assert "<script>" not in answer.text
    assert visitor(site, None).get(f"/verify/{typed or 'x'}").status_code == 404


def test_a_code_typed_in_any_way_leads_to_the_facts(site: Flask) -> None:
    who = person(site)
    take(site, who, RIGHT)
    code = proof_of(site, who).code
    answer = visitor(site, None).get("/verify", query_string={"code": written_code(code).lower()})
    assert answer.location == f"/verify/{code}"
    assert visitor(site, None).get(f"/verify/{written_code(code).lower()}").status_code == 200


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_paper_is_tagged_and_says_the_facts_in_each_language(site: Flask, lang: str) -> None:
    who = person(site)
    take(site, who, RIGHT)
    client = visitor(site, who)
    client.set_cookie("lang", lang)
    answer = client.get(f"{MINE}.pdf", query_string={"lang": lang})
    assert answer.mimetype == "application/pdf"
    assert len(answer.data) < 60_000
    page = client.get(MINE, query_string={"lang": lang}).get_data(as_text=True)
    assert f"(PDF, {weight(len(answer.data), lang)})" in page
    reader = pypdf.PdfReader(io.BytesIO(answer.data))
    root: Any = reader.trailer["/Root"]
    assert root["/MarkInfo"]["/Marked"]
    assert root["/Lang"] == lang
    assert len(reader.pages) == 1
    text = " ".join(reader.pages[0].extract_text().split())
    proof = proof_of(site, who)
    for fact in ("Lea", "Sept Vallées", proof.facts.title(lang), written_code(proof.code)):
        assert fact in text


def test_G7_a_name_is_text_everywhere(site: Flask) -> None:
    who = person(site)

    def rename() -> None:
        with writing():
            db.session.execute(sa.update(Person).where(Person.id == who).values(name=EVIL))

    inside(site, rename)
    take(site, who, RIGHT)
    client = visitor(site, who)
    assert "<script>alert" not in client.get(MINE).text
    public = client.get(f"/verify/{proof_of(site, who).code}")
    assert "<script>alert" not in public.text
    assert "<bdi>" in public.text
    text = pypdf.PdfReader(io.BytesIO(client.get(f"{MINE}.pdf").data)).pages[0].extract_text()
    assert '#read("/etc/passwd")' in " ".join(text.split())
    assert "root:" not in text


def test_G4_a_new_name_can_be_asked_for_on_the_page(site: Flask) -> None:
    who = person(site)
    take(site, who, RIGHT)
    former = proof_of(site, who)

    def rename() -> None:
        with writing():
            db.session.execute(sa.update(Person).where(Person.id == who).values(name="Léa Vidal"))

    inside(site, rename)
    client = visitor(site, who)
    assert client.fill(MINE, form="/certificate").status_code == 200
    assert "Léa Vidal" in words_of(client.get(MINE))
    old = visitor(site, None).get(f"/verify/{former.code}")
    assert "Lea" in words_of(old)
    assert "Léa Vidal" not in words_of(old)


def test_G6_the_coordinator_withdraws_and_everybody_reads_why(site: Flask) -> None:
    who, coordinator = person(site), person(site, "carla")

    def promote() -> None:
        with writing():
            db.session.add(NetworkRole(person_id=coordinator, role="coordinator"))

    inside(site, promote)
    take(site, who, RIGHT)
    code = proof_of(site, who).code
    assert 'name="why"' not in visitor(site, who).get(f"/verify/{code}").text
    client = visitor(site, coordinator)
    assert client.fill(f"/verify/{code}", {"why": " "}).status_code == 422
    assert proof_of(site, who).revoked_at is None
    assert client.fill(f"/verify/{code}", {"why": "Délivré par <b>erreur</b>."}).status_code == 200
    seen = visitor(site, None).get(f"/verify/{code}")
    assert "Délivré par <b>erreur</b>." in words_of(seen)
    assert "<b>erreur" not in seen.text
    assert "Délivré par" in words_of(visitor(site, who).get(MINE))
    assert visitor(site, who).get(f"{MINE}.pdf").status_code == 404


def test_A19_nobody_but_the_coordinator_withdraws_and_a_code_is_no_right(site: Flask) -> None:
    who, trainer = person(site), person(site, "tina")

    def promote() -> None:
        with writing():
            db.session.add(NetworkRole(person_id=trainer, role="trainer"))

    inside(site, promote)
    take(site, who, RIGHT)
    code = proof_of(site, who).code
    for somebody in (who, trainer, person(site, "paul")):
        client = visitor(site, somebody)
        sent = {"csrf_token": token_of(client, "/account"), "why": "Plus valable."}
        assert client.post(f"/verify/{code}/withdraw", data=sent).status_code == 403
        assert client.post("/verify/AAAA-AAAA-AAAA/withdraw", data=sent).status_code == 403, "nor is anything learned"
    assert proof_of(site, who).revoked_at is None
