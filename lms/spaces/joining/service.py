"""What brings people into a space and out of it: asked to move, asking by the code on a screen, leaving."""

from __future__ import annotations

from collections.abc import Collection, Iterable, Sequence
from datetime import datetime

import sqlalchemy as sa

from lms.accounts.models import Person
from lms.accounts.queries import person_with_email
from lms.accounts.rules import clean_email
from lms.accounts.service import MAILS_ASKED, count_mail, count_try, is_demo_here, new_link, row_with_code
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.foundation.errors import Expired, NotFound, Refused
from lms.foundation.i18n import _
from lms.foundation.tokens import mint_code, seal
from lms.jobs import outbox
from lms.spaces import service as spaces
from lms.spaces.audit.service import note
from lms.spaces.joining.events import MemberLeft, TransferAsked
from lms.spaces.joining.models import ScreenCode, Transfer
from lms.spaces.joining.queries import belongs_elsewhere, space_with_code
from lms.spaces.joining.rules import ANSWERS, ASKED_LIFE, REQUESTS_BY_CODE, SCREEN_LIFE, may_ask_again
from lms.spaces.models import Invitation, Membership
from lms.spaces.queries import has_token

#: People whose rows go into one statement.
CHUNK = 500


# --- asked to move ---------------------------------------------------------------------------------------------------


def request_transfer(person_id: str, space_id: str, *, by: str | None) -> None:
    """Ask somebody who belongs elsewhere to come to `space_id`: to move, to belong to both, or to decline.

    The person decides; the asking manager learns nothing but the outcome. Twice is once, and an answer is respected for
    `ASKED_LIFE`. Nothing happens to somebody who belongs to the space already. Raises `Refused` if `by` (None: the
    operator) may not bring people in.
    """
    request_transfers([person_id], space_id, by=by)


def request_transfers(
    person_ids: Collection[str], space_id: str, *, by: str | None, tell: bool = True
) -> dict[str, str]:
    """`request_transfer` for many, in a few statements for each `CHUNK` of them. Gives person -> the question put to them.
    Without `tell`, no mail leaves before `tell_asked`.
    """
    if by is not None and not spaces.holds_right(by, "learner", space_id):
        raise Refused(_("You can invite people to your own space, to learn."))
    spaces.must_be_open(space_id)
    moment = now()
    wanted = sorted(set(person_ids))
    asked: dict[str, str] = {}
    for start in range(0, len(wanted), CHUNK):
        asked |= _ask(wanted[start : start + CHUNK], space_id, by, moment)
    if tell:
        tell_asked(asked.values())
    if asked:
        note(by=by, what="transfer_asked", space_id=space_id, after=str(len(asked)))
    return asked


def _ask(person_ids: Sequence[str], space_id: str, by: str | None, moment: datetime) -> dict[str, str]:
    former = {
        row.person_id: row
        for row in db.session.execute(
            sa.select(Transfer.person_id, Transfer.state, Transfer.asked_at).where(
                Transfer.space_id == space_id, Transfer.person_id.in_(person_ids)
            )
        )
    }
    here = set(
        db.session.scalars(
            sa.select(Membership.person_id).where(Membership.space_id == space_id, Membership.person_id.in_(person_ids))
        )
    )
    known = set(db.session.scalars(sa.select(Person.id).where(Person.id.in_(person_ids), Person.state == "active")))
    asked = {
        person_id: new_id()
        for person_id in person_ids
        if person_id in known - here
        and (person_id not in former or may_ask_again(former[person_id].state, former[person_id].asked_at, moment))
    }
    rows = [
        {
            "id": transfer_id, "person_id": person_id, "space_id": space_id, "asked_by": by, "state": "asked",
            "asked_at": moment, "expires_at": moment + ASKED_LIFE, "answered_at": None,
        }
        for person_id, transfer_id in asked.items()
    ]  # fmt: skip
    again = ("id", "asked_by", "state", "asked_at", "expires_at", "answered_at")
    upsert(Transfer, rows, key=("person_id", "space_id"), update=again)
    return asked


def tell_asked(transfer_ids: Iterable[str]) -> None:
    """Have the people to whom these questions are put told by mail."""
    outbox.tell_many(TransferAsked(id=transfer_id) for transfer_id in transfer_ids)


