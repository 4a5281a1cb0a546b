"""Doors of people: sign in, sign out, links by e-mail, a new password, preferences."""

from __future__ import annotations

from contextlib import suppress
from typing import Any

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    make_response,
    redirect,
    render_template,
    request,
    session,
    url_for,
)
from flask_login import login_user, logout_user

from lms.accounts import service
from lms.accounts.access import public, signed_in
from lms.accounts.forms import AskLinkForm, CodeForm, EnterForm, NewPasswordForm, PreferencesForm, SignInForm
from lms.accounts.passwords import check_password, hash_password, is_outdated
from lms.accounts.queries import is_demo, person, person_with_email, usable_link
from lms.accounts.rules import clean_email, password_fault
from lms.accounts.visitor import Visitor, visitor
from lms.foundation.clock import now
from lms.foundation.db import writing
from lms.foundation.errors import TooMany
from lms.foundation.i18n import LANGUAGES, _
from lms.foundation.security import local_path
from lms.foundation.tokens import clean_code

bp = Blueprint("accounts", __name__, template_folder="templates")

#: What is said of a password that is refused, by the fault `rules.password_fault` names.
PASSWORD_FAULTS = {
    "short": lambda: _("This password is too short: 12 characters or more, a sentence is best."),
    "long": lambda: _("This password is too long: 1,024 bytes at most."),
    "guessable": lambda: _("This password is easy to guess. Choose words that nobody would expect together."),
}


#: Nobody asks for a second mail sooner than this, in seconds: the first one is on its way.
ANOTHER_MAIL = 60
#: A path to go on to after signing in by mail, in characters; a longer one leads home.
AFTER_LONGEST = 200


def mailed(address: str, purpose: str = "sign_in") -> bool:
    """Remember in this browser that a mail to `address` was asked for, and whether others use it too (a tick called `shared`).
    False where that was less than a minute ago.
    """
    moment, former = int(now().timestamp()), session.get("mailed") or {}
    if (former.get("to"), former.get("for")) == (address, purpose) and 0 <= moment - former.get("at", 0) < ANOTHER_MAIL:
        return False
    shared = "shared" in request.form or (former.get("to") == address and former.get("shared", False))
    session["mailed"] = {"to": address, "for": purpose, "at": moment, "shared": shared}
    return True


def sent_page() -> dict[str, Any]:
    """What the page says after a mail was asked for: the form for its code, to whom, and where a demonstration shows it."""
    asked = session.get("mailed") or {}
    to = asked.get("to", "")
    return {
        "reset": asked.get("for") == "reset",
        "kept_here": is_demo() and not current_app.config["CORDADA"].smtp_url,
        "to": to,
        "code": CodeForm(None, email=to, shared=_shared()),
    }


def _shared() -> bool:
    """Whether somebody has said in this browser, on the way to a mail, that others use it too: nobody has to say it twice."""
    return bool((session.get("mailed") or {}).get("shared"))


def enter(person_id: str, *, shared: bool = False) -> None:
    """Sign this browser in as `person_id`, with a fresh session and a fresh forgery token."""
    old = visitor().session_token
    with writing():
        if old:
            service.end_session(old)
        token = service.open_session(person_id, shared=shared)
    session.clear()
    login_user(Visitor(id=person_id, session_token=token))
    session.permanent = not shared


@bp.route("/sign-in", methods=["GET", "POST"])
@public
def sign_in() -> Any:
    """E-mail and password. The answer to a wrong pair is the same whoever exists."""
    after = local_path(request.args.get("next"), url_for("home.start"))
    if not visitor().is_anonymous:
        return redirect(after)
    form = SignInForm()
    if form.validate_on_submit():
        typed = form.email.data or ""
        try:
            with writing():
                service.count_try(f"password:{clean_email(typed) or typed}", service.PASSWORD_TRIES)
        except TooMany as error:
            form.password.errors = [error.message]
            return (
                render_template("accounts/sign_in.html", form=form, after=after),
                429,
                {"Retry-After": str(error.retry_after)},
            )
        found = person_with_email(typed)
        usable = found is not None and found.state == "active" and (not found.demo or is_demo())
        kept = found.password_hash if found is not None and usable else None
        who = found.id if found is not None else ""
        if check_password(form.password.data or "", kept) and kept:
            if is_outdated(kept):
                fresh = hash_password(form.password.data or "")
                with writing():
                    service.keep_rehash(who, fresh)
            enter(who, shared=form.shared.data)
            return redirect(after)
        form.password.errors = [
            _("This e-mail and this password do not go together. You can also get a link by e-mail.")
        ]
    return render_template("accounts/sign_in.html", form=form, after=after), 422 if form.errors else 200


