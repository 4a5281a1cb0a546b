"""Mails with links, over a real mail server: one for each cause, to the right person, in their language."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from urllib.parse import urlsplit

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import Person, SignInLink
from lms.foundation.db import db, writing
from lms.foundation.i18n import LANGUAGES
from lms.jobs.models import Job
from lms.jobs.tasks import claim, run
from lms.notifications import privacy, service, tasks
from lms.notifications.models import SentMail
from lms.spaces import service as spaces
from lms.spaces.models import Invitation, Network
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found, links_in
from tests.servers import MailSink

HOME = "https://learn.example.org"
INES = "ines@example.org"


def ask(house: House, who: str = "learner_a", purpose: str = "reset") -> None:
    house.write(lambda: accounts.ask_link(f"{who}@example.org", purpose))


def invite(
    house: House, lang: str = "en", role: str = "learner", space: str | None = "la-bobine", by: str = "manager_a"
) -> str:
    """An invitation whose mail is due; gives its id."""
    made = house.write(
        lambda: spaces.invite(email=INES, role=role, space_id=space, lang=lang, invited_by=house.ids[by])
    )
    return str(made[0].id)


def jobs(house: House) -> list[Job]:
    with house.open():
        return list(db.session.scalars(sa.select(Job).order_by(Job.created_at)))


@pytest.mark.parametrize("purpose", ["reset", "sign_in"])
def test_a_link_asked_for_arrives_once_and_works(posted: House, mails: MailSink, purpose: str) -> None:
    house = posted
    ask(house, purpose=purpose)
    assert house.run_jobs() == 1
    assert house.run_jobs() == 0
    (letter,) = mails.letters
    assert letter.recipients == ("learner_a@example.org",)
    assert letter.sender == "cordada@learn.example.org"
    (link,) = links_in(letter.text)
    assert link.startswith(f"{HOME}/link/")
    assert house.client().get(urlsplit(link).path).status_code == 200
    assert {job.state for job in jobs(house)} == {"done"}
    (row,) = house.kept()
    assert (row.kind, row.state, row.body, row.person_id) == (purpose, "sent", None, house.ids["learner_a"])


def test_an_invitation_arrives_once_and_works(posted: House, mails: MailSink) -> None:
    house = posted
    invite(house)
    house.run_jobs()
    (letter,) = mails.letters
    assert letter.recipients == (INES,)
    assert letter.subject == "Manager_A invites you to La Bobine (Prades)"
    link, door = links_in(letter.text)
    assert door.startswith(f"{HOME}/join?"), "for the code, where somebody cannot follow links"
    assert link.startswith(f"{HOME}/join/")
    assert house.client().fill(urlsplit(link).path, {"name": "Inès"}, follow=False).status_code == 302
    assert house.roles(INES) == {("learner", "la-bobine")}


@pytest.mark.parametrize("lang", LANGUAGES)
def test_letters_speak_the_language_of_their_reader(posted: House, mails: MailSink, lang: str) -> None:
    house = posted

    def speak() -> None:
        db.session.get_one(Person, house.ids["learner_a"]).lang = lang

    house.write(speak)
    ask(house)
    ask(house, purpose="sign_in")
    invite(house, lang)
    house.run_jobs()
    hello = {"fr": "Bonjour,", "es": "Hola:", "ca": "Hola,", "en": "Hello,"}[lang]
    assert len(mails.letters) == 3
    for letter in mails.letters:
        assert letter.text.startswith(hello)
        assert letter.message["Content-Language"] == lang
        assert letter.message.get_content_type() == "text/plain"
        assert "%(" not in letter.text + letter.subject
        assert "Sept Vallées" in letter.text
    # A link; in an invitation also where the code beside it is typed.
    assert sorted(len(links_in(letter.text)) for letter in mails.letters) == [1, 1, 2]


@pytest.mark.parametrize(
    ("role", "space", "by"),
    [("learner", "la-bobine", "manager_a"), ("manager", "l-estive", "coordinator"), ("trainer", None, "coordinator")],
)
def test_each_role_is_invited_in_its_own_words(
    posted: House, mails: MailSink, role: str, space: str | None, by: str
) -> None:
    invite(posted, role=role, space=space, by=by)
    posted.run_jobs()
    word = {"learner": "short courses", "manager": "look after the team", "trainer": "write and keep the courses"}[role]
    assert word in mails.letters[0].text


def test_the_operators_invitation_to_coordinate_has_words_too(posted: House) -> None:
    with posted.open():
        letter = service.write(
            "invitation",
            key="invitation:x",
            person_id=None,
            address=INES,
            lang="en",
            role="coordinator",
            inviter="",
            space="",
            until=accounts.now(),
            zone="Europe/Paris",
            link="https://x/y",
        )
    assert letter.subject == "Sept Vallées invites you"
    assert "coordinate Sept Vallées" in letter.text


def test_R27_a_second_try_is_the_same_letter_with_a_new_link(posted: House, mails: MailSink) -> None:
    """The process died after the mail server took the mail: the job is claimed again."""
    house = posted
    ask(house)
    with house.open():
        first = claim()
        assert first is not None
        effect = tasks.send_link(first.args)
        assert effect is not None  # it never stands: the process dies here
    house.write(lambda: db.session.execute(sa.update(Job).values(state="due", lease_until=None)))
    house.run_jobs()
    one, two = mails.letters
    assert one.message["Message-ID"] == two.message["Message-ID"]
    old, new = (urlsplit(links_in(letter.text)[0]).path for letter in mails.letters)
    assert house.client().get(old).status_code == 410, "the second link killed the first"
    assert house.client().get(new).status_code == 200
    assert len(house.kept()) == 1


def test_R24_a_job_delivered_five_times_sends_one_mail(posted: House, mails: MailSink) -> None:
    house = posted
    ask(house)
    held = None
    with house.open():
        held = claim()
        assert held is not None
        assert run(held) == "done"
        for _ in range(4):
            assert run(held) in ("fenced", "done")
    assert len(mails.letters) == 1
    path = urlsplit(links_in(mails.letters[0].text)[0]).path
    assert house.client().get(path).status_code == 200


def test_two_causes_are_two_letters(posted: House, mails: MailSink) -> None:
    ask(posted)
    ask(posted, "learner_b")
    invite(posted)
    posted.run_jobs()
    assert len({letter.message["Message-ID"] for letter in mails.letters}) == 3


def _link_replaced(house: House) -> None:
    house.link("learner_a")


def _link_expired(house: House) -> None:
    house.later(SignInLink, expires_at=timedelta(hours=-2))


def _person_disabled(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["learner_a"]))


def _password_set(house: House) -> None:
    house.write(lambda: accounts.set_password(house.ids["learner_a"], "hash"))


@pytest.mark.parametrize("over", [_link_replaced, _link_expired, _person_disabled, _password_set])
def test_R28_a_link_that_is_over_is_not_mailed(posted: House, mails: MailSink, over: Callable[[House], None]) -> None:
    ask(posted)
    over(posted)
    posted.run_jobs()
    assert mails.letters == []
    assert [job.state for job in jobs(posted)] == ["done"]
    assert posted.kept() == []


def _withdrawn(house: House, row: str) -> None:
    house.write(lambda: spaces.cancel_invitation(row, "la-bobine", by=house.ids["manager_a"]))


def _invitation_expired(house: House, row: str) -> None:
    house.later(Invitation, expires_at=timedelta(days=-8))


def _giver_gone(house: House, row: str) -> None:
    house.write(lambda: accounts.disable(house.ids["manager_a"]))


def _accepted_meanwhile(house: House, row: str) -> None:
    def change() -> None:
        db.session.get_one(Invitation, row).used_at = accounts.now()

    house.write(change)


@pytest.mark.parametrize("over", [_withdrawn, _invitation_expired, _giver_gone, _accepted_meanwhile])
def test_R28_an_invitation_that_is_over_is_not_mailed(
    posted: House, mails: MailSink, over: Callable[[House, str], None]
) -> None:
    row = invite(posted)
    over(posted, row)
    posted.run_jobs()
    assert mails.letters == []


def test_H1_links_begin_with_the_configured_address_whatever_the_request_says(posted: House, mails: MailSink) -> None:
    house = posted
    manager = house.client("manager_a")
    forged = [
        {"X-Forwarded-Host": "evil.example"},
        {"Forwarded": "host=evil.example;proto=http"},
        {"X-Forwarded-Host": "evil.example", "X-Forwarded-Proto": "http", "X-Forwarded-Port": "81"},
        {"X-Host": "evil.example", "X-Original-URL": "//evil.example/", "X-Rewrite-URL": "//evil.example/"},
        {"Host": "localhost:8080"},
        {"Host": "127.0.0.1"},
    ]
    sent = 0
    for number, headers in enumerate(forged):
        stranger = house.client()
        data = {"csrf_token": token_of(stranger, "/sign-in/link"), "email": f"learner_{'ab'[number % 2]}@example.org"}
        sent += stranger.post("/sign-in/link?for=reset", data=data, headers=headers).status_code == 302
        data = {"csrf_token": token_of(manager, "/account"), "email": f"guest{number}@example.org", "lang": "en"}
        sent += manager.post("/team/la-bobine/invite", data=data, headers=headers).status_code == 302
    house.run_jobs()
    assert sent >= 8
    assert mails.letters
    for letter in mails.letters:
        link, *door = links_in(letter.text)
        assert link.startswith((f"{HOME}/link/", f"{HOME}/join/"))
        assert all(one.startswith((f"{HOME}/join", f"{HOME}/sign-in")) for one in door)
        assert "evil" not in letter.raw.decode()


@pytest.mark.parametrize(
    "host",
    [
        "evil.example",
        "learn.example.org.evil.example",
        "evil.example:443",
        "learn.example.org@evil.example",
        "evil.example#localhost",
        "",
        "a b",
    ],
)
def test_H1_a_foreign_host_is_refused(posted: House, mails: MailSink, host: str) -> None:
    client = posted.client()
    data = {"csrf_token": token_of(client, "/sign-in/link"), "email": "learner_a@example.org"}
    before = posted.state()
    assert client.post("/sign-in/link?for=reset", data=data, headers={"Host": host}).status_code == 400
    assert posted.state() == before


def test_H2_H3_names_with_markup_or_addresses_add_nobody(posted: House, mails: MailSink) -> None:
    house = posted

    def rename() -> None:
        db.session.get_one(Person, house.ids["learner_a"]).name = 'Support <a@b.example>, "x" <b>bold</b> ' + "é" * 120
        db.session.get_one(Person, house.ids["manager_a"]).name = "{{7*7}} %(network)s, x@evil.example"
        db.session.get_one(Network, 1).name = "A & B <i>"

    house.write(rename)
    ask(house)
    invite(house)
    house.run_jobs()
    assert len(mails.letters) == 2
    for letter in mails.letters:
        assert len(letter.recipients) == 1
        assert len(letter.message["To"].addresses) == 1
        assert letter.message["Bcc"] is None
        assert letter.message["Cc"] is None
        assert "A & B <i>" in letter.text
    assert mails.letters[0].recipients == ("learner_a@example.org",)
    assert "{{7*7}} %(network)s" in mails.letters[1].subject, "printed as typed"


def test_no_mail_server_and_no_demonstration_is_said_and_tried_again(house: House) -> None:
    ask(house)
    house.run_jobs()
    (job,) = jobs(house)
    assert (job.state, job.attempts) == ("due", 1)
    assert "set SMTP_URL" in (job.error or "")
    for _ in range(4):
        house.later(Job, due_at=timedelta(days=-1))
        house.run_jobs()
    (job,) = jobs(house)
    assert (job.state, job.attempts) == ("failed", 5)
    assert house.kept() == []
    with house.open():
        link = db.session.scalars(sa.select(SignInLink)).one()
        assert link.token_digest is None, "nothing was minted for a mail that cannot leave"


def test_R19_a_refusing_mail_server_is_tried_again_and_nothing_is_sent_twice(posted: House, mails: MailSink) -> None:
    house = posted
    ask(house)
    mails.refusal = "451 Try again later"
    house.run_jobs()
    (job,) = jobs(house)
    assert job.state == "due"
    assert "451" in (job.error or "")
    mails.refusal = None
    house.later(Job, due_at=timedelta(days=-1))
    house.run_jobs()
    assert len(mails.letters) == 1
    assert [job.state for job in jobs(house)] == ["done"]


def test_a_mail_server_that_is_away_is_tried_again(make_app: Callable[..., Flask]) -> None:
    house = found(make_app(SMTP_URL="smtp://127.0.0.1:9"))
    ask(house)
    house.run_jobs()
    (job,) = jobs(house)
    assert job.state == "due"
    assert "ConnectionRefused" in (job.error or "")


def test_no_row_and_no_log_line_holds_a_working_link(
    posted: House, mails: MailSink, caplog: pytest.LogCaptureFixture
) -> None:
    ask(posted)
    invite(posted)
    posted.run_jobs()
    tokens = [urlsplit(links_in(letter.text)[0]).path.rpartition("/")[2] for letter in mails.letters]
    with posted.open():
        held = repr([tuple(row) for table in db.metadata.sorted_tables for row in db.session.execute(sa.select(table))])
    for token in tokens:
        assert token not in held
        assert token not in caplog.text


def test_sent_mails_are_forgotten_after_a_month_and_on_request(any_app: Flask) -> None:
    house = found(any_app, demo=True)
    ask(house)
    invite(house)
    house.run_jobs()
    assert len(house.kept()) == 2
    with house.open():
        told = privacy.export(house.ids["learner_a"])
        assert [row["kind"] for row in told["sent_mail"]] == ["reset"]
        with writing():
            privacy.forget(house.ids["learner_a"])
    assert [row.kind for row in house.kept()] == ["invitation"]
    house.later(SentMail, at=timedelta(days=-31))
    with house.open():
        effect = tasks.forget_old({"slot": 1})
        assert effect is not None
        with writing():
            effect()
    assert house.kept() == []


def test_only_letters_that_exist_can_be_written(house: House) -> None:
    with house.open(), pytest.raises(ValueError, match="no letter"):
        service.write("../../sign_in", key="x:y", person_id=None, address=INES, lang="en")


def test_the_message_id_holds_no_secret(posted: House, mails: MailSink) -> None:
    ask(posted)
    posted.run_jobs()
    token = urlsplit(links_in(mails.letters[0].text)[0]).path.rpartition("/")[2]
    message_id = str(mails.letters[0].message["Message-ID"])
    assert token not in message_id
    assert re.fullmatch(r"<reset\.[\w-]{22}@learn\.example\.org>", message_id)
