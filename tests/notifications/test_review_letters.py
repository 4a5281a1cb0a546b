"""The mail of a week about questions that wait: asked for, on Monday, once, in one's language, never about nothing."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine

from lms.accounts.models import Person
from lms.catalogue.service import sync
from lms.foundation.db import db
from lms.foundation.i18n import LANGUAGES
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.reviews import service as reviews
from lms.learning.reviews.models import Review
from lms.notifications.tasks import remind_of_reviews
from tests.accounts.people import House, links_in
from tests.catalogue.courses import write_course
from tests.servers import MailSink

COURSE = "ecouter-bien"
#: A Monday, eight in the morning in Paris.
MONDAY = datetime(2026, 3, 16, 7, 0, tzinfo=UTC)


@pytest.fixture
def waiting(posted: House, tmp_path: Path) -> Iterator[House]:
    """A learner for whom a question waits, on a Monday morning, who wants the mail."""
    write_course(tmp_path / "courses", COURSE)
    with posted.open():
        sync(tmp_path / "courses")
    who = posted.ids["learner_a"]
    with time_machine.travel(MONDAY - timedelta(days=5), tick=False):
        posted.write(lambda: learning.enrol(who, COURSE))
        posted.write(lambda: learning.practise(who, COURSE, "un", "lesson", "q-mot", [1], lang="fr"))
    posted.write(lambda: reviews.want_mail(who, wanted=True))
    with time_machine.travel(MONDAY, tick=False):
        yield posted


def hour(house: House) -> None:
    """The task of the hour runs, and what it put."""
    with house.open():
        effect = remind_of_reviews({})
        db.session.rollback()
    if effect is not None:
        house.write(effect)
    house.run_jobs()


def about(mails: MailSink) -> list[str]:
    return [letter.text for letter in mails.letters if "/review" in letter.text]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_it_says_how_many_and_the_first_in_the_right_language(waiting: House, mails: MailSink, lang: str) -> None:
    who = waiting.ids["learner_a"]
    waiting.write(lambda: db.session.execute(sa.update(Person).where(Person.id == who).values(lang=lang)))
    hour(waiting)
    (text,) = about(mails)
    assert links_in(text) == ["https://learn.example.org/review", "https://learn.example.org/review/mail"]
    assert "Que dites-vous d’abord" in text
    assert mails.letters[-1].recipients == ("learner_a@example.org",)


def test_one_in_a_week_whatever_happens(waiting: House, mails: MailSink) -> None:
    for _again in range(2):
        hour(waiting)
    waiting.write(lambda: db.session.execute(sa.delete(Job)))
    hour(waiting)
    assert len(about(mails)) == 1, "not even where the duties are forgotten"
    with time_machine.travel(MONDAY + timedelta(days=7), tick=False):
        hour(waiting)
    assert len(about(mails)) == 2


@pytest.mark.parametrize("days", [1, 3, 6])
def test_other_days_are_quiet(waiting: House, mails: MailSink, days: int) -> None:
    with time_machine.travel(MONDAY + timedelta(days=days), tick=False):
        hour(waiting)
    assert about(mails) == []


@pytest.mark.parametrize("what", ["nothing due", "not wanted", "left the course", "set aside", "answered"])
def test_nothing_comes_where_nothing_waits_or_none_is_wanted(waiting: House, mails: MailSink, what: str) -> None:
    who = waiting.ids["learner_a"]
    changes = {
        "nothing due": lambda: db.session.execute(sa.update(Review).values(due_on=date(2026, 3, 17))),
        "not wanted": lambda: reviews.want_mail(who, wanted=False),
        "left the course": lambda: learning.decline(who, COURSE),
        "set aside": lambda: db.session.execute(sa.update(Person).where(Person.id == who).values(state="disabled")),
        "answered": lambda: reviews.answer(
            who, (COURSE, "un", "lesson", "q-mot"), [2], lang="fr", sure=None, day=MONDAY.date()
        ),
    }
    # The duty is written first: what counts is what is so when the mail is.
    with waiting.open():
        effect = remind_of_reviews({})
        db.session.rollback()
    assert effect is not None
    waiting.write(effect)
    waiting.write(changes[what])
    waiting.run_jobs()
    assert about(mails) == []


def test_a_mail_that_could_not_leave_is_not_sent_in_the_next_week(waiting: House, mails: MailSink) -> None:
    with waiting.open():
        effect = remind_of_reviews({})
        db.session.rollback()
    assert effect is not None
    waiting.write(effect)
    with time_machine.travel(MONDAY + timedelta(days=8), tick=False):
        waiting.run_jobs()
    assert about(mails) == []
