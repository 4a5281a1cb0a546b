"""Rows A1, A3, A7, A15, A16 and A17 at every door of the census: hostile values where its address has a place for them, odd
requests, credentials that are none. Nothing ends in a 5xx, changes a row, or tells a word of another space.
"""

from __future__ import annotations

import base64
import io
import re
import zipfile
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
import sqlalchemy as sa
from flask import Response, redirect, url_for
from werkzeug.test import TestResponse

from lms.foundation.security import csrf
from tests.guard.cells import WHO, cells
from tests.guard.leaks import canaries, leaks
from tests.guard.world import CANARY, PASSWORD, PLACE_CANARY, SPACE_A, SPACE_B, World, data_version, sent
from tests.house.census import DOORS, Door

#: One of each role; those of space B look at what is theirs.
ROLES = ("anonymous", "learner_a", "manager_a", "trainer", "coordinator")
#: What stands where an id, a token, a number or a name should.
HOSTILE: dict[str, bytes] = {
    "nul": b"a\x00b", "negative": b"-1", "beyond 64 bits": b"9223372036854775808", "four hundred digits": b"9" * 400,
    "full width": "９９９９".encode(),
    "surrogate": b"\xed\xa0\x80", "no text": b"\xff\xfe", "right to left": "\u202eAAA".encode(),
    "upwards": b"..", "slash": b"..%2f..%2f", "backslash": b"..\\..", "wildcard": b"%", "any": b"*", "quote": b"'\"--;",
    "long": b"A" * 4000, "header": b"a\r\nX-Evil: 1", "template": b"{{7*7}}", "homograph": "lа-bobine".encode(),
    "list": b"['a']", "space B": SPACE_B.encode(),
}  # fmt: skip
#: What a door is shown by the other roles, once somebody who may pass it has shown it everything.
SHUT = ("nul", "beyond 64 bits", "surrogate", "space B")
PLACE = re.compile(r"<(?:(\w+):)?(\w+)>")
WITH_PLACES = [door for door in DOORS if PLACE.search(door.path)]


@pytest.fixture(scope="module")
def world(any_world: World) -> World:
    """Every attack of this file meets both databases."""
    return any_world


@pytest.fixture
def fresh(any_fresh: World) -> World:
    """The same, put back to its beginning."""
    return any_fresh


def good(world: World, door: Door, actor: str) -> dict[str, Any]:
    """An address of the door that is somebody's: the actor's own where there is one."""
    found = sorted(cells(world, door, actor), key=lambda cell: cell.which != "own")
    return found[0].address


def spelled(door: Door, address: dict[str, Any], name: str, value: bytes) -> str:
    """The path of `door` with `value` at the place `name`."""

    def at(place: re.Match[str]) -> str:
        raw = value if place[2] == name else str(address[place[2]]).encode()
        return quote_from_bytes(raw, "/" if place[1] == "path" else "")

    return PLACE.sub(at, door.path)


def knock(world: World, door: Door, actor: str, path: str, **more: Any) -> TestResponse:
    client = world.client(actor)
    if door.method == "GET":
        return client.get(path, **more)
    return client.post(path, data={**sent(world, door.endpoint, actor), "csrf_token": world.stamp()}, **more)


def touched(world: World) -> set[str]:
    """The tables that are not as they were kept."""
    now = world.state()
    return {name for name in now if now[name] != world.kept_state[name]}


@pytest.mark.parametrize("door", WITH_PLACES, ids=str)
def test_A1_no_value_in_an_address_breaks_or_opens_a_door(fresh: World, door: Door) -> None:
    """Each place of the address in turn holds a hostile value, for each role: no fault, no leak, no row, and no page
    that was not there before."""
    wrong: list[str] = []
    with fresh.versions() as eye:
        version = data_version(eye)
        first = next(one for one in (*ROLES[1:], "anonymous") if one in WHO[door.needs])
        for actor in ROLES:
            address = good(fresh, door, actor)
            for kind, name in PLACE.findall(door.path):
                for what in HOSTILE if actor == first else SHUT:
                    if what == "space B" and door.whose not in ("space", "own"):
                        continue  # everybody who passes may name it
                    answer = knock(fresh, door, actor, spelled(door, address, name, HOSTILE[what]))
                    told = f"{actor}, {name} is {what}: {answer.status_code}"
                    if answer.status_code >= 500 or "X-Evil" in answer.headers:
                        wrong.append(told)
                    if answer.status_code == 200 and actor in WHO[door.needs] and kind != "int":
                        wrong.append(f"{told}, a page")
                    wrong += [f"{told}, {leak}" for leak in leaks(door, actor, answer)]
        if data_version(eye) != version:
            wrong += [f"{table} changed" for table in touched(fresh)]
    assert wrong == []


