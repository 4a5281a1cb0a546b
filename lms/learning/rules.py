"""Rules of learning: progress, what comes next, states, minutes as a range, scores. Pure."""

from __future__ import annotations

import math
import re
import unicodedata
from collections.abc import Collection, Iterable, Mapping, Sequence
from dataclasses import dataclass
from datetime import timedelta
from typing import Final

from lms.content.documents import Activity, Asked, Commitment, CourseDocument, Move, Unit

#: The shortest and the longest a plan's line may be, in characters.
PLAN_LONGEST = 500
#: How far ahead the day of a plan may lie.
PLAN_FURTHEST: Final = timedelta(days=366)
#: Control, direction and private marks: none of them belongs in a sentence of a plan (a line break becomes a space).
_FORBIDDEN = {"Cc", "Cf", "Cs", "Co"}


@dataclass(frozen=True)
class Progress:
    """How far somebody is: units done of those the course has now. A unit that was removed no longer counts."""

    done: int
    total: int

    @property
    def is_whole(self) -> bool:
        """Whether nothing is left to do."""
        return self.total > 0 and self.done == self.total


def progress(units: Sequence[str], done: Collection[str]) -> Progress:
    """How many of `units` are `done`."""
    return Progress(sum(unit in done for unit in units), len(units))


def next_unit(units: Sequence[str], done: Collection[str], at: str | None) -> str | None:
    """The unit to go on with: the one somebody is in if it is not done, else the first open one after it, else the
    first.

    None when everything is done.
    """
    if at in units:
        here = units.index(at)
        ahead = [*units[here:], *units[:here]]
    else:
        ahead = list(units)
    return next((unit for unit in ahead if unit not in done), None)


def next_activity(activities: Sequence[str], at: str | None) -> str:
    """The activity of a unit to open: where somebody was, else the first. Raises `IndexError` for a unit without
    any.
    """
    return at if at is not None and at in activities else activities[0]


def states(units: Sequence[str], done: Collection[str], current: str | None) -> list[str]:
    """For each unit: done, now or todo."""
    return ["done" if unit in done else "now" if unit == current else "todo" for unit in units]


def minutes_range(minutes: int) -> tuple[int, int]:
    """A duration as people live it: from 15 % less to 25 % more, whole minutes, steps of five from half an hour on.

    An announced minute that is missed discourages; a range does not.
    """
    step = 5 if minutes >= 30 else 1
    low = max(1, math.floor(minutes * 0.85 / step) * step)
    return low, max(low, math.ceil(minutes * 1.25 / step) * step)


def steps_of(moves: Sequence[Move]) -> list[str]:
    """What each choice of a scene is called on a way through it: the scene it leads to and, from the second choice on that
    leads there, which of them it is (`outside`, `outside~2`): each says something else.
    """
    targets = [move.target for move in moves]
    times = [targets[: place + 1].count(target) for place, target in enumerate(targets)]
    return [target if time == 1 else f"{target}~{time}" for target, time in zip(targets, times, strict=True)]


def scene_of(step: str) -> str:
    """The scene that a step of a way leads to."""
    return step.partition("~")[0]


def variant(document: CourseDocument, unit: str, activity: str, lang: str) -> Activity | None:
    """An activity in `lang`, else in the course's source language, else in any there is; None if the course has none
    such.

    Tell the reader when `.lang` is not what they asked for.
    """
    found = document.unit(unit)
    variants = found.activities.get(activity, {}) if found else {}
    return variants.get(lang) or variants.get(document.source) or next(iter(variants.values()), None)


def is_whole(unit: Unit, lang: str) -> bool:
    """Whether everything a unit is made of can be read in `lang`."""
    return all(lang in variants for variants in unit.activities.values())


def listed(document: CourseDocument, lang: str | None) -> tuple[Unit, ...]:
    """The units that are shown and counted to somebody who reads in `lang` (None: it is not known).

    All of them, unless the course says `fallback: hide`: then those that can be read in `lang` from beginning to end, and
    those the certificate asks for. In a language in which the course has no whole unit, it has all of them.
    """
    if document.fallback != "hide" or lang is None:
        return document.units
    asked = {name.partition("/")[0] for name in document.certificate.require} if document.certificate else set()
    whole = {unit.id for unit in document.units if is_whole(unit, lang)}
    return tuple(unit for unit in document.units if unit.id in whole | asked) if whole else document.units


def title_lang(document: CourseDocument, lang: str) -> str:
    """The language in which the title of a course is said to somebody who reads in `lang`."""
    return lang if document.titles.get(lang) else document.source


def summary_lang(document: CourseDocument, lang: str) -> str:
    """The language in which the summary of a course is said to somebody who reads in `lang`."""
    return lang if document.summaries.get(lang) else document.source


def unit_lang(unit: Unit, lang: str, source: str) -> str:
    """The language in which the title of a unit is said to somebody who reads in `lang`."""
    there = [one for variants in unit.activities.values() for one in variants]
    return next((one for one in (lang, source, *there) if one in there), source)


#: What finished a unit of which somebody showed, by its quiz alone, that they know it.
KNOWN: Final = "known"

