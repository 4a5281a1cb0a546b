"""What a page weighs on a weak network (docs: "A page is under 40 kB"): every page, compressed, on a first visit.

The whole demonstration is walked by its links, as every role, every course to its last activity; what comes only after
pressing something is pressed. Nothing may be asked of other machines, no font, no script over 10 kB.
"""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any, cast
from urllib.parse import urljoin, urlsplit

import brotli
import pytest
import sqlalchemy as sa
from flask import Flask
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.trips.rounds import STARTS, links_on, walk
from tests.visits import StrictClient

#: In bytes: the whole page compressed, its style sheets together and plain, each script plain.
PAGE, STYLE, SCRIPT = 40_000, 20_000, 10_000
LOADED = re.compile(
    r"""<(?:link|script|img|source|audio|video|iframe|object|embed|use)\b[^>]*?\s(?:href|src|data)=["']([^"']+)"""
)
ELSEWHERE = re.compile(r"@import|@font-face|url\(\s*[\"']?(?:https?:)?//")
#: Shows every component there is, so it loads every sheet there is; its weight as a page is limited as any other's.
EVERYTHING = "/gallery"


@pytest.fixture(scope="module")
def demo(apps: Any, _prepared: Path, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Flask]:
    """The application on a copy of the demonstration."""
    from lms.foundation.db import db

    folder = tmp_path_factory.mktemp("weight") / "instance"
    shutil.copytree(_prepared, folder)
    app: Flask = apps.build(folder)
    yield app
    with app.app_context():
        db.session.remove()
        db.engine.dispose()


class Scales:
    """Weighs pages as a first visit gets them: the page and everything it loads, each file compressed by itself."""

    def __init__(self, client: StrictClient) -> None:
        self.client = client
        self.weights: dict[str, int] = {}
        self.faults: list[str] = []
        self._files: dict[str, int] = {}
        self._sheets: dict[str, str] = {}
        self._known = {
            path.name: classes(path.read_text()) for path in (Path(__file__).parents[2] / "lms").glob("*/static/*.css")
        }

    def weigh(self, answer: TestResponse) -> None:
        """Put a page on the scales."""
        where, html = answer.request.path, answer.get_data()
        weight = len(brotli.compress(html, quality=5))
        loaded = set(LOADED.findall(html.decode()))
        for address in loaded:
            if urlsplit(address).scheme or address.startswith("//"):
                self.faults += [] if address.startswith("data:") else [f"{where} loads {address} from another machine"]
            elif not address.startswith("#"):
                weight += self._file(urljoin(where, address))
        self.weights[where] = max(weight, self.weights.get(where, 0))
        if weight >= PAGE:
            self.faults.append(f"{where} weighs {weight} bytes; {PAGE} is too much")
        sheets = {address.rpartition("/")[2]: self._sheets[address] for address in loaded if address in self._sheets}
        style = sum(len(sheet.encode()) for sheet in sheets.values())
        if style >= STYLE and where != EVERYTHING:
            self.faults.append(f"{where} has style sheets of {style} bytes; {STYLE} is too much")
        used = {name for value in re.findall(rb'class="([^"]*)"', html) for name in value.decode().split()}
        drawn = {name for sheet in sheets for name in self._known[sheet]}
        for sheet in set(self._known) - set(sheets):
            if lacking := (used & self._known[sheet]) - drawn:
                self.faults.append(f"{where} uses {sorted(lacking)} and does not link {sheet}")

    def _file(self, address: str) -> int:
        if address not in self._files:
            answer = self.client.get(address)
            assert answer.status_code == 200, f"{address} is not there"
            data, kind = answer.get_data(), answer.mimetype or ""
            self._files[address] = len(brotli.compress(data, quality=5))
            if "font" in kind or address.endswith((".woff", ".woff2", ".ttf", ".otf")):
                self.faults.append(f"{address} is a font")
            if kind == "text/css":
                self._sheets[address] = data.decode()
                self.faults += (
                    [f"{address} loads a font or another machine's file"] if ELSEWHERE.search(data.decode()) else []
                )
            if "javascript" in kind:
                self.faults += [f"{address} has {len(data)} bytes"] if len(data) >= SCRIPT else []
        return self._files[address]


