"""The door of the table of spaces, and of the same table to take along."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from flask import Blueprint, Response, render_template, request

from lms.catalogue.topics.queries import count_of
from lms.foundation import sheets
from lms.foundation.clock import today
from lms.foundation.i18n import _, by_name, format_date
from lms.priorities.queries import latest_ranking
from lms.reports.network.queries import archived, lines
from lms.reports.network.rules import ONLY, Line, asked, narrowed, ordered, turned
from lms.spaces.directory.rules import plain
from lms.spaces.policy import guard

bp = Blueprint("network", __name__, template_folder="templates")

#: Spaces on one page of the table.
PAGE = 50


def _wanted(everything: list[Line]) -> tuple[list[Line], dict[str, str]]:
    """The lines an address asks for, in its order, and what of the address narrows them."""
    territories = {line.territory_id for line in everything}
    kept = {
        "q": request.args.get("q", "")[:100].strip(),
        "territory": request.args.get("territory", "") if request.args.get("territory", "") in territories else "",
        "only": request.args.get("only", "") if request.args.get("only", "") in ONLY else "",
    }
    found = narrowed(everything, words=kept["q"], territory=kept["territory"], only=kept["only"], plain=plain)
    return ordered(found, asked(request.args.get("sort", "")), by_name), {k: v for k, v in kept.items() if v}


@bp.get("/network")
@guard("network")
def spaces() -> Any:
    """The spaces of the network: a sentence, then a table that can be sorted and narrowed."""
    everything = lines()
    found, kept = _wanted(everything)
    last = max(0, (len(found) - 1) // PAGE)
    page = min(max(request.args.get("page", 0, type=int), 0), last)
    ranking = latest_ranking()
    sort = asked(request.args.get("sort", ""))
    territories = {line.territory_id: line.territory for line in everything}
    shown = found[page * PAGE : (page + 1) * PAGE]
    return render_template(
        "network/spaces.html", lines=shown, count=len(found), all=len(everything), page=page,
        last=last, kept=kept, sort=sort, order=("-" if sort[1] else "") + sort[0], turned=turned,
        territories=dict(sorted(territories.items(), key=lambda one: by_name(one[1]))),
        weeks={
            week: _("week of %(day)s", day=format_date(week, "d MMM")) for week in {line.last for line in shown if line.last}
        },
        idle=sum(line.last is None for line in everything), unrun=sum(not line.managers for line in everything),
        need=ranking.first_name if ranking else "", people=sum(line.people for line in everything),
        active=sum(line.active for line in everything), archived=archived(), topics=count_of()[False],
    )  # fmt: skip


@bp.get("/network/spaces.csv")
@guard("network")
def table() -> Response:
    """The lines an address asks for, as CSV."""
    found, _kept = _wanted(lines())
    headers = [
        _("Space"), _("Village or town"), _("Territory"), _("Country"), _("People"), _("Active this month"), _("First need"),
        _("Run by"), _("Last active week"),
    ]  # fmt: skip
    answer = Response(sheets.write_csv(headers, _rows(found)), mimetype="text/csv")
    answer.headers["Content-Disposition"] = f'attachment; filename="spaces-{today().isoformat()}.csv"'
    answer.headers["Cache-Control"] = "no-store"
    return answer


def _rows(found: list[Line]) -> Iterator[list[sheets.Cell]]:
    for line in found:
        yield [
            line.name, line.place, line.territory, line.country, line.people, line.active, line.priority,
            ", ".join(line.managers), format_date(line.last, "yyyy-MM-dd") if line.last else "",
        ]  # fmt: skip
