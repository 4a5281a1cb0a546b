"""What changes people: made, signed in and out, links asked for and used, preferences kept."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime, timedelta
from typing import Any, cast

import sqlalchemy as sa

from lms.accounts.events import LinkAsked
from lms.accounts.models import Coded, CountedTry, Installation, LoginSession, Person, SignInLink
from lms.accounts.rules import NAME_LONGEST, clean_email, clean_text
from lms.foundation.clock import DEFAULT_ZONE, now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import Expired, Refused, TooMany
from lms.foundation.i18n import _, sort_key
from lms.foundation.tokens import code_digest, digest, mint, mint_code, same
from lms.jobs import outbox

#: Signed in for so long on one's own machine, and on a shared one.
STAY = timedelta(days=60)
STAY_SHARED = timedelta(hours=2)
#: How long a mailed link works.
LINK_LIFE = {"sign_in": timedelta(hours=1), "reset": timedelta(hours=1)}
#: (how many, in how long): password checks for one account; mails asked for one address.
PASSWORD_TRIES = (10, timedelta(minutes=5))
#: How often a code may be tried with one address, known or not; and on one mailed code.
CODES_TRIED = (10, timedelta(minutes=5))
CODE_TRIES = 5
MAILS_ASKED = (3, timedelta(hours=1))
MAILS_ASKED_A_DAY = (5, timedelta(days=1))


def create_person(
    *, email: str, name: str, lang: str, zone: str = DEFAULT_ZONE, demo: bool = False, awaited: bool = False
) -> Person:
    """Write a new person down; `awaited` until they sign in for the first time.

    Raises `Refused` for an unusable address or name, or an address that is taken.
    """
    address, called = clean_email(email), clean_text(name, NAME_LONGEST)
    if address is None:
        raise Refused(_("This does not look like an e-mail address."))
    if called is None:
        raise Refused(_("Please write a name of 1 to 200 characters."))
    if db.session.scalar(sa.select(Person.id).where(Person.email == address)):
        raise Refused(_("Somebody already signs in with this address."))
    moment = now()
    made = Person(
        id=new_id(), email=address, name=called, password_hash=None, lang=lang, zone=zone, state="active", demo=demo,
        created_at=moment, awaited_since=moment if awaited else None,
    )  # fmt: skip
    db.session.add(made)
    db.session.flush()
    return made


def create_people(names: Mapping[str, str], *, lang: str, zone: str = DEFAULT_ZONE) -> dict[str, str]:
    """Write many people down in one statement, awaited until they sign in: `names` maps addresses to names, both in the form
    they are kept in. Gives address -> id. Raises `IntegrityError` for an address that is taken.
    """
    moment = now()
    rows: list[dict[str, Any]] = [
        {
            "id": new_id(), "email": email, "name": name, "sort": sort_key(name), "password_hash": None, "lang": lang,
            "zone": zone, "state": "active", "demo": False, "created_at": moment, "awaited_since": moment,
        }
        for email, name in sorted(names.items())  # in one order: two lists at once wait instead of blocking each other
    ]  # fmt: skip
    if rows:
        db.session.connection().execute(sa.insert(cast("sa.Table", Person.__table__)), rows)
    return {row["email"]: row["id"] for row in rows}


def count_try(what: str, limit: tuple[int, timedelta]) -> None:
    """Count one try of `what`. Raises `TooMany` past the limit (how many, in how long); holds over processes."""
    most, window = limit
    key, moment = digest(what), now()
    upsert(CountedTry, [{"key": key, "window_start": moment, "count": 0}], key=["key"])
    row = db.session.scalars(sa.select(CountedTry).where(CountedTry.key == key).with_for_update()).one()
    if row.window_start + window <= moment:
        row.window_start, row.count = moment, 1
    elif row.count >= most:
        left = int((row.window_start + window - moment).total_seconds()) + 1
        raise TooMany(_("Too many tries. Wait a few minutes, or ask for a link by e-mail."), retry_after=left)
    else:
        row.count += 1


def open_session(person_id: str, *, shared: bool = False) -> str:
    """Sign a browser in. Gives the token its cookie carries; only the digest is kept. Nobody awaits this person any more.

    Raises `Expired` for somebody who was forgotten or disabled meanwhile: between the link and this there is a moment.
    """
    token, moment = mint(), now()
    came = sa.update(Person).where(Person.id == person_id, Person.awaited_since.is_not(None)).values(awaited_since=None)
    db.session.execute(came)
    state = sa.select(Person.state).where(Person.id == person_id)
    if db.session.scalar(state.with_for_update(read=True)) != "active":
        raise Expired(_("This link has expired. Get a new one."))
    db.session.add(
        LoginSession(
            id=digest(token),
            person_id=person_id,
            created_at=moment,
            expires_at=moment + (STAY_SHARED if shared else STAY),
        )
    )
    return token


def end_session(token: str) -> None:
    """Sign this browser out. The token is worth nothing from now on."""
    db.session.execute(sa.delete(LoginSession).where(LoginSession.id == digest(token)))


def end_sessions(person_id: str) -> int:
    """Sign a person out everywhere. Gives how many sessions there were."""
    result = db.session.execute(sa.delete(LoginSession).where(LoginSession.person_id == person_id))
    return int(getattr(result, "rowcount", 0))


def count_mail(address: str) -> None:
    """Count one mail asked for `address`. Raises `TooMany` after three in an hour or five in a day."""
    count_try(f"mail:{address}", MAILS_ASKED)
    count_try(f"mails a day:{address}", MAILS_ASKED_A_DAY)


def ask_link(email: str, purpose: str, *, after: str = "") -> None:
    """Have a link mailed to this address, if somebody signs in with it. The caller's answer is the same either way. `after`
    is where the person goes on, a path of ours.

    Earlier links of the same purpose stop working. Raises `TooMany` after three in an hour, known or unknown alike.
    """
    address = clean_email(email)
    count_mail(address or email)
    person = db.session.scalar(sa.select(Person).where(Person.email == address, Person.state == "active"))
    if person is None or (person.demo and not is_demo_here()):
        return
    new_link(person.id, purpose, after=after)


def new_link(
    person_id: str, purpose: str, *, life: timedelta | None = None, mailed: bool = True, after: str = ""
) -> SignInLink:
    """A fresh link row for a person; former ones of this purpose end. With `mailed`, its mail is a duty now. `after` is
    where they go on once they are in, a path of ours.
    """
    moment = now()
    end_links(person_id, purpose)
    link = SignInLink(
        id=new_id(), person_id=person_id, purpose=purpose, token_digest=None, after=after,
        created_at=moment, expires_at=moment + (life or LINK_LIFE[purpose]), used_at=None,
    )  # fmt: skip
    db.session.add(link)
    db.session.flush()
    if mailed:
        outbox.tell(LinkAsked(id=link.id))
    return link


def end_links(person_id: str, purpose: str | None = None) -> None:
    """No unused link of this person (and purpose) works any more."""
    statement = sa.update(SignInLink).where(SignInLink.person_id == person_id, SignInLink.used_at.is_(None))
    if purpose:
        statement = statement.where(SignInLink.purpose == purpose)
    db.session.execute(statement.values(used_at=now()))


def mint_link(link_id: str) -> tuple[Person, SignInLink, str] | None:
    """A token for a link that is about to be mailed; a former token of the same link dies. None if the link is over."""
    link = db.session.get(SignInLink, link_id)
    if link is None or link.used_at is not None or link.expires_at <= now():
        return None
    person = db.session.get(Person, link.person_id)
    if person is None or person.state != "active":
        return None
    token = mint()
    link.token_digest = digest(token)
    return person, link, token


def give_code(row: Any) -> str:
    """A code for a row (`Coded`) whose mail is about to be written; a former code of the same row dies."""
    code = mint_code()
    row.code_digest, row.code_tries = code_digest(code, row.id), 0
    return code


def row_with_code(model: type[Coded], code: str, *where: sa.ColumnElement[bool]) -> str | None:
    """The id of the row of `model` among those `where` to which the code belongs; each of them has one try less now.

    The try is counted before it is compared, in one statement: tries at once are never more than `CODE_TRIES`. An address
    that nobody has takes the same way.
    """
    table: Any = model
    tried = db.session.execute(
        sa.update(table)
        .where(*where, table.code_digest.is_not(None), table.code_tries < CODE_TRIES)
        .values(code_tries=table.code_tries + 1)
        .returning(table.id, table.code_digest),
        execution_options={"synchronize_session": False},
    ).all()
    found = [row.id for row in tried if same(row.code_digest, code_digest(code, row.id))]
    return found[0] if found else None


def use_code(email: str, code: str) -> tuple[str, str] | None:
    """Spend a sign-in link by the code in its mail. Gives (person id, where to go on), None if they do not go together.

    Returns in every case, so that the try stays counted; the caller counts the address beforehand (`CODES_TRIED`).
    """
    moment = now()
    theirs = sa.select(Person.id).where(Person.email == (clean_email(email) or email), Person.state == "active")
    usable = (SignInLink.purpose == "sign_in", SignInLink.used_at.is_(None), SignInLink.expires_at > moment)
    found = row_with_code(SignInLink, code, SignInLink.person_id.in_(theirs), *usable)
    if found is None:
        return None
    row = db.session.execute(
        sa.update(SignInLink)
        .where(SignInLink.id == found, *usable)
        .values(used_at=moment)
        .returning(SignInLink.person_id, SignInLink.after),
        execution_options={"synchronize_session": False},
    ).one_or_none()
    return (row.person_id, row.after) if row else None


def use_link(token: str) -> tuple[str, str]:
    """Spend a link. Gives (person id, purpose). Raises `Expired` if used, too old, replaced, or its person disabled."""
    moment: datetime = now()
    row = db.session.execute(
        sa.update(SignInLink)
        .where(
            SignInLink.token_digest == digest(token),
            SignInLink.used_at.is_(None),
            SignInLink.expires_at > moment,
            SignInLink.person_id.in_(sa.select(Person.id).where(Person.state == "active")),
        )
        .values(used_at=moment)
        .returning(SignInLink.person_id, SignInLink.purpose)
    ).one_or_none()
    if row is None:
        raise Expired(_("This link has expired. Get a new one."))
    return row.person_id, row.purpose


def set_password(person_id: str, password_hash: str) -> None:
    """Keep a new password (already hashed). Every session and every unused link of the person ends."""
    db.session.execute(sa.update(Person).where(Person.id == person_id).values(password_hash=password_hash))
    end_sessions(person_id)
    end_links(person_id)


def keep_rehash(person_id: str, password_hash: str) -> None:
    """Replace the hash of the same password by one made with today's parameters."""
    db.session.execute(sa.update(Person).where(Person.id == person_id).values(password_hash=password_hash))


