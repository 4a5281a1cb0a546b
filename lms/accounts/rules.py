"""Rules of people: what an address, a name and a password may be. Pure."""

from __future__ import annotations

import unicodedata

from email_validator import EmailNotValidError, validate_email

#: In characters for the shortest, in bytes for the longest (longer ones are refused before they are hashed).
PASSWORD_SHORTEST = 12
PASSWORD_LONGEST_BYTES = 1024
NAME_LONGEST = 200
#: Words of this place that make a password guessable.
CONTEXT_WORDS = (
    "cordada",
    "coworking",
    "password",
    "motdepasse",
    "contrasena",
    "contrasenya",
    "azerty",
    "qwerty",
    "123456",
)
#: Characters that turn, hide or break text: none of them belongs in a name.
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}
#: Stands where a character was that nobody can see or a page cannot hold.
UNREADABLE = "\ufffd"


def clean_text(text: str, longest: int) -> str | None:
    """`text` in NFC with single spaces, or None if it is empty, too long or holds control or direction marks."""
    text = unicodedata.normalize("NFC", text)
    if any(sign == UNREADABLE or unicodedata.category(sign) in _FORBIDDEN for sign in text):
        return None
    text = " ".join(text.split())
    return text if 0 < len(text) <= longest else None


def visible(text: str | None) -> str | None:
    """`text` in NFC as a form may show it again: control characters become `UNREADABLE`, which is refused as they are."""
    if text is None:
        return None
    shown = "".join(UNREADABLE if unicodedata.category(sign) in ("Cc", "Cs") else sign for sign in text)
    return unicodedata.normalize("NFC", shown)


def clean_email(text: str) -> str | None:
    """The address in the one form it is kept and compared in (NFC, casefold, IDNA domain), or None if it is not one."""
    text = unicodedata.normalize("NFC", text).strip()
    if len(text) > 254 or UNREADABLE in text:
        return None
    try:
        found = validate_email(text, check_deliverability=False, allow_smtputf8=True, test_environment=True)
    except (EmailNotValidError, UnicodeError):
        return None
    domain = found.ascii_domain or found.domain
    email = f"{found.local_part.casefold()}@{domain.lower()}"
    return email if len(email) <= 254 else None  # folding can lengthen it


def clean_password(text: str) -> str:
    """The form a password is hashed and checked in: NFC, so that both ways of typing an accent sign in."""
    return unicodedata.normalize("NFC", text)


def password_fault(text: str, *, email: str, name: str) -> str | None:
    """Why `text` is refused as a new password: "short", "long", "guessable"; None if accepted. No composition rules."""
    text = clean_password(text)
    if len(text.encode("utf-8", "replace")) > PASSWORD_LONGEST_BYTES:
        return "long"
    if len(text) < PASSWORD_SHORTEST:
        return "short"
    plain = text.casefold()
    parts = [
        part for part in [*email.casefold().replace("@", ".").split("."), *name.casefold().split()] if len(part) > 3
    ]
    rest = plain
    for word in [*CONTEXT_WORDS, *parts]:
        rest = rest.replace(word, "")
    if len(set(plain)) < 5 or len(rest) < 6:
        return "guessable"
    return None
