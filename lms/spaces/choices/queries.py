"""Reads of the choices."""

from __future__ import annotations

import sqlalchemy as sa

from lms.foundation.clock import DEFAULT_ZONE
from lms.foundation.db import read
from lms.foundation.i18n import DEFAULT_LANGUAGE
from lms.spaces.choices.rules import FIELDS, sender_line
from lms.spaces.models import Network

_CHOICES = sa.select(*(Network.__table__.c[name] for name in FIELDS))


def chosen() -> dict[str, str] | None:
    """Choice -> its value as text; None before there is a network."""
    row = read(_CHOICES).first()
    return {name: str(row._mapping[name]) for name in FIELDS} if row else None


def sender(machine: str) -> str:
    """Whom mails come from: what the network chose; `machine` (SMTP_FROM) where it chose nothing."""
    found = chosen()
    return sender_line(found["sender_name"], found["sender_address"], machine) if found else machine


def home_of_network() -> tuple[str, str]:
    """(language, zone) where nothing else decides."""
    found = chosen()
    return (found["lang"], found["zone"]) if found else (DEFAULT_LANGUAGE, DEFAULT_ZONE)


def directory_is_public() -> bool:
    """Whether strangers see the directory of spaces."""
    found = chosen()
    return found is not None and found["directory"] == "public"
