"""Safe addresses, what every answer carries, and letters whose headers nobody can bend (rows C5, O1, H2, H3)."""

from __future__ import annotations

from email import message_from_bytes
from email.message import EmailMessage
from email.policy import default
from typing import Any
from urllib.parse import urljoin, urlsplit

import pytest
from hypothesis import given
from hypothesis import strategies as st

from lms.foundation.mail import letter, send
from lms.foundation.security import local_path
from lms.foundation.tokens import digest, mint
from tests.servers import MailSink, free_port

FINE = [
    "/", "/home", "/courses/x?page=2", "/team/la-bobine?course=a&x=%2F", "/a/b-c_d.e", "/sign-in?next=/home",
    "/survey/abc?lang=fr", "/x?a=b@c", "/caf%C3%A9",
]  # fmt: skip
AWAY = [
    None, "", "home", "?x", "#x", "//evil.example", "///evil.example", "http://evil.example", "https:evil.example",
    "javascript:alert(1)",
    "data:text/html,x", "/\\evil.example", "\\\\evil.example", "/\t/evil.example", "\t//evil.example",
    " //evil.example", "/ /evil.example",
    "/%09/evil.example", "/%5cevil.example", "/%2f%2fevil.example", "/%2Fevil.example", "/%252f%252fevil.example",
    "/a//b", "/user@evil.example", "/\x00", "/a\r\nLocation: x", "/a%0d%0aX: y", "/\u2028x", "/" + "x" * 2000, "/\u202ex",
]  # fmt: skip


@pytest.mark.parametrize("path", FINE)
def test_own_paths_pass_unchanged(path: str) -> None:
    assert local_path(path, "/default") == path


@pytest.mark.parametrize("path", AWAY)
def test_others_give_the_default(path: str | None) -> None:
    assert local_path(path, "/default") == "/default"


def test_a_fragment_is_dropped() -> None:
    assert local_path("/courses/x#unit", "/default") == "/courses/x"


@given(st.text(alphabet="/\\:@.?#%25fF092\t\n ahttpsevil", max_size=30))
def test_whatever_comes_out_stays_here(text: str) -> None:
    found = urlsplit(urljoin("https://learn.example.org/sign-in", local_path(text, "/")))
    assert (found.scheme, found.netloc) == ("https", "learn.example.org")


def test_tokens_are_long_and_only_their_digest_is_kept() -> None:
    tokens = {mint() for _ in range(100)}
    assert len(tokens) == 100
    assert {len(token) for token in tokens} == {32}
    assert digest("a") == "ca978112ca1bbdcafac231b39a23dc4da786eff8147c4e72b9807785afee48bb"
    assert len(digest("\ud800é\x00")) == 64, "any text that came in an address has a digest"


# --- letters ---------------------------------------------------------------------------------------------------------

NASTY = [
    "Léa\r\nBcc: all@example.org", "Léa\nX-Evil: yes", "Léa\u2028Bcc: all@example.org", "Léa\x85Bcc: a@b.example", "x" * 5000,
    "é" * 5000, "Support <root@example.org>, ", '"quoted" \\ name', "<b>Léa</b> & cie", "a@b.example, c@d.example",
    "=?utf-8?q?=0ABcc:x?=", "=?utf-8?b?CkJjYzogeA==?=", "==?utf-8?q?=0ABcc:x?=",
    "Léa\x00\x1b[31m", "\u202eaéL", "", "   ", ";:,()[]", "日本語" * 100,
]  # fmt: skip
SENT = {"From", "To", "Subject", "Date", "Message-ID", "Auto-Submitted", "Content-Language", "MIME-Version", "Content-Type",
        "Content-Transfer-Encoding"}  # fmt: skip


def write(**more: Any) -> EmailMessage:
    facts = {
        "sender": "Cordada <cordada@example.org>", "to": "lea@example.org", "name": "Léa", "subject": "Votre lien",
        "text": "Bonjour",
        "message_id": "link.abc", "lang": "fr",
    }  # fmt: skip
    return letter(**{**facts, **more})


@pytest.mark.parametrize("text", NASTY)
@pytest.mark.parametrize("field", ["name", "subject"])
def test_no_word_starts_a_header(field: str, text: str) -> None:
    raw = write(**{field: text}).as_bytes()
    read = message_from_bytes(raw, policy=default)
    assert set(read.keys()) <= SENT, read.keys()
    assert len(read.keys()) == len(set(read.keys()))
    assert [one.addr_spec for one in read["To"].addresses] == ["lea@example.org"]
    head = raw.split(b"\n\n", 1)[0]
    assert all(len(line) <= 998 for line in head.split(b"\n"))
    assert not read.defects
    assert read.get_content().strip() == "Bonjour"


def test_a_name_that_looks_like_an_address_stays_a_name() -> None:
    read = message_from_bytes(write(name="Support <root@example.org>, ").as_bytes(), policy=default)
    (only,) = read["To"].addresses
    assert (only.display_name, only.addr_spec) == ("Support <root@example.org>,", "lea@example.org")


def test_what_a_letter_carries() -> None:
    read = message_from_bytes(write(text="Ligne une\n.\nFrom moi\n\u2028é" + "x" * 3000).as_bytes(), policy=default)
    assert str(read["From"]) == "Cordada <cordada@example.org>"
    assert read["Message-ID"] == "<link.abc@example.org>"
    assert read["Auto-Submitted"] == "auto-generated"
    assert read["Content-Language"] == "fr"
    assert read["Date"].datetime is not None
    assert read.get_content().splitlines()[:3] == ["Ligne une", ".", "From moi"]


def test_the_sender_s_name_may_have_accents() -> None:
    read = message_from_bytes(write(sender='"Sept Vallées, réseau" <r@example.org>').as_bytes(), policy=default)
    (only,) = read["From"].addresses
    assert (only.display_name, only.addr_spec) == ("Sept Vallées, réseau", "r@example.org")


def test_a_letter_arrives_as_it_was_written(mails: MailSink) -> None:
    send(write(text="Bonjour Léa,\n\n.\n\nÀ demain"), mails.url)
    (got,) = mails.wait(1)
    assert got.recipients == ("lea@example.org",)
    assert got.text.splitlines() == ["Bonjour Léa,", "", ".", "", "À demain"]


def test_a_server_that_is_not_there_is_an_error_of_the_line() -> None:
    with pytest.raises(ConnectionRefusedError):
        send(write(), f"smtp://127.0.0.1:{free_port()}")
