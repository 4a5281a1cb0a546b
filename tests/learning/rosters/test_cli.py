"""`flask --app wsgi spaces roster` and `roster-undo`, as typed at a terminal."""

from __future__ import annotations

import json
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from click.testing import Result

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db, new_id
from lms.foundation.sheets import write_xlsx
from lms.learning import service as learning
from lms.learning.assignments import service as assignments
from lms.learning.assignments.queries import Scope
from lms.learning.models import Enrolment
from lms.learning.rosters.models import RosterImport, RosterRow
from lms.spaces import service as spaces
from lms.spaces.directory import service as directory
from lms.spaces.joining.models import Transfer
from lms.spaces.models import Invitation, Membership
from tests.accounts.people import House

LIST = """Prénom;Nom;E-mail;Forfait
Zoé;Ünal;zoe@example.net;Flex
Ana;Ruiz;ANA@Example.net;Flex
Léa;A;LEARNER_A@example.org;Flex
Bo;B;learner_b@example.org;Flex
;;nobody@example.net;Flex
X;Y;no-address;Flex
X;Y;;Flex
Ana;Ruiz;ana@example.net;Flex
{long};Z;long@example.net;Flex
Z;Z;{long}@example.net;Flex
"""


@pytest.fixture
def file(tmp_path: Path) -> Path:
    path = tmp_path / "liste.csv"
    path.write_bytes(LIST.format(long="x" * 260).encode("cp1252"))
    return path


def run(house: House, *words: str) -> Result:
    result: Result = house.app.test_cli_runner().invoke(args=["spaces", *words])
    return result


def roster(house: House, path: Path, *more: str, space: str = "la-bobine") -> tuple[int, dict[str, Any]]:
    result = run(house, "roster", str(path), "--space", space, "--format", "json", *more)
    assert result.exception is None or isinstance(result.exception, SystemExit), result.exception
    return result.exit_code, json.loads(result.stdout)


def everything(house: House) -> list[Any]:
    """What a list could change, to be compared."""
    tables = (Person, Membership, Invitation, Enrolment, Transfer, RosterImport, RosterRow)
    with house.open():
        found = [
            tuple(row)
            for one in tables
            for row in db.session.execute(sa.select(one.__table__).order_by(*one.__table__.c))
        ]
    return [*found, *house.state()]


def test_a_list_is_brought(any_place: House, file: Path) -> None:
    code, told = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")
    assert code == 0
    assert [(row["line"], row["outcome"], row["reason"]) for row in told["rows"]] == [
        (2, "new", None), (3, "new", None), (4, "present", None), (5, "elsewhere", None), (6, "invalid", "name_missing"),
        (7, "invalid", "email_bad"), (8, "invalid", "email_missing"), (9, "invalid", "duplicate_in_file"),
        (10, "invalid", "too_long"), (11, "invalid", "too_long"),
    ]  # fmt: skip
    assert told["rows"][1] | {"line": 0} == {
        "line": 0, "email": "ana@example.net", "name": "Ana Ruiz", "outcome": "new", "reason": None,
    }  # fmt: skip
    summary = told["summary"]
    assert summary.pop("import_id")
    assert summary == {
        "rows": 10, "new": 2, "present": 1, "elsewhere": 1, "invalid": 6, "enrolled": 3, "invitations": 2, "dry_run": False,
    }  # fmt: skip
    assert any_place.roles("zoe@example.net") == {("learner", "la-bobine")}
    assert any_place.roles("learner_b@example.org") == {("learner", "l-estive")}, "asked, not taken"
    with any_place.open():
        days = db.session.execute(sa.select(Enrolment.due_on, Enrolment.source, Enrolment.enrolled_by)).all()
        assert [tuple(row) for row in days] == [(date(2031, 5, 4), "manager", None)] * 3
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Transfer)) == 1
        who = db.session.scalars(sa.select(Person).where(Person.email == "zoe@example.net")).one()
        assert (who.name, who.sort[:3], who.lang, who.zone, who.state) == (
            "Zoé Ünal",
            "zoe",
            "fr",
            "Europe/Paris",
            "active",
        )


