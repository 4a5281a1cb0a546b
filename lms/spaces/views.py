"""Doors of spaces: accepting an invitation, registering where that is open, inviting, answering who asked to join."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, Response, flash, make_response, redirect, render_template, request, url_for
from sqlalchemy.exc import IntegrityError

from lms.accounts.queries import names_of, person_with_email
from lms.accounts.rules import clean_email
from lms.accounts.views import enter, mailed, sent_page
from lms.accounts.visitor import visitor
from lms.foundation.db import writing
from lms.foundation.errors import Expired, NotFound, Refused, TooMany
from lms.foundation.i18n import DEFAULT_LANGUAGE, LANGUAGES, _, language
from lms.foundation.security import local_path
from lms.spaces import queries, service
from lms.spaces.forms import ChooseSpaceForm, DecideForm, InviteForm, JoinForm, RegisterForm, WelcomeForm
from lms.spaces.joining.queries import invited_to, questions_of, requests_to
from lms.spaces.joining.service import bring
from lms.spaces.models import Invitation, Space
from lms.spaces.policy import guard, may
from lms.ui.fields import options

bp = Blueprint("spaces", __name__, template_folder="templates")


# --- an invitation -----------------------------------------------------------------------------------------------


def _over(token: str, message: str | None = None) -> tuple[str, int]:
    """The page for an invitation that opens nothing (any more): what happened, and whom to ask."""
    row = queries.invitation_with_token(token)
    network = queries.network()
    return render_template(
        "spaces/join_over.html",
        message=message,
        used=row is not None and row.used_at is not None,
        token=token if row is not None else "",
        space=queries.space(row.space_id) if row is not None and row.space_id else None,
        # Whoever can no longer invite is not the one to ask.
        inviter=names_of([row.invited_by]).get(row.invited_by, "")
        if row is not None and row.invited_by and not message
        else "",
        contact=network.contact if network else "",
    ), 410


def _invitation_page(row: Invitation, form: Any, known: Any, status: int = 200) -> tuple[str, int]:
    """Who invites to what, what will be seen of one's learning, and the form that accepts."""
    who = visitor()
    return render_template(
        "spaces/join.html",
        row=row,
        form=form,
        known=known,
        other=who if not who.is_anonymous and who.email != row.email else None,
        space=queries.space(row.space_id) if row.space_id else None,
        inviter=names_of([row.invited_by]).get(row.invited_by, "") if row.invited_by else "",
    ), status


@bp.route("/join/<token>", methods=["GET", "POST"])
@guard("public")
def join(token: str) -> Any:
    """An invitation. Opening it changes nothing; accepting signs in, and asks first if somebody else is signed in."""
    row = queries.usable_invitation(token)
    if row is None:
        spent = queries.invitation_with_token(token)
        if spent is not None and spent.used_at is not None and spent.email == visitor().email:
            return redirect(url_for("home.start"))  # the button pressed twice
        return _over(token)
    known = person_with_email(row.email)
    shared = request.args.get("shared") == "1"
    form: Any = WelcomeForm(shared=shared) if known else JoinForm(lang=row.lang, shared=shared)
    if request.method != "POST":
        return _invitation_page(row, form, known)
    if not form.validate_on_submit():
        return _invitation_page(row, form, known, 422)
    who = visitor()
    if not who.is_anonymous and who.email != row.email and request.form.get("change") != "yes":
        return _invitation_page(row, form, known, 409)
    name = known.name if known else form.name.data or ""
    lang = row.lang if known or form.lang.data not in LANGUAGES else form.lang.data
    for again in (True, False):
        try:
            with writing():
                person = service.accept_invitation(token, name=name, lang=lang)
            break
        except IntegrityError:  # the same address accepts elsewhere, or registers, at the same moment: now it is known
            if not again:
                raise
        except Refused as error:  # the same, a moment later; or the space is archived
            if not again:
                return _over(token, error.message)
        except Expired as error:
            return _over(token, error.message)
    enter(person.id, shared=form.shared.data)
    answer: Response = make_response(redirect(url_for("home.start")))
    answer.delete_cookie("lang", samesite="Lax")  # the mail's link had set one; from now on the person's own counts
    return answer


# --- coming by oneself -------------------------------------------------------------------------------------------


def _registration_is_open() -> bool:
    network = queries.network()
    return network is not None and network.registration == "open"


@bp.route("/register", methods=["GET", "POST"])
@guard("public")
def register() -> Any:
    """Name and address, where the network lets people come by themselves. The address is proved by a link first."""
    if not _registration_is_open():
        raise NotFound()
    if not visitor().is_anonymous:
        return redirect(url_for("spaces.choose"))
    form = RegisterForm()
    if form.validate_on_submit():
        mailed(clean_email(form.email.data or "") or "")
        try:
            with writing():
                service.register(email=form.email.data or "", name=form.name.data or "", lang=language())
        except (TooMany, IntegrityError):
            pass  # enough mails are on their way, or the same form came twice at once: the answer is the same
        return redirect(url_for("spaces.register_sent"))
    return render_template("spaces/register.html", form=form), 422 if form.errors else 200


