"""Rows A1, A7, A17 and F1 of the guard list: other people's ids, forged fields, odd addresses, forged requests."""

from __future__ import annotations

import re
from contextlib import suppress
from typing import Any

import pytest
from flask import url_for
from werkzeug.test import TestResponse

from lms.survey import sealing
from tests.guard.cells import WHO, cells, takes
from tests.guard.world import (
    ACTORS,
    CANARY,
    COURSE,
    LESSON,
    MISSING_ID,
    PLACE_CANARY,
    QUIZ,
    SPACE_A,
    SPACE_B,
    World,
    data_version,
    plain,
    sent,
)
from tests.house.census import DOORS, Door

WRITING = [door for door in DOORS if door.does == "writes"]
#: Doors whose address names something that belongs to a space or a person.
OWNED = [door for door in DOORS if door.whose in ("space", "own")]


@pytest.fixture(scope="module")
def world(any_world: World) -> World:
    """Every attack of this file meets both databases."""
    return any_world


@pytest.fixture
def fresh(any_fresh: World) -> World:
    """The same, put back to its beginning."""
    return any_fresh


def address(world: World, door: Door, values: dict[str, Any]) -> str:
    with world.app.test_request_context():
        return url_for(door.endpoint, **values)


def knock(world: World, door: Door, actor: str, values: dict[str, Any], **more: Any) -> TestResponse:
    """What `actor` gets at `door`, with a well-filled form where it writes."""
    path = address(world, door, values)
    client = world.client(actor)
    if door.method == "GET":
        return client.get(path, **more)
    data = {**sent(world, door.endpoint, actor), **more.pop("data", {}), "csrf_token": world.stamp()}
    return client.post(path, data=data, **more)


def shown(answer: TestResponse, values: dict[str, Any]) -> tuple[int, str, list[tuple[str, str]]]:
    """What a visitor can tell two answers apart by."""
    echoed = [str(value) for value in values.values()]
    headers = sorted(
        (name, plain_header(value, echoed)) for name, value in answer.headers if name not in ("Content-Length", "Date")
    )
    return answer.status_code, plain(answer, *echoed), headers


def plain_header(value: str, echoed: list[str]) -> str:
    """A header without echoed ids, and a cookie without the moment that is signed into it."""
    value = re.sub(r"^(\w+)=[^;]*|Expires=[^;]*", r"\1", value)
    for one in echoed:
        value = value.replace(one, "ID")
    return value


# --- A1: other people's ids ------------------------------------------------------------------------------------------


@pytest.mark.parametrize("door", OWNED, ids=str)
def test_A1_a_foreign_id_answers_exactly_like_a_missing_one(fresh: World, door: Door) -> None:
    """For every door with something owned behind it, as whoever may pass the door: status, body and headers are equal."""
    compared = 0
    for actor in ("learner_a", "manager_a"):
        if actor not in WHO[door.needs] or (door.whose == "own" and not takes(actor)):
            continue
        answers: dict[str, list[tuple[int, str, list[tuple[str, str]]]]] = {"foreign": [], "missing": []}
        foreign = [cell.address for cell in cells(fresh, door, actor) if cell.which == "foreign"]
        for values in foreign:
            made_up = {**values, **_made_up(door, values)}
            for which, one in (("foreign", values), ("missing", made_up)):
                answer = knock(fresh, door, actor, one)
                assert CANARY not in answer.get_data(as_text=True)
                assert PLACE_CANARY not in answer.get_data(as_text=True)
                answers[which].append(shown(answer, one))
            compared += 1
        assert answers["foreign"] == answers["missing"]
        assert all(status == 404 for status, _text, _headers in answers["foreign"])
    assert fresh.state() == fresh.kept_state
    if any(cell.which == "foreign" for cell in cells(fresh, door, "manager_a")):
        assert compared


def _made_up(door: Door, values: dict[str, Any]) -> dict[str, str]:
    """The same address with ids that nobody has, where the door names owned things by them."""
    made = {"space_id": "no-such-space", "invitation_id": MISSING_ID, "attempt_id": MISSING_ID, "person_id": MISSING_ID}
    return {name: made[name] for name in values if name in made}


