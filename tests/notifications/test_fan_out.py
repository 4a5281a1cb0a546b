"""Row D8 and the letters to many: told in parts, each once whoever is killed, and the site stays quick meanwhile."""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections import Counter
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.service import create_people
from lms.catalogue.service import sync
from lms.foundation.clock import now
from lms.foundation.db import db, new_id
from lms.jobs.models import Job
from lms.jobs.outbox import TOLD_AT_ONCE
from lms.jobs.tasks import ATTEMPTS, claim, run
from lms.learning import service as learning
from lms.learning.assignments import service
from lms.learning.assignments.queries import Scope
from lms.spaces import service as spaces
from tests.accounts.people import House, found
from tests.catalogue.courses import write_course
from tests.conftest import Apps
from tests.house.test_queries import asked
from tests.servers import MailSink

COURSE = "ecouter-bien"
#: The bound of the row is twice; a test on a machine that does other things too takes ten times that.
SLOWER_MOST = 20
DRAIN = (
    "import os; from config import Config; from lms.app import create_app; from lms.jobs.tasks import drain\n"
    "app = create_app(Config.from_env(dict(os.environ)))\n"
    "with app.app_context(): drain()\n"
)


@pytest.fixture
def crowd(any_app: Flask, mails: MailSink, tmp_path: Path) -> Callable[[int], House]:
    """Call it with a number: a space with so many more learners, put on a course, whose letters are still to be written."""

    def make(count: int) -> House:
        any_app.config["CORDADA"] = any_app.config["CORDADA"].__class__(
            **{**any_app.config["CORDADA"].__dict__, "smtp_url": mails.url}
        )
        house = found(any_app)
        write_course(tmp_path / "courses", COURSE)
        with house.open():
            sync(tmp_path / "courses")
        house.run_jobs()

        def join() -> None:
            names = {f"many{number:04}@example.net": f"Many {number}" for number in range(count)}
            for person_id in create_people(names, lang="fr").values():
                spaces.give_role(person_id, "learner", "la-bobine")
            db.session.execute(sa.delete(Job))

        house.write(join)
        house.write(
            lambda: service.assign(
                new_id(), Scope("la-bobine", None, "learners"), by=house.ids["manager_a"], course_id=COURSE
            )
        )
        return house

    return make


def drained(house: House, url: str, mails: MailSink, **more: str) -> subprocess.Popen[bytes]:
    """A process of its own that does what waits."""
    settings = Apps.settings(house.app.config["CORDADA"].instance, DATABASE_URL=url, SMTP_URL=mails.url)
    return subprocess.Popen(
        [sys.executable, "-c", DRAIN], env={**os.environ, **settings, **more}, stderr=subprocess.DEVNULL
    )


def let_go(house: House) -> None:
    """The lease of whoever died is over."""
    house.write(
        lambda: db.session.execute(
            sa.update(Job).where(Job.state == "leased").values(lease_until=now() - timedelta(seconds=1)),
            execution_options={"synchronize_session": False},
        )
    )


def written_to(mails: MailSink) -> Counter[str]:
    """Address -> how many different letters came to it, by what a mail program tells them apart."""
    return Counter(
        address for address, _id in {(one.recipients[0], one.message["Message-ID"]) for one in mails.letters}
    )


def test_D8_many_are_told_in_parts_and_each_letter_costs_the_same(
    crowd: Callable[[int], House], mails: MailSink
) -> None:
    house = crowd(2 * TOLD_AT_ONCE + 19)  # one learner is there already
    cost: dict[int, set[int]] = {}
    with house.open():
        while held := claim():
            with asked(house.app) as statements:
                run(held)
            cost.setdefault(len(held.args["enrolments"]), set()).add(len(statements))
    assert sorted(cost) == [20, TOLD_AT_ONCE]
    many, few = min(cost[TOLD_AT_ONCE]), min(cost[20])  # the first reads titles and the sender too
    assert (many - few) % (TOLD_AT_ONCE - 20) == 0, "so many statements for each, however many there are"
    assert (many - few) // (TOLD_AT_ONCE - 20) <= 8
    assert sorted(written_to(mails).values()) == [1] * (2 * TOLD_AT_ONCE + 20)


def test_R8_killed_between_two_letters_nobody_is_written_to_twice_or_forgotten(
    crowd: Callable[[int], House], any_url: str, mails: MailSink
) -> None:
    house = crowd(7)
    assert drained(house, any_url, mails, LMS_KILL_POINT="notifications.noted").wait(60) == -signal.SIGKILL
    assert len(mails.letters) == 1
    let_go(house)
    house.run_jobs()
    assert Counter(one.recipients[0] for one in mails.letters) == written_to(mails)
    assert sorted(written_to(mails).values()) == [1] * 8


def test_R8_killed_at_any_moment_everybody_has_the_letter_and_one_at_most_has_it_again(
    crowd: Callable[[int], House], any_url: str, mails: MailSink
) -> None:
    house = crowd(TOLD_AT_ONCE + 9)
    worker: list[subprocess.Popen[bytes]] = []

    def kill() -> None:
        if len(mails.letters) == 20:
            worker[0].kill()

    mails.taken = kill
    worker.append(drained(house, any_url, mails))
    assert worker[0].wait(60) == -signal.SIGKILL
    let_go(house)
    house.run_jobs()
    assert sorted(written_to(mails).values()) == [1] * (TOLD_AT_ONCE + 10), "the same letter, where it came again"
    assert len(mails.letters) <= TOLD_AT_ONCE + 11


def test_an_address_that_is_refused_holds_nobody_up(crowd: Callable[[int], House], mails: MailSink) -> None:
    house = crowd(5)
    mails.unknown = {"many0002@example.net"}
    for _ in range(ATTEMPTS):
        house.run_jobs()
        house.later(Job, due_at=-timedelta(hours=2))
    assert len(mails.letters) == 5
    with house.open():
        aside = db.session.execute(sa.select(Job.task, Job.error).where(Job.state == "failed")).all()
    assert [job.task for job in aside] == ["notifications.tell_of_enrolment"]
    assert "many0002@example.net" in aside[0].error


def test_D8_while_many_are_told_the_site_stays_quick(
    crowd: Callable[[int], House], any_url: str, mails: MailSink
) -> None:
    house = crowd(6 * TOLD_AT_ONCE)
    house.write(lambda: learning.enrol(house.ids["manager_a"], COURSE))
    client = house.client("manager_a")

    def slow() -> float:
        """The 95th percentile of a page that reads and one that writes, in seconds."""
        took = []
        for number in range(40):
            begun = time.perf_counter()
            client.get("/learn" if number % 2 else f"/courses/{COURSE}/un/lesson")
            took.append(time.perf_counter() - begun)
        return sorted(took)[37]

    slow()
    alone = slow()
    worker = drained(house, any_url, mails)
    mails.wait(5, 60)
    meanwhile = slow()
    assert worker.poll() is None, "letters were still being written"
    assert worker.wait(120) == 0
    assert len(mails.letters) == 6 * TOLD_AT_ONCE + 1
    assert meanwhile <= SLOWER_MOST * alone
