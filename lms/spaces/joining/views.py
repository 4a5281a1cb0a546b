"""Doors of joining: a code typed, a new mail, a question answered, a space left; and the manager's side of it."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import Blueprint, flash, redirect, render_template, request, url_for
from flask_wtf import FlaskForm
from sqlalchemy.exc import IntegrityError

from lms.accounts.rules import clean_email
from lms.accounts.service import CODES_TRIED, count_try, use_code
from lms.accounts.views import enter as sign_in
from lms.accounts.views import mailed, sent_page
from lms.accounts.visitor import visitor
from lms.foundation.addresses import address_of
from lms.foundation.db import writing
from lms.foundation.errors import Expired, NotFound, Refused, TooMany
from lms.foundation.i18n import DEFAULT_LANGUAGE, LANGUAGES, _, language, ngettext
from lms.foundation.security import local_path
from lms.foundation.tokens import clean_code, shown_code
from lms.spaces import service as spaces
from lms.spaces.joining import queries, service
from lms.spaces.joining.forms import AgainForm, AskForm, EnterForm, NewcomerForm, RequestsForm, TransferForm
from lms.spaces.joining.picture import picture_of
from lms.spaces.joining.rules import CODES_TYPED, network_of
from lms.spaces.models import Space
from lms.spaces.policy import guard, may
from lms.spaces.queries import network, space
from lms.ui.fields import options

bp = Blueprint("joining", __name__, template_folder="templates")


# --- a code is typed -------------------------------------------------------------------------------------------------


@bp.route("/join", methods=["GET", "POST"])
@guard("public")
def enter() -> Any:
    """The door for every code: of an invitation's mail, with its address, or of a space's screen, which makes a request.

    What goes together with nothing is answered the same, whoever and whatever exists.
    """
    return _asking() if not visitor().is_anonymous else _entering()


def _counted(address: str = "") -> None:
    """Count a code typed from this place in the network, and with this address. Raises `TooMany`."""
    with writing():
        count_try(f"join:{network_of(request.remote_addr or '')}", CODES_TYPED)
        if address:
            count_try(f"code:{address}", CODES_TRIED)


def _asking() -> Any:
    """Somebody who is signed in asks a space to let them in, or opens an invitation of theirs by its code."""
    who = visitor()
    form = AskForm(code=request.args.get("code", "")[:40])
    if not form.validate_on_submit():
        return render_template("joining/enter.html", form=form, newcomer=None), 422 if form.errors else 200
    typed = clean_code(form.code.data or "") or ""
    try:
        _counted(who.email)
        with writing():
            token = service.open_by_code(who.email, typed)
        if token:
            return redirect(url_for("spaces.join", token=token))
        with writing():
            space_id = service.ask_by_code(who.id, typed)
    except TooMany as error:
        return _too_many(form, error)
    if space_id is None:
        return _wrong(form)
    asked = space(space_id)
    if space_id in who.spaces:
        flash(_("You belong to %(space)s already.", space=asked.name if asked else ""))
    else:
        flash(
            _("Your request is on its way to the people who run %(space)s.", space=asked.name if asked else ""), "yes"
        )
    return redirect(url_for("joining.mine"))


def _entering() -> Any:
    """Somebody who is not signed in: an invitation or a sign-in link opens by its code, a screen's code asks who they are."""
    form = EnterForm(code=request.args.get("code", "")[:40])
    if not form.validate_on_submit():
        return render_template("joining/enter.html", form=form, newcomer=None), 422 if form.errors else 200
    address, typed = clean_email(form.email.data or "") or "", clean_code(form.code.data or "") or ""
    try:
        _counted(address)
    except TooMany as error:
        return _too_many(form, error)
    with writing():
        token = service.open_by_code(address, typed)
    if token:
        return redirect(url_for("spaces.join", token=token, shared="1" if form.shared.data else None))
    with writing():
        found = use_code(address, typed)
    if found:
        sign_in(found[0], shared=form.shared.data)
        return redirect(local_path(found[1], url_for("home.start")))
    space_id = queries.space_with_code(typed)
    if space_id is None:
        return _wrong(form)
    newcomer = NewcomerForm(lang=language()) if "name" in request.form else NewcomerForm(None, lang=language())
    if "name" not in request.form or not newcomer.validate():
        return _who_are_you(form, newcomer, space_id)
    try:
        with writing():
            service.count_request(space_id)
    except TooMany as error:
        return _too_many(form, error)
    if mailed(address):
        with (
            suppress(TooMany, Expired, IntegrityError),
            writing(),
        ):  # the answer is the same, and the page says what can be
            service.come_by_code(
                email=address, name=newcomer.name.data or "", code=typed,
                lang=newcomer.lang.data if newcomer.lang.data in LANGUAGES else DEFAULT_LANGUAGE,
                after=url_for("joining.enter", code=shown_code(typed)),
            )  # fmt: skip
    return redirect(url_for("joining.sent"))


