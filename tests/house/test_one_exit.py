"""One exit for numbers about people who answered: `lms.survey.release` makes them, `lms.survey.queries` gives them out.

Who reads answers is listed here; so is every place from which a figure of the survey can be seen (a page, a file, a mail, a
duty, a command). Both lists are derived from the source, so a new place is a new row here, or the build fails.
"""

from __future__ import annotations

import ast
import difflib
import io
import re
import zipfile
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import pytest
import sqlalchemy as sa
import time_machine
from flask import url_for
from werkzeug.test import TestResponse

from tests.conftest import Apps, close
from tests.guard.cells import cells
from tests.guard.world import ACTORS, SPACE_A, SPACE_B, World, plain, settle
from tests.house.census import DOORS
from tests.servers import MailSink

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"

# ---- who reads answers --------------------------------------------------------------------------------------------

#: Module -> which tables of answers it knows, and which of their columns it reads.
READERS = {
    "lms.survey.service": {"Response", "Waiting"},
    "lms.survey.release.service": {"Response"},
}


@cache
def trees() -> dict[str, ast.Module]:
    """Every module of the site, by name."""
    return {
        ".".join(path.relative_to(ROOT).with_suffix("").parts).removesuffix(".__init__"): ast.parse(path.read_text())
        for path in sorted(LMS.rglob("*.py"))
    }


def test_answers_are_read_by_the_service_and_the_release_alone() -> None:
    found: dict[str, set[str]] = {}
    for module, tree in trees().items():
        for node in ast.walk(tree):
            if isinstance(node, ast.ImportFrom) and node.module == "lms.survey.models":
                names = {alias.name for alias in node.names} & {"Response", "Waiting"}
                if names:
                    found.setdefault(module, set()).update(names)
            if isinstance(node, ast.Constant) and isinstance(node.value, str) and module != "lms.survey.models":
                assert not re.search(r"\bsurvey_(response|waiting)\b", node.value), f"{module}:{node.lineno}"
    assert found == READERS


def test_no_module_reaches_the_tables_of_answers_round_their_import() -> None:
    for module, tree in trees().items():
        for node in ast.walk(tree):
            whole = isinstance(node, ast.Import) and any(alias.name == "lms.survey.models" for alias in node.names)
            named = isinstance(node, ast.ImportFrom) and node.module == "lms.survey" and any(
                alias.name == "models" for alias in node.names
            )  # fmt: skip
            assert not whole, module
            assert not named, module


# ---- where figures are seen ---------------------------------------------------------------------------------------

#: What gives figures out, or holds them.
EXIT = {
    *(
        ("lms.survey.queries", name)
        for name in (
            "released", "released_parts", "released_group", "newest_release", "Group", "Figures", "Estimate",
        )
    ),
    *(("lms.survey.release.models", name) for name in ("Release", "ReleasedGroup")),
    *(("lms.survey.release.rules", name) for name in ("Group", "Figures", "Estimate")),
    # a figure that is kept: every ranking has the needs it was computed from, every offer the reason of its place
    ("lms.priorities.models", "Ranking"),
    ("lms.priorities.wording", "reason_sentence"),
}  # fmt: skip
#: Every door from which a figure of the survey can be seen or is carried on, and what of it. A new one is told of here.
PLACES = {
    "lms.home.views.catalogue": "the reason of a course's place",
    "lms.home.views.start": "the reason of a proposal",
    "lms.priorities.tasks.recompute": "the network's figures, into a ranking",
    "lms.priorities.views.of_space": "a space's plan, from its pooled needs or its territory's",
    "lms.priorities.views.results": "the network's figures, those of territories and spaces",
    "lms.priorities.views.send": "the network's needs, in suggestions",
    "lms.reports.network.views.spaces": "the first need of a space or its territory",
    "lms.reports.network.views.table": "the same as a file",
    "lms.reports.views.team_of_space": "the reason of a course's place",
}
#: Every template that says a figure.
TEMPLATES = {
    "home/templates/home/catalogue.html", "home/templates/home/start.html", "priorities/templates/priorities/results.html",
    "priorities/templates/priorities/space.html",
}  # fmt: skip


