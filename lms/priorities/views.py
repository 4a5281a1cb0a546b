"""Doors of priorities: the suggestions after the survey, the network's needs and the order that follows from them, the
method.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, current_app, flash, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue import service as catalogue
from lms.catalogue.queries import Shelved, published, shelf
from lms.foundation.db import writing
from lms.foundation.errors import Expired, NotFound, Refused
from lms.foundation.i18n import _, format_number, language, ngettext
from lms.learning import service as learning
from lms.learning.queries import courses_of, declined_by
from lms.learning.rules import listed
from lms.priorities import rules, wording
from lms.priorities.planning.path import Suggestion, suggest
from lms.priorities.queries import (
    Outlook,
    Row,
    groups_of,
    latest_ranking,
    needs_in,
    offered_by,
    outlook_of,
    plan_of,
)
from lms.spaces.policy import guard, may
from lms.spaces.queries import network, space, territories
from lms.survey import service as survey
from lms.survey.analysis.uncertainty import RESAMPLED_MOST
from lms.survey.instruments import InstrumentFault, instrument, newest, read
from lms.survey.queries import CampaignView, asked_in, newest_campaign, open_campaign, shown_campaign
from lms.ui import charts

bp = Blueprint("priorities", __name__, template_folder="templates")

#: Territories and courses that stand open; the others are a press away.
FIRST_GROUPS, FIRST_OFFERS = 6, 5
#: Courses that answers suggest at most.
SUGGESTED = 3
#: Rows of a chart before "show the figures".
CHART = 8


# ---- after the survey ---------------------------------------------------------------------------------------------


@bp.route("/survey/<token>/send", methods=["GET", "POST"])
@guard("public")
def send(token: str) -> Any:
    """Send the answers, then suggest three courses from them. What is computed here lives as long as this answer.

    A second sending, or coming back to this address, leads to the page of a used link.
    """
    if request.method != "POST":
        return redirect(url_for("survey.start", token=token), 303)
    try:
        with writing():
            pairs = survey.send(token)
    except Expired:
        return redirect(url_for("survey.start", token=token), 303)
    offered = {one.published.course_id: one for one in shelf()}
    known = not visitor().is_anonymous
    done = {one.published.course_id for one in courses_of(visitor().id)} if known else set()
    ranking = latest_ranking()
    found = suggest(
        pairs,
        {name: offered_by(one.published) for name, one in offered.items()},
        ranking.shares if ranking else {},
        done=done,
        refused=declined_by(visitor().id) if known else frozenset(),
        most=SUGGESTED,
    )
    return render_template(
        "priorities/sent.html", offered=offered, title_of=_title, by_network=not pairs,
        suggestions=[(one, offered[one.course_id].published.document, _about(pairs, one)) for one in found],
        units_of=lambda document: listed(document, language()),
    )  # fmt: skip


def _about(pairs: dict[str, tuple[int, int]], suggestion: Suggestion) -> list[str]:
    """The needs of this person that a suggestion answers, in words: those with a gap in the answers just sent."""
    mine = [name for name in suggestion.about if name in pairs and pairs[name][0] > pairs[name][1]]
    return [wording.name_of(name) for name in mine[:3]]


def _title(offer: Shelved) -> str:
    return offer.published.document.title(language())


@bp.post("/survey/courses")
@guard("signed_in")
def keep() -> Any:
    """Keep courses that were suggested: these, and nothing of why."""
    chosen = [name for name in dict.fromkeys(request.form.getlist("course")) if published(name) is not None][:SUGGESTED]
    if not chosen:
        flash(_("No course was chosen."), "yet")
        return redirect(url_for("home.catalogue"), 303)
    with writing():
        for name in chosen:
            learning.enrol(visitor().id, name, source="self")
    flash(
        ngettext("The course is among yours now.", "%(num)s courses are among yours now.", len(chosen)),
        "yes",
    )
    return redirect(url_for("home.start"), 303)


# ---- the network's needs ------------------------------------------------------------------------------------------


@bp.get("/network/needs")
@guard("network")
def results() -> Any:
    """What the network needs, how sure that is, and the order of the courses that follows from it."""
    newest_one = newest_campaign()
    shown = shown_campaign(newest_one)
    ranking = latest_ranking()
    if shown is None or newest_one is None:
        return render_template("priorities/nothing.html", campaign=newest_one, wording=wording)
    mine = ranking if ranking and ranking.campaign_id == shown.id else None
    needs = needs_in(shown, ranking)
    asked = asked_in(shown)
    sort = request.args.get("sort", "")
    sort = sort if sort in asked.domains else ""
    groups, offers = groups_of(shown), shelf()
    outlook = outlook_of(mine, offers, asked, groups) if mine else None
    return render_template(
        "priorities/results.html", campaign=newest_one, shown=shown, ranking=mine, needs=needs, wording=wording,
        gaps=_gap_chart(needs), ranks=_rank_chart(needs),
        groups=_by_domain(groups, sort), domains=asked.domains, sort=sort, heat=charts.heat,
        limits=charts.LIMITS, one=_one, shelf=offers, order=ranking, title_of=_title, certain=rules.SURE,
        first_groups=FIRST_GROUPS, first_offers=FIRST_OFFERS, outlook=outlook, levels=asked.level.levels,
        curve=_curve_chart(outlook) if outlook else None, names={row.key: row.name for row in groups},
        titles={one.published.course_id: _title(one) for one in offers},
    )  # fmt: skip


def _one(value: float) -> str:
    """A mean or gap with one decimal."""
    return format_number(round(value, 1) + 0.0, 1)  # + 0.0: no "-0.0"


def _by_domain(rows: list[Row], domain: str) -> list[Row]:
    """Territories by their gap in `domain`, the largest first; as they are without one."""

    def key(row: Row) -> tuple[float, str]:
        return (-(row.group.domains.get(domain, -9.0) if row.group else -9.0), row.name)

    return sorted(rows, key=key) if domain else rows


def _gap_chart(needs: tuple[rules.Need, ...]) -> tuple[str, Any] | None:
    """The eight largest gaps: (message, drawing), or None where there is none."""
    widest = sorted(needs, key=lambda need: (-round(need.gap, 12), need.competency))[:CHART]
    if not widest or widest[0].gap <= 0:
        return None
    title = _("The widest gap: %(name)s", name=wording.name_of(widest[0].competency))
    words = charts.GapWords(
        _("not useful"), _("useful"), _("essential"), _("ease"), _("importance"), _("gap"), _("in hand")
    )
    rows = [charts.GapRow(wording.heading_of(need.competency), need.importance, need.level) for need in widest]
    return title, charts.gap_chart("gap", rows, title, _("The values are in the table that follows."), words, _one)


def _rank_chart(needs: tuple[rules.Need, ...]) -> tuple[str, Any] | None:
    """The first eight with their plausible ranks: (message, drawing), or None without draws."""
    first = [need for need in needs if need.rank and need.best and need.worst][:CHART]
    if len(first) < 2:
        return None
    cut = rules.cut_after(needs, CHART)
    title = (
        ngettext("The first one stands apart from the others", "The first %(num)s stand apart from the others", cut)
        if cut
        else _("Where bands touch, the order can change")
    )
    rows = [
        charts.RankRow(wording.heading_of(need.competency), need.rank or 0, need.best or 0, need.worst or 0)
        for need in first
    ]
    ranks = max(row.worst for row in rows)
    told = _("The ranks are in the list that follows.")
    drawing = charts.rank_chart("rank", rows, title, told, _("more urgent"), _("less urgent"), ranks=ranks, cut=cut)
    return title, drawing


def _curve_chart(outlook: Outlook) -> tuple[str, Any] | None:
    """What the courses of the plan cover together: (message, drawing), or None where they cover nothing."""
    if not outlook.cut:
        return None
    title = wording.coverage_sentence(outlook.plan, outlook.cut)
    drawing = charts.curve_chart(
        "curve", [covered for _name, _adds, covered in outlook.plan], title,
        _("The values are in the table that follows."), _("courses"), wording.per_hundred, cut=outlook.cut,
    )  # fmt: skip
    return title, drawing


# ---- the needs of a space -------------------------------------------------------------------------------------------


@bp.get("/team/<space_id>/needs")
@guard("team")
def of_space(space_id: str) -> Any:
    """The first courses for a space its visitor runs, and where it differs from the network."""
    place = space(space_id) if may(visitor(), "team", space_id) else None
    if place is None:
        raise NotFound()
    shown = shown_campaign(newest_campaign())
    offers = shelf()
    plan = plan_of(shown, place, offers) if shown else None
    return render_template(
        "priorities/space.html", place=place, plan=plan, shown=shown, wording=wording, title_of=_title,
        offered={one.published.course_id: one for one in offers},
        territory=next(one.name for one in territories() if one.id == place.territory_id),
    )  # fmt: skip


# ---- steering -----------------------------------------------------------------------------------------------------


@bp.post("/network/needs/pin")
@guard("steer")
def pin() -> Any:
    """Give a course a place by hand or, where that is asked for, let its number decide again."""
    course_id, place = request.form.get("course", ""), request.form.get("place", "")
    offers = shelf()
    if course_id not in {one.published.course_id for one in offers}:
        raise NotFound()
    unpins = request.form.get("do") == "unpin"
    if not unpins and not (place.isascii() and place.isdigit() and 1 <= int(place) <= len(offers)):
        raise Refused(_("There is no such place on the shelf."))
    with writing():
        catalogue.pin(course_id, None if unpins else int(place), visitor().id)
    flash(
        _("The number decides again where the course stands.")
        if unpins
        else _("The course has its place now; it stays there whatever the numbers say."),
        "yes",
    )
    return redirect(url_for("priorities.results", _anchor="courses"), 303)


@bp.route("/network/needs/close", methods=["GET", "POST"])
@guard("steer")
def close() -> Any:
    """Close the open campaign, after a page that says what that means."""
    campaign = open_campaign()
    if campaign is None:
        raise Refused(_("No campaign is open."))
    if request.method != "POST":
        return render_template("priorities/close.html", campaign=campaign, wording=wording)
    _same(campaign)
    with writing():
        survey.close(campaign.id)
    flash(_("The campaign is closed. The order of the courses is computed once more; that takes a moment."), "yes")
    return redirect(url_for("priorities.results"), 303)


def _same(campaign: CampaignView) -> None:
    """The page that was confirmed must be about this campaign: a second press must not close the next one."""
    if request.form.get("campaign") != campaign.id:
        raise Refused(_("Another campaign is open by now."))


@bp.route("/network/needs/open", methods=["GET", "POST"])
@guard("steer")
def begin() -> Any:
    """Open a new campaign with the newest questionnaire, after a page that says what that means."""
    if open_campaign() is not None:
        raise Refused(_("A campaign is open already. Close it before you open another."))
    folder = current_app.config["CORDADA"].courses
    path = newest(folder)
    try:
        if path is None:
            raise InstrumentFault("no file")
        digest, document = read(path, folder / "_competencies.yml")
    except InstrumentFault as error:
        current_app.logger.error("the questionnaire cannot be asked: %s", error)
        raise Refused(_("The questionnaire cannot be read. The log of the server says why.")) from error
    if request.method != "POST":
        return render_template("priorities/open.html", instrument=instrument(document), k=_smallest_group())
    try:
        with writing():
            survey.open_campaign(survey.keep_instrument(digest, document))
    except InstrumentFault as error:
        current_app.logger.error("the questionnaire cannot be asked: %s", error)
        raise Refused(_("The questionnaire cannot be read. The log of the server says why.")) from error
    flash(_("The campaign is open. Everybody in the network gets a personal, anonymous link by mail."), "yes")
    return redirect(url_for("priorities.results"), 303)


def _smallest_group() -> int:
    """The fewest people the next campaign will show anything about."""
    found = network()
    return found.smallest_group if found else 5


@bp.get("/method")
@guard("public")
def method() -> str:
    """How the numbers are computed, in plain words, for everybody."""
    return render_template("priorities/method.html", k=_smallest_group(), many=format_number(RESAMPLED_MOST, 0))
