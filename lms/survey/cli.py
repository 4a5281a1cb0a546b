"""The researcher's commands: `flask --app wsgi survey analyse | rake | bws | suppress`.

Pure doors: they need no database, no secret and no network, and write nothing. The science is in `lms.survey.analysis`.
"""

from __future__ import annotations

import json
import re
import secrets
import sys
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any, NoReturn

import click

from lms.foundation.commands import CommandGroup, language_asked
from lms.foundation.i18n import LANGUAGES, _, speaking
from lms.survey.analysis import bestworst, raking, suppression
from lms.survey.analysis.reading import Unusable, line_of, read_ratings, read_table, with_weights
from lms.survey.analysis.report import TOP, analyse, analyse_by
from lms.survey.analysis.wording import CODES, sentence

survey = CommandGroup("survey", help="Needs from the command line: analyse, rake, bws, suppress.")

_format = click.option("--format", "form", type=click.Choice(["table", "json"]), default="table", show_default=True)
_language = click.option("--lang", type=click.Choice(list(LANGUAGES)), help="Language of the sentences.")
_file = click.Path()


def _text(path: str) -> str:
    """What a file holds. Ends the command with 2 where it cannot be opened. Raises `Unusable` for another encoding."""
    try:
        data = Path(path).read_bytes()
    except OSError as error:
        raise click.UsageError(f"“{path}” cannot be opened ({error.strerror}).") from error
    try:
        return data.decode("utf-8-sig")
    except UnicodeDecodeError as error:
        raise Unusable("encoding", data.count(b"\n", 0, error.start) + 1) from error


class _Files:
    """The files of a command; a fault found in one of them is told with its path."""

    def __init__(self, form: str, lang: str | None) -> None:
        self.form = form
        self.lang = language_asked(lang)

    def use(self, path: str, how: Callable[[str], Any], about: str | None = None) -> Any:
        """What `how` makes of the text of `path`. Ends the command with 1 where it cannot be used.

        `about` is the file in which what a fault without a line speaks of is written, where that is another.
        """
        try:
            return how(_text(path))
        except Unusable as fault:
            if not fault.line:
                path = about or path
                fault.line = line_of(_text(path), fault.about)
            self.refuse(path, fault)

    def warn(self, path: str, fault: Unusable) -> tuple[str, str]:
        """Say on stderr what is not as it should be; gives its code and sentence."""
        with speaking(self.lang):
            said, code = sentence(fault), CODES[fault.code]
        place = f"{path}:{fault.line}" if fault.line else path
        click.echo(f"{place}: {code} {said}", err=True)
        return code, said

    def refuse(self, path: str, fault: Unusable) -> NoReturn:
        """Say what is wrong, and end with 1: a line on stderr; where JSON was asked for, the same there."""
        code, said = self.warn(path, fault)
        if self.form == "json":
            error = {"path": path, "line": fault.line or None, "code": code, "sentence": said}
            click.echo(json.dumps({"errors": [error]}, ensure_ascii=False))
        sys.exit(1)

    def answer(self, result: dict[str, Any], table: Callable[[dict[str, Any]], list[list[str]]]) -> None:
        """Print the result: one JSON document, or aligned columns."""
        if self.form == "json":
            click.echo(json.dumps(result, ensure_ascii=False, allow_nan=False))
            return
        with speaking(self.lang):
            click.echo("\n".join(_aligned(table(result))))


#: What stands to the right in its column.
_FIGURE = re.compile(r"[-=]?\d[\d.]*( %)?|\d+-\d+|[-…]")


def _aligned(rows: list[list[str]]) -> list[str]:
    """Rows as lines of text with columns of one width; the first row is the head. A row of one cell is a sentence."""
    # An item may be called anything; what moves a terminal's cursor is no name.
    rows = [
        ["".join(sign if sign.isprintable() or sign in "\u00a0\u202f" else "�" for sign in cell) for cell in row]
        for row in rows
    ]
    columns = range(len(rows[0]))
    cells = [[row[at] for row in rows if len(row) > 1] for at in columns]
    widths = [max(map(len, column)) for column in cells]
    right = [all(_FIGURE.fullmatch(cell) for cell in column[1:]) for column in cells]
    lines = []
    for row in rows:
        if len(row) > 1:
            row = [row[at].rjust(widths[at]) if right[at] else row[at].ljust(widths[at]) for at in columns]
        lines.append("  ".join(row).rstrip())
    return lines


