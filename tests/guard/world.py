"""A small world for the attacks: two spaces, somebody in every role, one of every object, and words that must not leak.

It is built once with the services of the house and copied for each test. What belongs to space B carries a canary
(`B-ONLY-...`): a page of A that holds one has leaked. `Sent` builds what a browser would send to each door that writes.
"""

from __future__ import annotations

import contextlib
import hashlib
import re
import secrets
import shutil
import sqlite3
from collections.abc import Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any

import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from itsdangerous import URLSafeTimedSerializer

from tests.catalogue.courses import SHORT_QUIZ, write_ahead, write_course, write_head, write_quiz
from tests.learning.reflections.conftest import write_reflection
from tests.learning.together import LIVE, PAST, TOGETHER, write_together
from tests.learning.works.conftest import write_assignment
from tests.visits import StrictClient, WholeClient

if TYPE_CHECKING:
    from werkzeug.test import TestResponse

    from tests.conftest import Apps
    from tests.servers import Postgres

ROOT = Path(__file__).resolve().parents[2]
COURSE = "mediation-premiers-pas"
#: A course in preparation.
AHEAD = "bientot"
LESSON = ("poser-le-cadre", "lesson")
QUIZ = ("faire-le-point", "quiz-final")
#: A quiz that shows that somebody knows a step already: there is none in the real course, so this one is added to it.
KNOWN = ("chaque-personne", "quiz")
SCENE = ("se-parler", "scenario")
#: A course of a reflection and an assignment, written for these tests.
WORKSHOP = "atelier"
REFLECTION, ASSIGNMENT = ("deux", "reflection"), ("lettre", "assignment")
FILE = "units/se-parler/media/plan-places.svg"
PASSWORD = "dix minutes au vert"
SECRET = "only-for-tests-0123456789-abcdefghijklm"
#: What a form is called that is sent for the first time.
FORM_ID = "a-form-of-22-letters-x"
FORGERY = "0123456789abcdef0123456789abcdef01234567"
#: People of B, their mails and what they wrote; nobody outside B may ever be sent this.
CANARY = "B-ONLY-" + secrets.token_hex(6)
#: The name of space B: shown to the coordinator and to whoever chooses a space, nowhere else.
PLACE_CANARY = "B-PLACE-" + secrets.token_hex(6)
#: Who knocks: nobody, and one of each role; A and B are spaces.
ACTORS = ("anonymous", "learner_a", "learner_b", "manager_a", "manager_b", "trainer", "coordinator")
SPACE_A, SPACE_B, SPACE_C = "la-bobine", "l-estive", "col-vert"
MISSING_ID = "AAAAAAAAAAAAAAAAAAAAAA"


