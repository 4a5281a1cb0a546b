"""Voting, through strict visitors: once, without a name, with results that hide small numbers."""

from __future__ import annotations

import threading
from datetime import date
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask

from lms.catalogue.queries import published
from lms.foundation.db import db, writing
from lms.learning import queries as learning
from lms.learning import rules as learning_rules
from lms.learning.models import Completion
from lms.learning.polls import queries, service
from lms.learning.polls.models import PollCount, PollVoter
from lms.learning.rules import variant
from tests.learning.conftest import inside, person, serve
from tests.learning.together import POLL, TOGETHER, learner, visit, write_poll, write_together
from tests.visits import words_of

PAGE = f"/courses/{TOGETHER}/{POLL[0]}/{POLL[1]}"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_together(tmp_path / "courses")
    return tmp_path / "courses"


def votes(app: Flask) -> dict[str, int]:
    def read() -> dict[str, int]:
        return {str(row.place): row.votes for row in db.session.execute(sa.select(PollCount.place, PollCount.votes))}

    return inside(app, read)  # type: ignore[return-value]


def voters(app: Flask) -> list[PollVoter]:
    return inside(app, lambda: list(db.session.scalars(sa.select(PollVoter))))  # type: ignore[return-value]


def vote(app: Flask, who: str, place: str) -> None:
    visit(app, who).fill(PAGE, {"choice": place})


