"""The site under measurement: a demonstration in a temporary folder, people who are signed in, and what they ask for."""

from __future__ import annotations

import csv
import io
import os
import shutil
from collections.abc import Callable
from dataclasses import dataclass
from datetime import timedelta
from functools import cache
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

import nh3
import sqlalchemy as sa
from flask import Flask, session
from flask_wtf.csrf import generate_csrf
from markdown import Markdown

from config import Config
from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.accounts.passwords import hash_password
from lms.app import create_app
from lms.catalogue import service as catalogue
from lms.catalogue.models import Course
from lms.catalogue.queries import Published, shelf
from lms.content.documents import Prose
from lms.content.loading import load_course
from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id, writing
from lms.learning import service as learning
from lms.learning.models import Attempt, Completion, Enrolment, Place
from lms.spaces.models import Membership, Space, Territory
from lms.startup import prepare
from lms.survey import service as survey
from lms.survey.queries import open_campaign
from lms.survey.rules import Cell
from tests.bench.assigning import assigning
from tests.bench.load import Ask
from tests.bench.needs import ranking
from tests.bench.people import PEOPLE, roster
from tests.catalogue.courses import write_course

#: How many people press the buttons, and how many have a password (each may be tried ten times in five minutes).
VISITORS, SIGNERS = 40, 300
#: How many people have passed and wait for their certificate, and how many courses the large shelf holds.
PASSED, COURSES = 600, 500
#: How many people the two spaces have whose team's pages must cost the same.
SPACES = (100, 100_000)
#: Space -> the cookie of somebody who manages it.
_bosses: dict[str, dict[str, str]] = {}
PASSWORD = "a sentence nobody guesses"
#: What people look for: a word of titles, a word of texts, two words, one that is nowhere.
SEARCHED = ("ecouter", "casque", "besoin+position", "xylophone")
FORM = "application/x-www-form-urlencoded"


@dataclass(frozen=True)
class Operation:
    """Something people do: its name, the baseline it is held against, the goal, and its n-th request. `large` asks the site
    with a large shelf, `crowd` the one with a space of a hundred people and one of a hundred thousand.
    """

    name: str
    baseline: str
    goal: float
    ask: Callable[[int], Ask]
    large: bool = False
    crowd: bool = False

    @property
    def where(self) -> str:
        """The site it asks: "" for the usual one."""
        return "large" if self.large else "crowd" if self.crowd else ""


@dataclass(frozen=True)
class Chore:
    """Something done without a page, held against the least it can cost, in this process."""

    name: str
    goal: float
    do: Callable[[], object]
    least: Callable[[], object]


def build(folder: Path, database: str | None) -> Flask:
    """A demonstration site with its people. `database` is a URL, or None for SQLite in `folder`."""
    env = {**os.environ, "LMS_INSTANCE": str(folder), "BASE_URL": "http://127.0.0.1", "LMS_DURABILITY": "full"}
    if database:
        env["DATABASE_URL"] = database
    app = create_app(Config.from_env(env))
    prepare(app, demo=True)
    return app


def enlarge(app: Flask, folder: Path) -> None:
    """Put many courses on the shelf of a site, written into `folder`."""
    for number in range(COURSES):
        write_course(folder, f"ecouter-{number:03}", units=("un",))
    with app.app_context():
        catalogue.sync(folder)
        db.session.remove()


