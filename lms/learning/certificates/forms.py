"""Forms of certificates: a code to check, a reason to withdraw."""

from __future__ import annotations

from flask_wtf import FlaskForm
from wtforms import StringField, TextAreaField
from wtforms.validators import DataRequired, Length

from lms.foundation.i18n import lazy_
from lms.learning.certificates.rules import REASON_LONGEST


class CodeForm(FlaskForm):
    """The code on a certificate. Sent by GET: it changes nothing, and the address can be kept."""

    class Meta:
        csrf = False

    code = StringField(
        lazy_("Code of the certificate"),
        render_kw={"autocomplete": "off", "autocapitalize": "characters", "spellcheck": "false", "maxlength": "60"},
    )


class WithdrawForm(FlaskForm):
    """Why a certificate is taken back."""

    why = TextAreaField(
        lazy_("Why, in one sentence"),
        [
            DataRequired(lazy_("Say in a sentence why: whoever checks the certificate will read it.")),
            Length(max=REASON_LONGEST, message=lazy_("Keep it to 300 characters.")),
        ],
        render_kw={"rows": 2},
    )
