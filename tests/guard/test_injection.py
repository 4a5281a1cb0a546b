"""Rows S1, S2, S3, S7 and U of the guard list: hostile text in every field, address, query, cookie and header.

The same attacks run on SQLite and on PostgreSQL, which refuses a NUL byte and a lone surrogate by an error of its own.
"""

from __future__ import annotations

import logging
import re
import time
import unicodedata
from collections.abc import Callable, Iterator
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import sqlalchemy as sa
from werkzeug.test import TestResponse

from lms.foundation.logs import FORMAT, PlainFormatter
from tests.guard.cells import WHO, cells
from tests.guard.world import COURSE, LESSON, QUIZ, SPACE_A, World, plain, sent
from tests.house.census import DOORS, Door

#: Seconds of computing that no attack may cost; seconds by the clock in which even a busy machine answers.
PATIENCE, SLEPT = 1.0, 3.0
PROBES = (
    "' OR '1'='1", "' OR 1=1 --", '" OR ""="', "1; DROP TABLE person; --", "x' UNION SELECT email FROM person --",
    "'||(SELECT pg_sleep(3))||'", "1 AND (SELECT 1 FROM pg_sleep(3))", "x'; SELECT pg_sleep(3); --",
    "randomblob(900000000)", "') OR sqlite_version() --", "%27%20OR%201%3D1", "name; people", "(CASE WHEN 1=1 THEN 1 END)",
    "people DESC",
    "-person", "people,name", "__class__", "[]", "{}", "null", "NaN", "-1", "1e309", "0x10", "99999999999999999999",
)  # fmt: skip
#: Pages with something to choose in the query: address, parameter, who may see it.
QUERIES = (
    ("/network", "sort", "coordinator"), ("/network", "page", "coordinator"), ("/network/needs", "sort", "coordinator"),
    ("/catalogue", "domain", "learner_a"), ("/catalogue", "length", "learner_a"), ("/catalogue", "language", "learner_a"),
    ("/catalogue", "level", "learner_a"), (f"/team/{SPACE_A}", "course", "manager_a"), ("/sign-in/link", "for", "anonymous"),
    ("/help", "lang", "anonymous"), ("/help", "theme", "anonymous"), ("/sign-in", "next", "anonymous"),
)  # fmt: skip
WEIRD: dict[str, bytes] = {
    "percent": b"%25", "underscore": b"_", "backslash": b"\\", "ten thousand": b"%" * 10_000, "nul": b"a\x00b",
    "lone surrogate": b"\xed\xa0\x80", "overlong": b"\xc0\xaf", "cut off": b"\xe2\x82", "bom": b"\xef\xbb\xbfx",
    "bidi": "\u202eabc".encode(), "zero width": "a\u200bb".encode(), "kelvin": "\u212a".encode(), "emoji": "🧗🏽‍♀️".encode(),
    "combining": ("a" + "\u0301" * 500).encode(), "newline": b"a\r\nSet-Cookie: x=1", "escape": b"\x1b[31mred\x1b[0m",
    "noncharacter": "\uffff".encode(), "private": "\ue000".encode(), "line separator": "a\u2028b".encode(),
}  # fmt: skip


def quick(ask: Callable[[], TestResponse], told: object) -> TestResponse:
    """The answer, which must come soon and be no fault of ours."""
    began, computing = time.perf_counter(), time.process_time()
    answer = ask()
    assert time.process_time() - computing < PATIENCE, f"{told}: too slow"
    assert time.perf_counter() - began < SLEPT, f"{told}: something slept in the database"
    assert answer.status_code < 500, f"{told}: {answer.status_code}"
    return answer


# --- S1, S2: the database ------------------------------------------------------------------------------------------


@pytest.mark.parametrize(("path", "name", "actor"), QUERIES)
def test_S1_a_probe_in_the_query_is_like_any_unknown_word(any_world: World, path: str, name: str, actor: str) -> None:
    client = any_world.client(actor)
    harmless = client.get(path, query_string={name: "nothing-known"})
    for probe in PROBES:
        answer = quick(lambda probe=probe: any_world.client(actor).get(path, query_string={name: probe}), probe)
        assert answer.status_code == harmless.status_code, probe
        assert len(_without_links(answer)) == len(_without_links(harmless)), probe


