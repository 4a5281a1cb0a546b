"""Rows D1, D2 and D4 of the guard list: what is too large, too deep or too many is refused, quickly and cheaply."""

from __future__ import annotations

import io
import resource
import time
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from lms.catalogue import service as catalogue
from lms.content.checking import check
from lms.foundation.db import db
from lms.foundation.security import FIELDS
from tests.guard.world import COURSE, LESSON, World

#: Seconds of computing for one hostile request, whatever else the machine does; megabytes it may cost.
PATIENCE, MEMORY = 2.0, 50
BOUNDARY = "x0x0x"


class Endless(io.RawIOBase):
    """A body that claims a gigabyte and counts how much of it was read."""

    def __init__(self) -> None:
        super().__init__()
        self.given = 0

    def readable(self) -> bool:
        return True

    def readinto(self, into: Any) -> int:
        into[:] = b"a" * len(into)
        self.given += len(into)
        return len(into)


def parts(count: int) -> bytes:
    one = f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="f"\r\n\r\nx\r\n'
    return (one * count + f"--{BOUNDARY}--\r\n").encode()


FORM = "application/x-www-form-urlencoded"
MULTI = f"multipart/form-data; boundary={BOUNDARY}"
BODIES: dict[str, tuple[str, bytes]] = {
    "three megabytes": (FORM, b"a=" + b"x" * 3_000_000),
    "100,000 fields": (FORM, b"&".join(b"f%d=x" % number for number in range(100_000))),
    "10,000 parts": (MULTI, parts(10_000)),
    "one part of a megabyte": (MULTI, parts(1).replace(b"x\r\n--", b"x" * 1_000_000 + b"\r\n--", 1)),
    "no boundary": ("multipart/form-data", parts(3)),
    "another boundary": ("multipart/form-data; boundary=zzz", parts(3)),
    "never ends": (MULTI, parts(3)[:-9]),
    "headers without end": (MULTI, f"--{BOUNDARY}\r\nContent-Disposition: form-data; name=".encode() + b"x" * 200_000),
    "many headers": (MULTI, f"--{BOUNDARY}\r\n".encode() + b"X-A: b\r\n" * 50_000 + b"\r\nx\r\n"),
    "carriage returns": (MULTI, f"--{BOUNDARY}\r\n".encode() + b"\r" * 1_000_000),
}
#: Doors that read a form before anything else, and one that reads it after finding who asks.
POSTS = (
    ("anonymous", "/sign-in"),
    ("learner_a", "/account"),
    ("learner_a", f"/courses/{COURSE}/{LESSON[0]}/{LESSON[1]}"),
)


def peak() -> int:
    """The most memory this process has held, in megabytes."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024


@pytest.mark.parametrize(("actor", "path"), POSTS)
@pytest.mark.parametrize("what", BODIES)
def test_D4_bodies_too_large_or_broken_are_refused_quickly(world: World, what: str, actor: str, path: str) -> None:
    kind, body = BODIES[what]
    before, began = peak(), time.process_time()
    with world.unchanged():
        answer = world.client(actor).post(path, data=body, content_type=kind)
    assert answer.status_code in (400, 413), answer.status_code
    assert time.process_time() - began < PATIENCE
    assert peak() - before < MEMORY


@pytest.mark.parametrize(("many", "status"), [(FIELDS, 400), (FIELDS + 1, 413)])
def test_D4_fields_are_counted_before_they_are_read(world: World, many: int, status: int) -> None:
    body = b"&".join(b"f%d=x" % number for number in range(many))
    assert world.client("learner_a").post("/account", data=body, content_type=FORM).status_code == status


@pytest.mark.parametrize("kind", [FORM, MULTI, "application/json", "text/plain", "application/octet-stream"])
def test_D4_a_claimed_gigabyte_is_refused_unread(world: World, kind: str) -> None:
    body = Endless()
    claims = {"wsgi.input": body, "CONTENT_LENGTH": str(1024**3), "CONTENT_TYPE": kind}
    answer = world.client("learner_a").post("/account", environ_overrides=claims)
    assert answer.status_code in (400, 413)
    assert body.given <= 2 * 1024 * 1024


def test_D4_a_refused_body_gets_a_page_that_helps(world: World) -> None:
    answer = world.client(strict=True).post("/sign-in", data=BODIES["three megabytes"][1], content_type=FORM)
    assert answer.status_code == 413
    assert "rien n’a été modifié" in answer.get_data(as_text=True) or "Envoyez" in answer.get_data(as_text=True)


# --- what authors write --------------------------------------------------------------------------------------------


LONG = {
    "brackets": "[" * 50_000, "pictures": "![[]()" * 10_000, "stars": "*a **a" * 10_000, "quotes": ">" * 5_000,
    "lists": "".join("  " * depth + "- x\n" for depth in range(600)), "columns": "|x" * 2_000 + "|\n" + "|-" * 2_000 + "|\n",
    "ticks": "`" * 60_000, "ampersands": "&" * 100_000, "divs": "<div>" * 40_000, "nested bold": "<b><a href=x>" * 8_000,
    "links": "[a](b" * 20_000, "rules": "a\n" + "=" * 90_000, "200 kB": "mot " * 50_000,
}  # fmt: skip


@pytest.fixture
def course(tmp_path: Path) -> Callable[[str], Path]:
    """Call it with the text of a lesson for a folder with one course."""
    from tests.catalogue.courses import write_course, write_lesson

    def write(text: str) -> Path:
        folder = write_course(tmp_path / "courses", "ecouter-bien", units=("un",))
        lesson = write_lesson(folder, "un")
        lesson.write_text(lesson.read_text() + "\n" + text + "\n", encoding="utf-8")
        return folder

    return write


@pytest.mark.parametrize("what", LONG)
def test_D1_and_D2_a_hostile_lesson_is_refused_or_read_in_time(course: Callable[[str], Path], what: str) -> None:
    folder = course(LONG[what])
    began = time.process_time()
    report = check(folder.parent, "en")
    assert time.process_time() - began < PATIENCE
    if what in ("divs", "nested bold", "200 kB"):
        assert report.errors, "refused, with a sentence"


def test_D2_the_last_good_version_stays_when_a_nest_arrives(make_world: Callable[..., World]) -> None:
    world = make_world()
    lesson = world.app.config["CORDADA"].courses / COURSE / "units" / LESSON[0] / "lesson.fr.md"
    path = f"/courses/{COURSE}/{LESSON[0]}/{LESSON[1]}"
    before = world.client("learner_a").get(path).get_data(as_text=True)
    lesson.write_text(lesson.read_text() + "\n" + "<div>" * 40_000 + "\n")
    began = time.process_time()
    with world.app.app_context():
        report = catalogue.sync(world.app.config["CORDADA"].courses)
        db.session.remove()
    assert time.process_time() - began < PATIENCE * 2
    assert [one.course_id for one in report.ended("invalid")] == [COURSE]
    after = world.client("learner_a").get(path).get_data(as_text=True)
    assert after.count("<div") == before.count("<div")
