"""The roof's one page: which doors are open, which tasks exist, and who listens to which event. A table, without an `if`."""

from __future__ import annotations

from flask import Blueprint
from flask.cli import AppGroup

from lms import health
from lms.accounts import tasks as accounts_tasks
from lms.accounts import views as accounts_views
from lms.accounts.events import LinkAsked
from lms.authoring import views as authoring_views
from lms.catalogue import cli as catalogue_cli
from lms.catalogue.events import ShelfChanged
from lms.home import views as home_views
from lms.home.pages import views as pages_views
from lms.learning import views as learning_views
from lms.learning.certificates import views as certificates_views
from lms.learning.events import CourseFinished, Enrolled, QuizGraded, UnitCompleted
from lms.learning.reflections import tasks as reflections_tasks
from lms.learning.reflections import views as reflections_views
from lms.learning.trial import views as trial_views
from lms.notifications import tasks as notifications_tasks
from lms.notifications import views as notifications_views
from lms.priorities import tasks as priorities_tasks
from lms.priorities import views as priorities_views
from lms.reports import views as reports_views
from lms.spaces import cli as spaces_cli
from lms.spaces import tasks as spaces_tasks
from lms.spaces import views as spaces_views
from lms.spaces.events import PersonInvited
from lms.survey import tasks as survey_tasks
from lms.survey import views as survey_views
from lms.survey.events import BatchCounted, CampaignClosed, CampaignOpened
from lms.ui import views as ui_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    ui_views.bp,
    accounts_views.bp,
    spaces_views.bp,
    learning_views.bp,
    trial_views.bp,
    certificates_views.bp,
    authoring_views.bp,
    reflections_views.bp,
    survey_views.bp,
    priorities_views.bp,
    home_views.bp,
    pages_views.bp,
    reports_views.bp,
    notifications_views.bp,
)

COMMANDS: tuple[AppGroup, ...] = (spaces_cli.users, catalogue_cli.courses)

#: Modules whose import registers tasks.
TASK_MODULES: tuple[object, ...] = (
    accounts_tasks, spaces_tasks, survey_tasks, priorities_tasks, notifications_tasks,
)  # fmt: skip
    reflections_tasks,

#: event -> the tasks that follow from it, each with the event's fields as arguments.
LISTENERS: dict[type, tuple[str, ...]] = {
    LinkAsked: ("notifications.send_link",),
    PersonInvited: ("notifications.send_invitation",),
    ShelfChanged: ("priorities.recompute",),
    Enrolled: (),
    UnitCompleted: (),
    QuizGraded: (),
    CourseFinished: (),
    CampaignOpened: ("notifications.invite_to_survey",),
    BatchCounted: ("priorities.recompute",),
    CampaignClosed: ("priorities.recompute",),
}