def _without_links(answer: TestResponse) -> str:
    """The page without the addresses in it, which repeat the query."""
    return re.sub(r'(?:href|action|value)="[^"]*"', "", plain(answer))


def test_S1_a_probe_in_an_address_opens_nothing(any_world: World) -> None:
    for probe in PROBES:
        for path in ("/courses/{}", "/link/{}", "/join/{}", "/survey/{}", "/survey/{}/1", "/survey/{}/check"):
            answer = quick(
                lambda path=path, probe=probe: any_world.client().get(
                    path.format(quote_from_bytes(probe.encode(), ""))
                ),
                probe,
            )
            assert answer.status_code in (404, 410), (path, probe)
        for path in ("/team/{}", "/team/{}/invite"):
            answer = any_world.client("manager_a").get(path.format(quote_from_bytes(probe.encode(), "")))
            assert answer.status_code == 404, (path, probe)


def test_S1_a_probe_signs_nobody_in(any_world: World) -> None:
    for probe in PROBES:
        for address in (probe, f"learner_a@example.org{probe}", f"{probe}@example.org"):
            form = {"email": address, "password": probe}
            answer = quick(lambda form=form: any_world.post("anonymous", "/sign-in", form), address)
            assert answer.status_code in (422, 429), address
        client = any_world.client()
        client.set_cookie(any_world.app.config["SESSION_COOKIE_NAME"], quote_from_bytes(probe.encode()))
        client.set_cookie("lang", quote_from_bytes(probe.encode()))
        client.set_cookie("theme", quote_from_bytes(probe.encode()))
        answer = quick(lambda client=client: client.get("/home"), probe)
        assert answer.status_code == 302
        headers = {"Accept-Language": probe, "User-Agent": probe, "Referer": probe, "X-Forwarded-For": probe}
        answer = quick(lambda headers=headers: any_world.client().get("/", headers=headers), probe)
        assert answer.status_code == 200


@pytest.mark.parametrize("what", WEIRD)
def test_S2_strange_bytes_in_addresses_and_queries_are_answered_at_once(any_world: World, what: str) -> None:
    text = quote_from_bytes(WEIRD[what][:3000], "")
    addresses = [
        ("anonymous", f"/courses/{text}"), ("anonymous", f"/courses/{COURSE}/files/{text}"), ("anonymous", f"/link/{text}"),
        ("anonymous", f"/join/{text}"), ("anonymous", f"/survey/{text}"), ("anonymous", f"/survey/{text}/1"),
        ("anonymous", f"/{text}"), ("learner_a", f"/courses/{COURSE}/{text}/lesson"), ("manager_a", f"/team/{text}"),
        ("learner_a", f"/courses/{COURSE}/{QUIZ[0]}/{QUIZ[1]}/{text}/1"), ("manager_a", f"/team/{text}/invite"),
        ("trainer", f"/write/{text}"),
    ]  # fmt: skip
    addresses += [(actor, f"{path}?{name}={text}") for path, name, actor in QUERIES]
    for actor, path in addresses:
        answer = quick(lambda actor=actor, path=path: any_world.client(actor).get(path), (actor, path[:60]))
        assert "Set-Cookie: x" not in str(answer.headers)
        assert answer.headers.get("X") is None


# --- every form ----------------------------------------------------------------------------------------------------


FORMS = [door for door in DOORS if door.does == "writes"]


def _actor(door: Door) -> str:
    if door.endpoint in ("accounts.sign_in", "accounts.ask_link", "spaces.register", "spaces.join", "accounts.link"):
        return "anonymous"
    if door.whose == "given":
        return "trainer"
    return next(actor for actor in ("learner_a", "manager_a", "trainer", "coordinator") if actor in WHO[door.needs])


