"""What every answer carries and what every request must bring: headers, a token against forgery, limits, safe addresses."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import IO, Any, TypeVar
from urllib.parse import unquote, urlsplit

from flask import Flask, Request, request
from flask_wtf.csrf import CSRFError, CSRFProtect
from itsdangerous import BadData, URLSafeTimedSerializer
from werkzeug.datastructures import FileStorage, MultiDict
from werkzeug.exceptions import RequestEntityTooLarge
from werkzeug.formparser import FormDataParser
from werkzeug.middleware.proxy_fix import ProxyFix
from werkzeug.wrappers import Response

from lms.foundation.errors import error_page
from lms.foundation.i18n import _

csrf = CSRFProtect()
View = TypeVar("View", bound=Callable[..., Any])

POLICY = "; ".join(
    (
        "default-src 'none'",
        "style-src 'self'",
        "script-src 'self'",
        "img-src 'self' data:",
        "media-src 'self'",
        "connect-src 'self'",
        "manifest-src 'self'",
        "form-action 'self'",
        "frame-ancestors 'none'",
        "base-uri 'none'",
    )
)
HEADERS = {
    "Content-Security-Policy": POLICY,
    "X-Content-Type-Options": "nosniff",
    "Referrer-Policy": "same-origin",
    "Cross-Origin-Opener-Policy": "same-origin",
    "Cross-Origin-Resource-Policy": "same-origin",
    "Permissions-Policy": "camera=(), geolocation=(), microphone=(), payment=(), usb=()",
    "X-Frame-Options": "DENY",
}
#: Sent over https alone: browsers then never ask for the site without it.
HSTS = {"Strict-Transport-Security": "max-age=31536000"}
#: Nobody types more than this into a form of ours, in bytes; and no form has more parts.
BODY_LIMIT = 2 * 1024 * 1024
#: What a form with a file may have in all: no door takes more.
FILES_LIMIT = 21 * 1024 * 1024
FORM_MEMORY = 512 * 1024
FORM_PARTS = 500
#: The fields of a form without files: a tick for each person of a large space, and what stands beside.
FIELDS = 5_000
READING = ("GET", "HEAD", "OPTIONS")
#: What a browser sends a form as; nothing at all is a form without fields.
FORM_TYPES = ("application/x-www-form-urlencoded", "multipart/form-data", "")


class _Fields(FormDataParser):
    """Counts the fields of a form before it reads them. Werkzeug does so for forms with files alone."""

    def _parse_urlencoded(
        self, stream: IO[bytes], mimetype: str, content_length: int | None, options: dict[str, str]
    ) -> tuple[IO[bytes], MultiDict[str, str], MultiDict[str, FileStorage]]:
        body = stream.read()
        if body.count(b"&") >= FIELDS:
            raise RequestEntityTooLarge
        return super()._parse_urlencoded(io.BytesIO(body), mimetype, content_length, options)


class _Request(Request):
    form_data_parser_class = _Fields


def takes_files(view: View) -> View:
    """Mark a view that is sent files: its body may have `FILES_LIMIT` bytes instead of `BODY_LIMIT`."""
    view.takes_files = True  # type: ignore[attr-defined]
    return view


def local_path(value: str | None, default: str = "/") -> str:
    """`value` if it is a plain path of this site (as `/courses/x?page=2`), else `default`.

    Anything a browser could read as another host, another scheme or a control character gives `default`.
    """
    if not value or len(value) > 2000 or not value.isprintable():
        return default
    plain = value
    for _again in range(3):
        plain = unquote(plain)
    if any(ord(sign) < 33 or ord(sign) == 127 for sign in plain.split("?")[0]) or "\\" in plain:
        return default
    if not value.startswith("/") or plain.startswith("//") or value.startswith("//"):
        return default
    parts = urlsplit(value)
    if parts.scheme or parts.netloc or "@" in parts.path or "//" in unquote(parts.path):
        return default
    return parts.path + (f"?{parts.query}" if parts.query else "")


def _public(response: Response) -> bool:
    return "Cache-Control" in response.headers


def headers(*, https: bool) -> dict[str, str]:
    """The headers of every answer, static files too."""
    return {**HEADERS, **(HSTS if https else {})}


def differs_by(response: Response, *names: str) -> None:
    """Say in `Vary` that the answer depends on these headers of the request too."""
    said = response.headers.get("Vary", "")
    known = {name.strip().lower() for name in said.split(",")}
    more = [name for name in names if name.lower() not in known]
    if more:
        response.headers["Vary"] = ", ".join([said, *more] if said else more)


def secure(response: Response, *, https: bool = False) -> Response:
    """Put the house's headers on `response`; a page that says nothing about caching is private and never stored."""
    own = {name.lower() for name, _value in response.headers}
    response.headers.extend([line for line in _LINES[https] if line[0].lower() not in own])
    if not _public(response):
        response.headers["Cache-Control"] = "no-store"
    differs_by(response, "Cookie", "Accept-Language")
    return response


