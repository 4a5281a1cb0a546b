"""The operator's and trainer's commands about courses: `flask --app wsgi courses ...`.

`check`, `try`, `fmt`, `status`, `current`, `new-unit` and `readme` are pure doors: they need no database, no secret and no
network, and write nothing but what they are asked for.
"""

from __future__ import annotations

import json
import sys
from pathlib import Path
from typing import Any

import click
from flask import current_app

from lms.catalogue import service
from lms.catalogue.rules import Differences
from lms.catalogue.service import Synced
from lms.content.door import (
    check_command,
    current_command,
    ids_command,
    new_unit_command,
    readme_command,
    status_command,
    try_command,
)
from lms.content.findings import format_finding
from lms.foundation.commands import CommandGroup, language_asked
from lms.foundation.errors import NotFound
from lms.foundation.i18n import LANGUAGES

courses = CommandGroup("courses", help="Courses: check, try, fmt, new-unit, readme, status, current, sync, export.")


def _say(answer: tuple[str, int]) -> None:
    """The result goes to stdout; what kept it from being computed goes to stderr."""
    text, code = answer
    click.echo(text, err=code == 2)
    sys.exit(code)


_format = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
_language = click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language of the sentences.")


@courses.command("check")
@click.argument("paths", nargs=-1, required=True, type=click.Path())
@click.option("--fix", is_flag=True, help="Write the missing ids first, as `fmt --ids` does.")
@_format
@_language
def check(paths: tuple[str, ...], fix: bool, form: str, lang: str | None) -> None:
    """Say what is wrong in PATHS: a folder of courses, a course, or one file. Exit code 1 when something is."""
    if fix:
        text, code = ids_command(paths, lang=language_asked(lang))
        if code:
            _say((text, code))
        click.echo(text, err=True)
    _say(check_command(paths, form, language_asked(lang)))


@courses.command("try")
@click.argument("quiz", type=click.Path())
@click.option("--answers", required=True, type=click.Path(), help='A JSON file: {"q-id": answer}.')
@_format
@_language
def try_(quiz: str, answers: str, form: str, lang: str | None) -> None:
    """Mark the ANSWERS to the questions of QUIZ, as a learner's would be.

    \b
    ANSWERS holds {"q-id": answer}; an answer is
      single, multiple   list of positions as written, from 1
      order              list of all positions as written, in the order given
      numeric, short, open   text
      match              list of [left, right]
      cloze              list of texts, one for each gap
    null is "I don't know"; an id left out is unanswered; both mark 0. An empty list is an answer to multiple and match,
    and marks 0; elsewhere it is a wrong shape.

    \b
    Out: {"questions": {"q-id": {"kind", "mark", "points", "feedback"}}, "points", "of"}
      mark     the share that is right, 0 to 1; null for open
      points   points WON; those of the questions add up to those of the whole
      of       points that could be won; open questions do not count

    Exit code 1, with names, for an unknown id, an id that stands twice, a wrong shape, or a QUIZ with errors.
    """
    _say(try_command(quiz, answers, form, language_asked(lang)))


def _folders(paths: tuple[str, ...]) -> tuple[str, ...]:
    """The paths asked for, else the configured folder of courses."""
    return paths or (str(current_app.config["CORDADA"].courses),)


@courses.command("fmt")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--ids", is_flag=True, help="Write the ids that headings lack.")
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what would be written.")
@_format
@_language
def fmt(paths: tuple[str, ...], ids: bool, only_check: bool, form: str, lang: str | None) -> None:
    """Bring PATHS (default: the configured folder) into shape. Ids that exist are never touched."""
    if not ids:
        raise click.UsageError("--ids is needed: it is all there is to do.")
    _say(ids_command(_folders(paths), only_check, form, language_asked(lang)))


@courses.command("readme")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--check", "only_check", is_flag=True, help="Write nothing; say what would be written.")
@_format
@_language
def readme(paths: tuple[str, ...], only_check: bool, form: str, lang: str | None) -> None:
    """Write the README.md of each course in PATHS (default: the configured folder): title, summary, steps as links."""
    _say(readme_command(_folders(paths), only_check, form, language_asked(lang)))


@courses.command("status")
@click.argument("paths", nargs=-1, type=click.Path())
@click.option("--lang", "of", type=click.Choice(list(LANGUAGES)), help="The language to look at; default: all.")
@_format
def status(paths: tuple[str, ...], of: str | None, form: str) -> None:
    """Say how fresh the translations in PATHS are: current, stale (sections), draft or missing."""
    _say(status_command(_folders(paths), of, form, language_asked(None)))


