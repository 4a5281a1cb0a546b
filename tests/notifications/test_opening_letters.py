"""The mail to those who wait for a course in preparation: asked for, once, in one's language, when it opens."""

from __future__ import annotations

import signal
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.catalogue.models import Course
from lms.catalogue.service import sync
from lms.foundation.db import db
from lms.foundation.i18n import LANGUAGES
from lms.learning.openings import service as openings
from lms.learning.openings.models import OpeningWish
from lms.notifications.models import SentMail
from tests.accounts.people import House, found
from tests.catalogue.courses import write_ahead, write_lesson
from tests.notifications.test_fan_out import drained, let_go, written_to
from tests.servers import MailSink

COURSE = "bientot"
LINK = f"https://learn.example.org/courses/{COURSE}"
WHO = ("learner_a", "learner_b", "manager_a")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_ahead(tmp_path / "courses", COURSE)
    return tmp_path / "courses"


def serve(house: House, folder: Path) -> None:
    with house.open():
        sync(folder)


def publish(house: House, folder: Path, title: str = "Étape un") -> None:
    write_lesson(folder / COURSE, "un", title=title)
    serve(house, folder)


def wait_for(house: House, *who: str) -> None:
    def change() -> None:
        for one in who:
            openings.wish(house.ids[one], COURSE)
            openings.wish(house.ids[one], COURSE)

    house.write(change)


@pytest.fixture
def waiting(posted: House, folder: Path) -> House:
    """A course in preparation for which one learner waits."""
    serve(posted, folder)
    wait_for(posted, "learner_a")
    posted.run_jobs()
    return posted


def letters(mails: MailSink) -> list[str]:
    return [letter.text for letter in mails.letters if LINK in letter.text]


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_who_waits_is_told_once_in_their_language(waiting: House, folder: Path, mails: MailSink, lang: str) -> None:
    who = waiting.ids["learner_a"]
    waiting.write(lambda: db.session.execute(sa.update(Person).where(Person.id == who).values(lang=lang)))
    assert letters(mails) == []
    publish(waiting, folder)
    waiting.run_jobs()
    publish(waiting, folder, title="Autrement")
    waiting.run_jobs()
    (letter,) = [one for one in mails.letters if LINK in one.text]
    assert letter.recipients == ("learner_a@example.org",)
    assert letter.message["Content-Language"] == lang
    assert ("Listening at the counter" if lang == "en" else "Écouter au comptoir") in letter.text
    assert waiting.count(OpeningWish) == 0


def taken_back(house: House) -> None:
    house.write(lambda: openings.take_back(house.ids["learner_a"], COURSE))


def account_closed(house: House) -> None:
    who = house.ids["learner_a"]
    house.write(lambda: db.session.execute(sa.update(Person).where(Person.id == who).values(state="disabled")))


def no_longer_offered(house: House) -> None:
    house.write(lambda: db.session.execute(sa.update(Course).where(Course.id == COURSE).values(state="archived")))


@pytest.mark.parametrize("change", [taken_back, account_closed, no_longer_offered], ids=lambda change: change.__name__)
@pytest.mark.parametrize("after", [False, True], ids=["before", "while it waits"])
def test_A11_a_letter_that_waits_is_dropped_where_it_is_no_longer_right(
    waiting: House, folder: Path, mails: MailSink, change: Callable[[House], None], *, after: bool
) -> None:
    publish(waiting, folder)
    if after:  # the duty of the mail is written, its letter is not
        from lms.jobs.tasks import TASKS

        with waiting.open():
            effect = TASKS["learning.tell_of_opening"].body({"course_id": COURSE})
            db.session.rollback()
        assert effect is not None
        waiting.write(effect)
    change(waiting)
    waiting.run_jobs()
    assert letters(mails) == []
    assert waiting.count(OpeningWish) == (0 if change is taken_back else 1), "what is not granted waits on"


def test_a_course_that_closes_before_the_mail_tells_when_it_opens_again(
    waiting: House, folder: Path, mails: MailSink
) -> None:
    publish(waiting, folder)
    write_ahead(folder, COURSE)
    serve(waiting, folder)
    waiting.run_jobs()
    assert letters(mails) == []
    publish(waiting, folder)
    waiting.run_jobs()
    assert len(letters(mails)) == 1


@pytest.mark.parametrize("point", ["effected", "marked", "prepared", "claimed", "notifications.noted"])
def test_a_process_that_dies_anywhere_loses_nobody_and_tells_nobody_twice(
    any_app: Flask, any_url: str, mails: MailSink, folder: Path, point: str
) -> None:
    any_app.config["CORDADA"] = any_app.config["CORDADA"].__class__(
        **{**any_app.config["CORDADA"].__dict__, "smtp_url": mails.url}
    )
    house = found(any_app)
    serve(house, folder)
    wait_for(house, *WHO)
    house.run_jobs()
    publish(house, folder)
    for _turn in range(2):  # what tells of the opening dies, then (or again) what writes the letters
        died = drained(house, any_url, mails, LMS_KILL_POINT=point).wait(60)
        assert died == -signal.SIGKILL
        let_go(house)
    assert drained(house, any_url, mails).wait(60) == 0
    assert written_to(mails) == {f"{who}@example.org": 1 for who in WHO}
    assert house.count(OpeningWish) == 0
    assert house.count(SentMail, SentMail.kind == "opened") == len(WHO)
