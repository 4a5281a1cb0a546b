"""Headers: YAML read strictly, and the shapes that `course.yml` and the front matter of a unit file may have.

YAML is read as people mean it: a plain `NO` is the text "NO", `1.10` is "1.10", a date is text. Anchors, aliases,
merge keys, tags and repeated keys are refused, so a header can neither grow nor build objects. Every key remembers
its line, counted from the first line of the file.
"""

from __future__ import annotations

import difflib
import re
from collections.abc import Mapping
from datetime import date, datetime
from itertools import islice
from typing import Annotated, Any, Final, Literal, TypeVar
from zoneinfo import ZoneInfo

import yaml
from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, ValidationError
from pydantic_core import ErrorDetails

from lms.content.findings import Fault, fault

FRONT_LIMIT: Final = 16_000
FILE_LIMIT: Final = 200_000
DEPTH_LIMIT: Final = 50
_COMPARED: Final = 60
"""So many known words are held against a wrong one."""

_Path = tuple[str | int, ...]
_INTEGER = re.compile(r"-?(?:0|[1-9]\d{0,17})")


class _Refused(Exception):
    def __init__(self, found: Fault) -> None:
        self.found = found


# The C parser is used for speed; nothing is built by its constructor, so it never makes objects.
_Loader: Any = getattr(yaml, "CSafeLoader", yaml.SafeLoader)


def read_yaml(
    text: str, first_line: int = 1, limit: int = FRONT_LIMIT
) -> tuple[dict[str, Any] | None, dict[_Path, int], list[Fault]]:
    """Read a YAML mapping.

    Takes the text, the line of the file on which it begins and the greatest size in bytes. Gives the values (text,
    whole numbers, true/false, None, lists, mappings with text keys), the line of every key and list item, and the
    faults; the values are None if nothing can be used.
    """
    if len(text.encode("utf-8", "replace")) > limit:
        return None, {}, [fault("E009/front", first_line, limit=limit // 1000)]
    lines: dict[_Path, int] = {}
    try:
        _look_over(text, first_line)
        node = yaml.compose(text, Loader=_Loader)
        if node is None:
            return {}, lines, []
        if not isinstance(node, yaml.MappingNode):
            raise _Refused(fault("E003/shape", first_line))
        return _value(node, (), lines, first_line), lines, []
    except _Refused as refused:
        return None, lines, [refused.found]
    except yaml.MarkedYAMLError as error:
        mark = error.problem_mark or error.context_mark
        line = first_line + (mark.line if mark is not None else 0)
        last = first_line + text.rstrip("\n").count("\n")
        return None, lines, [fault("E003", min(line, last), mark.column + 1 if mark and line <= last else 0)]
    except (yaml.YAMLError, RecursionError, ValueError):
        return None, lines, [fault("E003", first_line)]


def _look_over(text: str, first_line: int) -> None:
    """Refuse aliases, tags and deep nesting on the flat stream of events, before anything is built."""
    depth = 0
    for event in yaml.parse(text, Loader=_Loader):
        line = first_line + (event.start_mark.line if event.start_mark else 0)
        if isinstance(event, yaml.AliasEvent) or getattr(event, "anchor", None):
            raise _Refused(fault("E009/alias", line))
        tag = getattr(event, "tag", None)
        if tag is not None and tag != "!":
            raise _Refused(fault("E003/tag", line, tag=tag))
        if isinstance(event, yaml.CollectionStartEvent):
            depth += 1
            if depth > DEPTH_LIMIT:
                raise _Refused(fault("E009/depth", line, limit=DEPTH_LIMIT))
        elif isinstance(event, yaml.CollectionEndEvent):
            depth -= 1


def _value(node: Any, path: _Path, lines: dict[_Path, int], first_line: int) -> Any:
    lines.setdefault(path, first_line + node.start_mark.line)
    if isinstance(node, yaml.MappingNode):
        values: dict[str, Any] = {}
        for key_node, value_node in node.value:
            line = first_line + key_node.start_mark.line
            if not isinstance(key_node, yaml.ScalarNode):
                raise _Refused(fault("E003/shape", line))
            key = key_node.value
            if key in values:
                raise _Refused(fault("E003/twice", line, key=key))
            lines[(*path, key)] = line
            values[key] = _value(value_node, (*path, key), lines, first_line)
        return values
    if isinstance(node, yaml.SequenceNode):
        return [_value(item, (*path, number), lines, first_line) for number, item in enumerate(node.value)]
    return _scalar(node)


def _scalar(node: yaml.ScalarNode) -> Any:
    text = node.value
    # PyYAML gives a plain scalar no style ("" or None); quoted text stays text.
    if node.style in ("'", '"', "|", ">"):
        return text
    if text in ("", "~", "null"):
        return None
    if text in ("true", "false"):
        return text == "true"
    return int(text) if _INTEGER.fullmatch(text) else text


# ---- shapes -------------------------------------------------------------------------------------------------------


def _not_bool(value: object) -> object:
    # `true` is not a number, whatever Python thinks.
    if isinstance(value, bool):
        raise ValueError("not a number")
    return value


def _words(value: object) -> object:
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    return value


def _days(value: str) -> str:
    first, last = (date.fromisoformat(day) for day in value.split(".."))
    if last < first:
        raise ValueError("the last day stands before the first")
    return value


def _moment(value: str) -> str:
    datetime.fromisoformat(value)
    return value


def _zone(value: str) -> str:
    try:
        ZoneInfo(value)
    except (KeyError, OSError):
        raise ValueError("no such zone") from None
    return value


Slug = Annotated[str, BeforeValidator(_words), Field(pattern=r"^[a-z0-9]+(-[a-z0-9]+)*$", max_length=64)]
PersonId = Annotated[str, Field(pattern=r"^[a-z0-9]+([.-][a-z0-9]+)*$", max_length=64)]
Text = Annotated[str, BeforeValidator(_words), Field(min_length=1, max_length=2000)]
Title = Annotated[str, BeforeValidator(_words), Field(min_length=1, max_length=200)]
Number = Annotated[int, BeforeValidator(_not_bool)]
Lang = Literal["fr", "es", "ca", "en"]
Status = Literal["draft", "review", "approved", "published", "archived"]
Grade = Literal["mentioned", "taught", "practised", "assessed"]
Level = Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=5)]