#: The same as lines, by whether the site is asked over https: every answer takes them.
_LINES = {https: list(headers(https=https).items()) for https in (False, True)}


def _stamped_here(app: Flask, token: str) -> bool:
    """Whether a form's token is one of ours, for whichever session it was made."""
    try:
        URLSafeTimedSerializer(app.config["SECRET_KEY"], salt="wtf-csrf-token").loads(token)
    except BadData:
        return False
    return True


def _prose_in(form: MultiDict[str, str]) -> list[str]:
    """What somebody wrote into a form, as far as it is worth copying: several words, and no password."""
    return [
        value for name, values in form.lists() if "password" not in name for value in values if len(value.split()) > 1
    ]


def install(app: Flask, *, base_url: str, host: str, proxies: int) -> None:
    """Give `app` its headers, limits, trusted hosts and forgery protection."""
    https = base_url.startswith("https://")
    app.request_class = _Request
    app.config.update(
        SESSION_COOKIE_NAME="__Host-cordada" if https else "cordada",
        SESSION_COOKIE_SECURE=https,
        SESSION_COOKIE_HTTPONLY=True,
        SESSION_COOKIE_SAMESITE="Lax",
        SESSION_COOKIE_PATH="/",
        WTF_CSRF_TIME_LIMIT=None,  # lives as long as the session: a page left open over lunch still saves
        WTF_CSRF_SSL_STRICT=False,
        MAX_CONTENT_LENGTH=BODY_LIMIT,
        MAX_FORM_MEMORY_SIZE=FORM_MEMORY,
        MAX_FORM_PARTS=FORM_PARTS,
        TRUSTED_HOSTS=sorted({host, "127.0.0.1", "localhost", "[::1]"}),
    )
    if proxies:
        app.wsgi_app = ProxyFix(app.wsgi_app, x_for=proxies, x_proto=proxies, x_host=0)  # type: ignore[method-assign]

    @app.before_request
    def _larger_bodies() -> None:
        # A door that takes files says so on its view; before anything reads the body.
        if getattr(app.view_functions.get(request.endpoint or ""), "takes_files", False):
            request.max_content_length = FILES_LIMIT

    @app.before_request
    def _only_forms() -> Any:
        # Every door that writes reads a form. A library of ours would also take JSON for one, as deep as it comes.
        if request.method not in READING and request.mimetype not in FORM_TYPES:
            return error_page(400)
        return None

    csrf.init_app(app)

    def from_elsewhere() -> bool:
        return request.headers.get("Origin", base_url) not in (base_url, request.host_url.rstrip("/"))

    def refused() -> Any:
        return error_page(
            400, _("This form was open too long or came from elsewhere. Go back, reload the page and send it again.")
        )

    @app.errorhandler(CSRFError)
    def _forged(error: CSRFError) -> Any:
        if from_elsewhere() or not _stamped_here(app, request.form.get("csrf_token", "")):
            return refused()
        # A page of ours, open since before this browser signed in or out: nothing is done, and nothing is lost.
        typed = _prose_in(request.form)
        return error_page(
            400,
            _("You signed in or out in another tab."),
            fix=_("What you wrote is still here: copy it, open the page again and send it from there.")
            if typed
            else _("Nothing was changed. Open the page again and send it once more."),
            typed=typed,
            back=local_path(urlsplit(request.referrer or "").path, ""),
        )

    @app.before_request
    def _same_origin() -> Any:
        return refused() if request.method not in READING and from_elsewhere() else None

    @app.after_request
    def _headers(response: Response) -> Response:
        return secure(response, https=https)
