"""From the cells of a list to people, and what will happen to each. Pure.

Headers are known in four languages and as member programs write them: Cobot (Name, Email, Company ...), Nexudus (FullName, Email,
Active ...). Without headers the column with addresses is found by what stands in it.
"""

from __future__ import annotations

import re
import unicodedata
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from typing import Protocol

from lms.accounts.rules import NAME_LONGEST, clean_email, clean_text

OUTCOMES = ("new", "present", "elsewhere", "invalid")
REASONS = ("email_missing", "email_bad", "duplicate_in_file", "name_missing", "too_long")
EMAIL_LONGEST = 254
#: What is kept of a cell that is too long, in characters.
SHOWN_LONGEST = 300
#: Exports have titles above their table: headers are looked for in so many rows.
_HEAD_WITHIN = 10


def _names(text: str) -> frozenset[str]:
    return frozenset(text.split())


#: Headers as `_plain` writes them.
_EMAIL = _names(
    "email mail emailaddress mailaddress useremail memberemail contactemail personalemail workemail"
    " coworkeremail customeremail"
    " courriel adressecourriel adresseemail adressemail adresseelectronique mel"
    " correo correoelectronico direcciondecorreo direcciondecorreoelectronico direccionemail"
    " correu correuelectronic adrecaelectronica adrecadecorreu adrecadecorreuelectronic adrecaemail"
)
_FULL = _names(
    "fullname completename displayname member membername coworker coworkername customer customername contactname person"
    " participant participantname username personne nomcomplet nometprenom prenometnom nomprenom prenomnom participantenom"
    " coworkerfullname customerfullname"
    " nombrecompleto nombreyapellidos nombreyapellido apellidosynombre persona miembro"
    " nomicognoms nomicognom cognomsinom membre"
)
_FIRST = _names(
    "firstname givenname forename prenom prenoms prenomusuel nombredepila primernombre nomdepila prenomnomdusage"
)
_LAST = _names(
    "lastname surname familyname secondname nomdefamille nomusuel nomdusage apellido apellidos primerapellido apellido1"
    " cognom cognoms primercognom cognom1 llinatge llinatges"
)
_SECOND_LAST = _names("segundoapellido apellido2 segoncognom cognom2")
#: The whole name, or the half that the other column is not.
_HALF = _names("name nom nombre")
_ADDRESS_LIKE = re.compile(r"[^\s@<>,;\"']+@[^\s@<>,;\"']+\.[^\s@<>,;\"']+")
_NAMED_ADDRESS = re.compile(r"\s*\"?(?P<name>[^<>\"]*?)\"?\s*<\s*(?:mailto:)?(?P<email>[^<>\s]+)\s*>\s*[,;]?\s*")
_PLAIN_LOCAL = re.compile(r"[A-Za-z0-9_+-]+(?:\.[A-Za-z0-9_+-]+)*")
_HIDDEN = {"Cc", "Cf", "Cs", "Co", "Zl", "Zp"}


class Row(Protocol):
    """A row of a table: where it stands, and its cells."""

    @property
    def number(self) -> int:
        """From 1."""

    @property
    def cells(self) -> tuple[str, ...]:
        """As text."""


@dataclass(frozen=True)
class Entry:
    """A row of a list as it was read: its line, the name and the address in it."""

    line: int
    name: str
    email: str


@dataclass(frozen=True)
class Columns:
    """Which columns hold what. `first_row` is the index of the first row that is no header."""

    email: tuple[int, ...] = ()
    full: tuple[int, ...] = ()
    first: tuple[int, ...] = ()
    last: tuple[int, ...] = ()
    first_row: int = 0


@dataclass(frozen=True)
class Known:
    """What is known of an address: whose it is, and where that person stands towards the space."""

    person_id: str
    active: bool
    here: bool
    #: Belongs to another space: is asked, never taken.
    elsewhere: bool


@dataclass(frozen=True)
class Planned:
    """What will happen to a row. `email` is in the form it is kept in, or as it was read where it is none."""

    line: int
    name: str
    email: str
    outcome: str
    #: One of `REASONS` for an invalid row, else "".
    reason: str = ""
    #: Who has the address already; "" for nobody.
    person_id: str = ""
    #: A person whose account is closed: nothing happens to them.
    closed: bool = False


# --- columns -----------------------------------------------------------------------------------------------------


@lru_cache(maxsize=2000)
def _plain(header: str) -> str:
    """A header without case, accents, spaces and signs."""
    split = unicodedata.normalize("NFKD", header.casefold())
    return "".join(sign for sign in split if sign.isalnum())


def _headers(cells: Sequence[str]) -> Columns:
    names = [_plain(cell) for cell in cells]

    def where(known: frozenset[str]) -> tuple[int, ...]:
        return tuple(place for place, name in enumerate(names) if name in known)

    email, full, first, last = where(_EMAIL), where(_FULL), where(_FIRST), where(_LAST)
    if half := where(_HALF):
        if first and not last:
            last = half
        elif last and not first:
            first = half
        else:
            full = (*half, *full)
    if last:
        last += where(_SECOND_LAST)
    return Columns(email, full, first, last)


def _has_address(cell: str) -> bool:
    """Whether an address stands in a cell. Only its beginning is looked at: the search takes the square of its length."""
    return "@" in cell and _ADDRESS_LIKE.search(cell[:1_000]) is not None


def _addresses_in(rows: Sequence[Row]) -> Counter[int]:
    """Column -> how many of its cells look like an address."""
    return Counter(place for row in rows for place, cell in enumerate(row.cells) if _has_address(cell))


