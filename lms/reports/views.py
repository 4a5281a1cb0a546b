"""Doors of reports: a manager's team a page at a time, who is late, one person, tables to take along, the report by mail."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date, datetime
from typing import Any
from urllib.parse import quote

from flask import (
    Blueprint,
    Response,
    current_app,
    flash,
    redirect,
    render_template,
    request,
    stream_with_context,
    url_for,
)

from lms.accounts.visitor import visitor
from lms.catalogue import queries as catalogue
from lms.catalogue.queries import places
from lms.foundation import sheets
from lms.foundation.clock import end_of, now, today
from lms.foundation.db import db, writing
from lms.foundation.errors import NotFound, Refused, TooMany
from lms.foundation.i18n import _, format_date, language, ngettext
from lms.learning import service as learning
from lms.learning.following import queries as following
from lms.learning.following import service as follow
from lms.learning.following.queries import LATE_MANY, LISTS, MANY, Wanted
from lms.learning.following.rules import RHYTHMS, SENTENCE_LONGEST, may_remind
from lms.priorities.wording import reason_sentence
from lms.reports import sheet
from lms.reports.forms import EnrolForm
from lms.reports.queries import team_of
from lms.reports.rules import month_begins, week_word
from lms.spaces.models import Space
from lms.spaces.policy import guard, may
from lms.spaces.queries import applications_to, open_invitations, space, spaces_named
from lms.spaces.service import hold_right

bp = Blueprint("reports", __name__, template_folder="templates")


def _managed(space_id: str) -> Space:
    """The space, if this visitor manages it. A foreign space is answered like a missing one."""
    found = space(space_id) if may(visitor(), "team", space_id) else None
    if found is None:
        raise NotFound()
    return found


@bp.get("/team")
@guard("team")
def team() -> Any:
    """The first space I manage; the page offers the others."""
    first = spaces_named(visitor().manages)[0]
    return redirect(url_for("reports.team_of_space", space_id=first.id, course=request.args.get("course")))


def _wanted(space_id: str, courses: dict[str, str]) -> Wanted:
    """The list an address asks for; what it asks for that there is not is left out."""
    show, course = request.args.get("show", ""), request.args.get("on", "")
    return Wanted(
        space_id,
        show if show in LISTS else "all",
        course if course in courses else "",
        " ".join(request.args.get("q", "").split())[: following.SOUGHT_LONGEST],
    )


@bp.route("/team/<space_id>", methods=["GET", "POST"])
@guard("team")
def team_of_space(space_id: str) -> Any:
    """Who is in my space, where they are, a page at a time; tick people, choose a course, enrol."""
    named = spaces_named(visitor().manages)
    here = next((one for one in named if one.id == space_id), None)
    if here is None:
        raise NotFound()
    day = today(here.zone)
    offers = places()
    said = catalogue.titles([offer.version_id for offer in offers], language())
    titles = {offer.course_id: said[offer.version_id] for offer in offers}
    figures = following.figures_of(here.id, day=day, since=end_of(month_begins(day), here.zone))
    wanted = _wanted(here.id, titles)
    listed = following.people_listed(
        wanted, day=day, large=figures.large, after=request.args.get("after", ""), before=request.args.get("before", "")
    )
    people = team_of(here.id, listed.people)
    # Whoever was ticked and belongs to the space counts, also where they stand on another page meanwhile.
    theirs = (
        following.among(here.id, request.form.getlist("people")[:MANY]) if request.method == "POST" else frozenset()
    )
    choices = {**dict.fromkeys(theirs, ""), **{person.id: person.name for person in people}}
    form = EnrolForm(people=list(choices.items()), courses=list(titles.items()), today=day)
    if request.method == "GET" and request.args.get("course") in titles:
        form.course.data = request.args["course"]
    if request.method == "GET" and request.args.get("all"):
        form.people.data = listed.people
    if form.validate_on_submit():
        chosen = sorted(set(form.people.data))
        with writing():
            hold_right(visitor().id, "enrol_others", here.id)
            if not following.among(here.id, chosen).issuperset(chosen):  # people come and go while forms are filled
                raise Refused(_("Somebody you ticked is not in this space any more. Check who is ticked."))
            counts = learning.enrol_many(
                chosen, form.course.data, by=visitor().id, due_on=form.due_on.data, why=form.why.data or ""
            )
            follow.seen(visitor().id, here.id)
        flash(_told(counts, titles[form.course.data]), "yes" if counts.enrolled else "")
        return redirect(url_for("reports.team_of_space", space_id=here.id))
    state = {"show": wanted.show if wanted.show != "all" else "", "on": wanted.course, "q": wanted.sought}

    def link(**changes: Any) -> str:
        values = {name: value for name, value in {**state, **changes}.items() if value}
        return url_for("reports.team_of_space", space_id=here.id, **values)

    taken = [course for person in people for course in person.courses]
    first = offers[0] if offers else None
    report = following.report_of(visitor().id, here.id)
    return render_template(
        "reports/team.html", base=here, spaces=named, people=people, form=form, day=day,
        alone=not form.errors and figures.size == 1, figures=figures, many=MANY, wanted=wanted, link=link, state=state,
        listed=listed, late_many=LATE_MANY,
        courses={course.stands_at: course for course in taken}.values(),
        labels={person.id: _("Choose %(name)s", name=person.name) for person in people},
        days={on: format_date(on, "medium") for on in {course.due_on for course in taken if course.due_on}},
        weeks={week: _week(week, day) for week in {person.week for person in people}},
        below=url_for("reports.person", space_id=here.id, person_id=""), applications=applications_to(here.id),
        invitations=open_invitations(here.id), titles=titles,
        report=report, first=first, reason=reason_sentence(first.reason) if first and first.reason else None,
        mailto=_mailto,
    ), 422 if form.errors else 200  # fmt: skip


def _week(week: date | None, day: date) -> str:
    """When somebody was here last, as a manager reads it: by weeks."""
    word = week_word(week, day)
    if week is not None and word == "earlier":
        return _("week of %(day)s", day=format_date(week, "medium"))
    return {"this": _("this week"), "last": _("last week"), "never": _("never")}[word]


def _mailto(address: str, subject: str) -> str:
    """An address that opens the reader's own mail program."""
    return f"mailto:{quote(address, safe='@')}?subject={quote(subject)}"