def test_the_second_time_everybody_is_present_and_nothing_is_sent(any_place: House, file: Path) -> None:
    roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")
    jobs, invitations = any_place.state()[-1], any_place.count(Invitation)
    code, told = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")
    assert code == 0
    assert [row["outcome"] for row in told["rows"]][:4] == ["present", "present", "present", "elsewhere"]
    assert (told["summary"]["new"], told["summary"]["enrolled"], told["summary"]["invitations"]) == (0, 0, 0)
    assert (any_place.state()[-1], any_place.count(Invitation)) == (jobs, invitations)
    assert any_place.count(Transfer) == 1


def test_a_dry_run_says_the_same_and_changes_nothing(place: House, file: Path) -> None:
    before = everything(place)
    code, told = roster(place, file, "--course", "alpha", "--due", "2031-05-04", "--dry-run")
    assert everything(place) == before
    assert code == 0
    assert told["summary"].pop("import_id", 1) is None
    done = roster(place, file, "--course", "alpha", "--due", "2031-05-04")[1]
    done["summary"].pop("import_id")
    assert told["rows"] == done["rows"]
    assert told["summary"] == done["summary"] | {"dry_run": True}


@pytest.mark.parametrize(
    ("text", "rows"),
    [
        ("Nom;E-mail\n;x@example.net\nA;b\n", 2),
        ("Nom;Ville\nA;Prades\n", 1),
        ("", 0),
        ('a,b\n"1,2', 0),
        ("a,b\n" * 20_002, 0),
    ],
)
def test_nothing_usable_is_1_and_changes_nothing(place: House, tmp_path: Path, text: str, rows: int) -> None:
    path = tmp_path / "list.csv"
    path.write_text(text)
    before = everything(place)
    result = run(place, "roster", str(path), "--space", "la-bobine", "--format", "json")
    assert result.exit_code == 1, result.output
    told = json.loads(result.stdout)
    assert len(told["rows"]) == told["summary"]["rows"] == rows
    assert told["summary"]["import_id"] is None
    assert str(path) in result.stderr
    assert everything(place) == before


