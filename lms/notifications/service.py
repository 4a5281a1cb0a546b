"""Writing letters in the reader's language, handing them to the mail server, and noting what was sent."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta
from smtplib import SMTPException
from typing import Any

import sqlalchemy as sa
from flask import current_app

from lms.accounts.queries import is_demo
from lms.accounts.service import is_demo_here
from lms.foundation import mail
from lms.foundation.addresses import address_of
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert, writing
from lms.foundation.i18n import speaking
from lms.notifications.models import SentMail
from lms.notifications.queries import not_yet_asked, survey_key
from lms.notifications.rules import subject_and_text
from lms.spaces.choices.queries import sender
from lms.spaces.queries import network
from lms.survey import service as survey
from lms.survey.queries import instrument_of

#: The letters there are: each is a template in `templates/notifications/mail/`.
KINDS = (
    "sign_in",
    "reset",
    "invitation",
    "survey",
    "plan",
    "session",
    "assigned",
    "due",
    "renew",
    "transfer",
    "opened",
    "left",
    "answered",
    "reviews",
    "reminder",
    "report",
)
#: How long we remember that a mail was sent.
REMEMBERED = timedelta(days=30)


class NoMailServer(RuntimeError):
    """There is nobody to hand a letter to. The job is tried again and then set aside, with this sentence."""

    def __init__(self) -> None:
        super().__init__("no mail server: set SMTP_URL (smtp://user:password@host:587) so that this mail can leave")


@dataclass(frozen=True)
class Letter:
    """A letter ready to go. `key` names its cause; the same cause always gives the same Message-ID."""

    kind: str
    key: str
    person_id: str | None
    address: str
    name: str
    lang: str
    subject: str
    text: str
    #: The page that ends letters of this kind, for the mail program's own button; "" for those that cannot be ended.
    unsubscribe: str = ""

    @property
    def message_id(self) -> str:
        """The left half of the Message-ID: kind and object, the same at every try."""
        return f"{self.kind}.{self.key.partition(':')[2]}"


def write(
    kind: str,
    *,
    key: str,
    person_id: str | None,
    address: str,
    name: str = "",
    lang: str,
    unsubscribe: str = "",
    **words: Any,
) -> Letter:
    """The letter `kind` in `lang`, with the `words` its template asks for. Raises `ValueError` for an unknown kind."""
    if kind not in KINDS:
        raise ValueError(f"there is no letter {kind!r}")
    found = network()
    with speaking(lang):
        template = current_app.jinja_env.get_template(f"notifications/mail/{kind}.txt")
        subject, text = subject_and_text(template.render(network=found.name if found else "Cordada", **words))
    return Letter(kind, key, person_id, address, name, lang, subject[:200], text, unsubscribe)


def can_leave() -> bool:
    """Whether a letter can go anywhere: to a mail server, or onto the page of a demonstration."""
    return bool(current_app.config["CORDADA"].smtp_url) or is_demo()


def hand_over(letter: Letter) -> Callable[[], None]:
    """Send `letter`, or in a demonstration without mail server have it kept. Gives the effect that notes it down.

    Slow: never inside `writing()`. Raises `NoMailServer`, or what the mail server's refusal raises.
    """
    config = current_app.config["CORDADA"]
    if config.smtp_url:
        mail.send(
            mail.letter(
                sender=sender(config.sender), to=letter.address, name=letter.name, subject=letter.subject, text=letter.text,
                message_id=letter.message_id, lang=letter.lang, unsubscribe=letter.unsubscribe,
            ),
            config.smtp_url,
        )  # fmt: skip
        return lambda: _note(letter, body=None)
    if is_demo():
        return lambda: _note(letter, body=letter.text)
    raise NoMailServer()


def keep_demo_mail(letter: Letter, *, at: datetime | None = None) -> None:
    """Put `letter` on the page of a demonstration's mails, as if it had been sent at `at` (now). Once for each key.

    Raises `RuntimeError` outside a demonstration: nobody else's mail is ever kept.
    """
    if not is_demo_here():
        raise RuntimeError("only a demonstration keeps the text of mails")
    _note(letter, body=letter.text, at=at)


def invite_to_survey(campaign_id: str) -> int:
    """Mail everybody who belongs to a space a link to the survey, once. Gives how many letters left.

    All links are minted in one transaction and live in the memory of this process alone until they are mailed; what went
    where is forgotten with it. A letter is noted *before* it is handed over: if this process dies in between, one person
    waits for the reminder, but nobody can answer twice. Called again, it goes on with those who have no letter yet.
    """
    asked = instrument_of(campaign_id)
    posted = bool(current_app.config["CORDADA"].smtp_url)
    # A demonstration without mail server writes to those alone who can sign in to it.
    people = [row for row in not_yet_asked(campaign_id) if posted or row.demo]
    if asked is None or not people:
        return 0
    with writing():
        tokens = survey.mint_tokens(
            campaign_id, [survey.Cell(row.territory_id, row.space_id, row.role) for row in people]
        )
    left = 0
    for row, token in zip(people, tokens, strict=True):
        letter = write(
            "survey", key=survey_key(campaign_id, row.id), person_id=row.id, address=row.email, name=row.name, lang=row.lang,
            link=address_of("survey.start", token=token), minutes=asked.minutes,
        )  # fmt: skip
        with writing():
            _note(letter, body=None if posted else letter.text)
        left += 1
        if not posted:
            continue
        try:
            hand_over(letter)
        except (OSError, SMTPException):
            with writing():
                db.session.execute(sa.delete(SentMail).where(SentMail.key == letter.key))
            raise
    return left


def _note(letter: Letter, *, body: str | None, at: datetime | None = None) -> None:
    row = {
        "id": new_id(), "kind": letter.kind, "key": letter.key, "person_id": letter.person_id,
        "address": letter.address, "lang": letter.lang, "subject": letter.subject, "body": body,
        "state": "sent" if body is None else "kept", "at": at or now(),
    }  # fmt: skip
    upsert(SentMail, [row], key=["key"])


def forget_old(moment: datetime) -> None:
    """Delete what we remember of mails older than `REMEMBERED`."""
    db.session.execute(sa.delete(SentMail).where(SentMail.at < moment - REMEMBERED))
