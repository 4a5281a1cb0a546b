"""The link that ends a kind of mail, without signing in: it names whose mails and which, and is signed by the machine."""

from __future__ import annotations

from typing import Final

from flask import current_app
from itsdangerous import BadSignature, URLSafeSerializer

#: What can be ended: reminders by managers; the report on a space.
KINDS: Final = ("reminders", "report")


def _signer() -> URLSafeSerializer:
    return URLSafeSerializer(current_app.config["SECRET_KEY"], salt="end-of-mails")


def sealed(kind: str, person_id: str, space_id: str = "") -> str:
    """What the link carries. It opens nothing: all it can do is end these mails."""
    text = _signer().dumps([kind, person_id, space_id])
    return text if isinstance(text, str) else text.decode()


def opened(token: str) -> tuple[str, str, str] | None:
    """(kind, person id, space id) of a link of ours; None for any other."""
    try:
        kind, person_id, space_id = _signer().loads(token)
    except (BadSignature, ValueError, TypeError):
        return None
    return (kind, person_id, space_id) if kind in KINDS else None
