"""Doors for the mails that follow from events, and the nightly forgetting.

A task mints the link when it writes the letter, in a short transaction of its own: no row of ours holds a link that
works, and a second try kills the link of the first.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from email.errors import MessageError
from smtplib import SMTPDataError, SMTPNotSupportedError, SMTPRecipientsRefused
from typing import Any

from lms.accounts import service as accounts
from lms.accounts.queries import names_of, person_with_email
from lms.foundation.addresses import address_of
from lms.foundation.clock import now, today
from lms.foundation.db import db, writing
from lms.foundation.tokens import shown_code
from lms.jobs import outbox
from lms.jobs.tasks import Effect, kill_point, task
from lms.learning.assignments.queries import Asked, asked_of, renewal_asked, waiting_for, wants_reminders
from lms.learning.openings import service as openings
from lms.learning.openings.queries import opened_for
from lms.learning.plans.queries import to_remind
from lms.learning.reviews.queries import mail_of, to_mail
from lms.learning.sessions.queries import Announced, announced_to
from lms.notifications import service
from lms.notifications.following.links import sealed
from lms.notifications.queries import has_left, have_left
from lms.spaces import service as spaces
from lms.spaces.joining.queries import answered_to, asked, left_for
from lms.spaces.queries import network, space


@task("notifications.send_link", queue="mail")
def send_link(args: dict[str, Any]) -> Effect:
    """The mail with a sign-in or reset link (`args["id"]`: the `sign_in_link` row). Nothing for a link that is over."""
    key = f"link:{args['id']}"
    if not service.can_leave():
        raise service.NoMailServer()
    if has_left(key):
        return None
    with writing():
        minted = accounts.mint_link(args["id"])
        code = accounts.give_code(minted[1]) if minted and minted[1].purpose == "sign_in" else ""
    if minted is None:
        return None
    person, link, token = minted
    return _send(
        link.purpose, key, person_id=person.id, address=person.email, name=person.name, lang=person.lang,
        link=address_of("accounts.link", token=token), until=link.expires_at, zone=person.zone,
        code=shown_code(code) if code else "",
    )  # fmt: skip


@task("notifications.send_invitation", queue="mail")
def send_invitation(args: dict[str, Any]) -> Effect:
    """The mail with an invitation (`args["id"]`: the `invitation` row). Nothing for one that is over or withdrawn."""
    key = f"invitation:{args['id']}"
    if not service.can_leave():
        raise service.NoMailServer()
    if has_left(key):
        return None
    with writing():
        minted = spaces.mint_invitation(args["id"])
        code = accounts.give_code(minted[0]) if minted else ""
    if minted is None:
        return None
    row, token = minted
    place = space(row.space_id) if row.space_id else None
    everybody = network()
    inviter = names_of([row.invited_by]).get(row.invited_by, "") if row.invited_by else ""
    # Whoever a list has brought is written down already: nobody else tells them of what they were put on. While they are
    # awaited, their address is forgotten with the invitation; that of somebody who came is not.
    written = person_with_email(row.email)
    came = written is not None and written.awaited_since is None
    courses = waiting_for(written.id, row.lang) if written is not None and row.role == "learner" else []
    zone = place.zone if place else everybody.zone if everybody else "Europe/Paris"
    return _send(
        "invitation", key, person_id=None, address=row.email, lang=row.lang, role=row.role, inviter=inviter,
        space=f"{place.name} ({place.place})" if place else "", until=row.expires_at, zone=zone,
        link=address_of("spaces.join", token=token, lang=row.lang), code=shown_code(code),
        door=address_of("joining.enter", lang=row.lang), written=came, courses=courses,
    )  # fmt: skip


@task("notifications.send_invitations", queue="mail")
def send_invitations(args: dict[str, Any]) -> Effect:
    """The mails of a list of people (`args["invitations"]`)."""
    return _each(
        "notifications.send_invitations", "invitations", args, "invitation", lambda one: send_invitation({"id": one})
    )


@task("notifications.invite_to_survey", queue="mail")
def invite_to_survey(args: dict[str, Any]) -> Effect:
    """The letters of a campaign that was opened (`args["id"]`). A second try goes on where the first stopped."""
    if not service.can_leave():
        raise service.NoMailServer()
    service.invite_to_survey(args["id"])
    return None


@task("notifications.remind_of_plan", queue="mail")
def remind_of_plan(args: dict[str, Any]) -> Effect:
    """The mail on the morning of a plan's day. Nothing for a plan that was told, dropped, moved or wants no mail any more."""
    key = f"plan:{args['id']}"
    if has_left(key):
        return None
    found = to_remind(
        args["person_id"], (args["course_id"], args["unit"], args["block"]), date.fromisoformat(args["day"])
    )
    if found is None:
        return None
    return _send(
        "plan", key, person_id=found.person_id, address=found.email, name=found.name, lang=found.lang,
        situation=found.situation.rstrip(" ,."), action=found.action,
        link=address_of("plans.plan", course_id=args["course_id"], unit=args["unit"], block=args["block"]),
    )  # fmt: skip


