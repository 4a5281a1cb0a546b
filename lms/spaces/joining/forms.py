"""Forms of joining: the code and the address, how a newcomer is called, an answer to a space, a manager's answers."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import BooleanField, RadioField, SelectField, SelectMultipleField, StringField
from wtforms.validators import InputRequired, Length, Optional

from lms.accounts.forms import a_code, a_name, an_address
from lms.accounts.rules import visible
from lms.foundation.i18n import LANGUAGES, lazy_
from lms.spaces.joining.rules import WHY_LONGEST
from lms.ui.fields import options

_ADDRESS = {"autocomplete": "email", "inputmode": "email", "autocapitalize": "none", "spellcheck": "false"}
_CODE = {"autocomplete": "one-time-code", "autocapitalize": "characters", "spellcheck": "false"}


class AskForm(FlaskForm):
    """The code, typed by somebody who is signed in."""

    code = StringField(
        lazy_("Code"), [InputRequired(lazy_("Write the code.")), Length(max=40), a_code], filters=[visible],
        description=lazy_("Eight letters and digits. Capitals, spaces and the hyphen do not matter; you may paste it."),
        render_kw=_CODE,
    )  # fmt: skip


class EnterForm(AskForm):
    """The code and one's address."""

    email = StringField(
        lazy_("E-mail"), [InputRequired(lazy_("Write your e-mail address.")), Length(max=300), an_address],
        description=lazy_("If you were invited by mail: the address the mail came to."),
        filters=[visible], render_kw=_ADDRESS,
    )  # fmt: skip
    shared = BooleanField(lazy_("This is a shared computer: sign me out after two hours"))


class NewcomerForm(FlaskForm):
    """How somebody who typed the code of a screen is called, and which language they read."""

    name = StringField(
        lazy_("Name"), [InputRequired(lazy_("Please write a name of 1 to 200 characters.")), a_name],
        description=lazy_("As your colleagues know you; a first name will do."), filters=[visible],
        render_kw={"autocomplete": "name"},
    )  # fmt: skip
    lang = SelectField(lazy_("Language"), choices=options(LANGUAGES.items()))


class AgainForm(FlaskForm):
    """A new mail for the address typed."""

    email = StringField(
        lazy_("E-mail"), [InputRequired(lazy_("Write your e-mail address.")), Length(max=300), an_address],
        filters=[visible], render_kw=_ADDRESS,
    )  # fmt: skip


class TransferForm(FlaskForm):
    """Move (and leave which space), belong to both, or decline."""

    answer = RadioField(lazy_("What do you choose?"), [InputRequired(lazy_("Choose one of the answers."))])


class RequestsForm(FlaskForm):
    """People who ask to join, ticked, and the answer they all get."""

    people = SelectMultipleField(lazy_("People"), [InputRequired(lazy_("Tick at least one person."))])
    decision = RadioField(choices=options([("accept", ""), ("decline", "")]))
    why = StringField(
        lazy_("A sentence for those you decline"), [Optional(), Length(max=WHY_LONGEST)], filters=[visible]
    )
