"""Late, reminded: once in three days, in the person's language, by somebody who runs the space at that moment."""

from __future__ import annotations

import threading
from datetime import timedelta

import pytest
import sqlalchemy as sa

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.clock import today
from lms.foundation.db import db
from lms.foundation.i18n import LANGUAGES
from lms.learning import service as learning
from lms.learning.following import service
from lms.learning.following.models import Reminder
from lms.spaces.models import Membership
from tests.accounts.people import House, links_in
from tests.learning.following.conftest import CANARY, due, late
from tests.servers import Letter, MailSink
from tests.visits import StrictClient, page_of, words_of

LATE = "/team/la-bobine/late"


def letters(mails: MailSink) -> list[Letter]:
    return [letter for letter in mails.letters if "/mails/end/" in letter.text]


def post(client: StrictClient, path: str = LATE, **fields: object) -> int:
    token = next(
        one.get("value") for one in page_of(client.get("/account")).iter("input") if one.get("name") == "csrf_token"
    )
    return client.post(path, data={"csrf_token": token, **fields}).status_code


def test_home_says_who_is_late_and_two_clicks_remind_them(any_town: House, mails: MailSink) -> None:
    manager = any_town.client("manager_a")
    home = page_of(manager.get("/home"))
    link = next(one for one in home.iter("a") if "late" in "".join(one.itertext()))
    assert ("".join(link.itertext()), link.get("href")) == ("1 person is late", LATE)
    answer = manager.fill(LATE, {"sentence": "  On en parle\u2028jeudi ? "})
    assert "1 reminder is on its way." in answer.get_data(as_text=True)
    any_town.run_jobs()
    (letter,) = letters(mails)
    assert letter.recipients == ("learner_a@example.org",)
    assert "“On en parle jeudi ?”" in letter.text
    assert "Manager_A, of La Bobine, reminds you of the course “Alpha”." in letter.text
    assert links_in(letter.text)[0] == "https://learn.example.org/courses/alpha"
    assert CANARY not in letter.text


@pytest.mark.parametrize("lang", sorted(LANGUAGES))
def test_the_mail_speaks_the_language_of_its_reader(town: House, mails: MailSink, lang: str) -> None:
    me = town.ids["learner_a"]
    town.write(lambda: db.session.execute(sa.update(Person).where(Person.id == me).values(lang=lang)))
    town.write(lambda: service.remind("la-bobine", [town.ids["late_a"]], by=town.ids["manager_a"]))
    town.run_jobs()
    (letter,) = letters(mails)
    assert ("reminds" in letter.text) is (lang == "en")


def test_nobody_is_reminded_twice_in_three_days_whoever_asks(town: House, mails: MailSink) -> None:
    manager = town.client("manager_a")
    assert post(manager, line=[town.ids["late_a"]]) == 302
    assert post(manager, line=[town.ids["late_a"]]) == 302
    assert "1 had been sent in the last three days." in manager.get(LATE).get_data(as_text=True)
    assert not [one for one in page_of(manager.get(LATE)).iter("input") if one.get("name") == "line"]
    town.run_jobs()
    assert len(letters(mails)) == 1
    town.later(Reminder, at=timedelta(days=-3, minutes=-1), day=timedelta(days=-3))
    post(manager, line=[town.ids["late_a"]])
    town.run_jobs()
    assert len(letters(mails)) == 2


