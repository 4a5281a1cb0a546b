"""Rows V1 to V9 of the guard list: nobody pairs people with answers, whatever they steal; nothing leaves under k.

The attacker is in `attacker.py`, the surveys it robs are made in `simulated.py`. Each strategy is first shown a variant
of the survey that leaks what the strategy is for, so that it is known to find it.
"""

from __future__ import annotations

import random
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path
from statistics import fmean
from typing import Any

import pytest
from flask import Flask

from lms.survey.queries import Figures, Group
from lms.survey.rules import MISSING
from tests.conftest import Apps, close
from tests.guard.attacker import STRATEGIES, Copy, Loot, Score, Truth, Verdict, cell_of
from tests.guard.simulated import ANSWERS, Site, settled, survey

#: Surveys on SQLite, in as many tests, so that workers share them; and on PostgreSQL.
SURVEYS, PARTS, ON_POSTGRESQL = 100, 4, 5
#: One honest strategy in 43 is above chance and two standard errors by chance. Whoever is, is asked again: a leak is there
#: every time.
ROUNDS = 4
#: One survey in so many is watched all the way, its figures too.
WATCHED = 12


def rob(verdict: Verdict, site: Site, seed: int, *, watched: bool) -> None:
    """Let one survey happen and be robbed; its crowds must be as large as promised."""
    loot, truth = survey(site, seed, watched=watched)
    small = {crowd: many for crowd, many in Counter(truth.crowds(loot).values()).items() if many < loot.k}
    assert not small, f"survey {seed}: {small}"
    assert len(truth.crowds(loot)) == len(truth.answers) == ANSWERS
    verdict.attack(loot, truth)


def no_better_than_chance(rounds: Callable[[int], Verdict]) -> None:
    """Fail if some strategy does better than chance in every round."""
    found: list[dict[str, str]] = []
    for number in range(ROUNDS):
        found.append(rounds(number).found)
        if not set.intersection(*map(set, found)):
            return
    always = set.intersection(*map(set, found))
    pytest.fail(f"people were paired with answers: { {name: [one[name] for one in found] for name in always} }")


# ---- the attack ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("part", range(PARTS))
def test_V_a_thief_pairs_nobody_on_sqlite(app: Flask, part: int) -> None:
    with settled(app) as site:

        def attacked(number: int) -> Verdict:
            verdict = Verdict()
            for one in range(SURVEYS // PARTS):
                seed = 1_000_000 * number + SURVEYS // PARTS * part + one
                rob(verdict, site, seed, watched=one % WATCHED == 0)
            return verdict

        no_better_than_chance(attacked)


def test_V_a_thief_pairs_nobody_on_postgresql(postgres: Any, apps: Apps, tmp_path: Path) -> None:
    def attacked(number: int) -> Verdict:
        verdict = Verdict()
        for one in range(ON_POSTGRESQL):
            url = apps.postgresql(postgres)
            app = apps.build(tmp_path / f"{number}-{one}", DATABASE_URL=url)
            with settled(app) as site:
                rob(verdict, site, 2_000_000 + 1_000 * number + one, watched=one == 0)
            close(app)
            postgres.drop(url)
        return verdict

    no_better_than_chance(attacked)


# ---- variants that leak: the attacker finds them ------------------------------------------------------------------


@pytest.fixture(scope="module")
def robbed(apps: Apps, tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Loot, Truth]]:
    """One survey as it is, to be made leaky."""
    folder = tmp_path_factory.mktemp("robbed")
    app = apps.build(folder, DATABASE_URL=apps.sqlite(folder))
    with settled(app) as site:
        yield survey(site, 7, watched=True)
    close(app)


Row = dict[str, Any]
Leak = Callable[[Loot, Truth, Path], Loot]


def _arrival(loot: Loot, truth: Truth) -> dict[str, int]:
    """packed answers -> when they were sent, from 0."""
    return {truth.answers[person]: at for at, person in enumerate(loot.order)}


def _rows(loot: Loot, change: Callable[[Copy, list[Row]], list[Row]], table: str = "survey_response") -> Loot:
    """The loot with the rows of a table changed in every copy."""

    def changed(copy: Copy) -> Copy:
        return replace(copy, tables={**copy.tables, table: change(copy, [dict(row) for row in copy.tables[table]])})

    return replace(loot, copies=[changed(copy) for copy in loot.copies])


def _sorted(loot: Loot, truth: Truth) -> Loot:
    when = _arrival(loot, truth)
    return _rows(loot, lambda _copy, rows: sorted(rows, key=lambda row: when[row["answers"]]))