class _Shape(BaseModel):
    model_config = ConfigDict(extra="forbid", frozen=True, strict=True)


class CompetencyShape(_Shape):
    """How far a course takes a competency: `{grade: practised, entry: 1, exit: 4}`."""

    grade: Grade = "practised"
    entry: Level = 1
    exit: Level = 4


class PrerequisitesShape(_Shape):
    """Prerequisites as `{all: [...], any: [...], strict: true}`."""

    all: list[Slug] = []
    any: list[Slug] = []
    strict: bool = False


class CertificateShape(_Shape):
    """What a certificate asks for."""

    require: list[Annotated[str, Field(pattern=r"^[a-z0-9-]+/[a-z0-9-]+$", max_length=130)]] = []
    pass_mark: Annotated[int, BeforeValidator(_not_bool), Field(ge=0, le=100, alias="pass")] = 80
    hours: Annotated[int, BeforeValidator(_not_bool), Field(ge=0, le=1000)] | None = None


class UseShape(_Shape):
    """A unit shared by reference: `use: _shared/units/reformuler`."""

    use: Annotated[str, Field(max_length=200)]


class CourseShape(_Shape):
    """`course.yml`."""

    dialect: Literal[1]
    id: Slug
    source: Lang
    languages: Annotated[list[Lang], Field(min_length=1)]
    fallback: Literal["ask", "source", "hide"] = "ask"
    title: dict[Lang, Title]
    summary: dict[Lang, Text] = {}
    domain: Slug
    competencies: list[Slug] | dict[Slug, CompetencyShape] = []
    audience: list[Slug] = []
    level: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=3)] = 1
    prerequisites: list[Slug] | PrerequisitesShape = []
    authors: list[PersonId] = []
    licence: Annotated[str, Field(max_length=100)] = "CC-BY-SA-4.0"
    status: Status = "draft"
    review_every: Annotated[str, Field(pattern=r"^\d{1,3} (days?|weeks?|months?|years?)$")] | None = None
    units: Annotated[list[Annotated[str, BeforeValidator(_words)] | UseShape], Field(min_length=1)]
    certificate: CertificateShape | None = None
    trial: bool = True


