"""Forms of people: sign in, ask for a link, choose a password, preferences."""

from __future__ import annotations

from typing import Any
from zoneinfo import available_timezones

from flask_wtf import FlaskForm
from wtforms import BooleanField, PasswordField, SelectField, StringField
from wtforms.validators import InputRequired, Length, ValidationError

from lms.accounts.rules import NAME_LONGEST, clean_email, clean_text, visible
from lms.foundation.i18n import LANGUAGES, lazy_
from lms.foundation.tokens import clean_code
from lms.ui.fields import options

#: The zones of the network's countries first; any other IANA name is accepted from a form that shows it.
ZONES = ("Europe/Paris", "Europe/Madrid", "Europe/Andorra", "Europe/London", "Atlantic/Canary", "UTC")


def an_address(form: FlaskForm, field: Any) -> None:
    """Refuse what is not an e-mail address."""
    if clean_email(field.data or "") is None:
        raise ValidationError(lazy_("Write an e-mail address, as in name@example.org."))


def a_name(form: FlaskForm, field: Any) -> None:
    """Refuse an empty, too long or unprintable name."""
    if clean_text(field.data or "", NAME_LONGEST) is None:
        raise ValidationError(lazy_("Please write a name of 1 to 200 characters."))


class SignInForm(FlaskForm):
    """E-mail and password."""

    email = StringField(
        lazy_("E-mail"), [InputRequired(lazy_("Write your e-mail address.")), Length(max=300)], filters=[visible],
        render_kw={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    password = PasswordField(
        lazy_("Password"), [InputRequired(lazy_("Write your password, or ask for a link by e-mail."))],
        render_kw={"autocomplete": "current-password"},
    )  # fmt: skip
    shared = BooleanField(lazy_("This is a shared computer: sign me out after two hours"))


class AskLinkForm(FlaskForm):
    """One address, for a link by e-mail."""

    email = StringField(
        lazy_("E-mail"), [InputRequired(lazy_("Write your e-mail address.")), Length(max=300), an_address],
        filters=[visible],
        render_kw={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip


def a_code(form: FlaskForm, field: Any) -> None:
    """Refuse what cannot be a code of ours."""
    if clean_code(field.data or "") is None:
        raise ValidationError(lazy_("A code has eight letters and digits, as in the mail."))


class EnterForm(FlaskForm):
    """The button of a link that signs in, and on whose machine it is pressed."""

    shared = BooleanField(lazy_("This is a shared computer: sign me out after two hours"))


class CodeForm(FlaskForm):
    """The address and the code that was sent to it."""

    email = StringField(
        lazy_("E-mail"), [InputRequired(lazy_("Write your e-mail address.")), Length(max=300), an_address],
        filters=[visible],
        render_kw={"autocomplete": "username", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"},
    )  # fmt: skip
    code = StringField(
        lazy_("Code from the mail"), [InputRequired(lazy_("Write the code from the mail.")), Length(max=40), a_code],
        filters=[visible],
        description=lazy_("Eight letters and digits. Capitals, spaces and the hyphen do not matter; you may paste it."),
        render_kw={"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"},
    )  # fmt: skip
    shared = BooleanField(lazy_("This is a shared computer: sign me out after two hours"))


class NewPasswordForm(FlaskForm):
    """A new password, typed once and shown by the browser's own means."""

    password = PasswordField(
        lazy_("New password"), [InputRequired(lazy_("Write a new password."))],
        description=lazy_("12 characters or more; a sentence you can remember is best."),
        render_kw={"autocomplete": "new-password"},
    )  # fmt: skip
    shared = BooleanField(lazy_("This is a shared computer: sign me out after two hours"))


class PreferencesForm(FlaskForm):
    """How somebody is called, which language they read, where their day begins."""

    name = StringField(lazy_("Name"), [InputRequired(lazy_("Please write a name of 1 to 200 characters.")), a_name],
                       filters=[visible], render_kw={"autocomplete": "name"})  # fmt: skip
    lang = SelectField(lazy_("Language"), choices=options(LANGUAGES.items()))
    zone = SelectField(lazy_("Time zone"), choices=options((zone, zone) for zone in ZONES))

    def keep_zone(self, zone: str) -> None:
        """Offer the zone the person already has, even if it is none of the usual ones."""
        if zone in available_timezones() and zone not in ZONES:
            self.zone.choices = [*self.zone.choices, *options([(zone, zone)])]