#: What is added to the query of every door: more than once, as lists, as numbers out of range, naming others' things.
QUERY = (
    "space_id={b}&space_id={a}&space={b}&space[]={b}&person_id={p}&user_id={p}&by={p}&campaign=x&territory=vall",
    "page=-1&page=99999999999999999999&size=0&sort=%00&order=DESC;--&q=%ED%A0%80&course[]=x&day=99999-99-99&month=13",
    "page=%EF%BC%91&q=" + "%F0%9F%8F%94" * 300 + "&next=//evil.example&lang=%00&theme=../..&_method=DELETE&on=&show=*",
)
BODIES: tuple[tuple[str, bytes], ...] = (
    ("application/json", b'{"space_id": ["l-estive"], "role": {"$ne": null}, "csrf_token": null}'),
    ("application/json", b"[" * 5000),
    ("text/plain", b"role=coordinator"),
    ("multipart/form-data; boundary=x", b'--x\r\nContent-Disposition: form-data; name="role"; filename="\x00"\r\n\r\nx\r\n--x--'),
    ("application/x-www-form-urlencoded; charset=utf-16", "role=x".encode("utf-16")),
    ("application/x-www-form-urlencoded", b"%00=%ff&a[b][c]=1&a[b][c]=2&=&&&;csrf_token=%00"),
    ("text/xml", b'<!DOCTYPE a [<!ENTITY b SYSTEM "file:///etc/passwd">]><a>&b;</a>'),
)  # fmt: skip


def odd(world: World, door: Door, path: str, client: Callable[[], Any]) -> Iterator[tuple[str, TestResponse]]:
    """Every odd request to a door: what it is, and the answer."""
    names = {"a": SPACE_A, "b": SPACE_B, "p": world["ids"]["learner_b"]}
    for number, query in enumerate(QUERY):
        yield f"query {number}", client().open(f"{path}?{query.format(**names)}", method=door.method)
    yield "HEAD", client().head(path)
    yield "OPTIONS", client().options(path)
    for method in ("PUT", "PATCH", "DELETE", "TRACE", "PROPFIND"):
        yield method, client().open(path, method=method)
    for number, (kind, body) in enumerate(BODIES):
        yield f"body {number}", client().open(path, method=door.method, data=body, content_type=kind)
    chunks = {
        "HTTP_TRANSFER_ENCODING": "chunked",
        "wsgi.input_terminated": True,
        "wsgi.input": io.BytesIO(b"role=x" * 99),
    }
    yield "chunked", client().open(path, method=door.method, content_type="", environ_overrides=chunks)
    headers = {
        "X-HTTP-Method-Override": "DELETE", "X-Original-URL": f"/team/{SPACE_B}", "X-Forwarded-Host": "evil.example",
        "X-Forwarded-For": "127.0.0.1, ::1, x" * 40, "Range": "bytes=0-1,-1,99999999999999999999-", "If-None-Match": '*, "x',
        "If-Modified-Since": "Thu, 99 Foo 9999", "Accept-Language": "xx;q=NaN,*;q=1e999," * 50, "Accept": "\x7f",
        "Accept-Encoding": "gzip;q=x, br;q=-1, *", "Referer": "//e", "X-Requested-With": "XMLHttpRequest",
    }  # fmt: skip
    yield "headers", client().open(path, method=door.method, headers=headers)


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_A17_no_odd_request_breaks_or_opens_a_door(fresh: World, door: Door) -> None:
    """As whoever of A may pass it: no fault, no leak, no way out of the site, and no row changes without the form's token."""
    wrong: list[str] = []
    actor = next((one for one in reversed(ROLES) if one in WHO[door.needs] and one != "anonymous"), "anonymous")
    for who in {actor, "anonymous"}:
        with fresh.app.test_request_context():
            path = url_for(door.endpoint, **good(fresh, door, who))
        with fresh.versions() as eye:
            version = data_version(eye)
            for what, answer in odd(fresh, door, path, lambda who=who: fresh.client(who)):  # type: ignore[misc]
                told = f"{who}, {what}: {answer.status_code}"
                if answer.status_code >= 500 and not (what == "TRACE" and answer.status_code == 501):
                    wrong.append(told)
                wrong += [f"{told}, {leak}" for leak in leaks(door, who, answer)]
                if "evil" in answer.headers.get("Location", "").split("?")[0]:
                    wrong.append(f"{told}, leads to {answer.headers['Location']}")
                if what in ("HEAD", "OPTIONS") and answer.get_data():
                    wrong.append(f"{told}, with a body")
                if (
                    what == "HEAD"
                    and door.method == "GET"
                    and answer.status_code != fresh.client(who).get(path).status_code
                ):
                    wrong.append(f"{told}, otherwise than GET")
            if data_version(eye) != version and door.does != "place":
                wrong += [f"{who}: {table} changed" for table in touched(fresh)]
    assert wrong == []