@dataclass
class World:
    """An application with the world in it. `facts` maps names of objects to ids and tokens."""

    app: Flask
    facts: dict[str, Any]
    path: Path | None = None
    #: What `keep` remembered: the database, and the digests of its tables.
    _kept: sqlite3.Connection | None = field(default=None, repr=False)
    kept_state: dict[str, str] = field(default_factory=dict, repr=False)

    def __getitem__(self, name: str) -> Any:
        return self.facts[name]

    # --- knocking

    def client(
        self, actor: str = "anonymous", *, strict: bool = False, lang: str = "", host: str = "localhost"
    ) -> FlaskClient:
        """A browser of `actor`, signed in, with a forgery token in its session. `strict` refuses sloppy pages."""
        kind = StrictClient if strict else WholeClient
        client = kind(self.app, self.app.response_class, use_cookies=True)
        session: dict[str, Any] = {"csrf_token": FORGERY}
        if actor != "anonymous":
            session |= {"_user_id": self.facts["sessions"][actor], "_fresh": True, "_permanent": True}
        signer = self.app.session_interface.get_signing_serializer(self.app)  # type: ignore[attr-defined]
        client.set_cookie(self.app.config["SESSION_COOKIE_NAME"], signer.dumps(session), domain=host)
        if lang:
            client.set_cookie("lang", lang)
        return client

    def stamp(self, raw: str = FORGERY) -> str:
        """The forgery token that goes with `client`'s session."""
        return URLSafeTimedSerializer(self.app.secret_key or "", salt="wtf-csrf-token").dumps(raw)

    def post(self, actor: str, path: str, data: dict[str, Any] | None = None, **more: Any) -> TestResponse:
        """What `actor` gets for sending `data` to `path`, with a good forgery token."""
        return self.client(actor).post(path, data={**(data or {}), "csrf_token": self.stamp()}, **more)

    # --- looking

    def rows(self) -> dict[str, list[tuple[Any, ...]]]:
        """Every row of every table, sorted, past the application's own session."""
        from lms.foundation.db import db

        found: dict[str, list[tuple[Any, ...]]] = {}
        with self.app.app_context(), db.engine.connect() as connection:
            for table in db.metadata.sorted_tables:
                columns = [column for column in table.c if column.name not in ("document", "data")]
                found[table.name] = sorted(
                    (tuple(row) for row in connection.execute(table.select().with_only_columns(*columns))), key=repr
                )
        return found

    def state(self) -> dict[str, str]:
        """Table -> a digest of its rows."""
        if self.path is None:
            with self._server() as connection:
                return self._digests(connection)
        return {name: hashlib.sha256(repr(rows).encode()).hexdigest() for name, rows in self.rows().items()}

    @contextlib.contextmanager
    def unchanged(self, *but: str) -> Iterator[None]:
        """What happens inside changes no row, except in the tables `but`."""
        before = self.state()
        yield
        after = self.state()
        changed = {name for name in before if before[name] != after[name]} - set(but)
        assert not changed, f"rows changed in {sorted(changed)}"

    # --- going back

    def keep(self) -> None:
        """Remember the database as it is."""
        if self.path is not None:
            self._kept = sqlite3.connect(":memory:", check_same_thread=False)
            with contextlib.closing(sqlite3.connect(self.path)) as source:
                source.backup(self._kept)
        else:
            with self._server() as connection:
                connection.execute(sa.text("DROP SCHEMA IF EXISTS kept CASCADE"))
                connection.execute(sa.text("CREATE SCHEMA kept"))
                for name in self._names():
                    connection.execute(sa.text(f'CREATE TABLE kept."{name}" AS TABLE public."{name}"'))
        self.kept_state = self.state()

    def back(self) -> None:
        """Return to what `keep` remembered."""
        if self.path is not None:
            assert self._kept is not None
            with contextlib.closing(sqlite3.connect(self.path, isolation_level=None)) as target:
                self._kept.backup(target)
            return
        with self._server() as connection:
            now = self._digests(connection)
            changed = [name for name in now if now[name] != self.kept_state[name]]
            if not changed:
                return
            connection.execute(sa.text("SET session_replication_role = replica"))  # no foreign key is asked meanwhile
            connection.execute(sa.text("BEGIN"))
            for name in changed:
                connection.execute(sa.text(f'DELETE FROM public."{name}"'))
                connection.execute(sa.text(f'INSERT INTO public."{name}" SELECT * FROM kept."{name}"'))
            connection.execute(sa.text("COMMIT"))

    @contextlib.contextmanager
    def versions(self) -> Iterator[sqlite3.Connection | sa.Connection]:
        """A connection for `data_version`."""
        if self.path is not None:
            with contextlib.closing(sqlite3.connect(self.path)) as eye:
                yield eye
        else:
            with self._server() as connection:
                yield connection

    @contextlib.contextmanager
    def _server(self) -> Iterator[sa.Connection]:
        """A connection to PostgreSQL past the application's own, each statement a transaction of its own."""
        engine = sa.create_engine(
            self.app.config["CORDADA"].database_url, isolation_level="AUTOCOMMIT", poolclass=sa.NullPool
        )
        with engine.connect() as connection:
            yield connection

    @staticmethod
    def _names() -> list[str]:
        from lms.foundation.db import db

        return [table.name for table in db.metadata.sorted_tables]

    def _digests(self, connection: sa.Connection) -> dict[str, str]:
        """Table -> a digest of all its columns, computed by the server in one question."""
        each = (
            f"SELECT '{name}', coalesce(md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))), '') FROM public.\"{name}\" t"
            for name in self._names()
        )
        return {name: digest for name, digest in connection.execute(sa.text(" UNION ALL ".join(each)))}


