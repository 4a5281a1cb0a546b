"""One person: the facts their managers see, and the same page for themselves; tables; nothing of another space."""

from __future__ import annotations

import io
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation import sheets
from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id
from lms.learning import service as learning
from lms.learning.assignments import service as assignments
from lms.learning.assignments.queries import Scope
from lms.learning.certificates.models import Certificate
from lms.learning.following import service
from lms.learning.models import Enrolment
from lms.learning.renewals.models import Renewal
from lms.spaces import service as spaces
from tests.accounts.people import House
from tests.learning.following.conftest import CANARY, late
from tests.visits import words_of

TABLE = "/team/la-bobine/table"


@pytest.fixture
def shared(any_town: House) -> House:
    """`learner_b` belongs to both spaces; what the other one asked of them is the other one's."""
    both = any_town.ids["learner_b"]

    def change() -> None:
        spaces.give_role(both, "learner", "la-bobine")
        learning.complete(both, "alpha", "un", kind="lesson")

    any_town.write(change)
    any_town.write(
        lambda: service.remind("l-estive", [any_town.ids["late_b"]], by=any_town.ids["manager_b"], sentence=CANARY)
    )
    return any_town


def test_the_facts_and_their_words(town: House) -> None:
    me = town.ids["learner_a"]
    town.write(lambda: learning.complete(me, "alpha", "un", kind="lesson"))
    town.write(lambda: service.remind("la-bobine", [town.ids["late_a"]], by=town.ids["manager_a"], sentence="Courage."))
    said = words_of(town.client("manager_a").get(f"/team/la-bobine/people/{me}"))
    for fact in (
        "Belongs to La Bobine", "Enrolled in “Alpha” by Manager_A", "Pour la rentrée.", "1 step finished in “Alpha”",
        "Reminded of “Alpha” by Manager_A", "Courage.", "learner_a@example.org",
    ):  # fmt: skip
        assert fact in said, fact
    own = words_of(town.client("learner_a").get("/account/followed"))
    facts = said[said.index("What happened") :]
    assert facts[: facts.index("Courage.")] in own, "word for word"
    assert "/account/followed" in town.client("learner_a").get("/account").get_data(as_text=True)


@pytest.fixture
def asked(any_town: House) -> House:
    """The learner of the first space was asked for more, by their space and by the network."""
    town, me, boss = any_town, any_town.ids["learner_a"], any_town.ids["manager_a"]
    own, wide, foreign = new_id(), new_id(), new_id()
    yesterday = now() - timedelta(days=1)

    def change() -> None:
        spaces.give_role(town.ids["learner_b"], "learner", "la-bobine")
        assignments.assign(own, Scope("la-bobine", None, "people", (me,)), by=boss, course_id="beta", why="Pour mars.")
        assignments.assign(wide, Scope(None, None, "all"), by=town.ids["coordinator"], course_id="alpha")
        both = Scope("l-estive", None, "people", (town.ids["learner_b"],))
        assignments.assign(foreign, both, by=town.ids["manager_b"], course_id="beta", why=CANARY)
        assignments.except_person(own, me, by=boss, due_on=today() + timedelta(days=9))
        assignments.except_person(wide, me, by=town.ids["coordinator"], excused=True)
        assignments.except_person(foreign, town.ids["learner_b"], by=town.ids["manager_b"], excused=True)
        for number, (where, course, done) in enumerate(((wide, "alpha", yesterday), (foreign, "beta", None))):
            person = me if where == wide else town.ids["learner_b"]
            db.session.add(
                Renewal(
                    id=new_id(), person_id=person, course_id=course, round=1, assignment_id=where, months=12, days=60,
                    valid_until=today(), opens_on=today(), renew_by="same", quiz_course_id=course, opened_at=yesterday,
                    due_on=today() + timedelta(days=20 + number), done_at=done,
                )
            )  # fmt: skip

    town.write(change)
    return town


