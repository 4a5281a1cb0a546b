"""The blueprint of the design system: its templates, its template globals and the gallery of every component."""

from __future__ import annotations

from flask import Blueprint, Response, render_template, request
from flask.sansio.blueprints import BlueprintSetupState
from wtforms import BooleanField, Form, RadioField, SelectField, StringField, TextAreaField
from wtforms.fields.choices import SelectChoice
from wtforms.validators import InputRequired, Optional

from lms.foundation.i18n import _, format_number, lazy_
from lms.ui import charts, icons, skyline

bp = Blueprint("ui", __name__, template_folder="templates")

GLOBALS = {
    "icon": icons.icon,
    "gradients": skyline.GRADIENTS,
    "ridges": skyline.ridges,
    "pano": skyline.pano,
    "orient": skyline.orient,
    "crowd": charts.crowd,
    "height": charts.height,
    "heat": charts.heat,
}


@bp.record_once
def _furnish(state: BlueprintSetupState) -> None:
    """Gives every template of the application the drawings."""
    state.app.jinja_env.globals.update(GLOBALS)


@bp.after_app_request
def _lead_on(response: Response) -> Response:
    """A form that the script of a page sent is told where to go on (`X-Next`): a redirect would be followed unseen."""
    if request.headers.get("X-Page") and 300 <= response.status_code < 400 and "Location" in response.headers:
        response.headers["X-Next"] = response.headers.pop("Location")
        response.status_code = 204
        response.set_data(b"")
    return response


class Sample(Form):
    """One field of each kind, for the gallery."""

    name = StringField(
        lazy_("First name"), [InputRequired()], description=lazy_("The one people call you by at your space.")
    )
    email = StringField(lazy_("E-mail"), [InputRequired()])
    note = TextAreaField(lazy_("A word for the person who invites you"), [Optional()])
    day = SelectField(
        lazy_("Which day"), choices=[SelectChoice("thu", lazy_("Thursday")), SelectChoice("fri", lazy_("Friday"))]
    )
    shared = BooleanField(lazy_("This is a shared computer"), description=lazy_("We sign you out after two hours."))
    matter = RadioField(
        lazy_("This matters for my work in the next 12 months"),
        choices=[
            SelectChoice("1", lazy_("not at all")),
            SelectChoice("2", lazy_("a little")),
            SelectChoice("3", lazy_("somewhat")),
            SelectChoice("4", lazy_("a lot")),
            SelectChoice("5", lazy_("it is essential")),
            SelectChoice("no", lazy_("I don’t know")),
        ],
    )


def sample_form() -> Sample:
    """A form as it comes back with two mistakes in it."""
    form = Sample(data={"name": "Léa", "email": "lea.example.net", "matter": "4"})
    form.email.errors = [_("The @ sign is missing, as in lea@example.net.")]
    form.note.errors = [_("Please keep to 300 characters.")]
    return form


def competencies() -> list[tuple[str, float, float, int]]:
    """Name, importance, ease and number of answers, as a network might give them."""
    return [
        (_("Handle a conflict between users"), 4.6, 2.7, 44),
        (_("Listen to a complaint without judging it"), 4.5, 2.7, 44),
        (_("Keep a place going without always being there"), 4.3, 2.8, 43),
        (_("Set a price and explain it"), 4.2, 3.1, 41),
        (_("Welcome a person who arrives"), 4.7, 3.8, 44),
        (_("Keep the rooms’ timetable"), 3.9, 4.1, 44),
    ]


def _number(value: float) -> str:
    return format_number(value, 1)


@bp.get("/gallery")
def gallery() -> str:
    """Every component in every state, with real words in the reader's language."""
    rows = competencies()
    told = _("The values are in the table that follows.")
    title = _("Conflict is the widest gap")
    order = _("The first three stand apart from the others")
    words = charts.GapWords(
        _("not at all"), _("somewhat"), _("a lot"), _("ease"), _("importance"), _("gap"), _("in hand")
    )
    ranges = [(1, 1, 2), (2, 1, 2), (3, 3, 3), (4, 4, 5), (5, 4, 6), (6, 5, 6)]
    return render_template(
        "ui/gallery.html",
        sample=sample_form(),
        rows=rows,
        number=_number,
        gap_title=title,
        gap=charts.gap_chart("gap", [charts.GapRow(*row[:3]) for row in rows], title, told, words, _number),
        rank_title=order,
        rank=charts.rank_chart(
            "rank", [charts.RankRow(row[0], *r) for row, r in zip(rows, ranges, strict=True)], order, told,
            _("more urgent"), _("less urgent"), cut=3,
        ),
    )  # fmt: skip


gallery.needs = "public"  # type: ignore[attr-defined]  # what spaces.policy.guard("public") writes; that room is above this one
