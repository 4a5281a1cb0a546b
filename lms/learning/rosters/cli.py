"""The operator's commands about lists of people: `flask --app wsgi spaces roster` and `spaces roster-undo`."""

from __future__ import annotations

import json
import sys
from collections.abc import Sequence
from datetime import datetime
from pathlib import Path
from typing import Any

import click
from sqlalchemy.exc import IntegrityError

from lms.catalogue.queries import published
from lms.foundation.clock import today
from lms.foundation.commands import CommandGroup
from lms.foundation.db import db, writing
from lms.foundation.errors import DomainError, NotFound
from lms.foundation.i18n import speaking
from lms.foundation.sheets import BYTES_MOST, Unreadable, read_sheet
from lms.learning.rosters import queries, service
from lms.learning.rosters.rules import usable
from lms.learning.rosters.tasks import through
from lms.spaces.models import Space
from lms.spaces.queries import space
from lms.spaces.roster.rules import columns_of, entries_of

spaces = CommandGroup("spaces", help="Spaces: bring a list of people, undo it.")


def _space(slug: str) -> Space:
    found = space(slug)
    if found is None:
        raise click.UsageError(f"no space has the slug {slug!r}.")
    if found.archived_at is not None:
        raise click.UsageError(f"the space {slug!r} is archived: nobody new comes in.")
    return found


def _told(rows: Sequence[Any]) -> list[dict[str, Any]]:
    return [
        {"line": row.line, "email": row.email, "name": row.name, "outcome": row.outcome, "reason": row.reason or None}
        for row in rows
    ]


def _print(form: str, rows: list[dict[str, Any]], summary: dict[str, Any]) -> None:
    if form == "json":
        click.echo(json.dumps({"rows": rows, "summary": summary}, ensure_ascii=False))
        return
    for row in rows:
        word = f"{row['outcome']} ({row['reason']})" if row["reason"] else row["outcome"]
        click.echo(f"{row['line']:>6}  {word:<28} {row['email']:<40} {row['name']}")
    click.echo(" ".join(f"{name}={'-' if value is None else value}" for name, value in summary.items()))


@spaces.command("roster")
@click.argument("file", type=click.Path(exists=True, dir_okay=False, path_type=Path))
@click.option("--space", "slug", required=True, help="The space's slug.")
@click.option("--course", "course_id", help="Put everybody of the list on this course.")
@click.option("--due", type=click.DateTime(["%Y-%m-%d"]), help="... to be finished by this day (YYYY-MM-DD).")
@click.option("--dry-run", is_flag=True, help="Say what would happen, and do nothing.")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def roster(file: Path, slug: str, course_id: str | None, due: datetime | None, dry_run: bool, form: str) -> None:
    """Bring the people of FILE (CSV or XLSX) into a space: those who are new are made, belong to it and are invited; those who
    belong elsewhere are asked.
    """
    with speaking("en"):
        here = _space(slug)
        if course_id is not None and published(course_id) is None:
            raise click.UsageError(f"no course {course_id!r} is offered.")
        if due is not None and course_id is None:
            raise click.UsageError("--due needs --course.")
        if due is not None and due.date() < today(here.zone):
            raise click.UsageError(f"--due {due.date()} is over; choose today or a later day.")
        try:
            with file.open("rb") as opened:
                data = opened.read(BYTES_MOST + 1)
        except OSError as error:
            raise click.UsageError(f"{file} cannot be read: {error.strerror}.") from error
        fault = ""
        lines: Sequence[Any] = ()
        try:
            lines = read_sheet(data).lines
        except Unreadable as error:
            place = f"{file}:{error.line}" if error.line else str(file)
            fault = f"{place}: {error.code.upper()} {error.sentence()}"
        entries = entries_of(lines)
        would, counts = service.would_bring(entries, here, course_id=course_id)
        rows: Sequence[Any] = [row.planned for row in would]
        if not fault and not columns_of(lines).email:
            fault = f"{file}: NO_EMAIL_COLUMN no column holds e-mail addresses — name one “E-mail”."
        elif not fault and not usable(counts):
            fault = f"{file}: NO_ROW no row can be used — the rows say why."
        import_id = None
        if not fault and not dry_run:
            day = due.date() if due else None
            db.session.rollback()
            for again in (True, False):
                try:
                    with writing():
                        import_id = service.bring(entries, here, name=file.name, course_id=course_id, due_on=day)
                    break
                except (
                    IntegrityError
                ):  # somebody else wrote one of the addresses down at the same moment: now it is known
                    if not again:
                        raise
                except DomainError as error:
                    raise click.ClickException(str(error)) from error
            rows, counts = _written(str(import_id), here)
        if fault:
            counts = {**counts, "enrolled": 0, "invitations": 0}
        order = ("rows", "new", "present", "elsewhere", "invalid", "enrolled", "invitations")
        summary = {**{name: counts[name] for name in order}, "dry_run": dry_run, "import_id": import_id}
        _print(form, _told(rows), summary)
    if fault:
        click.echo(fault, err=True)
        sys.exit(1)


def _written(import_id: str, here: Space) -> tuple[Sequence[Any], dict[str, int]]:
    """The rows and counts of a list that was begun, once all of it is written."""
    through(lambda: service.write_part(import_id))
    through(lambda: service.undo_part(import_id))
    found = queries.import_of(here.id, import_id)
    if found is None or found.state != "done":
        raise click.ClickException(
            "the list was undone meanwhile, the space archived, or the course withdrawn: nothing was brought in."
        )
    return queries.rows_of(import_id), found.counts


@spaces.command("roster-undo")
@click.argument("import_id")
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
def roster_undo(import_id: str, form: str) -> None:
    """Undo a list within 24 hours: what nobody has acted on. Lists the rest."""
    with speaking("en"):
        try:
            with writing():
                service.begin_undo(import_id)
            through(lambda: service.undo_part(import_id))
        except NotFound as error:
            raise click.UsageError(f"there is no list {import_id!r}.") from error
        except DomainError as error:
            raise click.ClickException(str(error)) from error
    rows = _told(queries.kept_rows(import_id))
    summary = {"undone": queries.counts_of(import_id)["undone"], "kept": len(rows), "import_id": import_id}
    if form == "json":
        click.echo(json.dumps({"kept": rows, "summary": summary}, ensure_ascii=False))
        return
    _print(form, rows, summary)
