"""Hashing passwords: Argon2id, in few enough lanes at a time that other pages stay quick in a sign-in rush."""

from __future__ import annotations

import os
import threading
from functools import lru_cache

from argon2 import PasswordHasher
from argon2.exceptions import InvalidHashError, VerificationError
from flask import current_app

from lms.accounts.rules import PASSWORD_LONGEST_BYTES, clean_password

_lanes = threading.BoundedSemaphore(max(1, (os.cpu_count() or 2) - 1))


@lru_cache(maxsize=4)
def _hasher(memory: int, rounds: int, lanes: int) -> PasswordHasher:
    return PasswordHasher(memory_cost=memory, time_cost=rounds, parallelism=lanes)


@lru_cache(maxsize=4)
def _nobodys(memory: int, rounds: int, lanes: int) -> str:
    return _hasher(memory, rounds, lanes).hash("nobody has this password")


def hash_password(text: str) -> str:
    """The Argon2id hash of `text`, with the machine's parameters. Slow on purpose; never inside `writing()`."""
    with _lanes:
        return _hasher(*current_app.config["CORDADA"].argon2).hash(clean_password(text))


def check_password(text: str, kept: str | None) -> bool:
    """Whether `text` is the password kept as `kept`. Takes as long where there is none, so that time tells nothing."""
    parameters = current_app.config["CORDADA"].argon2
    if len(text.encode("utf-8", "replace")) > PASSWORD_LONGEST_BYTES:
        return False
    with _lanes:
        try:
            _hasher(*parameters).verify(kept or _nobodys(*parameters), clean_password(text))
        except (VerificationError, InvalidHashError):
            return False
    return kept is not None


def is_outdated(kept: str) -> bool:
    """Whether `kept` was made with other parameters than today's and should be made anew at this sign-in."""
    return _hasher(*current_app.config["CORDADA"].argon2).check_needs_rehash(kept)
