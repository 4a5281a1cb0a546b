"""The demonstration in a database: seeded once, whole or not at all, the same every time, closed but for four accounts."""

from __future__ import annotations

import shutil
import stat
import threading
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from zoneinfo import ZoneInfo

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import Installation, Person
from lms.accounts.passwords import hash_password
from lms.catalogue import service as catalogue
from lms.catalogue.queries import history, shelf
from lms.demo import seed as demo
from lms.demo.seed import ACCOUNTS, address_of, password_in
from lms.foundation.clock import now
from lms.foundation.db import Base, db, writing
from lms.jobs.models import Job
from lms.jobs.tasks import drain
from lms.learning.models import Completion, Enrolment
from lms.learning.sessions.models import LiveSession, Seat
from lms.notifications.models import SentMail
from lms.spaces.audit.models import AuditEntry
from lms.spaces.models import Membership, Space
from lms.startup import prepare
from lms.survey.models import Campaign, Response, Token, Waiting
from tests.catalogue.courses import write_course
from tests.conftest import Apps
from tests.servers import MailSink, Postgres
from tests.visits import StrictClient

COURSES = Path(__file__).resolve().parents[2] / "courses"


def rows(app: Flask, *columns: Any) -> list[tuple[Any, ...]]:
    with app.app_context():
        found = [tuple(row) for row in db.session.execute(sa.select(*columns))]
        db.session.remove()
    return found


def count(app: Flask, model: type[Base]) -> int:
    return len(rows(app, model.__table__))


def everything(app: Flask) -> dict[str, list[str]]:
    """Every row of every table."""
    with app.app_context():
        found = {
            table.name: sorted(repr(tuple(row)) for row in db.session.execute(sa.select(table)))
            for table in Base.metadata.sorted_tables
        }
        db.session.remove()
    return found


def signature(app: Flask) -> dict[str, Any]:
    """The network without its ids and moments."""
    with app.app_context():
        found = {
            "spaces": sorted(tuple(row) for row in db.session.execute(sa.select(Space.__table__))),
            "people": sorted(
                tuple(row)
                for row in db.session.execute(
                    sa.select(Person.email, Person.name, Person.lang, Person.zone, Membership.space_id, Membership.role)
                    .outerjoin(Membership, Membership.person_id == Person.id)
                    .order_by(Person.email)
                )
            ),
            "progress": sorted(
                tuple(row)
                for row in db.session.execute(
                    sa.select(Person.email, Completion.course_id, Completion.unit, Completion.kind).join(
                        Person, Person.id == Completion.person_id
                    )
                )
            ),
            "enrolments": sorted(
                tuple(row)
                for row in db.session.execute(
                    sa.select(Person.email, Enrolment.course_id, Enrolment.state).join(
                        Person, Person.id == Enrolment.person_id
                    )
                )
            ),
            "answers": Counter(
                tuple(row)
                for row in db.session.execute(
                    sa.select(Response.territory_id, Response.space_id, Response.role, Response.answers)
                )
            ),
            "order": [(one.published.course_id, one.weight, (one.reason or {}).get("share")) for one in shelf()],
        }
        db.session.remove()
    return found


@pytest.fixture
def first_start(_prepared: Path) -> Path:
    """The instance folder of a demonstration after its first start; copy it."""
    return _prepared


@pytest.fixture
def seeded(first_start: Path, tmp_path: Path, make_app: Callable[..., Flask]) -> Flask:
    """A copy of a demonstration after its first start, with full durability."""
    folder = tmp_path / "seeded"
    shutil.copytree(first_start, folder)
    return make_app(LMS_INSTANCE=str(folder), DATABASE_URL=f"sqlite:///{folder}/cordada.db", LMS_DURABILITY="full")


@pytest.fixture
def fresh(tmp_path: Path, make_app: Callable[..., Flask]) -> Callable[..., Flask]:
    """Call it for an application without a database, with one small course and the survey."""
    folder = tmp_path / "small"
    write_course(folder, "alpha")
    shutil.copytree(COURSES / "_instruments", folder / "_instruments")
    shutil.copy(COURSES / "_competencies.yml", folder)
    return lambda **more: make_app(
        DATABASE_URL=f"sqlite:///{tmp_path / 'own.db'}", LMS_DURABILITY="full", LMS_COURSES=str(folder), **more
    )


# --- what is there ---------------------------------------------------------------------------------------------------


