"""Sentences of home that are data: the question that anybody can try on the landing page."""

from __future__ import annotations

from lms.foundation.i18n import _


def first_question() -> list[tuple[str, bool, str]]:
    """The answers to the scene by the stove: what is said, whether it helps, and why."""
    return [
        (
            _("“The places belong to nobody.”"),
            False,
            _("True, and it closes the door: you answer the demand, and nobody has heard the need."),
        ),
        (
            _("“You were counting on the warmth this morning?”"),
            True,
            _(
                "You offer a need, as a question. The person can correct you, and the place is no longer the only subject."
            ),
        ),
        (
            _("“I will go and see the other person.”"),
            False,
            _("You carry the problem for somebody else, and you do not know it yet. One more question first."),
        ),
    ]


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
