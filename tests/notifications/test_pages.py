"""The page of a demonstration's mails: there only in a demonstration, readable, its links pressing on."""

from __future__ import annotations

from datetime import date, timedelta

import pytest

from lms.accounts import service as accounts
from lms.foundation.db import writing
from lms.notifications import service
from lms.notifications.models import SentMail
from lms.spaces import service as spaces
from tests.accounts.people import House
from tests.visits import page_of, words_of


def test_outside_a_demonstration_there_is_no_such_page(house: House) -> None:
    for who in (None, "learner_a", "coordinator"):
        assert house.client(who).get("/demo/mails").status_code == 404


def test_no_mail_yet_says_how_to_get_one(demo: House) -> None:
    assert "No mail yet" in words_of(demo.client().get("/demo/mails"))


def test_somebody_signs_in_by_the_mail_they_read_there(demo: House) -> None:
    client = demo.client()
    sent = client.fill("/sign-in/link", {"email": "learner_a@example.org"})
    assert "/demo/mails" in [link.get("href") for link in page_of(sent).iter("a")]
    demo.run_jobs()
    page = client.get("/demo/mails")
    assert "to learner_a@example.org" in words_of(page)
    (link,) = [a.get("href") for a in page_of(page).iter("a") if "/link/" in (a.get("href") or "")]
    assert link is not None
    assert link.startswith("/link/")
    assert client.fill(link, follow=False).location == "/home"


def test_an_invitation_read_there_is_accepted(demo: House) -> None:
    manager = demo.client("manager_a")
    manager.fill("/team/la-bobine/invite", {"email": "ines@example.org", "lang": "ca"}, form="/invite")
    demo.run_jobs()
    client = demo.client()
    page = client.get("/demo/mails")
    (link,) = [a.get("href") for a in page_of(page).iter("a") if "/join/" in (a.get("href") or "")]
    assert [part.get("lang") for part in page_of(page).iter("h2")] == ["ca"]
    assert client.fill(str(link), {"name": "Inès"}, follow=False).status_code == 302
    assert demo.roles("ines@example.org") == {("learner", "la-bobine")}


def test_newest_first_and_fifty_at_most(demo: House) -> None:
    def fill() -> None:
        for number in range(60):
            letter = service.Letter(
                "survey", f"survey:{number}", None, f"n{number}@example.org", "", "en", f"Mail {number:02}", "x\n"
            )
            service.keep_demo_mail(letter, at=accounts.now() + timedelta(minutes=number))

    demo.write(fill)
    page = demo.client().get("/demo/mails")
    subjects = [heading.text for heading in page_of(page).iter("h2")]
    assert subjects == [f"Mail {number:02}" for number in range(59, 9, -1)]
    assert "Older mails are not shown." in words_of(page)


@pytest.mark.parametrize(
    ("to", "subjects"), [("N3@example", ["Mail 03"]), (" @EXAMPLE.org ", None), ("n%", []), ("<b>", []), ("", None)]
)
def test_an_address_is_found_behind_many_mails(demo: House, to: str, subjects: list[str] | None) -> None:
    def fill() -> None:
        for number in range(60):
            letter = service.Letter(
                "survey", f"survey:{number}", None, f"n{number}@example.org", "", "en", f"Mail {number:02}", "x\n"
            )
            service.keep_demo_mail(letter, at=accounts.now() + timedelta(minutes=number))

    demo.write(fill)
    page = demo.client().fill("/demo/mails", {"to": to}, form="/demo/mails")
    found = [heading.text for heading in page_of(page).iter("h2")]
    assert found == ([f"Mail {number:02}" for number in range(59, 9, -1)] if subjects is None else subjects)
    assert ("No mail to such an address." in words_of(page)) is (subjects == [])


def test_markup_and_foreign_addresses_in_a_mail_are_words(demo: House) -> None:
    text = "<script>alert(1)</script> https://evil.example/x javascript:alert(1)\n\nhttp://localhost/survey/abc"
    letter = service.Letter("survey", "survey:1", None, "x@example.org", "", "en", "<b>Subject</b>", text)
    demo.write(lambda: service.keep_demo_mail(letter))
    page = demo.client().get("/demo/mails")
    main = page_of(page).find("body/main")
    assert main is not None
    assert [a.get("href") for a in main.iter("a")] == ["/survey/abc"]
    assert not list(main.iter("script"))
    assert "<b>Subject</b>" in words_of(page)


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_survey_letter_of_a_demonstration(demo: House, lang: str) -> None:
    with demo.open():
        letter = service.write(
            "survey", key="survey:1:x", person_id=demo.ids["learner_a"], address="learner_a@example.org", lang=lang,
            link="http://localhost/survey/abc", closes_on=date(2026, 12, 18),
        )  # fmt: skip
        with writing():
            service.keep_demo_mail(letter)
            service.keep_demo_mail(letter)
    (row,) = demo.kept()
    assert row.body is not None
    assert "http://localhost/survey/abc" in row.body
    assert "2026" in row.body
    assert row.state == "kept"


def test_only_a_demonstration_keeps_the_text_of_mails(house: House) -> None:
    letter = service.Letter("survey", "survey:1", None, "x@example.org", "", "en", "S", "x\n")
    with house.open(), pytest.raises(RuntimeError, match="demonstration"), writing():
        service.keep_demo_mail(letter)
    assert house.count(SentMail) == 0


def test_an_invitation_mailed_by_the_service_names_no_foreign_place(demo: House) -> None:
    demo.write(
        lambda: spaces.invite(
            email="x@example.org", role="trainer", space_id=None, lang="en", invited_by=demo.ids["coordinator"]
        )
    )
    demo.run_jobs()
    assert "Sept Vallées invites you" in words_of(demo.client().get("/demo/mails"))
