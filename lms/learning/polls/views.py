"""Doors of polls: the page with the question or its results, and the vote."""

from __future__ import annotations

from typing import Any

from flask import Blueprint, flash, redirect, render_template, request

from lms.accounts.visitor import visitor
from lms.content.documents import Activity, Poll
from lms.foundation.clock import DEFAULT_ZONE, today
from lms.foundation.db import writing
from lms.foundation.errors import NotFound
from lms.foundation.i18n import _, format_date, language, ngettext
from lms.learning import pages, service
from lms.learning import queries as learning
from lms.learning.activities import shows
from lms.learning.closing import closes, onward
from lms.learning.polls import queries, rules
from lms.learning.polls import service as polls
from lms.learning.queries import Learning
from lms.learning.rules import variant
from lms.spaces.policy import guard
from lms.spaces.queries import network

bp = Blueprint("polls", __name__, template_folder="templates")


@shows("poll")
def page(own: Learning, unit: str, text: Activity, *, error: str = "") -> Any:
    """A poll: its question, or what the others say."""
    poll, source = _poll(own, unit, text)
    standing = queries.standing_of(own.enrolment.person_id, own.enrolment.course_id, unit, source)
    state = rules.state(poll, today(_zone()))
    shown = rules.shows_results(state, voted=standing.voted, votes=standing.total)
    names = (
        queries.names_by_choice(own.enrolment.course_id, unit, source) if shown and not poll.anonymous else []
    )  # fmt: skip
    return render_template(
        "polls/poll.html",
        **pages.frame(own, unit, text, language()),
        poll=poll,
        title=pages.placed(poll.title, own.published),
        prompt=pages.placed(poll.prompt, own.published),
        choices=[pages.placed(choice, own.published) for choice in poll.choices],
        asked=queries.mark_of(source),
        blocks=[pages.placed(text.html, own.published)] if text.html else [],
        state=state,
        days=_days(poll, state),
        voted=standing.voted,
        bars=_bars(own, poll, standing, names) if shown else [],
        total=standing.total,
        named=bool(names),
        waits=standing.voted and not shown,
        error=error,
        form={"errors": bool(error)},
        here_address=pages.activity_address(own.enrolment.course_id, unit, text.key),
        ends=closes(own, unit, text.key) and unit not in own.finished,
    )


@bp.post("/courses/<course_id>/<unit>/<activity>/vote")
@guard("signed_in")
def vote(course_id: str, unit: str, activity: str) -> Any:
    """A vote. Sent twice, the first one stands. Where the poll is over, its step can be finished without one."""
    own = learning.learning_of(visitor().id, course_id)
    text = variant(own.published.document, unit, activity, language()) if own else None
    if own is None or text is None:
        raise NotFound()
    poll, source = _poll(own, unit, text)
    day = today(_zone())
    ends = closes(own, unit, activity)
    if request.form.get("do") == "finish":
        # Whoever voted is done already; whoever comes too late must not be kept from finishing the course.
        if rules.state(poll, day) != "closed" or not ends:
            raise NotFound()
        with writing():
            whole = service.complete(visitor().id, course_id, unit, kind="poll")
        return onward(own, unit, text, whole=whole)
    mark = queries.mark_of(source)
    # A page from before the poll was changed counts for nothing: its second choice may be another one now.
    place = _place(poll) if request.form.get("asked", mark) == mark else 0
    if not place:
        return page(own, unit, text, error=_("Choose one of the answers.")), 422
    with writing():
        counted = polls.vote(visitor().id, course_id, unit, source, place, day=day)
        if ends:
            service.complete(visitor().id, course_id, unit, kind="poll")
    if counted:
        flash(_("Thank you, your vote is counted."), "yes")
    return redirect(pages.activity_address(course_id, unit, activity))


def _poll(own: Learning, unit: str, text: Activity) -> tuple[Poll, Activity]:
    """The poll as the reader reads it, and its activity in the language of the course, which names its choices."""
    source = variant(own.published.document, unit, text.key, own.published.document.source)
    if text.poll is None or source is None or source.poll is None:
        raise NotFound()
    return text.poll, source


def _zone() -> str:
    """The zone in which the days of a poll begin and end: the network's."""
    found = network()
    return found.zone if found else DEFAULT_ZONE


def _place(poll: Poll) -> int:
    """Which choice was sent, 0 for none of them."""
    given = request.form.get("choice", "")
    return int(given) if given in [str(place) for place in range(1, len(poll.choices) + 1)] else 0


def _days(poll: Poll, state: str) -> str:
    """Until when, or from when, one can vote; empty where nothing limits it."""
    if state == "before" and poll.opens:
        return _("You can vote from %(day)s.", day=format_date(poll.opens))
    if state == "closed" and poll.closes:
        return _("The poll ended on %(day)s.", day=format_date(poll.closes))
    return _("You can vote until %(day)s.", day=format_date(poll.closes)) if poll.closes else ""


def _bars(own: Learning, poll: Poll, standing: queries.Standing, names: list[list[str]]) -> list[dict[str, Any]]:
    """The rows of the results: choice, votes, share in words, and who where names are shown."""
    total = standing.total
    return [
        {
            "text": pages.placed(choice, own.published),
            "votes": votes,
            "share": rules.percent(votes, total),
            "told": ngettext("%(num)s vote, %(share)s %%", "%(num)s votes, %(share)s %%", votes,
                             share=rules.percent(votes, total)),
            "names": ", ".join(names[place]) if names else "",
        }
        for place, (choice, votes) in enumerate(zip(poll.choices, standing.votes, strict=True))
    ]  # fmt: skip
