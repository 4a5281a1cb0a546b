"""A page that writes while letters to ten thousand people leave, against the same page while none does.

The letters leave as where there is one machine and one writer: by the runner beside the site, each with its own small writes.
"""

from __future__ import annotations

import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path

import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.catalogue.queries import places, published
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.learning.models import Enrolment
from lms.notifications.models import SentMail
from lms.spaces.models import Membership
from tests.bench.load import Ask, Round, press
from tests.bench.site import VISITORS, build, cookie, gather

PEOPLE = 10_000
NAME = f"lesson view while {PEOPLE:,} letters leave"
#: Seconds until the runner has come up and letters leave.
PATIENCE = 30


def site(folder: Path) -> tuple[Flask, Callable[[int], Ask]]:
    """A site of `PEOPLE` people whose letters wait, and the n-th view of a lesson, each of which records a new place."""
    app = build(folder, None)
    gather(app, (PEOPLE,))
    with app.app_context():
        taken = db.session.scalars(sa.select(Enrolment.course_id).group_by(Enrolment.course_id)
                                   .order_by(sa.func.count().desc())).first() or ""  # fmt: skip
        people = db.session.execute(
            sa.select(Membership.person_id, Membership.role).where(Membership.space_id == f"space-of-{PEOPLE}")
        ).all()
        learners = [row.person_id for row in people if row.role == "learner"]
        served = published(taken)
        assert served is not None
        with writing():
            tokens = [accounts.open_session(one) for one in learners[:VISITORS]]
            boss = next(row.person_id for row in people if row.role == "manager")
            other = next(one.course_id for one in places() if one.course_id != taken)
            learning.enrol_many(learners, other, by=boss)
        db.session.remove()
    heads = [{"Cookie": cookie(app, _user_id=token)} for token in tokens]
    lessons = [f"/courses/{taken}/{unit.id}/lesson" for unit in served.document.units if "lesson" in unit.activities]
    return app, lambda number: Ask("GET", lessons[number // VISITORS % 2], heads[number % VISITORS])


@contextmanager
def leaving(app: Flask, env: dict[str, str]) -> Iterator[None]:
    """While it lasts, letters leave."""
    before = left(app)
    process = subprocess.Popen([sys.executable, "-m", "lms.runner"], stdin=subprocess.PIPE, env=env)
    try:
        until = time.monotonic() + PATIENCE
        while left(app) == before:
            if time.monotonic() > until:
                raise SystemExit("no letter leaves")
            time.sleep(0.2)
        yield
    finally:
        process.terminate()
        process.wait(PATIENCE)


def left(app: Flask) -> int:
    """How many letters have left."""
    with app.app_context():
        count = db.session.scalar(sa.select(sa.func.count()).select_from(SentMail)) or 0
        db.session.remove()
        return count


def p95(one: Round) -> float:
    """The latency, in seconds, that one answer in twenty takes longer than."""
    return one.latencies[len(one.latencies) * 95 // 100]


def measured(
    app: Flask, ask: Callable[[int], Ask], port: int, pid: int, env: dict[str, str], *, rounds: int, seconds: float
) -> dict[str, object]:
    """The figures: the ratio is that of the 95th percentiles, 0.5 where it doubles. The first round is thrown away."""
    idle: list[Round] = []
    busy: list[Round] = []
    asked, letters, took = 0, 0, 0.0
    for number in range(rounds + 1):
        idle.append(press(port, pid, ask, seconds=seconds, first=asked))
        asked += len(idle[-1].latencies)
        with leaving(app, env):
            before, began = left(app), time.monotonic()
            busy.append(press(port, pid, ask, seconds=seconds, first=asked))
            if number:
                letters, took = letters + left(app) - before, took + time.monotonic() - began
        asked += len(busy[-1].latencies)
    idle, busy = idle[1:], busy[1:]
    ratios = [p95(alone) / p95(beside) for alone, beside in zip(idle, busy, strict=True)]
    every = sorted(value for one in busy for value in one.latencies)
    cpu = statistics.median(one.cpu / len(one.latencies) for one in busy)
    return {
        "operation": NAME, "baseline": "id", "goal": 0.5, "ratio": statistics.median(ratios), "low": min(ratios),
        "high": max(ratios), "cpu_ratio": statistics.median(one.cpu / len(one.latencies) for one in idle) / cpu,
        "per_second": statistics.median(len(one.latencies) / one.seconds for one in busy), "cpu_ms": 1000 * cpu,
        "p50_ms": 1000 * every[len(every) // 2], "p99_ms": 1000 * every[len(every) * 99 // 100], "queries": 0,
        "wrong": sum(one.wrong for one in [*idle, *busy]), "kb": busy[0].size / 1000,
        "load": max(one.load for one in [*idle, *busy]), "letters_per_second": letters / took,
    }  # fmt: skip
