"""What a course is, once read: frozen values, and the way to JSON and back.

A `CourseDocument` holds all languages, all pages as safe HTML and all questions with their keys. It is kept whole with
the version that is served; pages for learners are made of its parts, and questions are shown by their `public` view
alone.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field, replace
from datetime import date, datetime
from typing import Annotated, Any, Final, Literal

from pydantic import Field, TypeAdapter

from lms.content.kinds import Open, Question
from lms.content.texts import plain

FORMAT: Final = 2
"""Goes up when the JSON of a document changes its shape. `from_json` still reads the former ones."""
PASS_MARK: Final = 80
"""Percent, where neither the quiz nor the certificate says another."""


@dataclass(frozen=True)
class Prose:
    """A heading and its text. `role` is `key-points` for the last `##` of a lesson whose content is a list.

    `anchor` is the id of the heading in the HTML (empty before the first heading); `title` is plain text.
    """

    html: str
    anchor: str = ""
    title: str = ""
    role: Literal["text", "key-points"] = "text"
    block: Literal["prose"] = "prose"


@dataclass(frozen=True)
class Asked:
    """A question in its place."""

    question: Annotated[Question, Field(discriminator="kind")]
    block: Literal["question"] = "question"


@dataclass(frozen=True)
class Commitment:
    """A plan to try: the "when ... I ..." that the learner edits. `html` is the whole as written.

    `when` and `then` are the two parts in bold, plain text, empty where the author wrote it otherwise.
    """

    id: str
    title: str
    html: str
    when: str = ""
    then: str = ""
    block: Literal["commitment"] = "commitment"


Block = Prose | Asked | Commitment


@dataclass(frozen=True)
class Move:
    """A choice of a scene; texts are safe HTML."""

    text: str
    target: str
    feedback: str = ""


@dataclass(frozen=True)
class Scene:
    """A scene; the first of a scenario is its start. `ending` is `good`, `partial`, `hard` or empty."""

    id: str
    title: str
    html: str
    moves: tuple[Move, ...] = ()
    ending: str = ""


@dataclass(frozen=True)
class QuizSettings:
    """How a quiz is given. `pass_mark` in percent, None where the quiz does not say one; `attempts` None: no limit."""

    pass_mark: int | None = None
    draw: int | None = None
    shuffle: bool = False
    confidence: bool = False
    attempts: int | None = None


@dataclass(frozen=True)
class Criterion:
    """A line of a rubric: what is looked at, and what it looks like at each level, from least to most. Safe HTML.

    `id` is that of the rubric and the number of the line (`r-letter.2`); `names` are what the columns are called.
    """

    id: str
    title: str
    levels: tuple[str, ...]
    names: tuple[str, ...] = ()


@dataclass(frozen=True)
class Assignment:
    """How work is handed in and read: `submit` holds `text`, `file`, `link`; `review` is `trainer` or `peer`.

    `peers` says how many others read it where peers do. `model_answer` is safe HTML, for after handing in.
    """

    submit: tuple[str, ...] = ("text",)
    max_mb: int = 5
    review: str = "trainer"
    peers: int = 2
    rubric: tuple[Criterion, ...] = ()
    model_answer: str = ""


@dataclass(frozen=True)
class Poll:
    """A question that has no right answer. Texts are safe HTML; the days are the first and the last one, or None."""

    id: str
    title: str
    prompt: str
    choices: tuple[str, ...]
    opens: date | None = None
    closes: date | None = None
    anonymous: bool = True


@dataclass(frozen=True)
class ChecklistSection:
    """A part of a checklist. Texts are safe HTML; `html` is what stands beside the lines to tick."""

    id: str
    title: str
    items: tuple[str, ...]
    html: str = ""


@dataclass(frozen=True)
class Live:
    """A session at an hour: `start` is the local time in the zone `tz`, `join` an address or empty, `seats` or None."""

    start: datetime
    tz: str
    minutes: int
    join: str = ""
    seats: int | None = None


@dataclass(frozen=True)
class CompetencyGoal:
    """How far a course takes a competency: `grade` mentioned, taught, practised or assessed; levels 1 to 5."""

    grade: str = "practised"
    entry: int = 1
    exit: int = 4


@dataclass(frozen=True)
class Activity:
    """A file of a unit in one language. `title` and `objectives` are plain text; `minutes` is written or estimated.

    Its blocks are what is read and asked, in the order of the file; what only one type has stands in a part of its own:
    `scenes`, `quiz`, `assignment`, `poll`, `checklist` (with `downloads`: `pdf`, `docx`), `live`. `moved` names
    questions that came from another unit; `competencies` is empty where the course's hold. `stale_sections` counts the
    sections whose source has changed since this translation; `notes` are for trainers.
    """

    type: str
    name: str
    lang: str
    title: str
    minutes: int
    blocks: tuple[Annotated[Block, Field(discriminator="block")], ...] = ()
    scenes: tuple[Scene, ...] = ()
    objectives: tuple[str, ...] = ()
    requires: tuple[str, ...] = ()
    status: str | None = None
    open_key: bool = False
    quiz: QuizSettings | None = None
    assignment: Assignment | None = None
    poll: Poll | None = None
    checklist: tuple[ChecklistSection, ...] = ()
    downloads: tuple[str, ...] = ()
    live: Live | None = None
    moved: tuple[str, ...] = ()
    competencies: dict[str, CompetencyGoal] = field(default_factory=dict)
    terms: tuple[str, ...] = ()
    notes: tuple[str, ...] = ()
    source_hash: str = ""
    stale_sections: int = 0

    @property
    def key(self) -> str:
        """`quiz` or `quiz-final`: the activity's name within its unit."""
        return f"{self.type}-{self.name}" if self.name else self.type

    @property
    def questions(self) -> tuple[Question, ...]:
        """Its questions in the order of the file."""
        return tuple(block.question for block in self.blocks if isinstance(block, Asked))

    @property
    def points(self) -> float:
        """The points that can be won; open questions do not count."""
        return sum(question.points for question in self.questions if not isinstance(question, Open))

    @property
    def html(self) -> str:
        """All prose, without questions."""
        return "\n".join(block.html for block in self.blocks if isinstance(block, Prose))

    @property
    def words(self) -> str:
        """The plain text of the prose, the scenes, the poll and the checklist, for searching."""
        parts = [self.html, *(text for scene in self.scenes for text in (scene.title, scene.html))]
        parts += [self.poll.title, self.poll.prompt, *self.poll.choices] if self.poll else []
        parts += [text for part in self.checklist for text in (part.title, part.html, *part.items)]
        return " ".join([self.title, *(plain(part) for part in parts if part)])

    def ids(self) -> Iterator[str]:
        """The ids that history hangs on: of questions, commitments, the poll, parts of a checklist, rubrics."""
        for block in self.blocks:
            if isinstance(block, Asked):
                yield block.question.id
            elif isinstance(block, Commitment):
                yield block.id
        if self.poll:
            yield self.poll.id
        yield from (part.id for part in self.checklist)
        if self.assignment:
            yield from dict.fromkeys(criterion.id.partition(".")[0] for criterion in self.assignment.rubric)

    def question(self, id: str) -> Question | None:
        """The question with an id, or None."""
        return next((one for one in self.questions if one.id == id), None)

    def scene(self, id: str) -> Scene | None:
        """The scene with an id, or None."""
        return next((one for one in self.scenes if one.id == id), None)


