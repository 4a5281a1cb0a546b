"""Steps and weeks, never answers, scores or hours: with a word of their own in every column about a person, and a score that
nothing else could be, none of it stands on a page, in a table or in a mail of whoever runs their space.
"""

from __future__ import annotations

from datetime import timedelta
from typing import Any

import pytest
import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation import sheets
from lms.foundation.clock import today
from lms.foundation.db import Base, db
from lms.learning.following import service
from lms.learning.models import Completion
from tests.accounts.people import House
from tests.house.test_privacy_maps import Filler, with_a_person
from tests.learning.following.test_reports import monday
from tests.servers import MailSink

#: A share that no page computes from anything else, and how it could be written.
SCORE = 0.7193
WRITTEN = ("0.7193", "0,7193", "71.9", "71,9", "72 %", "72 %", "72%", "0.72", "0,72")
#: What may be read of all that: the managers' own words. (Why somebody was enrolled is of the town itself; a plan is shown where
#: its owner chose so, which nobody did here.)
SEEN = {("learning_path", "title"), ("reminder", "sentence")}


class Everything(Filler):
    """A row about somebody of the town in every table that has none of theirs yet."""

    def fill(self) -> None:
        """Keep what stands, and write the rest."""
        wanted = set(with_a_person())
        for table in reversed(Base.metadata.sorted_tables):  # and what those rows lead to
            if table.name in wanted:
                wanted |= {key.column.table.name for key in table.foreign_keys}
        for table in Base.metadata.sorted_tables:
            query = sa.select(table)
            if "person_id" in table.columns:
                query = query.where(table.c.person_id == self.person)
            elif table.name == "person":
                query = query.where(table.c.id == self.person)
            found = db.session.execute(query).mappings().first()
            if found is not None:
                self.rows[table.name] = dict(found)
            elif table.name in wanted - {"no_reminders"}:  # else nobody could be reminded
                self._write(table)

    def _write(self, table: sa.Table) -> None:
        row = {column.name: self._value(table, column) for column in table.columns}
        if table.name == "work":
            row.update(state="draft", handed_at=None, reviewed_at=None)
        elif table.name == "assignment":
            row.update(territory_id=None, due_on=None, due_days=None, renew_course_id=None)
        elif table.name == "assignment_course":
            row.update(position=0)
        elif table.name == "calendar_entry":
            row.update(starts_at=None)
        elif table.name == "sent_mail":
            row.update(state="kept")
        elif table.name == "remark":
            row.update(state="answered")
        db.session.execute(sa.insert(table).values(row))
        self.rows[table.name] = row

    def _made(self, table: sa.Table, column: sa.Column[Any]) -> Any:
        return SCORE if isinstance(column.type, sa.Float) else super()._made(table, column)


@pytest.fixture
def full(any_town: House) -> tuple[House, Everything]:
    """The town, and everything that can be kept about its late learner."""
    person = Everything("ana-canary", any_town.ids["learner_a"])
    any_town.write(person.fill)
    return any_town, person


def shown(house: House, mails: MailSink) -> dict[str, str]:
    """Every page, table and mail of following: where -> what it says."""
    manager, me = house.client("manager_a"), house.ids["learner_a"]
    found = {}
    for path in (
        "/home", "/team/la-bobine", "/team/la-bobine?show=late", "/team/la-bobine?show=idle", "/team/la-bobine?on=alpha",
        "/team/la-bobine?q=learner", "/team/la-bobine/late", f"/team/la-bobine/people/{me}", "/team/la-bobine/mail",
        "/team/la-bobine/table.csv",
    ):  # fmt: skip
        answer = manager.get(path)
        assert answer.status_code == 200, path
        found[path] = answer.get_data(as_text=True)
    assert "Learner_A" in found["/team/la-bobine"]
    book = sheets.read_sheet(manager.get("/team/la-bobine/table.xlsx").get_data())
    found["table.xlsx"] = "\n".join("\t".join(line.cells) for line in book.lines)
    for path in ("/network", "/network/spaces.csv"):
        found[path] = house.client("coordinator").get(path).get_data(as_text=True)
    before = len(mails.letters)
    house.write(lambda: service.remind("la-bobine", [house.ids["late_a"]], by=house.ids["manager_a"]))
    house.write(lambda: service.want_report(house.ids["manager_a"], "la-bobine", "weekly"))
    house.write(lambda: db.session.execute(sa.update(Completion).values(done_at=monday(0) + timedelta(days=1))))
    house.write(lambda: service.call_reports(monday(1)))
    house.run_jobs()
    letters = mails.letters[before:]
    assert {"reminds" in letter.text for letter in letters} == {True, False}, "a reminder and a report"
    for number, letter in enumerate(letters):
        found[f"mail {number}"] = letter.text + letter.raw.decode("utf-8", "replace")
    return found


def test_A18_no_word_and_no_score_of_theirs_on_any_page_in_any_table_or_mail(
    full: tuple[House, Everything], mails: MailSink
) -> None:
    house, person = full
    tables = {table for table, _column in person.canaries}
    assert {"answer", "draft_answer", "reflection_entry", "work_edition", "note", "plan"} & tables
    pages = shown(house, mails)
    seen = {where: place for where, word in person.canaries.items() for place, text in pages.items() if word in text}
    assert set(seen) == SEEN, seen
    assert [(place, score) for place, text in pages.items() for score in WRITTEN if score in text] == []


def test_A18_the_same_page_for_themself_shows_no_more(full: tuple[House, Everything]) -> None:
    house, person = full
    with house.open():
        email = db.session.scalar(sa.select(Person.email).where(Person.id == person.person))
    assert email
    page = house.client("learner_a").get("/account/followed").get_data(as_text=True)
    assert {where for where, word in person.canaries.items() if word in page} == SEEN
    assert today().isoformat() not in page