def columns_of(rows: Sequence[Row]) -> Columns:
    """Where the addresses and the names stand. `email` is empty where there are none."""
    for index, row in enumerate(rows[:_HEAD_WITHIN]):
        if any(_has_address(cell) for cell in row.cells):
            break
        found = _headers(row.cells)
        if found.email:
            return replace(found, first_row=index + 1)
    counted = _addresses_in(rows)
    if not counted:
        named = _headers(rows[0].cells) if rows else Columns()
        return replace(named, first_row=1) if named.full or named.first else Columns()
    email = min(counted, key=lambda place: (-counted[place], place))
    start = next(index for index, row in enumerate(rows) if any(_has_address(cell) for cell in row.cells))
    if start:  # headers of words that we do not know for the address; the others may be known
        named = _headers(rows[start - 1].cells)
        if named.full or named.first or named.last:
            return replace(named, email=(email,), first_row=start)
    words = _columns_of_words(rows[start:], email)
    if len(words) == 2 and words[1] == words[0] + 1:  # further apart, the second is a town or a firm
        return Columns((email,), first=words[:1], last=words[1:], first_row=start)
    return Columns((email,), full=words[:1], first_row=start)


def _columns_of_words(rows: Sequence[Row], email: int) -> tuple[int, ...]:
    """The columns that could be names: letters, no digits, no addresses, in most rows."""
    seen: Counter[int] = Counter()
    for row in rows:
        for place, cell in enumerate(row.cells):
            if place != email and len(cell) <= 60 and re.fullmatch(r"[^\W\d_][^\d@_/:;]*", tidy(cell)):
                seen[place] += 1
    return tuple(sorted(place for place, count in seen.items() if count * 2 > len(rows)))


def entries_of(rows: Sequence[Row]) -> list[Entry]:
    """Every row with its name and its address, as they stand there; headers left out.

    A line of addresses as mail programs write them (`Ana <ana@example.org>, Bo <bo@example.org>`) is one entry for each.
    """
    found = columns_of(rows)
    entries: list[Entry] = []
    for row in rows[found.first_row :]:
        filled = [cell for cell in row.cells if cell.strip()]
        if not found.full and not found.first and len(filled) > 1 and all(map(_has_address, filled)):
            entries += [_entry(row.number, "", cell) for cell in filled]
        else:
            name = _first(row, found.full) or " ".join(filter(None, (_all(row, found.first), _all(row, found.last))))
            entries.append(_entry(row.number, name, _first(row, found.email)))
    return entries


def _first(row: Row, places: Iterable[int]) -> str:
    return next((row.cells[place] for place in places if place < len(row.cells) and row.cells[place].strip()), "")


def _all(row: Row, places: Iterable[int]) -> str:
    return " ".join(row.cells[place].strip() for place in places if place < len(row.cells) and row.cells[place].strip())


def _entry(line: int, name: str, email: str) -> Entry:
    if "<" in email and (split := _NAMED_ADDRESS.fullmatch(email)):
        name, email = name or split["name"], split["email"]
    return Entry(line, tidy(name), tidy(email).removeprefix("mailto:").strip(" ,;<>"))


def tidy(text: str) -> str:
    """A cell without what nobody sees: control and direction marks, spaces that do not break."""
    if text.isascii() and text.isprintable():
        return " ".join(text.split())
    shown = "".join(" " if sign in "\t\r\n" else sign for sign in text)
    return " ".join("".join(sign for sign in shown if unicodedata.category(sign) not in _HIDDEN).split())


# --- what will happen --------------------------------------------------------------------------------------------


@lru_cache(maxsize=5000)
def _domain(text: str) -> str | None:
    cleaned = clean_email(f"a@{text}")
    return cleaned[2:] if cleaned else None


def address(text: str) -> str | None:
    """`clean_email(text)`; quicker for the many addresses of one domain."""
    local, at, domain = text.strip().rpartition("@")
    if at and len(local) <= 60 and domain.isascii() and _PLAIN_LOCAL.fullmatch(local):
        found = _domain(domain)
        whole = f"{local.lower()}@{found}"
        return whole if found is not None and len(whole) <= EMAIL_LONGEST else None
    return clean_email(text)


def addresses_of(entries: Iterable[Entry]) -> set[str]:
    """The addresses in `entries`, in the form they are kept in."""
    return {found for entry in entries if (found := address(entry.email))}


def plan(entries: Iterable[Entry], people: Mapping[str, Known], before: Iterable[str] = ()) -> list[Planned]:
    """What will happen to each entry. `people` maps addresses, in the form they are kept in, to whose they are; `before` are
    those that stand further up in the list.
    """
    planned: list[Planned] = []
    seen = set(before)
    for entry in entries:
        one = _planned(entry, people, seen)
        if one.outcome != "invalid":
            seen.add(one.email)
        planned.append(one)
    return planned


def _planned(entry: Entry, people: Mapping[str, Known], seen: set[str]) -> Planned:
    name, email = entry.name, entry.email

    def invalid(reason: str) -> Planned:
        return Planned(entry.line, name[:SHOWN_LONGEST], email[:SHOWN_LONGEST], "invalid", reason)

    if not email:
        return invalid("email_missing")
    if len(email) > EMAIL_LONGEST:
        return invalid("too_long")
    kept = address(email)
    if kept is None:
        return invalid("email_bad")
    if kept in seen:
        return invalid("duplicate_in_file")
    if len(name) > NAME_LONGEST:
        return invalid("too_long")
    known = people.get(kept)
    if known is not None and (known.here or known.elsewhere or not known.active):
        outcome = "present" if known.here else "elsewhere"
        return Planned(entry.line, name, kept, outcome, person_id=known.person_id, closed=not known.active)
    called = clean_text(name, NAME_LONGEST)
    if called is None:
        return invalid("name_missing")
    return Planned(entry.line, called, kept, "new", person_id=known.person_id if known else "")