def test_the_network_is_there(seeded: Flask) -> None:
    spaces = Counter(row[0] for row in rows(seeded, Response.space_id))
    answered = [spaces.get(row[0], 0) for row in rows(seeded, Space.id)]
    assert 190 <= len(answered) <= 210
    assert sum(5 <= many <= 9 for many in answered) >= 40
    assert sum(10 <= many <= 29 for many in answered) >= 12
    assert sum(many >= 30 for many in answered) >= 3
    territories = Counter(row[0] for row in rows(seeded, Response.territory_id))
    assert len(territories) == 14
    assert min(territories.values()) >= 30
    assert 1400 <= count(seeded, Person) <= 1600
    assert 550 <= count(seeded, Response) <= 650
    assert count(seeded, Completion) > 300


def test_the_audit_tells_what_the_making_did_and_no_more(seeded: Flask) -> None:
    told = Counter(row[0] for row in rows(seeded, AuditEntry.what))
    assert told == {"territory_made": 14, "space_made": count(seeded, Space), "manager_named": 1}


def test_only_the_four_accounts_have_a_password(seeded: Flask) -> None:
    known = rows(seeded, Person.email, Person.demo, Person.password_hash)
    assert {email for email, _demo, kept in known if kept} == {address_of(role) for role in ACCOUNTS}
    assert {email for email, flag, _kept in known if flag} == {address_of(role) for role in ACCOUNTS}


def test_the_four_accounts_sign_in_with_what_is_printed(seeded: Flask) -> None:
    printed = prepare(seeded, demo=True)
    assert [row[0] for row in printed] == ["LEARNER", "MANAGER", "TRAINER", "COORDINATOR"]
    for role, address, password in printed:
        answer = seeded.test_client().fill("/sign-in", {"email": address, "password": password}, follow=False)  # type: ignore[attr-defined]
        assert answer.location == "/home", role


def test_everybody_was_invited_once(seeded: Flask) -> None:
    ((invited, counted),) = rows(seeded, Campaign.invited, Campaign.counted)
    assert invited == count(seeded, Person) == count(seeded, Token)
    assert counted == count(seeded, Response)
    assert counted + count(seeded, Waiting) == sum(state == "used" for (state,) in rows(seeded, Token.state))
    # whoever tries the survey and closes it is counted: closing moves no figure by fewer than five
    assert count(seeded, Waiting) >= 5
    assert {row[0] for row in rows(seeded, SentMail.address)} == {address_of(role) for role in ACCOUNTS}
    assert not [row for row in rows(seeded, Job.task, Job.state) if row[1] == "failed"]


def test_a_second_start_changes_no_row(seeded: Flask) -> None:
    before = everything(seeded)
    prepare(seeded, demo=True)
    prepare(seeded, demo=False)
    assert everything(seeded) == before


def test_a_changed_course_is_a_new_version_and_progress_stays(
    first_start: Path, tmp_path: Path, make_app: Callable[..., Flask]
) -> None:
    folder, courses = tmp_path / "seeded", tmp_path / "courses"
    shutil.copytree(first_start, folder)
    shutil.copytree(COURSES, courses)
    app = make_app(
        LMS_INSTANCE=str(folder), DATABASE_URL=f"sqlite:///{folder}/cordada.db", LMS_DURABILITY="full",
        LMS_COURSES=str(courses),
    )  # fmt: skip
    done = sorted(rows(app, Completion.__table__))
    lesson = next((courses / "prix-juste/units").glob("*/lesson.fr.md"))
    lesson.write_text(lesson.read_text() + "\nUne phrase de plus.\n", encoding="utf-8")
    prepare(app, demo=True)
    with app.app_context():
        assert [number for _id, number, _at in history("prix-juste")] == [2, 1]
        assert [number for _id, number, _at in history("mediation-premiers-pas")] == [1]
        db.session.remove()
    assert sorted(rows(app, Completion.__table__)) == done


def test_it_is_the_same_every_time_and_on_both_databases(
    seeded: Flask, postgres: Postgres, apps: Apps, make_app: Callable[..., Flask]
) -> None:
    again = make_app(DATABASE_URL=apps.postgresql(postgres))
    with again.app_context():
        catalogue.sync(COURSES)
        began, used = time.monotonic(), time.process_time()
        demo.seed(again.config["CORDADA"].instance, COURSES)
        wall, cpu = time.monotonic() - began, time.process_time() - used
        drain()
        db.session.remove()
    assert cpu < 10, f"seeding took {cpu:.1f} s of this machine"
    assert wall < 100, f"seeding took {wall:.1f} s"
    first, second = signature(seeded), signature(again)
    for part in first:
        assert first[part] == second[part], part


# --- once, or not at all ---------------------------------------------------------------------------------------------