def _who_are_you(form: EnterForm, newcomer: NewcomerForm, space_id: str) -> Any:
    return render_template("joining/enter.html", form=form, newcomer=newcomer, space=space(space_id)), (
        422 if newcomer.errors else 200
    )


def _wrong(form: Any) -> Any:
    form.code.errors = [
        _("This code opens nothing here. Check it, and the address with it; after five tries, ask for a new mail.")
    ]
    return render_template("joining/enter.html", form=form, newcomer=None), 422


def _too_many(form: Any, error: TooMany) -> Any:
    form.code.errors = [error.message]
    page = render_template("joining/enter.html", form=form, newcomer=None)
    return page, 429, {"Retry-After": str(error.retry_after)}


@bp.get("/join-sent")
@guard("public")
def sent() -> str:
    """The same words for everybody who typed the code of a screen: the mail proves the address, then the request goes."""
    return render_template("joining/sent.html", again=url_for("joining.enter"), **sent_page())


@bp.route("/join-again", methods=["GET", "POST"])
@guard("public")
def again() -> Any:
    """A new mail instead of a link that is over (`token`), or for an address. The same answer whoever asks."""
    form, token = AgainForm(), request.form.get("token", "")[:64]
    # A link at hand knows its address; without one the address is asked for.
    if request.method == "GET" or not (FlaskForm() if token else form).validate_on_submit():
        return render_template("joining/again.html", form=form, contact=_contact()), 422 if form.errors else 200
    with suppress(TooMany), writing():
        service.send_again(token=token, email=form.email.data or "")
    return redirect(url_for("joining.again_sent"))


@bp.get("/join-again/sent")
@guard("public")
def again_sent() -> str:
    """The same words for everybody: if something waits for that address, a mail is on its way."""
    return render_template("joining/again_sent.html", contact=_contact(), kept_here=sent_page()["kept_here"])


def _contact() -> str:
    here = network()
    return here.contact if here else ""


# --- one's own spaces ------------------------------------------------------------------------------------------------


@bp.get("/account/spaces")
@guard("signed_in")
def mine() -> str:
    """Where I belong, who asks me to come, where I asked to join."""
    me = visitor().id
    return render_template(
        "joining/mine.html", spaces=queries.spaces_of(me), asked=queries.asked_of(me), requests=queries.requested_by(me)
    )


@bp.route("/account/spaces/<space_id>/leave", methods=["GET", "POST"])
@guard("signed_in")
def leave(space_id: str) -> Any:
    """Leave a space: what stays mine, what ends; then one press."""
    me = visitor().id
    place = next((one for one in queries.spaces_of(me) if one.id == space_id), None)
    if place is None:
        raise NotFound()
    if request.method == "POST":
        try:
            with writing():
                service.leave(me, space_id)
        except Refused as error:
            return render_template("joining/leave.html", place=place, refused=error.message), 409
        flash(_("You have left %(space)s. What you learned stays yours.", space=place.name), "yes")
        return redirect(url_for("joining.mine"))
    return render_template("joining/leave.html", place=place, refused="")