def _names(module: str, tree: ast.Module) -> dict[str, tuple[str, str]]:
    """What a name of this module stands for: (module, name); ("module", "") for a module."""
    found: dict[str, tuple[str, str]] = {}
    for node in ast.walk(tree):
        if isinstance(node, ast.ImportFrom) and node.module:
            for alias in node.names:
                whole = f"{node.module}.{alias.name}"
                found[alias.asname or alias.name] = (whole, "") if whole in trees() else (node.module, alias.name)
    for node in tree.body:
        if isinstance(node, ast.FunctionDef | ast.ClassDef):
            found[node.name] = (module, node.name)
        elif isinstance(node, ast.Assign | ast.AnnAssign):
            for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                if isinstance(target, ast.Name):
                    found[target.id] = (module, target.id)
    return found


def _used(node: ast.AST, names: dict[str, tuple[str, str]]) -> set[tuple[str, str]]:
    used = set()
    for part in ast.walk(node):
        if isinstance(part, ast.Name) and part.id in names:
            used.add(names[part.id])
        if isinstance(part, ast.Attribute) and isinstance(part.value, ast.Name) and part.value.id in names:
            used.add((names[part.value.id][0], part.attr))
    return used


@cache
def carriers() -> frozenset[tuple[str, str]]:
    """The exit, and everything outside the survey that uses it or uses what uses it."""
    uses: dict[tuple[str, str], set[tuple[str, str]]] = {}
    for module, tree in trees().items():
        if module.startswith("lms.survey") or module == "lms.wiring":
            continue
        names = _names(module, tree)
        for node in tree.body:
            if isinstance(node, ast.FunctionDef | ast.ClassDef):
                uses[module, node.name] = _used(node, names) - {(module, node.name)}
            elif isinstance(node, ast.Assign | ast.AnnAssign):
                for target in node.targets if isinstance(node, ast.Assign) else [node.target]:
                    if isinstance(target, ast.Name):
                        uses[module, target.id] = _used(node, names) - {(module, target.id)}
    found = set(EXIT)
    while True:
        more = {one for one, used in uses.items() if one not in found and used & found}
        if not more:
            return frozenset(found)
        found |= more


def _is_door(node: ast.stmt) -> bool:
    """A route, a task, a command: something that is called from outside."""
    return isinstance(node, ast.FunctionDef) and any(
        isinstance(one, ast.Call)
        and (
            (isinstance(one.func, ast.Attribute) and one.func.attr in {"get", "post", "route", "command", "cli"})
            or (isinstance(one.func, ast.Name) and one.func.id in {"task", "shows"})
        )
        for one in node.decorator_list
    )


def places() -> set[str]:
    """Every door that reaches the exit."""
    return {
        f"{module}.{node.name}"
        for module, tree in trees().items()
        for node in tree.body
        if isinstance(node, ast.FunctionDef) and (module, node.name) in carriers() and _is_door(node)
    }


def test_every_place_that_shows_a_figure_is_listed() -> None:
    assert places() == set(PLACES)


def test_every_template_that_says_a_figure_is_listed() -> None:
    said = re.compile(
        r"\b(group|need)\.(n|domains|items|gap|mwds|share|importance|level|pooled)\b|\b(card|offer)\.reason\b"
        r"|\b(reason|finding|step|apart|sum)_?sentence\b|\bwording\.finding\b"
    )
    found = {str(path.relative_to(LMS)) for path in LMS.rglob("templates/**/*.html") if said.search(path.read_text())}
    assert found == TEMPLATES


def test_the_derivation_sees_a_place_that_goes_through_others() -> None:
    """`reports` reads what `priorities` reads what the survey releases; and a rule of nobody's is no place."""
    assert ("lms.reports.network.queries", "lines") in carriers()
    assert ("lms.priorities.queries", "groups_of") in carriers()
    assert ("lms.learning.queries", "courses_of") not in carriers()


# ---- what is hidden appears nowhere -------------------------------------------------------------------------------

#: Nobody else answers so, and the network's means are the same whoever of the hidden ones did.
LOUD, CALM = "51", "43"


@pytest.fixture
def world(apps: Apps, tmp_path: Path, mails: MailSink) -> Iterator[World]:
    """The world with one of everything, where mails can leave."""
    made = settle(apps, tmp_path / "exit", SMTP_URL=mails.url)
    made.keep()
    yield made
    close(made.app)


