"""The planner's command: `flask --app wsgi priorities plan`. A pure door: no database, no secret, no network."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable, Collection, Mapping
from pathlib import Path
from typing import Any

import click

from lms.foundation.commands import CommandGroup, language_asked
from lms.foundation.i18n import LANGUAGES, speaking
from lms.priorities.planning import rules
from lms.priorities.planning.reading import BYTES_MOST, Unusable, decode, read_courses, read_needs
from lms.priorities.planning.wording import CODES, sentence, shown, unopened

priorities = CommandGroup("priorities", help="Which courses to run, which to build: plan.")


@priorities.command("plan")
@click.argument("needs", type=click.Path())
@click.argument("courses", type=click.Path())
@click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
@click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language of the sentences.")
def plan_command(needs: str, courses: str, form: str, lang: str | None) -> None:
    """Plan from NEEDS ({"K1": 0.6, ...}) and COURSES ([{"id", "coverage": {"K1": 1.0}, "status", "remaining_hours"}, ...]).

    \b
    status         available, draft or missing
    domain, age, prerequisites   may be given too; age counts the planning cycles waited

    Needs are used as given, those below 0 as 0. Prerequisites are checked, and decide nothing here: they matter in a
    person's own path. Exit code 1 for a file that cannot be used, with its line.
    """
    spoken = language_asked(lang)
    wanted = _use(needs, read_needs, form, spoken)
    offered = _use(courses, read_courses, form, spoken)
    result = plan(wanted, offered)
    document = json.dumps(result, ensure_ascii=False, allow_nan=False) if form == "json" else ""
    click.echo(document or _table(result, rules.curve(result["greedy"], wanted)))


def plan(needs: Mapping[str, float], courses: Collection[rules.Course]) -> dict[str, Any]:
    """The whole answer, ready for JSON."""
    steps = rules.greedy(needs, courses)
    ready = [course for course in courses if course.status == rules.AVAILABLE]
    return {
        "static_priority": {course.id: rules.value(needs, course.coverage) for course in courses},
        "greedy": [list(step) for step in steps],
        "cut": rules.cut(steps, needs),
        "run_now": rules.run_now(needs, courses),
        "residual": rules.residual(needs, ready),
        "build_next": [
            {"id": one.id, "benefit": one.benefit, "per_hour": one.per_hour, "score": one.score}
            for one in rules.build_next(needs, courses)
        ],
    }


def _use(path: str, read: Callable[[str], Any], form: str, lang: str) -> Any:
    """What a file says. Ends the command: with 2 where it cannot be opened, with 1 where it cannot be used."""
    try:
        with Path(path).open("rb") as file:
            data = file.read(BYTES_MOST + 1)
    except OSError as error:
        with speaking(lang):
            raise click.UsageError(unopened(path, error.strerror or str(error))) from error
    try:
        return read(decode(data))
    except Unusable as fault:
        with speaking(lang):
            said, code = sentence(fault), CODES[fault.code]
        click.echo(f"{path}:{fault.line}: {code} {said}" if fault.line else f"{path}: {code} {said}", err=True)
        if form == "json":
            told = {"path": path, "line": fault.line or None, "code": code, "sentence": said}
            click.echo(json.dumps({"errors": [told]}, ensure_ascii=False))
        sys.exit(1)


def _table(result: dict[str, Any], curve: list[float]) -> str:
    worth = result["static_priority"]
    lines = ["run now"]
    lines += [f"  {worth[name]:8.3f}  {shown(name)}" for name in result["run_now"]]
    lines.append("build next: score, benefit, benefit an hour")
    for one in result["build_next"]:
        hourly = "no hour" if one["per_hour"] is None else f"{one['per_hour']:.4f}"
        lines.append(f"  {one['score']:8.3f}  {one['benefit']:8.3f}  {hourly:>8}  {shown(one['id'])}")
    lines.append("plan: what each adds, and the share of all need covered so far")
    for at, ((name, adds), covered) in enumerate(zip(result["greedy"], curve, strict=True)):
        if at == result["cut"]:
            lines.append("  -------- below: less than 1 % of all need each")
        lines.append(f"  {adds:8.3f}  {100 * covered:5.1f} %  {shown(name)}")
    lines.append("left uncovered by what is available")
    left = sorted(result["residual"].items(), key=lambda one: (-one[1], one[0]))
    lines += [f"  {rest:8.3f}  {shown(name)}" for name, rest in left]
    return "\n".join(lines)
