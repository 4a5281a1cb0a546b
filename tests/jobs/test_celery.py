"""Real workers: `celery -A wsgi.celery worker` beside a site with full durability, on SQLite and a real Valkey.

A message is a doorbell and nothing more: it may come late or never, the worker may be killed, the effect stands once.
"""

from __future__ import annotations

import gc
import os
import re
import signal
import socket
import subprocess
import sys
import time
import weakref
from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.foundation.clock import now
from lms.foundation.db import db, writing
from lms.jobs import outbox
from lms.jobs.models import Job
from lms.jobs.tasks import tick
from lms.notifications.models import SentMail
from tests.accounts.people import House, found
from tests.conftest import Apps
from tests.servers import MailSink, Valkey
from tests.visits import StrictClient

ROOT = Path(__file__).resolve().parents[2]
CELERY = [sys.executable, "-m", "celery", "-A", "wsgi.celery"]
PATIENCE = 60.0


@dataclass
class Worker:
    """A worker process with its settings; what it says goes to `log`."""

    env: dict[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    options: list[str] = field(default_factory=lambda: ["worker", "--pool", "solo", "--loglevel", "info"])

    def start(self, **more: str) -> Worker:
        """Start it with `more` settings and wait until it takes work."""
        self.log.write_bytes(b"")
        with self.log.open("wb") as out:
            self.process = subprocess.Popen(
                [*CELERY, *self.options], cwd=ROOT, env={**self.env, **more}, stdout=out, stderr=out
            )
        until(lambda: " ready." in self.words or self.process is None or self.process.poll() is not None)
        assert " ready." in self.words, self.words
        return self

    @property
    def words(self) -> str:
        return self.log.read_text(errors="replace")

    def died(self) -> int:
        """Wait for its end; gives its exit status."""
        assert self.process is not None
        return self.process.wait(PATIENCE)

    def kill(self) -> None:
        if self.process is not None and self.process.poll() is None:
            self.process.kill()
            self.process.wait()


def until(holds: Callable[[], object], seconds: float = PATIENCE) -> None:
    """Wait until `holds()`. Raises `AssertionError` after `seconds`."""
    deadline = time.monotonic() + seconds
    while not holds():
        assert time.monotonic() < deadline, "it did not happen"
        time.sleep(0.05)


@pytest.fixture
def site(make_app: Callable[..., Flask], valkey: Valkey, mails: MailSink) -> House:
    """A network whose mails go to the sink and whose bells to Valkey; every write is on the disk when acknowledged."""
    return found(make_app(LMS_DURABILITY="full", REDIS_URL=valkey.url, SMTP_URL=mails.url))


@pytest.fixture
def worker(site: House, valkey: Valkey, mails: MailSink, tmp_path: Path) -> Iterator[Worker]:
    """A worker of the site, not yet started."""
    config = site.app.config["CORDADA"]
    ours = Apps.settings(
        config.instance, DATABASE_URL=config.database_url, REDIS_URL=valkey.url, SMTP_URL=mails.url, LMS_DURABILITY="full"
    )  # fmt: skip
    clean = {name: value for name, value in os.environ.items() if not name.startswith("LMS_")}
    one = Worker({**clean, **ours}, tmp_path / "worker.log")
    yield one
    one.kill()


def ask(site: House, who: str = "learner_a") -> float:
    """Ask for a sign-in link on the site, as a visitor does; gives how long the slowest of its answers took."""
    visitor, slowest = site.client(), 0.0
    page = timed(visitor, "/sign-in/link")
    slowest = max(slowest, page)
    began = time.monotonic()
    answer = visitor.fill("/sign-in/link", {"email": f"{who}@example.org"}, follow=False)
    assert answer.status_code == 302
    return max(slowest, time.monotonic() - began)


def timed(visitor: StrictClient, path: str) -> float:
    began = time.monotonic()
    assert visitor.get(path).status_code == 200
    return time.monotonic() - began


def jobs(site: House) -> list[tuple[str, str, int]]:
    """(task, state, attempts) of every duty."""
    with site.open():
        return [tuple(row) for row in db.session.execute(sa.select(Job.task, Job.state, Job.attempts))]


def done(site: House) -> bool:
    rows = jobs(site)
    return bool(rows) and all(state == "done" for _task, state, _attempts in rows)


def link_in(text: str) -> str:
    return re.findall(r"http://localhost(/link/\S+)", text)[0]


def test_a_link_asked_for_arrives_once_and_opens(site: House, worker: Worker, mails: MailSink) -> None:
    worker.start()
    ask(site)
    (letter,) = mails.wait(1, PATIENCE)
    until(lambda: done(site))
    assert letter.recipients == ("learner_a@example.org",)
    assert jobs(site) == [("notifications.send_link", "done", 1)]
    assert site.count(SentMail) == 1
    visitor = site.client()
    assert visitor.fill(link_in(letter.text)).request.path == "/home"

    # the same bell again, as a broker may: nothing happens twice
    with site.open():
        (job_id,) = db.session.scalars(sa.select(Job.id)).all()
    celery = site.app.extensions["celery"]
    for _ in range(3):
        celery.send_task("notifications.send_link", (job_id,), queue="mail")
    celery.send_task("jobs.sweep", queue="compute")
    until(lambda: worker.words.count("Task jobs.sweep[") >= 2 and worker.words.count("succeeded") >= 5)
    assert len(mails.letters) == 1
    assert "ERROR" not in worker.words


def test_without_its_bell_the_site_goes_on_and_the_sweep_delivers_once(
    site: House, worker: Worker, valkey: Valkey, mails: MailSink
) -> None:
    worker.start()
    visitor = site.client("learner_a")
    for path in ("/home", "/catalogue", "/account", "/sign-in"):
        visitor.get(path)  # a first visit builds the page; what is measured is the second
    valkey.stop()
    slowest = max(ask(site), ask(site, "manager_a"))
    for path in ("/home", "/catalogue", "/account"):
        slowest = max(slowest, timed(visitor, path))
    began = time.monotonic()
    visitor.fill("/account", form="/account/sign-out-everywhere", follow=False)
    assert visitor.get("/home").status_code == 302
    slowest = max(slowest, time.monotonic() - began)
    assert slowest < 1, f"a page waited {slowest:.2f} s for the doorbell"
    assert jobs(site) == [("notifications.send_link", "due", 0)] * 2, "the mails wait as rows"
    assert mails.letters == []

    valkey.start()
    celery = site.app.extensions["celery"]
    celery.send_task("jobs.sweep", queue="compute")
    mails.wait(2, PATIENCE)
    until(lambda: sum(state == "done" for task, state, _ in jobs(site) if task == "notifications.send_link") == 2)
    celery.send_task("jobs.sweep", queue="compute")
    until(lambda: re.search(r"jobs\.sweep\[.*succeeded.*(?s:.)*jobs\.sweep\[.*succeeded", worker.words))
    assert sorted(letter.recipients[0] for letter in mails.letters) == [
        "learner_a@example.org",
        "manager_a@example.org",
    ]
    assert site.count(SentMail) == 2

    site.app.extensions["doorbell"].quiet_until = 0.0  # its rest is over: it finds the way by itself
    ask(site, "trainer")
    mails.wait(3, PATIENCE)


def test_a_bell_that_hangs_is_not_waited_for(make_app: Callable[..., Flask], mails: MailSink) -> None:
    with socket.socket() as ear:  # takes calls and never says a word
        ear.bind(("127.0.0.1", 0))
        ear.listen(16)
        house = found(make_app(REDIS_URL=f"redis://127.0.0.1:{ear.getsockname()[1]}/0", SMTP_URL=mails.url))
        timed(house.client(), "/sign-in/link")  # a first visit builds the page
        taken = [ask(house, who) for who in ("learner_a", "manager_a", "trainer")]
        until(lambda: house.app.extensions["doorbell"].quiet_until)
        ear.setblocking(False)
        ear.accept()[0].close()
        with pytest.raises(BlockingIOError):  # after the first failure the bell rests
            ear.accept()
    assert max(taken) < 1, taken
    assert jobs(house) == [("notifications.send_link", "due", 0)] * 3


def test_killed_in_the_middle_the_effect_stands_once(site: House, worker: Worker, mails: MailSink) -> None:
    """kill -9 before the mail is written, then after it was noted but before the commit; then a healthy worker.

    The mail that left before the cut leaves a second time, with the same Message-ID; the link in the first is dead then.
    """
    celery = site.app.extensions["celery"]
    with site.open():  # the chores of the day are out of the way, so that the kill meets the mail
        tick(outbox.put)
        with writing():
            db.session.execute(sa.update(Job).values(state="done", done_at=now()))
    for attempt, point in enumerate(("claimed", "effected"), start=1):
        worker.start(LMS_KILL_POINT=point)
        if attempt == 1:
            ask(site)
        else:
            celery.send_task("jobs.sweep", queue="compute")
        assert worker.died() == -signal.SIGKILL
        assert ("notifications.send_link", "leased", attempt) in jobs(site)
        assert site.count(SentMail) == 0
        assert len(mails.letters) == attempt - 1
        with site.open(), writing():
            db.session.execute(sa.update(Job).values(lease_until=now() - timedelta(seconds=1)))
    worker.start()
    celery.send_task("jobs.sweep", queue="compute")
    until(lambda: ("notifications.send_link", "done", 3) in jobs(site))
    assert site.count(SentMail) == 1
    first, second = mails.letters
    assert first.message["Message-ID"] == second.message["Message-ID"]
    visitor = site.client()
    assert visitor.get(link_in(second.text)).status_code == 200
    assert visitor.get(link_in(first.text)).status_code == 410


def test_worker_and_beat_refuse_to_start_where_a_write_could_be_lost(worker: Worker, tmp_path: Path) -> None:
    parts = (["worker", "--pool", "solo"], ["beat", "--schedule", str(tmp_path / "beat")])
    started = [
        subprocess.Popen(
            [*CELERY, *options], cwd=ROOT, env={**worker.env, "LMS_DURABILITY": "test"}, text=True,
            stdout=subprocess.PIPE, stderr=subprocess.STDOUT,
        )
        for options in parts
    ]  # fmt: skip
    for options, one in zip(parts, started, strict=True):
        try:
            said = one.communicate(timeout=PATIENCE)[0]
        finally:
            one.kill()
        assert one.returncode == 1, options
        assert "LMS_DURABILITY=test is for test runs: take it out of the environment." in said, options
        assert " ready." not in said


def test_nothing_of_the_check_is_handed_on_to_the_children_of_a_worker(make_app: Callable[..., Flask]) -> None:
    """Two processes on one connection read each other's answers."""
    app = make_app(LMS_DURABILITY="full")
    (step,) = app.extensions["celery"].steps["worker"]
    with app.app_context():
        pool = db.engine.pool
        for check in (lambda: step(None), app.extensions["before_beat"]):
            check()
            assert isinstance(db.engine.pool, sa.QueuePool)
            assert db.engine.pool.checkedin() == 0
            assert db.engine.pool is not pool, "it looked at the database"


def test_an_application_that_is_let_go_is_freed(apps: Apps, tmp_path: Path) -> None:
    """A process that makes many (a suite does) must not grow with each: no list of the whole process may hold one."""
    gone = weakref.ref(apps.build(tmp_path, DATABASE_URL=apps.sqlite(tmp_path)))
    gc.collect()
    assert gone() is None
