"""The roof's one page: which doors are open, which tasks exist, and who listens to which event. A table, without an `if`."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

from flask import Blueprint
from flask.cli import AppGroup

from lms import health
from lms.accounts import tasks as accounts_tasks
from lms.accounts import views as accounts_views
from lms.accounts.events import LinkAsked
from lms.authoring import views as authoring_views
from lms.catalogue import cli as catalogue_cli
from lms.catalogue.events import ShelfChanged
from lms.catalogue.search import views as search_views
from lms.catalogue.topics import views as topics_views
from lms.home import views as home_views
from lms.home.pages import views as pages_views
from lms.interop.badges import views as badges_views
from lms.learning import queries as learning_queries
from lms.learning import views as learning_views
from lms.learning.assignments import tasks as assignments_tasks
from lms.learning.assignments import views as assignments_views
from lms.learning.calendar import tasks as calendar_tasks
from lms.learning.calendar import views as calendar_views
from lms.learning.certificates import views as certificates_views
from lms.learning.checklists import views as checklists_views
from lms.learning.doors import views as doors_views
from lms.learning.events import (
    CourseFinished,
    CourseLeft,
    DueSoon,
    Enrolled,
    PlanDated,
    QuizGraded,
    RenewalOpened,
    Suggested,
    UnitCompleted,
)
from lms.learning.following import tasks as following_tasks
from lms.learning.following.events import ReminderAsked, ReportDue
from lms.learning.moves import tasks as moves_tasks
from lms.learning.notes import tasks as notes_tasks
from lms.learning.notes import views as notes_views
from lms.learning.openings import tasks as openings_tasks
from lms.learning.openings import views as openings_views
from lms.learning.openings.events import CourseOpened
from lms.learning.plans import views as plans_views
from lms.learning.polls import views as polls_views
from lms.learning.reflections import tasks as reflections_tasks
from lms.learning.reflections import views as reflections_views
from lms.learning.remarks import queries as remarks_queries
from lms.learning.remarks import views as remarks_views
from lms.learning.reviews import views as reviews_views
from lms.learning.rosters import cli as rosters_cli
from lms.learning.rosters import tasks as rosters_tasks
from lms.learning.rosters import views as rosters_views
from lms.learning.sessions import tasks as sessions_tasks
from lms.learning.sessions import views as sessions_views
from lms.learning.sessions.events import SeatGiven, SessionChanged
from lms.learning.trial import views as trial_views
from lms.learning.works import views as works_views
from lms.notifications import tasks as notifications_tasks
from lms.notifications import views as notifications_views
from lms.notifications.following import tasks as following_mails_tasks
from lms.notifications.following import views as following_mails_views
from lms.priorities import cli as priorities_cli
from lms.priorities import tasks as priorities_tasks
from lms.priorities import views as priorities_views
from lms.reports import views as reports_views
from lms.reports.network import views as network_views
from lms.spaces import cli as spaces_cli
from lms.spaces import tasks as spaces_tasks
from lms.spaces import views as spaces_views
from lms.spaces.audit import views as audit_views
from lms.spaces.choices import views as choices_views
from lms.spaces.directory import views as directory_views
from lms.spaces.events import PeopleInvited, PeopleJoined, PersonInvited, RequestAnswered
from lms.spaces.joining import tasks as joining_tasks
from lms.spaces.joining import views as joining_views
from lms.spaces.joining.events import MemberLeft, TransferAsked
from lms.spaces.people import views as people_views
from lms.survey import cli as survey_cli
from lms.survey import tasks as survey_tasks
from lms.survey import views as survey_views
from lms.survey.events import BatchCounted, CampaignClosed, CampaignOpened
from lms.survey.release import tasks as release_tasks
from lms.ui import views as ui_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    ui_views.bp,
    accounts_views.bp,
    spaces_views.bp,
    joining_views.bp,
    audit_views.bp,
    people_views.bp,
    choices_views.bp,
    directory_views.bp,
    learning_views.bp,
    assignments_views.bp,
    reviews_views.bp,
    plans_views.bp,
    notes_views.bp,
    openings_views.bp,
    remarks_views.bp,
    doors_views.bp,
    trial_views.bp,
    certificates_views.bp,
    badges_views.bp,
    polls_views.bp,
    checklists_views.bp,
    sessions_views.bp,
    rosters_views.bp,
    calendar_views.bp,
    reflections_views.bp,
    works_views.bp,
    authoring_views.bp,
    survey_views.bp,
    priorities_views.bp,
    home_views.bp,
    search_views.bp,
    topics_views.bp,
    pages_views.bp,
    reports_views.bp,
    network_views.bp,
    notifications_views.bp,
    following_mails_views.bp,
)

COMMANDS: tuple[AppGroup, ...] = (
    spaces_cli.users,
    spaces_cli.choices,
    catalogue_cli.courses,
    rosters_cli.spaces,
    survey_cli.survey,
    priorities_cli.priorities,
)

#: Modules whose import registers tasks.
TASK_MODULES: tuple[object, ...] = (
    accounts_tasks, spaces_tasks, joining_tasks, survey_tasks, release_tasks, priorities_tasks, notifications_tasks,
    reflections_tasks, notes_tasks, openings_tasks, assignments_tasks,
    moves_tasks,
    sessions_tasks, calendar_tasks, rosters_tasks,
    following_tasks, following_mails_tasks,
)  # fmt: skip

#: What a room has to ask of one above it or beside it -> the query that answers.
QUESTIONS: dict[str, Callable[..., Any]] = {
    "catalogue.learners_of": learning_queries.learners_of,
    "authoring.waits_for": remarks_queries.waits_for,
}

#: event -> the tasks that follow from it, each with the event's fields as arguments.
LISTENERS: dict[type, tuple[str, ...]] = {
    LinkAsked: ("notifications.send_link",),
    RequestAnswered: ("notifications.tell_of_answer",),
    TransferAsked: ("notifications.ask_to_move",),
    MemberLeft: ("notifications.tell_who_left",),
    PeopleJoined: ("learning.enrol_newcomers",),
    PersonInvited: ("notifications.send_invitation",),
    PeopleInvited: ("notifications.send_invitations",),
    ShelfChanged: (
        "priorities.recompute",
        "learning.follow_sessions",
        "learning.follow_version",
        "learning.tell_of_opening",
    ),
    Enrolled: (),
    Suggested: ("notifications.tell_of_enrolment",),
    RenewalOpened: ("notifications.tell_of_renewal",),
    DueSoon: ("notifications.remind_of_due",),
    UnitCompleted: (),
    QuizGraded: (),
    CourseOpened: ("notifications.tell_of_opening",),
    CourseLeft: ("learning.free_seats",),
    SeatGiven: ("notifications.tell_of_seat",),
    SessionChanged: ("notifications.tell_of_session",),
    CourseFinished: ("learning.follow_path",),
    PlanDated: ("notifications.remind_of_plan",),
    ReminderAsked: ("notifications.remind_of_course",),
    ReportDue: ("notifications.send_report",),
    CampaignOpened: ("notifications.invite_to_survey",),
    BatchCounted: ("priorities.recompute",),
    CampaignClosed: ("priorities.recompute",),
}