def disable(person_id: str) -> None:
    """Close an account: it cannot sign in, and every session and link ends now."""
    db.session.execute(sa.update(Person).where(Person.id == person_id).values(state="disabled"))
    end_sessions(person_id)
    end_links(person_id)


def keep_preferences(person_id: str, *, name: str, lang: str, zone: str) -> None:
    """Keep how somebody is called and which language and zone they read in. Raises `Refused` for an unusable name."""
    called = clean_text(name, NAME_LONGEST)
    if called is None:
        raise Refused(_("Please write a name of 1 to 200 characters."))
    db.session.execute(
        sa.update(Person).where(Person.id == person_id).values(name=called, sort=sort_key(called), lang=lang, zone=zone)
    )


def mark_installation(*, demo: bool) -> None:
    """Say once and for ever whether this database is a demonstration."""
    db.session.add(Installation(id=1, demo=demo, made_at=now()))


def is_demo_here() -> bool:
    """Whether the installation is marked as a demonstration (read inside the present transaction)."""
    return bool(db.session.scalar(sa.select(Installation.demo)))


def forget_old(moment: datetime) -> None:
    """Delete what is over: ended sessions, spent links after a week, counters of yesterday."""
    db.session.execute(sa.delete(LoginSession).where(LoginSession.expires_at < moment))
    db.session.execute(sa.delete(SignInLink).where(SignInLink.expires_at < moment - timedelta(days=7)))
    db.session.execute(sa.delete(CountedTry).where(CountedTry.window_start < moment - timedelta(days=1)))
