"""Doors of home: landing, the learner's next ten minutes, the catalogue with its reasons, the coordinator's week."""

from __future__ import annotations

from datetime import UTC, date, datetime, timedelta
from typing import Any

from flask import Blueprint, current_app, make_response, redirect, render_template, request, url_for

from lms.accounts.visitor import visitor
from lms.catalogue.queries import announcements, places
from lms.foundation.clock import now, today
from lms.foundation.i18n import LANGUAGES, language, wished
from lms.home.queries import cards_for, said_in
from lms.home.rules import FACETS, chosen, counts, proposals
from lms.home.wording import domain_name, length_name, level_name, proposals_title
from lms.learning.assignments.queries import ways_told
from lms.learning.doors.queries import shut_among
from lms.learning.following.queries import LATE_MANY, late_by_space
from lms.learning.notes.queries import tried_in
from lms.learning.pages import minutes
from lms.learning.plans.rules import is_on_home
from lms.learning.queries import Learning, courses_of, plans_of
from lms.learning.remarks.queries import waits_for
from lms.learning.renewals.queries import validities_of
from lms.learning.reviews.queries import today_of
from lms.learning.reviews.wording import named_day
from lms.learning.rules import minutes_range, summary_lang, title_lang, unit_lang
from lms.learning.trial.pages import samples
from lms.learning.trial.queries import first_of, samples_of
from lms.learning.works.queries import waiting_for
from lms.priorities.wording import reason_sentence
from lms.spaces.joining.queries import asked_of
from lms.spaces.policy import guard
from lms.spaces.queries import count_spaces, has_coordinator, network
from lms.survey.queries import open_campaign

bp = Blueprint("home", __name__, template_folder="templates")

#: Courses on one page of the catalogue.
COURSES = 20
#: Questions that can be tried on the front page.
SAMPLES = 3

#: How long the process itself keeps the front page as a stranger without a cookie gets it: one text for each language that
#: browsers ask for, and one for those that ask for none of ours.
KEPT = timedelta(seconds=30)
LONG_AGO = datetime.min.replace(tzinfo=UTC)


@bp.get("/")
@guard("public")
def landing() -> Any:
    """The public front page; people who are signed in go on to their own. Without a cookie it may be kept for a minute."""
    if not visitor().is_anonymous:
        return redirect(url_for("home.start"))
    if request.cookies or request.args:
        return _landing()[0]
    kept: dict[str, tuple[str, datetime]] = current_app.extensions.setdefault("landing", {})
    asked = wished() or ""
    text, until = kept.get(asked, ("", LONG_AGO))
    if until < now():
        text, ready = _landing()
        if ready:
            kept[asked] = (text, now() + KEPT)
    answer = make_response(text)
    answer.headers["Cache-Control"] = "public, max-age=60"
    return answer


def _landing() -> tuple[str, bool]:
    """The front page, and whether there is a network behind it."""
    here = network()
    ready = here is not None and has_coordinator()
    offers = places() if ready else []
    first = first_of(offers, language())
    page = render_template(
        "home/landing.html", ready=ready, network=here, open=here is not None and here.registration == "open",
        trial=first.course_id if first else "", trial_minutes=minutes(first.minutes) if first else "",
        questions=samples(samples_of(offers, language(), SAMPLES), language()), spaces=count_spaces() if ready else 0,
    )  # fmt: skip
    return page, ready


@bp.get("/invitation")
@guard("public")
def invitation() -> str:
    """For somebody who says they have an invitation: where it is, and what to do where it is not."""
    here = network()
    return render_template("home/invitation.html", contact=here.contact if here else "")


@bp.get("/home")
@guard("signed_in")
def start() -> Any:
    """My next ten minutes: one step to go on with, then what else waits, then my courses."""
    mine = courses_of(visitor().id)
    shut = shut_among(mine)
    under_way = [one for one in mine if not one.is_finished and one.next_unit and one.published.course_id not in shut]
    # A live session is met on its day; what can be done now comes before it.
    own_pace = [one for one in under_way if not (one.next_activity or "").startswith("live")]
    now_card = next(iter(own_pace or under_way), None)
    here = None if visitor().roles else network()
    offers = proposals(cards_for(visitor().id, mine)) if now_card is None else []
    day = today(visitor().zone)
    plans = [plan for plan in plans_of(visitor().id) if is_on_home(plan.state, plan.planned_on, day)]
    # The nearest day ahead; where there is none, the last one that was not told yet.
    ahead = [plan for plan in plans if plan.planned_on and plan.planned_on >= day][:1] or plans[-1:]
    review = today_of(visitor().id, day)
    around = tried_in(visitor().id, now_card.published.course_id, now_card.reached) if now_card else ()
    said = ("", "")
    if now_card is not None and now_card.next_unit and now_card.next_activity:
        said = said_in(now_card.published, now_card.next_unit, now_card.next_activity, language())
    return render_template(
        "home/start.html", now=now_card, said=said, mine=mine, offers=offers, reason_sentence=reason_sentence,
        around=next(iter(around), None), plan=next(iter(ahead), None), day=day,
        review=review, review_day=named_day(review.next_on, day),
        campaign=open_campaign() if visitor().spaces else None, news=waiting_for(visitor().id),
        # A path puts people into its courses: who takes none is on none. Some had begun a course of it by themselves.
        ways=ways_told(visitor().id) if mine else [], renew=_to_renew(mine),
        waits=waits_for(visitor()), transfers=asked_of(visitor().id) if visitor().spaces else [],
        title_lang=title_lang, unit_lang=unit_lang, foreign=lambda code: "" if code == language() else code,
        minutes_range=minutes_range, first_name=visitor().name.split()[0],
        homeless=here is not None and here.registration == "open",
        late=late_by_space(visitor().manages, day=day), late_many=LATE_MANY,
    )  # fmt: skip


def _to_renew(mine: list[Learning]) -> list[tuple[str, str, date]]:
    """(title, course, day) of what was finished and is to be renewed now."""
    if not any(one.is_finished for one in mine):
        return []
    open_now = {name: one.due_on for name, one in validities_of(visitor().id).items() if one.due_on is not None}
    titles = {one.published.course_id: one.published.document.title(language()) for one in mine}
    return [(titles[name], name, day) for name, day in open_now.items() if name in titles]


@bp.get("/catalogue")
@guard("public")
def catalogue() -> Any:
    """Three proposals, each with its reason; then every course, with filters that are plain links."""
    cards = cards_for(None if visitor().is_anonymous else visitor().id)
    names = {
        "domain": domain_name, "length": length_name, "language": lambda code: LANGUAGES.get(code, code), "level": level_name
    }  # fmt: skip
    known = counts(cards, {})
    # In the order in which they were chosen: the last of them is the first to take away.
    filters = {
        name: request.args[name] for name in request.args if name in FACETS and request.args[name] in known[name]
    }
    tally = counts(cards, filters) if filters else known
    listed = chosen(cards, filters)
    last = max(0, (len(listed) - 1) // COURSES)
    page = min(max(request.args.get("page", 0, type=int), 0), last)
    return render_template(
        "home/catalogue.html", cards=listed[page * COURSES : (page + 1) * COURSES], found=len(listed),
        offers=[] if filters or page else proposals(cards), all=len(cards), page=page, last=last,
        ahead=[] if filters or page < last else announcements(),
        filters=filters, fewer=dict(list(filters.items())[:-1]), tally=tally, names=names,
        reason_sentence=reason_sentence, proposals_title=proposals_title, title_lang=title_lang, summary_lang=summary_lang,
    )  # fmt: skip
