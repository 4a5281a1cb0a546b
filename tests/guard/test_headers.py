"""Rows C3, C5 and K1 of the guard list: what every answer carries, and what no cache may keep."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import url_for
from werkzeug.test import TestResponse

from tests.guard.cells import WHO, cells
from tests.guard.world import ACTORS, COURSE, FILE, SPACE_A, World
from tests.house.census import DOORS

#: Name -> the one value it must have.
HEADERS = {
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "X-Frame-Options": "DENY",
}
#: Answers that are the same for everybody and hold nobody's data.
SHARED = {"learning.file", "calendar.feed"}


def static_address(world: World) -> str:
    with world.app.test_request_context():
        return str(world.app.jinja_env.globals["static"]("cordada.css"))  # type: ignore[operator]


def every_kind(world: World) -> dict[str, TestResponse]:
    """One answer of each kind: what it is -> the answer."""
    big = b"x" * (3 * 1024 * 1024)

    def failing(**_: object) -> str:
        raise RuntimeError("a fault")

    kept = world.app.view_functions["pages.help"]
    world.app.view_functions["pages.help"] = failing
    try:
        broken = world.client().get("/help")
    finally:
        world.app.view_functions["pages.help"] = kept
    return {
        "200": world.client().get("/"),
        "200 signed in": world.client("learner_a").get("/home"),
        "200 without a page": world.client().get("/healthz"),
        "200 json": world.client().get("/readyz"),
        "200 sign-in": world.client().get("/sign-in"),
        "302": world.client().get("/home"),
        "303": world.post("coordinator", "/network/needs/pin", {"course": COURSE, "place": "1"}),
        "308": world.client().get(f"/courses//{COURSE}"),
        "400": world.client("learner_a").post("/account"),
        "400 host": world.client().get("/", environ_overrides={"HTTP_HOST": "evil.example"}),
        "403": world.client("learner_a").get("/network"),
        "404": world.client().get("/no-such-page"),
        "405": world.client().get("/sign-out"),
        "410": world.client().get("/link/no-such-link"),
        "413": world.client().post("/sign-in", data=big, content_type="application/x-www-form-urlencoded"),
        "422": world.post("anonymous", "/sign-in", {"email": "x", "password": "x"}),
        "500": broken,
        "static": world.client().get(static_address(world)),
        "static 404": world.client().get("/static/no/such.css"),
        "a course's file": world.client().get(f"/courses/{COURSE}/files/{FILE}"),
        "HEAD": world.client().head("/help"),
        "OPTIONS": world.client().options("/help"),
    }


def test_C5_every_answer_carries_the_headers_once(fresh: World) -> None:
    for what, answer in every_kind(fresh).items():
        assert what[:3] in (str(answer.status_code), "sta", "a c", "HEA", "OPT"), (what, answer.status_code)
        for name, value in HEADERS.items():
            assert answer.headers.getlist(name) == [value], (what, name, answer.headers.getlist(name))
        assert len(answer.headers.getlist("Content-Security-Policy")) == 1, what
        assert len(answer.headers.getlist("Permissions-Policy")) == 1, what
        assert "Strict-Transport-Security" not in answer.headers, f"{what}: no HSTS over http"
        assert "Server" not in answer.headers, what
        assert "X-Powered-By" not in answer.headers, what


def test_C5_over_https_every_answer_asks_for_https(make_world: Callable[..., World]) -> None:
    world = make_world(BASE_URL="https://learn.example.org")
    for what, answer in every_kind(world).items():
        values = answer.headers.getlist("Strict-Transport-Security")
        assert len(values) == 1, what
        assert int(values[0].partition("max-age=")[2].split(";")[0]) >= 31_536_000, what
        for cookie in answer.headers.getlist("Set-Cookie"):
            assert "Secure" in cookie, (what, cookie)
            assert "HttpOnly" in cookie, (what, cookie)
            assert "SameSite=Lax" in cookie, (what, cookie)
            assert "Domain" not in cookie, (what, cookie)
            assert not cookie.startswith("cordada"), "over https the session's name binds it to this very host"


def test_C5_and_C3_the_policy_is_strict_and_nobody_may_frame_us(fresh: World) -> None:
    for what, answer in every_kind(fresh).items():
        policy = dict(part.strip().partition(" ")[::2] for part in answer.headers["Content-Security-Policy"].split(";"))
        assert policy["default-src"] == "'none'", what
        if what != "a course's file":  # a drawing by itself: it may style itself and runs in a sandbox
            assert "unsafe" not in answer.headers["Content-Security-Policy"], what
            assert policy["frame-ancestors"] == "'none'", what
            assert policy["base-uri"] == "'none'", what
            assert policy["form-action"] == "'self'", what
        else:
            assert "sandbox" in policy
            assert "script-src" not in policy


@pytest.mark.parametrize("actor", ACTORS)
def test_C3_no_page_of_the_site_can_be_framed(world: World, actor: str) -> None:
    """Sign-in, consent, closing a campaign, joining ... all of them, as whoever may open them."""
    for door in DOORS:
        if door.method != "GET" or actor not in WHO[door.needs] or door.endpoint == "learning.file":
            continue
        for cell in cells(world, door, actor):
            with world.app.test_request_context():
                address = url_for(door.endpoint, **cell.address)
            answer = world.client(actor).get(address)
            assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"], address
            assert answer.headers["X-Frame-Options"] == "DENY", address


@pytest.mark.parametrize("actor", ACTORS)
def test_K1_private_answers_are_never_stored(world: World, actor: str) -> None:
    """Every page that is not the same for everybody: not stored, and kept apart by cookie; nor with a cookie in it."""
    for door in DOORS:
        if door.method != "GET":
            continue
        for cell in cells(world, door, actor):
            with world.app.test_request_context():
                address = url_for(door.endpoint, **cell.address)
            answer = world.client(actor).get(address)
            told = f"{actor} {address} {answer.status_code}"
            if door.endpoint in SHARED and answer.status_code == 200:
                assert "private" in answer.headers["Cache-Control"], told
                continue
            assert answer.headers["Cache-Control"] == "no-store", told
            assert "Cookie" in answer.vary, told
            assert "Accept-Language" in answer.vary, told


def test_K1_the_front_page_may_be_kept_only_for_a_visitor_without_cookies(world: World) -> None:
    bare = world.app.test_client()
    answer = bare.get("/")
    assert answer.headers["Cache-Control"].startswith("public")
    assert "Set-Cookie" not in answer.headers
    assert {"Cookie", "Accept-Language"} <= set(answer.vary)
    for address in ("/?lang=es", "/?theme=dark"):
        assert world.app.test_client().get(address).headers["Cache-Control"] == "no-store"
    assert world.client("learner_a").get("/").headers["Cache-Control"] == "no-store"


def test_K1_answers_with_a_cookie_in_them_are_never_stored(world: World) -> None:
    for path in ("/sign-in", "/help?lang=es", "/sign-in?theme=dark", "/register", "/no-such-page?lang=ca"):
        answer = world.app.test_client().get(path)
        if "Set-Cookie" in answer.headers:
            assert answer.headers["Cache-Control"] == "no-store", path


def test_K1_a_shared_cache_that_follows_the_rules_gives_nobody_anothers_page(world: World) -> None:
    """A small cache: keeps what may be kept, by address and by the headers that `Vary` names."""
    shelf: dict[tuple[str, ...], str] = {}

    def through(actor: str, path: str) -> str:
        client = world.client(actor) if actor != "bare" else world.app.test_client()
        cookie = client.get_cookie(world.app.config["SESSION_COOKIE_NAME"])
        key = (path, cookie.value if cookie else "")
        if key in shelf:
            return shelf[key]
        answer = client.get(path)
        text = answer.get_data(as_text=True)
        if answer.status_code == 200 and "no-store" not in answer.headers["Cache-Control"]:
            assert "Cookie" in answer.vary
            shelf[key] = text
        return text

    for path in ("/", "/home", "/account", "/catalogue", f"/team/{SPACE_A}", f"/courses/{COURSE}"):
        for actor in ("manager_a", "bare", "learner_a", "anonymous", "coordinator", "bare"):
            text = through(actor, path)
            for other in {"manager_a", "learner_a", "coordinator"} - {actor}:
                if not (actor == "manager_a" and path == f"/team/{SPACE_A}"):  # the team page names the team
                    assert f"{other}@example.org" not in text, (actor, path)
    assert set(key[0] for key in shelf) <= {"/"}
