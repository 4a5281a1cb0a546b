"""The form of the network's choices, each explained in a sentence."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import HiddenField, IntegerField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length, NumberRange, Optional, ValidationError

from lms.accounts.forms import ZONES, an_address
from lms.accounts.rules import clean_text, visible
from lms.foundation.i18n import LANGUAGES, lazy_
from lms.spaces.choices.rules import LARGEST, SMALLEST
from lms.ui.fields import options

_ADDRESS = {"autocomplete": "off", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


def a_sender(form: FlaskForm, field: Any) -> None:
    """Refuse signs that would end the name in the line of a mail."""
    if field.data and (any(sign in '"\\<>' for sign in field.data) or clean_text(field.data, 100) is None):
        raise ValidationError(lazy_("A sender’s name has no quotation marks and no angle brackets."))


class ChoicesForm(FlaskForm):
    """Everything the coordinators of a network decide for it."""

    registration = RadioField(
        lazy_("Who may make an account"),
        choices=options([
            ("invitation", lazy_("Only people who were invited")),
            ("open", lazy_("Anybody who proves an e-mail address")),
        ]),
        description=lazy_("Either way, nobody gets into a space before somebody who runs it lets them in."),
    )  # fmt: skip
    directory = RadioField(
        lazy_("Who sees the directory of spaces"),
        choices=options([
            ("members", lazy_("People who are signed in")),
            ("public", lazy_("Everybody, search engines too")),
        ]),
        description=lazy_("Strangers read a person’s name only where that person chose “everybody”."),
    )  # fmt: skip
    smallest_group = IntegerField(
        lazy_("The smallest group"),
        [InputRequired(lazy_("Write a number from 5 to 100.")),
         NumberRange(SMALLEST, LARGEST, lazy_("Write a number from 5 to 100."))],
        description=lazy_(
            "No figure of the survey is shown about fewer people. From the next survey on: one that is open keeps what it "
            "promised."
        ),
        render_kw={"inputmode": "numeric"},
    )  # fmt: skip
    lang = SelectField(
        lazy_("Language of the network"), choices=options(LANGUAGES.items()),
        description=lazy_("For pages and new spaces, where neither the person nor the browser asks for another one."),
    )  # fmt: skip
    zone = SelectField(
        lazy_("Time zone"), choices=options((zone, zone) for zone in ZONES),
        description=lazy_("For new people and new spaces. A due date ends at midnight there."),
    )  # fmt: skip
    contact = StringField(
        lazy_("Address for questions about data"),
        [InputRequired(lazy_("Write an e-mail address.")), Length(max=254), an_address],
        description=lazy_("Shown on “Your data” and wherever somebody does not know whom to ask."),
        filters=[visible], render_kw=_ADDRESS,
    )  # fmt: skip
    sender_name = StringField(
        lazy_("Sender’s name in mails"), [Optional(), Length(max=100), a_sender],
        description=lazy_("What people see in their mailbox. Empty: as the operator set it."),
        filters=[visible], render_kw={"autocomplete": "off"},
    )  # fmt: skip
    sender_address = StringField(
        lazy_("Sender’s address in mails"), [Optional(), Length(max=254), an_address],
        description=lazy_("The mail server must be allowed to send for it, or mails get lost. Empty: as the operator set it."),
        filters=[visible], render_kw=_ADDRESS,
    )  # fmt: skip
    seen = HiddenField("")

    def keep_zone(self, zone: str) -> None:
        """Offer the zone chosen before, even if it is none of the usual ones."""
        if zone in available_timezones() and zone not in ZONES:
            self.zone.choices = [*self.zone.choices, *options([(zone, zone)])]