def kept_in_order(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """A table that keeps the order of arrival."""
    return _sorted(loot, truth)


def counting_ids(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Ids that count."""
    when = _arrival(loot, truth)
    return _rows(loot, lambda _copy, rows: [{**row, "id": f"{when[row['answers']]:022}"} for row in rows])


def with_ctid(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Rows that PostgreSQL wrote one after another."""
    when = _arrival(loot, truth)
    return _rows(
        loot,
        lambda _copy, rows: [
            {**row, "ctid": f"({when[row['answers']] // 50},{when[row['answers']] % 50})"} for row in rows
        ],
    )


def with_xmin(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Rows that PostgreSQL wrote in a transaction each."""
    when = _arrival(loot, truth)
    return _rows(loot, lambda _copy, rows: [{**row, "xmin": str(900 + when[row["answers"]])} for row in rows])


def batches_of_one(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Returns that are counted one by one."""
    when = _arrival(loot, truth)
    return _rows(loot, lambda _copy, rows: [{**row, "release": when[row["answers"]] + 1} for row in rows])


def with_a_time(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """A time finer than a day."""
    when = _arrival(loot, truth)
    start = datetime(2027, 3, 1, 8, tzinfo=UTC)
    return _rows(
        loot, lambda _copy, rows: [{**row, "sent_at": start + timedelta(minutes=when[row["answers"]])} for row in rows]
    )


def with_a_token(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Answers that keep the hash of their link."""
    whose = {said: loot.hashes[person] for person, said in truth.answers.items()}
    return _rows(loot, lambda _copy, rows: [{**row, "token_id": whose[row["answers"]]} for row in rows])


def waiting_in_the_open(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Returns that wait unsealed, in the order in which PostgreSQL wrote them."""
    cells = {row["answers"]: cell_of(row) for row in loot.last.counted}

    def open_rows(copy: Copy, rows: list[Row]) -> list[Row]:
        counted = {row["answers"] for row in copy.counted}
        said = [truth.answers[person] for person in loot.order[: copy.sent]]
        return [
            {"id": f"w{at}", "campaign_id": "c", "answers": one, "ctid": f"(0,{at})", **cells[one]._asdict()}
            for at, one in enumerate(said)
            if one not in counted
        ]

    return _rows(loot, open_rows, "survey_waiting")


def joining_at_once(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """No batches: a copy made after every second answer holds what was sent before it."""
    when = _arrival(loot, truth)
    tables = {**loot.last.tables, "survey_waiting": []}

    def copy(sent: int) -> Copy:
        rows = [row for row in loot.last.counted if when[row["answers"]] < sent]
        return Copy(sent, {**tables, "survey_response": rows})

    return replace(loot, copies=[copy(sent) for sent in range(2, ANSWERS + 1, 2)])


def cells_of_one(loot: Loot, truth: Truth, folder: Path) -> Loot:
    """The same, and returns that tell all of their person's cell."""
    whose = {said: loot.people[person] for person, said in truth.answers.items()}
    told = _rows(loot, lambda _copy, rows: [{**row, **whose[row["answers"]]._asdict()} for row in rows])
    return joining_at_once(told, truth, folder)


def _file(loot: Loot, truth: Truth, folder: Path, *, drafts: bool, wipe: bool) -> tuple[bytes, bytes]:
    """The bytes of a real database, and of its log, in which each return was written in a transaction of its own."""
    path = folder / "leaky.db"
    connection = sqlite3.connect(path, isolation_level=None)
    for line in (
        "PRAGMA journal_mode=WAL", "PRAGMA secure_delete=OFF",
        "CREATE TABLE waiting (token TEXT, answers TEXT)",
    ):  # fmt: skip
        connection.execute(line)
    for person in loot.order:
        said = truth.answers[person]
        words = (
            ",".join(f'"{item}":["{said[2 * at]}","{said[2 * at + 1]}"]' for at, item in enumerate(loot.items))
            if drafts
            else f" {said} "
        )
        connection.execute("INSERT INTO waiting VALUES (?, ?)", (loot.hashes[person] if drafts else "", words))
    if wipe:
        connection.execute("DELETE FROM waiting")
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")
    log = path.with_name("leaky.db-wal")
    read = path.read_bytes(), log.read_bytes()
    connection.close()
    return read


def not_wiped(loot: Loot, truth: Truth, folder: Path) -> Loot:
    """Returns that waited, deleted and not overwritten."""
    file, _log = _file(loot, truth, folder, drafts=False, wipe=True)
    return replace(loot, copies=[replace(loot.last, file=file)])


def an_open_log(loot: Loot, truth: Truth, folder: Path) -> Loot:
    """Returns that were written bare, each in a transaction of its own."""
    _path, log = _file(loot, truth, folder, drafts=False, wipe=False)
    return replace(loot, copies=[replace(loot.last, log=log)])


def bare_drafts(loot: Loot, truth: Truth, folder: Path) -> Loot:
    """Drafts that were not sealed, deleted and not overwritten."""
    file, _log = _file(loot, truth, folder, drafts=True, wipe=True)
    return replace(loot, copies=[replace(loot.last, file=file)])


def jobs_by_name(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """A job for each return, with its id."""
    when = _arrival(loot, truth)
    jobs = [
        {
            "task": "survey.count",
            "args": {"id": row["id"]},
            "key": row["id"],
            "created_at": f"{when[row['answers']]:05}",
        }
        for row in loot.last.counted
    ]
    return _rows(loot, lambda _copy, _rows: jobs, "job")


def lines_by_name(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """A line of the log for each return, with its id."""
    when = _arrival(loot, truth)
    rows = sorted(loot.last.counted, key=lambda row: when[row["answers"]])
    return replace(loot, lines=[f"INFO lms.survey: kept {row['id']}" for row in rows])


def figures_at_once(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """Figures that move with each answer."""
    return replace(loot, releases=[(sent, [_network(loot, truth, loot.order[:sent])]) for sent in range(20, ANSWERS)])


def totals_that_tell(loot: Loot, truth: Truth, _folder: Path) -> Loot:
    """The figures of the network beside those of all of it but one person."""
    releases = []
    for sent in range(40, ANSWERS):
        inside = [person for person in loot.order[:sent] if loot.people[person].territory_id == "garonne"]
        alone = [person for person in loot.order[:sent] if person not in set(inside)][-1:]
        part = replace(_network(loot, truth, inside), by="territory", key="garonne")
        releases.append((sent, [_network(loot, truth, [*inside, *alone]), part]))
    return replace(loot, releases=releases)


def _network(loot: Loot, truth: Truth, people: Sequence[int]) -> Group:
    """Figures without any protection."""
    items = []
    for at, item in enumerate(loot.items):
        codes = [truth.answers[person][2 * at : 2 * at + 2] for person in people]
        pairs = [(int(one), int(other)) for one, other in codes if not {one, other} & MISSING]
        if pairs:
            means = fmean(pair[0] for pair in pairs), fmean(pair[1] for pair in pairs)
            items.append(Figures(item, len(pairs), *means, gap=0.0, mwds=0.0, share=0.0, rds=0.0))
    return Group("network", "", "full", len(people), {}, tuple(items))


#: Each strategy, and a variant of the survey in which it finds people.
LEAKS: dict[str, Leak] = {
    "rows_as_they_stand": kept_in_order,
    "rows_as_they_stand_since_each_copy": kept_in_order,
    "ids_in_order": counting_ids,
    "bytes_in_the_file": with_ctid,
    "transactions": with_xmin,
    "batch_numbers": batches_of_one,
    "returns_that_wait": waiting_in_the_open,
    "between_two_copies": joining_at_once,
    "alone_in_a_cell": cells_of_one,
    "days": with_a_time,
    "free_pages": not_wiped,
    "the_log_of_writes": an_open_log,
    "remnants_of_drafts": bare_drafts,
    "common_keys": with_a_token,
    "order_of_jobs": jobs_by_name,
    "lines_of_the_log": lines_by_name,
    "differences_of_releases": figures_at_once,
    "parts_from_totals": totals_that_tell,
}


@pytest.mark.parametrize("name", STRATEGIES)
def test_V_each_strategy_finds_the_leak_it_is_for(robbed: tuple[Loot, Truth], tmp_path: Path, name: str) -> None:
    loot, truth = robbed
    leaky = LEAKS[name](loot, truth, tmp_path)
    score = Score()
    # what is allowed is measured by the survey as it is: a leaky one would allow itself more
    score.add(loot, truth, STRATEGIES[name](leaky))
    assert score.is_better_than_chance, f"{score.right} of {score.guessed} right, at most {score.bound:.1f}"


def test_V_a_strategy_that_guesses_at_random_stays_within_chance(robbed: tuple[Loot, Truth]) -> None:
    """Who knows everybody's crowd and pairs it at random is right as often as `Score` says: no more and no less."""
    loot, truth = robbed
    crowds, score = truth.crowds(loot), Score()
    chance = random.Random(1)
    for _turn in range(300):
        guess: dict[int, str] = {}
        for crowd in set(crowds.values()):
            mine = [person for person in crowds if crowds[person] == crowd]
            guess |= dict(zip(mine, chance.sample([truth.answers[person] for person in mine], len(mine)), strict=True))
        score.add(loot, truth, guess)
    assert abs(score.right - score.chance) <= 4 * score.variance**0.5