@bp.route("/sign-in/link", methods=["GET", "POST"])
@public
def ask_link() -> Any:
    """Ask for a sign-in link, or (`?for=reset`) for one to choose a new password."""
    purpose = "reset" if request.args.get("for") == "reset" else "sign_in"
    after = local_path(request.args.get("next"), "")
    after = after if len(after) <= AFTER_LONGEST else ""
    form = AskLinkForm()
    if form.validate_on_submit():
        typed = form.email.data or ""
        if mailed(clean_email(typed) or typed, purpose):
            with suppress(TooMany), writing():  # the answer is the same; the page says how many mails there can be
                service.ask_link(typed, purpose, after=after)
        else:
            flash(_("A mail left less than a minute ago. Give it a moment before you ask for another."), "yet")
        return redirect(url_for("accounts.link_sent"))
    return render_template(
        "accounts/ask_link.html", form=form, purpose=purpose, after=after
    ), 422 if form.errors else 200


@bp.get("/sign-in/sent")
@public
def link_sent() -> str:
    """The same words for everybody: if somebody signs in with that address, a mail is on its way. Its code can be typed here."""
    return render_template("accounts/link_sent.html", **sent_page())


@bp.route("/sign-in/code", methods=["GET", "POST"])
@public
def code() -> Any:
    """The code of a mail instead of its link: with the address it was sent to, five tries. The answer to a wrong pair is
    the same whoever exists.
    """
    if not visitor().is_anonymous:
        return redirect(url_for("home.start"))
    form = CodeForm(email=(session.get("mailed") or {}).get("to", ""))
    if not form.validate_on_submit():
        return render_template("accounts/code.html", form=form), 422 if form.errors else 200
    address, typed = clean_email(form.email.data or "") or "", clean_code(form.code.data or "") or ""
    try:
        with writing():
            service.count_try(f"code:{address}", service.CODES_TRIED)
    except TooMany as error:
        form.code.errors = [error.message]
        return render_template("accounts/code.html", form=form), 429, {"Retry-After": str(error.retry_after)}
    with writing():
        found = service.use_code(address, typed)
    if found is None:
        form.code.errors = [
            _("This code does not belong to this address, or it no longer works. After five tries, ask for a new mail.")
        ]
        return render_template("accounts/code.html", form=form), 422
    enter(found[0], shared=form.shared.data)
    return redirect(local_path(found[1], url_for("home.start")))


@bp.route("/link/<token>", methods=["GET", "POST"])
@public
def link(token: str) -> Any:
    """A link from a mail. Opening it changes nothing (mail programs open links too); the button does."""
    if request.method != "POST":
        found = usable_link(token)
        if found is None:
            return render_template("accounts/link_expired.html"), 410
        return render_template(
            "accounts/link.html", purpose=found[0].purpose, name=found[1].name,
            form=(EnterForm if found[0].purpose == "sign_in" else NewPasswordForm)(shared=_shared()),
        )  # fmt: skip
    found = usable_link(token)
    if found is None:
        return render_template("accounts/link_expired.html"), 410
    row, who = found
    if row.purpose == "sign_in":
        with writing():
            person_id, _purpose = service.use_link(token)
        enter(person_id, shared=EnterForm().shared.data)
        return redirect(local_path(row.after, url_for("home.start")))
    form = NewPasswordForm()
    typed = form.password.data or ""
    valid = form.validate_on_submit()
    fault = password_fault(typed, email=who.email, name=who.name) if valid else None
    if fault:
        form.password.errors = [PASSWORD_FAULTS[fault]()]
    if not valid or fault:
        return render_template("accounts/link.html", purpose="reset", name=who.name, form=form), 422
    fresh = hash_password(typed)
    with writing():
        person_id, _purpose = service.use_link(token)
        service.set_password(person_id, fresh)
    enter(person_id, shared=form.shared.data)
    flash(_("Your new password is saved. Other devices were signed out."))
    return redirect(url_for("home.start"))


@bp.post("/sign-out")
@public
def sign_out() -> Any:
    """Sign this browser out; the session row is gone before the answer."""
    token = visitor().session_token
    if token:
        with writing():
            service.end_session(token)
    logout_user()
    session.clear()
    flash(_("You are signed out."))
    return redirect(url_for("home.landing"))


@bp.route("/account", methods=["GET", "POST"])
@signed_in
def account() -> Any:
    """How I am called, which language I read, which zone I live in; and signing out."""
    who = person(visitor().id)
    assert who is not None
    form = PreferencesForm(obj=who)
    form.keep_zone(who.zone)
    if form.validate_on_submit():
        lang = form.lang.data if form.lang.data in LANGUAGES else who.lang
        with writing():
            service.keep_preferences(who.id, name=form.name.data or "", lang=lang, zone=form.zone.data)
        flash(_("Your preferences are saved."))
        answer: Response = make_response(redirect(url_for("accounts.account")))
        answer.delete_cookie("lang", samesite="Lax")
        return answer
    return render_template("accounts/account.html", form=form, who=who), 422 if form.errors else 200


@bp.post("/account/sign-out-everywhere")
@signed_in
def sign_out_everywhere() -> Any:
    """End every session of mine, this one too."""
    with writing():
        service.end_sessions(visitor().id)
    logout_user()
    session.clear()
    flash(_("You are signed out on every device."))
    return redirect(url_for("home.landing"))
