"""The site under measurement: a demonstration in a temporary folder, people who are signed in, and what they ask for."""

from __future__ import annotations

import os
from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlencode

import sqlalchemy as sa
from flask import Flask, session
from flask_wtf.csrf import generate_csrf

from config import Config
from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.accounts.passwords import hash_password
from lms.app import create_app
from lms.catalogue.queries import shelf
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.spaces.models import Membership
from lms.startup import prepare
from lms.survey import service as survey
from lms.survey.queries import open_campaign
from lms.survey.rules import Cell
from tests.bench.load import Ask

#: How many people press the buttons, and how many have a password (each may be tried ten times in five minutes).
VISITORS, SIGNERS = 40, 300
PASSWORD = "a sentence nobody guesses"
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Operation:
    """Something people do: its name, the baseline it is held against, the goal, and its n-th request."""

    name: str
    baseline: str
    goal: float
    ask: Callable[[int], Ask]


def build(folder: Path, database: str | None) -> Flask:
    """A demonstration site with its people. `database` is a URL, or None for SQLite in `folder`."""
    env = {**os.environ, "LMS_INSTANCE": str(folder), "BASE_URL": "http://127.0.0.1", "LMS_DURABILITY": "full"}
    if database:
        env["DATABASE_URL"] = database
    app = create_app(Config.from_env(env))
    prepare(app, demo=True)
    return app


def operations(app: Flask) -> list[Operation]:
    """What is measured, with everything it needs made ready."""
    with app.app_context():
        offers = shelf()
        course = max(offers, key=lambda offer: len(offer.published.document.units)).published
        people = list(
            db.session.scalars(
                sa.select(Person.id).where(Person.demo.is_(False)).order_by(Person.email).limit(VISITORS)
            )
        )
        signers = db.session.execute(
            sa.select(Person.id, Person.email)
            .where(Person.demo.is_(False))
            .order_by(Person.email.desc())
            .limit(SIGNERS)
        ).all()
        manager, space = db.session.execute(
            sa.select(Membership.person_id, Membership.space_id).where(Membership.role == "manager").limit(1)
        ).one()
        kept = hash_password(PASSWORD)
        campaign = open_campaign()
        assert campaign is not None
        with writing():
            for person_id in people:
                learning.enrol(person_id, course.course_id)
            db.session.execute(
                sa.update(Person).where(Person.id.in_([row.id for row in signers])).values(password_hash=kept)
            )
            tokens = survey.mint_tokens(campaign.id, [Cell(None, None, None)] * VISITORS)
            cookies = [accounts.open_session(person_id) for person_id in people]
            boss = accounts.open_session(manager)
        for token in tokens:
            with writing():
                survey.start(token)
        db.session.remove()
    signed = [{"Cookie": cookie(app, _user_id=token)} for token in cookies]
    manages = {"Cookie": cookie(app, _user_id=boss)}
    anonymous, forgery = form_cookie(app)
    posting = {"Cookie": anonymous, "Content-Type": FORM, "Origin": "http://127.0.0.1"}
    lessons = [
        f"/courses/{course.course_id}/{unit.id}/lesson" for unit in course.document.units if "lesson" in unit.activities
    ]

    def as_visitor(path: str) -> Callable[[int], Ask]:
        return lambda number: Ask("GET", path, signed[number % VISITORS])

    def lesson(number: int) -> Ask:
        # Each visitor goes back and forth between two steps, so that every view records a new place.
        return Ask("GET", lessons[number // VISITORS % 2], signed[number % VISITORS])

    def rate(number: int) -> Ask:
        body = urlencode({"csrf_token": forgery, "importance": str(number % 5 + 1), "competence": "2", "go": "on"})
        return Ask("POST", f"/survey/{tokens[number % VISITORS]}/{number % 24 + 1}", posting, body, (302, 303))

    def sign_in(number: int) -> Ask:
        fields = {"csrf_token": forgery, "email": signers[number % SIGNERS].email, "password": PASSWORD}
        return Ask("POST", "/sign-in", posting, urlencode(fields), (302, 303))

    return [
        Operation("lesson view that records progress", "b2", 0.5, lesson),
        Operation("learner home", "b1", 0.5, as_visitor("/home")),
        Operation("catalogue with reasons", "b1", 0.5, as_visitor("/catalogue")),
        Operation("course page", "b1", 0.5, as_visitor(f"/courses/{course.course_id}")),
        Operation("team page", "b1", 0.5, lambda _number: Ask("GET", f"/team/{space}", manages)),
        Operation("landing", "bj", 0.8, lambda _number: Ask("GET", "/")),
        Operation("survey page saved", "b2", 0.4, rate),
        Operation("sign-in", "b3", 0.9, sign_in),
    ]


def cookie(app: Flask, **values: str) -> str:
    """A signed session cookie with these values, as a header."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({**values, '_fresh': True})}"


def form_cookie(app: Flask) -> tuple[str, str]:
    """A visitor's cookie and the forgery token that goes with it."""
    with app.test_request_context():
        token = generate_csrf()
        return cookie(app, csrf_token=session["csrf_token"]), token


def queries_of(app: Flask, ask: Ask) -> int:
    """How many statements one request sends to the database, after a first one has filled the caches."""
    client = app.test_client(use_cookies=False)
    counted: list[str] = []

    def count(*args: object) -> None:
        counted.append(str(args[2]))

    with app.app_context():
        engine = db.engine
    headers = dict(ask.headers)
    for _ in range(2):
        counted.clear()
        sa.event.listen(engine, "before_cursor_execute", count)
        try:
            client.open(ask.path, method=ask.method, headers=headers, data=ask.body, base_url="http://127.0.0.1")
        finally:
            sa.event.remove(engine, "before_cursor_execute", count)
    return sum(not text.startswith(("BEGIN", "PRAGMA")) for text in counted)
