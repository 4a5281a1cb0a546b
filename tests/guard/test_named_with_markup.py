"""Rows X8 and X10 of the guard list: whatever people, spaces and courses are called, the letters and notices that name them hold
text alone. Every kind of letter, and every notice of a page.
"""

from __future__ import annotations

from datetime import UTC, date, datetime
from email import policy
from email.parser import BytesParser
from types import SimpleNamespace
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.catalogue.topics import rules
from lms.catalogue.topics.models import Topic
from lms.foundation import mail
from lms.foundation.db import db
from lms.foundation.i18n import LANGUAGES
from lms.notifications import service
from lms.spaces.models import Space
from tests.accounts.attacks import token_of
from tests.accounts.people import House, found
from tests.guard.test_course_text import inert
from tests.visits import StrictClient

#: Names as they could stand in a table that something else wrote: forms let no line break pass.
EVIL = {
    "markup": "</title><script>alert(1)</script>\"'><img src=x onerror=alert(1)>",
    "header": "Léa\r\nBcc: evil@example.net\r\n\r\n<script>",
    "separators": "Léa\x0bBcc: a@b.c\x85Bcc: a@b.c\u2028Bcc: a@b.c\u2029Bcc: a@b.c\x00",
    "encoded": "=?utf-8?q?L=0D=0ABcc:_evil=40example.net?=",
    "places": "%(name)s %s {{ 7 * 7 }} {% raw %} ${x}",
    "turned": "Léa\u202e\u2066gpj.exe\ufeff",
    "long": "é" * 5_000,
}
LINK = "https://learn.example.org/x"
AT = datetime(2026, 4, 2, 8, tzinfo=UTC)


def words_with(name: str) -> dict[str, Any]:
    """Everything that a letter of any kind asks for, each name of it hostile."""
    told = SimpleNamespace(is_empty=False, moved=[(name, 2)], late=[name], certified=[(name, "c")], more={"late"})
    return {
        "title": name, "space": name, "person": name, "by": name, "why": name, "manager": name, "sentence": name,
        "inviter": name, "first": name, "situation": name, "action": name, "courses": [(name, date(2026, 5, 4))],
        "titles": {"c": name}, "told": told, "weekly": True, "since": date(2026, 4, 1), "due_on": date(2026, 5, 4),
        "until": AT, "starts_at": AT, "ends_at": AT, "zone": "Europe/Paris", "person_zone": "Europe/Madrid",
        "closes_on": date(2026, 5, 4), "role": "learner", "accepted": False, "written": False, "seated": True,
        "what": "moved", "count": 3, "minutes": 4, "code": "2345-6789", "last": True,
        **dict.fromkeys(("link", "door", "dates", "late", "again", "end"), LINK),
    }  # fmt: skip


@pytest.fixture
def house(app: Flask) -> House:
    return found(app)


@pytest.mark.parametrize("kind", service.KINDS)
def test_X8_no_name_in_a_letter_writes_a_header_or_a_second_subject(house: House, kind: str) -> None:
    for name, lang in ((name, lang) for name in EVIL.values() for lang in LANGUAGES):
        with house.open():
            letter = service.write(
                kind, key=f"{kind}:k", person_id=None, address="lea@example.org", name=name, lang=lang, unsubscribe=LINK,
                **words_with(name),
            )  # fmt: skip
        assert len(letter.subject.splitlines()) == 1
        assert len(letter.subject) <= 200
        assert "49" not in letter.subject, "nothing in a name is computed"
        sent = mail.letter(
            sender="Réseau <reseau@example.org>", to=letter.address, name=letter.name, subject=letter.subject,
            text=letter.text, message_id=letter.message_id, lang=lang, unsubscribe=letter.unsubscribe,
        )  # fmt: skip
        read = BytesParser(policy=policy.default).parsebytes(sent.as_bytes(policy=policy.SMTP))
        assert sorted(read.keys()) == [
            "Auto-Submitted", "Content-Language", "Content-Transfer-Encoding", "Content-Type", "Date", "From",
            "List-Unsubscribe", "MIME-Version", "Message-ID", "Subject", "To",
        ]  # fmt: skip
        assert [one.addr_spec for one in read["To"].addresses] == ["lea@example.org"]
        assert (read.get_content_type(), read.is_multipart()) == ("text/plain", False)
        assert all(sign.isprintable() for sign in str(read["Subject"]))


@pytest.mark.parametrize("what", ["markup", "places", "turned"])
def test_X10_what_is_called_so_is_text_where_it_is_removed_undone_and_named_in_a_notice(
    house: House, what: str
) -> None:
    name = EVIL[what]

    def call() -> None:
        db.session.execute(sa.update(Space).where(Space.id == "la-bobine").values(name=name))
        db.session.execute(sa.update(Person).where(Person.id == house.ids["learner_a"]).values(name=name))

    house.write(call)

    def pressed(client: StrictClient, address: str, **data: str) -> str:
        """The page after a button; what it says."""
        sent = {"csrf_token": token_of(client, "/account"), **data}
        return " ".join("".join(inert(client.post(address, data=sent, follow_redirects=True)).itertext()).split())

    shown = " ".join(name.split())
    manager, learner = house.client("manager_a"), house.client("learner_a")
    one = f"/team/la-bobine/people/{house.ids['learner_a']}"
    for do in ("deputy", "learner", "remove", "back"):
        assert shown in pressed(manager, one, do=do), do
    assert rules.clean(name) in pressed(learner, "/topics", topic=name)
    with house.open():
        topic = db.session.scalars(sa.select(Topic.id)).one()
    coordinator = house.client("coordinator")
    assert rules.clean(name) in pressed(coordinator, f"/network/topics/{topic}", do="handle")
    assert rules.clean(name) in pressed(coordinator, f"/network/topics/{topic}", do="reopen")
    assert "Withdrawn" in pressed(learner, f"/topics/{topic}/withdraw")
    assert shown in pressed(learner, "/account/spaces/la-bobine/leave")
