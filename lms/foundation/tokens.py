"""Secrets that travel in links, and short codes to be typed: minted once, shown once, kept only as a digest."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
import unicodedata

from flask import current_app

#: What a code is made of: no two signs look alike on a screen, and no word comes out of it.
CODE_SIGNS = "23456789CDFHJKMNPQRTWXY"
CODE_LENGTH = 8
#: What is read wrongly all the same.
_LOOKALIKES = str.maketrans("BGSZ", "8652")


def mint() -> str:
    """A new secret of 192 random bits, 32 characters that are safe in an address."""
    return secrets.token_urlsafe(24)


def digest(token: str) -> str:
    """What the database keeps of a token: 64 hexadecimal characters (SHA-256; the token itself is high-entropy)."""
    return hashlib.sha256(token.encode("utf-8", "surrogatepass")).hexdigest()


def mint_code() -> str:
    """A new code of eight signs, 36 random bits: enough where five tries are all there are."""
    return "".join(secrets.choice(CODE_SIGNS) for _ in range(CODE_LENGTH))


def shown_code(code: str) -> str:
    """A code as it is easiest to read and to type: in two halves."""
    return f"{code[:4]}-{code[4:]}"


def clean_code(text: str) -> str | None:
    """The code somebody typed or pasted, whatever its case, spaces and hyphens; None for what cannot be one."""
    text = "".join(sign for sign in unicodedata.normalize("NFKC", text).upper() if sign.isalnum())
    text = text.translate(_LOOKALIKES)
    return text if len(text) == CODE_LENGTH and set(text) <= set(CODE_SIGNS) else None


def code_digest(code: str, row_id: str) -> str:
    """What the database keeps of a code that belongs to the row `row_id`. A code is short, so the digest takes the
    machine's secret: whoever steals the database alone cannot try them all.
    """
    key = str(current_app.secret_key).encode()
    return hmac.new(key, f"code:{row_id}:{code}".encode(), hashlib.sha256).hexdigest()


def same(one: str, other: str) -> bool:
    """Whether two digests are the same, in a time that tells nothing."""
    return hmac.compare_digest(one, other)


def seal(use: str, row_id: str) -> str:
    """A token for the row `row_id` that the database need not keep: its id and 192 bits of the machine's signature, 55
    characters that are safe in an address. One made for a `use` is good for no other; what it opens ends with the row.
    """
    key = str(current_app.secret_key).encode()
    signature = hmac.new(key, f"seal:{use}:{row_id}".encode("utf-8", "surrogatepass"), hashlib.sha256).digest()[:24]
    return f"{row_id}.{base64.urlsafe_b64encode(signature).decode()}"


def unsealed(use: str, token: str) -> str | None:
    """The id of the row that `token` was sealed for, for this `use`; None for anything else."""
    row_id, _dot, _signature = token.partition(".")
    return row_id if same(digest(token), digest(seal(use, row_id))) else None
