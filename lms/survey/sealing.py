"""What is on its way is sealed: a draft with the link that opens it, a return that waits with the machine's key.

Whoever reads the database, its log of writes, its free pages or a copy of it then finds no answer before it is one of a
crowd: the order in which rows were written, which every database keeps somewhere, has nothing to be matched with.
AES-256 in Galois/counter mode (NIST SP 800-38D) with a random nonce; keys by HMAC-SHA-256.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from flask import current_app

_NONCE = 12


class Unreadable(ValueError):
    """Sealed with another key, or damaged."""


def key_of_link(token: str) -> bytes:
    """The key of a draft: it follows from the token in the link, of which the database has no more than a hash."""
    return hmac.new(token.encode("utf-8", "surrogatepass"), b"survey draft", hashlib.sha256).digest()


def key_of_machine() -> bytes:
    """The key of the returns that wait, from the machine's secret."""
    return hmac.new(str(current_app.secret_key).encode(), b"survey returns that wait", hashlib.sha256).digest()


def sealed(key: bytes, text: str) -> str:
    """`text` sealed with `key` (32 bytes), in signs that any column takes: 4 for 3 bytes of the text and 28 more."""
    nonce = secrets.token_bytes(_NONCE)
    return base64.urlsafe_b64encode(nonce + AESGCM(key).encrypt(nonce, text.encode(), None)).decode()


def opened(key: bytes, text: str) -> str:
    """What was `sealed` with `key`. Raises `Unreadable` for anything else."""
    try:
        raw = base64.urlsafe_b64decode(text)
        return AESGCM(key).decrypt(raw[:_NONCE], raw[_NONCE:], None).decode()
    except (InvalidTag, ValueError) as fault:
        raise Unreadable() from fault