def test_A1_foreign_people_and_courses_in_a_form_are_like_missing_ones(fresh: World) -> None:
    path = f"/team/{SPACE_A}"
    ids = fresh["ids"]
    good = {"people": [ids["other_a"]], "course": COURSE}
    pairs = (
        ({**good, "people": [ids["other_b"]]}, {**good, "people": [MISSING_ID]}),
        ({**good, "people": [ids["other_a"], ids["other_b"]]}, {**good, "people": [ids["other_a"], MISSING_ID]}),
        ({**good, "people": [ids["coordinator"]]}, {**good, "people": [MISSING_ID]}),
        ({**good, "course": "no-such"}, {**good, "course": "no-other"}),
    )
    for foreign, missing in pairs:
        one, other = fresh.post("manager_a", path, foreign), fresh.post("manager_a", path, missing)
        assert one.status_code == other.status_code == 422
        assert plain(one, MISSING_ID, *ids.values()) == plain(other, MISSING_ID, *ids.values())
        assert CANARY not in one.get_data(as_text=True)
    assert fresh.state() == fresh.kept_state, "all or nothing: a list with one foreign person enrols nobody"


def test_A1_ids_in_query_cookie_and_header_choose_nobody_elses_things(world: World) -> None:
    ids = world["ids"]
    more = {
        "space_id": SPACE_B, "space": SPACE_B, "person_id": ids["learner_b"], "user_id": ids["learner_b"],
        "id": ids["learner_b"], "attempt_id": world["attempt_b"],
    }  # fmt: skip
    for actor in ("learner_a", "manager_a", "trainer"):
        for path in (
            "/home",
            "/account",
            "/catalogue",
            f"/courses/{COURSE}",
            f"/courses/{COURSE}/{LESSON[0]}/{LESSON[1]}",
        ):
            usual = world.client(actor).get(path)
            client = world.client(actor)
            for name, value in more.items():
                client.set_cookie(name, value)
            headers = {
                "X-User-Id": ids["learner_b"],
                "X-Remote-User": ids["learner_b"],
                "Remote-User": ids["learner_b"],
            }
            odd = client.get(path, query_string=more, headers=headers)
            text = re.sub(r'href="[^"]*[?][^"]*"', "", odd.get_data(as_text=True))
            assert odd.status_code == usual.status_code
            assert CANARY not in text
            assert PLACE_CANARY not in text
            assert ids["learner_b"] not in text


def test_A1_somebody_elses_session_cookie_unsigned_is_nobody(world: World) -> None:
    """The cookie is signed, and names a session, not a person: neither can be made up."""
    client = world.client()
    for value in (world["ids"]["coordinator"], world["sessions"]["coordinator"], '{"_user_id": "x"}', "e30.e30.e30"):
        client.set_cookie(world.app.config["SESSION_COOKIE_NAME"], value)
        assert client.get("/home").status_code == 302
    signer = world.app.session_interface.get_signing_serializer(world.app)
    for token in (world["ids"]["coordinator"], "", None, "x" * 3000, "\x00", "%", "' OR 1=1 --"):
        client.set_cookie(world.app.config["SESSION_COOKIE_NAME"], signer.dumps({"_user_id": token, "_fresh": True}))
        assert client.get("/home").status_code == 302, token


# --- A7: fields that nobody may set ----------------------------------------------------------------------------------


#: Sent beside the fields of every form; each of them would matter somewhere if it were believed.
EXTRA = {
    "role": "coordinator", "roles": "coordinator", "is_admin": "1", "admin": "true", "space_id": SPACE_B,
    "user_id": "x", "person_id": "x", "by": "x", "owner": "x", "enrolled_by": "x", "invited_by": "x", "pinned_by": "x",
    "progress": "100", "score": "1", "share": "1", "passed": "1", "status": "finished", "state": "finished",
    "finished_at": "2020-01-01", "graded_by": "x", "verified": "1", "created_at": "2000-01-01", "id": "x",
    "demo": "1", "password_hash": "x", "token": "x", "token_digest": "x", "expires_at": "2999-01-01", "used_at": "",
    "version_id": "x", "unit": "faire-le-point", "course_id": "x", "weight": "99", "counted": "9999", "k": "1",
    "smallest_group": "1", "source": "self", "kind": "quiz", "number": "9", "questions": "[]", "attempts": "99",
    "person[role]": "coordinator", "roles[0][kind]": "coordinator", "person.role": "coordinator", "__class__": "x",
}  # fmt: skip
#: Ids, digests, codes, moments, drawn places and the drawn order of a survey's items differ between two runs of the same request.
MADE_NEW = re.compile(
    r"\['[\w-]+-\d'(?:, '[\w-]+-\d')*\]|datetime\.datetime\([^)]*\)|'[\w.:-]*[\w-]{22}'|'[0-9a-f]{64}'"
    r"|\b\d+(?=, \{'name': )|'[2-9CDFHJKMNPQRTWXY]{8}'"
)