def data_version(eye: sqlite3.Connection | sa.Connection) -> int:
    """A number that moves when anybody else commits a change; on PostgreSQL it may move when none was made."""
    if isinstance(eye, sqlite3.Connection):
        return int(eye.execute("PRAGMA data_version").fetchone()[0])
    return int(eye.execute(sa.text("SELECT pg_snapshot_xmax(pg_current_snapshot())::text")).scalar_one())


def plain(answer: TestResponse, *echoed: str) -> str:
    """The body of an answer without what may differ between two asking: forgery tokens, echoed ids, error numbers."""
    text = answer.get_data(as_text=True)
    text = re.sub(r'name="csrf_token"([^>]*)value="[^"]*"', "TOKEN", text)
    for one in sorted(echoed, key=len, reverse=True):
        if one:
            text = text.replace(one, "ID")
    return text


# --- what to send to each door that writes ---------------------------------------------------------------------------


def sent(world: World, endpoint: str, actor: str) -> dict[str, Any]:
    """What a browser of `actor` would send to the door `endpoint` after filling its form well (without the token)."""
    half = "b" if actor.endswith("_b") else "a"
    colleague = f"other_{half}"
    forms: dict[str, dict[str, Any]] = {
        "accounts.sign_in": {"email": "learner_a@example.org", "password": PASSWORD},
        "accounts.ask_link": {"email": "learner_a@example.org"},
        "accounts.account": {"name": "New Name", "lang": "es", "zone": "Europe/Madrid"},
        "spaces.join": {"name": "Invited Person", "lang": "fr", "change": "yes"},
        "spaces.register": {"name": "Newcomer", "email": "newcomer@example.org"},
        "spaces.choose": {"space": SPACE_C},
        "spaces.invite": {"email": "friend@example.org", "lang": "fr"},
        "spaces.decide": {"decision": "accept"},
        "accounts.code": {"email": "learner_a@example.org", "code": world["mailed_code"]},
        "joining.enter": {"code": world["screen_code"], "email": "newcomer@example.org", "name": "Newcomer", "lang": "fr"},
        "joining.again": {"email": "learner_a@example.org"},
        "joining.transfer": {"answer": "both"},
        "joining.code": {"do": "make"},
        "joining.decide": {"people": [world["ids"]["asks_b" if actor.endswith("_b") else "asks_a"]], "decision": "accept"},
        "learning.answer_in_lesson": {"question": world["lesson_question"], f"{world['lesson_question']}.unknown": "1"},
        "learning.place": {"heading": world["lesson_question"]},
        "learning.draft": {"k-cadre-when": "quand", "k-cadre-do": "je", "k-cadre-day": ""},
        "learning.scene": {"path": "ouverture", "seen": "", "to": "recit"},
        "learning.answer": {f"{world['quiz_next']}.unknown": "1"},
        "trial.answer": {"question": "q-frigo", "q-frigo": "3"},
        "plans.change": {"plan-when": "on crie", "plan-do": "je baisse la voix", "plan-day": "", "plan-may_ask": "manager"},
        "plans.tell": {"told-state": "tried", "told-happened": "Plus calme.", "told-keeps": "La pause."},
        "plans.give_on": {"practice-text": "Une pause avant de répondre.", "practice-agreed": "y"},
        "polls.vote": {"choice": "2"},
        "checklists.keep": {"tick": ["c-avant.1"], "do": "save"},
        "sessions.seat": {"do": "take"},
        "sessions.presence": {"here": [world["ids"]["learner_a"]]},
        "calendar.settings": {"do": "details", "details": "yes"},
        "reviews.mail": {"do": "send"},
        "reviews.answer": {f"{world['lesson_answered']}.unknown": "1"},
        "notes.keep": {"noted": "À relire", "seen": ""},
        "remarks.write": {"text": "Chez nous, c’est autrement."},
        "topics.mine": {"topic": "Chauffer sans se ruiner"},
        "topics.settle": {"do": "handle"},
        "remarks.settle": {"do": "answer", "answer": "Merci, corrigé."},
        "assignments.assign": _assigned(SPACE_B if actor.endswith("_b") else SPACE_A),
        "assignments.assign_widely": {**_assigned(None), "where": "*"},
        "assignments.change": {"do": "end"},
        "assignments.person": {"do": "excuse"},
        "assignments.paths": {"name": FORM_ID, "title": "Accueillir", "course0": COURSE, "course1": TOGETHER},
        "assignments.wide_paths": {"name": FORM_ID, "title": "Accueillir", "course0": COURSE, "course1": TOGETHER},
        "reports.team_of_space": {
            "people": [world["ids"][colleague]], "course": COURSE, "due_on": "", "why": "Pour avancer.",
        },
        "reports.remind": {"line": [world[f"late_{half}"]], "sentence": "On en parle jeudi ?"},
        "reports.keep_mail": {"rhythm": "weekly"},
        "reflections.save": {"q-quand-text": "Autre chose.", "q-quand-shown": "nobody", "revision": "1"},
        "works.save": {"text": "Un autre texte.", "revision": "1", "do": "hand_in"},
        "works.review": {"r-lettre.1": "1", "r-lettre.2": "0", "comment": "Bien vu.", "number": "1"},
        "survey.rate": {"importance": "4", "competence": "2"},
        "certificates.claim": {"do": "renew"},
        "certificates.withdraw": {"why": "Délivré par erreur."},
        "directory.seen": {"seen": "network"},
        "directory.edit": {"languages": ["fr", "ca"], "desks": "9", "theme": "food", "good_at": "Le four", "about": "Un four."},
        "directory.frame": {
            "name": "La Bobine", "place": "Prades", "territory_id": "conflent", "lang": "fr", "zone": "Europe/Paris",
            "languages": ["fr"], "desks": "9", "theme": "", "good_at": "", "about": "",
        },
        "directory.new": {
            "name": "Le Lavoir", "place": "Olette", "territory_id": "conflent", "lang": "fr", "zone": "Europe/Paris",
            "languages": ["fr"], "desks": "9", "theme": "", "good_at": "", "about": "",
        },
        "directory.turn": {"do": "archive"},
        "directory.territories": {"name": "Capcir", "country": "FR"},
        "directory.territory": {"name": "Haut Conflent", "country": "FR"},
        "people.change": {"do": "deputy"},
        "choices.settings": {
            "registration": "open", "directory": "public", "smallest_group": "7", "lang": "ca", "zone": "Europe/Madrid",
            "contact": "dades@example.org", "sender_name": "Sept Vallées", "sender_address": "cours@example.org",
            "seen": world["choices"],
        },
        "people.entrust": {"do": "manager"},
        "rosters.bring": {"text": "Newcomer,newcomer.of.a.list@example.org"},
        "rosters.change": {"do": "import", "course": "", "due_on": ""},
        "people.invite": {"email": "nouvelle@example.org", "lang": "fr"},
        "priorities.keep": {"course": COURSE},
        "priorities.pin": {"course": COURSE, "place": "1"},
        "priorities.close": {"campaign": world["campaign"]},
    }  # fmt: skip
    return dict(forms.get(endpoint, {}))


