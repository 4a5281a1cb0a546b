"""Doors of the audit: everything for coordinators, one's own space for those who run it. Nothing here writes."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, render_template, request

from lms.accounts.visitor import visitor
from lms.foundation.errors import NotFound
from lms.foundation.i18n import by_name
from lms.spaces import queries as spaces
from lms.spaces.audit import queries
from lms.spaces.audit.kinds import TOPICS
from lms.spaces.audit.wording import change, sentence
from lms.spaces.models import Space
from lms.spaces.policy import guard, may

bp = Blueprint("audit", __name__, template_folder="templates")


def _page(place: Space | None, choose: bool) -> str:
    topic = request.args.get("topic", "")
    topic = topic if topic in TOPICS else ""
    rows, after = queries.entries(
        space_id=place.id if place else None, topic=topic, before=request.args.get("before", "")
    )
    offered = (
        sorted((row.Space for row in spaces.all_spaces()), key=lambda one: (by_name(one.name), by_name(one.place)))
        if choose
        else []
    )
    return render_template(
        "audit/entries.html", rows=rows, after=after, topic=topic, topics=TOPICS, place=place, offered=offered,
        sentence=sentence, change=change, further=bool(request.args.get("before")), choose=choose,
    )  # fmt: skip


@bp.get("/network/audit")
@guard("network")
def network() -> Any:
    """Every change, newest first; `space` and `topic` narrow it."""
    wanted = request.args.get("space", "")
    return _page(spaces.space(wanted) if wanted else None, choose=True)


@bp.get("/team/<space_id>/audit")
@guard("team")
def space(space_id: str) -> Any:
    """The changes in a space of mine. A foreign space is answered like a missing one."""
    place = spaces.space(space_id) if may(visitor(), "team", space_id) else None
    if place is None:
        raise NotFound()
    return _page(place, choose=False)
