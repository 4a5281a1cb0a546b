"""A manager brings a list: shown before anything happens, mended, applied, undone. Rows A5, A7, A9, S5, X15, D7, D8, R8."""

from __future__ import annotations

import io
import os
import re
import signal
import subprocess
import sys
import threading
from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.clock import now, today
from lms.foundation.db import db
from lms.foundation.sheets import read_sheet, write_xlsx
from lms.jobs.models import Job
from lms.jobs.outbox import TOLD_AT_ONCE
from lms.learning.assignments.queries import titles_of
from lms.learning.models import Enrolment
from lms.learning.rosters import service
from lms.learning.rosters.models import RosterFile, RosterImport, RosterRow
from lms.learning.rosters.rules import AT_ONCE_MOST, PART, WAITING_MOST
from lms.learning.rosters.tasks import apply
from lms.spaces import service as spaces
from lms.spaces.directory import service as directory
from lms.spaces.joining import service as joining
from lms.spaces.models import Application, Invitation, Membership, NetworkRole
from tests.accounts.attacks import token_of
from tests.accounts.people import House
from tests.conftest import Apps
from tests.learning.rosters.conftest import EIGHT
from tests.visits import StrictClient, words_of

ROSTER = "/team/la-bobine/roster"
MIXED = "Nom;E-mail\nZoé;zoe@example.net\nLéa;learner_a@example.org\nBo;learner_b@example.org\n;ana@example.net\nX;nothing\n"
DUE = (today() + timedelta(days=20)).isoformat()


def bring(client: StrictClient, text: str | bytes, name: str = "liste.csv", where: str = ROSTER) -> TestResponse:
    data = text if isinstance(text, bytes) else text.encode()
    return client.fill(where, {"file": (io.BytesIO(data), name)}, form="roster")


def press(client: StrictClient, page: TestResponse, **values: Any) -> TestResponse:
    return client.fill(page, values, form="bring", press="Import")


def many(count: int, mark: str = "p") -> str:
    return "Name,Email\n" + "".join(f"Person {mark} {n},{mark}{n}@example.net\n" for n in range(count))


def test_a_list_is_shown_before_anything_happens(any_place: House) -> None:
    client = any_place.client("manager_a")
    before = (any_place.state(), any_place.count(Enrolment))
    page = bring(client, MIXED.encode("cp1252"))
    words = words_of(page)
    assert page.status_code == 200
    assert "5 rows read" in words
    assert "liste.csv" in words
    for said in (
        "Zoé",
        "new: will be invited",
        "already here",
        "in another space: will be asked",
        "The name is missing.",
    ):
        assert said in words
    assert "Import 3, leave 2" in words
    assert (any_place.state(), any_place.count(Enrolment)) == before