@bp.get("/register/sent")
@guard("public")
def register_sent() -> str:
    """The same words for everybody, known or new."""
    if not _registration_is_open():
        raise NotFound()
    return render_template("spaces/register_sent.html", **sent_page())


@bp.route("/register/space", methods=["GET", "POST"])
@guard("signed_in")
def choose() -> Any:
    """Ask to join a space. Nothing opens before its manager accepts."""
    if not _registration_is_open():
        raise NotFound()
    who = visitor()
    form = ChooseSpaceForm()
    groups: dict[str, list[tuple[str, str]]] = {}
    for place, territory in queries.all_spaces():
        if place.id not in who.spaces and place.archived_at is None:
            groups.setdefault(territory.name, []).append((place.id, f"{place.name}, {place.place}"))
    form.space.choices = options([("", _("Choose …"))])
    for name, there in groups.items():
        form.space.choices += options(there, name)
    if form.validate_on_submit():
        with writing():
            service.apply(who.id, form.space.data)
        flash(_("Your request is on its way to the person who runs the space."), "yes")
        return redirect(url_for("spaces.choose"))
    asked = queries.applications_of(who.id)
    return render_template("spaces/choose.html", form=form, asked=asked), 422 if form.errors else 200


# --- the manager's side ------------------------------------------------------------------------------------------


def _own(space_id: str) -> Space:
    """The space, if this visitor may bring people into it; a foreign one is answered like a missing one."""
    place = queries.space(space_id) if may(visitor(), "invite", space_id) else None
    if place is None:
        raise NotFound()
    return place


def invited(form: InviteForm, place: Space, role: str) -> tuple[bool, tuple[int, dict[str, str]]]:
    """Whether the form was sent and somebody is invited to `place` by it, and otherwise how its page is answered (status and
    headers); what stands in the way is said at the address.
    """
    if not form.validate_on_submit():
        return False, (422 if form.errors else 200, {})
    typed = form.email.data or ""
    lang = form.lang.data if form.lang.data in LANGUAGES else DEFAULT_LANGUAGE
    try:
        with writing():
            bring(typed, role, place.id, lang=lang, by=visitor().id)
    except TooMany as error:
        form.email.errors = [_("This address was invited three times in an hour. Wait before you write again.")]
        return False, (429, {"Retry-After": str(error.retry_after)})
    except Refused as error:  # belongs to the space already; or the space is archived
        form.email.errors = [error.message]
        return False, (422, {})
    flash(_("The invitation to %(address)s is on its way.", address=clean_email(typed)), "yes")
    return True, (302, {})


@bp.route("/team/<space_id>/invite", methods=["GET", "POST"])
@guard("invite")
def invite(space_id: str) -> Any:
    """Invite somebody to learn in a space of mine; below, the invitations that wait."""
    place = _own(space_id)
    form = InviteForm(lang=place.lang)
    done, answer = invited(form, place, "learner")
    if done:
        return redirect(url_for("spaces.invite", space_id=place.id))
    return render_template(
        "spaces/invite.html", form=form, space=place, requests=requests_to(place.id), invited=invited_to(place.id),
        questions=questions_of(place.id),
    ), *answer  # fmt: skip


@bp.post("/team/<space_id>/invitations/<invitation_id>/cancel")
@guard("invite")
def cancel(space_id: str, invitation_id: str) -> Any:
    """Withdraw an invitation that nobody has accepted yet."""
    place = _own(space_id)
    with writing():
        service.cancel_invitation(invitation_id, place.id, by=visitor().id)
    flash(_("The invitation is withdrawn: its link opens nothing any more."), "yes")
    return redirect(url_for("spaces.invite", space_id=place.id))


@bp.post("/team/<space_id>/join-requests/<person_id>")
@guard("invite")
def decide(space_id: str, person_id: str) -> Any:
    """Accept or decline somebody who asked to join (`decision` = accept | decline; `next` = where to go afterwards)."""
    place = _own(space_id)
    form = DecideForm()
    if not form.validate_on_submit():
        raise Refused()
    accept = form.decision.data == "accept"
    with writing():
        service.decide(person_id, place.id, accept=accept, by=visitor().id)
    flash(
        _("Accepted: this person belongs to your space now.") if accept else _("Declined: nothing was opened."), "yes"
    )
    return redirect(local_path(request.form.get("next"), url_for("reports.team", space_id=place.id)))