def _shown(value: Any, decimals: int = 2) -> str:
    return "-" if value is None else f"{value:.{decimals}f}" if isinstance(value, float) else str(value)


@survey.command("analyse")
@click.argument("file", type=_file)
@click.option("--weights", type=_file, help="A CSV file: respondent,weight.")
@click.option("--by", "column", help="A further column of FILE: everything again for each of its values.")
@click.option(
    "--k", default=1, show_default=True, type=click.IntRange(min=1), help="With --by: show no group of fewer people."
)
@click.option(
    "--top", default=TOP, show_default=True, type=click.IntRange(min=1), help="Chances are about the first N."
)
@click.option("--seed", type=click.IntRange(min=0), help="The same seed gives the same bytes; without it one is drawn.")
@click.option("--checks", "checked", is_flag=True, help="Also what the order would be if it were made otherwise.")
@_format
@_language
def analyse_command(
    file: str,
    weights: str | None,
    column: str | None,
    k: int,
    top: int,
    seed: int | None,
    checked: bool,
    form: str,
    lang: str | None,
) -> None:
    """Order the items of FILE by need, with everything that qualifies the order.

    FILE is a CSV file, a row for each respondent and item: respondent,item,importance,competence and any further columns. A
    rating is 1, 2, 3, 4 or 5; DK, NA, PNS and an empty cell are missing (don't know, not my role, prefer not to say, not
    answered). Exit code 1 for a file that cannot be used, with its line.
    """
    files = _Files(form, lang)
    table = files.use(file, read_ratings)
    if weights is not None:
        table = files.use(weights, lambda text: with_weights(table, text), file)
    drawn = secrets.randbelow(2**32) if seed is None else seed
    if column is None:
        files.answer(analyse(table, seed=drawn, top=top, checked=checked), _order_rows)
        return
    if column not in table.columns:
        files.refuse(file, Unusable("no_column", 1, column=column, columns=", ".join(table.columns) or "-"))
    files.answer(analyse_by(table, column, seed=drawn, top=top, k=k, checked=checked), _order_rows)


def _order_rows(result: dict[str, Any]) -> list[list[str]]:
    """The items by need, a rank that is shared with "=" before it; and below them each group's."""
    rows = [
        [
            _("rank"), "95 %", _("item"), "n", _("importance"), _("competence"), _("gap"), "MWDS", _("share with a gap"),
            _("P(top)"), _("label"),
        ]
    ]  # fmt: skip
    shared = Counter(one["rank"] for one in result["items"].values() if one["rank"])
    for item, one in sorted(result["items"].items(), key=lambda pair: (pair[1]["rank"] or 10**9, pair[0])):
        rank = "=" * (shared[one["rank"]] > 1) + _shown(one["rank"])
        rows.append(
            [
                rank, f"{_shown(one['rank_low'])}-{_shown(one['rank_high'])}", item, str(one["n"]),
                _shown(one["importance_mean"]), _shown(one["competence_mean"]), _shown(one["gap"]), _shown(one["mwds"]),
                "-" if one["nr_pct"] is None else f"{one['nr_pct']:.0f} %", _shown(one["p_top"]), _shown(one["label"]),
            ]
        )  # fmt: skip
    about = {"many": result["n_respondents"], "effective": _shown(result["n_eff"], 1), "seed": result["seed"]}
    rows.append([_("respondents: %(many)s, worth %(effective)s; seed: %(seed)s") % about])
    rows += _check_rows(result.get("checks"))
    for value, group in result.get("groups", {}).items():
        rows += [[], [f"[{value}]"]]
        rows += [[_("suppressed")]] if "suppressed" in group else _order_rows(group)[1:]
    return rows