def test_a_list_with_a_course_and_a_day(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = press(client, bring(client, MIXED), course="alpha", due_on=DUE)
    words = words_of(page)
    for said in ("1 person is new here. 1 invitation leaves by mail.", "1 person was here already.",
                 "1 person belongs to another space", "2 people are enrolled", "2 rows were left out."):  # fmt: skip
        assert said in words, words
    assert any_place.roles("zoe@example.net") == {("learner", "la-bobine")}
    with any_place.open():
        rows = db.session.execute(sa.select(Enrolment.due_on, Enrolment.enrolled_by)).all()
    assert [(row.due_on.isoformat(), row.enrolled_by) for row in rows] == [(DUE, any_place.ids["manager_a"])] * 2
    assert any_place.count(RosterFile) == 0, "what was sent is not kept"
    assert any_place.run_jobs() >= 1


def test_rows_are_mended_in_place(place: House) -> None:
    client = place.client("manager_a")
    page = bring(client, MIXED)
    page = client.fill(page, {"name-4": "Ana Ruiz", "email-5": "x@example.net"}, form="bring", press="Check again")
    assert "Import 5 Leave it" in words_of(page)
    assert "to mend" not in words_of(page)
    press(client, page)
    assert place.roles("ana@example.net") == place.roles("x@example.net") == {("learner", "la-bobine")}


def test_what_was_mended_counts_when_import_is_pressed_at_once(place: House) -> None:
    client = place.client("manager_a")
    press(client, bring(client, MIXED), **{"name-4": "Ana Ruiz"})
    assert place.roles("ana@example.net") == {("learner", "la-bobine")}


def test_a_list_can_be_pasted(place: House) -> None:
    client = place.client("manager_a")
    page = client.fill(ROSTER, {"text": "Ana Ruiz <ana@example.net>, Bo B <bo@example.net>"}, form="roster")
    assert "From the list you pasted" in words_of(page)
    press(client, page)
    assert place.roles("bo@example.net") == {("learner", "la-bobine")}


def test_encoding_and_separator_are_seen_and_can_be_changed(place: House) -> None:
    client = place.client("manager_a")
    page = bring(client, "Nom|E-mail\nZoé|zoe@example.net\n".encode("mac_roman"))
    assert "windows-1252" in page.text
    page = client.fill(page, {"encoding": "macintosh", "separator": "pipe"}, form="reading")
    assert "Zoé" in words_of(page)
    page = client.fill(page, {"separator": "comma"}, form="reading")
    assert "1 row to mend" in words_of(page)


def test_a_workbook_has_nothing_to_choose(place: House) -> None:
    client = place.client("manager_a")
    with write_xlsx(("Full Name", "Email"), [("Ana", "ana@example.net")]) as file:
        page = bring(client, file.read(), "members.xlsx")
    assert "reading" not in page.text
    assert "Ana" in words_of(page)


@pytest.mark.parametrize(
    ("sent", "said"),
    [
        (b"", "Choose a file, or paste your list." ),
        (b"\n\n", "This file is empty."),
        (b"Nom;E-mail\n", "There are headers in this list, and no people."),
        (b"PK\x03\x04x", "cut off or damaged"),
        (b"%PDF-1.4", "neither text nor an XLSX workbook"),
        (b"a,b\n" * 30_000, "more than 20,000 rows"),
        (b'a,b\n1,2\n3,"4', "Line 3: A quotation mark is opened here"),
        (b"x," + b"y" * (9 * 1024 * 1024), "larger than 8 MB"),
    ],
)  # fmt: skip
def test_S5_what_cannot_be_read_is_said_and_nothing_is_kept(any_place: House, sent: bytes, said: str) -> None:
    page = bring(any_place.client("manager_a"), sent, "x.csv" if sent else "")
    assert page.status_code == 422
    assert said in words_of(page)
    assert any_place.count(RosterImport) == 0


@pytest.mark.parametrize(
    ("sent", "names"),
    [
        (b"\xef\xbb\xbfNom;E-mail\r\nA;a@example.net\nB;b@example.net\rC;c@example.net", "ABC"),
        (b"Nom\tE-mail\nA\ta@example.net\n", "A"),
        (b"Nom|E-mail\nA|a@example.net\n", "A"),
        (b"Nom;E-mail\n\x00A\x00;a\x00@example.net\n\x00;\x00\n", "A"),
        (b"Nom;Nom;E-mail;E-mail\nA;X;a@example.net;x@example.net\n", "A"),
        ("Nom;E-mail\n\xc9;e@example.net\n".encode("cp1252"), "\xc9"),
        ("Nom;E-mail\n\xc9;e@example.net\n".encode("utf-16"), "\xc9"),
        (b"Nom;E-mail;Notes\nA;a@example.net;" + b"y" * 30_000 + b"\n", "A"),
        (b"Nom;E-mail\n" + "\u202eA\ufeff\u200b;a@example.net\n".encode(), "A"),
    ],
)
def test_S5_odd_lists_are_shown_applied_and_undone(any_place: House, sent: bytes, names: str) -> None:
    client, people = any_place.client("manager_a"), any_place.count(Person)
    done = press(client, bring(client, sent))
    assert done.status_code == 200
    assert any_place.count(Person) == people + len(names)
    with any_place.open():
        assert set(db.session.scalars(sa.select(Person.name).where(Person.email.like("%example.net")))) == set(names)
    client.fill(done, form="undo")
    assert any_place.count(Person) == people


def test_X15_what_is_shown_of_a_list_is_encoded_and_its_marks_are_visible(place: House) -> None:
    client = place.client("manager_a")
    page = bring(client, 'Name,Email\n"<script>alert(1)</script>\x00\x1b[31m\u202e",<b>x\n"A\u0000B",\n', "<i>.csv")
    assert page.status_code == 200
    assert "<script>alert" not in page.text
    assert "<b>x" not in page.text
    assert not re.search("[\x00\x1b\u202e]", page.text)


def test_bad_rows_can_be_downloaded_and_brought_again(place: House) -> None:
    client = place.client("manager_a")
    page = press(client, bring(client, "Name,Email\nAna,ana@example.net\n=1+1,nothing\n"))
    address = re.search(r'href="([^"]+left\.csv)"', page.text)
    assert address
    answer = client.get(address[1])
    assert answer.mimetype == "text/csv"
    assert [line.cells for line in read_sheet(answer.data).lines] == [
        ("Line", "Name", "E-mail", "What is wrong"), ("3", "=1+1", "nothing", "This is not an e-mail address."),
    ]  # fmt: skip
    assert b'"\'=1+1"' in answer.data
    again = bring(client, answer.data.replace(b"nothing", b"one@example.net"))
    assert "=1+1" in words_of(again)
    assert "Import 1" in words_of(again)


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_empty_list_has_headers_that_we_know(place: House, lang: str) -> None:
    client = place.client("manager_a")
    client.get(f"/home?lang={lang}")
    data = client.get(f"{ROSTER}/template.csv").data
    line = read_sheet(data).lines[0]
    sign = "," if lang == "en" else ";"
    page = bring(client, data + sign.join(f'"{cell}"' for cell in ("Ana", "ana@example.net")).encode())
    assert "ana@example.net" in words_of(page), line
    assert place.count(RosterRow, RosterRow.name == "Ana", RosterRow.outcome == "new") == 1


@pytest.mark.parametrize("kind", ["csv", "xlsx"])
@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_S4_the_table_of_a_team_comes_in_again_unchanged(place: House, lang: str, kind: str) -> None:
    client = place.client("manager_a")
    press(
        client, bring(client, "Name,Email\n=1+1|cmd,formula@example.net\n'Ana,quote@example.net\nΖωή,zoe@example.net\n")
    )
    table = client.get(f"/team/la-bobine/table.{kind}?lang={lang}")
    assert table.status_code == 200
    client.get("/team/la-bobine?lang=en")
    page = bring(client, table.data, f"team.{kind}")
    assert "5 rows read" in words_of(page)
    assert "5 already here" in words_of(page)
    with place.open():
        names = {row.email: row.name for row in db.session.scalars(sa.select(RosterRow).join(
            RosterImport, RosterImport.id == RosterRow.import_id).where(RosterImport.state == "read"))}  # fmt: skip
    assert names["formula@example.net"] == "=1+1|cmd"
    assert names["quote@example.net"] == "'Ana"


def test_an_undo_takes_back_and_lists_who_stays(any_place: House) -> None:
    client = any_place.client("manager_a")
    people = any_place.count(Person)
    page = press(client, bring(client, EIGHT), course="alpha", due_on=DUE)
    with any_place.open():
        token_row = db.session.scalars(sa.select(Invitation).order_by(Invitation.email)).first()
        assert token_row
    any_place.later(Invitation, created_at=timedelta(0))
    any_place.write(
        lambda: db.session.execute(
            sa.update(Invitation).where(Invitation.id == token_row.id).values(used_at=now()),
            execution_options={"synchronize_session": False},
        )
    )
    page = client.fill(page, form="undo")
    words = words_of(page)
    assert "The list is undone" in words
    assert "The import is undone for 7 people." in words
    assert "new here" not in words, "nothing is told as if it still stood"
    assert "new: invited" not in words
    assert "1 person stays" in words
    assert token_row.email in words
    assert any_place.count(Person) == people + 1
    assert any_place.count(Enrolment) == 1
    assert any_place.count(Membership, Membership.space_id == "la-bobine") == 3


def test_who_was_invited_by_a_list_that_is_undone_invites_nobody_anew(any_place: House) -> None:
    client = any_place.client("manager_a")
    client.fill(press(client, bring(client, "Ana;ana@example.net\n")), form="undo")
    before = any_place.count(Invitation)
    any_place.write(lambda: joining.send_again(email="ana@example.net"))
    assert any_place.count(Invitation, Invitation.withdrawn_at.is_(None)) == 0
    assert any_place.count(Invitation) == before
    assert "withdrawn" in words_of(client.get("/team/la-bobine/invite"))


def test_after_a_day_there_is_no_undo(place: House) -> None:
    client = place.client("manager_a")
    page = press(client, bring(client, EIGHT))
    place.later(RosterImport, done_at=-timedelta(hours=25))
    assert client.fill(page, form="undo").status_code == 409
    assert 'action="' + page.request.path + '/undo"' not in client.get(page.request.path).text
    assert place.count(Membership, Membership.space_id == "la-bobine") == 10


def test_lists_brought_before_are_listed(place: House) -> None:
    client = place.client("manager_a")
    press(client, bring(client, EIGHT, "personnel été.csv"))
    words = words_of(client.get(ROSTER))
    assert "personnel été.csv" in words
    assert "8 new people" in words


def test_twice_pressed_is_one_import(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = bring(client, EIGHT)
    press(client, page)
    press(client, page)
    assert any_place.count(Person, Person.email.like("%example.net")) == 8
    assert any_place.count(Invitation) == 8


def test_a_list_that_is_read_belongs_to_who_brought_it(place: House) -> None:
    client = place.client("manager_a")
    page = bring(client, EIGHT)
    place.write(lambda: spaces.give_role(place.ids["learner_a"], "deputy", "la-bobine"))
    other = place.client("learner_a")
    assert other.get(page.request.path).status_code == 404
    press(client, page)
    assert other.get(page.request.path).status_code == 200
    assert place.client("manager_b").get(page.request.path).status_code == 404
    foreign = page.request.path.replace("la-bobine", "l-estive")
    assert place.client("manager_b").get(foreign).status_code == 404


# --- rights (A5, A7, A9) -----------------------------------------------------------------------------------------


def posted(client: StrictClient, page: TestResponse, address: str, **fields: Any) -> TestResponse:
    token = re.search(r'name="csrf_token"[^>]*value="([^"]+)"', page.text)
    assert token
    return client.post(address, data={"csrf_token": token[1], **fields})


def test_A5_one_course_that_is_none_and_nothing_of_the_list_happens(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = bring(client, EIGHT)
    before = any_place.state()
    answer = posted(client, page, page.request.path, do="import", course="no-such-course")
    assert answer.status_code == 422
    assert any_place.state() == before


def test_A7_fields_that_are_not_on_the_page_change_nothing(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = bring(client, EIGHT)
    more = {
        name: "coordinator" for name in ("role", "is_admin", "owner", "status", "state", "verified", "id", "brought_by")
    }
    more |= {"space_id": "l-estive", "person_id": any_place.ids["manager_b"], "user_id": "x", "created_at": "x"}
    more |= {"name-1": "Other", "email-1": "other@example.net", "email-99": "late@example.net", "email-x": "x"}
    posted(client, page, page.request.path, do="import", course="", **more)
    assert any_place.roles("other@example.net") == {("learner", "la-bobine")}
    assert any_place.roles("late@example.net") == set()
    assert any_place.count(Membership, Membership.space_id == "l-estive") == 2


def test_A9_a_column_with_roles_gives_none(any_place: House) -> None:
    client = any_place.client("manager_a")
    text = "Name,Email,Role,role,is_admin,Coworker Type\nEve,eve@example.net,manager,coordinator,1,Admin\n"
    text += "Self,manager_a@example.org,coordinator,coordinator,1,Admin\nCo,coordinator@example.org,learner,,,\n"
    roles = any_place.count(NetworkRole)
    press(client, bring(client, text))
    assert any_place.roles("eve@example.net") == {("learner", "la-bobine")}
    assert any_place.roles("manager_a@example.org") == {("manager", "la-bobine")}
    assert any_place.roles("coordinator@example.org") == {("coordinator", None), ("learner", "la-bobine")}
    assert any_place.count(NetworkRole) == roles
    with any_place.open():
        assert set(db.session.scalars(sa.select(Invitation.role))) == {"learner"}


def demoted(house: House) -> None:
    house.write(
        lambda: db.session.execute(
            sa.update(Membership).where(Membership.person_id == house.ids["manager_a"]).values(role="learner"),
            execution_options={"synchronize_session": False},
        )
    )


def test_N5_a_right_lost_is_lost_at_the_next_request(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = bring(client, EIGHT)
    demoted(any_place)
    before = any_place.state()
    assert posted(client, page, page.request.path, do="import").status_code == 403
    assert any_place.state() == before


def test_N5_a_right_lost_is_lost_at_the_next_job(any_place: House) -> None:
    client = any_place.client("manager_a")
    press(client, bring(client, many(AT_ONCE_MOST + 1)))
    people = any_place.count(Person)
    demoted(any_place)
    any_place.run_jobs()
    assert any_place.count(Person) == people
    with any_place.open():
        assert db.session.scalars(sa.select(RosterImport.state)).all() == ["refused"]


def archived(house: House) -> None:
    house.write(lambda: directory.archive("la-bobine", by=house.ids["coordinator"]))


def test_an_archived_space_takes_no_list_and_says_so(any_place: House) -> None:
    client = any_place.client("manager_a")
    page, token = bring(client, EIGHT), token_of(client, "/account")
    archived(any_place)
    before = any_place.state()
    again = client.post(ROSTER, data={"csrf_token": token, "text": EIGHT})
    assert again.status_code == 422
    assert "This space is archived: nobody new comes in." in words_of(again)
    assert "Or paste it here" not in words_of(again)
    sent = client.post(
        page.request.path, data={"csrf_token": token, "do": "import", "course": ""}, follow_redirects=True
    )
    assert "This space is archived: nobody new comes in." in words_of(sent)
    assert any_place.state() == before


def test_N5_a_space_that_is_archived_while_a_list_waits_is_named_in_its_report(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = press(client, bring(client, many(AT_ONCE_MOST + 1)))
    people = any_place.count(Person)
    archived(any_place)
    any_place.run_jobs()
    assert any_place.count(Person) == people
    said = words_of(client.get(page.request.path))
    assert "The space was archived before this list was brought in" in said
    assert "could no longer do so" not in said


def test_a_list_of_people_who_are_there_already_is_refused_too_where_the_space_is_archived(place: House) -> None:
    client = place.client("manager_a")
    page = bring(client, "Name,Email\nL,learner_a@example.org\n")
    token = token_of(client, "/account")
    archived(place)
    client.post(page.request.path, data={"csrf_token": token, "do": "import", "course": "alpha"})
    assert place.count(Enrolment) == 0


def test_a_closed_account_is_left_alone(place: House) -> None:
    place.write(
        lambda: db.session.execute(
            sa.update(Person).where(Person.email == "learner_a@example.org").values(state="disabled"),
            execution_options={"synchronize_session": False},
        )
    )
    client = place.client("manager_a")
    press(client, bring(client, "Name,Email\nL,learner_a@example.org\nZ,z@example.net\n"), course="alpha")
    assert place.count(Enrolment) == 1


# --- long lists (D7, D8, R8) -------------------------------------------------------------------------------------


def test_a_long_list_is_applied_behind_the_page(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = press(client, bring(client, many(AT_ONCE_MOST + 50)), course="alpha", due_on=DUE)
    assert "Your list is on its way" in words_of(page)
    assert "progress" in page.text
    assert any_place.count(Person, Person.email.like("%example.net")) == 0
    any_place.run_jobs()
    page = client.get(page.request.path)
    assert "250 people are new here." in words_of(page)
    assert "Next page" in words_of(page)
    assert any_place.count(Enrolment) == 250


@pytest.mark.parametrize(
    ("progress", "back", "said"),
    [
        (0, False, "0 of 250 rows written"),
        (100, False, "100 of 250 rows written"),
        (100, True, "150 of 250 rows undone"),
    ],
)
def test_the_bar_of_a_long_list_says_how_far_it_is(place: House, progress: int, back: bool, said: str) -> None:
    client = place.client("manager_a")
    size = AT_ONCE_MOST + 50
    page = press(client, bring(client, many(size)))
    values = {"progress": progress, "back_since": now() if back else None}
    place.write(lambda: db.session.execute(sa.update(RosterImport).values(**values)))
    shown = client.get(page.request.path)
    assert said in words_of(shown)
    assert f'max="{size}" value="{size - progress if back else progress}"' in shown.text
    assert ("Stop and undo" in words_of(shown)) is not back


@pytest.fixture
def _short(monkeypatch: pytest.MonkeyPatch) -> None:
    """Lists of three rows are long here."""
    monkeypatch.setattr(service, "AT_ONCE_MOST", 2)


def waiting_lists(house: House, count: int, size: int = 3) -> list[TestResponse]:
    client = house.client("manager_a")
    return [press(client, bring(client, many(size, f"l{number}-"))) for number in range(count)]


@pytest.mark.usefixtures("_short")
def test_D7_one_list_at_a_time_ten_wait_and_the_next_is_refused(any_place: House) -> None:
    pages = waiting_lists(any_place, WAITING_MOST + 1)
    assert "Ten of your lists are waiting already" in pages[-1].text
    with any_place.open():
        states = sorted(db.session.scalars(sa.select(RosterImport.state)))
        assert states == ["read"] + ["waiting"] * WAITING_MOST
        priorities = sorted(db.session.scalars(sa.select(Job.priority).where(Job.task == "rosters.apply")))
        assert priorities[0] == 5
        assert min(priorities[1:]) > 5, "the first list of somebody else goes before"


@pytest.mark.usefixtures("_short")
def test_D7_a_list_waits_for_the_one_before_it(any_place: House) -> None:
    waiting_lists(any_place, 2)
    with any_place.open():
        second = db.session.scalars(sa.select(RosterImport.id).order_by(RosterImport.made_at)).all()[1]
        effect = apply({"id": second})
        db.session.rollback()
        assert effect
    any_place.write(effect)
    with any_place.open():
        assert set(db.session.scalars(sa.select(RosterImport.state))) == {"waiting"}
    any_place.run_jobs()
    any_place.later(Job, due_at=-timedelta(seconds=10))
    any_place.run_jobs()
    assert any_place.count(Person, Person.email.like("%example.net")) == 6


def test_D8_the_letters_of_a_list_are_few_duties_and_last_in_the_queue(any_place: House) -> None:
    client = any_place.client("manager_a")
    press(client, bring(client, many(AT_ONCE_MOST)))
    with any_place.open():
        jobs = db.session.execute(
            sa.select(Job.priority, Job.args).where(Job.task == "notifications.send_invitations")
        ).all()
    assert len(jobs) == AT_ONCE_MOST // TOLD_AT_ONCE
    assert all(job.priority == 7 for job in jobs)
    assert len({one for job in jobs for one in job.args["invitations"]}) == AT_ONCE_MOST


def test_each_letter_leaves_once(any_app: Flask, make_place: Any, mails: Any) -> None:
    any_app.config["CORDADA"] = any_app.config["CORDADA"].__class__(
        **{**any_app.config["CORDADA"].__dict__, "smtp_url": mails.url}
    )
    house = make_place(any_app)
    client = house.client("manager_a")
    press(client, bring(client, EIGHT))
    house.run_jobs()
    house.write(
        lambda: db.session.execute(
            sa.update(Job).where(Job.task == "notifications.send_invitations").values(state="due"),
            execution_options={"synchronize_session": False},
        )
    )
    house.run_jobs()
    assert len(mails.letters) == 8
    said = mails.letters[0].text
    assert "sera effacée de notre liste dans 30 jours" in said, "who never comes is forgotten"
    assert "retirer de sa liste" not in said, "and need not ask for it"


def test_an_invitation_says_which_course_waits(any_app: Flask, make_place: Any, mails: Any) -> None:
    """Nobody else does: who is invited is not written to about the course as well."""
    any_app.config["CORDADA"] = any_app.config["CORDADA"].__class__(
        **{**any_app.config["CORDADA"].__dict__, "smtp_url": mails.url}
    )
    house = make_place(any_app)
    client = house.client("manager_a")
    press(client, bring(client, EIGHT), course="alpha", due_on=DUE)
    house.run_jobs()
    assert len(mails.letters) == 8
    with house.open():
        title = titles_of({"alpha"})["alpha"]
    for letter in mails.letters:
        assert "Un cours vous y attend" in letter.text
        assert f"« {title} », si vous le pouvez d’ici au" in letter.text.replace("\u00a0", " ")


def killed_at(app: Flask, url: str, point: str) -> None:
    """Have another process do what waits, and die at this point."""
    env = {**os.environ, **Apps.settings(app.config["CORDADA"].instance, DATABASE_URL=url)}
    code = (
        "import os; from config import Config; from lms.app import create_app; from lms.jobs.tasks import drain\n"
        "app = create_app(Config.from_env(dict(os.environ)))\n"
        "with app.app_context(): drain()\n"
    )
    killed = subprocess.run(
        [sys.executable, "-c", code], env={**env, "LMS_KILL_POINT": point}, capture_output=True, check=False
    )
    assert killed.returncode == -signal.SIGKILL, killed.stderr.decode()


def claims_over(house: House) -> None:
    """As if the lease of whoever died were over."""
    house.later(Job, due_at=-timedelta(minutes=5))
    house.write(lambda: db.session.execute(
        sa.update(Job).where(Job.state == "leased").values(lease_until=now() - timedelta(seconds=1)),
        execution_options={"synchronize_session": False},
    ))  # fmt: skip


LONG = PART + 60


@pytest.mark.parametrize(
    ("point", "stands"),
    [
        ("claimed", 0), ("rosters.brought", 0), ("rosters.part", PART), ("prepared", LONG), ("marked", LONG),
        ("effected", LONG), ("committed", LONG),
    ],
)  # fmt: skip
def test_R8_killed_in_the_middle_a_list_goes_on_from_where_it_stands(
    any_app: Flask, any_url: str, make_place: Any, point: str, stands: int
) -> None:
    house = make_place(any_app)
    house.run_jobs()
    people = house.count(Person)
    page = waiting_lists(house, 1, LONG)[0]
    killed_at(any_app, any_url, point)
    assert house.count(Person) == people + stands
    letters = (Job.task == "notifications.send_invitations",)
    assert (house.count(Job, *letters) > 0) is (stands == LONG), "no letter leaves before all of it is written"
    shown = words_of(house.client("manager_a").get(page.request.path))
    assert ("rows written" in shown) is (stands < LONG)
    claims_over(house)
    house.run_jobs()
    assert house.count(Person) == people + LONG
    assert house.count(Invitation) == LONG
    assert house.count(Membership, Membership.space_id == "la-bobine") == LONG + 2
    with house.open():
        told = [one for args in db.session.scalars(sa.select(Job.args).where(*letters)) for one in args["invitations"]]
    assert len(told) == len(set(told)) == LONG


@pytest.mark.parametrize(("point", "stands"), [("claimed", LONG), ("rosters.part", LONG - PART), ("prepared", 0)])
def test_R8_killed_in_the_middle_an_undo_goes_on_from_where_it_stands(
    any_app: Flask, any_url: str, make_place: Any, point: str, stands: int
) -> None:
    house = make_place(any_app)
    people = house.count(Person)
    client = house.client("manager_a")
    page = waiting_lists(house, 1, LONG)[0]
    house.run_jobs()
    client.fill(client.get(page.request.path), form="undo")
    killed_at(any_app, any_url, point)
    assert house.count(Person) == people + stands
    assert ("rows undone" in words_of(client.get(page.request.path))) is (stands > 0)
    house.later(RosterImport, done_at=-timedelta(hours=25))
    claims_over(house)
    house.run_jobs()
    assert house.count(Person) == people, "a day is judged when it is asked for"
    assert f"The import is undone for {LONG} people." in words_of(client.get(page.request.path))


def test_two_windows_that_apply_at_once_apply_once(any_place: House) -> None:
    client = any_place.client("manager_a")
    page = bring(client, EIGHT)
    import_id = page.request.path.rsplit("/", 1)[1]
    barrier = threading.Barrier(4)
    faults: list[BaseException] = []

    def work() -> None:
        barrier.wait()
        try:
            any_place.write(lambda: service.ask(import_id, "la-bobine", by=any_place.ids["manager_a"]))
        except BaseException as fault:
            faults.append(fault)

    threads = [threading.Thread(target=work) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert not faults
    assert any_place.count(Invitation) == 8


def test_N1_two_lists_with_the_same_people_make_them_once(any_place: House) -> None:
    pages = [bring(any_place.client(who), EIGHT, where=f"/team/{where}/roster") for who, where in
             (("manager_a", "la-bobine"), ("manager_b", "l-estive"))]  # fmt: skip
    barrier = threading.Barrier(2)

    def work(who: str, page: TestResponse) -> None:
        client = any_place.client(who)
        barrier.wait()
        press(client, client.get(page.request.path))

    threads = [threading.Thread(target=work, args=pair) for pair in zip(("manager_a", "manager_b"), pages, strict=True)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert any_place.count(Person, Person.email.like("%example.net")) == 8
    with any_place.open():
        spaces_of = sa.select(sa.func.count(Membership.space_id)).join(Person, Person.id == Membership.person_id)
        found = db.session.scalars(spaces_of.where(Person.email.like("%example.net")).group_by(Person.id)).all()
    assert found == [1] * 8, "whoever came second asks"


def test_lists_are_forgotten(place: House) -> None:
    client = place.client("manager_a")
    press(client, bring(client, EIGHT))
    bring(client, MIXED)
    place.later(RosterImport, made_at=-timedelta(days=2))
    place.write(lambda: service.forget_old(now()))
    assert place.count(RosterImport) == 1
    place.later(RosterImport, made_at=-timedelta(days=30))
    place.write(lambda: service.forget_old(now()))
    assert place.count(RosterRow) == 0


def test_nobody_is_mailed_without_end(any_place: House) -> None:
    client = any_place.client("manager_a")
    for _again in range(5):
        page = press(client, bring(client, "Name,Email\nZoé,zoe@example.net\n"))
        client.fill(page, form="undo")
    assert any_place.count(Invitation) == 3
    assert any_place.roles("zoe@example.net") == set()


def test_who_was_invited_already_gets_no_second_mail(any_place: House) -> None:
    any_place.invitation("zoe@example.net")
    client = any_place.client("manager_a")
    page = press(client, bring(client, "Name,Email\nZoé,ZOE@example.net\n"))
    assert "1 person is new here." in words_of(page)
    assert "invitation" not in words_of(page)
    assert any_place.count(Invitation) == 1
    client.fill(page, form="undo")
    assert any_place.count(Invitation, Invitation.expires_at > now()) == 1, "the former one stands"


def test_who_asked_to_join_is_answered(any_place: House) -> None:
    def asks() -> None:
        who = accounts.create_person(email="asks@example.net", name="Asks", lang="fr").id
        spaces.apply(who, "la-bobine")

    any_place.write(asks)
    client = any_place.client("manager_a")
    press(client, bring(client, "Name,Email\nAsks,asks@example.net\n"))
    assert any_place.roles("asks@example.net") == {("learner", "la-bobine")}
    assert any_place.count(Application, Application.state == "accepted") == 1


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
@pytest.mark.parametrize("kind", ["csv", "xlsx"])
def test_the_table_of_the_team_comes_back_unchanged(place: House, lang: str, kind: str) -> None:
    client = place.client("manager_a")
    press(client, bring(client, 'Name,Email\n"=HYPERLINK(""x"")",eq@example.net\n'))
    client.get(f"/home?lang={lang}")
    page = bring(client, client.get(f"/team/la-bobine/table.{kind}").data, f"team.{kind}")
    import_id = page.request.path.rsplit("/", 1)[1]
    with place.open():
        rows = db.session.execute(
            sa.select(RosterRow.name, RosterRow.outcome).where(RosterRow.import_id == import_id)
        ).all()
    assert sorted(tuple(row) for row in rows) == [
        ('=HYPERLINK("x")', "present"), ("Learner_A", "present"), ("Manager_A", "present"),
    ]  # fmt: skip