def test_a_vote_is_counted_once_and_finishes_the_step(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = learner(app, "lea")
    client = visit(app, who)
    page = client.get(PAGE)
    assert "Quand se voir" in words_of(page)
    assert "sans votre nom" in words_of(page)
    first = client.fill(page, {"choice": "2"})
    assert "Votre voix est comptée" in words_of(first)
    client.fill(page, {"choice": "3"})  # from the other tab
    assert votes(app) == {"1": 0, "2": 1, "3": 0}
    assert [row.choice for row in voters(app)] == [None]
    assert inside(app, lambda: db.session.scalar(sa.select(Completion.kind))) == "poll"


@pytest.mark.parametrize("choice", [None, "0", "4", "x", "-1"])
def test_no_vote_without_a_choice_of_this_poll(app: Flask, folder: Path, choice: str | None) -> None:
    serve(app, folder)
    client = visit(app, learner(app, "lea"))
    if choice is None:
        answer = client.fill(PAGE)
    else:
        token = client.get(PAGE).get_data(as_text=True).split('csrf_token" value="')[1].split('"')[0]
        answer = client.post(f"{PAGE}/vote", data={"choice": choice, "csrf_token": token})
    assert answer.status_code == 422
    assert "Choisissez une des réponses" in words_of(answer)
    assert voters(app) == []


@pytest.mark.parametrize(
    ("choices", "more"), [(("Jeudi", "Mardi", "Mercredi"), ""), (("Mardi", "Mercredi", "Jeudi"), "anonymous: false\n")]
)
def test_a_page_from_before_the_poll_was_changed_counts_for_nothing(
    app: Flask, folder: Path, choices: tuple[str, ...], more: str
) -> None:
    serve(app, folder)
    client = visit(app, learner(app, "lea"))
    page = client.get(PAGE)
    write_poll(folder / TOGETHER, *choices, more=more)
    serve(app, folder)
    answer = client.fill(page, {"choice": "1"})
    assert answer.status_code == 422
    assert voters(app) == []
    client.fill(answer, {"choice": "1"})
    assert votes(app) == {"1": 1, "2": 0, "3": 0}


def test_a_translation_promises_no_more_than_the_poll_keeps(app: Flask, folder: Path) -> None:
    course = folder / TOGETHER
    write_poll(course, more="anonymous: false\n")
    write_poll(course, "Tuesday", "Wednesday", "Thursday", lang="en", title="Which day?")
    (course / "course.yml").write_text((course / "course.yml").read_text().replace("[fr]", "[fr, en]"))
    serve(app, folder)
    page = visit(app, learner(app, "lea")).get(f"{PAGE}?lang=en")
    assert "Wednesday" in words_of(page)
    assert "This poll shows names" in words_of(page)


def test_results_wait_for_five_votes_and_for_the_own_one(app: Flask, folder: Path) -> None:
    serve(app, folder)
    people = [learner(app, f"p{number}") for number in range(6)]
    for who in people[:4]:
        vote(app, who, "1")
    waiting = words_of(visit(app, people[0]).get(PAGE))
    assert "à partir de cinq voix" in waiting
    assert "4 voix" not in waiting
    vote(app, people[4], "3")
    shown = words_of(visit(app, people[0]).get(PAGE))
    assert "5 personnes ont voté." in shown
    assert "4 voix, 80\u00a0%".replace("\u00a0", " ") in shown.replace("\u00a0", " ")
    assert "voix," not in words_of(visit(app, people[5]).get(PAGE)), "whoever has not voted is not led by the others"


def test_nothing_joins_voters_and_counts(any_app: Flask, folder: Path) -> None:
    """The two tables share the poll and nothing else: no key, no moment, no order that counts up."""
    serve(any_app, folder)
    assert {column.name for column in PollCount.__table__.columns} & {"person_id", "at"} == set()
    kinds = {str(column.type) for column in (*PollCount.__table__.columns, *PollVoter.__table__.columns)}
    assert not any("TIME" in kind or "DATE" in kind for kind in kinds)
    rows = []
    for order in ("123", "321"):
        for number, place in enumerate(order):
            vote(any_app, learner(any_app, f"p{order}{number}"), place)
        rows.append([(row.choice, row.size) for row in voters(any_app)])
    assert {one for each in rows for one in each} == {(None, 3)}
    assert votes(any_app) == {"1": 2, "2": 2, "3": 2}


def test_no_row_tells_by_the_mark_of_its_transaction_what_the_last_voter_chose(any_app: Flask, folder: Path) -> None:
    """PostgreSQL marks a row with the transaction that wrote it, SQLite marks none."""
    serve(any_app, folder)
    for name, place in (("lea", "1"), ("pau", "2")):
        vote(any_app, learner(any_app, name), place)

    def marks() -> list[str]:
        column = "xmin::text" if db.engine.dialect.name == "postgresql" else "'none'"
        return list(db.session.scalars(sa.text(f"SELECT {column} FROM poll_count")))

    found = inside(any_app, marks)
    assert isinstance(found, list)
    assert len(found) == 3
    assert len(set(found)) == 1


def test_a_poll_with_names_says_so_first_and_shows_them(app: Flask, folder: Path) -> None:
    write_poll(folder / TOGETHER, more="anonymous: false\n")
    serve(app, folder)
    people = [learner(app, f"p{number}") for number in range(5)]
    assert "montre les noms" in words_of(visit(app, people[0]).get(PAGE))
    for number, who in enumerate(people):
        vote(app, who, "1" if number else "2")
    assert "P1, P2, P3, P4" in words_of(visit(app, people[0]).get(PAGE))


NAMED = "anonymous: false\n"


def names_now() -> list[list[str]]:
    served = published(TOGETHER)
    text = variant(served.document, *POLL, "fr") if served else None
    assert text is not None
    return queries.names_by_choice(TOGETHER, POLL[0], text)


MENDED = [
    ("Mardi", "Mercredi", "Jeudi"), ("Mardi soir", "Mercredi", "Jeudi"), ("Mercredi", "Mardi", "Jeudi"),
    ("Jeudi", "Mercredi midi", "Mardi"), ("Mardi soir", "Mercredi midi", "Jeudi"),
]  # fmt: skip


@pytest.mark.parametrize("mended", MENDED, ids="-".join)
def test_names_follow_a_choice_that_was_moved_or_mended(
    any_app: Flask, folder: Path, mended: tuple[str, str, str]
) -> None:
    write_poll(folder / TOGETHER, more=NAMED)
    serve(any_app, folder)
    people = [learner(any_app, f"p{number}") for number in range(5)]
    for number, who in enumerate(people):
        vote(any_app, who, "1" if number else "2")
    turn = {name[:3]: place for place, name in enumerate(mended)}
    for more in ("", " !"):  # mended, then mended again after a vote
        write_poll(folder / TOGETHER, *(choice + more for choice in mended), more=NAMED)
        serve(any_app, folder)
        names = inside(any_app, names_now)
        assert isinstance(names, list)
        assert names[turn["Mar"]] == ["P1", "P2", "P3", "P4"]
        assert "P0" in names[turn["Mer"]]
        vote(any_app, learner(any_app, f"late{len(more)}"), str(turn["Mer"] + 1))
    assert "P1, P2, P3, P4" in words_of(visit(any_app, people[0]).get(PAGE))


@pytest.mark.parametrize(
    ("day", "says"), [("2027-02-01", "à partir du 1er mars 2027"), ("2027-04-01", "s’est terminé le 15 mars")]
)
def test_outside_its_days_nobody_votes(app: Flask, folder: Path, day: str, says: str) -> None:
    write_poll(folder / TOGETHER, more="open: 2027-03-01..2027-03-15\n")
    serve(app, folder)
    who = learner(app, "lea")
    with time_machine.travel(f"{day}T12:00:00Z", tick=False):
        client = visit(app, who)
        page = client.get(PAGE)
        assert says in words_of(page)
        assert 'name="choice"' not in page.get_data(as_text=True)
        finishing = 'value="finish"' in page.get_data(as_text=True)
        assert finishing == (day > "2027-03-15"), "a poll that is over keeps nobody from finishing"
        if finishing:
            client.fill(page)
    done = inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Completion)))
    assert done == (day > "2027-03-15")
    assert voters(app) == []


