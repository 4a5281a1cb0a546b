"""The roof's one page: which doors are open, which tasks exist, and who listens to which event. A table, without an `if`."""

from __future__ import annotations

from flask import Blueprint
from flask.cli import AppGroup

from lms import health
from lms.accounts import views as accounts_views
from lms.accounts.events import LinkAsked
from lms.home import views as home_views
from lms.home.pages import views as pages_views
from lms.spaces import cli as spaces_cli
from lms.spaces.events import PersonInvited
from lms.ui import views as ui_views

BLUEPRINTS: tuple[Blueprint, ...] = (
    health.bp,
    ui_views.bp,
    accounts_views.bp,
    home_views.bp,
    pages_views.bp,
)

COMMANDS: tuple[AppGroup, ...] = (spaces_cli.users,)

#: Modules whose import registers tasks.
TASK_MODULES: tuple[object, ...] = ()

#: event -> the tasks that follow from it, each with the event's fields as arguments.
LISTENERS: dict[type, tuple[str, ...]] = {
    LinkAsked: (),
    PersonInvited: (),
}