class UnitShape(_Shape):
    """The front matter of a unit file, whatever its type."""

    id: Slug
    title: Title
    minutes: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=600)] | None = None
    objectives: list[Text] = []
    requires: list[Slug] = []
    status: Status | None = None
    origin: Annotated[str | None, Field(pattern=r"^(fr|es|ca|en)@[0-9a-f]{8}$", alias="from")] = None
    competencies: list[Slug] | dict[Slug, CompetencyShape] = []
    moved: list[Annotated[str, Field(pattern=r"^[qkcr]-[a-z0-9-]{2,40}$")]] = []
    open_key: bool = False


class QuizShape(UnitShape):
    """The front matter of a quiz."""

    pass_mark: Annotated[int | None, BeforeValidator(_not_bool), Field(ge=0, le=100, alias="pass")] = None
    draw: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=200)] | None = None
    shuffle: bool = False
    confidence: bool = False
    attempts: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=100)] | None = None


class AssignmentShape(UnitShape):
    """The front matter of an assignment."""

    submit: list[Literal["text", "file", "link"]] = ["text"]
    max_mb: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=100)] = 5
    review: Literal["peer", "trainer"] = "trainer"
    peers: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=10)] = 2


class PollShape(UnitShape):
    """The front matter of a poll."""

    open: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}\.\.\d{4}-\d{2}-\d{2}$"), AfterValidator(_days)] | None = (
        None
    )
    anonymous: bool = True


class LiveShape(UnitShape):
    """The front matter of a live session."""

    start: Annotated[str, Field(pattern=r"^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2})?$"), AfterValidator(_moment)]
    tz: Annotated[str, Field(pattern=r"^[A-Za-z]+(/[A-Za-z0-9_+-]+){0,2}$", max_length=60), AfterValidator(_zone)]
    join: Annotated[str, Field(pattern=r"^https://\S+$", max_length=500)] | None = None
    seats: Annotated[int, BeforeValidator(_not_bool), Field(ge=1, le=100_000)] | None = None


class ChecklistShape(UnitShape):
    """The front matter of a checklist."""

    download: list[Literal["pdf", "docx"]] = []


SHAPES: Final[dict[str, type[UnitShape]]] = {
    "lesson": UnitShape,
    "scenario": UnitShape,
    "reflection": UnitShape,
    "quiz": QuizShape,
    "poll": PollShape,
    "checklist": ChecklistShape,
    "assignment": AssignmentShape,
    "live": LiveShape,
}
"""The types of a unit file, in the order in which a learner meets them within a unit."""

_EXAMPLES: Final = {
    "dialect": "1",
    "id": "ecouter",
    "source": "fr",
    "languages": "[fr, es, ca]",
    "title": "Écouter avant de proposer",
    "course title": "{fr: Médiation, ca: Mediació}",
    "summary": "{fr: Entendre, nommer, chercher ensemble.}",
    "domain": "mediation",
    "competencies": "[ecouter]",
    "audience": "[space-manager, teleworker]",
    "level": "1",
    "prerequisites": "[poser-le-cadre]",
    "authors": "[m.puig]",
    "licence": "CC-BY-SA-4.0",
    "review_every": "12 months",
    "units": "[ecouter, accord]",
    "certificate": "{require: [accord/quiz-final], pass: 80}",
    "require": "[accord/quiz-final]",
    "pass": "80",
    "hours": "2",
    "use": "_shared/units/reformuler",
    "minutes": "12",
    "objectives": "[reformuler une plainte]",
    "requires": "[poser-le-cadre]",
    "from": "fr@7c1e2b90",
    "moved": "[q-salle]",
    "open_key": "true",
    "draw": "5",
    "shuffle": "true",
    "confidence": "true",
    "attempts": "3",
    "submit": "[text, file, link]",
    "max_mb": "5",
    "peers": "2",
    "open": "2027-03-01..2027-03-15",
    "anonymous": "true",
    "start": "2027-03-04T14:00",
    "tz": "Europe/Paris",
    "join": "https://example.org/salle",
    "seats": "20",
    "download": "[pdf, docx]",
    "entry": "1",
    "exit": "4",
    "all": "[poser-le-cadre]",
    "any": "[poser-le-cadre]",
    "strict": "true",
    "trial": "false",
}
_CHOICES: Final = {
    "source": "fr, es, ca, en",
    "languages": "fr, es, ca, en",
    "fallback": "ask, source, hide",
    "status": "draft, review, approved, published, archived",
    "review": "peer, trainer",
    "grade": "mentioned, taught, practised, assessed",
    "submit": "text, file, link",
    "download": "pdf, docx",
}
_IDS: Final = {"id", "requires", "prerequisites", "competencies", "audience", "domain", "units"}


