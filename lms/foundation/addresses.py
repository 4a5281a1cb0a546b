"""Addresses as they stand in mails, on paper and in calendars: whole, from the machine's BASE_URL."""

from __future__ import annotations

from typing import Any
from urllib.parse import urlsplit

from flask import current_app


def address_of(endpoint: str, **values: Any) -> str:
    """The full address of a page, from the machine's BASE_URL; no request has a say in it."""
    base = urlsplit(current_app.config["CORDADA"].base_url)
    paths = current_app.url_map.bind(base.netloc, url_scheme=base.scheme)
    return paths.build(endpoint, values, force_external=True)