@task("notifications.remind_of_reviews", queue="compute", every=3_600)
def remind_of_reviews(args: dict[str, Any]) -> Effect:
    """Once an hour: the mails of this week about questions that wait, for those where it is Monday morning."""
    found = to_mail()

    def put() -> None:
        for person_id, week in found:
            key = f"notifications.send_reviews:{person_id}.{week}"
            outbox.put(
                "notifications.send_reviews", {"person_id": person_id, "week": week}, key=key, priority=outbox.IN_BULK
            )

    return put if found else None


@task("notifications.send_reviews", queue="mail")
def send_reviews(args: dict[str, Any]) -> Effect:
    """The mail of a week about questions that wait. Nothing where none waits any more, or no mail is wanted any more."""
    key = f"reviews:{args['person_id']}.{args['week']}"
    if has_left(key):
        return None
    found = mail_of(args["person_id"], args["week"])
    if found is None:
        return None
    return _send(
        "reviews", key, person_id=found.person_id, address=found.email, name=found.name, lang=found.lang,
        count=found.count, minutes=found.minutes, first=found.first,
        link=address_of("reviews.sitting"), end=address_of("reviews.mail"),
    )  # fmt: skip


@task("notifications.tell_of_seat", queue="mail")
def tell_of_seat(args: dict[str, Any]) -> Effect:
    """The mail to somebody who waited and has a seat in a live session now. Nothing where they gave it back meanwhile."""
    found = announced_to(args["person_id"], args["session_id"])
    if found is None or found.number is None or found.cancelled_at is not None:
        return None
    return _session_letter("seat", f"seat:{args['id']}", found)


@task("notifications.tell_of_session", queue="mail")
def tell_of_session(args: dict[str, Any]) -> Effect:
    """The mail to somebody with a seat in a session, or waiting for one, that was moved or cancelled (`args["what"]`).

    Nothing where it has changed again since: the mail about that change says it.
    """
    found = announced_to(args["person_id"], args["session_id"])
    if found is None or found.sequence != args["sequence"]:
        return None
    return _session_letter(args["what"], f"session:{args['id']}", found)


def _session_letter(what: str, key: str, found: Announced) -> Effect:
    if has_left(key):
        return None
    return _send(
        "session", key, person_id=found.person_id, address=found.address, name=found.name, lang=found.lang,
        what=what, title=found.title, starts_at=found.starts_at, ends_at=found.ends_at, zone=found.zone,
        person_zone=found.person_zone, seated=found.number is not None,
        link=address_of("learning.activity", course_id=found.course_id, unit=found.unit, activity=found.activity),
        dates=address_of("calendar.dates"),
    )  # fmt: skip


@task("notifications.ask_to_move", queue="mail")
def ask_to_move(args: dict[str, Any]) -> Effect:
    """The mail to somebody whom another space asks to come (`args["id"]`: the `transfer` row). Nothing for a question that
    was taken back or answered, or whose asker may no longer bring people in.
    """
    key = f"transfer:{args['id']}"
    found = None if has_left(key) else asked(args["id"])
    if found is None or (found.by_id is not None and not spaces.holds_right(found.by_id, "learner", found.space_id)):
        return None
    return _send(
        "transfer", key, person_id=found.person_id, address=found.email, name=found.name, lang=found.lang, by=found.by,
        space=f"{found.space} ({found.place})", until=found.expires_at, zone=found.zone,
        link=address_of("joining.transfer", transfer_id=found.id, space=found.space_id),
    )  # fmt: skip


@task("notifications.tell_who_left", queue="mail")
def tell_who_left(args: dict[str, Any]) -> Effect:
    """The mail to one of those who run a space that somebody left. Nothing where either of it is so no more."""
    key = f"left:{args['id']}"
    found = None if has_left(key) else left_for(args["person_id"], args["space_id"], args["manager_id"])
    if found is None:
        return None
    return _send(
        "left", key, person_id=args["manager_id"], address=found.email, name=found.name, lang=found.lang,
        person=found.person, space=found.space, link=address_of("reports.team_of_space", space_id=args["space_id"]),
    )  # fmt: skip


@task("notifications.tell_of_answer", queue="mail")
def tell_of_answer(args: dict[str, Any]) -> Effect:
    """The mail to somebody whose request to join was answered. Nothing where the answer was overtaken meanwhile."""
    key = f"answered:{args['id']}"
    found = None if has_left(key) else answered_to(args["person_id"], args["space_id"])
    if found is None or found.accepted is not args["accepted"]:
        return None
    return _send(
        "answered", key, person_id=args["person_id"], address=found.email, name=found.name, lang=found.lang,
        accepted=found.accepted, why=found.why, space=f"{found.space} ({found.place})",
        link=address_of("home.start") if found.accepted else address_of("joining.mine"),
    )  # fmt: skip