def test_switching_language_and_moving_choices_keep_the_votes(app: Flask, folder: Path) -> None:
    serve(app, folder)
    for number in range(5):
        vote(app, learner(app, f"p{number}"), "2")
    write_poll(folder / TOGETHER, "Jeudi", "Mercredi !", "Mardi")  # moved, and mended
    serve(app, folder)
    vote(app, learner(app, "last"), "1")
    assert votes(app) == {"1": 1, "2": 5, "3": 0}
    write_poll(folder / TOGETHER, "Jeudi", "Mercredi !", "Mardi", "Vendredi")
    serve(app, folder)
    vote(app, learner(app, "fresh"), "4")
    assert sorted(row.size for row in voters(app)) == [3] * 6 + [4], "another set of choices is another poll"


def test_N2_ten_votes_at_once_are_ten(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    people = [learner(any_app, f"p{number}") for number in range(5)]
    gate = threading.Barrier(10)

    def send(who: str) -> None:
        gate.wait(20)

        def do() -> None:
            own = learning.learning_of(who, TOGETHER)
            assert own is not None
            text = learning_rules.variant(own.published.document, *POLL, "fr")
            assert text is not None
            with writing():
                service.vote(who, TOGETHER, POLL[0], text, 2, day=date(2027, 1, 1))

        inside(any_app, do)

    threads = [threading.Thread(target=send, args=(who,)) for who in people * 2]
    run(threads)
    assert votes(any_app) == {"1": 0, "2": 5, "3": 0}
    assert len(voters(any_app)) == 5


def run(threads: list[threading.Thread]) -> None:
    for one in threads:
        one.start()
    for one in threads:
        one.join(60)


def test_foreign_and_missing_polls_are_the_same(app: Flask, folder: Path) -> None:
    serve(app, folder)
    stranger = visit(app, person(app, "nobody"))
    token = stranger.get("/account").get_data(as_text=True).split('csrf_token" value="')[1].split('"')[0]

    def send(path: str) -> int:
        return stranger.post(f"{path}/vote", data={"choice": "1", "csrf_token": token}).status_code

    assert {send(PAGE), send(f"/courses/{TOGETHER}/avis/nothing"), send("/courses/none/a/poll")} == {404}
    assert voters(app) == []
