"""Rules of the doors: which courses come first, what stays shut, which quiz shows that somebody knows a step. Pure."""

from __future__ import annotations

from collections.abc import Collection
from dataclasses import dataclass

from lms.content.documents import CourseDocument, Prerequisites, Unit
from lms.learning import rules


@dataclass(frozen=True)
class First:
    """A course to take before: whether it is finished."""

    course_id: str
    is_done: bool


@dataclass(frozen=True)
class Before:
    """What comes before a course: all of `all`, one of `any`. `is_strict`: its steps are shut until then."""

    all: tuple[First, ...] = ()
    any: tuple[First, ...] = ()
    is_strict: bool = False

    @property
    def is_met(self) -> bool:
        """Whether nothing is missing."""
        return all(one.is_done for one in self.all) and (not self.any or any(one.is_done for one in self.any))

    @property
    def missing(self) -> tuple[First, ...]:
        """What opens the course: all of `all` that are not finished, and, where one of `any` would do, each of them."""
        one_of = () if any(one.is_done for one in self.any) else self.any
        return (*(one for one in self.all if not one.is_done), *one_of)

    @property
    def shuts(self) -> bool:
        """Whether steps are shut."""
        return self.is_strict and not self.is_met


def before(asked: Prerequisites, finished: Collection[str], offered: Collection[str]) -> Before:
    """What comes before a course for somebody who finished these courses. A course that is not offered any more and was
    not finished asks for nothing: nobody could open what it shuts.
    """

    def those(names: Collection[str]) -> tuple[First, ...]:
        return tuple(First(one, one in finished) for one in names if one in finished or one in offered)

    return Before(those(asked.all), those(asked.any), asked.strict)


def builds_on(unit: Unit, done: Collection[str], listed: Collection[str]) -> tuple[str, ...]:
    """The units of the same course it helps to have done before `unit`, and that are not done."""
    wanted = dict.fromkeys(
        name for variants in unit.activities.values() for one in variants.values() for name in one.requires
    )
    return tuple(name for name in wanted if name in listed and name not in done and name != unit.id)


def knowing_quiz(unit: Unit) -> str | None:
    """The quiz that shows that somebody knows a unit already: its last one, if it can be marked. None where the unit has
    none, or nothing else, or where a try here could use up the last attempt.
    """
    quizzes = [key for key, variants in unit.activities.items() if next(iter(variants.values())).type == "quiz"]
    if not quizzes or len(quizzes) == len(unit.activities):
        return None
    one = next(iter(unit.activities[quizzes[-1]].values()))
    if all(question.kind == "open" for question in one.questions):
        return None
    return quizzes[-1] if may_show(one.quiz.attempts if one.quiz else None, 0) else None


def may_show(limit: int | None, used: int) -> bool:
    """Whether a try "I already know this" may begin: one attempt is always left for the step itself."""
    return limit is None or limit - used >= 2


def must_offer(document: CourseDocument, lang: str, text_lang: str) -> bool:
    """Whether a text in `text_lang` is offered before it is shown to somebody who reads in `lang`."""
    return text_lang != lang and document.fallback != "source"


def is_listed(document: CourseDocument, unit: str, lang: str) -> bool:
    """Whether a unit stands in the list of steps in `lang`."""
    return unit in [one.id for one in rules.listed(document, lang)]
