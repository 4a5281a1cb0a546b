"""Rows A1, A3, A7, A15, A16 and A17 at every door of the census: hostile values where its address has a place for them, odd
requests, credentials that are none. Nothing ends in a 5xx, changes a row, or tells a word of another space.
"""

from __future__ import annotations

import io
import re
import zipfile
from collections.abc import Callable, Iterator
from html import escape
from typing import Any
from urllib.parse import quote_from_bytes

import pytest
from flask import Response, redirect, url_for
from werkzeug.test import TestResponse

from tests.guard.cells import WHO, cells
from tests.guard.leaks import leaks
from tests.guard.world import CANARY, PLACE_CANARY, SPACE_A, SPACE_B, World, data_version, sent
from tests.house.census import DOORS, Door

#: One of each role; those of space B look at what is theirs.
ROLES = ("anonymous", "learner_a", "manager_a", "trainer", "coordinator")
#: What stands where an id, a token, a number or a name should.
HOSTILE: dict[str, bytes] = {
    "nul": b"a\x00b", "negative": b"-1", "beyond 64 bits": b"9223372036854775808", "four hundred digits": b"9" * 400,
    "full width": "９９９９".encode(), "surrogate": b"\xed\xa0\x80", "no text": b"\xff\xfe", "right to left": "\u202eAAA".encode(),
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