def test_N2_the_same_form_sent_eight_times_at_once_is_one_mail(any_town: House, mails: MailSink) -> None:
    barrier = threading.Barrier(8)

    def send() -> None:
        client = clients.pop()
        barrier.wait()
        client.post(LATE, data={"csrf_token": token, "line": any_town.ids["late_a"]})

    first = any_town.client("manager_a")
    token = next(one.get("value") for one in page_of(first.get(LATE)).iter("input") if one.get("name") == "csrf_token")
    clients = [first] * 8
    threads = [threading.Thread(target=send) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    any_town.run_jobs()
    assert any_town.count(Reminder) == 1
    assert len(letters(mails)) == 1


@pytest.mark.parametrize(
    "what", ["finished", "left", "later day", "no mails", "gone", "no manager any more", "disabled"]
)
def test_R28_what_changed_meanwhile_is_read_again_before_the_mail_leaves(
    town: House, mails: MailSink, what: str
) -> None:
    me, boss = town.ids["learner_a"], town.ids["manager_a"]
    town.write(lambda: service.remind("la-bobine", [town.ids["late_a"]], by=boss))

    def change() -> None:
        if what == "finished":
            for unit in ("un", "deux", "trois"):
                learning.complete(me, "alpha", unit, kind="lesson")
        elif what == "left":
            learning.decline(me, "alpha")
        elif what == "no mails":
            service.stop_reminders(me)
        elif what == "gone":
            db.session.execute(sa.delete(Membership).where(Membership.person_id == me))
        elif what == "no manager any more":
            db.session.execute(sa.update(Membership).where(Membership.person_id == boss).values(role="learner"))
        elif what == "disabled":
            accounts.disable(boss)

    if what == "later day":
        due(town, town.ids["late_a"], today() + timedelta(days=3))
    town.write(change)
    town.run_jobs()
    assert letters(mails) == []


def test_the_link_in_the_mail_ends_them_and_the_page_says_so(town: House, mails: MailSink) -> None:
    town.write(lambda: service.remind("la-bobine", [town.ids["late_a"]], by=town.ids["manager_a"]))
    town.run_jobs()
    (letter,) = letters(mails)
    end = next(link for link in links_in(letter.text) if "/mails/end/" in link)
    assert letter.message["List-Unsubscribe"] == f"<{end}>"
    path = end.removeprefix("https://learn.example.org")
    stranger = town.client()
    assert stranger.get(path).status_code == 200, "without signing in"
    assert "wants no mails" not in words_of(town.client("manager_a").get(LATE)), "opening a link changes nothing"
    assert "no longer remind you" in words_of(stranger.fill(path, {}))
    assert "wants no mails: talk to them" in words_of(town.client("manager_a").get(LATE))
    for wrong in (path[:-3], path + "A", "/mails/end/x", "/mails/end/" + "A" * 500):
        assert stranger.get(wrong).status_code == 404


def test_A1_A5_ids_of_another_space_are_refused_whole(any_town: House, mails: MailSink) -> None:
    late(any_town, "manager_a", "manager_a")
    manager = any_town.client("manager_a")
    assert post(manager, line=[any_town.ids["late_a"], any_town.ids["late_b"]]) == 409
    assert post(manager, line=[any_town.ids["late_a"], "A" * 22]) == 409
    assert post(manager, "/team/l-estive/late", line=[any_town.ids["late_b"]]) == 404
    assert any_town.count(Reminder) == 0
    any_town.run_jobs()
    assert letters(mails) == []


def test_what_is_wrong_reminds_nobody_and_keeps_what_was_typed(town: House) -> None:
    manager = town.client("manager_a")
    assert post(manager, line=[]) == 422
    assert post(manager, line=[town.ids["late_a"]], sentence="x" * 301) == 422
    assert town.count(Reminder) == 0


def test_what_is_wrong_leads_to_somebody_who_can_be_ticked(town: House) -> None:
    """The first in the list was reminded already: the way to the fault leads past them."""
    later = late(town, "manager_a", "manager_a", days=2)
    town.write(lambda: service.remind("la-bobine", [town.ids["late_a"]], by=town.ids["manager_a"]))
    manager = town.client("manager_a")
    token = next(
        one.get("value") for one in page_of(manager.get(LATE)).iter("input") if one.get("name") == "csrf_token"
    )
    page = page_of(manager.post(LATE, data={"csrf_token": token}))
    (link,) = (one.get("href") for one in page.iter("a") if (one.get("href") or "").startswith("#line"))
    assert link == f"#line-{later}"
    assert [one.get("value") for one in page.iter("input") if one.get("id") == link[1:]] == [later]
    town.write(lambda: service.remind("la-bobine", [later], by=town.ids["manager_a"]))
    page = page_of(manager.post(LATE, data={"csrf_token": token}))
    assert [one for one in page.iter("a") if (one.get("href") or "").startswith("#line")] == []


def test_A11_a_deputy_reminds_and_somebody_who_was_one_does_not(town: House) -> None:
    me = town.ids["learner_a"]
    set_role = sa.update(Membership).where(Membership.person_id == me)
    town.write(lambda: db.session.execute(set_role.values(role="deputy")))
    deputy = town.client("learner_a")
    assert deputy.get(LATE).status_code == 200
    town.write(lambda: db.session.execute(set_role.values(role="learner")))
    assert deputy.get(LATE).status_code == 403
    assert deputy.get("/team/la-bobine/table.csv").status_code == 403