def test_cut_off_in_the_middle_leaves_an_empty_database_for_the_next_start(
    fresh: Callable[..., Flask], monkeypatch: pytest.MonkeyPatch
) -> None:
    app = fresh()
    with monkeypatch.context() as cut:
        cut.setattr(demo, "keep_demo_mail", lambda letter: 1 / 0)  # the very last step
        with pytest.raises(ZeroDivisionError):
            prepare(app, demo=True)
    assert count(app, Person) == count(app, Installation) == count(app, Space) == count(app, Response) == 0
    assert len(prepare(app, demo=True)) == 4
    assert count(app, Person) > 1400


def test_a_database_with_people_and_no_mark_is_never_seeded(fresh: Callable[..., Flask]) -> None:
    app = fresh()
    prepare(app, demo=False)
    with app.app_context():
        with writing():
            db.session.execute(sa.delete(Installation))
            accounts.create_person(email="me@example.org", name="Me", lang="fr")
        db.session.remove()
    for wanted in (True, False):
        assert prepare(app, demo=wanted) == []
    assert count(app, Person) == 1
    assert count(app, Installation) == 0
    assert count(app, Space) == 0


def test_your_own_network_is_one_for_ever(fresh: Callable[..., Flask]) -> None:
    app = fresh()
    assert prepare(app, demo=False) == []
    assert prepare(app, demo=True) == []
    assert rows(app, Installation.demo) == [(False,)]
    assert count(app, Person) == 0


def test_no_letter_goes_to_invented_people(fresh: Callable[..., Flask], mails: MailSink) -> None:
    app = fresh(SMTP_URL=mails.url)
    prepare(app, demo=True)
    assert mails.letters == []
    ((invited,),) = rows(app, Campaign.invited)
    assert invited == count(app, Person), "nobody is invited twice"


def test_demo_accounts_are_closed_where_nothing_is_marked(app: Flask) -> None:
    """Copied into another database, or after somebody took the mark away: neither password nor link opens them."""
    with app.app_context():
        with writing():
            who = accounts.create_person(email="coordinator@demo.test", name="Demo", lang="en", demo=True)
            who.password_hash = hash_password("dix minutes au vert")
        db.session.remove()

    def tries() -> tuple[int, int]:
        visitor = app.test_client()
        assert isinstance(visitor, StrictClient)
        asked = visitor.fill("/sign-in/link", {"email": "coordinator@demo.test"})
        assert asked.status_code == 200
        fields = {"email": "coordinator@demo.test", "password": "dix minutes au vert"}
        return visitor.fill("/sign-in", fields, follow=False).status_code, count(app, Job)

    for mark in (None, False):
        if mark is not None:
            with app.app_context():
                with writing():
                    accounts.mark_installation(demo=mark)
                db.session.remove()
        assert tries() == (422, 0), mark
    with app.app_context():
        with writing():
            db.session.execute(sa.update(Installation).values(demo=True))
        db.session.remove()
    assert tries() == (302, 1), "the same doors open where the mark stands"


# --- the password ----------------------------------------------------------------------------------------------------


def test_the_password_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    barrier, found = threading.Barrier(8), []

    def make() -> None:
        barrier.wait()
        found.append(password_in(tmp_path))

    threads = [threading.Thread(target=make) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 8, "two starts at once must not stumble over each other"
    assert set(found) == {(tmp_path / "demo_password").read_text().strip()}
    assert len(found[0]) >= 20
    assert stat.S_IMODE((tmp_path / "demo_password").stat().st_mode) == 0o600
    assert [path.name for path in tmp_path.iterdir()] == ["demo_password"], "no draft stays behind"


def test_the_live_session_is_ahead_also_when_the_demonstration_is_a_month_old(app: Flask, tmp_path: Path) -> None:
    with app.app_context():
        catalogue.sync(COURSES)
        demo.seed(tmp_path, COURSES)
        (session,) = db.session.scalars(sa.select(LiveSession)).all()
        assert timedelta(days=41) < session.starts_at - now() < timedelta(days=50)
        assert session.starts_at.astimezone(ZoneInfo(session.zone)).strftime("%a %H:%M") == "Thu 14:00"
        numbers = list(db.session.scalars(sa.select(Seat.number).order_by(Seat.turn)))
        assert numbers == [1, 2, 3, 4, None, None], "its seats are taken and two people wait"
        learner = db.session.scalars(sa.select(Person.id).where(Person.email == address_of("learner"))).one()
        assert db.session.scalar(sa.select(Seat.number).where(Seat.person_id == learner)) == 1
        assert [one.outcome for one in catalogue.sync(COURSES).courses if one.course_id == session.course_id] == []
        assert any(one.published.course_id == session.course_id for one in shelf()), "and it stays on the shelf"
        db.session.remove()
