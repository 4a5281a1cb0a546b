"""Compresses pages on their way out: brotli where the browser takes it, else gzip (browsers offer brotli on https
only).
"""

from __future__ import annotations

import gzip

import brotli
from flask import Flask, Response, request

from lms.foundation.security import differs_by

TYPES = {
    "text/html",
    "text/plain",
    "text/css",
    "text/csv",
    "text/xml",
    "application/json",
    "application/xml",
    "image/svg+xml",
}
SMALL = 500  # bytes; shorter answers fit in one packet anyway


def squeeze(response: Response) -> Response:
    """Compresses one answer. Leaves alone what is streamed, already encoded, short, partial or not text."""
    if response.mimetype not in TYPES or response.is_streamed or response.direct_passthrough:
        return response
    differs_by(response, "Accept-Encoding")
    if response.status_code in (204, 206, 304) or "Content-Encoding" in response.headers:
        return response
    body = response.get_data()
    takes = request.accept_encodings
    if len(body) <= SMALL or not (takes["br"] or takes["gzip"]):
        return response
    kind = "br" if takes["br"] else "gzip"
    response.set_data(brotli.compress(body, quality=5) if kind == "br" else gzip.compress(body, 6, mtime=0))
    response.headers["Content-Encoding"] = kind
    etag, _weak = response.get_etag()
    if etag:  # the same page in another encoding is equal in meaning, not in bytes
        response.set_etag(etag, weak=True)
    return response


def install(app: Flask) -> None:
    """Compresses every answer of the application from now on."""
    app.after_request(squeeze)
