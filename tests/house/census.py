"""The route census (A0): every door of the site, who may pass, what object its address names, what it does.

A new route is a new row here; `test_census.py` fails for a route without a row, for a row without a route, and wherever
the site answers otherwise than the row says.
"""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Door:
    """One method of one address.

    `needs` is public, signed_in or a row of `spaces.policy.PERMISSIONS`. `about` names the kind of object in the
    address. `whose` says to whom it must belong: none (no object), network (shared by all who may pass), space (of a
    space in which the visitor has the role), own (the visitor's), given (the visitor's to review, or their own),
    bearer (whoever holds the token). `does` is reads, writes, or place: a read that remembers where the learner is, the
    one exception there is.
    """

    method: str
    path: str
    endpoint: str
    needs: str
    about: str = ""
    whose: str = "none"
    does: str = "reads"

    def __str__(self) -> str:
        return f"{self.method} {self.path}"


_UNIT = "/courses/<course_id>/<unit>/<activity>"
_QUESTION = f"{_UNIT}/<attempt_id>/<int:number>"
_REVIEW = "/review/<course_id>/<unit>/<activity>/<question>"
_ASSIGNED = "/assignments/<assignment_id>/people/<person_id>"
_ROSTER = "/team/<space_id>/roster/<import_id>"
_PLAN = "/plans/<course_id>/<unit>/<block>"

