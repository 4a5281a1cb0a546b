"""A badge of ours is accepted by a verifier that somebody else wrote, and refused when any fact of it is altered.

The verifier is Digital Bazaar's, under Node, from the packages that `package.json` names; `.ci/run` installs them. Where they
are not there the test is skipped and says so; with LMS_REQUIRE_NODE set it fails instead.
"""

from __future__ import annotations

import copy
import json
import os
import shutil
import subprocess
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.foundation.clock import end_of, today
from lms.foundation.db import db, writing
from lms.interop.badges import rules
from lms.learning.certificates import queries, service
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.queries import Proof
from tests.learning.certificates.conftest import COURSE, RIGHT, courses, take
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient

__all__ = ["courses"]
HERE = Path(__file__).parent
#: Where the packages are: `node_modules` beside the environment of Python.
OUTSIDE = Path(__file__).resolve().parents[3] / ".venv" / "outside"


def verified(asked: list[dict[str, Any]]) -> list[Any]:
    """What the outside verifier says of each: True, or why not."""
    node = shutil.which("node")
    if node is None or not (OUTSIDE / "node_modules" / "@digitalbazaar" / "vc").is_dir():
        why = f"no outside verifier of badges: Node and the packages of {HERE.name}/package.json are not installed"
        assert not os.environ.get("LMS_REQUIRE_NODE"), why
        pytest.skip(why)
    ran = subprocess.run(
        [node, str(HERE / "verify.mjs"), str(OUTSIDE)],
        input=json.dumps(asked), capture_output=True, text=True, timeout=60, check=True,
    )  # fmt: skip
    found: list[Any] = json.loads(ran.stdout)
    return found


@pytest.fixture
def learner(app: Flask, courses: Path) -> tuple[StrictClient, str]:
    """Somebody with a certificate, signed in; and their id."""
    serve(app, courses)
    who = person(app)
    take(app, who, RIGHT)
    client = app.test_client()
    assert isinstance(client, StrictClient)
    client.enter(who)
    return client, who


def given(client: StrictClient) -> dict[str, dict[str, Any]]:
    """The badge and the list it names, as the site gives them."""
    badge = json.loads(client.get(f"/courses/{COURSE}/badge.json").data)
    listed = badge["credentialStatus"]["statusListCredential"]
    path = "/" + listed.split("/", 3)[3]
    return {"credential": badge, "statuses": {listed: json.loads(client.get(path).data)}}


def test_the_badge_holds_the_facts_and_not_the_address(learner: tuple[StrictClient, str]) -> None:
    client, who = learner
    answer = client.get(f"/courses/{COURSE}/badge.json")
    assert answer.mimetype == "application/vc"
    assert answer.headers["Cache-Control"] == "no-store"
    badge = json.loads(answer.data)
    assert "lea@example.org" not in answer.text
    assert who not in answer.text
    name, hidden = badge["credentialSubject"]["identifier"]
    assert name["identityHash"] == "Lea"
    assert rules.hidden_identity("emailAddress", "lea@example.org", hidden["salt"]) == hidden
    assert badge["issuer"]["id"].startswith("did:key:z6Mk")
    achievement = badge["credentialSubject"]["achievement"]
    assert achievement["name"] == badge["name"]
    assert badge["name"] in achievement["criteria"]["narrative"]
    assert "2 heures d’apprentissage" in achievement["description"], "as on paper"


def test_somebody_else_accepts_the_badge_and_refuses_it_altered_or_taken_back(
    app: Flask, learner: tuple[StrictClient, str]
) -> None:
    client, who = learner
    good = given(client)
    asked = [good]
    for path, value in (
        (("credentialSubject", "identifier", 0, "identityHash"), "Leo"),
        (("credentialSubject", "achievement", "name"), "Médiation, derniers pas"),
        (("validFrom",), "2026-01-01T00:00:00Z"),
        (("issuer", "name"), "Une autre vallée"),
        (("credentialStatus", "statusListIndex"), "1"),
    ):
        altered = copy.deepcopy(good)
        inside_: Any = altered["credential"]
        for step in path[:-1]:
            inside_ = inside_[step]
        inside_[path[-1]] = value
        asked.append(altered)
    forged = copy.deepcopy(good)  # a list that hides what was taken back
    next(iter(forged["statuses"].values()))["credentialSubject"]["encodedList"] = rules.encoded_list([1])
    asked.append(forged)

    def withdraw() -> None:
        proof = queries.certificate_of(who, COURSE)
        assert isinstance(proof, Proof)
        db.session.rollback()
        with writing():
            service.withdraw(proof.code, "Délivré par erreur.")

    inside(app, withdraw)
    address = next(iter(good["statuses"]))
    now = json.loads(client.get("/" + address.split("/", 3)[3]).data)
    asked.append({"credential": good["credential"], "statuses": {address: now}})
    told = verified(asked)
    assert told[0] is True
    assert all("Invalid signature" in one for one in told[1:6]), told
    assert "not verified" in told[6]
    assert told[7:] == ["taken back"]


def test_what_was_taken_back_gives_no_badge_any_more(app: Flask, learner: tuple[StrictClient, str]) -> None:
    client, _who = learner
    badge = given(client)["credential"]

    def withdraw() -> None:
        with writing():
            service.withdraw(badge["id"].rsplit("/", 1)[1], "Délivré par erreur.")

    inside(app, withdraw)
    assert client.get(f"/courses/{COURSE}/badge.json").status_code == 404
    number = badge["credentialStatus"]["statusListCredential"].rsplit("/", 1)[1]
    listed = json.loads(client.get(f"/badges/status/{number}").data)
    index = int(badge["credentialStatus"]["statusListIndex"])
    assert listed["credentialSubject"]["encodedList"] == rules.encoded_list([index])


def test_a_certificate_that_ends_gives_a_badge_that_ends(app: Flask, learner: tuple[StrictClient, str]) -> None:
    client, _who = learner
    asked = []
    for days in (30, -1):
        day = today() + timedelta(days=days)

        def end(day: date = day) -> None:
            with writing():
                db.session.execute(sa.update(Certificate).values(ends_on=day))

        inside(app, end)
        asked.append(given(client))
        assert asked[-1]["credential"]["validUntil"] == rules.moment(end_of(day))
    before, after = verified(asked)
    assert before is True
    assert after is not True


def test_a_new_name_is_in_a_new_badge_only(app: Flask, learner: tuple[StrictClient, str]) -> None:
    client, who = learner
    before = given(client)["credential"]

    def rename() -> None:
        with writing():
            db.session.execute(sa.update(Person).where(Person.id == who).values(name="Léa Vidal"))

    inside(app, rename)
    assert given(client)["credential"] == before


def test_a_list_may_be_kept_by_others_for_less_than_a_minute_unless_a_cookie_came(
    app: Flask, learner: tuple[StrictClient, str]
) -> None:
    client, _who = learner
    assert client.get("/badges/status/0").headers["Cache-Control"] == "no-store"
    answer = app.test_client().get("/badges/status/0")
    assert answer.headers["Cache-Control"] == "public, max-age=50"
    assert "Set-Cookie" not in answer.headers


def test_over_https_the_site_itself_is_the_issuer(make_app: Any) -> None:
    app = make_app(BASE_URL="https://cordada.example.org")
    answer = app.test_client().get("/.well-known/did.json", base_url="https://cordada.example.org")
    document = json.loads(answer.data)
    assert document["id"] == "did:web:cordada.example.org"
    (method,) = document["verificationMethod"]
    assert document["assertionMethod"] == [method["id"]]
    assert method["publicKeyMultibase"].startswith("z6Mk")