def classes(sheet: str) -> set[str]:
    """The classes that a style sheet gives a look."""
    return set(re.findall(r"\.([a-zA-Z][\w-]*)", re.sub(r"/\*.*?\*/", "", sheet, flags=re.S)))


def enter(app: Flask, role: str) -> StrictClient:
    """A visitor; signed in as the demonstration's `role` unless that is empty."""
    from lms.accounts.models import Person
    from lms.foundation.db import db

    client = cast("StrictClient", app.test_client())
    if role:
        with app.app_context():
            person_id = db.session.scalar(sa.select(Person.id).where(Person.email == f"{role}@demo.test"))
            db.session.remove()
        assert person_id is not None
        client.enter(person_id)
    return client


@pytest.mark.parametrize("role", STARTS)
def test_every_page_that_links_lead_to_is_light(role: str, demo: Flask) -> None:
    client = enter(demo, role)
    scales = Scales(client)

    def fetch(path: str) -> tuple[str, str] | None:
        answer = client.get(path, follow_redirects=True)
        if answer.mimetype != "text/html":
            return None
        if role == "learner" and re.fullmatch(r"/courses/[^/]+", path) and b"/enrol" in answer.get_data():
            # so that every lesson of every course is weighed, not those alone that the demonstration's learner takes
            client.fill(answer, form="/enrol")
            answer = client.get(path)
        scales.weigh(answer)
        return f"http://localhost{answer.request.path}", answer.get_data(as_text=True)

    walk(STARTS[role], fetch, lambda path: path)
    if role == "learner":
        assert sum(path.endswith("/lesson") for path in scales.weights) > 20, "every course was walked"
    heavy = sorted(scales.weights.items(), key=lambda one: -one[1])[:3]
    assert not scales.faults, "\n".join([*scales.faults, f"the heaviest: {heavy}"])


def quiz(client: StrictClient) -> Iterator[TestResponse]:
    """The questions of the last quiz, empty, explained, and the end."""
    page = client.fill("/courses/mediation-premiers-pas/faire-le-point/quiz-final", form="/start")
    for _ in range(30):
        yield page
        if b"fieldset" not in page.get_data():
            links = links_on(page.get_data(as_text=True), "http://localhost/")
            page = client.get(next(path for path in links if re.search(r"/quiz-final/[^/]+/(\d+|end)$", path)))
            if page.request.path.endswith("/end"):
                yield page
                return
            continue
        yield client.fill(page, form="quiz-final")
        single = b'value="?"' in page.get_data()
        name = re.search(rb'name="([^"]+)" value="\?"', page.get_data())
        values = {name[1].decode(): "?"} if single and name else {}
        page = client.fill(page, values, form="quiz-final", press="Valider" if single else "Je ne sais pas")
    raise AssertionError("the quiz has no end")


def survey(client: StrictClient) -> Iterator[TestResponse]:
    """The survey from the letter to the used link."""
    letters = client.get("/demo/mails").get_data(as_text=True)
    link = next(path for path in links_on(letters, "http://localhost/") if path.startswith("/survey/"))
    page = client.get(link)
    yield page
    page = client.fill(page)
    for _ in range(24):
        yield page
        page = client.fill(page, {"importance": "5", "competence": "1"})
    yield page
    yield client.fill(page)
    yield client.get(link)


@pytest.mark.parametrize("trip", [quiz, survey])
def test_every_page_that_comes_after_pressing_something_is_light(
    trip: Callable[[StrictClient], Iterator[TestResponse]], demo: Flask
) -> None:
    client = enter(demo, "learner")
    scales = Scales(client)
    for answer in trip(client):
        scales.weigh(answer)
    assert len(scales.weights) >= 4
    assert not scales.faults, "\n".join(scales.faults)


def test_pages_and_styles_leave_compressed(demo: Flask) -> None:
    client = FlaskClient(demo, demo.response_class)
    page = client.get("/", headers={"Accept-Encoding": "br, gzip"})
    assert page.headers["Content-Encoding"] == "br"
    sheet = re.search(rb'href="([^"]+\.css)"', brotli.decompress(page.get_data()))
    assert sheet is not None
    style = client.get(sheet[1].decode(), headers={"Accept-Encoding": "br, gzip"})
    assert style.headers["Content-Encoding"] == "br"
    assert "immutable" in style.headers["Cache-Control"], "the second visit does not load it again"
