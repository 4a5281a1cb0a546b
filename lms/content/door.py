"""The command-line doors of courses, without a command-line library: arguments in, text and exit code out.

Exit codes: 0 done and without errors; 1 for findings, or for what was read and cannot be computed; 2 for wrong usage or
a path that cannot be opened. Paths that are printed are as they were given.
"""

from __future__ import annotations

import json
import os
from collections.abc import Sequence
from pathlib import Path
from typing import Any, Final

from lms.content.checking import Report, check
from lms.content.findings import Fault, Finding, format_finding
from lms.content.freshness import State, accept, state_of, whole, write_from, write_lock
from lms.content.ids import MissingId, missing_ids, missing_in_unit, write_ids
from lms.content.kinds import MISSING, Open, Question, WrongShape, build
from lms.content.making import make_unit
from lms.content.readme import FILE_NAME as README_NAME
from lms.content.readme import is_ours, readme_of, standing, write_readme
from lms.content.rendering import Renderer
from lms.content.sources import TYPES, CourseSource, UnitFile, UnitFolder, is_course, named_file, read_course, read_file
from lms.content.texts import is_slug, plain

ANSWERS_LIMIT: Final = 5_000_000
"""In bytes: what a file of answers may weigh. The longest answers to 200 open questions fit in."""
#: Of what is counted: said of one, and of several.
_Forms = dict[str, tuple[str, str]]
_ERRORS: _Forms = {
    "en": ("{count} error", "{count} errors"),
    "fr": ("{count} erreur", "{count} erreurs"),
    "es": ("{count} error", "{count} errores"),
    "ca": ("{count} error", "{count} errors"),
}
_WARNINGS: _Forms = {
    "en": ("{count} warning", "{count} warnings"),
    "fr": ("{count} avertissement", "{count} avertissements"),
    "es": ("{count} aviso", "{count} avisos"),
    "ca": ("{count} avís", "{count} avisos"),
}
_COURSES: _Forms = {
    "en": ("{count} course", "{count} courses"),
    "fr": ("{count} cours", "{count} cours"),
    "es": ("{count} curso", "{count} cursos"),
    "ca": ("{count} curs", "{count} cursos"),
}
_COUNTED = {
    "en": "{errors}, {warnings} in {courses}",
    "fr": "{errors}, {warnings} dans {courses}",
    "es": "{errors}, {warnings} en {courses}",
    "ca": "{errors}, {warnings} en {courses}",
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
_TWICE = {
    "en": "{id}: stands twice in “{path}”; keep one of the two answers",
    "fr": "{id} : est écrit deux fois dans « {path} » ; gardez une des deux réponses",
    "es": "{id}: está dos veces en «{path}»; deja una de las dos respuestas",
    "ca": "{id}: hi és dues vegades a «{path}»; deixa una de les dues respostes",
}
_TOO_LARGE = {
    "en": "“{path}” is larger than {limit} MB",
    "fr": "« {path} » dépasse {limit} Mo",
    "es": "«{path}» supera los {limit} MB",
    "ca": "«{path}» supera els {limit} MB",
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
_IDS_WRITTEN: _Forms = {
    "en": ("{count} id written", "{count} ids written"),
    "fr": ("{count} id écrit", "{count} ids écrits"),
    "es": ("{count} id escrito", "{count} ids escritos"),
    "ca": ("{count} id escrit", "{count} ids escrits"),
}
_IDS_MISSING: _Forms = {
    "en": ("{count} id missing", "{count} ids missing"),
    "fr": ("{count} id manquant", "{count} ids manquants"),
    "es": ("falta {count} id", "faltan {count} ids"),
    "ca": ("falta {count} id", "falten {count} ids"),
}
_READMES_WRITTEN: _Forms = {
    "en": ("{count} file written", "{count} files written"),
    "fr": ("{count} fichier écrit", "{count} fichiers écrits"),
    "es": ("{count} archivo escrito", "{count} archivos escritos"),
    "ca": ("{count} fitxer escrit", "{count} fitxers escrits"),
}
_READMES_STALE: _Forms = {
    "en": ("{count} file to write", "{count} files to write"),
    "fr": ("{count} fichier à écrire", "{count} fichiers à écrire"),
    "es": ("{count} archivo por escribir", "{count} archivos por escribir"),
    "ca": ("{count} fitxer per escriure", "{count} fitxers per escriure"),
}
_BY_HAND = {
    "en": "“{path}” was written by hand and is left alone",
    "fr": "« {path} » a été écrit à la main : il reste tel quel",
    "es": "«{path}» se escribió a mano y se deja como está",
    "ca": "«{path}» es va escriure a mà i es deixa com està",
}
_NO_COURSE = {
    "en": "“{path}” is not a course: it has no course.yml",
    "fr": "« {path} » n’est pas un cours : il n’a pas de course.yml",
    "es": "«{path}» no es un curso: no tiene course.yml",
    "ca": "«{path}» no és un curs: no té course.yml",
}
_FAULTY_COURSE = {
    "en": "“{path}” cannot be read; run “courses check {path}”",
    "fr": "« {path} » est illisible ; lancez « courses check {path} »",
    "es": "«{path}» no se puede leer; ejecuta «courses check {path}»",
    "ca": "«{path}» no es pot llegir; executa «courses check {path}»",
}
_NO_UNIT_FILE = {
    "en": "“{path}” is not a file of a unit that course.yml lists",
    "fr": "« {path} » n’est pas un fichier d’une étape citée dans course.yml",
    "es": "«{path}» no es un archivo de un paso que esté en course.yml",
    "ca": "«{path}» no és un fitxer d’un pas que sigui a course.yml",
}
_BAD_NAME = {
    "en": "“{name}” cannot be the name of a unit: use a-z, 0-9 and single hyphens",
    "fr": "« {name} » ne peut pas nommer une étape : prenez a-z, 0-9 et des traits d’union simples",
    "es": "«{name}» no puede ser el nombre de un paso: usa a-z, 0-9 y guiones sueltos",
    "ca": "«{name}» no pot ser el nom d’un pas: fes servir a-z, 0-9 i guionets solts",
}
_BAD_TYPE = {
    "en": "“{name}” is not a type of file; use: {types}",
    "fr": "« {name} » n’est pas un type de fichier ; choisissez parmi : {types}",
    "es": "«{name}» no es un tipo de archivo; elige entre: {types}",
    "ca": "«{name}» no és un tipus de fitxer; tria entre: {types}",
}
_NOT_THE_SOURCE = {
    "en": "a new unit begins in “{source}”, the source language of its course: write it, then translate it",
    "fr": "une nouvelle étape commence en « {source} », la langue source du cours : écrivez-la, puis traduisez-la",
    "es": "un paso nuevo empieza en «{source}», el idioma de origen del curso: escríbelo y luego tradúcelo",
    "ca": "un pas nou comença en «{source}», la llengua d’origen del curs: escriu-lo i després tradueix-lo",
}
_UNIT_EXISTS = {
    "en": "the unit “{name}” exists already",
    "fr": "l’étape « {name} » existe déjà",
    "es": "el paso «{name}» ya existe",
    "ca": "el pas «{name}» ja existeix",
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
    counts = _said(
        _COUNTED, lang, errors=_counted(_ERRORS, lang, whole.errors), warnings=_counted(_WARNINGS, lang, whole.warnings),
        courses=_counted(_COURSES, lang, whole.courses),
    )  # fmt: skip
    return "\n".join([*lines, counts]), code


def try_command(quiz: str | Path, answers: str | Path, format: str = "json", lang: str = "en") -> tuple[str, int]:
    """`courses try FILE --answers ANSWERS.json`: mark answers without a learner.

    Answers are `{"q-id": answer}` in the shapes that `kinds` describes; null is "I don't know", an absent id is
    unanswered. `draw`, `shuffle` and `attempts` do not apply. Gives the marks as JSON (or a line a question) and 0; the
    findings of a file with errors, or the name of an unknown id, of one that stands twice or of a wrong shape, and 1; 2
    for a file that cannot be opened.

    `points` means points won, of a question as of the whole: those of the questions add up to it. `of` are those that
    could be won; open questions, which no machine marks, win none and do not count.
    """
    path = Path(quiz).absolute()
    try:
        given = _answers(Path(answers))
    except OSError:
        return _said(_CANNOT_OPEN, lang, path=answers), 2
    except _Twice as twice:
        return _refused([(twice.id, _said(_TWICE, lang, id=twice.id, path=answers))], format)
    except _TooLarge:
        return _refused([("", _said(_TOO_LARGE, lang, path=answers, limit=ANSWERS_LIMIT // 1_000_000))], format)
    except (ValueError, RecursionError):
        return _refused([("", _said(_NOT_JSON, lang, path=answers))], format)
    try:
        report = check(path, lang)
        file = named_file(path.name)
        if report.errors or isinstance(file, Fault):
            errors = tuple(one for one in report.findings if one.severity == "error")
            if format == "json":
                return _json(Report(errors, report.courses).as_dict()), 1
            return "\n".join(format_finding(one) for one in errors), 1
        read_file(file, path, None)
    except OSError:
        return _said(_CANNOT_OPEN, lang, path=quiz), 2
    questions = questions_of(file)
    wrong = [(id, _said(_UNKNOWN, lang, id=id)) for id in map(_printable, given) if id not in questions]
    marks: dict[str, Any] = {}
    points = of = 0.0
    for id, question in questions.items():
        try:
            answer = question.accept(given[id]) if id in given else MISSING
        except WrongShape:
            wrong.append((id, _said(_WRONG_SHAPE, lang, id=id, kind=question.kind)))
            continue
        mark = question.mark(answer)
        won = question.points * (mark.fraction or 0)
        points += won
        of += 0 if isinstance(question, Open) else question.points
        feedback = [plain(text) for text in mark.feedback]
        marks[id] = {"kind": question.kind, "mark": mark.fraction, "points": won, "feedback": feedback}
    if wrong:
        return _refused(wrong, format)
    if format == "json":
        return _json({"questions": marks, "points": points, "of": of}), 0
    lines = []
    for id, one in marks.items():
        mark_shown = "–" if one["mark"] is None else f"{one['mark']:g}"
        lines.append("  ".join([id, one["kind"], mark_shown, *one["feedback"]]))
    return "\n".join([*lines, f"{points:g} / {of:g}"]), 0


def _refused(wrong: Sequence[tuple[str, str]], format: str) -> tuple[str, int]:
    if format == "json":
        return _json({"errors": [{"id": id or None, "message": message} for id, message in wrong]}), 1
    return "\n".join(message for _, message in wrong), 1


def ids_command(
    paths: Sequence[str | Path], only_check: bool = False, format: str = "table", lang: str = "en"
) -> tuple[str, int]:
    """`courses fmt --ids PATH...`: write the ids that are missing, readable, from the headings; touch no other.

    With `only_check` nothing is written: what would be is said, and the code is 1 where that is something. JSON:
    `{"ids": [{"path", "line", "id", "title"}], "written"}`; lines are those of the file before.
    """
    found: list[tuple[str, MissingId]] = []
    for path in paths:
        try:
            root, mine = _missing_below(Path(path).absolute())
            if not only_check:
                write_ids(root, mine)
        except OSError:
            return _said(_CANNOT_OPEN, lang, path=path), 2
        base = Path(path).absolute()
        base = base.parent if base.is_file() else base
        found += [(Path(os.path.relpath(root / one.place, base)).as_posix(), one) for one in mine]
    code = 1 if found and only_check else 0
    if format == "json":
        ids = [{"path": place, "line": one.line, "id": one.id, "title": one.title} for place, one in found]
        return _json({"ids": ids, "written": not only_check}), code
    count = _counted(_IDS_MISSING if only_check else _IDS_WRITTEN, lang, len(found))
    return "\n".join([*(f"{place}:{one.line}: {one.id}" for place, one in found), count]), code


def _missing_below(path: Path) -> tuple[Path, list[MissingId]]:
    """The missing ids of a folder of courses, a course or a file; and the folder that their places are relative to."""
    if not path.is_file():
        os.listdir(path)
        courses = [path] if is_course(path) else _course_folders(path)
        found = {one for folder in courses for one in missing_ids(read_course(folder))}
        return path.parent if is_course(path) else path, sorted(found)
    source, _, file = _in_course(path)
    if source is not None and file is not None:
        return source.root, [one for one in missing_ids(source) if one.place == file.place]
    alone = named_file(path.name)
    if isinstance(alone, Fault):
        return path.parent, []
    read_file(alone, path, None)
    return path.parent, missing_in_unit(UnitFolder("", "", files=[alone]), alone.lang)


def readme_command(
    paths: Sequence[str | Path], only_check: bool = False, format: str = "table", lang: str = "en"
) -> tuple[str, int]:
    """`courses readme PATH...`: write the README.md of each course: its title, its summary, its steps as links.

    With `only_check` nothing is written: what would be is said, and the code is 1 where that is something. One that was
    written by hand is left alone, and a course that cannot be read too; both are told, with 1. JSON: `{"files": [...],
    "written", "refused": [...]}`; paths are relative to the argument.
    """
    files: list[str] = []
    refused: list[str] = []
    for path in paths:
        try:
            folder = Path(path).absolute()
            os.listdir(folder)
            for course in [folder] if is_course(folder) else _course_folders(folder):
                source = read_course(course)
                place = (Path(os.path.relpath(course, folder)) / README_NAME).as_posix()
                wanted, there = readme_of(source), standing(source)
                if wanted is None:
                    refused.append(_said(_FAULTY_COURSE, lang, path=course.name))
                elif there is not None and not is_ours(there):
                    refused.append(_said(_BY_HAND, lang, path=place))
                elif wanted != there:
                    if not only_check:
                        write_readme(source)
                    files.append(place)
        except OSError:
            return _said(_CANNOT_OPEN, lang, path=path), 2
    code = 1 if refused or (only_check and files) else 0
    if format == "json":
        return _json({"files": files, "written": not only_check, "refused": refused}), code
    count = _counted(_READMES_STALE if only_check else _READMES_WRITTEN, lang, len(files))
    return "\n".join([*refused, *files, count]), code


def status_command(
    paths: Sequence[str | Path], of: str | None = None, format: str = "table", lang: str = "en"
) -> tuple[str, int]:
    """`courses status PATH --lang ca`: say how fresh a language is, course by course and unit by unit.

    `of` is that language, None for every language of a course but its source. States are `current`, `stale`, `draft`,
    `missing`; a unit is as good as its worst activity. JSON: `{"courses": [{"course", "lang", "state",
    "stale_sections", "units": [{"unit", "state", "stale_sections", "activities": {key: state}, "stale": {key: sections}}]}]}`.
    The code is 1 where a course cannot be read.
    """
    told: list[dict[str, Any]] = []
    faulty: list[str] = []
    for path in paths:
        try:
            folder = Path(path).absolute()
            os.listdir(folder)
            for course in [folder] if is_course(folder) else _course_folders(folder):
                source = read_course(course)
                if source.header is None:
                    faulty.append(_said(_FAULTY_COURSE, lang, path=course.name))
                    continue
                others = [one for one in source.header.languages if one != source.header.source]
                told += [_status(source, one) for one in ([of] if of else others)]
        except OSError:
            return _said(_CANNOT_OPEN, lang, path=path), 2
    code = 1 if faulty else 0
    if format == "json":
        return _json({"courses": told, "faulty": faulty}), code
    lines = list(faulty)
    for one in told:
        lines.append(f"{one['course']} {one['lang']}: {_state_shown(one)}")
        for unit in one["units"]:
            lines.append(f"  {unit['unit']}: {_state_shown(unit)}")
            # A unit is as good as its worst activity: where they differ, each is named, so that none hides behind it.
            if len(set(unit["activities"].values())) > 1:
                lines += [
                    f"    {key}: {_state_shown({'state': state, 'stale_sections': unit['stale'].get(key, 0)})}"
                    for key, state in unit["activities"].items()
                ]
    return "\n".join(lines), code


def _status(source: CourseSource, lang: str) -> dict[str, Any]:
    units = []
    states: list[State] = []
    for unit in source.units:
        mine = {key: state_of(source, unit, key, lang) for key in unit.activity_keys()}
        state = whole(list(mine.values()))
        states.append(state)
        units.append(
            {
                "unit": unit.id,
                "state": state.state,
                "stale_sections": state.sections,
                "activities": {key: one.state for key, one in mine.items()},
                "stale": {key: one.sections for key, one in mine.items() if one.sections},
            }
        )
    state = whole(states)
    return {
        "course": source.header.id if source.header else source.place,
        "lang": lang,
        "state": state.state,
        "stale_sections": state.sections,
        "units": units,
    }


def _state_shown(one: dict[str, Any]) -> str:
    stale = one["stale_sections"]
    if not stale:
        return str(one["state"])
    return f"stale ({stale})" if one["state"] == "stale" else f"{one['state']}, stale ({stale})"


def current_command(path: str | Path, minor: bool = False, format: str = "table", lang: str = "en") -> tuple[str, int]:
    """`courses current FILE [--minor]`: say that a translation is up to date with its source.

    Writes `from:` into its header and its line in `translations.lock`. Of the source itself it notes the sections; with
    `minor` what has changed in it counts as what it was, so that translations stay current; with `minor` a translation
    keeps its `from:` and only the lock is written. JSON: `{"files": [...]}`, the keys written.
    """
    file_path = Path(path).absolute()
    if not file_path.is_file():
        return _said(_CANNOT_OPEN, lang, path=path), 2
    source, unit, file = _in_course(file_path)
    if source is None or unit is None or file is None:
        return _said(_NO_UNIT_FILE, lang, path=path), 2
    if source.header is None or file.page is None or file.header is None:
        return _said(_FAULTY_COURSE, lang, path=path), 1
    original = unit.file(file.key, source.header.source) or file
    if original.page is None or original.header is None:
        return _said(_FAULTY_COURSE, lang, path=original.file_name), 1
    entries = accept(source, unit, file, minor)
    try:
        write_lock(source, entries, file.place)
        if original is not file and not minor:
            write_from(file_path, next(iter(entries.values()))["source"])
    except OSError:
        return _said(_CANNOT_OPEN, lang, path=path), 2
    if format == "json":
        return _json({"files": sorted(entries)}), 0
    return "\n".join(f"{key}: {entries[key]['source']}" for key in sorted(entries)), 0


def new_unit_command(
    unit: str,
    course: str | Path,
    types: str = "lesson,quiz",
    unit_lang: str | None = None,
    format: str = "table",
    lang: str = "en",
) -> tuple[str, int]:
    """`courses new-unit UNIT --course PATH [--type lesson,quiz] [--lang fr]`: write small examples that pass the check.

    `unit_lang` is the language of the examples: the source language of the course, since a translation without what it
    translates does not pass the check. JSON: `{"files": [...]}`.
    """
    folder = Path(course).absolute()
    if not is_course(folder):
        return _said(_NO_COURSE, lang, path=course), 2
    if not is_slug(unit):
        return _said(_BAD_NAME, lang, name=unit), 2
    wanted = list(dict.fromkeys(type.strip() for type in types.split(",") if type.strip()))
    for type in wanted or [""]:
        if type not in TYPES:
            return _said(_BAD_TYPE, lang, name=type, types=", ".join(TYPES)), 2
    source = read_course(folder)
    if source.header is None:
        return _said(_FAULTY_COURSE, lang, path=course), 1
    if unit_lang not in (None, source.header.source):
        return _said(_NOT_THE_SOURCE, lang, source=source.header.source), 2
    if any(one.id == unit for one in source.units):
        return _said(_UNIT_EXISTS, lang, name=unit), 1
    try:
        written = make_unit(folder, unit, wanted, source.header.source)
    except FileExistsError:
        return _said(_UNIT_EXISTS, lang, name=unit), 1
    except OSError:
        return _said(_CANNOT_OPEN, lang, path=course), 2
    if written is None:
        return _said(_FAULTY_COURSE, lang, path=course), 1
    files = [one.relative_to(folder).as_posix() for one in written]
    return _json({"files": files}) if format == "json" else "\n".join(files), 0


def _course_folders(folder: Path) -> list[Path]:
    return [
        child
        for child in sorted(folder.iterdir())
        if child.is_dir() and not child.is_symlink() and not child.name.startswith(("_", ".")) and is_course(child)
    ]


def _in_course(path: Path) -> tuple[CourseSource | None, UnitFolder | None, UnitFile | None]:
    """The course, the unit and the file that lie at a path; for a shared unit, the first course that uses it."""
    place = "/".join(path.parts[-4:])
    root = path.parents[3] if len(path.parts) > 4 else None
    if root is None or path.parts[-3] != "units":
        return None, None, None
    for folder in [path.parents[2]] if is_course(path.parents[2]) else _course_folders(root):
        source = read_course(folder)
        for unit in source.units:
            for file in unit.files:
                if file.place == place:
                    return source, unit, file
    return None, None, None


def questions_of(file: UnitFile) -> dict[str, Question]:
    """Give the questions of a file that was read without errors, in its order."""
    assert file.page is not None
    render = Renderer(file.lang, file.page.definitions)
    return {id: build(sketch, render) for id, sketch in file.sketches.items()}


class _Twice(ValueError):
    """A key that stands twice in an object: which of the two is meant, nobody can tell."""

    def __init__(self, id: str) -> None:
        super().__init__(id)
        self.id = id


class _TooLarge(ValueError):
    """A file that holds more than answers."""


def _answers(path: Path) -> dict[str, Any]:
    """Read a file of answers. Raises OSError, ValueError for what is no JSON object, RecursionError for a nest."""
    with path.open("rb") as file:
        raw = file.read(ANSWERS_LIMIT + 1)
    if len(raw) > ANSWERS_LIMIT:
        raise _TooLarge
    values = json.loads(raw, object_pairs_hook=_once, parse_constant=_no_number)
    if not isinstance(values, dict):
        raise ValueError
    return values


def _once(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    values: dict[str, Any] = {}
    for id, value in pairs:
        if id in values:
            raise _Twice(_printable(id))
        values[id] = value
    return values


def _no_number(name: str) -> None:
    raise ValueError(name)


def _printable(id: str) -> str:
    """An id as it can be printed on a line: at most 90 characters, no control marks, no half of a sign."""
    return "".join(sign if sign.isprintable() else "?" for sign in id[:90])


def _said(sentences: dict[str, str], lang: str, **fields: object) -> str:
    return sentences.get(lang, sentences["en"]).format_map(fields)


def _counted(forms: _Forms, lang: str, count: int) -> str:
    """`count` with its noun. Nothing is singular in French and plural elsewhere."""
    one, many = forms.get(lang, forms["en"])
    return (one if count == 1 or (count == 0 and lang == "fr") else many).format(count=count)


def _json(value: object) -> str:
    return json.dumps(value, ensure_ascii=False, indent=2, allow_nan=False)