# --- secrets in addresses, keys and launches (A15, A16) ------------------------------------------------------------------


#: What opens a door to whoever holds it: kinds of objects of the census -> the fact of the world that is its secret. A
#: certificate's code is no secret: it is printed on it.
BEARERS = {
    "link": "link_a", "join": "join_a", "calendar": "calendar_a", "mails": "mails_end", "survey": "survey_unused",
    "survey page": "survey_started", "survey begun": "survey_started", "survey unsent": "survey_started", "code": "code_a",
}  # fmt: skip
TO_WRITE = """A door takes a key or a launch from elsewhere. Before it opens, test at it: a key of A on objects of B; a key that
reads and is asked to write; one that is over, and one that was taken back; the key in the address instead of the header; two
keys made in the same second; that it has 256 random bits, is stored as a digest and shown once (A15). And of a launch: a score
for another learner, another course and another activity than the signed launch names; the same launch twice (A16)."""


def test_A15_A16_no_door_takes_a_key_or_a_launch_from_elsewhere(world: World) -> None:
    """The day one comes, this fails and says what has to be proved of it."""
    foreign = {"api", "key", "keys", "lti", "launch", "xapi", "scorm", "statements", "oauth", "webhook", "graphql"}
    parts = {part for door in DOORS for part in (*door.path.strip("/").split("/"), door.endpoint.partition(".")[0])}
    assert not parts & foreign, TO_WRITE
    secret = {door.about for door in DOORS if door.whose == "bearer"}
    assert secret == set(BEARERS), f"{TO_WRITE} (Kinds of secrets: {sorted(secret ^ set(BEARERS))}.)"
    named = {name for door in DOORS if door.whose != "bearer" for _kind, name in PLACE.findall(door.path)}
    assert not named & {"token", "key", "secret", "signature"}, TO_WRITE
    # Whoever launches or calls from elsewhere has no stamp of our forms: each door of theirs would be an exception.
    assert not csrf._exempt_views, TO_WRITE
    assert not csrf._exempt_blueprints, TO_WRITE


def test_A15_nothing_but_a_session_opens_what_is_not_public(world: World) -> None:
    """Sent with a request as keys are sent elsewhere, neither a password nor a session's token nor a secret opens a door."""
    token = world["sessions"]["coordinator"]
    wrong = []
    for door in DOORS:
        if door.needs == "public":
            continue
        with world.app.test_request_context():
            path = url_for(door.endpoint, **good(world, door, "manager_a"))
        for secret in (token if door.method == "GET" else world["calendar_a"],):
            basic = base64.b64encode(f"learner_a@example.org:{PASSWORD}".encode()).decode()
            names = ("api_key", "access_token", "token", "key", "session", "sid", "_user_id", "id_token")
            asks = {
                "Bearer": {
                    "headers": {"Authorization": f"Bearer {secret}", "X-Api-Key": secret, "X-Auth-Token": secret}
                },
                "Basic": {"headers": {"Authorization": f"Basic {basic}", "X-Remote-User": "coordinator@example.org"}},
                "query": {"query_string": dict.fromkeys(names, secret)},
            }
            for how, more in asks.items():
                client = world.client()
                for name in names:
                    client.set_cookie(name, secret)
                answer = client.open(path, method=door.method, **more)
                shut = (
                    answer.status_code == 400
                    if door.method == "POST"
                    else "/sign-in" in answer.headers.get("Location", "")
                )
                if not shut:
                    wrong.append(f"{door} {how}: {answer.status_code}")
    assert wrong == []


@pytest.mark.parametrize("kind", BEARERS)
def test_A15_a_secret_opens_its_own_kind_of_door_and_is_stored_nowhere(world: World, kind: str) -> None:
    """The secret of any other kind is like none; in the query it is none; what only reads takes no other method."""
    doors = [door for door in DOORS if door.whose == "bearer" and door.about == kind]
    for door in doors:
        methods = {one.method for one in DOORS if one.path == door.path}
        name = "code" if kind == "code" else "token"
        address = {**good(world, door, "anonymous")}
        none = spelled(door, address, name, b"A" * 32)
        nothing = knock(world, door, "anonymous", none)
        assert nothing.status_code in (303, 404, 410)
        for fact in set(BEARERS.values()) - {BEARERS[kind]}:
            if fact.startswith("survey") and kind.startswith("survey"):
                continue
            other = knock(world, door, "anonymous", spelled(door, address, name, world[fact].encode()))
            assert other.status_code == nothing.status_code, (door, fact)
        if door.method == "GET":
            asked = world.client().get(none, query_string={name: world[BEARERS[kind]]})
            assert asked.status_code == nothing.status_code
            if "POST" not in methods:
                own = spelled(door, address, name, world[BEARERS[kind]].encode())
                for method in ("POST", "PUT", "PATCH", "DELETE"):
                    assert (
                        world.client().open(own, method=method, data={"csrf_token": world.stamp()}).status_code == 405
                    )
    secret = world[BEARERS[kind]]
    if kind != "code":
        assert len(secret) >= 22, "128 bits or more"
        assert secret not in repr(world.rows())