def _told(counts: learning.Counts, title: str) -> str:
    """What became of the people who were ticked, in a sentence or two."""
    said = [
        ngettext("%(num)d person is enrolled in “%(title)s”.", "%(num)d people are enrolled in “%(title)s”.",
                 counts.enrolled, title=title)
    ] if counts.enrolled else []  # fmt: skip
    if counts.already:
        said.append(
            ngettext("%(num)d person was enrolled already.", "%(num)d people were enrolled already.", counts.already)
        )
    if counts.declined:
        said.append(
            ngettext(
                "%(num)d person had declined this course; their choice stands.",
                "%(num)d people had declined this course; their choice stands.",
                counts.declined,
            )
        )
    return " ".join(said)


# --- late ------------------------------------------------------------------------------------------------------------


@bp.get("/team/<space_id>/late")
@guard("team")
def late(space_id: str) -> Any:
    """Who is late with what, longest first: everybody ticked who may be reminded."""
    here = _managed(space_id)
    return _late_page(here, "", None)


def _late_page(here: Space, fault: str, ticked: list[str] | None) -> Any:
    day = today(here.zone)
    after = request.args.get("after", "")
    lines, more = following.late_lines(here.id, day=day, after=after)
    moment = now()
    free = {line.enrolment_id for line in lines if may_remind(line.reminded_at, moment) and not line.silent}
    shown = free if ticked is None else free & set(ticked)
    return render_template(
        "reports/late.html", base=here, lines=lines, more=more, after=after, free=free, ticked=shown, fault=fault,
        sentence=request.form.get("sentence", "")[:SENTENCE_LONGEST], longest=SENTENCE_LONGEST,
        titles=following.titles({line.course_id for line in lines}, language()),
        days={on: format_date(on, "medium") for on in {line.due_on for line in lines}},
        below=url_for("reports.person", space_id=here.id, person_id=""),
    ), 422 if fault else 200  # fmt: skip


@bp.post("/team/<space_id>/late")
@guard("team")
def remind(space_id: str) -> Any:
    """Remind those who are ticked, with a sentence if wanted. Sent twice is once."""
    here = _managed(space_id)
    ticked = list(dict.fromkeys(request.form.getlist("line")))[: following.PAGE * 2]
    sentence = request.form.get("sentence", "")
    if len(sentence) > SENTENCE_LONGEST:
        return _late_page(here, "sentence", ticked)
    if not ticked:
        return _late_page(here, "line", ticked)
    with writing():
        done = follow.remind(here.id, ticked, by=visitor().id, sentence=sentence)
        follow.seen(visitor().id, here.id)
    flash(_reminded(done), "yes" if done.reminded else "")
    return redirect(url_for("reports.late", space_id=here.id))


def _reminded(done: follow.Reminded) -> str:
    said = [ngettext("%(num)d reminder is on its way.", "%(num)d reminders are on their way.", done.reminded)]
    if not done.reminded:
        said = [_("Nobody was reminded.")]
    if done.already:
        said.append(
            ngettext(
                "%(num)d had been sent in the last three days.",
                "%(num)d had been sent in the last three days.",
                done.already,
            )
        )
    if done.silent:
        said.append(ngettext("%(num)d person wants no mails.", "%(num)d people want no mails.", done.silent))
    return " ".join(said)


# --- one person ------------------------------------------------------------------------------------------------------


@bp.get("/team/<space_id>/people/<person_id>")
@guard("team")
def person(space_id: str, person_id: str) -> Any:
    """The facts about somebody of my space, newest first: what they read about themselves too."""
    here = _managed(space_id)
    return _person_page(here, person_id, own=False)


