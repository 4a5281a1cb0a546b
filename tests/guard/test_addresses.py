"""Rows O1 and H1 of the guard list: return addresses that lead away, and requests that name another host."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any
from urllib.parse import quote

import pytest
import sqlalchemy as sa

from lms.foundation.security import local_path
from tests.accounts.attacks import AWAY
from tests.guard.world import COURSE, SPACE_A, World

NAMES = ("next", "url", "return", "return_to", "redirect", "redirect_uri", "continue", "back", "r", "u", "to")


def leads_away(place: str) -> bool:
    """Whether a redirect leaves this site, in the worst reading of it."""
    plain = re.sub(r"[\x00-\x20]", "", place).replace("\\", "/")
    own = plain.removeprefix("http://localhost")
    return not own.startswith("/") or own.startswith("//") or "evil" in own.split("?")[0]


@pytest.mark.parametrize("away", AWAY)
def test_O1_only_plain_local_paths_pass(away: str) -> None:
    assert local_path(away, "/home") == "/home"


@pytest.mark.parametrize(
    "fine", ["/", "/home", f"/courses/{COURSE}?page=2", "/catalogue?domain=mediation#x", "/team/a-b"]
)
def test_O1_and_those_do(fine: str) -> None:
    assert local_path(fine, "/no") in (fine, fine.split("#")[0])


#: Each verb that ends in a redirect: who, where, with which form.
VERBS: tuple[tuple[str, str, Callable[[World], dict[str, Any]]], ...] = (
    ("anonymous", "/sign-in", lambda w: {"email": "learner_a@example.org", "password": "dix minutes au vert"}),
    ("anonymous", "/sign-in/link", lambda w: {"email": "learner_a@example.org"}),
    ("learner_a", "/sign-in", lambda w: {}),
    ("learner_a", "/sign-out", lambda w: {}),
    ("learner_a", "/account", lambda w: {"name": "Ana", "lang": "fr", "zone": "Europe/Paris"}),
    ("anonymous", "/register", lambda w: {"name": "New", "email": "new@example.org"}),
    ("anonymous", "/link/{link_a}", lambda w: {}),
    ("anonymous", "/join/{join_a}", lambda w: {"name": "New", "lang": "fr"}),
    ("learner_a", f"/courses/{COURSE}/enrol", lambda w: {}),
    ("manager_a", f"/team/{SPACE_A}/invite", lambda w: {"email": "n@example.org", "lang": "fr"}),
    ("manager_a", f"/team/{SPACE_A}/join-requests/{{ids[asks_a]}}", lambda w: {"decision": "decline"}),
)


@pytest.mark.parametrize(("actor", "path", "form"), VERBS, ids=[f"{actor} {path}" for actor, path, _form in VERBS])
def test_O1_no_verb_leads_away(fresh: World, actor: str, path: str, form: Callable[[World], dict[str, Any]]) -> None:
    path = path.format(**fresh.facts)
    asked_away = 0
    for away in AWAY:
        fresh.back()
        extra = {name: away for name in NAMES}
        query = "&".join(f"{name}={quote(away, safe='')}" for name in NAMES)
        answer = fresh.post(
            actor, f"{path}?{query}", {**form(fresh), **extra}, headers={"Referer": "https://evil.example/"}
        )
        assert answer.status_code in (302, 303), (away, answer.status_code)
        assert not leads_away(answer.headers["Location"]), (away, answer.headers["Location"])
        asked_away += 1
    assert asked_away == len(AWAY)


def test_O1_of_two_addresses_none_leads_away(fresh: World) -> None:
    form = {"email": "learner_a@example.org", "password": "dix minutes au vert"}
    for query in ("next=/help&next=//evil.example", "next=//evil.example&next=/help"):
        fresh.back()
        place = fresh.post("anonymous", f"/sign-in?{query}", form).headers["Location"]
        assert not leads_away(place)


def test_O1_the_way_back_after_signing_in_is_where_the_stranger_was(world: World) -> None:
    """A stranger at a guarded page is sent to sign in with that page as way back: it must survive only if it is plain."""
    for path in ("/home", f"/team/{SPACE_A}?course={COURSE}", "/account?next=//evil.example"):
        place = world.client().get(path).headers["Location"]
        assert place.startswith("/sign-in?next=%2F") or place.startswith("/sign-in?next=/")
    links = re.findall(
        r'(?:href|action)="([^"]*)"', world.client().get("/help?next=//evil.example&lang=fr").get_data(as_text=True)
    )
    assert not [link for link in links if link.startswith(("//", "/\\")) or re.match(r"(?i)(https?:)?//evil", link)]


# --- H1 --------------------------------------------------------------------------------------------------------------


HOSTS = (
    "evil.example", "localhost.evil.example", "evil.example:80", "localhost@evil.example", "localhost:80@evil.example",
    "evil.example#localhost", "evil.example/localhost", "evillocalhost", "localhost, evil.example", "[::1].evil.example",
    "127.0.0.1.evil.example", "LOCALHOST.EVIL.EXAMPLE", "xn--caf-dma.example", "localhost\tevil.example", "0", "",
)  # fmt: skip
FORWARDED = (
    {"X-Forwarded-Host": "evil.example"}, {"X-Host": "evil.example"}, {"X-Forwarded-Server": "evil.example"},
    {"X-HTTP-Host-Override": "evil.example"}, {"Forwarded": "host=evil.example;proto=https"}, {"X-Original-Host": "evil.example"},
    {"X-Forwarded-Proto": "https", "X-Forwarded-Port": "1337"}, {"X-Forwarded-Prefix": "//evil.example"},
)  # fmt: skip


@pytest.mark.parametrize("host", HOSTS)
def test_H1_a_request_for_another_host_is_refused(world: World, host: str) -> None:
    with world.unchanged():
        for path in ("/", "/sign-in", "/help", "/healthz", "/no-such-page"):
            answer = world.client().get(path, environ_overrides={"HTTP_HOST": host})
            assert answer.status_code == 400 or (path == "/healthz" and answer.status_code == 200), (
                path,
                answer.status_code,
            )
            assert "evil" not in answer.get_data(as_text=True).lower(), path
            assert "evil" not in str(answer.headers).lower(), path
        data = {"email": "learner_a@example.org", "csrf_token": world.stamp()}
        assert world.client().post("/sign-in/link", data=data, environ_overrides={"HTTP_HOST": host}).status_code == 400


@pytest.mark.parametrize("headers", FORWARDED, ids=str)
@pytest.mark.parametrize("proxies", ["0", "1"])
def test_H1_headers_of_proxies_never_choose_the_host(
    make_world: Callable[..., World], headers: dict[str, str], proxies: str
) -> None:
    world = make_world(LMS_PROXIES=proxies)
    for path in ("/", "/home", "/sign-in"):
        answer = world.client().get(path, headers=headers)
        assert "evil" not in answer.get_data(as_text=True)
        assert "evil" not in str(answer.headers)
        assert "1337" not in answer.get_data(as_text=True) + str(answer.headers)


def test_H1_links_in_mails_come_from_the_configured_address(make_world: Callable[..., World]) -> None:
    from lms.accounts.models import Installation
    from lms.foundation.db import db, writing
    from lms.jobs.tasks import drain
    from lms.notifications.models import SentMail

    world = make_world(BASE_URL="https://learn.example.org", LMS_PROXIES="1")
    with world.app.app_context(), writing():
        db.session.execute(sa.update(Installation).values(demo=True))
    odd = {"X-Forwarded-Host": "evil.example", "Forwarded": "host=evil.example", "X-Forwarded-Proto": "http"}
    for path, actor, form in (
        ("/sign-in/link", "anonymous", {"email": "learner_a@example.org"}),
        ("/sign-in/link?for=reset", "anonymous", {"email": "trainer@example.org"}),
        (f"/team/{SPACE_A}/invite", "manager_a", {"email": "friend@example.org", "lang": "fr"}),
    ):
        for host in ("learn.example.org", "localhost", "127.0.0.1"):
            data = {**form, "csrf_token": world.stamp()}
            answer = world.client(actor, host=host).post(path, data=data, headers=odd, base_url=f"https://{host}")
            assert answer.status_code == 302, (path, host)
    with world.app.app_context():
        drain()
        bodies = [mail.body or "" for mail in db.session.scalars(sa.select(SentMail))]
        db.session.remove()
    addresses = [found for body in bodies for found in re.findall(r"https?://[^\s]+", body)]
    assert len(addresses) >= 3
    assert [found for found in addresses if not found.startswith("https://learn.example.org/")] == []