def gather(app: Flask, sizes: tuple[int, ...] = SPACES) -> None:
    """Give a site a space for each of `sizes`, with so many people who take a course, sixty and one in twenty of them late, and
    somebody
    who manages it; its cookie is kept in `_bosses`.
    """
    _cookie, _forgery, raw = form_cookie(app)
    with app.app_context():
        course_id, version_id = db.session.execute(sa.select(Course.id, Course.current_version_id)).first() or ("", "")
        territory = db.session.scalar(sa.select(Territory.id))
        moment, day = now(), today()
        for size in sizes:
            people = [new_id() for _ in range(size)]
            space = f"space-of-{size}"
            with writing() as session:
                session.add(Space(id=space, name=space, place="Prades", territory_id=territory, lang="fr",
                                  zone="Europe/Paris", latitude=None, longitude=None, desks=8))  # fmt: skip
                session.flush()
                rows: dict[Any, list[dict[str, Any]]] = {
                    Person: [
                        {"id": one, "email": f"{one}@example.org".lower(), "name": f"Zoé {number * 7919 % 99991:05}",
                         "password_hash": None, "lang": "fr", "zone": "Europe/Paris", "state": "active", "demo": False,
                         "created_at": moment}
                        for number, one in enumerate(people)
                    ],
                    Membership: [
                        {"person_id": one, "space_id": space, "role": "learner" if number else "manager", "since": moment}
                        for number, one in enumerate(people)
                    ],
                    Enrolment: [
                        {"id": new_id(), "person_id": one, "course_id": course_id, "version_id": version_id,
                         "state": "active", "source": "manager", "why": "",
                         "due_on": day + timedelta(days=9 if number % 20 and number > 60 else -9),
                         "enrolled_by": people[0], "created_at": moment, "finished_at": None}
                        for number, one in enumerate(people)
                    ],
                    Place: [
                        {"person_id": one, "course_id": course_id, "unit": "accord", "activity": "lesson", "at": moment}
                        for one in people
                    ],
                    Completion: [
                        {"person_id": one, "course_id": course_id, "unit": "ecouter", "version_id": version_id,
                         "kind": "lesson", "done_at": moment}
                        for one in people[::2]
                    ],
                }  # fmt: skip
                for model, values in rows.items():
                    session.execute(sa.insert(model), values)
                token = accounts.open_session(people[0])
            _bosses[space] = {"Cookie": cookie(app, _user_id=token, csrf_token=raw)}
        db.session.remove()


#: The same facts by one statement: the least a table of a space can cost.
_PLAIN = """
SELECT p.name, p.email, m.role, count(e.id), sum(e.state = 'finished'), min(e.due_on),
  (SELECT count(*) FROM completion c WHERE c.person_id = p.id), (SELECT max(l.at) FROM place l WHERE l.person_id = p.id),
  (SELECT count(*) FROM certificate z WHERE z.person_id = p.id AND z.revoked_at IS NULL)
FROM membership m JOIN person p ON p.id = m.person_id LEFT JOIN enrolment e ON e.person_id = p.id AND e.state != 'declined'
WHERE m.space_id = :space AND p.state = 'active' GROUP BY p.id ORDER BY p.sort, p.id
"""


def _table(folder: Path, size: int = 10_000) -> Chore:
    """The table of a space of `size` people as CSV, against one SELECT of the same facts and the csv module."""
    space = f"space-of-{size}"

    @cache
    def site() -> Flask:
        app = build(folder / "table", None)
        gather(app, (size,))
        return app

    def least() -> int:
        out = io.StringIO()
        with site().app_context():
            csv.writer(out).writerows(db.session.execute(sa.text(_PLAIN), {"space": space}))
            db.session.remove()
        return len(out.getvalue())

    def ours() -> int:
        client = site().test_client(use_cookies=False)
        where = f"/team/{space}/table.csv"
        answer = client.get(where, headers=_bosses[space], base_url="http://127.0.0.1", buffered=True)
        assert answer.status_code == 200
        return len(answer.get_data())

    return Chore(f"table of {size:,} people as CSV", 0.5, ours, least)


def chores(folder: Path) -> list[Chore]:
    """What is measured without a page."""
    course = Path(__file__).resolve().parents[2] / "courses" / "mediation-premiers-pas"
    text = (course / "units" / "accord" / "lesson.fr.md").read_text()
    write_course(folder, "ecouter-bien", units=("accord",))
    (folder / "ecouter-bien" / "glossary.fr.md").write_text((course / "glossary.fr.md").read_text())
    lesson = folder / "ecouter-bien" / "units" / "accord" / "lesson.fr.md"
    lesson.write_text(text)
    shutil.copytree(course / "units" / "accord" / "media", lesson.parent / "media")
    machine = Markdown(extensions=["tables", "fenced_code", "attr_list", "toc"])

    def least() -> str:
        return nh3.clean(machine.reset().convert(text))

    def ours() -> object:
        return load_course(folder / "ecouter-bien")  # which checks first

    return [
        Chore(f"check and render a lesson of {len(text.encode()) / 1000:.0f} kB", 0.67, ours, least),
        _table(folder),
        _roster(folder),
        _assigning(folder),
        _needs(10_000, 1 / 6),
        _needs(1_000_000, 1 / 20),
    ]


