"""The door of the choices: one page, one form, for coordinators."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, url_for

from lms.accounts.rules import clean_email
from lms.accounts.visitor import visitor
from lms.foundation.db import writing
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.spaces.choices import service
from lms.spaces.choices.forms import ChoicesForm
from lms.spaces.choices.queries import chosen
from lms.spaces.choices.rules import FIELDS, mark
from lms.spaces.policy import guard

bp = Blueprint("choices", __name__, template_folder="templates")


@bp.route("/network/settings", methods=["GET", "POST"])
@guard("network")
def settings() -> Any:
    """What the network has chosen, each choice explained; a change is written into the audit."""
    form = _form()
    if not form.validate_on_submit():
        return _page(form), 422 if form.errors else 200
    values = {name: str(form[name].data or "") for name in FIELDS}
    values |= {name: clean_email(values[name]) or "" for name in ("contact", "sender_address")}
    try:
        with writing():
            changed = service.choose(values, by=visitor().id, seen=form.seen.data or "-")
    except Refused as error:
        form = _form(formdata=None)  # what was chosen meanwhile, with a fresh mark
        form.form_errors.append(error.message)
        return _page(form), 409
    flash(_("Your choices are saved.") if changed else _("Nothing was changed."), "yes")
    return redirect(url_for("choices.settings"))


def _form(**more: Any) -> ChoicesForm:
    """The form, filled with the choices of this moment where nothing was sent."""
    now = chosen()
    if now is None:
        raise NotFound()
    form = ChoicesForm(data={**now, "smallest_group": int(now["smallest_group"]), "seen": mark(now)}, **more)
    form.keep_zone(now["zone"])
    return form


def _page(form: ChoicesForm) -> str:
    return render_template("choices/settings.html", form=form, machine=current_app.config["CORDADA"].sender)