def _check_rows(found: dict[str, Any] | None) -> list[list[str]]:
    """What qualifies the order, a sentence each; those with nothing to say are left out."""
    if found is None:
        return []

    def moved(made: dict[str, Any]) -> str:
        return ", ".join(f"{item} {before} > {after}" for item, (before, after) in made["moved"].items())

    kinds = {"size": _("how wide the gap is"), "importance": _("how important it is")}
    told = [
        (
            _("people cannot judge: %(items)s"),
            ", ".join(f"{item} {one:.0f} %" for item, one in found["cannot_judge"].items()),
        ),
        (_("ranks, counting those answers as the lowest competence: %(items)s"), moved(found["at_lowest"])),
        (
            _("depends on the method: %(items)s"),
            ", ".join(f"{item} ({kinds[part]})" for item, part in found["depends_on_method"].items()),
        ),
        (_("ranks without doubtful answers: %(items)s"), moved(found["without_doubtful"])),
        (_("ranks without weights: %(items)s"), moved(found.get("unweighted", {"moved": {}}))),
    ]
    return [[said % {"items": what}] for said, what in told if what]


@survey.command("rake")
@click.argument("respondents", type=_file)
@click.argument("targets", type=_file)
@click.option(
    "--trim", default=raking.TRIM, show_default=True, type=click.FloatRange(min=1, min_open=True),
    help="No weight above so many times the mean.",
)  # fmt: skip
@_format
@_language
def rake_command(respondents: str, targets: str, trim: float, form: str, lang: str | None) -> None:
    """Weigh RESPONDENTS (respondent,<margins...>[,weight]) so that their margins are those of TARGETS (margin,value,target)."""
    files = _Files(form, lang)
    sample = files.use(respondents, lambda text: raking.read_sample(read_table(text)))
    wanted = files.use(targets, lambda text: raking.read_targets(read_table(text)))
    made = files.use(respondents, lambda _text: raking.rake(sample, wanted, trim=trim), targets)
    effect = raking.design_effect(made.weights)
    result = {
        "weights": dict(zip(sample.respondents, made.weights.tolist(), strict=True)),
        "rounds": made.rounds, "kish_deff": effect, "n_eff": len(made.weights) / effect, "trimmed": made.trimmed,
    }  # fmt: skip
    files.answer(result, _weight_rows)


def _weight_rows(result: dict[str, Any]) -> list[list[str]]:
    return [["respondent", "weight"], *([who, _shown(one, 4)] for who, one in result["weights"].items())]


@survey.command("bws")
@click.argument("counts", type=_file)
@_format
@_language
def bws_command(counts: str, form: str, lang: str | None) -> None:
    """Score the items of COUNTS (item,shown,best,worst) by best-worst scaling, in closed form."""
    files = _Files(form, lang)
    found = files.use(counts, lambda text: bestworst.read_counts(read_table(text)))
    files.answer({"items": bestworst.best_worst(found)}, _choice_rows)


def _choice_rows(result: dict[str, Any]) -> list[list[str]]:
    names = ["score", "p", "b", "se", "low", "high", "share"]
    items = sorted(result["items"].items(), key=lambda pair: (-pair[1]["p"], pair[0]))
    return [["item", *names]] + [[item, *(_shown(one[name], 3) for name in names)] for item, one in items]


@survey.command("suppress")
@click.argument("table", type=_file)
@click.option("--k", default=5, show_default=True, type=click.IntRange(min=2), help="Counts of 1 to K - 1 are hidden.")
@_format
@_language
def suppress_command(table: str, k: int, form: str, lang: str | None) -> None:
    """Hide the small counts of TABLE (row,col,count), and as many others as it takes that none follows from the margins.

    Nor from the margins and what is known of hidden counts (primary: 1 to K - 1, secondary: K or more); where a table leaves
    no way to that, it is said on stderr.
    """
    files = _Files(form, lang)

    cells = files.use(table, lambda text: suppression.read_cells(read_table(text)))
    hidden = files.use(table, lambda _text: suppression.suppress(cells, k))
    told = sorted(suppression.told(cells, hidden.keys(), k))
    if told:
        about = {"row": told[0][0], "col": told[0][1]}
        files.warn(table, Unusable("told", line_of(_text(table), about), many=len(told), **about))
    result = {
        "cells": [
            {"row": place[0], "col": place[1], "count": None if place in hidden else count, "hidden": hidden.get(place)}
            for place, count in cells.items()
        ],
        "audit": {"solvable": [{"row": row, "col": col} for row, col in suppression.solvable(hidden.keys())]},
    }
    files.answer(result, _cell_rows)


def _cell_rows(result: dict[str, Any]) -> list[list[str]]:
    shown = [[one["row"], one["col"], "…" if one["hidden"] else str(one["count"])] for one in result["cells"]]
    return [["row", "col", "count"], *shown]