def _answered(world: World, *groups: tuple[int, str, str, str]) -> None:
    """So many people of a space answer everything alike, all of them in one batch; what follows is done."""
    from lms.foundation.db import db, writing
    from lms.jobs.models import Job
    from lms.jobs.tasks import drain
    from lms.survey import rules, service

    with world.app.app_context():
        returns = [
            service.Return(rules.Cell(territory, space, "learner"), codes * 24)
            for many, territory, space, codes in groups
            for _one in range(many)
        ]
        with writing():
            service.count_returns(world["campaign"], returns)
        drain()
        with writing():
            db.session.execute(sa.delete(Job))
        db.session.remove()


def _said(answer: TestResponse) -> str:
    """What a page, a sheet or a file says, without what differs between two askings."""
    if answer.data[:4] == b"PK\x03\x04":
        with zipfile.ZipFile(io.BytesIO(answer.data)) as book:
            return "".join(
                book.read(name).decode("utf-8", "replace") for name in book.namelist() if "docProps" not in name
            )
    if not answer.mimetype.startswith(("text/", "application/json")):
        return str(answer.mimetype)
    return re.sub(r'(?<=value=")[\w-]{22}(?=")', "", plain(answer))  # names that forms make up for what they send


def _letters(world: World, mails: MailSink) -> list[tuple[str, str, str]]:
    """Every mail that leaves, now and on the mornings on which mails leave by themselves: (to, subject, text)."""
    from lms.foundation.db import db
    from lms.jobs import outbox
    from lms.jobs.tasks import drain, tick

    day = datetime.now(UTC).replace(minute=30, second=0, microsecond=0)
    monday = day + timedelta(days=7 - day.weekday())
    for morning in (monday, (day.replace(day=1) + timedelta(days=32)).replace(day=1)):
        for hour in range(5, 9):
            with time_machine.travel(morning.replace(hour=hour), tick=False), world.app.app_context():
                tick(outbox.put)
                drain()
                db.session.remove()
    told = sorted(
        (one.recipients[0], one.subject, re.sub(r"[\w.-]{22,}|\b\w{4}-\w{4}\b", "", one.text)) for one in mails.letters
    )
    mails.letters.clear()
    return told


def _walk(world: World) -> dict[tuple[str, str], str]:
    """Everything that everybody can be sent: (actor, address) -> what it says."""
    seen = {}
    for actor in ACTORS:
        client = world.client(actor)
        for door in DOORS:
            if door.endpoint == "health.ready":
                continue  # it says how quickly the database answered just now, and how old the oldest job is
            for cell in cells(world, door, actor) if door.method == "GET" else ():
                if cell.which == "own":
                    with world.app.test_request_context():
                        address = url_for(door.endpoint, **cell.address)
                    seen[actor, address] = _said(client.get(address))
    return seen


def test_what_is_hidden_appears_nowhere(world: World, mails: MailSink) -> None:
    """Four people of one space are a hidden group, and with them their batch's part of the other space. Whether these four
    or four of the others gave the loud answers, the network's figures are the same: then every page, file, sheet and mail
    is the same for everybody, to the letter.
    """
    a, b = ("conflent", SPACE_A), ("vall", SPACE_B)
    walks, posts = [], []
    with time_machine.travel(datetime.now(UTC), tick=False):
        for groups in (
            ((36, *a, CALM), (4, *b, LOUD)),
            ((32, *a, CALM), (4, *a, LOUD), (4, *b, CALM)),
            ((36, *a, CALM), (4, *b, CALM)),
        ):
            world.back()
            _answered(world, *groups)
            walks.append(_walk(world))
            posts.append(_letters(world, mails))
    one, other, control = walks
    assert len(one) > 300
    assert one.keys() == other.keys()
    differ = [at for at in one if one[at] != other[at]]
    assert differ == [], next(
        (at, line)
        for at in differ
        for line in difflib.unified_diff(one[at].split(), other[at].split(), n=0, lineterm="")
    )
    assert {to.partition("@")[0].partition(".")[0] for to, _subject, _text in posts[0]} >= {"manager_a", "manager_b"}
    assert posts[0] == posts[1]
    # the eye is not blind: where the network's means differ, the coordinator's page does
    assert ("coordinator", "/network/needs") in {at for at in one if one[at] != control[at]}
