"""A round through the whole site: from a start page by every link, one page for each route.

What comes only after pressing something (a question, its answer, an error) is added by the tests themselves.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from html.parser import HTMLParser
from urllib.parse import urljoin, urlsplit

from werkzeug.exceptions import HTTPException
from werkzeug.routing import MapAdapter

#: Where each kind of person begins; "" is somebody who is not signed in.
STARTS = {
    "": ("/", "/sign-in", "/demo/mails", "/gallery", "/no-such-page"),
    "learner": ("/home",),
    "manager": ("/home", "/team"),
    "trainer": ("/home", "/write"),
    "coordinator": ("/home", "/network"),
}


class _Links(HTMLParser):
    def __init__(self) -> None:
        super().__init__()
        self.found: list[str] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        href = dict(attrs).get("href")
        if tag == "a" and href:
            self.found.append(href)


def links_on(html: str, address: str) -> list[str]:
    """The addresses on this site that a page links to, without query and fragment."""
    parser = _Links()
    parser.feed(html)
    found = [urlsplit(urljoin(address, href)) for href in parser.found]
    return [one.path for one in found if one.netloc == urlsplit(address).netloc and one.scheme in ("http", "https")]


def route_of(path: str, routes: MapAdapter) -> str:
    """What makes a page another page: its route, and for activities their kind (a lesson is not a quiz)."""
    try:
        endpoint, values = routes.match(path, method="GET")
    except HTTPException:
        return "nothing"
    return f"{endpoint} {values.get('activity', '').partition('-')[0]}".strip()


def walk(
    starts: Iterable[str], fetch: Callable[[str], tuple[str, str] | None], key: Callable[[str], str]
) -> dict[str, str]:
    """Fetch the pages at `starts` and all that can be reached from them by links, one for each `key`; gives key -> path.

    `fetch` gives the address a page was found at and its HTML, or None for what is no page.
    """
    waiting, seen = list(starts), dict[str, str]()
    tried: set[str] = set()
    while waiting:
        path = waiting.pop(0)
        if path in tried or key(path) in seen:
            continue
        tried.add(path)
        got = fetch(path)
        if got is None:
            continue
        address, html = got
        here = urlsplit(address).path
        tried.add(here)
        if key(here) in seen:
            continue
        seen[key(here)] = here
        waiting += links_on(html, address)
    return seen
