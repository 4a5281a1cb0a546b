"""What priorities says in words: why a course is proposed, what a ranking shows, and how sure it is."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from typing import Any

from flask import g
from markupsafe import Markup, escape

from lms.foundation.i18n import N_, _, format_number, ngettext, pick
from lms.priorities.planning.backlog import Brief
from lms.priorities.planning.spaces import Step
from lms.priorities.rules import Need, certainty, is_order_sure, shown_parts, standing_out
from lms.survey.queries import (
    HIGHEST_MEAN,
    HIGHEST_SHARE,
    LOWEST_MEAN,
    LOWEST_SHARE,
    CampaignView,
    competency_names,
)

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
        "Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”, the network’s first need.", **words
    ),
    2: lambda **words: _(
        "Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”, the network’s second need.",
        **words,
    ),
    3: lambda **words: _(
        "Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”, the network’s third need.", **words
    ),
}


def _further(**words: Any) -> str:
    return _("Suggested because <b>%(share)s in 100</b> answers show a gap in “%(name)s”.", **words)


def reason_sentence(reason: Mapping[str, Any]) -> Markup:
    """Why a course stands where it stands, as one sentence (see `rules.reason_of` for the data)."""
    words: dict[str, Any] = {
        "name": escape(name_of(reason["competency"])),
        "share": _bounded(int(reason["share"])),
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


def mean(value: float) -> str:
    """A mean with one decimal; at the ends of the scale, where it is told as a band, "4.8 or more" and "1.2 or less"."""
    told = format_number(round(value, 1), 1)
    if value >= HIGHEST_MEAN:
        return _("%(mean)s or more", mean=told)
    return _("%(mean)s or less", mean=told) if value <= LOWEST_MEAN else told


def share(value: float) -> str:
    """A share of answers: "62 in 100"; at the ends, where it is told as a band, "95 in 100 or more"."""
    told = _("%(share)s in 100", share=format_number(value, 0))
    if value >= HIGHEST_SHARE:
        return _("%(share)s or more", share=told)
    return _("%(share)s or less", share=told) if value <= LOWEST_SHARE else told


def _bounded(value: float) -> str:
    """The number of a share inside a sentence: "62"; at the ends, where it is told as a band, "at least 95"."""
    told = format_number(value, 0)
    if value >= HIGHEST_SHARE:
        return _("at least %(share)s", share=told)
    return _("at most %(share)s", share=told) if value <= LOWEST_SHARE else told


def counted_sentence(campaign: CampaignView) -> str:
    """ "400 answers counted so far"; of fewer than the smallest group not how many."""
    if campaign.counted < campaign.k:
        return _("Fewer than %(k)s answers counted", k=campaign.k)
    counted = ngettext(
        "%(many)s answer counted", "%(many)s answers counted", campaign.counted, many=_whole(campaign.counted)
    )
    return _("%(counted)s so far", counted=counted) if campaign.state == "open" else counted


def newer_sentences(campaign: CampaignView) -> tuple[str, str]:
    """Of a newer campaign that has no figures yet, while those of the former are shown: what it is, and what happens to it."""
    if campaign.state == "open":
        return _("A newer campaign is under way"), _(
            "%(counted)s. Its figures appear once %(k)s answers are counted; until then you see the former campaign.",
            counted=counted_sentence(campaign),
            k=campaign.k,
        )
    if campaign.is_awaited:
        return _("A newer campaign is closed"), _(
            "Its figures are being computed: look again in a moment. Until then you see the former campaign."
        )
    return _("A newer campaign is closed"), _(
        "Fewer than %(k)s answers were counted: nothing of it is shown, to protect each person. You see the former campaign.",
        k=campaign.k,
    )


def invited_sentence(campaign: CampaignView) -> str:
    """ "1,504 people were invited." """
    many = _whole(campaign.invited)
    return ngettext("%(many)s person was invited.", "%(many)s people were invited.", campaign.invited, many=many)


def per_hundred(share: float) -> str:
    """A share of 0 to 1 as so many in 100; with a decimal below one."""
    return format_number(100 * share, 1 if 0 < share < 0.01 else 0)


def coverage_sentence(plan: Sequence[tuple[str, float, float]], cut: int) -> str:
    """The message of the coverage curve: what the courses that matter cover together."""
    return ngettext(
        "%(num)s course covers %(share)s in 100 of the need",
        "%(num)s courses cover %(share)s in 100 of the need",
        cut,
        share=per_hundred(plan[cut - 1][2]),
    )


def left_sentence(share: float, brief: Brief, place: str) -> Markup:
    """Why a course should be written: what is left of the need, for whom it is largest, and what the survey says of them. `place`
    names the group of the brief, "" for the network.
    """
    said = [
        _("The courses on the shelf leave <b>%(share)s in 100</b> of the network’s need open here.",
          share=per_hundred(share))
    ]  # fmt: skip
    if place:
        said.append(_("Most needed in: %(place)s.", place=escape(place)))
    said += [_FACTS[fact.kind](*fact.figures) for fact in brief.facts]
    return Markup(" ".join(said))  # noqa: S704  # the sentences are ours, the name in them is escaped


def _ranked(rank: float, best: float, worst: float) -> str:
    if best == worst:
        return _("Rank %(rank)s in the network.", rank=int(rank))
    words = {"rank": int(rank), "best": int(best), "worst": int(worst)}
    return _("Rank %(rank)s in the network, plausibly %(best)s to %(worst)s.", **words)


#: Kind of a fact of a brief -> its sentence.
_FACTS: dict[str, Callable[..., str]] = {
    "gap": lambda share, pairs: _(
        "A gap shows in %(share)s in 100 answers (of %(pairs)s).", share=_bounded(share), pairs=_whole(int(pairs))
    ),
    "pairs": lambda pairs: _("Too few answers (%(pairs)s) to tell a share.", pairs=_whole(int(pairs))),
    "means": lambda importance, ease: _(
        "Importance %(importance)s, ease %(ease)s.",
        importance=format_number(importance, 1),
        ease=format_number(ease, 1),
    ),
    "rank": _ranked,
}


def brief_sentence(brief: Brief, levels: Sequence[Mapping[str, str]]) -> str:
    """What the course of a brief should do, for how many people. `levels` are the five ends of the scale of ease."""
    words: dict[str, Any] = {
        "entry": brief.entry, "from_words": pick(dict(levels[brief.entry - 1])),
        "exit": brief.exit, "to_words": pick(dict(levels[brief.exit - 1])),
    }  # fmt: skip
    if brief.people is None:
        return _(
            "A course from level %(entry)s (“%(from_words)s”) to level %(exit)s (“%(to_words)s”).",
            **words,
        )
    return ngettext(
        "A course for about %(num)s person, from level %(entry)s (“%(from_words)s”) to level %(exit)s (“%(to_words)s”).",
        "A course for about %(num)s people, from level %(entry)s (“%(from_words)s”) to level %(exit)s (“%(to_words)s”).",
        brief.people,
        **words,
    )


def basis_sentence(of: str, territory: str, campaign: CampaignView) -> str:
    """Whose needs the plan of a space follows (see `planning.spaces.Told`), of which campaign."""
    if of == "space":
        return _("From the answers of your space, held together with those of the network: few answers weigh little.")
    if campaign.state == "open" or campaign.is_awaited:
        why = _("Nothing is shown of your space alone yet: spaces are told when the campaign closes.")
    else:
        why = _(
            "Nothing is shown of your space alone, to protect each person: too few are counted, or others could be worked out."
        )
    if of == "territory":
        return _(
            "%(why)s These courses follow the needs of your territory: %(territory)s.", why=why, territory=territory
        )
    return _("%(why)s These courses follow the needs of the network.", why=why)


def step_sentence(step: Step) -> Markup:
    """Why a course stands in the plan of a space."""
    said = _(
        "It covers <b>%(share)s in 100</b> of what is needed here, most of it in “%(name)s”.",
        share=per_hundred(step.adds), name=escape(name_of(step.parts[0][0])),
    )  # fmt: skip
    return Markup(said)  # noqa: S704  # the sentence is ours, the name in it is escaped


def apart_sentence(competency: str, off: float) -> str:
    """That a space differs from the network in a competency."""
    if off > 0:
        return _("“%(name)s” is needed more here than in the network.", name=name_of(competency))
    return _("“%(name)s” is needed less here than in the network.", name=name_of(competency))


def _whole(value: int) -> str:
    return format_number(value, 0)
