"""Surveys as they happen, through the survey's own service, for the attacker of `tests/guard/attacker.py` to rob.

Two hundred people in ten spaces are invited, about half of them answer, several at a time, over three days; what
is full joins the results, days end, the campaign is closed. The simulation keeps the truth and hands out the loot.
"""

from __future__ import annotations

import itertools
import logging
import random
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import sqlalchemy as sa
import time_machine
from flask import Flask

from tests.guard.attacker import Copy, Loot, Truth

PEOPLE, ANSWERS, DAYS = 200, 96, 3
#: Where people belong: space -> (territory, share of the people).
SPACES = {
    "bobine": ("vall-nord", 8), "estive": ("vall-nord", 4), "forn": ("vall-nord", 2), "volca": ("vall-nord", 2),
    "remise": ("garonne", 6), "moulin": ("garonne", 3), "quai": ("garonne", 1),
    "atelier": ("segarra", 5), "molinet": ("segarra", 2), "cruce": ("segarra", 1),
}  # fmt: skip
ROLES = ("learner",) * 17 + ("deputy",) + ("manager",) * 2
BEGINNING = datetime(2027, 3, 1, 8, tzinfo=UTC)


@dataclass
class Site:
    """An application on a database with an open campaign that nobody was invited to yet."""

    app: Flask
    campaign_id: str
    items: tuple[str, ...]
    competencies: dict[str, str]
    #: SQLite alone: the file, and a copy of it to begin again from.
    path: Path | None = None
    kept: Path | None = None
    lines: list[str] = field(default_factory=list)

    def begin_again(self) -> None:
        """Put the database back to its beginning. (On PostgreSQL each survey has a database of its own.)"""
        from lms.foundation.db import db

        self.lines.clear()
        if self.path is None or self.kept is None:
            return
        db.session.remove()
        db.engine.dispose()
        for suffix in ("-wal", "-shm"):
            self.path.with_name(self.path.name + suffix).unlink(missing_ok=True)
        shutil.copyfile(self.kept, self.path)


class _Lines(logging.Handler):
    def __init__(self, lines: list[str]) -> None:
        super().__init__(logging.DEBUG)
        self.lines = lines

    def emit(self, record: logging.LogRecord) -> None:
        if record.name.startswith("lms"):
            self.lines.append(self.format(record))


def found_network() -> None:
    """The network, its territories and spaces. Inside `writing()`."""
    from lms.foundation.db import db
    from lms.spaces import service as spaces
    from lms.spaces.models import Space, Territory

    spaces.found_network(name="Sept Vallées", lang="fr", contact="n@example.org")
    for name in sorted({territory for territory, _share in SPACES.values()}):
        db.session.add(Territory(id=name, name=name.title(), country="FR"))
    db.session.flush()
    for name, (territory, _share) in SPACES.items():
        db.session.add(
            Space(
                id=name, name=name.title(), place="Prades", territory_id=territory, lang="fr", zone="Europe/Paris", desks=8
            )
        )  # fmt: skip


@contextmanager
def settled(app: Flask) -> Iterator[Site]:
    """A site on the empty database of `app`; its context is open meanwhile."""
    from lms.foundation.db import db, writing
    from lms.survey import service
    from lms.survey.instruments import instrument
    from tests.survey.conftest import questionnaire

    digest, document = questionnaire()
    with app.app_context(), time_machine.travel(BEGINNING, tick=True):
        with writing():
            found_network()
            campaign_id = service.open_campaign(service.keep_instrument(digest, document))
            # its letters are not what is simulated here
            db.session.execute(sa.text("DELETE FROM job"))
        found = instrument(document)
        site = Site(app, campaign_id, found.item_ids, {item.competency: item.id for item in found.items})
        if db.engine.dialect.name == "sqlite":
            with db.engine.connect() as connection:
                connection.exec_driver_sql("PRAGMA wal_checkpoint(TRUNCATE)")
            db.session.remove()
            db.engine.dispose()
            site.path = Path(str(db.engine.url.database))
            site.kept = site.path.with_suffix(".kept")
            shutil.copyfile(site.path, site.kept)
        log = logging.getLogger()
        handler = _Lines(site.lines)
        log.addHandler(handler)
        try:
            yield site
        finally:
            log.removeHandler(handler)
            db.session.remove()


