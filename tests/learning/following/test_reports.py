"""The report by mail: only for those who ask, once for each week, with what happened; it pauses when nobody opens it."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest
import sqlalchemy as sa

from lms.accounts.models import Person
from lms.foundation.clock import today
from lms.foundation.db import db
from lms.foundation.i18n import LANGUAGES
from lms.learning import service as learning
from lms.learning.following import service
from lms.learning.following.models import TeamReport
from lms.learning.models import Completion
from lms.spaces.models import Membership
from tests.accounts.people import House, links_in
from tests.learning.following.conftest import CANARY, due
from tests.servers import Letter, MailSink
from tests.visits import page_of, words_of


def letters(mails: MailSink) -> list[Letter]:
    return [letter for letter in mails.letters if "/team/la-bobine/mail" in letter.text or "/mails/end/" in letter.text]


def monday(weeks: int) -> datetime:
    """Noon of a Monday, so many weeks from now: morning everywhere."""
    day = today() - timedelta(days=today().weekday()) + timedelta(weeks=weeks)
    return datetime(day.year, day.month, day.day, 12, tzinfo=UTC)


def week_passes(house: House, weeks: int) -> int:
    called = house.write(lambda: service.call_reports(monday(weeks)))
    house.run_jobs()
    return int(called)


def want(house: House, rhythm: str = "weekly", who: str = "manager_a") -> None:
    house.write(lambda: service.want_report(house.ids[who], "la-bobine", rhythm))


def test_it_is_off_until_somebody_asks(town: House, mails: MailSink) -> None:
    assert week_passes(town, 1) == 0
    manager = town.client("manager_a")
    answer = manager.fill("/team/la-bobine/mail", {"rhythm": "weekly"})
    assert "The report comes on Monday mornings." in answer.get_data(as_text=True)
    assert week_passes(town, 1) == 1
    assert len(letters(mails)) == 1


def test_it_tells_what_happened_and_nothing_of_other_spaces(any_town: House, mails: MailSink) -> None:
    for who in ("learner_a", "learner_b"):
        any_town.write(lambda who=who: learning.complete(any_town.ids[who], "alpha", "un", kind="lesson"))
    want(any_town)
    week_passes(any_town, 1)
    (letter,) = letters(mails)
    assert letter.recipients == ("manager_a@example.org",)
    assert "Learner_A, 1 step" in letter.text
    assert "https://learn.example.org/team/la-bobine/late" in links_in(letter.text)
    assert "Learner_B" not in letter.text
    assert CANARY.encode() not in letter.raw


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_an_empty_one_says_so_in_the_language_of_its_reader(town: House, mails: MailSink, lang: str) -> None:
    boss = town.ids["manager_a"]
    town.write(lambda: db.session.execute(sa.update(Person).where(Person.id == boss).values(lang=lang)))
    due(town, town.ids["late_a"], None)
    want(town, "monthly")
    town.write(lambda: service.call_reports(monday(9)))
    town.run_jobs()
    (letter,) = letters(mails)
    assert ("Nothing to tell this time" in letter.text) is (lang == "en")
    assert "late" not in [link.rpartition("/")[2] for link in links_in(letter.text)]


def test_each_week_is_told_once(any_town: House, mails: MailSink) -> None:
    want(any_town)
    assert [week_passes(any_town, weeks) for weeks in (0, 1, 1, 1, 2)] == [0, 1, 0, 0, 1]
    assert len(letters(mails)) == 2


@pytest.mark.parametrize("what", ["no manager any more", "off", "disabled"])
def test_A11_whoever_lost_the_right_meanwhile_gets_none(town: House, mails: MailSink, what: str) -> None:
    boss = town.ids["manager_a"]
    want(town)
    town.write(lambda: service.call_reports(monday(1)))
    change = {
        "no manager any more": sa.update(Membership).where(Membership.person_id == boss).values(role="learner"),
        "off": sa.update(TeamReport).values(rhythm="off"),
        "disabled": sa.update(Person).where(Person.id == boss).values(state="disabled"),
    }[what]
    town.write(lambda: db.session.execute(change))
    town.run_jobs()
    assert letters(mails) == []


def test_it_pauses_when_nobody_opens_it_says_so_and_comes_again_with_one_click(town: House, mails: MailSink) -> None:
    want(town)
    assert [week_passes(town, weeks) for weeks in range(1, 7)] == [1, 1, 1, 1, 0, 0]
    said = [letter.text for letter in letters(mails)]
    assert ["is the last for now" in text for text in said] == [False, False, False, True]
    manager = town.client("manager_a")
    page = manager.get("/team/la-bobine")
    assert "Your report is paused" in words_of(page)
    # the link in the mail leads here: what was chosen before is chosen, so that saving it is the one click
    chosen = [
        one.get("value")
        for one in page_of(manager.get("/team/la-bobine/mail")).iter("input")
        if one.get("checked") is not None
    ]
    assert chosen == ["weekly"]
    assert "The report comes on Monday mornings." in manager.fill(page, {}, form="/team/la-bobine/mail").get_data(
        as_text=True
    )
    town.write(lambda: db.session.execute(sa.update(TeamReport).values(told_until=today() - timedelta(days=7))))
    assert week_passes(town, 7) == 1


def test_a_look_at_the_team_counts_and_reading_changes_nothing(town: House) -> None:
    want(town)
    week_passes(town, 1)
    manager = town.client("manager_a")
    page = manager.get("/team/la-bobine")
    assert 'data-seen="/team/la-bobine/seen"' in page.get_data(as_text=True)
    assert town.count(TeamReport, TeamReport.unread == 1) == 1, "a page that is read changes no row"
    token = next(one.get("value") for one in page_of(page).iter("input") if one.get("name") == "csrf_token")
    assert manager.post("/team/la-bobine/seen", data={"csrf_token": token}).status_code == 204
    assert town.count(TeamReport, TeamReport.unread == 0) == 1


def test_the_link_in_it_ends_it(town: House, mails: MailSink) -> None:
    want(town)
    week_passes(town, 1)
    end = next(link for link in links_in(letters(mails)[0].text) if "/mails/end/" in link)
    assert "no more reports" in words_of(town.client().fill(end.removeprefix("https://learn.example.org"), {}))
    assert week_passes(town, 2) == 0


def test_another_rhythm_than_ours_is_refused(town: House) -> None:
    manager = town.client("manager_a")
    token = next(
        one.get("value") for one in page_of(manager.get("/account")).iter("input") if one.get("name") == "csrf_token"
    )
    for wrong in ("hourly", "", "weekly\x00"):
        answer = manager.post("/team/la-bobine/mail", data={"csrf_token": token, "rhythm": wrong})
        assert answer.status_code == 422
    assert town.count(TeamReport) == 0
    assert town.count(Completion) == 0
