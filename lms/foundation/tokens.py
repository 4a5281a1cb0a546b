"""Secrets that travel in links: minted once, shown once, kept only as a digest."""

from __future__ import annotations

import hashlib
import secrets


def mint() -> str:
    """A new secret of 192 random bits, 32 characters that are safe in an address."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What the database keeps of a token: 64 hexadecimal characters (SHA-256; the token itself is high-entropy)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()
