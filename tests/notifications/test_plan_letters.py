"""The reminder of a plan: on its morning, in its owner's language, once, and never where the plan no longer stands."""

from __future__ import annotations

from datetime import timedelta
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa

from lms.accounts.models import Person
from lms.catalogue.service import sync
from lms.foundation.clock import today
from lms.foundation.db import db
from lms.foundation.i18n import LANGUAGES
from lms.jobs.models import Job
from lms.learning import service as learning
from lms.learning.plans import service as plans
from tests.accounts.people import House, links_in
from tests.catalogue.courses import write_course
from tests.servers import MailSink

KEY = ("ecouter-bien", "un", "k-essai")


@pytest.fixture
def planned(posted: House, tmp_path: Path) -> House:
    """A learner with a plan for tomorrow, who wants to be reminded."""
    write_course(tmp_path / "courses", KEY[0])
    with posted.open():
        sync(tmp_path / "courses")
    posted.write(lambda: learning.enrol(posted.ids["learner_a"], KEY[0]))
    plan(posted)
    return posted


def plan(house: House, *, days: int = 1, **more: Any) -> None:
    wanted: dict[str, Any] = {"situation": "on se plaint", "action": "j’écoute", "remind": True, **more}
    day = today() + timedelta(days=days)
    house.write(lambda: learning.keep_plan(house.ids["learner_a"], *KEY, planned_on=day, **wanted))


def morning(house: House) -> None:
    """The mornings of all plans come."""
    house.later(Job, due_at=timedelta(days=-10))
    house.run_jobs()


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_the_reminder_comes_that_morning_in_the_right_language(planned: House, mails: MailSink, lang: str) -> None:
    who = planned.ids["learner_a"]
    planned.write(lambda: db.session.execute(sa.update(Person).where(Person.id == who).values(lang=lang)))
    planned.run_jobs()
    assert [letter for letter in mails.letters if "k-essai" in letter.text] == [], "not before its morning"
    morning(planned)
    (letter,) = [letter for letter in mails.letters if "k-essai" in letter.text]
    assert letter.recipients == ("learner_a@example.org",)
    assert "on se plaint" in letter.text
    assert links_in(letter.text) == ["https://learn.example.org/plans/" + "/".join(KEY)]


def test_it_comes_once(planned: House, mails: MailSink) -> None:
    plan(planned, days=2)
    plan(planned, days=1)
    morning(planned)
    planned.later(Job, due_at=timedelta(days=-1))
    planned.run_jobs()
    assert len([letter for letter in mails.letters if "k-essai" in letter.text]) == 1


@pytest.mark.parametrize("what", ["dropped", "tried", "moved", "unticked", "taken away"])
def test_nothing_comes_for_a_plan_that_no_longer_stands(planned: House, mails: MailSink, what: str) -> None:
    who = planned.ids["learner_a"]
    if what in ("dropped", "tried"):
        planned.write(lambda: plans.tell(who, KEY, state=what, happened="", keeps=""))
    elif what == "moved":
        plan(planned, days=9, remind=False)
    elif what == "unticked":
        plan(planned, remind=False)
    else:
        plan(planned, situation="", action="")
    morning(planned)
    assert [letter for letter in mails.letters if "k-essai" in letter.text] == []
