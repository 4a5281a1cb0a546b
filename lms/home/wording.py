"""Words of home for values: domains, lengths, levels, the title above the proposals."""

from __future__ import annotations

from lms.foundation.i18n import _


def domain_name(domain: str) -> str:
    """The name of a domain of courses."""
    return {
        "management": _("Management"),
        "project": _("Project management"),
        "mediation": _("Mediation"),
        "communication": _("Communication"),
    }.get(domain, domain)


def proposals_title(count: int) -> str:
    """The title above one, two or three proposals."""
    if count == 1:
        return _("A course for you, and why")
    return _("Two courses for you, and why") if count == 2 else _("Three courses for you, and why")


def length_name(band: str) -> str:
    """The name of a length: see `rules.band`."""
    return {"short": _("under 30 min"), "medium": _("30 to 60 min"), "long": _("over an hour")}.get(band, band)


def level_name(level: str) -> str:
    """The name of a level, 1 to 3."""
    return {"1": _("to begin"), "2": _("to go further"), "3": _("with some experience")}.get(level, level)
