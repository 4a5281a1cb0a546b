"""The frame of our command groups: a database that is not set up, or away, is told in a sentence."""

from __future__ import annotations

import os
from typing import Any

import click
from flask.cli import AppGroup
from sqlalchemy.exc import OperationalError, ProgrammingError

from lms.foundation.i18n import LANGUAGES


class CommandGroup(AppGroup):
    """A group of commands (`flask --app wsgi NAME ...`) that says what to do instead of showing a trace."""

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command. Raises `ClickException` for a database without tables or without an answer."""
        try:
            return super().invoke(ctx)
        except (OperationalError, ProgrammingError) as error:
            reason = type(error.orig).__name__
            raise click.ClickException(
                f"the database does not answer as it should ({reason}). Is it set up? Run: flask --app wsgi db upgrade"
            ) from error


def language_asked(lang: str | None) -> str:
    """The language of what a command says: `lang` (its option `--lang`), else that of LANG, else English."""
    spoken = lang or os.environ.get("LANG", "")[:2]
    return spoken if spoken in LANGUAGES else "en"