def answer_transfer(transfer_id: str, person_id: str, answer: str, *, leaving: str = "") -> str:
    """The person's own answer: "moved" (leaving the space `leaving`), "both" or "declined". Gives the asking space's id.

    Raises `NotFound` for a question that was not put to them, `Expired` for one that is over or whose asker may no longer
    bring people in, `Refused` for an answer that is none, and whatever `end_membership` refuses.
    """
    row = db.session.scalar(
        sa.select(Transfer).where(Transfer.id == transfer_id, Transfer.person_id == person_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    moment = now()
    if row.state != "asked" or row.expires_at <= moment:
        raise Expired(_("This question is over: it was answered, taken back, or waited for more than thirty days."))
    if answer not in ANSWERS:
        raise Refused(_("Choose one of the answers."))
    if answer != "declined":
        if row.asked_by is not None and not spaces.holds_right(row.asked_by, "learner", row.space_id):
            raise Expired(_("The person who asked you can no longer do so. Nothing was changed."))
        spaces.must_be_open(row.space_id)
        if answer == "moved":
            leave(person_id, leaving)
        spaces.give_role(person_id, "learner", row.space_id)
        note(by=person_id, what="transfer_accepted", space_id=row.space_id, subject=person_id)
    else:
        # Who declines is told to nobody by name: the space asked an address.
        note(by=person_id, what="transfer_declined", space_id=row.space_id)
    row.state, row.answered_at = answer, moment
    return row.space_id


def withdraw_transfer(transfer_id: str, space_id: str, *, by: str) -> None:
    """Take the question back. Raises `NotFound` if the space asked no such thing, `Refused` if it was answered."""
    spaces.hold_right(by, "invite", space_id)
    row = db.session.scalar(
        sa.select(Transfer).where(Transfer.id == transfer_id, Transfer.space_id == space_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.state == "withdrawn":
        return
    if row.state != "asked":
        raise Refused(_("This person has answered already."))
    row.state = "withdrawn"
    note(by=by, what="transfer_withdrawn", space_id=space_id)


def withdraw_transfers(transfer_ids: Collection[str]) -> set[str]:
    """Take back those of these questions that nobody has answered, in a few statements. Gives which they were."""
    wanted, found = sorted(set(transfer_ids)), set[str]()
    for start in range(0, len(wanted), CHUNK):
        back = sa.update(Transfer).where(Transfer.id.in_(wanted[start : start + CHUNK]), Transfer.state == "asked")
        gone = back.values(state="withdrawn").returning(Transfer.id)
        found.update(db.session.scalars(gone, execution_options={"synchronize_session": False}))
    return found


# --- the code on a space's screen ------------------------------------------------------------------------------------


def make_screen_code(space_id: str, *, by: str) -> str:
    """A code for the space's screen, good for a day; the former one ends. Raises as `hold_right` and `must_be_open`."""
    spaces.hold_right(by, "invite", space_id)
    spaces.must_be_open(space_id)
    code, moment = mint_code(), now()
    former = db.session.get(ScreenCode, space_id)
    what = "code_renewed" if former is not None and former.expires_at > moment else "code_made"
    row = {
        "space_id": space_id, "code": code, "made_by": by, "made_at": moment, "expires_at": moment + SCREEN_LIFE,
    }  # fmt: skip
    upsert(ScreenCode, [row], key=("space_id",), update=("code", "made_by", "made_at", "expires_at"))
    note(by=by, what=what, space_id=space_id)
    return code


def end_screen_code(space_id: str, *, by: str) -> None:
    """The space's code opens no request any more. Twice is once. Raises as `hold_right`."""
    spaces.hold_right(by, "invite", space_id)
    ended = db.session.execute(sa.delete(ScreenCode).where(ScreenCode.space_id == space_id))
    if getattr(ended, "rowcount", 0):
        note(by=by, what="code_ended", space_id=space_id)


def ask_by_code(person_id: str, code: str) -> str | None:
    """Ask to join the space on whose screen `code` stands. Gives the space's id; None for a code that is none (any more).

    Nothing opens before its manager accepts. Raises `TooMany` when too many ask one space at once.
    """
    space_id = space_with_code(code)
    if space_id is not None and not _belongs(person_id, space_id):
        count_request(space_id)
        if spaces.apply(person_id, space_id, source="screen"):
            note(by=person_id, what="request_by_code", space_id=space_id, subject=person_id)
    return space_id


def count_request(space_id: str) -> None:
    """Count one request by the code of this space's screen. Raises `TooMany` when too many come at once."""
    count_try(f"screen:{space_id}", REQUESTS_BY_CODE)


def come_by_code(*, email: str, name: str, lang: str, code: str, after: str) -> None:
    """Somebody without an account, or not signed in, typed the code of a screen: have the link mailed that proves their
    address and leads them to `after`, where they ask to join. The answer is the same whoever exists.

    The caller counts the request (`count_request`). Raises `TooMany` when too many mails were asked for the address, `Expired`
    for a code that is over.
    """
    if space_with_code(code) is None:
        raise Expired()
    spaces.register(email=email, name=name, lang=lang, after=after)


# --- invitations -----------------------------------------------------------------------------------------------------


def open_by_code(email: str, code: str) -> str | None:
    """A token for the invitation to `email` whose mail carried `code`; None if they do not go together. The link in the same
    mail goes on working: whichever is pressed first accepts.

    Returns in every case, so that the try stays counted.
    """
    usable = (
        Invitation.email == (clean_email(email) or email), Invitation.used_at.is_(None), Invitation.expires_at > now(),
    )  # fmt: skip
    found = row_with_code(Invitation, code, *usable)
    return seal("invitation", found) if found else None


def bring(email: str, role: str, space_id: str, *, lang: str, by: str) -> None:
    """Invite an address to learn in a space or to run it; ask whoever belongs elsewhere, who decides.

    Whoever belongs to the space already gets no mail: raises `Refused`, which tells `by` nothing but what the list of the
    space's own people says. Raises as `invite` otherwise, and `TooMany` after three mails in an hour.
    """
    spaces.hold_right(by, *(("network",) if role == "manager" else ("invite", space_id)))
    address = clean_email(email)
    count_try(f"invitations:{address}", MAILS_ASKED)
    known = person_with_email(email)
    if known is not None and known.state == "active":
        here = db.session.get(Membership, (known.id, space_id))
        if here is not None and known.awaited_since is None:
            if role == "learner" or here.role == role:
                raise Refused(_("%(address)s belongs to this space already: no mail was sent.", address=address))
            raise Refused(
                _(
                    "%(address)s belongs to this space already: no mail was sent. You entrust the space on the page of its"
                    " people.",
                    address=address,
                )
            )
        if role == "learner" and belongs_elsewhere(known.id, space_id):
            request_transfer(known.id, space_id, by=by)  # they decide whether to move or to add a space
            return
    spaces.invite(email=email, role=role, space_id=space_id, lang=lang, invited_by=by)


def resend_invitation(invitation_id: str, space_id: str, *, by: str) -> str:
    """Send an invitation that waits, or is over, once more, with a new link for seven days. Gives its address.

    Raises `NotFound` if the space has none such, `Refused` if it was accepted, `TooMany` after three mails in an hour.
    """
    spaces.hold_right(by, "invite", space_id)
    row = db.session.scalar(
        sa.select(Invitation).where(Invitation.id == invitation_id, Invitation.space_id == space_id).with_for_update()
    )
    if row is None:
        raise NotFound()
    if row.used_at is not None:
        raise Refused(_("This invitation has been accepted already."))
    count_try(f"invitations:{row.email}", MAILS_ASKED)
    spaces.invite(email=row.email, role=row.role, space_id=space_id, lang=row.lang, invited_by=by)
    return row.email


def send_again(*, token: str = "", email: str = "") -> None:
    """A new mail for whoever holds a link that is over: the invitation anew while its giver may give it, else a link to
    sign in. It goes to the address the invitation was for, and the caller's answer is the same whoever asks.

    Raises `TooMany` when too many mails were asked for the address.
    """
    row = db.session.scalar(sa.select(Invitation).where(has_token(token))) if token else None
    address = row.email if row else clean_email(email)
    if not address:
        return
    count_mail(address)
    newest = db.session.scalar(
        sa.select(Invitation)
        .where(Invitation.email == address, Invitation.used_at.is_(None))
        .order_by(Invitation.created_at.desc(), Invitation.id)
        .limit(1)
        .with_for_update()
    )
    if (
        newest is not None
        and newest.withdrawn_at is None
        and newest.invited_by is not None
        and spaces.holds_right(newest.invited_by, newest.role, newest.space_id)
    ):
        spaces.invite(
            email=address, role=newest.role, space_id=newest.space_id, lang=newest.lang, invited_by=newest.invited_by
        )
        return
    known = person_with_email(address)
    if known is not None and known.state == "active" and (not known.demo or is_demo_here()):
        new_link(known.id, "sign_in")


# --- leaving ---------------------------------------------------------------------------------------------------------


def leave(person_id: str, space_id: str) -> None:
    """Somebody leaves a space of their own will; those who run it are told, without a reason.

    Raises `NotFound` for a space they do not belong to, and `Refused` for its last manager, who hands over first.
    """
    spaces.end_membership(person_id, space_id, by=person_id)
    managers = db.session.scalars(
        sa.select(Membership.person_id)
        .join(Person, Person.id == Membership.person_id)
        .where(
            Membership.space_id == space_id, Membership.role != "learner", Membership.person_id != person_id,
            Person.state == "active",
        )
    )  # fmt: skip
    outbox.tell_many(
        [MemberLeft(id=new_id(), person_id=person_id, space_id=space_id, manager_id=manager) for manager in managers]
    )


def forget_old(moment: datetime) -> None:
    """Delete questions put long ago that no answer needs any more, and codes that are over."""
    db.session.execute(sa.delete(Transfer).where(Transfer.asked_at < moment - 2 * ASKED_LIFE))
    db.session.execute(sa.delete(ScreenCode).where(ScreenCode.expires_at < moment))


def _belongs(person_id: str, space_id: str) -> bool:
    return db.session.get(Membership, (person_id, space_id)) is not None