@dataclass(frozen=True)
class Unit:
    """A step of a course: its activities by key (`lesson`, `quiz-final`), in the order of taking, then by language.

    `shared` is the path of a unit used by reference (`_shared/units/reformuler`), empty for the course's own.
    """

    id: str
    activities: dict[str, dict[str, Activity]]
    shared: str = ""

    def activity(self, key: str, lang: str) -> Activity | None:
        """An activity in a language, or None where it is missing."""
        return self.activities.get(key, {}).get(lang)

    def in_language(self, lang: str) -> tuple[Activity, ...]:
        """The activities that exist in a language."""
        return tuple(variants[lang] for variants in self.activities.values() if lang in variants)

    def title(self, lang: str, source: str) -> str:
        """The title of the first activity, in the source language where there is none in this one, else in any."""
        for wanted in (lang, source):
            for activity in self.in_language(wanted):
                return activity.title
        return next((one.title for variants in self.activities.values() for one in variants.values()), self.id)

    def minutes(self, lang: str, source: str) -> int:
        """The sum of the minutes of its activities; missing ones count in the source language."""
        found = (variants.get(lang) or variants.get(source) for variants in self.activities.values())
        return sum(activity.minutes for activity in found if activity)


@dataclass(frozen=True)
class Prerequisites:
    """Courses to take before: all of `all`, one of `any`. Advice unless `strict`."""

    all: tuple[str, ...] = ()
    any: tuple[str, ...] = ()
    strict: bool = False


@dataclass(frozen=True)
class Certificate:
    """What a certificate asks for: activities to pass (`unit/key`), the pass mark in percent, hours it stands for."""

    require: tuple[str, ...] = ()
    pass_mark: int = PASS_MARK
    hours: int | None = None