@bp.route("/transfers/<transfer_id>", methods=["GET", "POST"])
@guard("signed_in")
def transfer(transfer_id: str) -> Any:
    """A space would like to have me: move, belong to both, or decline. I decide; it learns only whether I come.

    The link of a question that was put anew since (`space`: by whom) leads to the one that is put now.
    """
    me = visitor().id
    question = queries.asked(transfer_id)
    if question is None or question.person_id != me:
        state = queries.transfer_state(transfer_id, me)
        if state is None:
            anew = queries.newest_question(me, request.values.get("space", ""))
            if anew is None:
                raise NotFound()
            return redirect(url_for("joining.transfer", transfer_id=anew))
        if request.method == "POST":
            return redirect(url_for("joining.mine"))  # the button pressed twice
        return render_template("joining/over.html", state=state), 410
    belongs = [one for one in queries.spaces_of(me) if one.id != question.space_id]
    form = TransferForm()
    form.answer.choices = options(
        [
            *(
                (f"moved.{one.id}", _("Move to %(space)s, and leave %(former)s", space=question.space, former=one.name))
                for one in belongs
            ),
            ("both", _("Belong to %(space)s too, and leave nothing", space=question.space)),
            ("declined", _("Stay as it is")),
        ]
    )
    if form.validate_on_submit():
        answer, _dot, leaving = (form.answer.data or "").partition(".")
        try:
            with writing():
                service.answer_transfer(transfer_id, me, answer, leaving=leaving)
        except Refused as error:
            form.answer.errors = [error.message or ""]
        else:
            flash(_said(answer, question.space), "yes")
            return redirect(url_for("joining.mine"))
    return render_template("joining/transfer.html", question=question, form=form), 422 if form.errors else 200


def _said(answer: str, name: str) -> str:
    if answer == "declined":
        return _("Noted: nothing changes for you.")
    return _("You belong to %(space)s now.", space=name)


# --- the manager's side ----------------------------------------------------------------------------------------------


def _own(space_id: str) -> Space:
    """The space, if this visitor may bring people into it; a foreign one is answered like a missing one."""
    found = space(space_id) if may(visitor(), "invite", space_id) else None
    if found is None:
        raise NotFound()
    return found


@bp.route("/team/<space_id>/code", methods=["GET", "POST"])
@guard("invite")
def code(space_id: str) -> Any:
    """The code for the space's screen, large enough to be read across the room and to be printed; made, renewed, ended."""
    here = _own(space_id)
    if request.method == "POST" and here.archived_at is None:
        with writing():
            if request.form.get("do") == "end":
                service.end_screen_code(here.id, by=visitor().id)
            else:
                service.make_screen_code(here.id, by=visitor().id)
        return redirect(url_for("joining.code", space_id=here.id))
    row = queries.screen_code(here.id)
    shown = shown_code(row.code) if row else ""
    return render_template(
        "joining/code.html", space=here, row=row, shown=shown, address=address_of("joining.enter").partition("://")[2],
        picture=picture_of(address_of("joining.enter", code=shown)) if row else "",
    ), 422 if request.method == "POST" else 200  # fmt: skip


@bp.post("/team/<space_id>/join-requests")
@guard("invite")
def decide(space_id: str) -> Any:
    """Accept or decline, in one go, those who are ticked among the people who ask to join."""
    here = _own(space_id)
    form = RequestsForm()
    form.people.choices = options((one.id, one.name) for one in queries.requests_to(here.id))
    back = redirect(url_for("spaces.invite", space_id=here.id, _anchor="asked"))
    if not form.validate_on_submit():
        flash(_("Tick at least one person who waits, then accept or decline. Nothing was changed."), "err")
        return back
    accept, why = form.decision.data == "accept", " ".join((form.why.data or "").split())
    chosen = sorted(set(form.people.data))
    with writing():
        for person_id in chosen:
            spaces.decide(person_id, here.id, accept=accept, by=visitor().id, why=why)
    flash(
        ngettext("%(num)d person belongs to your space now.", "%(num)d people belong to your space now.", len(chosen))
        if accept
        else ngettext("%(num)d person is told kindly.", "%(num)d people are told kindly.", len(chosen)),
        "yes",
    )
    return back


@bp.post("/team/<space_id>/invitations/<invitation_id>/again")
@guard("invite")
def resend(space_id: str, invitation_id: str) -> Any:
    """Send an invitation once more: a new link, for seven days; the former one ends."""
    here = _own(space_id)
    try:
        with writing():
            address = service.resend_invitation(invitation_id, here.id, by=visitor().id)
    except TooMany:
        flash(_("This address was invited three times in an hour. Wait before you write again."), "yet")
    else:
        flash(_("The invitation to %(address)s is on its way.", address=address), "yes")
    return redirect(url_for("spaces.invite", space_id=here.id))


@bp.post("/team/<space_id>/transfers/<transfer_id>/withdraw")
@guard("invite")
def withdraw(space_id: str, transfer_id: str) -> Any:
    """Take back the question to somebody who belongs elsewhere."""
    here = _own(space_id)
    with writing():
        service.withdraw_transfer(transfer_id, here.id, by=visitor().id)
    flash(_("The question is taken back."), "yes")
    return redirect(url_for("spaces.invite", space_id=here.id))
