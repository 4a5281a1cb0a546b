"""Forms of spaces: accept an invitation, register, choose a space, invite somebody, answer a request."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, StringField
from wtforms.validators import InputRequired, Length

from lms.accounts.forms import a_name, an_address
from lms.accounts.rules import visible
from lms.foundation.i18n import LANGUAGES, lazy_
from lms.ui.fields import options

_SHARED = lazy_("This is a shared computer: sign me out after two hours")
_ADDRESS = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}


class JoinForm(FlaskForm):
    """How a new person is called and which language they read. What the invitation grants is not in the form."""

    name = StringField(
        lazy_("Name"), [InputRequired(lazy_("Please write a name of 1 to 200 characters.")), a_name],
        description=lazy_("As your colleagues know you; a first name will do."), filters=[visible],
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    lang = SelectField(lazy_("Language"), choices=options(LANGUAGES.items()))
    shared = BooleanField(_SHARED)


class WelcomeForm(FlaskForm):
    """Accepting by somebody who has an account: nothing to fill in but the button, and on whose machine it is."""

    shared = BooleanField(_SHARED)


class RegisterForm(FlaskForm):
    """Name and address of somebody who comes by themselves, where registration is open."""

    name = StringField(
        lazy_("Name"), [InputRequired(lazy_("Please write a name of 1 to 200 characters.")), a_name],
        description=lazy_("As your colleagues know you; a first name will do."), filters=[visible],
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    email = StringField(
        lazy_("E-mail"), [InputRequired(lazy_("Write your e-mail address.")), Length(max=300), an_address],
        filters=[visible], render_kw=_ADDRESS,
    )  # fmt: skip


class ChooseSpaceForm(FlaskForm):
    """One space out of the network's, by territory."""

    space = SelectField(lazy_("Your space"), [InputRequired(lazy_("Choose a space."))], validate_choice=True)


class InviteForm(FlaskForm):
    """An address to invite as a learner, and the language of the mail."""

    email = StringField(
        lazy_("E-mail"),
        [InputRequired(lazy_("Write the address of the person you invite.")), Length(max=300), an_address],
        filters=[visible], render_kw={**_ADDRESS, "autocomplete": "off"},
    )  # fmt: skip
    lang = SelectField(lazy_("Language of the mail"), choices=options(LANGUAGES.items()))


class DecideForm(FlaskForm):
    """The answer to somebody who asked to join."""

    decision = RadioField(choices=options([("accept", ""), ("decline", "")]))
