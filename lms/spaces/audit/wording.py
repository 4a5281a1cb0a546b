"""The audit in sentences."""

from __future__ import annotations

from typing import Any

from lms.foundation.i18n import LANGUAGES, _
from lms.spaces.audit.kinds import KINDS, SAID


def said(value: str) -> str:
    """A value of an entry as people say it: a code in words, a language by its name, anything else as it is."""
    return _(SAID[value]) if value in SAID else LANGUAGES.get(value, value)


def sentence(row: Any) -> str:
    """What happened, in the reader's language. `row` is one of `queries.entries`."""
    entry = row.AuditEntry
    kind = KINDS[entry.what]
    who = row.actor or (_("The operator") if entry.operator else _("Somebody who is no longer here"))
    whom = (row.person or _("somebody who is no longer here")) if kind.person else said(entry.subject)
    return _(
        kind.sentence, who=who, subject=whom, space=row.space or "", before=said(entry.before), after=said(entry.after)
    )


def change(row: Any) -> tuple[str, str] | None:
    """What was there before and what now, where the sentence does not say it already; None where nothing is to add."""
    entry = row.AuditEntry
    if entry.what not in ("choice_changed", "space_changed", "territory_changed"):
        return None
    return said(entry.before) or _("nothing"), said(entry.after) or _("nothing")
