"""Mails about live sessions: to whoever gets a seat, and to everybody in a session that is moved or cancelled; once each."""

from __future__ import annotations

from pathlib import Path

import pytest
import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.service import sync
from lms.learning import service as learning
from lms.learning.sessions import service as sessions
from tests.accounts.people import House
from tests.learning.together import JOIN, LIVE, TOGETHER, write_live, write_together
from tests.servers import MailSink

SESSION = (TOGETHER, *LIVE)
HOME = "https://learn.example.org"


@pytest.fixture
def course(posted: House, tmp_path: Path) -> Path:
    """A session with one seat: the learner of space A has it, the one of B waits."""
    folder = write_together(tmp_path / "together")
    write_live(folder, seats=1, tz="Europe/London")
    publish(posted, folder)

    def people() -> None:
        for who in ("learner_a", "learner_b"):
            learning.enrol(posted.ids[who], TOGETHER)
            sessions.take(posted.ids[who], *SESSION)

    posted.write(people)
    posted.run_jobs()
    return folder


def publish(house: House, folder: Path) -> None:
    with house.open():
        sync(folder.parent)


def speak(house: House, lang: str) -> None:
    from lms.foundation.db import db

    house.write(lambda: db.session.execute(sa.update(Person).values(lang=lang)))


@pytest.mark.parametrize(
    ("lang", "subject", "hour"),
    [
        ("fr", "Vous avez une place : Une heure ensemble", "de 14:00 à 15:00 (fuseau : Londres)"),
        ("es", "Tienes plaza: Une heure ensemble", "de 14:00 a 15:00 (zona horaria: Londres)"),
        ("ca", "Tens plaça: Une heure ensemble", "de 14:00 a 15:00 (fus horari: Londres)"),
        ("en", "You have a seat: Une heure ensemble", "from 14:00 to 15:00 (time zone: London)"),
    ],
)
def test_whoever_waited_longest_is_told_once_in_both_zones(
    posted: House, mails: MailSink, course: Path, lang: str, subject: str, hour: str
) -> None:
    speak(posted, lang)
    for _again in range(2):
        posted.write(lambda: sessions.give_back(posted.ids["learner_a"], *SESSION))
        posted.run_jobs()
    (letter,) = mails.letters
    assert letter.recipients == ("learner_b@example.org",)
    assert letter.subject.replace("\u00a0", " ") == subject
    text = letter.text.replace("\u00a0", " ")
    assert hour in text
    assert "15:00" in text.split(hour)[1], "and in the zone of the reader"
    assert f"{HOME}/courses/{'/'.join((TOGETHER, *LIVE))}" in text
    assert JOIN not in text, "the address of the room stands on the page, not in a mail"


def test_everybody_is_told_of_another_hour_and_of_the_end_of_it(posted: House, mails: MailSink, course: Path) -> None:
    write_live(course, seats=1, start="2037-03-09T10:00")
    publish(posted, course)
    posted.run_jobs()
    assert {one.recipients[0] for one in mails.letters} == {"learner_a@example.org", "learner_b@example.org"}
    assert all("10:00" in one.text for one in mails.letters)
    seated = next(one for one in mails.letters if one.recipients[0].startswith("learner_a"))
    assert "place" in seated.text or "seat" in seated.text
    (course / "units" / LIVE[0] / "live.fr.md").unlink()
    head = course / "course.yml"
    head.write_text(head.read_text().replace(f"  - {LIVE[0]}\n", ""))
    publish(posted, course)
    posted.run_jobs()
    assert len(mails.letters) == 4
    assert all(f"{HOME}/account/calendar" in one.text for one in mails.letters[2:])
    posted.run_jobs()
    assert len(mails.letters) == 4


def test_only_the_newest_change_is_told(posted: House, mails: MailSink, course: Path) -> None:
    for start in ("2037-03-09T10:00", "2037-03-10T11:00"):
        write_live(course, seats=1, start=start)
        publish(posted, course)
        posted.write(lambda: sessions.follow(TOGETHER))
    posted.run_jobs()
    assert len(mails.letters) == 2
    assert all("11:00" in one.text and "10:00" not in one.text for one in mails.letters)