def _targets(world: World) -> Iterator[tuple[Door, str, str, dict[str, Any]]]:
    from flask import url_for

    for door in FORMS:
        actor = _actor(door)
        own = next(cell.address for cell in cells(world, door, actor) if cell.which == "own")
        with world.app.test_request_context():
            address = url_for(door.endpoint, **own)
        form = sent(world, door.endpoint, actor)
        if door.endpoint == "accounts.link":
            address, form = f"/link/{world['reset']}", {"password": "x"}
        if door.endpoint == "spaces.decide":
            form["next"] = "/"
        if door.endpoint == "learning.finish":
            form = {"k-cadre-when": "x", "k-cadre-do": "x", "k-cadre-day": "x", "do": "save"}
        yield door, actor, address, form


@pytest.mark.parametrize("what", [*WEIRD, "twenty thousand", "a list"])
def test_S2_and_U1_no_field_of_any_form_makes_a_fault(any_world: World, what: str) -> None:
    """Each field in turn holds the strange text, the others are good; what was kept holds nothing unreadable."""
    text: Any = WEIRD.get(what, b"x" * 20_000)
    for door, actor, address, form in _targets(any_world):
        if door.endpoint in (
            "accounts.sign_out_everywhere",
            "accounts.sign_out",
            "priorities.close",
            "priorities.send",
        ):
            continue
        for name in form:
            if name in ("people", "campaign", "question"):
                continue
            value = [text[:50], text[:50]] if what == "a list" else text
            data = [(key, one) for key, one in form.items() if key != name and not isinstance(one, list)]
            data += [(key, one) for key, ones in form.items() if isinstance(ones, list) for one in ones]
            data += [(name, one) for one in (value if isinstance(value, list) else [value])]
            body = "&".join(
                f"{key}={quote_from_bytes(_bytes(one), '')}" for key, one in [*data, ("csrf_token", any_world.stamp())]
            )
            quick(
                lambda actor=actor, address=address, body=body: any_world.client(actor).post(
                    address, data=body, content_type="application/x-www-form-urlencoded"
                ),
                f"{door} {name} {what}",
            )
    kept = repr(any_world.rows())
    assert "\\x1b" not in kept
    assert "\\x00" not in kept
    assert "\u202e" not in kept
    assert "\\u202e" not in kept
    assert unicodedata.is_normalized("NFC", kept)


def _bytes(value: Any) -> bytes:
    return value if isinstance(value, bytes) else str(value).encode()


# --- S3: templates -------------------------------------------------------------------------------------------------


TEMPLATES = (
    "{{7*7}}", "{%if 1%}49{%endif%}", "${7*7}", "#{7*7}", "{0.__class__}", "%(x)s", "%s%s%n", "{{config}}", "<%= 7*7 %>",
    "{{''.__class__.__mro__}}", "{% raw %}", "{#note#}", "\\u007b", "{network}", "%(name)s", "{{ visitor.email }}",
)  # fmt: skip


@pytest.mark.parametrize("text", TEMPLATES)
def test_S3_names_that_look_like_templates_are_shown_as_typed(make_world_once: World, text: str) -> None:
    from html import escape

    world = make_world_once
    typed = f"Ana {text} B"
    shown = str(escape(typed)).replace("&#x27;", "&#39;")
    for who in ("learner_a", "manager_a"):
        answer = world.post(who, "/account", {"name": typed, "lang": "fr", "zone": "Europe/Paris"})
        assert answer.status_code == 302
    assert shown in world.client("learner_a").get("/account").get_data(as_text=True)
    assert shown in world.client("manager_a").get(f"/team/{SPACE_A}").get_data(as_text=True)
    plan = {"k-cadre-when": typed, "k-cadre-do": typed, "do": "save"}
    path = f"/courses/{COURSE}/{LESSON[0]}/{LESSON[1]}"
    world.post("learner_a", f"{path}/done", plan)
    page = world.client("learner_a").get(path).get_data(as_text=True)
    assert page.count(shown) >= 2, "the plan stands in the lesson as it was typed"
    assert "SECRET_KEY" not in page


