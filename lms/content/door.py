"""The command-line doors of courses, without a command-line library: arguments in, text and exit code out.

Exit codes: 0 without errors, 1 with errors or with answers that cannot be marked, 2 for a path that cannot be opened.
"""

from __future__ import annotations

import json
from collections.abc import Sequence
from pathlib import Path
from typing import Any

from lms.content.checking import Report, check
from lms.content.findings import Fault, Finding, format_finding
from lms.content.kinds import MISSING, Open, Question, WrongShape, build
from lms.content.rendering import Renderer
from lms.content.sources import UnitFile, named_file, read_file
from lms.content.texts import plain

_COUNTED = {
    "en": "{errors} errors, {warnings} warnings in {courses} courses",
    "fr": "{errors} erreurs, {warnings} avertissements dans {courses} cours",
    "es": "{errors} errores, {warnings} avisos en {courses} cursos",
    "ca": "{errors} errors, {warnings} avisos en {courses} cursos",
}
_CANNOT_OPEN = {
    "en": "“{path}” cannot be opened",
    "fr": "« {path} » ne s’ouvre pas",
    "es": "«{path}» no se puede abrir",
    "ca": "«{path}» no es pot obrir",
}
_NOT_JSON = {
    "en": '“{path}” is not a JSON object {{"q-id": answer}}',
    "fr": '« {path} » n’est pas un objet JSON {{"q-id": réponse}}',
    "es": '«{path}» no es un objeto JSON {{"q-id": respuesta}}',
    "ca": '«{path}» no és un objecte JSON {{"q-id": resposta}}',
}
_UNKNOWN = {
    "en": "{id}: no such question in this file",
    "fr": "{id} : pas de telle question dans ce fichier",
    "es": "{id}: no hay tal pregunta en este archivo",
    "ca": "{id}: no hi ha aquesta pregunta en aquest fitxer",
}
_WRONG_SHAPE = {
    "en": "{id}: the answer does not have the shape of a “{kind}” question",
    "fr": "{id} : la réponse n’a pas la forme d’une question « {kind} »",
    "es": "{id}: la respuesta no tiene la forma de una pregunta «{kind}»",
    "ca": "{id}: la resposta no té la forma d’una pregunta «{kind}»",
}


def check_command(paths: Sequence[str | Path], format: str = "table", lang: str = "en") -> tuple[str, int]:
    """`courses check PATH...`: give what goes to stdout and the exit code.

    `format` is `table` (a line a finding, the count last) or `json`. A path that cannot be opened gives its sentence
    and 2.
    """
    findings: list[Finding] = []
    courses = 0
    for path in paths:
        try:
            report = check(path, lang)
        except OSError:
            return _said(_CANNOT_OPEN, lang, path=path), 2
        findings += report.findings
        courses += report.courses
    whole = Report(tuple(findings), courses)
    code = 1 if whole.errors else 0
    if format == "json":
        return _json(whole.as_dict()), code
    lines = [format_finding(one) for one in whole.findings]
    counts = _said(_COUNTED, lang, errors=whole.errors, warnings=whole.warnings, courses=whole.courses)
    return "\n".join([*lines, counts]), code


def try_command(quiz: str | Path, answers: str | Path, format: str = "json", lang: str = "en") -> tuple[str, int]:
    """`courses try FILE --answers ANSWERS.json`: mark answers without a learner.

    Answers are `{"q-id": answer}` in the shapes that `kinds` describes; null is "I don't know", an absent id is
    unanswered. `draw`, `shuffle` and `attempts` do not apply. Gives the marks as JSON (or a line a question) and 0; the
    findings of a file with errors, or the name of an unknown id or wrong shape, and 1; 2 for a file that cannot be
    opened.
    """
    path = Path(quiz).absolute()
    try:
        given = _answers(Path(answers))
    except OSError:
        return _said(_CANNOT_OPEN, lang, path=answers), 2
    if given is None:
        return _said(_NOT_JSON, lang, path=answers), 1
    try:
        report = check(path, lang)
        file = named_file(path.name)
        if report.errors or isinstance(file, Fault):
            return "\n".join(format_finding(one) for one in report.findings if one.severity == "error"), 1
        read_file(file, path, None)
    except OSError:
        return _said(_CANNOT_OPEN, lang, path=quiz), 2
    questions = questions_of(file)
    wrong = [_said(_UNKNOWN, lang, id=id) for id in given if id not in questions]
    marks: dict[str, Any] = {}
    points = of = 0.0
    for id, question in questions.items():
        try:
            answer = question.accept(given[id]) if id in given else MISSING
        except WrongShape:
            wrong.append(_said(_WRONG_SHAPE, lang, id=id, kind=question.kind))
            continue
        mark = question.mark(answer)
        won = question.points * (mark.fraction or 0)
        points += won
        of += 0 if isinstance(question, Open) else question.points
        feedback = [plain(text) for text in mark.feedback]
        marks[id] = {"kind": question.kind, "mark": mark.fraction, "points": won, "feedback": feedback}
    if wrong:
        return "\n".join(wrong), 1
    if format == "json":
        return _json({"questions": marks, "points": points, "of": of}), 0
    lines = [f"{id} {one['kind']} {'–' if one['mark'] is None else one['mark']}" for id, one in marks.items()]
    return "\n".join([*lines, f"{points:g} / {of:g}"]), 0


def questions_of(file: UnitFile) -> dict[str, Question]:
    """Give the questions of a file that was read without errors, in its order."""
    assert file.page is not None
    render = Renderer(file.lang, file.page.definitions)
    return {id: build(sketch, render) for id, sketch in file.sketches.items()}


def _answers(path: Path) -> dict[str, Any] | None:
    try:
        values = json.loads(path.read_bytes())
    except (ValueError, RecursionError):
        return None
    return values if isinstance(values, dict) else None


def _said(sentences: dict[str, str], lang: str, **fields: object) -> str:
    return sentences.get(lang, sentences["en"]).format_map(fields)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