@courses.command("current")
@click.argument("file", type=click.Path())
@click.option("--minor", is_flag=True, help="The change of the source is minor: its translations stay current.")
@_format
@_language
def current(file: str, minor: bool, form: str, lang: str | None) -> None:
    """Say that FILE, a translation, is up to date with its source; or, with --minor, that FILE changed only slightly."""
    _say(current_command(file, minor, form, language_asked(lang)))


@courses.command("new-unit")
@click.argument("unit")
@click.option("--course", default=".", type=click.Path(), help="The folder of the course.  [default: where you are]")
@click.option("--type", "types", default="lesson,quiz", show_default=True, help="Types of files, with commas between.")
@click.option("--lang", "of", type=click.Choice(list(LANGUAGES)), help="The source language of the course (default).")
@_format
def new_unit(unit: str, course: str, types: str, of: str | None, form: str) -> None:
    """Write a new UNIT of small examples that pass `check`, and list it in course.yml."""
    _say(new_unit_command(unit, course, types, of, form, language_asked(None)))


@courses.command("sync")
@click.argument("folder", required=False, type=click.Path(path_type=Path))
@click.option("--archive", is_flag=True, help="FOLDER is the whole shelf: offer courses that are not in it no more.")
@click.option("--accept-gone", is_flag=True, help="The ids that are gone since the last version are meant to be gone.")
@_format
@_language
def sync(folder: Path | None, archive: bool, accept_gone: bool, form: str, lang: str | None) -> None:
    """Serve what stands in FOLDER (default: the configured one). Exit code 1 when a course is held back by an error.

    The configured folder is the whole shelf: a course that is gone from it is archived; who began it keeps it. Another
    FOLDER adds to the shelf: courses that are not in it are named as kept, and archived with --archive alone.

    A course that lacks an id of its last version is held back too (E104): an id that was mistyped loses what hangs on it.
    With --accept-gone it is published without; what was answered is kept.
    """
    whole = Path(current_app.config["CORDADA"].courses)
    where = folder or whole
    try:
        report = service.sync(
            where, archive=archive or where.resolve() == whole.resolve(), accept_gone=None if accept_gone else ()
        )
    except OSError as error:
        click.echo(f"{where}: {error.strerror}", err=True)
        sys.exit(2)
    spoken = language_asked(lang)
    if form == "json":
        click.echo(
            json.dumps({"courses": [_as_dict(one, spoken) for one in report.courses]}, ensure_ascii=False, indent=2)
        )
    else:
        for one in report.courses:
            click.echo("\n".join(_lines(one, spoken)))
    sys.exit(0 if report.is_clean else 1)


@courses.command("export")
@click.argument("course")
@click.option("--to", "target", required=True, type=click.Path(path_type=Path), help="A new or empty folder.")
@click.option("--version", "number", type=int, help="An older version; by default the one that is served.")
def export(course: str, target: Path, number: int | None) -> None:
    """Write the files COURSE was published from into a folder, ready to be checked and published elsewhere."""
    try:
        paths = service.export(course, target, number)
    except NotFound:
        click.echo(f"{course}: no such course or version; `courses sync` names those there are.", err=True)
        sys.exit(2)
    except OSError as error:
        click.echo(f"{target}: {error.strerror or error}", err=True)
        sys.exit(2)
    click.echo("\n".join(paths))


def _as_dict(one: Synced, lang: str) -> dict[str, Any]:
    changes = one.changes or Differences()
    return {
        "course": one.course_id,
        "outcome": one.outcome,
        "version": one.number,
        "added": list(changes.added),
        "removed": list(changes.removed),
        "asked": list(changes.asked),
        "gone": list(changes.gone),
        "stale": dict(changes.stale),
        "learners": one.learners.taking,
        "losing": one.learners.losing,
        "findings": [finding.told_in(lang).as_dict() for finding in one.findings],
    }


def _lines(one: Synced, lang: str) -> list[str]:
    served = f" v{one.number}" if one.number is not None else ""
    head = [f"{one.outcome:<10} {one.course_id}{served}"]
    if one.changes is not None:
        came, went = (one.changes.added, one.changes.asked), (one.changes.removed, one.changes.gone)
        named = [f"{sign}{name}" for sign, kinds in (("+", came), ("-", went)) for names in kinds for name in names]
        stale = [f"{code}: {count} section{'s' * (count != 1)} stale" for code, count in one.changes.stale]
        who = "learner loses" if one.learners.taking == 1 else "learners lose"
        loss = f"{one.learners.losing} of {one.learners.taking} {who} completion"
        head = [" ".join([*head, *named]), "; ".join([f"  {loss}", *stale])]
    if one.outcome == "kept":
        head.append("  not in this folder, and offered all the same; --archive offers it no more")
    errors = [finding for finding in one.findings if finding.severity == "error"]
    return [*head, *(f"{one.course_id}/{format_finding(finding.told_in(lang))}" for finding in errors)]
