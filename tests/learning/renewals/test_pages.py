"""Being asked anew, as a learner sees it: on the home, on the course's page, and at the end of the quiz."""

from __future__ import annotations

from typing import cast

from lms.foundation.db import db
from lms.learning.models import Attempt
from tests.learning.assignments.conftest import Town
from tests.learning.renewals.test_service import IN_WINDOW, finished_by, in_days, keep, take_quiz
from tests.visits import StrictClient, words_of

COURSE = "/courses/alpha"


def test_a_learner_is_led_to_what_renews_and_told_that_it_is_renewed(any_town: Town) -> None:
    made = finished_by(any_town, "lea")
    with in_days(IN_WINDOW):
        keep(any_town, made)
        client = cast("StrictClient", any_town.app.test_client())
        client.environ_base["HTTP_ACCEPT_LANGUAGE"] = "en"
        client.enter(any_town.ids["lea"])
        assert "To be renewed by" in words_of(client.get("/home"))
        page = client.get(COURSE)
        assert "To be renewed by" in words_of(page)
        assert f'<a class="btn" href="{COURSE}/trois/quiz">Renew it</a>' in page.text
        assert take_quiz(any_town, "lea")
        tries = any_town.do(lambda: [one.id for one in db.session.query(Attempt).order_by(Attempt.started_at)])
        first, last = (words_of(client.get(f"{COURSE}/trois/quiz/{one}/end")) for one in (tries[0], tries[-1]))
        assert "Renewed: valid until" in last
        assert "Renewed" not in first, "the first time it was finished, not renewed"
        assert "Renew it" not in words_of(client.get(COURSE))
        assert "To be renewed" not in words_of(client.get("/home"))