#: What `lms.survey.sealing` makes, and the links that open drafts.
SEALED = re.compile(r"'([\w-]{50,}={0,2})'")
DRAFTS = ("survey_unused", "survey_started")


def changes(
    world: World, door: Door, actor: str, values: dict[str, Any], extra: dict[str, Any]
) -> dict[str, list[str]]:
    """Table -> the rows that went and the rows that came with the request, without what is made new each time."""
    world.back()
    before = world.rows()
    answer = knock(world, door, actor, values, data=extra)
    assert answer.status_code in (200, 204, 302, 303), (answer.status_code, extra)
    after = world.rows()
    known = set(world["ids"].values()) | {world["campaign"]}

    def opened(sealed: re.Match[str]) -> str:
        """Answers on their way to the survey as they were before they were sealed: sealed anew they look new each time."""
        with world.app.app_context():
            for key in (sealing.key_of_machine(), *(sealing.key_of_link(world[name]) for name in DRAFTS)):
                with suppress(sealing.Unreadable):
                    return repr(sealing.opened(key, sealed[1]))
        return sealed[0]

    def told(row: str) -> str:
        row = SEALED.sub(opened, row)
        return MADE_NEW.sub(lambda found: found[0] if found[0].strip("'") in known else "*", row)

    found: dict[str, list[str]] = {}
    for name in after:
        old, new = set(map(repr, before[name])), set(map(repr, after[name]))
        if old != new:
            found[name] = sorted(f"- {told(row)}" for row in old - new) + sorted(f"+ {told(row)}" for row in new - old)
    return found


FORMS = [door for door in WRITING if door.endpoint not in ("priorities.begin", "accounts.sign_in", "authoring.publish")]


@pytest.mark.parametrize("door", FORMS, ids=str)
def test_A7_fields_that_are_not_in_the_form_change_nothing(fresh: World, door: Door) -> None:
    """The same form with and without forged fields, single and doubled, does the same to every row."""
    actor = next(
        (one for one in ("learner_a", "manager_a", "trainer", "coordinator", "anonymous") if _can(door, one)),
        "anonymous",
    )
    if door.endpoint in (
        "accounts.ask_link",
        "accounts.code",
        "spaces.register",
        "accounts.link",
        "spaces.join",
        "joining.again",
    ):
        actor = "anonymous"
    own = next(cell.address for cell in cells(fresh, door, actor) if cell.which == "own")
    form = sent(fresh, door.endpoint, actor)
    extra = {name: value for name, value in EXTRA.items() if name not in form}
    usual = changes(fresh, door, actor, own, {})
    assert changes(fresh, door, actor, own, extra) == usual
    doubled = {name: [value, value] for name, value in extra.items()}
    assert changes(fresh, door, actor, own, doubled) == usual


def _can(door: Door, actor: str) -> bool:
    given = door.about != "work" or actor == "trainer"  # a work to review: in this world trainers alone review
    return actor in WHO[door.needs] and (door.whose != "own" or takes(actor)) and given


def test_A7_an_invitation_gives_the_role_in_its_row_and_no_other(fresh: World) -> None:
    client = fresh.client()
    forged = {**EXTRA, "name": "Somebody", "lang": "fr", "email": "evil@example.org", "csrf_token": fresh.stamp()}
    assert client.post(f"/join/{fresh['join_a']}", data=forged).status_code == 302
    assert client.get("/network").status_code == 403
    assert client.get("/team").status_code == 403
    assert "evil@example.org" not in client.get("/account").get_data(as_text=True)
    assert "invited.a@example.org" in client.get("/account").get_data(as_text=True)