def _assigned(space: str | None) -> dict[str, str]:
    """The form that assigns, sent for the second time: what will happen was looked at."""
    from lms.learning.assignments.queries import Scope
    from lms.learning.assignments.rules import Due, looked_at

    what = f"course:{COURSE}"
    seen = looked_at(Scope(space, None, "learners"), what, Due("none"))
    return {"name": FORM_ID, "what": what, "who": "learners", "due": "none", "do": "assign", "seen": seen}


# --- building --------------------------------------------------------------------------------------------------------


def courses_in(folder: Path) -> Path:
    """A folder of courses with one real course and the questionnaire."""
    target = folder / "courses"
    if not target.exists():
        target.mkdir(parents=True)
        for name in ("_competencies.yml", "_people.yml"):
            shutil.copyfile(ROOT / "courses" / name, target / name)
        for name in ("_instruments", COURSE):
            shutil.copytree(ROOT / "courses" / name, target / name)
        write_quiz(target / COURSE, KNOWN[0], body=SHORT_QUIZ)
        write_together(target, past=True)
        workshop = write_course(target, WORKSHOP, units=())
        write_reflection(workshop, REFLECTION[0])
        write_assignment(workshop, ASSIGNMENT[0])
        write_head(workshop, (REFLECTION[0], ASSIGNMENT[0]))
        write_ahead(target, AHEAD)
    return target


def fill(app: Flask) -> dict[str, Any]:
    """Write the world into the empty database of `app`; gives its facts."""
    with app.app_context():
        from lms.foundation.db import db

        try:
            return _fill(app)
        finally:
            db.session.remove()