def stolen(site: Site, sent: int) -> Copy:
    """A copy of the whole database, as somebody finds it who steals the disk at this moment."""
    from lms.foundation.db import db

    db.session.rollback()
    physical = "ctid::text AS ctid, xmin::text AS xmin, " if db.engine.dialect.name == "postgresql" else ""
    tables: dict[str, list[dict[str, Any]]] = {}
    with db.engine.connect() as connection:
        for table in db.metadata.sorted_tables:
            rows = connection.exec_driver_sql(f'SELECT {physical}* FROM "{table.name}"').mappings()
            tables[table.name] = [dict(row) for row in rows]
    if site.path is None:
        return Copy(sent, tables)
    log = site.path.with_name(site.path.name + "-wal")
    return Copy(sent, tables, site.path.read_bytes(), log.read_bytes() if log.exists() else b"")


def survey(site: Site, seed: int, *, watched: bool = False) -> tuple[Loot, Truth]:
    """One survey from the invitation to its closing. Gives the loot and the truth.

    `seed` fixes who belongs where, who answers what and when, and when the copies are stolen; what the service does by
    chance it does by its own. With `watched` the work behind the pages is done too, and every figure is noted down that
    could be seen on the way.
    """
    from lms.foundation.db import db, writing
    from lms.foundation.tokens import digest
    from lms.jobs import outbox, tasks
    from lms.survey import rules, service
    from lms.survey.models import Response
    from lms.survey.queries import campaign, released

    site.begin_again()
    chance = random.Random(seed)
    spaces = chance.choices(list(SPACES), [share for _territory, share in SPACES.values()], k=PEOPLE)
    people = [rules.Cell(SPACES[space][0], space, chance.choice(ROLES)) for space in spaces]
    with writing():
        links = service.mint_tokens(site.campaign_id, people)
    truth: dict[int, str] = {}
    batches: dict[str, int] = {}
    order: list[int] = []
    copies: list[Copy] = []
    releases: list[Any] = []
    first = chance.randrange(10, ANSWERS - 20)

    def look() -> None:
        now = db.session.scalars(sa.select(Response.answers)).all()
        if len(now) == len(batches):
            return
        number = max(batches.values(), default=0) + 1
        batches.update({answers: number for answers in now if answers not in batches})
        found = campaign(site.campaign_id)
        if watched and found is not None:
            figures = [group for by in ("network", "territory", "space") for group in released(site.campaign_id, by=by)]
            releases.append((len(order), figures))

    def count(*, day_is_over: bool = False) -> None:
        if watched:  # by the rows of the outbox, as a worker does
            if day_is_over:
                with writing():
                    outbox.put("survey.flush", {"slot": len(order)}, key=f"survey.flush@{len(order)}")
            tasks.drain()
        else:
            with writing():
                service.flush(site.campaign_id, day_is_over=day_is_over)
        look()

    def begin(person: int) -> None:
        with writing():
            service.start(links[person])
            for number, codes in enumerate(said[person], start=1):
                service.save_page(links[person], number, *codes, place=number + 1)

    def finish(person: int) -> None:
        with writing():
            pairs = service.send(links[person])
        codes = {site.competencies[name]: (str(one), str(other)) for name, (one, other) in pairs.items()}
        truth[person] = rules.pack(codes, site.items)
        order.append(person)

    answering = chance.sample(range(PEOPLE), ANSWERS)
    # two ratings of two items; of the first the importance is low, so that no two people say the same
    ratings = [*itertools.product(itertools.product("123", "12345"), itertools.product("45", "12345"))]
    said = dict(zip(answering, chance.sample(ratings, ANSWERS), strict=True))
    days = [answering[at : at + ANSWERS // DAYS] for at in range(0, ANSWERS, ANSWERS // DAYS)]
    for day, coming in enumerate(days):
        with time_machine.travel(BEGINNING + timedelta(days=day, hours=1), tick=True):
            busy: list[int] = []
            while coming or busy:
                if coming and len(busy) < 4:
                    busy.append(coming.pop())
                    begin(busy[-1])
                    continue
                finish(busy.pop(chance.randrange(len(busy))))
                if len(order) % 5 == 0:
                    count()
                if len(order) in (first, first + 10):
                    copies.append(stolen(site, len(order)))
            if day < DAYS - 1:
                count(day_is_over=True)
    with writing():
        service.close(site.campaign_id)
    if watched:
        tasks.drain()
    look()
    copies.append(stolen(site, len(order)))
    loot = Loot(
        people=people, hashes=[digest(link) for link in links], links=links, order=order, copies=copies, items=site.items,
        k=5, lines=list(site.lines), releases=releases,
    )  # fmt: skip
    return loot, Truth(truth, batches)