DOORS: tuple[Door, ...] = (
    Door("GET", "/healthz", "health.alive", "public"),
    Door("GET", "/readyz", "health.ready", "public"),
    Door("GET", "/gallery", "ui.gallery", "public"),
    # people
    Door("GET", "/sign-in", "accounts.sign_in", "public"),
    Door("POST", "/sign-in", "accounts.sign_in", "public", does="writes"),
    Door("GET", "/sign-in/link", "accounts.ask_link", "public"),
    Door("POST", "/sign-in/link", "accounts.ask_link", "public", does="writes"),
    Door("GET", "/sign-in/sent", "accounts.link_sent", "public"),
    Door("GET", "/sign-in/code", "accounts.code", "public"),
    Door("POST", "/sign-in/code", "accounts.code", "public", does="writes"),
    Door("GET", "/link/<token>", "accounts.link", "public", "link", "bearer"),
    Door("POST", "/link/<token>", "accounts.link", "public", "link", "bearer", "writes"),
    Door("POST", "/sign-out", "accounts.sign_out", "public", does="writes"),
    Door("GET", "/account", "accounts.account", "signed_in"),
    Door("POST", "/account", "accounts.account", "signed_in", does="writes"),
    Door("POST", "/account/sign-out-everywhere", "accounts.sign_out_everywhere", "signed_in", does="writes"),
    # spaces
    Door("GET", "/join", "joining.enter", "public"),
    Door("POST", "/join", "joining.enter", "public", does="writes"),
    Door("GET", "/join-sent", "joining.sent", "public"),
    Door("GET", "/join-again", "joining.again", "public"),
    Door("POST", "/join-again", "joining.again", "public", does="writes"),
    Door("GET", "/join-again/sent", "joining.again_sent", "public"),
    Door("GET", "/account/spaces", "joining.mine", "signed_in"),
    Door("GET", "/account/spaces/<space_id>/leave", "joining.leave", "signed_in", "membership", "space"),
    Door("POST", "/account/spaces/<space_id>/leave", "joining.leave", "signed_in", "membership", "space", "writes"),
    Door("GET", "/transfers/<transfer_id>", "joining.transfer", "signed_in", "transfer", "own"),
    Door("POST", "/transfers/<transfer_id>", "joining.transfer", "signed_in", "transfer", "own", "writes"),
    Door("GET", "/team/<space_id>/code", "joining.code", "invite", "space", "space"),
    Door("POST", "/team/<space_id>/code", "joining.code", "invite", "space", "space", "writes"),
    Door("POST", "/team/<space_id>/join-requests", "joining.decide", "invite", "space", "space", "writes"),
    Door(
        "POST",
        "/team/<space_id>/invitations/<invitation_id>/again",
        "joining.resend",
        "invite",
        "invitation",
        "space",
        "writes",
    ),
    Door(
        "POST",
        "/team/<space_id>/transfers/<transfer_id>/withdraw",
        "joining.withdraw",
        "invite",
        "question",
        "space",
        "writes",
    ),
    Door("GET", "/join/<token>", "spaces.join", "public", "join", "bearer"),
    Door("POST", "/join/<token>", "spaces.join", "public", "join", "bearer", "writes"),
    Door("GET", "/register", "spaces.register", "public"),
    Door("POST", "/register", "spaces.register", "public", does="writes"),
    Door("GET", "/register/sent", "spaces.register_sent", "public"),
    Door("GET", "/register/space", "spaces.choose", "signed_in"),
    Door("POST", "/register/space", "spaces.choose", "signed_in", does="writes"),
    Door("GET", "/team/<space_id>/invite", "spaces.invite", "invite", "space", "space"),
    Door("POST", "/team/<space_id>/invite", "spaces.invite", "invite", "space", "space", "writes"),
    Door(
        "POST",
        "/team/<space_id>/invitations/<invitation_id>/cancel",
        "spaces.cancel",
        "invite",
        "invitation",
        "space",
        "writes",
    ),
    Door("POST", "/team/<space_id>/join-requests/<person_id>", "spaces.decide", "invite", "request", "space", "writes"),
    Door("GET", "/network", "network.spaces", "network"),
    Door("GET", "/network/spaces.csv", "network.table", "network"),
    Door("GET", "/spaces", "directory.listed", "public"),
    Door("GET", "/spaces/<space_id>", "directory.space", "public", "any space", "network"),
    Door("POST", "/spaces/<space_id>/seen", "directory.seen", "signed_in", "membership", "space", "writes"),
    Door("GET", "/team/<space_id>/page", "directory.edit", "team", "space", "space"),
    Door("POST", "/team/<space_id>/page", "directory.edit", "team", "space", "space", "writes"),
    Door("GET", "/network/spaces/<space_id>/page", "directory.frame", "network", "any space", "network"),
    Door("POST", "/network/spaces/<space_id>/page", "directory.frame", "network", "any space", "network", "writes"),
    Door("GET", "/network/spaces/new", "directory.new", "network"),
    Door("POST", "/network/spaces/new", "directory.new", "network", does="writes"),
    Door("POST", "/network/spaces/<space_id>/archive", "directory.turn", "network", "any space", "network", "writes"),
    Door("GET", "/network/territories", "directory.territories", "network"),
    Door("POST", "/network/territories", "directory.territories", "network", does="writes"),
    Door("GET", "/network/territories/<territory_id>", "directory.territory", "network", "territory", "network"),
    Door(
        "POST",
        "/network/territories/<territory_id>",
        "directory.territory",
        "network",
        "territory",
        "network",
        "writes",
    ),
    Door("GET", "/network/settings", "choices.settings", "network"),
    Door("POST", "/network/settings", "choices.settings", "network", does="writes"),
    Door("GET", "/network/audit", "audit.network", "network"),
    Door("GET", "/team/<space_id>/audit", "audit.space", "team", "space", "space"),
    Door("GET", "/team/<space_id>/people", "people.mine", "team", "space", "space"),
    Door("POST", "/team/<space_id>/people/<person_id>", "people.change", "team", "member", "space", "writes"),
    Door("GET", "/network/spaces/<space_id>/people", "people.of_space", "network", "any space", "network"),
    Door(
        "POST",
        "/network/spaces/<space_id>/people/<person_id>",
        "people.entrust",
        "network",
        "any member",
        "network",
        "writes",
    ),
    Door("GET", "/network/spaces/<space_id>/invite", "people.invite", "network", "any space", "network"),
    Door("POST", "/network/spaces/<space_id>/invite", "people.invite", "network", "any space", "network", "writes"),
    Door(
        "POST",
        "/network/spaces/<space_id>/invitations/<invitation_id>/cancel",
        "people.cancel",
        "network",
        "any invitation",
        "network",
        "writes",
    ),
    # lists of people
    Door("GET", "/team/<space_id>/roster", "rosters.bring", "invite", "space", "space"),
    Door("POST", "/team/<space_id>/roster", "rosters.bring", "invite", "space", "space", "writes"),
    Door("GET", "/team/<space_id>/roster/template.csv", "rosters.template", "invite", "space", "space"),
    Door("GET", _ROSTER, "rosters.shown", "invite", "roster", "space"),
    Door("POST", _ROSTER, "rosters.change", "invite", "roster", "space", "writes"),
    Door("GET", f"{_ROSTER}/left.csv", "rosters.left", "invite", "roster", "space"),
    Door("POST", f"{_ROSTER}/undo", "rosters.undo", "invite", "roster done", "space", "writes"),
    # learning
    Door("GET", "/courses/<course_id>", "learning.course", "public", "course", "network"),
    Door("GET", "/courses/<course_id>/files/<path:path>", "learning.file", "public", "file", "network"),
    Door("POST", "/courses/<course_id>/enrol", "learning.enrol", "signed_in", "course", "network", "writes"),
    Door("POST", "/courses/<course_id>/decline", "learning.decline", "signed_in", "enrolment", "own", "writes"),
    Door("GET", _UNIT, "learning.activity", "signed_in", "activity", "own", "place"),
    Door("POST", _UNIT, "learning.answer_in_lesson", "signed_in", "activity", "own", "writes"),
    Door("POST", f"{_UNIT}/done", "learning.finish", "signed_in", "activity", "own", "writes"),
    Door("POST", f"{_UNIT}/place", "learning.place", "signed_in", "activity", "own", "writes"),
    Door("POST", f"{_UNIT}/draft", "learning.draft", "signed_in", "activity", "own", "writes"),
    Door("POST", f"{_UNIT}/scene", "learning.scene", "signed_in", "scenario", "own", "writes"),
    Door("POST", f"{_UNIT}/start", "learning.start", "signed_in", "quiz", "own", "writes"),
    Door("POST", "/courses/<course_id>/finish", "learning.finish_course", "signed_in", "course taken", "own", "writes"),
    Door("POST", f"{_UNIT}/language", "doors.as_written", "signed_in", "activity", "own", "writes"),
    Door("GET", f"{_UNIT}/known", "doors.known", "signed_in", "known quiz", "own"),
    Door("POST", f"{_UNIT}/known", "doors.show", "signed_in", "known quiz", "own", "writes"),
    Door("GET", _QUESTION, "learning.question", "signed_in", "attempt", "own"),
    Door("POST", _QUESTION, "learning.answer", "signed_in", "attempt", "own", "writes"),
    Door("GET", f"{_UNIT}/<attempt_id>/end", "learning.result", "signed_in", "finished attempt", "own"),
    Door("GET", "/courses/<course_id>/certificate", "certificates.mine", "signed_in", "course taken", "own"),
    Door(
        "POST", "/courses/<course_id>/certificate", "certificates.claim", "signed_in", "course taken", "own", "writes"
    ),
    Door("GET", "/courses/<course_id>/certificate.pdf", "certificates.sheet", "signed_in", "certificate", "own"),
    Door("GET", "/verify", "certificates.check", "public"),
    Door("GET", "/verify/<code>", "certificates.verify", "public", "code", "bearer"),
    Door("POST", "/verify/<code>/withdraw", "certificates.withdraw", "steer", "code", "network", "writes"),
    Door("GET", "/try/<course_id>", "trial.course", "public", "trial", "network"),
    Door("GET", "/try/<course_id>/<activity>", "trial.activity", "public", "trial page", "network"),
    Door("POST", "/try/<course_id>/<activity>", "trial.answer", "public", "trial page", "network", "writes"),
    Door("GET", "/try/<course_id>/questions/<question>", "trial.question", "public", "trial question", "network"),
    Door("GET", "/courses/<course_id>/badge.json", "badges.mine", "signed_in", "certificate", "own"),
    Door("GET", "/badges/status/<int:number>", "badges.status", "public", "status list", "network"),
    Door("GET", "/.well-known/did.json", "badges.identity", "public"),
    # coming back, plans, notes, remarks
    Door("GET", "/review", "reviews.sitting", "signed_in"),
    Door("GET", "/review/mail", "reviews.mail", "signed_in"),
    Door("POST", "/review/mail", "reviews.mail", "signed_in", does="writes"),
    Door("GET", _REVIEW, "reviews.item", "signed_in", "review", "own"),
    Door("POST", _REVIEW, "reviews.answer", "signed_in", "review", "own", "writes"),
    Door("POST", f"{_REVIEW}/queue", "reviews.queue", "signed_in", "review", "own", "writes"),
    Door("GET", "/plans", "plans.mine", "signed_in"),
    Door("GET", _PLAN, "plans.plan", "signed_in", "plan", "own"),
    Door("POST", _PLAN, "plans.change", "signed_in", "plan", "own", "writes"),
    Door("POST", f"{_PLAN}/told", "plans.tell", "signed_in", "plan", "own", "writes"),
    Door("POST", f"{_PLAN}/practice", "plans.give_on", "signed_in", "plan", "own", "writes"),
    Door("POST", f"{_PLAN}/practice/back", "plans.take_back", "signed_in", "plan", "own", "writes"),
    Door("GET", "/practice-notes", "plans.practice_notes", "author"),
    Door("POST", "/practice-notes/<note_id>", "plans.moderate", "author", "practice note", "network", "writes"),
    # courses in preparation
    Door("GET", "/openings", "openings.mine", "signed_in"),
    Door("POST", "/courses/<course_id>/opening", "openings.change", "signed_in", "course ahead", "network", "writes"),
    # together: polls, checklists, live sessions, the calendar
    Door("POST", f"{_UNIT}/vote", "polls.vote", "signed_in", "poll", "own", "writes"),
    Door("POST", f"{_UNIT}/ticks", "checklists.keep", "signed_in", "checklist", "own", "writes"),
    Door("GET", f"{_UNIT}/sheet", "checklists.sheet", "signed_in", "checklist", "own"),
    Door("GET", f"{_UNIT}/sheet.<any(pdf, docx):kind>", "checklists.download", "signed_in", "checklist file", "own"),
    Door("POST", f"{_UNIT}/seat", "sessions.seat", "signed_in", "session", "own", "writes"),
    Door("GET", f"{_UNIT}/session.ics", "sessions.file", "signed_in", "session", "own"),
    Door("POST", f"{_UNIT}/replay", "sessions.replay", "signed_in", "session over", "own", "writes"),
    Door("GET", f"{_UNIT}/presence", "sessions.presence", "author", "session over", "network"),
    Door("POST", f"{_UNIT}/presence", "sessions.presence", "author", "session over", "network", "writes"),
    Door("GET", "/account/calendar", "calendar.dates", "signed_in"),
    Door("POST", "/account/calendar", "calendar.settings", "signed_in", does="writes"),
    Door("GET", "/calendar/<token>.ics", "calendar.feed", "public", "calendar", "bearer"),
    Door("POST", f"{_UNIT}/note", "notes.keep", "signed_in", "activity", "own", "writes"),
    Door("GET", f"{_UNIT}/remark", "remarks.write", "signed_in", "page taken", "own"),
    Door("POST", f"{_UNIT}/remark", "remarks.write", "signed_in", "page taken", "own", "writes"),
    Door("GET", "/remarks/mine", "remarks.mine", "signed_in"),
    Door("GET", "/remarks", "remarks.board", "author"),
    Door("POST", "/remarks/<remark_id>", "remarks.settle", "author", "remark", "network", "writes"),
    Door("POST", f"{_UNIT}/texts", "reflections.save", "signed_in", "reflection", "own", "writes"),
    Door("POST", f"{_UNIT}/work", "works.save", "signed_in", "assignment", "own", "writes"),
    Door("GET", "/works", "works.waiting", "review_works"),
    Door("GET", "/works/<work_id>", "works.read", "signed_in", "work", "given"),
    Door("POST", "/works/<work_id>", "works.review", "signed_in", "work", "given", "writes"),
    Door("GET", "/works/<work_id>/files/<file_id>", "works.file", "signed_in", "work file", "given"),
    # writing
    Door("GET", "/write", "authoring.shelf", "author"),
    Door("GET", "/write/<course_id>", "authoring.course", "author", "course", "network"),
    Door("POST", "/write/publish", "authoring.publish", "author", does="writes"),
    # the survey and what follows from it
    Door("GET", "/survey/<token>", "survey.start", "public", "survey", "bearer"),
    Door("POST", "/survey/<token>", "survey.start", "public", "survey", "bearer", "writes"),
    Door("GET", "/survey/<token>/<int:number>", "survey.rate", "public", "survey page", "bearer"),
    Door("POST", "/survey/<token>/<int:number>", "survey.rate", "public", "survey page", "bearer", "writes"),
    Door("GET", "/survey/<token>/check", "survey.check", "public", "survey begun", "bearer"),
    Door("GET", "/survey/<token>/send", "priorities.send", "public", "survey unsent", "bearer"),
    Door("POST", "/survey/<token>/send", "priorities.send", "public", "survey begun", "bearer", "writes"),
    Door("POST", "/survey/courses", "priorities.keep", "signed_in", does="writes"),
    Door("GET", "/network/needs", "priorities.results", "network"),
    Door("GET", "/team/<space_id>/needs", "priorities.of_space", "team", "space", "space"),
    Door("POST", "/network/needs/pin", "priorities.pin", "steer", does="writes"),
    Door("GET", "/network/needs/close", "priorities.close", "steer"),
    Door("POST", "/network/needs/close", "priorities.close", "steer", does="writes"),
    Door("GET", "/network/needs/open", "priorities.begin", "steer"),
    Door("POST", "/network/needs/open", "priorities.begin", "steer", does="writes"),
    Door("GET", "/method", "priorities.method", "public"),
    # home and its pages
    Door("GET", "/", "home.landing", "public"),
    Door("GET", "/home", "home.start", "signed_in"),
    Door("GET", "/invitation", "home.invitation", "public"),
    Door("GET", "/catalogue", "home.catalogue", "public"),
    Door("GET", "/search", "search.search", "public"),
    Door("GET", "/help", "pages.help", "public"),
    Door("GET", "/privacy", "pages.privacy", "public"),
    Door("GET", "/accessibility", "pages.accessibility", "public"),
    Door("GET", "/source", "pages.source", "public"),
    # windows
    Door("GET", "/team", "reports.team", "team"),
    Door("GET", "/team/<space_id>", "reports.team_of_space", "team", "space", "space"),
    Door("POST", "/team/<space_id>", "reports.team_of_space", "team", "space", "space", "writes"),
    Door("GET", "/team/<space_id>/late", "reports.late", "team", "space", "space"),
    Door("POST", "/team/<space_id>/late", "reports.remind", "team", "space", "space", "writes"),
    Door("GET", "/team/<space_id>/people/<person_id>", "reports.person", "team", "team person", "space"),
    Door("GET", "/team/<space_id>/table.<kind>", "reports.table", "team", "team table", "space"),
    Door("GET", "/team/<space_id>/mail", "reports.mail", "team", "space", "space"),
    Door("POST", "/team/<space_id>/mail", "reports.keep_mail", "team", "space", "space", "writes"),
    Door("POST", "/team/<space_id>/seen", "reports.seen", "team", "space", "space", "writes"),
    Door("GET", "/account/followed", "reports.own", "signed_in"),
    Door("GET", "/mails/end/<token>", "following_mails.end", "public", "mails", "bearer"),
    Door("POST", "/mails/end/<token>", "following_mails.ended", "public", "mails", "bearer", "writes"),
    # assigning
    Door("GET", "/team/<space_id>/assignments", "assignments.of_space", "enrol_others", "space", "space"),
    Door("GET", "/team/<space_id>/assignments/new", "assignments.assign", "enrol_others", "space", "space"),
    Door("POST", "/team/<space_id>/assignments/new", "assignments.assign", "enrol_others", "space", "space", "writes"),
    Door("GET", "/network/assignments", "assignments.of_network", "assign_widely"),
    Door("GET", "/network/assignments/new", "assignments.assign_widely", "assign_widely"),
    Door("POST", "/network/assignments/new", "assignments.assign_widely", "assign_widely", does="writes"),
    Door("GET", "/assignments/<assignment_id>", "assignments.one", "assign", "assigned", "space"),
    Door("POST", "/assignments/<assignment_id>", "assignments.change", "assign", "assigned", "space", "writes"),
    Door("GET", f"{_ASSIGNED}", "assignments.person", "assign", "assigned person", "space"),
    Door("POST", f"{_ASSIGNED}", "assignments.person", "assign", "assigned person", "space", "writes"),
    Door("GET", "/team/<space_id>/paths", "assignments.paths", "enrol_others", "space", "space"),
    Door("POST", "/team/<space_id>/paths", "assignments.paths", "enrol_others", "space", "space", "writes"),
    Door("GET", "/network/paths", "assignments.wide_paths", "assign_widely"),
    Door("POST", "/network/paths", "assignments.wide_paths", "assign_widely", does="writes"),
    Door("POST", "/paths/<path_id>", "assignments.put_away", "assign", "path", "space", "writes"),
    Door("GET", "/demo/mails", "notifications.mails", "public"),
)