def _fill(app: Flask) -> dict[str, Any]:
    from lms.accounts import service as accounts
    from lms.accounts.models import LoginSession, Person
    from lms.accounts.passwords import hash_password
    from lms.catalogue import service as catalogue
    from lms.catalogue.queries import published
    from lms.catalogue.topics import service as topics
    from lms.catalogue.topics.models import Topic
    from lms.foundation.clock import now, today
    from lms.foundation.db import db, new_id, writing
    from lms.foundation.tokens import mint_code
    from lms.jobs.models import Job
    from lms.jobs.tasks import drain
    from lms.learning import service as learning
    from lms.learning.assignments import service as assignments
    from lms.learning.assignments.queries import Scope
    from lms.learning.calendar import service as calendar
    from lms.learning.calendar.queries import Reader, wanted_for
    from lms.learning.certificates import service as certificates
    from lms.learning.certificates.models import Certificate
    from lms.learning.following.models import TeamReport
    from lms.learning.models import Attempt, Plan
    from lms.learning.plans import service as plans
    from lms.learning.plans.models import PracticeNote
    from lms.learning.reflections import service as reflections
    from lms.learning.reflections.rules import Written
    from lms.learning.remarks import service as remarks
    from lms.learning.remarks.models import Remark
    from lms.learning.reviews.models import Review
    from lms.learning.rosters import service as rosters
    from lms.learning.sessions import service as sessions
    from lms.learning.sessions.models import LiveSession, Seat
    from lms.learning.works import service as works
    from lms.learning.works.files import ready
    from lms.learning.works.models import WorkFile
    from lms.notifications.following.links import sealed
    from lms.spaces import service as spaces
    from lms.spaces.choices.queries import chosen
    from lms.spaces.choices.rules import mark
    from lms.spaces.joining import service as joining
    from lms.spaces.joining.models import ScreenCode, Transfer
    from lms.spaces.models import Space, Territory
    from lms.spaces.roster.rules import Entry
    from lms.survey import rules as survey_rules
    from lms.survey import service as survey
    from lms.survey.instruments import newest, read
    from lms.survey.queries import instrument_of

    folder = app.config["CORDADA"].courses
    report = catalogue.sync(folder)
    assert not report.ended("invalid"), report
    db.session.rollback()
    served = published(COURSE)
    assert served is not None
    lesson, quiz = served.document.unit(LESSON[0]), served.document.unit(QUIZ[0])
    assert lesson is not None
    assert quiz is not None
    # The first is answered by everybody who takes the course, the second is open.
    answered, lesson_question = [question.id for question in lesson.activities[LESSON[1]]["fr"].questions[:2]]
    kept = hash_password(PASSWORD)
    facts: dict[str, Any] = {"ids": {}, "sessions": {}, "lesson_question": lesson_question}
    ids: dict[str, str] = facts["ids"]
    with writing():
        accounts.mark_installation(demo=False)
        network = spaces.found_network(
            name="Sept Vallées", lang="fr", registration="open", contact="reseau@example.org"
        )
        network.directory = "public"
        db.session.add_all(
            [Territory(id="conflent", name="Conflent", country="FR"), Territory(id="vall", name="Vall", country="AD")]
        )
        db.session.flush()
        for slug, name, territory in (
            (SPACE_A, "La Bobine", "conflent"),
            (SPACE_B, f"L’Estive {PLACE_CANARY}", "vall"),
            (SPACE_C, "Col Vert", "vall"),
        ):  # fmt: skip
            db.session.add(
                Space(
                    id=slug, name=name, place="Prades", territory_id=territory, lang="fr", zone="Europe/Paris", desks=8
                )
            )
        db.session.flush()
        for who, role, space in (
            ("coordinator", "coordinator", None), ("trainer", "trainer", None),
            ("manager_a", "manager", SPACE_A), ("manager_b", "manager", SPACE_B),
            ("learner_a", "learner", SPACE_A), ("learner_b", "learner", SPACE_B),
            ("other_a", "learner", SPACE_A), ("other_b", "learner", SPACE_B),
            ("asks_a", None, SPACE_A), ("asks_b", None, SPACE_B),
        ):  # fmt: skip
            in_b = space == SPACE_B
            person = accounts.create_person(
                email=f"{who}{'.' + CANARY.lower() if in_b else ''}@example.org",
                name=f"{who.replace('_', ' ').title()}{' ' + CANARY if in_b else ''}", lang="fr",
            )  # fmt: skip
            person.password_hash = kept
            ids[who] = person.id
            if role:
                spaces.give_role(person.id, role, space)
            else:
                spaces.apply(person.id, str(space))
        for who in ACTORS[1:]:
            facts["sessions"][who] = accounts.open_session(ids[who])
        for who in ("learner_a", "learner_b"):
            words = CANARY if who.endswith("_b") else "A-ONLY"
            learning.enrol(ids[who], COURSE)
            learning.enrol(ids[who], TOGETHER)
            learning.move(ids[who], COURSE, *LESSON)
            learning.complete(ids[who], COURSE, "ecouter", kind="lesson")
            learning.keep_plan(
                ids[who],
                COURSE,
                LESSON[0],
                "k-cadre",
                situation=f"quand {words}",
                action=f"je {words}",
                planned_on=None,
            )
            learning.practise(ids[who], COURSE, *LESSON, answered, None, lang="fr")
            db.session.execute(
                sa.update(Review).where(Review.question == answered).values(due_on=today() - timedelta(days=1))
            )
            key = (COURSE, LESSON[0], "k-cadre")
            plans.tell(ids[who], key, state="tried", happened=f"happened {words}", keeps=f"keeps {words}")
            plans.give_on(ids[who], key, text="Une pause avant de répondre.", place="Prades", lang="fr")
            remarks.say(
                ids[who], COURSE, *LESSON, question="", lang="fr", quote="", text=f"Une coquille ({who}).", named=False
            )
            topics.propose(ids[who], f"Un jardin partagé ({who[-1]})", lang="fr")
            facts[f"topic_{who[-1]}"] = db.session.scalar(sa.select(Topic.id).where(Topic.person_id == ids[who]))
            first = learning.start(ids[who], COURSE, *QUIZ)
            asked = list(first.questions)
            for question in asked:
                learning.answer(ids[who], first.id, question, None, lang="fr")
            second = learning.start(ids[who], COURSE, *QUIZ)
            learning.answer(ids[who], second.id, asked[0], None, lang="fr")
            facts[f"done_{who[-1]}"], facts[f"attempt_{who[-1]}"] = first.id, second.id
            facts["quiz_next"] = second.questions[1]
            proof = certificates.issue(ids[who], served)
            facts[f"code_{who[-1]}"] = proof.code
            former = proof.facts.to_json() | {"name": f"Former Name {words}"}
            db.session.execute(sa.update(Certificate).where(Certificate.code == proof.code).values(facts=former))
        topics.propose(ids["other_a"], "Tenir un stand", lang="fr")
        facts["topic"] = db.session.scalar(sa.select(Topic.id).where(Topic.person_id == ids["other_a"]))
        for half, boss in (("a", "manager_a"), ("b", "manager_b")):
            words = CANARY if half == "b" else "A-ONLY"
            facts[f"late_{half}"] = learning.enrol(
                ids[f"other_{half}"], TOGETHER, source="manager", by=ids[boss], due_on=today() - timedelta(days=9),
                why=f"why {words}",
            ).id  # fmt: skip
        facts["mails_end"] = sealed("reminders", ids["learner_a"])
        db.session.add_all(
            TeamReport(
                person_id=ids[boss], space_id=space, rhythm="monthly", told_until=today(), unread=2, paused_at=None
            )
            for boss, space in (("manager_a", SPACE_A), ("manager_b", SPACE_B))
        )
        workshop = published(WORKSHOP)
        assert workshop is not None
        asked_for = workshop.document.units[1].activities[ASSIGNMENT[1]]["fr"].assignment
        assert asked_for is not None
        for who in ("learner_a", "learner_b"):
            words = CANARY if who.endswith("_b") else "A-ONLY"
            learning.enrol(ids[who], WORKSHOP)
            mine = {"q-quand": Written(f"quand {words}")}
            kept_in = {"lang": "fr", "version_id": workshop.version_id}
            assert reflections.save(ids[who], WORKSHOP, *REFLECTION, mine, revision=0, **kept_in)
            became = works.save(
                ids[who], WORKSHOP, *ASSIGNMENT, asked_for, text=f"travail {words}", link="",
                file=ready(f"fichier {words}".encode(), "note.txt"), keep_file=True, revision=0, hand_in=True, **kept_in,
            )  # fmt: skip
            assert became == "handed"
            file = db.session.scalars(sa.select(WorkFile).order_by(WorkFile.added_at.desc()).limit(1)).one()
            facts[f"work_{who[-1]}"], facts[f"work_file_{who[-1]}"] = file.work_id, file.id
        # Learner A was in the session that is over, has a seat in the next one, and a calendar with a secret address.
        sessions.follow(TOGETHER)
        sessions.take(ids["learner_a"], TOGETHER, *LIVE)
        db.session.add(
            Seat(
                session_id=db.session.scalars(sa.select(LiveSession.id).where(LiveSession.unit == PAST[0])).one(),
                person_id=ids["learner_a"], number=1, turn=1, taken_at=now(), promoted_at=None,
            )
        )  # fmt: skip
        told = wanted_for([Reader(ids["learner_a"], "fr", details=False)])[ids["learner_a"]]
        # Space C would like to have both learners; each space asks somebody who belongs nowhere.
        for which in ("a", "b"):
            joining.request_transfer(ids[f"learner_{which}"], SPACE_C, by=None)
            joining.request_transfer(
                ids[f"asks_{which}"], SPACE_A if which == "a" else SPACE_B, by=ids[f"manager_{which}"]
            )
            for fact, who in (("transfer", "learner"), ("question", "asks")):
                asked = sa.select(Transfer.id).where(Transfer.person_id == ids[f"{who}_{which}"])
                facts[f"{fact}_{which}"] = db.session.scalars(asked).one()
        for which, space in (("a", SPACE_A), ("b", SPACE_B)):
            words = CANARY if which == "b" else "A-ONLY"
            for fact, state in (("roster_done", "done"), ("roster", "read")):
                sign = f".{CANARY.lower()}" if which == "b" else ""
                address = f"{'other_' if state == 'done' else 'listed_'}{which}{sign}@example.org"
                listed = [Entry(2, f"{state} {words}", address), Entry(3, words, "")]
                planned = rosters.planned_for(listed, space)
                boss = ids[f"manager_{which}"]
                facts[f"{fact}_{which}"] = rosters.keep(planned, space, by=boss, name=f"{words}.csv", data=b"x")
                if state == "done":
                    rosters.ask(facts[f"{fact}_{which}"], space, by=boss)
        facts["screen_code"] = mint_code()
        db.session.add(
            ScreenCode(
                space_id=SPACE_C,
                code=facts["screen_code"],
                made_by=None,
                made_at=now(),
                expires_at=now() + timedelta(days=1),
            )
        )
        mailed = accounts.new_link(ids["learner_a"], "sign_in", mailed=False)
        facts["mailed_code"] = accounts.give_code(mailed)
        facts["calendar_a"] = calendar.make(ids["learner_a"], told, details=False)
        for which, space in (("a", SPACE_A), ("b", SPACE_B)):
            address = f"invited.{CANARY.lower() if which == 'b' else 'a'}@example.org"
            row, token = spaces.invite(
                email=address,
                role="learner",
                space_id=space,
                lang="fr",
                invited_by=ids[f"manager_{which}"],
                mailed=False,
            )
            facts[f"invitation_{which}"], facts[f"join_{which}"] = row.id, token
            link = accounts.new_link(ids[f"other_{which}"], "sign_in", mailed=False)
            db.session.flush()
            minted = accounts.mint_link(link.id)
            assert minted is not None
            facts[f"link_{which}"] = minted[2]
        for which, place, by in (("a", SPACE_A, "manager_a"), ("b", SPACE_B, "manager_b"), ("n", None, "coordinator")):
            words = CANARY if which == "b" else "A-ONLY"
            whom = Scope(place, None, "people", (ids["other_b" if which == "b" else "other_a"],))
            facts[f"assignment_{which}"], facts[f"path_{which}"] = new_id(), new_id()
            assignments.compose(facts[f"path_{which}"], place, f"Parcours {words}", [WORKSHOP, TOGETHER], by=ids[by])
            assignments.assign(
                facts[f"assignment_{which}"], whom, by=ids[by], path_id=facts[f"path_{which}"], why=f"raison {words}"
            )
        reset = accounts.new_link(ids["other_a"], "reset", mailed=False)
        db.session.flush()
        minted = accounts.mint_link(reset.id)
        assert minted is not None
        facts["reset"] = minted[2]
        source = newest(folder)
        assert source is not None
        facts["campaign"] = survey.open_campaign(survey.keep_instrument(*read(source, folder / "_competencies.yml")))
    found = instrument_of(facts["campaign"])
    assert found is not None
    db.session.rollback()
    with writing():
        cells = [survey_rules.Cell("conflent", SPACE_A, "learner")] * 45
        tokens = survey.mint_tokens(facts["campaign"], cells)
        facts["survey_unused"], facts["survey_started"], facts["survey_used"] = tokens[:3]
        for name in ("survey_started", "survey_used"):
            survey.start(facts[name])
            survey.save_page(facts[name], 1, "5", "2", place=2)
        survey.send(facts["survey_used"])
        codes = {
            item: ["5" if number % 2 else "4", "2" if number % 3 else "3"] for number, item in enumerate(found.item_ids)
        }
        returned = survey.Return(cells[0], survey_rules.pack(codes, found.item_ids))
        survey.count_returns(facts["campaign"], [returned] * 36)
    drain()
    with writing():
        # What remains waits for a mail server or the clock; a later run would only add noise.
        db.session.execute(sa.delete(Job))
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Attempt)) == 6
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Plan)) == 2
    assert db.session.scalar(sa.select(sa.func.count()).select_from(LoginSession)) == 6
    assert db.session.scalar(sa.select(sa.func.count()).select_from(Person)) == 10
    facts["lesson_answered"] = answered
    choices = chosen()
    assert choices is not None
    facts["choices"] = mark(choices)
    facts["practice_note"] = db.session.scalar(sa.select(PracticeNote.id).limit(1))
    facts["remark"] = db.session.scalar(sa.select(Remark.id).limit(1))
    db.session.rollback()
    return facts