# --- A17: odd ways to write an address -------------------------------------------------------------------------------


GUARDED = ("/home", "/account", f"/team/{SPACE_B}", "/network", "/network/needs", "/write", f"/team/{SPACE_B}/invite")


def spellings(path: str) -> list[str]:
    """Other spellings of `path`, as they stand in a request line."""
    head, tail = path.rsplit("/", 1)
    return [
        f"/{path}", f"//localhost{path}", f"/.{path}", f"/x/..{path}", f"{path}/", f"{path}//", f"{path}/.", f"{path}/x/..",
        f"/%2e{path}", f"/%2e%2e{path}", f"{head}/%2f{tail}", f"{head}%2f{tail}", path.upper(), f"{path};x=y", f"{path};.css",
        f"{path}.json", f"{path}.html", f"{path}%00", f"{path}%20", f"{path}%0a", f"{path}%09", f"{path}%3f", f"{path}%23",
        f"{head}/%{ord(tail[0]):02x}{tail[1:]}", f"{head}/%25{ord(tail[0]):02x}{tail[1:]}", f"{path}?", f"{path}\\",
        f"{head}\\{tail}", f"{path}/x.css", f"{path}%2fx.css", f"{path}%ff",
    ]  # fmt: skip


def ask(world: World, actor: str, path: str, method: str = "GET", **headers: str) -> TestResponse:
    """A request whose target is taken as it is written, as a server hands it over."""
    from urllib.parse import unquote_to_bytes

    target, _, query = path.partition("?")
    client = world.client(actor)
    return client.open(
        "/", method=method, headers=headers, query_string=query,
        environ_overrides={"PATH_INFO": unquote_to_bytes(target).decode("latin-1"), "RAW_URI": path, "REQUEST_URI": path},
    )  # fmt: skip


@pytest.mark.parametrize("actor", ["anonymous", "learner_a"])
@pytest.mark.parametrize("path", GUARDED)
def test_A17_no_spelling_of_an_address_opens_more_than_its_own(world: World, actor: str, path: str) -> None:
    """Each either is not there, is led to the usual address, or gets the usual decision; nothing of B is ever in it."""
    usual = ask(world, actor, path)
    for spelling in spellings(path):
        answer = ask(world, actor, spelling)
        assert answer.status_code < 500, spelling
        assert CANARY not in answer.get_data(as_text=True), spelling
        if answer.status_code == 200:
            assert (usual.status_code, plain(usual)) == (200, plain(answer)), spelling
        elif answer.status_code in (301, 302, 303, 307, 308):
            place = answer.headers["Location"].removeprefix("http://localhost")
            assert place.startswith("/"), spelling
            assert not place.startswith(("//", "/\\")), spelling
        else:
            assert answer.status_code in (400, 403, 404, 405), (spelling, answer.status_code)


def test_A17_other_methods_get_the_same_decision(world: World) -> None:
    for path in GUARDED:
        for actor in ("anonymous", "learner_a", "manager_a"):
            usual = ask(world, actor, path)
            head = ask(world, actor, path, "HEAD")
            assert (head.status_code, head.get_data()) == (usual.status_code, b"")
            for method in ("PUT", "DELETE", "PATCH", "PROPFIND", "GETX"):
                assert ask(world, actor, path, method).status_code == 405, method
            assert ask(world, actor, path, "TRACE").status_code in (405, 501)
            options = ask(world, actor, path, "OPTIONS")
            assert options.status_code == 200
            assert options.get_data() == b""


@pytest.mark.parametrize("header", ["X-HTTP-Method-Override", "X-HTTP-Method", "X-Method-Override"])
def test_A17_a_header_changes_neither_method_nor_address(fresh: World, header: str) -> None:
    client = fresh.client("learner_a")
    assert client.get(f"/courses/{COURSE}/decline", headers={header: "POST"}).status_code == 405
    assert client.get("/sign-out?_method=POST", headers={header: "POST"}).status_code == 405
    answer = client.post("/account", headers={header: "GET"}, data={"_method": "GET"})
    assert answer.status_code == 400, "a POST stays a POST and needs its token"
    for name in ("X-Original-URL", "X-Rewrite-URL", "X-Forwarded-Prefix", "X-Forwarded-Path"):
        assert ask(fresh, "learner_a", "/help", **{name: "/network"}).status_code == 200
        assert ask(fresh, "learner_a", "/network", **{name: "/help"}).status_code == 403
    assert fresh.state() == fresh.kept_state