def test_what_was_asked_of_somebody_stands_there_by_name(asked: House) -> None:
    me = asked.ids["learner_a"]
    path = f"/team/la-bobine/people/{me}"
    said = words_of(asked.client("manager_a").get(path))
    for fact in (
        "Enrolled in “Beta” by Manager_A Pour mars.", "Another day for “Beta”, given by Manager_A To be finished by",
        "Excused from “Alpha” by Coordinator", "Asked to renew “Alpha” To be finished by", "“Alpha” renewed",
    ):  # fmt: skip
        assert fact in said, (fact, said)
    assert "said no" not in said
    asked.write(lambda: learning.decline(me, "beta"))
    said = words_of(asked.client("manager_a").get(path))
    assert "Enrolled in “Beta” by Manager_A Pour mars. said no" in said, said
    own = words_of(asked.client("learner_a").get("/account/followed"))
    assert said[said.index("What happened") :] in own, "word for word"


def test_A3_what_another_space_asked_of_somebody_of_both_is_told_there_alone(asked: House) -> None:
    both = asked.ids["learner_b"]
    here = words_of(asked.client("manager_a").get(f"/team/la-bobine/people/{both}"))
    there = words_of(asked.client("manager_b").get(f"/team/l-estive/people/{both}"))
    for fact in ("Excused from “Beta” by Manager_B", "Asked to renew “Beta”", CANARY):
        assert fact in there
        assert fact not in here
    assert "Manager_B" not in here


def test_what_somebody_left_by_themselves_is_theirs(town: House) -> None:
    me = town.ids["learner_a"]
    town.write(lambda: (learning.enrol(me, "beta"), learning.decline(me, "beta")))
    assert "Beta" not in words_of(town.client("manager_a").get(f"/team/la-bobine/people/{me}"))


def test_a_certificate_that_was_renewed_stands_there_twice(town: House) -> None:
    me = town.ids["learner_a"]

    def change() -> None:
        version = db.session.scalar(sa.select(Enrolment.version_id).where(Enrolment.person_id == me))
        for number, (reason, ends_on) in enumerate((("renewed", None), ("withdrawn", None), (None, today()))):
            db.session.add(
                Certificate(
                    id=new_id(), code=f"{number}" * 26, person_id=me, course_id="alpha", version_id=version or "",
                    status_index=number, facts={}, issued_at=now() - timedelta(days=9 - number), ends_on=ends_on,
                    revoked_at=now() if reason else None, revoked_for=reason, revoked_why="",
                )
            )  # fmt: skip

    town.write(change)
    said = words_of(town.client("manager_a").get(f"/team/la-bobine/people/{me}"))
    assert said.count("Certificate of “Alpha”") == 2
    assert said.count("Valid until") == 1


def test_A18_neither_answers_nor_hours_nor_scores(town: House) -> None:
    me = town.ids["learner_a"]
    town.write(lambda: learning.practise(me, "alpha", "un", "lesson", "q-mot", None, lang="fr"))
    for path in ("/team/la-bobine", f"/team/la-bobine/people/{me}", f"{TABLE}.csv", "/team/la-bobine/late"):
        body = town.client("manager_a").get(path).get_data(as_text=True)
        assert "Que dites-vous" not in body
        assert not [
            part for part in words_of_any(body).split() if len(part) == 5 and part[2] == ":" and part[:2].isdigit()
        ]


def words_of_any(body: str) -> str:
    return body.split("<main", 1)[-1].split("</main", 1)[0].replace("<", " <").replace(">", "> ")


def test_A1_A3_A4_no_byte_of_the_other_space(shared: House) -> None:
    """Somebody of both spaces: what the other one wrote to them stays there, on pages, in tables, in mails."""
    both = shared.ids["learner_b"]
    manager = shared.client("manager_a")
    for path in (
        "/team/la-bobine", "/team/la-bobine?show=late", "/team/la-bobine/late", f"/team/la-bobine/people/{both}",
        f"{TABLE}.csv", f"{TABLE}.csv?show=late&space_id=l-estive&space_id=*", "/home", "/team/la-bobine?q=manager_b",
    ):  # fmt: skip
        body = manager.get(path).get_data()
        assert CANARY.encode() not in body, path
        assert b"Manager_B" not in body, path
        assert b"l-estive" not in body or b"space_id" in body, path
    book = sheets.read_sheet(manager.get(f"{TABLE}.xlsx").get_data())
    assert all(CANARY not in cell and "Manager_B" not in cell for line in book.lines for cell in line.cells)
    assert manager.get(f"/team/la-bobine/people/{shared.ids['manager_b']}").status_code == 404
    assert manager.get(f"/team/l-estive/people/{both}").status_code == 404
    assert manager.get("/team/l-estive/table.csv").status_code == 404


