"""Doors of the survey: the start, one competency a page, the check before sending. Sending itself leads to suggestions,
which are computed from the answers by a room above.
"""

from __future__ import annotations

from typing import Any

from flask import Blueprint, redirect, render_template, request, url_for

from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.spaces.policy import guard
from lms.survey import service
from lms.survey.forms import RatingForm
from lms.survey.instruments import WAYS_OUT, Item, Words
from lms.survey.queries import Page, page_of
from lms.survey.rules import CODES, UNANSWERED

bp = Blueprint("survey", __name__, template_folder="templates")


def _page(token: str) -> Page:
    found = page_of(token)
    if found is None:
        raise NotFound()
    return found


def _is_over(page: Page) -> bool:
    return page.state == "used" or page.campaign_state != "open"


def over(page: Page) -> tuple[str, int]:
    """The page of a link that leads no further: already sent, or the survey is closed."""
    return render_template("survey/over.html", page=page), 410


@bp.route("/survey/<token>", methods=["GET", "POST"])
@guard("public")
def start(token: str) -> Any:
    """Why, how long, who sees what. The button begins, or goes on where the person stopped."""
    page = _page(token)
    if _is_over(page):
        return over(page)
    if request.method == "POST":
        with writing():
            place = service.start(token)
        return redirect(_address(token, place, len(page.instrument.items)), 303)
    return render_template("survey/start.html", page=page, token=token, total=len(page.instrument.items))


@bp.route("/survey/<token>/<int:number>", methods=["GET", "POST"])
@guard("public")
def rate(token: str, number: int) -> Any:
    """One competency, two ratings. Whatever is sent is kept at once, also when going back or leaving a row empty."""
    page = _page(token)
    if _is_over(page):
        return over(page)
    if not page.order:
        return redirect(url_for("survey.start", token=token), 303)
    if not 1 <= number <= len(page.order):
        raise NotFound()
    items = {item.id: item for item in page.instrument.items}
    item = items[page.order[number - 1]]
    form = RatingForm()
    form.speak(page.instrument)
    total, checking = len(page.order), request.args.get("from") == "check"
    if request.method == "POST":
        codes = form.codes()
        back = request.form.get("go") == "back"
        fine = form.complain()
        after = number - 1 if back else number + 1
        untouched = codes == (UNANSWERED, UNANSWERED) and item.id not in page.answers
        if back and untouched:  # nothing was said here: nothing is kept, and the page asks when it is met again
            return redirect(_address(token, after, total), 303)
        if set(codes) <= CODES:
            with writing():
                stays = not fine and not back
                service.save_page(token, number, *codes, place=number if stays else total + 1 if checking else after)
            if fine or back:
                return redirect(_address(token, total + 1 if checking else after, total), 303)
        form.asked.data = "1"
        return _rating(page, token, number, item, form, checking), 422
    kept = page.answers.get(item.id)
    form.show((kept[0], kept[1]) if kept else None)
    # a row left empty on purpose is not asked about again
    form.asked.data = "1" if kept and UNANSWERED in kept else ""
    return _rating(page, token, number, item, form, checking)


def _rating(page: Page, token: str, number: int, item: Item, form: RatingForm, checking: bool) -> str:
    return render_template(
        "survey/rate.html", page=page, token=token, number=number, total=len(page.order), item=item, form=form,
        checking=checking, quiet=list(WAYS_OUT.values()),
    )  # fmt: skip


@bp.get("/survey/<token>/check")
@guard("public")
def check(token: str) -> Any:
    """Everything answered so far, with a way to each page; sending is the button below."""
    page = _page(token)
    if _is_over(page):
        return over(page)
    if not page.order:
        return redirect(url_for("survey.start", token=token), 303)
    places = {item: number for number, item in enumerate(page.order, start=1)}
    words = dict(page.instrument.ways_out)
    empty = sum(code == UNANSWERED for item in page.order for code in page.answers.get(item, ("0", "0")))

    def said(item: Item, side: int) -> Words | None:
        code = page.answers.get(item.id, (UNANSWERED, UNANSWERED))[side]
        scale = page.instrument.level if side else page.instrument.importance
        return None if code == UNANSWERED else words[code] if code in words else scale.levels[int(code) - 1]

    rows: dict[str, list[tuple[Item, int, Words | None, Words | None]]] = {}
    for item in sorted(page.instrument.items, key=lambda item: places[item.id]):
        rows.setdefault(item.domain, []).append((item, places[item.id], said(item, 0), said(item, 1)))
    return render_template("survey/check.html", page=page, token=token, rows=rows, empty=empty, total=len(page.order))


def _address(token: str, place: int, total: int) -> str:
    """The page to show for a place: a competency, the check after the last, the start before the first."""
    if place < 1:
        return url_for("survey.start", token=token)
    if place > total:
        return url_for("survey.check", token=token)
    return url_for("survey.rate", token=token, number=place)