@bp.get("/account/followed")
@guard("signed_in")
def own() -> Any:
    """What the managers of my spaces see of me: the same page, for each space I belong to."""
    mine = visitor().spaces
    asked = request.args.get("space", "")
    if asked and asked not in mine:
        raise NotFound()
    if not mine:
        return render_template("reports/person.html", base=None, who=None, own=True, spaces=[])
    named = spaces_named(mine)
    here = next((one for one in named if one.id == asked), named[0])
    return _person_page(here, visitor().id, own=True, spaces=named)


def _person_page(here: Space, person_id: str, *, own: bool, spaces: list[Space] | None = None) -> Any:
    who = following.member(here.id, person_id)
    if who is None:
        raise NotFound()
    events = following.timeline(here.id, who.id, who.since)
    lines = team_of(here.id, [who.id])
    return render_template(
        "reports/person.html", base=here, who=who, own=own, spaces=spaces or [], line=lines[0] if lines else None,
        events=events, titles=following.titles({one.course_id for one in events if one.course_id}, language()),
        day=today(here.zone),
    )  # fmt: skip


# --- the table as a file ---------------------------------------------------------------------------------------------


@bp.get("/team/<space_id>/table.<kind>")
@guard("team")
def table(space_id: str, kind: str) -> Any:
    """The list an address asks for, whole, as CSV or XLSX: a roster that can be read in again unchanged. One at a time for each
    person.
    """
    here = _managed(space_id)
    if kind not in ("csv", "xlsx"):
        raise NotFound()
    titles = {offer.course_id: "" for offer in places()}
    wanted, day, name = _wanted(here.id, titles), today(here.zone), here.name
    who, app = visitor().id, current_app._get_current_object()  # type: ignore[attr-defined]
    with writing():
        begun = follow.begin_table(who)
    if begun is None:
        raise TooMany(_("Your last table is still on its way. Wait until it is there."), retry_after=10)
    mark, until = begun

    def end() -> None:
        # Called by the server when the last byte has left or the reader has gone: this request is over then.
        with app.app_context(), writing():
            follow.end_table(mark, who)

    try:
        pieces, mime = _file(kind, wanted, day, name)
    except BaseException:
        db.session.rollback()
        end()
        raise
    answer = Response(stream_with_context(_in_time(pieces, until)), content_type=mime)
    answer.headers["Content-Disposition"] = f'attachment; filename="{wanted.space_id}-{day.isoformat()}.{kind}"'
    answer.headers["Cache-Control"] = "no-store"
    answer.call_on_close(end)
    return answer


def _file(kind: str, wanted: Wanted, day: date, name: str) -> tuple[Iterator[bytes], str]:
    """The pieces of a table, and what it is."""
    rows = sheet.rows(wanted, day=day, lang=language())
    if kind == "csv":
        return sheets.write_csv(sheet.headers(), rows), "text/csv; charset=utf-8"
    book = sheets.write_xlsx(sheet.headers(), rows, name=name)
    return (
        iter(lambda: book.read(1 << 16), b""),
        "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    )


def _in_time(pieces: Iterator[bytes], until: datetime) -> Iterator[bytes]:
    """The pieces, as long as there is time: a browser that is cut off says that the file is not whole."""
    for piece in pieces:
        if now() >= until:
            raise TimeoutError("a table took too long")
        yield piece


# --- the report by mail ----------------------------------------------------------------------------------------------


@bp.get("/team/<space_id>/mail")
@guard("team")
def mail(space_id: str) -> Any:
    """How often the report on my space comes by mail."""
    here = _managed(space_id)
    report = following.report_of(visitor().id, here.id)
    return render_template("reports/mail.html", base=here, report=report, rhythms=RHYTHMS, fault=False)


@bp.post("/team/<space_id>/mail")
@guard("team")
def keep_mail(space_id: str) -> Any:
    """Keep how often it comes; a report that was paused begins again."""
    here = _managed(space_id)
    rhythm = request.form.get("rhythm", "")
    if rhythm not in RHYTHMS:
        report = following.report_of(visitor().id, here.id)
        return render_template("reports/mail.html", base=here, report=report, rhythms=RHYTHMS, fault=True), 422
    with writing():
        follow.want_report(visitor().id, here.id, rhythm)
    said = {
        "off": _("You get no report by mail."),
        "weekly": _("The report comes on Monday mornings."),
        "monthly": _("The report comes on the first morning of each month."),
    }
    flash(said[rhythm], "yes")
    return redirect(url_for("reports.team_of_space", space_id=here.id))


@bp.post("/team/<space_id>/seen")
@guard("team")
def seen(space_id: str) -> Any:
    """Told by the team's page itself: somebody looks at it, so the reports are not in vain."""
    here = _managed(space_id)
    with writing():
        follow.seen(visitor().id, here.id)
    return "", 204