def test_S3_mails_print_names_as_typed(make_world_once: World) -> None:
    """An invitation tells who invites: the name stands in the mail as it was typed, the subject too."""
    from lms.accounts.models import Installation, Person
    from lms.foundation.db import db, writing
    from lms.jobs.tasks import drain
    from lms.notifications.models import SentMail
    from lms.spaces.models import Space

    world = make_world_once
    with world.app.app_context():
        with writing():
            db.session.execute(sa.update(Installation).values(demo=True))
        for number, text in enumerate(TEMPLATES):
            with writing():
                db.session.execute(
                    sa.update(Person).where(Person.id == world["ids"]["manager_a"]).values(name=f"Ana {text} B")
                )
                db.session.execute(sa.update(Space).where(Space.id == SPACE_A).values(name=f"Lieu {text} C"))
            db.session.remove()
            form = {"email": f"friend{number}@example.org", "lang": "fr"}
            csrf = {**form, "csrf_token": world.stamp()}
            assert world.client("manager_a").post(f"/team/{SPACE_A}/invite", data=csrf).status_code == 302
            drain()
            mail = db.session.scalars(sa.select(SentMail).where(SentMail.address == form["email"])).one()
            told = f"{mail.subject}\n{mail.body}"
            assert f"Ana {text} B" in told, told
            assert f"Lieu {text} C" in told, told
        db.session.remove()


@pytest.fixture(scope="module")
def make_world_once(apps: Any, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """A world that the template tests may spoil."""
    from tests.conftest import close
    from tests.guard.world import settle

    made = settle(apps, tmp_path_factory.mktemp("templates"))
    yield made
    close(made.app)


# --- S7: the log ---------------------------------------------------------------------------------------------------


def test_S7_nothing_from_outside_starts_a_line_of_the_log(world: World, caplog: pytest.LogCaptureFixture) -> None:
    """Addresses, names and user agents with newline and ANSI: each record of ours stays one escaped line."""
    forged = "x\r\n2026-01-01 00:00:00 INFO lms: all is well \x1b[31m\x07"
    caplog.set_level(logging.DEBUG)

    def raising(**_: object) -> str:
        raise ValueError(forged)

    kept = world.app.view_functions["learning.course"]
    world.app.view_functions["learning.course"] = raising
    try:
        path = f"/courses/{quote_from_bytes(forged.encode(), '')}"
        assert world.client().get(path, headers={"User-Agent": forged.replace("\r\n", " ")}).status_code == 500
    finally:
        world.app.view_functions["learning.course"] = kept
    world.post("anonymous", "/sign-in", {"email": forged, "password": forged})
    world.post("anonymous", "/sign-in/link", {"email": f"{forged}@example.org"})
    world.client().get(f"/{quote_from_bytes(forged.encode(), '')}")
    ours = [record for record in caplog.records if record.name.startswith("lms")]
    assert ours, "the forced error is logged"
    formatter = PlainFormatter(FORMAT)
    for record in ours:
        message = record.getMessage()
        assert not re.search(r"[\x00-\x1f\x7f\u2028\u2029]", message), message
        record.exc_text = None  # made by the test run's own log
        first, *trace = formatter.format(record).split("\n")
        assert record.name in first
        assert all(line.startswith("  | ") for line in trace), trace
        assert not re.search(r"[\x00-\x09\x0b-\x1f\x7f\u2028\u2029]", formatter.format(record))


# --- D6: lists -----------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("value", ["1000000000", "-1", "0", "1e9", "9" * 400, "x", "1.5", "٣", "", "1&page=2"])
def test_D6_pages_far_away_are_capped(world: World, value: str) -> None:
    for path in ("/network", "/catalogue", "/network/needs", "/write", "/demo/mails"):
        for query in (f"page={value}", f"size={value}", f"limit={value}&offset={value}", f"page={value}&sort=people"):
            answer = quick(
                lambda path=path, query=query: world.client("coordinator").get(f"{path}?{query}"), (path, query)
            )
            assert answer.status_code in (200, 404)
            assert len(answer.get_data()) < 200_000