#: Types of activity that somebody does alone and whenever they like.
OWN_PACE: Final = frozenset({"lesson", "scenario", "quiz", "reflection"})
#: Types of activity that end with a button of the core; every other has a door of its own, which knows when it is done.
BY_BUTTON: Final = frozenset({"lesson", "scenario"})


def closing_activity(unit: Unit) -> str:
    """The activity that finishes a unit: the last of those that everybody can do by themself, at once. A lesson
    followed by a quiz is done when the quiz is handed in. What waits for others or for a day (an assignment, a poll, a
    live session) and the lists to work with finish a unit only where it has nothing else.
    """
    keys = list(unit.activities)
    own_pace = [key for key in keys if key.partition("-")[0] in OWN_PACE]
    return (own_pace or keys)[-1]


def score(shares: Mapping[str, float], points: Mapping[str, float]) -> float | None:
    """Points reached out of points possible, 0 to 1. `points` names the marked questions; None where there is none.

    A question without an answer has no share and counts 0.
    """
    possible = math.fsum(points.values())
    if possible <= 0:
        return None
    reached = math.fsum(points[name] * shares.get(name, 0.0) for name in points)
    return min(1.0, max(0.0, reached / possible))


def passes(reached: float | None, mark: int) -> bool | None:
    """Whether a score (0 to 1) reaches `mark` percent; None where nothing was marked. Equality is to 1e-9."""
    return None if reached is None else reached * 100 >= mark - 1e-9


def may_try(submitted: int, limit: int | None) -> bool:
    """Whether another attempt may begin after `submitted` ones."""
    return limit is None or submitted < limit


def next_question(questions: Iterable[str], answered: Collection[str]) -> int | None:
    """The place (1, 2, ...) of the first question without an answer, None when all have one."""
    return next((place for place, name in enumerate(questions, 1) if name not in answered), None)


def clean_line(text: str) -> str:
    """What somebody wrote on one line of a plan: NFC, single spaces, no control marks, at most 500 characters."""
    words = " ".join(unicodedata.normalize("NFC", text).split())
    return "".join(sign for sign in words if unicodedata.category(sign) not in _FORBIDDEN)[:PLAN_LONGEST].strip()


#: Marks that turn the direction of the text around them: in a text of several lines they hide what it says.
_TURNING = frozenset("\u202a\u202b\u202c\u202d\u202e\u2066\u2067\u2068\u2069\u200e\u200f")


def clean_lines(text: str | None) -> str:
    """What somebody wrote in several lines: NFC, plain line ends, no control marks, nothing but text at its end. Its
    length is left to the form: nothing is cut.
    """
    lines = unicodedata.normalize("NFC", text or "").replace("\r\n", "\n").replace("\r", "\n")
    kept = (
        sign
        for sign in lines
        if sign in "\n\t" or (unicodedata.category(sign) not in ("Cc", "Cs", "Co") and sign not in _TURNING)
    )
    return "".join(kept).strip()


#: The longest anchor that is remembered, in characters.
HEADING_LONGEST: Final = 120


def anchors(one: Activity) -> list[str]:
    """The anchors of a lesson's headings, in the order in which they are read: text, questions, plans."""
    found = []
    for block in one.blocks:
        if isinstance(block, Asked):
            found.append(block.question.id)
        elif isinstance(block, Commitment):
            found.append(block.id)
        elif block.anchor:
            found.append(block.anchor)
    return found


def heading_in(document: CourseDocument, unit: str, activity: str, heading: str, lang: str) -> str:
    """The anchor that stands in `lang` where `heading` stood in the language it was read in: anchors are made of the
    words, so each language has its own. Empty where the heading is no longer there.
    """
    shown = variant(document, unit, activity, lang)
    if shown is None or not heading:
        return ""
    here = anchors(shown)
    if heading in here:
        return heading
    found = document.unit(unit)
    for one in found.activities[activity].values() if found else ():
        there = anchors(one)
        if heading in there and len(there) == len(here):
            return here[there.index(heading)]
    return ""


def in_order(shown: Sequence[str], places: Mapping[str, str]) -> list[str]:
    """Lines in the order chosen so far: each at its place ("1", "2" ...), those without one, or with one that is taken,
    in the places that are left, as they are shown.
    """
    order: dict[str, str] = {}
    for name in shown:
        place = places.get(name, "")
        if place in map(str, range(1, len(shown) + 1)):
            order.setdefault(place, name)
    rest = iter([name for name in shown if name not in order.values()])
    return [order.get(str(place)) or next(rest) for place in range(1, len(shown) + 1)]


def moved(shown: Sequence[str], places: Mapping[str, str], name: str, step: int) -> dict[str, str]:
    """The places of all lines after one of them has gone up (`step` -1) or down (1). The first goes no higher, the last
    no lower.
    """
    order = in_order(shown, places)
    here = order.index(name)
    there = min(max(here + step, 0), len(order) - 1)
    order[here], order[there] = order[there], order[here]
    return {one: str(place) for place, one in enumerate(order, 1)}


#: An author's own "Yes." at the beginning of a feedback, in the four languages.
_YES = re.compile(r"^(<p>)?(?:Oui|Sí|Yes)\. +")


def without_yes(html: str) -> str:
    """A feedback without its leading "Yes.": the page has said it, with its sign, in the heading above."""
    return _YES.sub(r"\1", html)
