"""Changing the network's choices, by the coordinator's page or the operator's command line."""

from __future__ import annotations

from collections.abc import Mapping

from lms.foundation.db import db
from lms.foundation.errors import NotFound, Refused
from lms.foundation.i18n import _
from lms.spaces.audit.service import note
from lms.spaces.choices.rules import FIELDS, mark
from lms.spaces.models import Network
from lms.spaces.service import hold_right


def choose(values: Mapping[str, str], *, by: str | None, seen: str = "") -> list[str]:
    """Keep `values` (choice -> value, valid already), one entry of the audit for each that changes. Gives those.

    `by` is None for the operator. `seen` is the mark of what the page had shown. Raises `NotFound` before there is a network,
    `Forbidden` for who coordinates it no longer, `Refused` where somebody else chose meanwhile.
    """
    if by is not None:
        hold_right(by, "network")
    here = db.session.get(Network, 1, with_for_update=True, populate_existing=True)
    if here is None:
        raise NotFound()
    before = {name: str(getattr(here, name)) for name in FIELDS}
    if seen and seen != mark(before):
        raise Refused(_("Somebody changed the choices while you had this page open. Look at them again, then save."))
    changed = [name for name in FIELDS if name in values and values[name] != before[name]]
    for name in changed:
        setattr(here, name, int(values[name]) if name == "smallest_group" else values[name])
        note(by=by, what="choice_changed", subject=f"field.{name}", before=before[name], after=values[name])
    return changed
