"""What rooms raise when something cannot be done, and the one place that turns it into a page.

Rooms raise domain errors; only the edge knows about status codes. A foreign object and a missing one are the same 404.
"""

from __future__ import annotations

import logging
import secrets
from collections.abc import Sequence
from typing import Any

from flask import Flask, g, has_request_context, render_template, request
from sqlalchemy.exc import DataError, OperationalError
from sqlalchemy.exc import TimeoutError as AllBusy
from werkzeug.exceptions import HTTPException, SecurityError
from werkzeug.wrappers import Response

from lms.foundation.db import db
from lms.foundation.i18n import N_, _

log = logging.getLogger("lms.errors")


class DomainError(Exception):
    """Something the person can be told. `message` is a sentence already in the reader's language, or None."""

    code = 400

    def __init__(self, message: str | None = None) -> None:
        super().__init__(message or self.__class__.__name__)
        self.message = message


class NotFound(DomainError):
    """No such thing here, or not for this person: the answer is the same."""

    code = 404


class Forbidden(DomainError):
    """This person's role does not open this page."""

    code = 403


class Refused(DomainError):
    """The rules do not allow this now; nothing was changed."""

    code = 409


class Expired(DomainError):
    """A link or token that is used up or too old."""

    code = 410


class TooMany(DomainError):
    """Too many tries; `retry_after` is in seconds."""

    code = 429

    def __init__(self, message: str | None = None, retry_after: int = 300) -> None:
        super().__init__(message)
        self.retry_after = retry_after


#: code -> (what happened, what to do), in the source language; translated where the page is drawn.
SENTENCES: dict[int, tuple[str, str]] = {
    400: (N_("We could not read this request."), N_("Go back and try again; nothing was changed.")),
    403: (
        N_("This page is not open to your role."),
        N_("If you think it should be, ask the person who runs your space."),
    ),
    404: (N_("There is no such page."), N_("The address may be mistyped, or the page has moved.")),
    405: (N_("This address does not answer that way."), N_("Go back and use the links on the page.")),
    409: (N_("This cannot be done now."), N_("Nothing was changed.")),
    410: (N_("This link has expired."), N_("Ask for a new one.")),
    413: (N_("That is too large."), N_("Send less at once; nothing was changed.")),
    429: (N_("Too many tries."), N_("Wait a few minutes, then try again.")),
    500: (
        N_("Something went wrong on our side."),
        N_("Try again in a moment. If it happens again, tell us the error number below."),
    ),
    503: (N_("The service is busy."), N_("Your text is not lost: go back and try again in a moment.")),
}


def error_page(
    code: int,
    message: str | None = None,
    *,
    fix: str | None = None,
    typed: Sequence[str] = (),
    back: str = "",
    retry_after: int | None = None,
) -> tuple[str, int, dict[str, str]]:
    """The page for `code`, with `message` and `fix` in place of the usual sentences, what the person had `typed`, to be
    copied, and a way `back`, a path of this site. Never shows a trace, a path or a query.
    """
    what, usual_fix = SENTENCES.get(code, SENTENCES[400 if code < 500 else 500])
    headers = {"Retry-After": str(retry_after)} if retry_after else {}
    text = render_template(
        "ui/error.html",
        code=code,
        what=message or _(what),
        fix=fix or _(usual_fix),
        typed=typed,
        back=back,
        error_id=g.get("error_id") if code >= 500 else None,
    )
    return text, code, headers


def install(app: Flask) -> None:
    """Let `app` answer every error with a page of the house."""

    @app.errorhandler(DomainError)
    def _domain(error: DomainError) -> Any:
        return error_page(error.code, error.message, retry_after=getattr(error, "retry_after", None))

    @app.errorhandler(SecurityError)
    def _not_our_name(error: SecurityError) -> Any:
        # A request for a host that is not ours has no addresses to draw a page with: a sentence is enough.
        return Response(_(SENTENCES[400][0]) + "\n", 400, mimetype="text/plain")

    @app.errorhandler(HTTPException)
    def _http(error: HTTPException) -> Any:
        code = error.code or 500
        if isinstance(error.response, Response) or code < 400:
            return error
        text, status, headers = error_page(code)
        for name, value in error.get_headers():
            if name in ("Allow", "Retry-After"):
                headers[name] = value
        return text, status, headers

    @app.errorhandler(AllBusy)
    @app.errorhandler(OperationalError)
    def _database(error: OperationalError | AllBusy) -> Any:
        g.error_id = secrets.token_hex(4)
        log.error("database %s: %s", g.error_id, type(getattr(error, "orig", error)).__name__)
        return error_page(503, retry_after=5)

    @app.errorhandler(DataError)
    def _no_such_text(error: DataError) -> Any:
        # PostgreSQL keeps no NUL and no number beyond its column: whoever sends one gets what any unreadable text gets.
        log.warning("text that the database cannot hold: %s", type(error.orig).__name__)
        db.session.rollback()
        return error_page(400)

    @app.errorhandler(Exception)
    def _unknown(error: Exception) -> Any:
        g.error_id = secrets.token_hex(4)
        where = f"{request.method} {_logged_path()!r}" if has_request_context() else "-"
        log.exception("error %s in %s", g.error_id, where)
        return error_page(500)


def _logged_path() -> str:
    """The path of this request as the log may hold it: a token in it opens a calendar, an account or a survey."""
    token = (request.view_args or {}).get("token")
    return request.path.replace(str(token), "...") if token else request.path
