"""Rules of a trial: which step of a course may be tried, which questions stand at the gate, how many posts a minute. Pure."""

from __future__ import annotations

from collections import OrderedDict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Final

from lms.content.documents import Activity, Asked, CourseDocument, Prose, Unit
from lms.content.kinds import Question, Single
from lms.content.texts import plain
from lms.learning.rules import listed, variant

#: Types of activity that somebody can take alone, at once, and without leaving anything behind.
TRIED: Final = frozenset({"lesson", "quiz", "scenario"})
#: The longest situation before a question at the gate, in characters: it is read standing.
SHORT: Final = 480
#: How many answers one address may send to one process, and in how many seconds: a class of twenty behind one line.
POSTS, WINDOW = 240, 60.0
#: How many addresses a process remembers.
ADDRESSES: Final = 5_000


@dataclass(frozen=True)
class Trial:
    """The step of a course that anybody may take: its unit, and those of its activities that can be tried, in order."""

    unit: Unit
    activities: tuple[str, ...]

    def after(self, activity: str) -> str | None:
        """The activity that follows, None after the last one."""
        place = self.activities.index(activity) + 1
        return self.activities[place] if place < len(self.activities) else None


@dataclass(frozen=True)
class Sample:
    """A question that can be asked at the gate: the situation before it as safe HTML, and where it stands."""

    activity: str
    situation: str
    question: Single


def trial_of(document: CourseDocument, lang: str) -> Trial | None:
    """The step of a course that a reader of `lang` may try: its first one. None where the course says `trial: false` or
    opens after others alone, and where nothing in that step can be taken alone. A quiz that the certificate asks for, or
    that may be tried so many times only, is left out: a stranger sees every answer as often as they like.
    """
    units = listed(document, lang)
    if not document.trial or document.prerequisites.strict or not units:
        return None
    asked = document.certificate.require if document.certificate else ()
    keys = tuple(
        key
        for key, variants in units[0].activities.items()
        if key.partition("-")[0] in TRIED
        and f"{units[0].id}/{key}" not in asked
        and not any(one.quiz is not None and one.quiz.attempts is not None for one in variants.values())
    )
    return Trial(units[0], keys) if keys else None


def sample_of(document: CourseDocument, lang: str) -> Sample | None:
    """The first question with one right choice that stands directly after a short situation, in `lang` itself; None where
    the step that can be tried has none such.
    """
    trial = trial_of(document, lang)
    for key in trial.activities if trial else ():
        text = trial.unit.activity(key, lang) if trial else None
        before = ""
        for block in text.blocks if text else ():
            if isinstance(block, Asked) and isinstance(block.question, Single) and before:
                return Sample(key, before, block.question)
            words = len(plain(block.html)) if isinstance(block, Prose) else 0
            before = block.html if isinstance(block, Prose) and 0 < words <= SHORT else ""
    return None


def asked_in(text: Activity) -> tuple[Question, ...]:
    """The questions of an activity that a trial asks: of a quiz that draws some, the first ones."""
    most = text.quiz.draw if text.quiz and text.quiz.draw else len(text.questions)
    return text.questions[:most]


def text_of(document: CourseDocument, trial: Trial, activity: str, lang: str) -> Activity | None:
    """An activity of a trial in `lang`, else in another language; None for one that is not tried."""
    return variant(document, trial.unit.id, activity, lang) if activity in trial.activities else None


def carried(told: Iterable[str], form: Mapping[str, Sequence[str]]) -> list[tuple[str, str]]:
    """The fields of answered questions, as they came: the page carries them on, since nothing else remembers them."""
    found = []
    for name in told:
        found.append(("told", name))
        found += [(key, value) for key, values in form.items() if _belongs(key, name) for value in values]
    return found


def _belongs(field: str, question: str) -> bool:
    return field == question or field.startswith(f"{question}.")


class Pace:
    """How often each address has sent something to this process in the present minute. Forgets by itself, writes nothing."""

    def __init__(self, most: int = POSTS, window: float = WINDOW) -> None:
        self._most, self._window = most, window
        self._seen: OrderedDict[str, tuple[float, int]] = OrderedDict()

    def wait(self, address: str, moment: float) -> float:
        """Count one more at `moment` (seconds). Gives how long to wait before it is heard; 0 where it is."""
        began, count = self._seen.pop(address, (moment, 0))
        if moment - began >= self._window:
            began, count = moment, 0
        self._seen[address] = (began, count + 1)
        while len(self._seen) > ADDRESSES:
            self._seen.popitem(last=False)
        return 0.0 if count < self._most else began + self._window - moment