def _needs(people: int, goal: float) -> Chore:
    """The order of needs of so many people with its intervals. The name tells its peak of memory."""
    ours, least, peak = ranking(people)
    return Chore(f"needs of {people:,} people ({peak:.0f} MB)", goal, ours, least)


def _assigning(folder: Path) -> Chore:
    """A course for everybody of a large space."""
    ours, least = assigning(folder)
    return Chore(f"assigning {PEOPLE} people", 0.25, ours, least)


def _roster(folder: Path) -> Chore:
    """A list of people with a course and a day, of which nobody is known yet. The name tells its peak of memory."""
    ours, least, peak = roster(folder)
    return Chore(f"roster of {PEOPLE} rows ({peak:.0f} MB)", 0.25, ours, least)


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
        passed = _passed(course)
        quizzes = _begun([offer.published for offer in offers], people)
        db.session.remove()
    anonymous, forgery, raw = form_cookie(app)
    # As after the form of signing in: the session holds what every further form is stamped with.
    learns = [{"Cookie": cookie(app, _user_id=token, csrf_token=raw)} for token in cookies]
    manages = {"Cookie": cookie(app, _user_id=boss, csrf_token=raw)}
    posting = {"Cookie": anonymous, "Content-Type": FORM, "Origin": "http://127.0.0.1"}
    lessons = [
        f"/courses/{course.course_id}/{unit.id}/lesson" for unit in course.document.units if "lesson" in unit.activities
    ]

    headings = [
        block.anchor
        for variants in (course.document.units[0].activities["lesson"],)
        for block in variants[course.document.source].blocks
        if isinstance(block, Prose) and block.anchor
    ]

    def as_visitor(path: str) -> Callable[[int], Ask]:
        return lambda number: Ask("GET", path, learns[number % VISITORS])

    def lesson(number: int) -> Ask:
        # Each visitor goes back and forth between two steps, so that every view records a new place.
        return Ask("GET", lessons[number // VISITORS % 2], learns[number % VISITORS])

    def rate(number: int) -> Ask:
        body = urlencode({"csrf_token": forgery, "importance": str(number % 5 + 1), "competence": "2", "go": "on"})
        return Ask("POST", f"/survey/{tokens[number % VISITORS]}/{number % 24 + 1}", posting, body, (302, 303))

    def answer(number: int) -> Ask:
        # Each open attempt is answered question by question; the last answer hands it in.
        person, path, question = quizzes[number % len(quizzes)]
        body = urlencode({"csrf_token": forgery, f"{question}.unknown": "1"})
        return Ask("POST", path, {**posting, **learns[person]}, body, (302, 303))

    def read(number: int) -> Ask:
        body = urlencode({"csrf_token": forgery, "heading": headings[number // VISITORS % len(headings)]})
        return Ask("POST", f"{lessons[0]}/place", {**posting, **learns[number % VISITORS]}, body, (204,))

    def claim(number: int) -> Ask:
        head = {**posting, "Cookie": cookie(app, _user_id=passed[number % PASSED], csrf_token=raw)}
        body = urlencode({"csrf_token": forgery})
        return Ask("POST", f"/courses/{course.course_id}/certificate", head, body, (302, 303))

    def sign_in(number: int) -> Ask:
        fields = {"csrf_token": forgery, "email": signers[number % SIGNERS].email, "password": PASSWORD}
        return Ask("POST", "/sign-in", posting, urlencode(fields), (302, 303))

    return [
        Operation("lesson view that records progress", "b2", 0.5, lesson),
        Operation("learner home", "b1", 0.5, as_visitor("/home")),
        Operation("catalogue with reasons", "b1", 0.5, as_visitor("/catalogue")),
        Operation("course page", "b1", 0.5, as_visitor(f"/courses/{course.course_id}")),
        Operation("team page", "b1", 0.5, lambda _number: Ask("GET", f"/team/{space}", manages)),
        Operation("needs of a space", "b1", 0.5, lambda _number: Ask("GET", f"/team/{space}/needs", manages)),
        Operation("landing", "bj", 0.8, lambda _number: Ask("GET", "/")),
        Operation("survey page saved", "b2", 0.4, rate),
        Operation("sign-in", "b3", 0.9, sign_in),
        Operation("quiz answer", "b2", 0.4, answer),
        Operation("resume: the heading read last", "b2", 0.4, read),
        Operation("certificate issued", "b2", 0.4, claim),
        Operation(f"catalogue of {COURSES} courses", "b1", 0.5, lambda _number: Ask("GET", "/catalogue"), large=True),
        Operation(
            f"search in {COURSES} courses",
            "b1",
            0.5,
            lambda number: Ask("GET", f"/search?q={SEARCHED[number % len(SEARCHED)]}"),
            large=True,
        ),
        *(
            Operation(f"{what} of {size:,} people", "b1", 0.5, as_boss(f"space-of-{size}", more), crowd=True)
            for what, more in (("team page", ""), ("late list", "/late"))
            for size in SPACES
        ),
    ]


def as_boss(space: str, more: str) -> Callable[[int], Ask]:
    """Asks for a page of a space as its manager, once `gather` has made both."""
    return lambda _number: Ask("GET", f"/team/{space}{more}", _bosses[space])


def _passed(course: Published) -> list[str]:
    """Sessions of people who have passed what a course asks for and have no certificate yet."""
    assert course.document.certificate is not None
    needed = [tuple(name.split("/")) for name in course.document.certificate.require]
    who = db.session.scalars(
        sa.select(Person.id).where(Person.demo.is_(False)).order_by(Person.email).offset(VISITORS).limit(PASSED)
    ).all()
    with writing():
        for person_id in who:
            learning.enrol(person_id, course.course_id)
        db.session.execute(
            sa.insert(Attempt),
            [
                {
                    "id": new_id(), "person_id": person_id, "course_id": course.course_id, "unit": unit,
                    "activity": activity, "number": 99, "version_id": course.version_id, "questions": [],
                    "started_at": now(), "submitted_at": now(), "score": 1.0, "passed": True, "knowing": False,
                }
                for person_id in who
                for unit, activity in needed
            ],
        )  # fmt: skip
        return [accounts.open_session(person_id) for person_id in who]


def _begun(courses: list[Published], people: list[str]) -> list[tuple[int, str, str]]:
    """Open attempts at every quiz for everybody: (number of the person, address of a question, its id), in the order in
    which they are answered.
    """
    found = []
    for one in courses:
        for unit in one.document.units:
            for key in unit.activities:
                if not key.startswith("quiz"):
                    continue
                for number, person_id in enumerate(people):
                    with writing():
                        learning.enrol(person_id, one.course_id)
                        attempt = learning.start(person_id, one.course_id, unit.id, key)
                        path = f"/courses/{one.course_id}/{unit.id}/{key}/{attempt.id}"
                        found += [
                            (number, f"{path}/{place}", name) for place, name in enumerate(attempt.questions, start=1)
                        ]
    return found


def cookie(app: Flask, **values: str) -> str:
    """A signed session cookie with these values, as a header."""
    signer = app.session_interface.get_signing_serializer(app)  # type: ignore[attr-defined]
    assert signer is not None
    return f"{app.config['SESSION_COOKIE_NAME']}={signer.dumps({**values, '_fresh': True})}"


def form_cookie(app: Flask) -> tuple[str, str, str]:
    """A visitor's cookie, the forgery token that goes with it, and what a session must hold for that token."""
    with app.test_request_context():
        token = generate_csrf()
        return cookie(app, csrf_token=session["csrf_token"]), token, session["csrf_token"]


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