@task("notifications.tell_of_enrolment", queue="mail")
def tell_of_enrolment(args: dict[str, Any]) -> Effect:
    """The mails to people whom another enrolled (`args["enrolments"]`). Nothing where they left or finished the course, or
    where whoever asked has nothing to do with them any more.
    """
    return _each(
        "notifications.tell_of_enrolment", "enrolments", args, "assigned",
        lambda one: _course_letter("assigned", f"assigned:{one}", asked_of(one)),
    )  # fmt: skip


@task("notifications.remind_of_due", queue="mail")
def remind_of_due(args: dict[str, Any]) -> Effect:
    """The one mail before the day of a course (`args["enrolments"]`: each with its day). Nothing where it was finished, left
    or given another day since, where the day is over, or for somebody who wants no reminders.
    """

    def remind(one: Any) -> Effect:
        found = asked_of(one[0], by_others=False)
        day = date.fromisoformat(one[1])
        if found is None or found.due_on != day or day < today() or not wants_reminders(found.person_id):
            return None
        return _course_letter("due", f"due:{_name_of(one)}", found)

    return _each("notifications.remind_of_due", "enrolments", args, "due", remind)


@task("notifications.tell_of_renewal", queue="mail")
def tell_of_renewal(args: dict[str, Any]) -> Effect:
    """The mails to people who are asked anew (`args["renewals"]`). Nothing for what was renewed meanwhile."""
    return _each(
        "notifications.tell_of_renewal", "renewals", args, "renew",
        lambda one: _course_letter("renew", f"renew:{one}", renewal_asked(one)),
    )  # fmt: skip


@task("notifications.tell_of_opening", queue="mail")
def tell_of_opening(args: dict[str, Any]) -> Effect:
    """The mails to people who wait for a course that opened (`args["wishes"]`). Nothing for a wish that was taken back, or
    granted already; where the course is not offered any more, it waits for the next time.
    """

    def grant(wish_id: str) -> Effect:
        found = opened_for(wish_id)
        if found is None:
            return None
        noted = _send(
            "opened", f"opened:{wish_id}", person_id=found.person_id, address=found.email, name=found.name,
            lang=found.lang, title=found.title, link=address_of("learning.course", course_id=found.course_id),
        )  # fmt: skip

        def effect() -> None:
            if noted is not None:
                noted()
            openings.told(wish_id)

        return effect

    return _each("notifications.tell_of_opening", "wishes", args, "opened", grant)


def _course_letter(kind: str, key: str, found: Asked | None) -> Effect:
    if found is None:
        return None
    end = address_of("following_mails.end", token=sealed("reminders", found.person_id))
    return _send(
        kind, key, person_id=found.person_id, address=found.email, name=found.name, lang=found.lang,
        unsubscribe=end if kind == "due" else "", title=found.title, by=found.by, why=found.why, due_on=found.due_on,
        link=address_of("learning.course", course_id=found.course_id), end=end,
    )  # fmt: skip


def _send(kind: str, key: str, **words: Any) -> Effect:
    """Write a letter and hand it over."""
    letter = service.write(kind, key=key, **words)
    db.session.rollback()
    return service.hand_over(letter)


#: What is wrong with one letter alone, and with none of those after it.
_ITS_OWN = (SMTPRecipientsRefused, SMTPDataError, SMTPNotSupportedError, MessageError, ValueError)


def _each(task: str, field: str, args: dict[str, Any], kind: str, letter: Callable[[Any], Effect]) -> Effect:
    """A letter for each of `args[field]`, noted before the next one is written: a second try goes on where the first stopped.

    `kind` begins the keys of these letters. One that cannot leave holds up nobody: it becomes a duty of its own of `task`.
    """
    told = args[field]
    keys = [f"{kind}:{_name_of(one)}" for one in told]
    gone = have_left(keys)
    held: list[tuple[str, Any]] = []
    for key, one in zip(keys, told, strict=True):
        if key in gone:
            continue
        try:
            effect = letter(one)
        except _ITS_OWN:
            if len(told) == 1:
                raise
            held.append((key, one))
            continue
        if effect is not None:
            with writing():
                effect()
            kill_point("notifications.noted")

    def set_apart() -> None:
        for key, one in held:
            outbox.put(task, {field: [one]}, key=f"{task}:{key}", priority=outbox.IN_BULK)

    return set_apart if held else None


def _name_of(one: Any) -> str:
    return one if isinstance(one, str) else ":".join(one)


@task("notifications.forget_old", queue="compute", every=86_400)
def forget_old(args: dict[str, Any]) -> Effect:
    """Once a day: forget mails of more than a month ago."""
    return lambda: service.forget_old(now())
