"""A course with a poll, a checklist and a live session, as a trainer writes them."""

from __future__ import annotations

from pathlib import Path
from typing import cast

from flask import Flask

from tests.catalogue.courses import write_head
from tests.learning.conftest import inside, person
from tests.visits import StrictClient

TOGETHER = "se-retrouver"
#: A session that is over, with a recording; it stands in the course where `write_together` is asked for it.
PAST = ("passee", "live")
POLL, LIST, LIVE = ("avis", "poll"), ("salle", "checklist"), ("rencontre", "live")
JOIN = "https://salle.example.org/JOIN-ONLY-WITH-A-SEAT"


def _write(course: Path, unit: str, name: str, lang: str, text: str) -> Path:
    path = course / "units" / unit / f"{name}.{lang}.md"
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(text, encoding="utf-8")
    return path


def write_poll(
    course: Path, *choices: str, more: str = "", unit: str = POLL[0], lang: str = "fr", title: str = "Quel jour ?"
) -> Path:
    """A poll with these choices; `more` are lines of its header. Gives its path."""
    lines = "".join(f"- [ ] {choice}\n" for choice in choices or ("Mardi", "Mercredi", "Jeudi"))
    head = f"---\nid: {unit}\ntitle: {title}\nobjectives: [choisir ensemble]\n{more}---\n"
    return _write(
        course, unit, "poll", lang, f"{head}\n# {title}\n\n## Quand se voir ?\n<!-- q-jour -->\n\n{lines}"
    )  # fmt: skip


def write_list(
    course: Path, *lines: str, more: str = "", unit: str = LIST[0], lang: str = "fr", title: str = "La salle"
) -> Path:
    """A checklist with these lines in its first section; `more` are lines of its header. Gives its path."""
    items = "".join(f"- [ ] {line}\n" for line in lines or ("Aérer la salle", "Compter les chaises"))
    head = f"---\nid: {unit}\ntitle: {title}\nobjectives: [préparer la salle]\n{more}---\n"
    body = f"\n# {title}\n\nAvant que les gens viennent.\n\n## Avant\n<!-- c-avant -->\n\n{items}"
    return _write(
        course, unit, "checklist", lang, f"{head}{body}\n## Après\n<!-- c-apres -->\n\n- [ ] Éteindre la lumière\n"
    )  # fmt: skip


def write_live(
    course: Path,
    *,
    start: str = "2037-03-05T14:00",
    tz: str = "Europe/Paris",
    minutes: int = 60,
    seats: int | None = 2,
    join: str = JOIN,
    unit: str = LIVE[0],
    title: str = "Une heure ensemble",
    text: str = "Apportez une question.",
    lang: str = "fr",
) -> Path:
    """A live session. Gives its path."""
    head = (
        f"---\nid: {unit}\ntitle: {title}\nobjectives: [se rencontrer]\nstart: {start}\ntz: {tz}\nminutes: {minutes}\n"
        f"join: {join}\n" + (f"seats: {seats}\n" if seats else "") + "---\n"
    )
    return _write(course, unit, "live", lang, f"{head}\n# {title}\n\n{text}\n")


def write_together(root: Path, course_id: str = TOGETHER, *, past: bool = False) -> Path:
    """The course: a poll, a checklist and a session, each a step of its own; with `past`, one that is over. Gives its folder."""
    course = root / course_id
    write_head(course, (POLL[0], LIST[0], LIVE[0], *([PAST[0]] if past else [])))
    if past:
        write_live(course, unit=PAST[0], start="2026-01-08T14:00", text="[Revoir](https://video.example.org/1)")
    write_poll(course)
    write_list(course, more="download: [pdf]\n")
    write_live(course)
    return course


def learner(app: Flask, name: str, course_id: str = TOGETHER) -> str:
    """A new person who takes the course; gives the id."""
    from lms.foundation.db import writing
    from lms.learning.service import enrol

    who = person(app, name)

    def do() -> None:
        with writing():
            enrol(who, course_id)

    inside(app, do)
    return who


def visit(app: Flask, who: str) -> StrictClient:
    """A browser of that person, signed in."""
    client = cast("StrictClient", app.test_client())
    client.enter(who)
    return client