@pytest.mark.parametrize(
    "words",
    [
        ("no-such-file.csv", "--space", "la-bobine"),
        ("FILE", "--space", "nowhere"),
        ("FILE", "--space", "la-bobine", "--course", "nothing"),
        ("FILE", "--space", "la-bobine", "--due", "2031-01-01"),
        ("FILE", "--space", "la-bobine", "--course", "alpha", "--due", "soon"),
        ("FILE", "--space", "la-bobine", "--course", "alpha", "--due", "2020-01-01"),
        ("FILE", "--space", "la-bobine", "--course", "alpha", "--due", "2020-01-01", "--dry-run"),
        ("FILE",),
    ],
)
def test_wrong_usage_is_2_and_changes_nothing(place: House, file: Path, words: tuple[str, ...]) -> None:
    before = everything(place)
    result = run(place, "roster", *(str(file) if word == "FILE" else word for word in words), "--format", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert everything(place) == before


def test_an_archived_space_is_wrong_usage_and_changes_nothing(any_place: House, file: Path) -> None:
    any_place.write(lambda: directory.archive("la-bobine", by=any_place.ids["coordinator"]))
    before = everything(any_place)
    result = run(any_place, "roster", str(file), "--space", "la-bobine", "--format", "json")
    assert (result.exit_code, result.stdout) == (2, "")
    assert "archived" in result.stderr
    assert everything(any_place) == before


def test_a_workbook_gives_the_rows_of_its_sheet(place: House, tmp_path: Path) -> None:
    path = tmp_path / "list.xlsx"
    with write_xlsx(("FullName", "Email", "Active"), [("", "", ""), ("Ana Ruiz", "ana@example.net", "YES")]) as made:
        path.write_bytes(made.read())
    code, told = roster(place, path)
    assert (code, [(row["line"], row["outcome"]) for row in told["rows"]]) == (0, [(3, "new")])


def test_a_table_is_for_people(place: House, file: Path) -> None:
    result = run(place, "roster", str(file), "--space", "la-bobine")
    assert "zoe@example.net" in result.stdout
    assert "new=2 present=1 elsewhere=1 invalid=6" in result.stdout


# --- undo --------------------------------------------------------------------------------------------------------


def without_the_import(house: House) -> dict[str, Any]:
    with house.open():
        return {
            "people": set(map(tuple, db.session.execute(sa.select(Person.email, Person.name)))),
            "members": set(map(tuple, db.session.execute(sa.select(Membership.person_id, Membership.space_id)))),
            "courses": set(
                map(tuple, db.session.execute(sa.select(Enrolment.person_id, Enrolment.due_on, Enrolment.state)))
            ),
        }


def links_for_mails(house: House) -> list[bool]:
    """Of each invitation: whether the job that mails it gets a link for it."""
    with house.open():
        ids = list(db.session.scalars(sa.select(Invitation.id)))
    return [house.write(lambda one=one: spaces.mint_invitation(one)) is not None for one in ids]


def test_an_undo_takes_back_what_nobody_acted_on(any_place: House, file: Path) -> None:
    learner = any_place.ids["learner_a"]
    any_place.write(lambda: learning.enrol(learner, "alpha", due_on=date(2030, 1, 1)))
    before = without_the_import(any_place)
    told = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")[1]
    number = told["summary"]["import_id"]
    assert links_for_mails(any_place) == [True, True], "they would leave"
    result = run(any_place, "roster-undo", number, "--format", "json")
    assert result.exit_code == 0, result.output
    assert json.loads(result.stdout) == {"kept": [], "summary": {"undone": 3, "kept": 0, "import_id": number}}
    assert without_the_import(any_place) == before
    with any_place.open():
        assert db.session.scalars(sa.select(Transfer.state)).all() == ["withdrawn"]
    assert links_for_mails(any_place) == [False, False], "no invitation leaves after an undo"
    again = run(any_place, "roster-undo", number, "--format", "json")
    assert (again.exit_code, json.loads(again.stdout)["summary"]["undone"]) == (0, 3)


def test_an_undo_leaves_and_lists_who_has_acted(any_place: House, file: Path) -> None:
    told = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")[1]
    with any_place.open():
        ids = {email: who for email, who in db.session.execute(sa.select(Person.email, Person.id))}
    any_place.write(lambda: accounts.open_session(ids["zoe@example.net"]))
    any_place.write(lambda: learning.decline(any_place.ids["learner_a"], "alpha"))
    result = run(any_place, "roster-undo", told["summary"]["import_id"], "--format", "json")
    told = json.loads(result.stdout)
    assert [row["email"] for row in told["kept"]] == ["zoe@example.net", "learner_a@example.org"]
    assert told["summary"]["undone"] == 1
    assert any_place.roles("zoe@example.net") == {("learner", "la-bobine")}
    assert any_place.roles("ana@example.net") == set()


def test_an_undo_leaves_who_belongs_elsewhere_too_by_now(place: House, file: Path) -> None:
    told = roster(place, file)[1]
    with place.open():
        zoe = db.session.scalar(sa.select(Person.id).where(Person.email == "zoe@example.net"))
    place.write(lambda: spaces.give_role(str(zoe), "learner", "l-estive"))
    kept = json.loads(run(place, "roster-undo", told["summary"]["import_id"], "--format", "json").stdout)["kept"]
    assert [row["email"] for row in kept] == ["zoe@example.net"]


def someone(house: House, email: str = "zoe@example.net") -> str:
    """Somebody with an account, a password and a session, who belongs nowhere."""

    def make() -> str:
        who = accounts.create_person(email=email, name="Zoé Ünal", lang="fr").id
        accounts.set_password(who, "a hash")
        accounts.open_session(who)
        return who

    return str(house.write(make))


@pytest.mark.parametrize("first", ["nothing", "an enrolment of their own"])
def test_an_undo_takes_the_membership_back_from_who_had_an_account_before(
    any_place: House, file: Path, first: str
) -> None:
    zoe = someone(any_place)
    if first != "nothing":
        any_place.write(lambda: learning.enrol(zoe, "alpha", due_on=date(2030, 1, 1)))
    before = without_the_import(any_place)
    dry = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04", "--dry-run")[1]
    told = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")[1]
    assert told["summary"]["enrolled"] == dry["summary"]["enrolled"] == (3 if first == "nothing" else 2)
    assert any_place.roles("zoe@example.net") == {("learner", "la-bobine")}
    result = run(any_place, "roster-undo", told["summary"]["import_id"], "--format", "json")
    assert json.loads(result.stdout)["kept"] == []
    assert without_the_import(any_place) == before


@pytest.mark.parametrize("act", ["signs in", "is made a deputy"])
def test_an_undo_leaves_who_had_an_account_before_and_acted_since(place: House, file: Path, act: str) -> None:
    zoe = someone(place)
    number = roster(place, file)[1]["summary"]["import_id"]
    if act == "signs in":
        place.write(lambda: accounts.open_session(zoe))
    else:
        place.write(lambda: spaces.name_deputy(zoe, "la-bobine", by=None))
    kept = json.loads(run(place, "roster-undo", number, "--format", "json").stdout)["kept"]
    assert [row["email"] for row in kept] == ["zoe@example.net"]


@pytest.mark.parametrize("scope", [Scope("la-bobine", None, "all"), Scope(None, None, "learners")])
def test_an_undo_does_not_stop_at_what_the_space_asks_of_whoever_joins(
    any_place: House, file: Path, scope: Scope
) -> None:
    by = any_place.ids["manager_a" if scope.space_id else "coordinator"]
    any_place.write(lambda: assignments.assign(new_id(), scope, by=by, course_id="beta"))
    before = without_the_import(any_place)
    told = roster(any_place, file, "--course", "alpha", "--due", "2031-05-04")[1]
    any_place.run_jobs()
    with any_place.open():
        zoe = db.session.scalar(sa.select(Person.id).where(Person.email == "zoe@example.net"))
    assert any_place.count(Enrolment, Enrolment.person_id == zoe) == 2, "the job has enrolled them"
    kept = json.loads(run(any_place, "roster-undo", told["summary"]["import_id"], "--format", "json").stdout)["kept"]
    assert kept == []
    assert without_the_import(any_place) == before


def test_an_undo_leaves_whom_somebody_put_on_another_course(place: House, file: Path) -> None:
    told = roster(place, file)[1]
    with place.open():
        zoe = str(db.session.scalar(sa.select(Person.id).where(Person.email == "zoe@example.net")))
    place.write(lambda: learning.enrol_many([zoe], "beta", by=place.ids["manager_a"]))
    kept = json.loads(run(place, "roster-undo", told["summary"]["import_id"], "--format", "json").stdout)["kept"]
    assert [row["email"] for row in kept] == ["zoe@example.net"]


def test_after_a_day_nothing_is_undone(place: House, file: Path) -> None:
    told = roster(place, file)[1]
    place.later(RosterImport, done_at=-timedelta(hours=25))
    before = everything(place)
    result = run(place, "roster-undo", told["summary"]["import_id"])
    assert (result.exit_code, result.stdout) == (1, "")
    assert "more than a day" in result.stderr
    assert everything(place) == before
    assert run(place, "roster-undo", "no-such-import").exit_code == 2
