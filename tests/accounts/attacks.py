"""What hostile visitors send, for tests of the rows O1, F1, A7 and H1: payloads, and a form sent without its page."""

from __future__ import annotations

import re
from collections.abc import Callable
from typing import Any

from werkzeug.test import TestResponse

from tests.accounts.people import House
from tests.visits import StrictClient, page_of

#: What a browser, a proxy or a careless parser could read as another place.
AWAY = (
    "//evil.example", "///evil.example", "////evil.example", "/\\evil.example", "\\\\evil.example", "\\/evil.example",
    "https:evil.example", "https:/evil.example", "https://evil.example/home", "http:///evil.example", "HTTP://evil.example",
    "/%09/evil.example", "/%2f%2fevil.example", "/%5cevil.example", "%2f%2fevil.example", "/%252f%252fevil.example",
    "@evil.example", "http://localhost@evil.example/", "http://localhost:80@evil.example", "evil.example%00",
    "/home%00//evil.example", "javascript:alert(1)", "JaVaScRiPt:alert(1)", "data:text/html,<script>1</script>",
    "/\t/evil.example", "/\r\nLocation: https://evil.example", "/./\\evil.example", "//localhost@evil.example/%2f..",
    "http://localhost.evil.example/", "/home//evil.example", "/\u2028/evil.example", "．．//evil.example",
    "vbscript:x", "file:///etc/passwd", "ftp://evil.example", " //evil.example", "\u00a0//evil.example", "/.//evil.example",
)  # fmt: skip
#: Fields that nobody may set through a form (A7).
FORBIDDEN = {
    "role": "coordinator",
    "is_admin": "1",
    "space_id": "l-estive",
    "space": "l-estive",
    "user_id": "x",
    "person_id": "x",
    "id": "x",
    "email": "evil@example.org",
    "state": "active",
    "demo": "1",
    "password_hash": "x",
    "created_at": "2000-01-01",
    "invited_by": "",
    "verified": "1",
    "expires_at": "2999-01-01",
    "used_at": "",
    "roles[0][role]": "coordinator",
}


def token_of(client: StrictClient, path: str) -> str:
    """The forgery token of this visitor, from the first form of the page at `path`."""
    for field in page_of(client.get(path)).iter("input"):
        if field.get("name") == "csrf_token":
            return str(field.get("value"))
    raise AssertionError(f"{path} has no form")


def leads_home(response: TestResponse) -> bool:
    """Whether a redirect stays here: a path alone, or this very host."""
    place = response.headers["Location"]
    return place.startswith("/") and not place.startswith(("//", "/\\")) and "evil" not in place


def forgeries(
    house: House, make: Callable[[], StrictClient], page: str, path: str, data: dict[str, str]
) -> dict[str, TestResponse]:
    """Every forged way of sending the form of `page` to `path`: what was forged -> the answer (F1)."""
    stranger = token_of(house.client(), "/sign-in")

    def send(**more: Any) -> TestResponse:
        return make().post(path, **more)

    def own(more: dict[str, Any], headers: dict[str, str] | None = None, query: bool = False) -> TestResponse:
        client = make()
        token = token_of(client, page)
        if query:
            return client.post(f"{path}{'&' if '?' in path else '?'}csrf_token={token}", data=data)
        return client.post(path, data={**data, "csrf_token": token, **more}, headers=headers)

    return {
        "no token": send(data=data),
        "empty token": send(data={**data, "csrf_token": ""}),
        "token of another session": send(data={**data, "csrf_token": stranger}),
        "token in the address": own({}, query=True),
        "plain text": send(data='{"a": "b"}', content_type="text/plain"),
        "json": send(json=data),
        "foreign origin": own({}, {"Origin": "https://evil.example"}),
        "null origin": own({}, {"Origin": "null"}),
        "origin that begins like ours": own({}, {"Origin": "http://localhost.evil.example"}),
    }


def stripped(response: TestResponse, email: str) -> str:
    """The page without what must differ: the forgery token and the address that was typed."""
    text = re.sub(r'name="csrf_token" value="[^"]+"', "", response.get_data(as_text=True))
    return text.replace(email, "ADDRESS")