Shape = TypeVar("Shape", bound=BaseModel)


def validate(
    shape: type[Shape], values: Mapping[str, Any], lines: Mapping[_Path, int]
) -> tuple[Shape | None, list[Fault]]:
    """Give the values in their shape, or None and the faults (E004, E006, E007, E010), one a key."""
    try:
        return shape.model_validate(values), []
    except ValidationError as error:
        faults: dict[tuple[int, str], Fault] = {}
        found = [_fault_of(shape, detail, lines) for detail in error.errors(include_url=False)]
        above = {place[:length] for place, _ in found for length in range(len(place))}
        for place, one in found:
            # A union complains once per member; the member that got furthest knows best.
            if not (place in above and one.key == "E007"):
                faults.setdefault((one.line, dict(one.fields).get("key", "")), one)
        return None, list(faults.values())


def closest(word: str, known: list[str]) -> str | None:
    """Give the known word that looks most like this one, or None if none does."""
    if len(known) > _COMPARED:
        # Comparing is slow, and a hostile file has thousands of wrong words: of many, those that begin alike.
        known = list(islice((one for one in known if one.startswith(word[:2])), _COMPARED))
    near = difflib.get_close_matches(word[:64], known, n=1, cutoff=0.6)
    return near[0] if near else None


def _keys_of(shape: type[BaseModel]) -> list[str]:
    return sorted(info.alias or name for name, info in shape.model_fields.items())


_INNER: Final[dict[str, type[BaseModel]]] = {
    "certificate": CertificateShape,
    "competencies": CompetencyShape,
    "prerequisites": PrerequisitesShape,
    "units": UseShape,
}


def _fault_of(shape: type[BaseModel], detail: ErrorDetails, lines: Mapping[_Path, int]) -> tuple[_Path, Fault]:
    # pydantic puts the names of union members into the place; only parts that exist in the file are kept.
    place: _Path = ()
    for part in detail["loc"]:
        if (*place, part) in lines:
            place = (*place, part)
    line = lines.get(place, 1) if place else 1
    last = str(detail["loc"][-1])
    if detail["type"] == "missing":
        return (*place, last), fault("E006", line, key=last, example=_example(shape, last))
    key = next((str(part) for part in reversed(place) if isinstance(part, str)), last)
    if detail["type"] == "extra_forbidden":
        owner = _INNER.get(str(place[0]), shape) if len(place) > 1 else shape
        return place, unknown_word(key, _keys_of(owner), line)
    top = str(place[0]) if place else key
    value = detail["input"]
    if detail["type"] == "string_pattern_mismatch" and top in _IDS and isinstance(value, str):
        return place, fault("E010", line, name=value)
    if top in ("title", "summary") and len(place) > 1 and last == "[key]":
        return place, fault("E007/choice", line, key=top, value=key, allowed=_CHOICES["languages"])
    if detail["type"] == "literal_error" and key in _CHOICES:
        return place, fault("E007/choice", line, key=key, value=_shown(value), allowed=_CHOICES[key])
    example = _example(shape, key if key in _EXAMPLES else top)
    return place, fault("E007", line, key=key, value=_shown(value), example=example)


def _example(shape: type[BaseModel], key: str) -> str:
    return _EXAMPLES.get(f"course {key}" if shape is CourseShape and key == "title" else key, "…")


def _shown(value: object) -> str:
    if value is None:
        return ""
    if isinstance(value, bool):
        return str(value).lower()
    return str(value)


def unknown_word(word: str, known: list[str], line: int) -> Fault:
    """Give the fault for a key or option that is not among the known ones, with the nearest proposed."""
    near = closest(word, known)
    if near is None:
        return fault("E004/far", line, key=word, allowed=", ".join(known))
    return fault("E004", line, key=word, closest=near)
