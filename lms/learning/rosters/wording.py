"""What is said of the rows of a list, in the reader's language."""

from __future__ import annotations

from collections.abc import Callable

from lms.foundation.i18n import _, format_number, ngettext

#: Why a row cannot be used.
REASONS: dict[str, Callable[[], str]] = {
    "email_missing": lambda: _("The address is missing."),
    "email_bad": lambda: _("This is not an e-mail address."),
    "duplicate_in_file": lambda: _("This address stands above already."),
    "name_missing": lambda: _("The name is missing."),
    "too_long": lambda: _("Too long: 200 characters for a name, 254 for an address."),
}
#: outcome -> how many rows end so.
COUNTED: dict[str, Callable[[int], str]] = {
    "new": lambda count: ngettext("%(num)s new person", "%(num)s new people", count, num=format_number(count)),
    "present": lambda count: ngettext("%(num)s already here", "%(num)s already here", count, num=format_number(count)),
    "elsewhere": lambda count: ngettext(
        "%(num)s in another space", "%(num)s in other spaces", count, num=format_number(count)
    ),
    "invalid": lambda count: ngettext("%(num)s to mend", "%(num)s to mend", count, num=format_number(count)),
}
#: outcome -> (kind of the tag, before it is done, after it is done).
ENDS: dict[str, tuple[str, Callable[[], str], Callable[[], str]]] = {
    "new": ("sel", lambda: _("new: will be invited"), lambda: _("new: invited")),
    "present": ("yes", lambda: _("already here"), lambda: _("already here")),
    "elsewhere": ("yet", lambda: _("in another space: will be asked"), lambda: _("in another space: asked")),
    "invalid": ("err", lambda: _("cannot be used"), lambda: _("left out")),
}
