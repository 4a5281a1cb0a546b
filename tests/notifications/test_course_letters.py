"""Letters about courses: asked by somebody else, near its day, to be renewed. Once for each cause, and never out of date."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
import time_machine

from lms.accounts.models import Person
from lms.catalogue.service import sync
from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id
from lms.foundation.i18n import LANGUAGES
from lms.jobs import outbox
from lms.learning import service as learning
from lms.learning.assignments import service
from lms.learning.assignments.queries import Scope
from lms.learning.assignments.rules import Due
from lms.learning.assignments.service import Renewing
from lms.learning.following.service import stop_reminders
from lms.learning.models import Enrolment
from lms.spaces.models import Invitation, Membership
from tests.accounts.people import House
from tests.catalogue.courses import SHORT_QUIZ, write_course, write_quiz
from tests.servers import MailSink

COURSE = "ecouter-bien"
SPACE = Scope("la-bobine", None, "learners")
HREF = f"https://learn.example.org/courses/{COURSE}"


@pytest.fixture
def asked(posted: House, tmp_path: Path) -> House:
    """A network with a course, whose mails are read."""
    write_quiz(write_course(tmp_path / "courses", COURSE), "trois", body=SHORT_QUIZ)
    with posted.open():
        sync(tmp_path / "courses")
    posted.run_jobs()
    return posted


def assign(house: House, *, day: date | None = None, **more: Any) -> str:
    made = new_id()
    due = Due("day", day) if day else None
    by = house.ids["manager_a"]
    house.write(lambda: service.assign(made, SPACE, by=by, course_id=COURSE, due=due, **more))
    return made


def find_due(house: House) -> None:
    """What the schedule does some times a day."""
    house.write(lambda: outbox.put("learning.find_due", {}, key=new_id()))
    house.run_jobs()


def letters(mails: MailSink) -> list[Any]:
    return [letter for letter in mails.letters if HREF in letter.text]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_who_is_enrolled_by_somebody_is_told_once_in_their_language(asked: House, mails: MailSink, lang: str) -> None:
    who = asked.ids["learner_a"]
    asked.write(lambda: db.session.execute(sa.update(Person).where(Person.id == who).values(lang=lang)))
    assign(asked, why="Pour l’été")
    asked.run_jobs()
    assign(asked)
    asked.run_jobs()
    (letter,) = letters(mails)
    assert letter.recipients == ("learner_a@example.org",)
    assert "Manager_A" in letter.text
    assert "Pour l’été" in letter.text


def test_who_enrols_themself_is_told_nothing(asked: House, mails: MailSink) -> None:
    asked.write(lambda: learning.enrol(asked.ids["learner_a"], COURSE))
    asked.run_jobs()
    assert letters(mails) == []


def left_the_space(house: House) -> None:
    house.write(lambda: db.session.execute(sa.delete(Membership).where(Membership.person_id == house.ids["learner_a"])))


def declined(house: House) -> None:
    house.write(lambda: learning.decline(house.ids["learner_a"], COURSE))


def manager_gone(house: House) -> None:
    house.write(lambda: db.session.execute(sa.delete(Membership).where(Membership.person_id == house.ids["manager_a"])))


def expected(house: House) -> None:
    """They were brought by a list: an invitation is on its way, and one mail is enough."""
    house.invitation("learner_a@example.org")


@pytest.mark.parametrize(
    "change", [left_the_space, declined, manager_gone, expected], ids=lambda change: change.__name__
)
def test_A11_R28_a_letter_that_waits_is_dropped_where_it_is_no_longer_right(
    asked: House, mails: MailSink, change: Callable[[House], None]
) -> None:
    assign(asked)
    change(asked)
    asked.run_jobs()
    assert letters(mails) == []


def invited_elsewhere(house: House) -> None:
    house.invitation("learner_a@example.org", space="l-estive", by="manager_b")


def invited_long_ago(house: House) -> None:
    house.invitation("learner_a@example.org")
    house.later(Invitation, created_at=-timedelta(days=2))


@pytest.mark.parametrize("before", [invited_elsewhere, invited_long_ago], ids=lambda before: before.__name__)
def test_an_invitation_elsewhere_or_of_another_day_silences_nothing(
    asked: House, mails: MailSink, before: Callable[[House], None]
) -> None:
    before(asked)
    assign(asked)
    asked.run_jobs()
    assert len(letters(mails)) == 1


def test_one_reminder_before_the_day_and_no_second_one(asked: House, mails: MailSink) -> None:
    assign(asked, day=today() + timedelta(days=10))
    asked.run_jobs()
    assert len(letters(mails)) == 1
    find_due(asked)
    assert len(letters(mails)) == 1, "not before its time"
    with time_machine.travel(now() + timedelta(days=8)):  # the schedule slept over the first of the three days
        find_due(asked)
        find_due(asked)
    with time_machine.travel(now() + timedelta(days=9)):
        find_due(asked)
    _told, reminder = letters(mails)
    assert "/mails/end/" in reminder.text


def other_day(house: House) -> None:
    house.write(lambda: db.session.execute(sa.update(Enrolment).values(due_on=today() + timedelta(days=40))))


def silent(house: House) -> None:
    house.write(lambda: stop_reminders(house.ids["learner_a"]))


def finished(house: House) -> None:
    def do() -> None:
        for unit in ("un", "deux", "trois"):
            learning.complete(house.ids["learner_a"], COURSE, unit, kind="lesson")

    house.write(do)


@pytest.mark.parametrize("change", [other_day, silent, finished, declined], ids=lambda change: change.__name__)
def test_nobody_is_reminded_of_what_has_changed(asked: House, mails: MailSink, change: Callable[[House], None]) -> None:
    assign(asked, day=today() + timedelta(days=10))
    asked.run_jobs()
    with time_machine.travel(now() + timedelta(days=8)):
        change(asked)
        find_due(asked)
    assert len(letters(mails)) == 1


def test_who_is_to_renew_is_told_once(asked: House, mails: MailSink) -> None:
    made = assign(asked, renewing=Renewing(12, 60, "closing"))
    asked.run_jobs()
    finished(asked)
    asked.write(lambda: service.keep_renewals(made))
    with time_machine.travel(now() + timedelta(days=330)):
        for _ in range(2):
            asked.write(lambda: service.keep_renewals(made))
            asked.run_jobs()
    _told, renewal = letters(mails)
    assert "To renew" in renewal.subject