@dataclass(frozen=True)
class Term:
    """An entry of the glossary; `name` is plain text, `html` its definition. Links in pages lead to `#g-<id>`."""

    id: str
    name: str
    html: str


@dataclass(frozen=True)
class CourseFile:
    """A file that pages show or offer: path relative to the course (or beginning with `_shared/`), bytes, sha256."""

    path: str
    size: int
    sha256: str


@dataclass(frozen=True)
class CourseDocument:
    """A course in all its languages."""

    id: str
    source: str
    languages: tuple[str, ...]
    fallback: str
    titles: dict[str, str]
    summaries: dict[str, str]
    domain: str
    competencies: dict[str, CompetencyGoal]
    audience: tuple[str, ...]
    level: int
    prerequisites: Prerequisites
    authors: tuple[str, ...]
    licence: str
    status: str
    review_every: str | None
    units: tuple[Unit, ...]
    certificate: Certificate | None
    glossary: dict[str, tuple[Term, ...]] = field(default_factory=dict)
    files: tuple[CourseFile, ...] = ()
    digest: str = ""
    #: Whether its first unit may be taken without an account.
    trial: bool = True

    def title(self, lang: str) -> str:
        """The title in a language, in the source language where there is none."""
        return self.titles.get(lang) or self.titles.get(self.source) or self.id

    def summary(self, lang: str) -> str:
        """The summary in a language, in the source language where there is none."""
        return self.summaries.get(lang) or self.summaries.get(self.source) or ""

    def unit(self, id: str) -> Unit | None:
        """The unit with an id, or None."""
        return next((unit for unit in self.units if unit.id == id), None)

    def minutes(self, lang: str) -> int:
        """The length of the whole course."""
        return sum(unit.minutes(lang, self.source) for unit in self.units)

    def each_activity(self) -> Iterator[tuple[Unit, str, Activity]]:
        """Every activity in every language, with its unit and key."""
        for unit in self.units:
            for key, variants in unit.activities.items():
                for activity in variants.values():
                    yield unit, key, activity

    def question_ids(self) -> frozenset[str]:
        """The ids of all questions, commitments, polls, checklist sections and rubrics as `unit/q-...`."""
        return frozenset(f"{unit.id}/{id}" for unit, _, activity in self.each_activity() for id in activity.ids())

    def gone_since(self, before: CourseDocument) -> frozenset[str]:
        """The ids (`unit/q-...`) of a former version that are here no more, without those that `moved` names."""
        moved = {id for _, _, activity in self.each_activity() for id in activity.moved}
        gone = before.question_ids() - self.question_ids()
        return frozenset(one for one in gone if one.partition("/")[2] not in moved)

    def pass_mark(self, activity: Activity) -> int:
        """The percent to reach in a quiz: its own, else the certificate's, else 80."""
        if activity.quiz and activity.quiz.pass_mark is not None:
            return activity.quiz.pass_mark
        return self.certificate.pass_mark if self.certificate else PASS_MARK


def outline(document: CourseDocument) -> CourseDocument:
    """Give a course without its text: what lists and cards say of it, a twentieth of the whole. What it would ask, show or
    offer is empty; titles, minutes, languages, order and demands are as they are.
    """
    units = tuple(
        replace(
            unit,
            activities={
                key: {lang: _outlined(one) for lang, one in variants.items()}
                for key, variants in unit.activities.items()
            },
        )
        for unit in document.units
    )
    return replace(document, units=units, glossary={}, files=())


def _outlined(one: Activity) -> Activity:
    return Activity(
        type=one.type, name=one.name, lang=one.lang, title=one.title, minutes=one.minutes, status=one.status,
        stale_sections=one.stale_sections,
    )  # fmt: skip


_ADAPTER: Final = TypeAdapter(CourseDocument)


def to_json(document: CourseDocument) -> dict[str, Any]:
    """Give a document as plain JSON values. It holds the keys of all questions: it never goes to a browser."""
    return {"format": FORMAT, **_ADAPTER.dump_python(document, mode="json")}


def from_json(data: dict[str, Any]) -> CourseDocument:
    """Give back the document that `to_json` was given. Raises ValueError for another format or other values.

    A version is kept for ever, so what was written in a former format is read too: in format 1, types other than lesson,
    quiz and scenario were pages of text with the values of their header beside them, and pages of text they stay.
    """
    form = data.get("format")
    if form not in (1, FORMAT):
        raise ValueError(f"unknown format of a course document: {form!r}")
    values = {key: value for key, value in data.items() if key != "format"}
    return _ADAPTER.validate_python(values)