def test_A12_one_reads_about_oneself_alone(town: House) -> None:
    learner = town.client("learner_a")
    assert learner.get("/account/followed?space=l-estive").status_code == 404
    assert learner.get(f"/team/la-bobine/people/{town.ids['learner_a']}").status_code == 403
    assert "Nothing: you belong to no space." in words_of(town.client("trainer").get("/account/followed"))


HOSTILE = ['=HYPERLINK("http://evil.example";"x")', "+1+1", "-2", "@SUM(A1)", "\tTab", "＝1+1", "'=1", '"; =1']


def test_S4_every_cell_opens_as_text_and_comes_back_whole(any_town: House) -> None:
    town, me = any_town, any_town.ids["learner_a"]
    for name in HOSTILE:
        town.write(lambda name=name: db.session.execute(sa.update(Person).where(Person.id == me).values(name=name)))
        raw = town.client("manager_a").get(f"{TABLE}.csv").get_data()
        lines = [
            line
            for line in io.StringIO(raw.decode("utf-8-sig"), newline="").read().split("\r\n")
            if "learner_a@" in line
        ]
        assert lines, name
        assert lines[0][1] not in "=+-@\t＝", name
        for kind in ("csv", "xlsx"):
            back = sheets.read_sheet(town.client("manager_a").get(f"{TABLE}.{kind}").get_data())
            assert name.strip() in [cell.strip() for line in back.lines for cell in line.cells], (kind, name)


def test_the_table_follows_the_filters_of_its_page(town: House) -> None:
    manager = town.client("manager_a")
    everybody = manager.get(f"{TABLE}.csv").get_data(as_text=True)
    assert "manager_a@example.org" in everybody
    only = manager.get(f"{TABLE}.csv?show=late").get_data(as_text=True)
    assert "learner_a@example.org" in only
    assert "manager_a@example.org" not in only
    assert "learner_a@" in manager.get(f"{TABLE}.csv?on=alpha&q=learner").get_data(as_text=True)
    assert "learner_a@" not in manager.get(f"{TABLE}.csv?on=beta").get_data(as_text=True)
    answer = manager.get(f"{TABLE}.csv")
    assert answer.headers["Content-Disposition"] == f'attachment; filename="la-bobine-{today().isoformat()}.csv"'
    assert answer.headers["Cache-Control"] == "no-store"


@pytest.mark.parametrize("lang", ["en", "fr", "es", "ca"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_a_table_is_a_roster_that_changes_nothing(town: House, lang: str, kind: str, tmp_path: Path) -> None:
    """Read in again as it is: everybody is here already."""
    manager = town.client("manager_a")
    manager.get(f"/?lang={lang}")
    file = tmp_path / f"team.{kind}"
    file.write_bytes(manager.get(f"{TABLE}.{kind}").get_data())
    runner = town.app.test_cli_runner()
    done = runner.invoke(args=["spaces", "roster", str(file), "--space", "la-bobine", "--dry-run", "--format", "json"])
    assert done.exit_code == 0, done.output
    assert done.output.count('"present"') >= 2
    assert '"invalid": 0' in done.output
    assert '"new": 0' in done.output


def test_D6_odd_addresses_are_quick_and_whole(town: House) -> None:
    late(town, "manager_a", "manager_a", days=90)
    manager = town.client("manager_a")
    for query in (
        "after=" + "9" * 900,
        "before=0&after=1",
        "show=*&show=late",
        "on[]=1",
        "q=" + "%" * 3000,
        "q=a",
        "sort=email",
    ):
        assert manager.get(f"/team/la-bobine?{query}").status_code == 200, query
    assert manager.get(f"{TABLE}.exe").status_code == 404
