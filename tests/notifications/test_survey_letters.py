"""The letters of a survey: everybody of a space once, by one mailing; nothing kept ties a link to a person."""

from __future__ import annotations

from collections.abc import Callable

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts import service as accounts
from lms.accounts.models import Person
from lms.foundation.db import db, writing
from lms.foundation.tokens import digest
from lms.notifications import service
from lms.notifications.models import SentMail
from lms.spaces import service as spaces
from lms.spaces.models import Space, Territory
from lms.survey import service as survey
from lms.survey.instruments import newest, read
from lms.survey.models import Campaign, Token
from tests.servers import MailSink


def open_survey(app: Flask, people: int) -> str:
    """A network of one space with this many people, and a campaign that has just been opened."""
    courses = app.config["CORDADA"].courses
    source = newest(courses)
    assert source is not None
    with writing():
        spaces.found_network(name="Sept Vallées", lang="fr", contact="c@example.org")
        db.session.add(Territory(id="t", name="T", country="FR"))
        db.session.flush()
        db.session.add(Space(id="s", name="S", place="P", territory_id="t", lang="fr", zone="Europe/Paris", desks=5))
        db.session.flush()
        for number in range(people):
            made = accounts.create_person(email=f"p{number}@example.org", name=f"Person {number}", lang="fr")
            spaces.give_role(made.id, "learner", "s")
        return survey.open_campaign(survey.keep_instrument(*read(source, courses / "_competencies.yml")))


def links(mails: MailSink) -> list[str]:
    words = " ".join(letter.message.get_content() for letter in mails.letters).split()
    return [word.rpartition("/")[2] for word in words if "/survey/" in word]


def test_everybody_gets_one_letter_with_a_link_of_their_own(make_app: Callable[..., Flask], mails: MailSink) -> None:
    app = make_app(SMTP_URL=mails.url)
    with app.app_context():
        campaign = open_survey(app, 7)
        assert service.invite_to_survey(campaign) == 7
        assert service.invite_to_survey(campaign) == 0
        tokens = links(mails)
        assert len(set(tokens)) == 7
        assert sorted(str(letter.message["To"]).rpartition("<")[2].rstrip(">") for letter in mails.letters) == [
            f"p{number}@example.org" for number in range(7)
        ]
        assert set(db.session.scalars(sa.select(Token.id))) == {digest(token) for token in tokens}
        assert db.session.scalars(sa.select(Campaign.invited)).one() == 7


def test_a_mailing_that_stopped_goes_on_without_writing_twice(
    make_app: Callable[..., Flask], mails: MailSink, monkeypatch: pytest.MonkeyPatch
) -> None:
    app = make_app(SMTP_URL=mails.url)
    with app.app_context():
        campaign = open_survey(app, 6)
        real, sent = service.hand_over, []

        def breaks(letter: service.Letter) -> object:
            if len(sent) == 3:
                raise OSError("the line is cut")
            sent.append(letter.address)
            return real(letter)

        monkeypatch.setattr(service, "hand_over", breaks)
        with pytest.raises(OSError, match="cut"):
            service.invite_to_survey(campaign)
        monkeypatch.setattr(service, "hand_over", real)
        assert service.invite_to_survey(campaign) == 3
        addresses = [str(letter.message["To"]) for letter in mails.letters]
        assert len(addresses) == len(set(addresses)) == 6


def test_no_row_ties_a_link_to_a_person(make_app: Callable[..., Flask], mails: MailSink) -> None:
    app = make_app(SMTP_URL=mails.url)
    with app.app_context():
        service.invite_to_survey(open_survey(app, 6))
        people = set(db.session.scalars(sa.select(Person.id)))
        for token in db.session.scalars(sa.select(Token)):
            assert not {token.id, token.campaign_id, token.space_id, token.role} & people
        for row in db.session.scalars(sa.select(SentMail)):
            assert row.body is None
            assert not any(token in row.key for token in links(mails))