def test_A17_looking_without_opening_keeps_no_place(fresh: World) -> None:
    """HEAD and a page that is only fetched ahead do not move the learner."""
    path = f"/courses/{COURSE}/{QUIZ[0]}/{QUIZ[1]}"
    client = fresh.client("learner_a")
    client.head(path)
    client.get(path, headers={"Sec-Purpose": "prefetch"})
    client.get(path, headers={"Sec-Purpose": "prefetch;prerender"})
    assert fresh.state() == fresh.kept_state
    client.get(path)
    assert fresh.state()["place"] != fresh.kept_state["place"]


# --- F1: forged requests ---------------------------------------------------------------------------------------------


def forgeries(world: World, door: Door, actor: str, path: str, form: dict[str, Any]) -> dict[str, TestResponse]:
    """Every way to have somebody's browser send what they did not mean: what was forged -> the answer."""
    good = {**form, "csrf_token": world.stamp()}

    def send(data: Any = None, **more: Any) -> TestResponse:
        return world.client(actor).post(path, data=data, **more)

    return {
        "no token": send(form),
        "empty token": send({**form, "csrf_token": ""}),
        "made-up token": send({**form, "csrf_token": "x" * 90}),
        "token of another session": send({**form, "csrf_token": world.stamp("f" * 40)}),
        "token in the address": send(form, query_string={"csrf_token": world.stamp()}),
        "plain text": send("a=b", content_type="text/plain"),
        "json": send(None, json={key: str(value) for key, value in good.items()}),
        "foreign origin": send(good, headers={"Origin": "https://evil.example"}),
        "null origin": send(good, headers={"Origin": "null"}),
        "origin that begins like ours": send(good, headers={"Origin": "http://localhost.evil.example"}),
        "our name on another port": send(good, headers={"Origin": "http://localhost:8001"}),
    }


@pytest.mark.parametrize("door", WRITING, ids=str)
def test_F1_forged_requests_are_refused_at_every_door_that_writes(fresh: World, door: Door) -> None:
    """Of all doors, by whoever may pass them, on an object that is theirs: refused, and no row changes."""
    allowed = [actor for actor in ACTORS if actor in WHO[door.needs]]
    actor = next((one for one in allowed if one != "anonymous"), allowed[0])
    if door.endpoint in (
        "accounts.sign_in", "accounts.ask_link", "accounts.code", "spaces.register", "spaces.join", "accounts.link",
        "joining.again",
    ):  # fmt: skip
        actor = "anonymous"
    if door.whose == "given":
        actor = "trainer"
    own = next(cell.address for cell in cells(fresh, door, actor) if cell.which == "own")
    path, form = address(fresh, door, own), sent(fresh, door.endpoint, actor)
    with fresh.versions() as eye:
        version = data_version(eye)
        for what, answer in forgeries(fresh, door, actor, path, form).items():
            assert answer.status_code == 400, what
            assert "Set-Cookie" not in answer.headers or "_user_id" not in answer.headers["Set-Cookie"], what
        assert data_version(eye) == version or fresh.state() == fresh.kept_state, "a forged request changed something"
    assert knock(fresh, door, actor, own).status_code != 400, "without forgery the same request gets past the check"


def test_F1_no_door_that_writes_is_opened_by_get(world: World) -> None:
    readable = {(door.path, door.endpoint) for door in DOORS if door.method == "GET"}
    with world.unchanged():
        for door in WRITING:
            if (door.path, door.endpoint) in readable or any(path == door.path for path, _endpoint in readable):
                continue
            own = next(cell.address for cell in cells(world, door, "learner_a") if cell.which in ("own", "foreign"))
            query = {**sent(world, door.endpoint, "learner_a"), "csrf_token": world.stamp()}
            assert world.client("learner_a").get(address(world, door, own), query_string=query).status_code in (
                403,
                404,
                405,
            ), door
