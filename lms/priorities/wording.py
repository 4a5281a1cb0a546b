"""What priorities says in words: why a course is proposed, what a ranking shows, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import g
from markupsafe import Markup, escape

from lms.foundation.i18n import N_, _, format_number, ngettext, pick
from lms.priorities.rules import Need, certainty, is_order_sure, shown_parts, standing_out
from lms.survey.queries import CampaignView, competency_names

#: Numbers that begin a sentence.
NUMBERS = {2: N_("Two"), 3: N_("Three"), 4: N_("Four"), 5: N_("Five")}


def name_of(competency: str) -> str:
    """A competency's name in the reader's language, as it stands inside a sentence; its id where nobody named it."""
    names: Mapping[str, Mapping[str, str]] | None = g.get("competency_names")
    if names is None:
        names = g.competency_names = competency_names()
    return pick(dict(names.get(competency, {}))) or competency


def heading_of(competency: str) -> str:
    """The same at the beginning of a line."""
    name = name_of(competency)
    return name[:1].upper() + name[1:]


#: rank -> the sentence; the number stands in <b>, as the component `why` shows it.
_REASONS: dict[int, Callable[..., str]] = {
    1: lambda **words: _(
        "Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”, the network's first need.", **words
    ),
    2: lambda **words: _(
        "Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”, the network's second need.",
        **words,
    ),
    3: lambda **words: _(
        "Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”, the network's third need.", **words
    ),
}


def _further(**words: Any) -> str:
    return _("Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”.", **words)


def reason_sentence(reason: Mapping[str, Any]) -> Markup:
    """Why a course stands where it stands, as one sentence (see `rules.reason_of` for the data)."""
    words: dict[str, Any] = {
        "name": escape(name_of(reason["competency"])),
        "share": int(reason["share"]),
        "pairs": int(reason["pairs"]),
    }
    if reason.get("indicative"):
        said = ngettext(
            "A first indication, from %(pairs)s answer: a need shows in “%(name)s”.",
            "A first indication, from %(pairs)s answers: a need shows in “%(name)s”.",
            words["pairs"],
            **words,
        )
    else:
        say = _REASONS.get(int(reason.get("rank") or 0)) or _further
        said = say(**words)
    return Markup(said)  # noqa: S704  # the sentences are ours, the name in them is escaped


def sum_sentence(value: float, parts: Sequence[tuple[str, float]]) -> str:
    """A course's number as the sum it is: "0.23 = negotiating an agreement 0.14 + listening 0.09"."""
    total, rows = shown_parts(value, parts)
    told = " + ".join(f"{name_of(name)}\u00a0{format_number(part, 2)}" for name, part in rows)
    return f"{format_number(total, 2)} = {told}" if told else format_number(total, 2)


def finding(needs: Sequence[Need]) -> str:
    """The one sentence a ranking says, as the title of its page."""
    ranked = [need for need in needs if need.rank is not None]
    if not ranked:
        return _("No need shows in these answers.")
    first = name_of(ranked[0].competency)
    count = standing_out(ranked)
    if count == 0:
        return _("No need stands out yet; “%(name)s” comes first for now.", name=first)
    if count == 1:
        return _("One need stands out: “%(name)s”.", name=first)
    number = _(NUMBERS[min(count, 5)])
    if is_order_sure(ranked[0], ranked[1]):
        return _("%(Number)s needs stand out; “%(name)s” clearly comes first.", Number=number, name=first)
    return _("%(Number)s needs stand out; the order of the first two is not certain.", Number=number)


def certainties(needs: Sequence[Need]) -> list[tuple[str, list[str]]]:
    """(how sure, the needs it is said of with their ranks), for the needs that may be among the first five."""
    words = {
        "clear": _("Clearly among the first five"),
        "likely": _("Likely among the first five"),
        "contender": _("May be among the first five"),
    }
    told = [
        (label, [f"{name_of(need.competency)} ({need.rank})" for need in needs if certainty(need) == mark])
        for mark, label in words.items()
    ]
    return [(label, names) for label, names in told if names]


def counted_sentence(campaign: CampaignView) -> str:
    """ "400 answers counted, 1 waiting"."""
    counted = ngettext(
        "%(many)s answer counted", "%(many)s answers counted", campaign.counted, many=_whole(campaign.counted)
    )
    if not campaign.waiting:
        return counted
    waiting = ngettext("%(many)s waiting", "%(many)s waiting", campaign.waiting, many=_whole(campaign.waiting))
    return _("%(counted)s, %(waiting)s", counted=counted, waiting=waiting)


def invited_sentence(campaign: CampaignView) -> str:
    """ "1,504 people were invited." """
    many = _whole(campaign.invited)
    return ngettext("%(many)s person was invited.", "%(many)s people were invited.", campaign.invited, many=many)


def _whole(value: int) -> str:
    return format_number(value, 0)