# --- mails (A3, A11) -----------------------------------------------------------------------------------------------------


def test_A3_no_mail_tells_one_space_of_another(fresh: World) -> None:
    """Every form of the site, sent well by everybody who may, both spaces at once: what leaves by mail names nobody of B to
    anybody outside it."""
    from lms.accounts.models import Installation, Person
    from lms.foundation.db import db, writing
    from lms.jobs.tasks import drain
    from lms.notifications.models import SentMail

    with fresh.app.app_context(), writing():
        db.session.execute(sa.update(Installation).values(demo=True))
    last = ("accounts.sign_out", "accounts.sign_out_everywhere", "joining.leave", "directory.turn", "priorities.close")
    doors = [door for door in DOORS if door.does == "writes" and door.endpoint not in last]
    for actor in ("manager_b", "learner_b", "manager_a", "learner_a", "trainer", "coordinator", "anonymous"):
        for door in doors:
            # What signs somebody in ends the session that was there: those doors are the visitor's.
            if actor in WHO[door.needs] and (door.needs != "public" or actor == "anonymous"):
                with fresh.app.test_request_context():
                    path = url_for(door.endpoint, **good(fresh, door, actor))
                assert knock(fresh, door, actor, path).status_code < 500
        with fresh.app.app_context():
            drain()
            db.session.remove()
    with fresh.app.app_context():
        own = {fresh["ids"][who] for who in ("manager_b", "learner_b", "other_b", "asks_b")}
        theirs = set(db.session.scalars(sa.select(Person.email).where(Person.id.in_(own))))
        mails = db.session.scalars(sa.select(SentMail)).all()
        told = [(mail.address, f"{mail.subject}\n{mail.body}") for mail in mails]
        db.session.remove()
    to_b = [text for address, text in told if address in theirs or CANARY.lower() in address]
    assert any(canaries(text.encode(), CANARY, PLACE_CANARY) for text in to_b), "B itself is told of B"
    away = [(address, text) for address, text in told if address not in theirs and CANARY.lower() not in address]
    assert len(away) >= 5
    assert [address for address, text in away if canaries(text.encode(), CANARY)] == []


# --- the search for leaks itself ---------------------------------------------------------------------------------------


def _workbook(word: str) -> bytes:
    from lms.foundation.sheets import write_xlsx

    return write_xlsx(["Name"], [[word]]).read()


def _zipped(word: str) -> bytes:
    held = io.BytesIO()
    with zipfile.ZipFile(held, "w", zipfile.ZIP_DEFLATED) as packed:
        packed.writestr("x/note.txt", word * 3)
    return held.getvalue()


LEAKING: dict[str, Callable[[], Any]] = {
    "page": lambda: f"<p>{CANARY}</p>",
    "page in entities": lambda: "".join(f"&#{ord(sign)};" for sign in CANARY),
    "lower case": lambda: CANARY.lower(),
    "json": lambda: {"people": [{"name": CANARY}]},
    "table": lambda: Response(f"Name;E-mail\r\n{CANARY};x\r\n", mimetype="text/csv"),
    "zip": lambda: Response(_zipped(CANARY), mimetype="application/zip"),
    "workbook": lambda: Response(_workbook(CANARY), mimetype="application/vnd.ms-excel"),
    "header": lambda: Response("", headers={"X-Space": PLACE_CANARY}),
    "file name": lambda: Response("", headers={"Content-Disposition": f'attachment; filename="{CANARY}.csv"'}),
    "redirect": lambda: redirect(f"/x?name={CANARY}"),
    "cookie": lambda: Response("", headers={"Set-Cookie": f"said={CANARY}"}),
    "refusal": lambda: (f"<p>{escape(PLACE_CANARY)}</p>", 404),
}


@pytest.mark.parametrize("how", LEAKING)
def test_a_door_that_leaks_is_caught(world: World, monkeypatch: pytest.MonkeyPatch, how: str) -> None:
    """Planted in a real door, in every shape an answer can have: the census would fail."""
    door = next(door for door in DOORS if door.endpoint == "pages.help")
    monkeypatch.setitem(world.app.view_functions, "pages.help", lambda: LEAKING[how]())
    answer = world.client("learner_a").get("/help")
    assert leaks(door, "learner_a", answer)
    monkeypatch.undo()
    assert leaks(door, "learner_a", world.client("learner_a").get("/help")) == []
