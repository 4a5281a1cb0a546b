"""What changes certificates: issuing with the pass, renewing under a new name, withdrawing.

All of it runs inside the caller's `writing()`.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from datetime import date
from typing import cast

import sqlalchemy as sa

from lms.accounts import queries as accounts
from lms.catalogue.queries import Published
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.learning.certificates import queries, rules
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.queries import Proof
from lms.learning.models import Enrolment
from lms.learning.rules import clean_line
from lms.spaces import queries as spaces
from lms.survey.queries import competency_names


def issue_if_earned(person_id: str, served: Published) -> Proof | None:
    """Give the valid certificate of a person in a course, made now where it is earned and not there yet.

    None for a course that gives none, where it is not earned, where the network took one back, or where the person has
    left: they get it when they come back. Twice, or twice at once, is once: the enrolment is held meanwhile, and a
    constraint stands behind it.
    """
    if served.document.certificate is None:
        return None
    state = _hold(person_id, served.course_id)
    last = queries.last_of(person_id, served.course_id)
    if last is not None and last.revoked_for != "replaced":
        return last if last.revoked_at is None else None
    if state in (None, "declined") or not rules.is_earned(queries.demands_of(person_id, served)):
        return None
    return issue(person_id, served)


def issue(person_id: str, served: Published) -> Proof:
    """Issue a certificate with the facts of this moment. The caller has made sure that it is earned."""
    who, network = accounts.person(person_id), spaces.network()
    assert who is not None, "somebody passed"
    assert network is not None, "somebody of a network passed"
    places = sorted(role.space_id for role in spaces.roles_of(person_id) if role.space_id)
    named = spaces.spaces_named(tuple(places)) if places else []
    facts = rules.facts_of(
        served.document,
        name=who.name,
        network=network.name,
        space=named[0].name if named else "",
        competencies=competency_names(),
    )
    return _keep(person_id, served.course_id, served.version_id, facts)


def renew(person_id: str, served: Published) -> Proof:
    """Issue one's certificate anew under the name one has today; the former one is taken back and says why.

    The facts about the course stay as they were. Raises `NotFound` without a valid certificate, `Refused` where the
    name is still the same.
    """
    _hold(person_id, served.course_id)
    former = queries.certificate_of(person_id, served.course_id)
    if former is None:
        raise NotFound()
    who = accounts.person(person_id)
    if who is None or who.name == former.facts.name:
        raise Refused(_("The name on this certificate is your name today."))
    _take_back(former.code, "replaced", "")
    facts = replace(former.facts, name=who.name)
    return _keep(person_id, served.course_id, former.version_id, facts, ends_on=former.ends_on)


def set_ends(course_id: str, days: Mapping[str, date]) -> None:
    """Say until when the valid certificates of people (person -> day) in a course are valid, where that was not said yet."""
    if not days:
        return
    table = cast("sa.Table", Certificate.__table__)
    statement = (
        sa.update(table)
        .where(
            table.c.person_id == sa.bindparam("person"),
            table.c.course_id == course_id,
            table.c.revoked_at.is_(None),
            table.c.ends_on.is_(None),
        )
        .values(ends_on=sa.bindparam("day"))
    )
    db.session.flush()
    rows = [{"person": person_id, "day": day} for person_id, day in sorted(days.items())]
    db.session.connection().execute(statement, rows)


def issue_anew(person_id: str, served: Published, ends_on: date) -> Proof | None:
    """A new certificate for somebody who renewed what they had finished; the former one stays valid until its own end.

    None where there is none to renew: the course gives none, it was not earned, or the network took it back.
    """
    _hold(person_id, served.course_id)
    former = queries.certificate_of(person_id, served.course_id)
    if former is None or served.document.certificate is None:
        return None
    _take_back(former.code, "renewed", "")
    made = issue(person_id, served)
    set_ends(served.course_id, {person_id: ends_on})
    return replace(made, ends_on=ends_on)


def withdraw(code: str, why: str) -> None:
    """Take a certificate back, for the network. Whoever checks it reads that and why. Twice is once.

    Raises `NotFound` for an unknown code and for one that was replaced (what stands instead has another code), `Refused`
    without a reason.
    """
    found = queries.certificate_with(code)
    if found is None:
        raise NotFound()
    _hold(found.person_id, found.course_id)
    found = queries.certificate_with(code)
    if found is None or found.revoked_for == "replaced":
        raise NotFound()
    said = clean_line(why)[: rules.REASON_LONGEST]
    if not said:
        raise Refused(_("Say in a sentence why: whoever checks the certificate will read it."))
    _take_back(code, "withdrawn", said)


def _hold(person_id: str, course_id: str) -> str | None:
    """Hold the enrolment until the end of the transaction, as all of learning does before it decides. Gives its state."""
    return db.session.scalar(
        sa.select(Enrolment.state)
        .where(Enrolment.person_id == person_id, Enrolment.course_id == course_id)
        .with_for_update()
    )


def _take_back(code: str, reason: str, why: str) -> None:
    db.session.execute(
        sa.update(Certificate)
        .where(Certificate.code == code, Certificate.revoked_at.is_(None))
        .values(revoked_at=now(), revoked_for=reason, revoked_why=why)
    )


def _free_place() -> int:
    number = queries.open_list()
    place = rules.draw_place(number)
    while queries.is_taken(place):
        place = rules.draw_place(number)
    return place


def _keep(person_id: str, course_id: str, version_id: str, facts: rules.Facts, *, ends_on: date | None = None) -> Proof:
    row = {
        "id": new_id(),
        "code": rules.mint_code(),
        "person_id": person_id,
        "course_id": course_id,
        "version_id": version_id,
        "status_index": _free_place(),
        "facts": facts.to_json(),
        "issued_at": now(),
        "revoked_at": None,
        "revoked_for": None,
        "revoked_why": "",
        "ends_on": ends_on,
    }
    upsert(Certificate, [row], key=["code"])
    made = queries.certificate_of(person_id, course_id)
    assert made is not None
    return made