_built: dict[Path, tuple[Path, dict[str, Any]]] = {}


def template(apps: Apps) -> tuple[Path, dict[str, Any]]:
    """The SQLite file that holds the world, and its facts; built once for this run."""
    if apps.folder not in _built:
        from tests.conftest import close

        home = apps.folder / "world"
        url = apps.sqlite(home)
        app = apps.build(home, DATABASE_URL=url, LMS_COURSES=str(courses_in(apps.folder)))
        facts = fill(app)
        close(app)
        whole = home / "whole.db"
        with (
            contextlib.closing(sqlite3.connect(home / "test.db")) as source,
            contextlib.closing(sqlite3.connect(whole)) as copy,
        ):
            source.backup(copy)
        _built[apps.folder] = whole, facts
    return _built[apps.folder]


def settle(apps: Apps, folder: Path, **settings: str) -> World:
    """A copy of the world in `folder`, with an application of its own: close it with `tests.conftest.close`."""
    original, facts = template(apps)
    folder.mkdir(parents=True, exist_ok=True)
    path = folder / "world.db"
    shutil.copyfile(original, path)
    courses = courses_in(folder)
    app = apps.build(folder, **{"DATABASE_URL": f"sqlite:///{path}", "LMS_COURSES": str(courses), **settings})
    return World(app, facts, path)


_on_server: dict[Path, tuple[str, dict[str, Any]]] = {}


def settle_on(server: Postgres, apps: Apps, folder: Path, **settings: str) -> World:
    """As `settle`, on PostgreSQL: the world's database is filled once for this run and copied by the server."""
    if server.home not in _on_server:
        from tests.conftest import close

        facts: dict[str, Any] = {}

        def build(url: str) -> None:
            home = apps.folder / "world-on-server"
            app = apps.build(home, DATABASE_URL=url, LMS_COURSES=str(courses_in(apps.folder)))
            facts.update(fill(app))
            close(app)

        empty = apps.postgresql(server)
        build(empty)
        _on_server[server.home] = server.name_in(empty), facts
    name, facts = _on_server[server.home]
    folder.mkdir(parents=True, exist_ok=True)
    courses = courses_in(folder)
    app = apps.build(folder, **{"DATABASE_URL": server.create(template=name), "LMS_COURSES": str(courses), **settings})
    return World(app, facts)
