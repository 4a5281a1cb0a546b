"""Doors for the mails of following. Each reads again whether the mail is still right: who reminded, who is late, who asked."""

from __future__ import annotations

from datetime import date
from typing import Any

from lms.catalogue.queries import version
from lms.foundation.addresses import address_of
from lms.foundation.db import db
from lms.jobs.tasks import Effect, task
from lms.learning.following.queries import report_of, runs, titles, to_remind, told
from lms.notifications import service
from lms.notifications.following.links import sealed
from lms.notifications.queries import has_left


@task("notifications.remind_of_course", queue="mail")
def remind_of_course(args: dict[str, Any]) -> Effect:
    """The mail of a reminder (`args["id"]`: the `reminder` row). Nothing for somebody who is late no more, wants no mails, or
    was reminded by somebody who runs the space no more.
    """
    key = f"reminder:{args['id']}"
    if has_left(key):
        return None
    found = to_remind(args["id"])
    if found is None:
        return None
    if not service.can_leave():
        raise service.NoMailServer()
    own = version(found.version_id)
    assert own is not None, "versions are never deleted"
    end = address_of("following_mails.end", token=sealed("reminders", found.person_id))
    letter = service.write(
        "reminder", key=key, person_id=found.person_id, address=found.email, name=found.name, lang=found.lang, unsubscribe=end,
        title=own.document.title(found.lang), due_on=found.due_on, sentence=found.sentence, manager=found.manager,
        space=found.space, link=address_of("learning.course", course_id=found.course_id), end=end,
    )  # fmt: skip
    db.session.rollback()
    return service.hand_over(letter)


@task("notifications.send_report", queue="mail")
def send_report(args: dict[str, Any]) -> Effect:
    """The report on a space for one of those who run it. Nothing for somebody who runs it no more, or wants none any more."""
    person_id, space_id = args["person_id"], args["space_id"]
    key = f"report:{args['id']}"
    if has_left(key):
        return None
    who, report = runs(person_id, space_id), report_of(person_id, space_id)
    if who is None or report is None or report.rhythm == "off":
        return None
    if not service.can_leave():
        raise service.NoMailServer()
    since, until = date.fromisoformat(args["since"]), date.fromisoformat(args["until"])
    found = told(space_id, since, until, who.space_zone)
    end = address_of("following_mails.end", token=sealed("report", person_id, space_id))
    letter = service.write(
        "report", key=key, person_id=who.id, address=who.email, name=who.name, lang=who.lang, unsubscribe=end,
        space=who.space, since=since, weekly=(until - since).days == 7, told=found, last=args["last"], end=end,
        titles=titles({course_id for _name, course_id in found.certified}, who.lang),
        link=address_of("reports.team_of_space", space_id=space_id),
        late=address_of("reports.late", space_id=space_id), again=address_of("reports.mail", space_id=space_id),
    )  # fmt: skip
    db.session.rollback()
    return service.hand_over(letter)
