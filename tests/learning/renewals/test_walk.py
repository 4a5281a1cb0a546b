"""Renewing by a shorter course, walked whole and twice over: what the learner, their mails, their calendar and their manager
are told at each of its moments.
"""

from __future__ import annotations

from datetime import date, timedelta
from typing import cast

import sqlalchemy as sa
import time_machine
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.foundation.clock import now, today
from lms.foundation.db import db
from lms.learning.assignments import tasks
from lms.learning.assignments.service import Renewing
from lms.learning.calendar.queries import Reader, wanted_for
from lms.learning.certificates.queries import certificate_of
from lms.learning.renewals.queries import validities_of
from lms.learning.renewals.rules import months_later
from lms.notifications.models import SentMail
from tests.learning.assignments.conftest import Town
from tests.learning.renewals.test_service import SPACE, rounds, take_quiz
from tests.visits import StrictClient, words_of


def days_of(town: Town) -> dict[str, date | None]:
    """What stands in Lea's calendar: key -> day."""
    me = town.ids["lea"]
    return town.do(lambda: {key: one.day for key, one in wanted_for([Reader(me, "en", True)])[me].items()})


def letters(town: Town) -> list[str]:
    """The kinds of mails that Lea got about renewing."""
    return town.do(
        lambda: list(db.session.scalars(sa.select(SentMail.key).where(SentMail.kind == "renew").order_by(SentMail.at)))
    )


def night(town: Town) -> None:
    """What runs some times a day, and what follows from it."""
    town.do(lambda: tasks.keep_renewals({}))
    town.drain()


def page_at(town: Town, who: str, address: str) -> TestResponse:
    client = cast("StrictClient", town.app.test_client())
    client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
    client.enter(town.ids[who])
    return client.get(address)


def seen(town: Town, who: str, address: str) -> str:
    return words_of(page_at(town, who, address))


def test_a_shorter_course_renews_from_the_first_mail_to_the_next_window_and_again(certified_town: Town) -> None:
    town, me = certified_town, certified_town.ids["lea"]
    town.write(lambda: accounts.mark_installation(demo=True))
    start = now()
    town.assign(SPACE, renewing=Renewing(12, 60, "course", "beta"))
    town.finish("lea")
    take_quiz(town, "lea")
    night(town)
    until = months_later(today("Europe/Paris"), 12)
    assert (letters(town), days_of(town)) == ([], {})
    assert "Valid until" in seen(town, "lea", "/courses/alpha")
    for number in (1, 2):
        first = town.do(lambda: certificate_of(me, "alpha"))
        assert first is not None
        assert first.ends_on == until
        opens = until - timedelta(days=60)
        with time_machine.travel(start + timedelta(days=(opens - start.date()).days - 1)):
            night(town)
            assert len(letters(town)) == number - 1, "not before its window"
        with time_machine.travel(start + timedelta(days=(opens - start.date()).days + 1)):
            night(town)
            night(town)
            assert len(letters(town)) == number, "told once"
            assert days_of(town)["renew/alpha"] == until
            assert "To be renewed by" in seen(town, "lea", "/home")
            page = page_at(town, "lea", "/courses/alpha").text
            assert "Renew it with this shorter course" in page
            assert 'href="/courses/beta/trois/quiz"' in page, (
                "the quiz that renews, though the course was finished the last time"
            )
            team = seen(town, "boss", f"/team/bobine/people/{me}")
            assert (team.count("Asked to renew"), team.count("renewed")) == (number, number - 1)
            if number == 1:
                assert town.taken("beta")["lea"] == ("active", until)
                assert days_of(town)["due/beta"] == until
                town.finish("lea", "beta")
                assert rounds(town, "lea") == [(1, True, False)], "its quiz is to be passed"
            assert not take_quiz(town, "lea", "beta", right=False)
            assert rounds(town, "lea")[-1] == (number, True, False)
            assert take_quiz(town, "lea", "beta")
            assert rounds(town, "lea")[-2:] == [(number, True, True), (number + 1, False, False)]
            assert town.taken("beta")["lea"][0] == "finished"
            assert town.taken("alpha")["lea"][0] == "finished"
            assert days_of(town) == {}
            was, until = until, months_later(today("Europe/Paris"), 12)
            assert town.do(lambda: validities_of(me))["alpha"].valid_until == until > was
            proof = town.do(lambda: certificate_of(me, "alpha"))
            assert proof is not None
            assert (proof.ends_on, proof.code != first.code) == (until, True)
            assert "To be renewed" not in seen(town, "lea", "/home")
            assert "Renew it" not in seen(town, "lea", "/courses/alpha")
            team = seen(town, "boss", f"/team/bobine/people/{me}")
            assert (team.count("Asked to renew"), team.count("renewed")) == (number, number)
            night(town)
            assert len(letters(town)) == number
