"""The factory: puts the rooms under one roof. Knows every room and has no rules of its own."""

from __future__ import annotations

from collections.abc import Callable
from datetime import timedelta
from pathlib import Path
from typing import Any
from urllib.parse import urlencode

from flask import Flask, current_app, g, request, url_for
from flask_login import LoginManager
from flask_migrate import Migrate
from jinja2 import Template
from jinja2.environment import TemplateModule
from jinja2.runtime import Context

from config import Config
from lms import startup, wiring
from lms.accounts.visitor import NOBODY, Visitor, visitor
from lms.foundation import errors, i18n, logs, security
from lms.foundation.db import db, tune
from lms.foundation.i18n import (
    DEFAULT_LANGUAGE,
    LANGUAGES,
    _,
    format_date,
    format_number,
    format_time,
    language,
    pick,
    theme,
    zone_city,
)
from lms.home.navigation import NAVIGATION, Entry
from lms.jobs.celery import make_celery
from lms.spaces.choices.queries import home_of_network
from lms.spaces.queries import network, visitor_of_session
from lms.ui import attributes, compress, static

ROOT = Path(__file__).resolve().parent.parent
MIGRATIONS = ROOT / "migrations"


class _Made(Template):
    """A template whose macros are made once. Jinja would ask at each import whether the page brought globals of its own, which
    takes longer than a macro; no page here does.
    """

    def _get_default_module(self, ctx: Context | None = None) -> TemplateModule:
        return super()._get_default_module()


def create_app(config: Config) -> Flask:
    """The application for `config`. Touches no database: `startup.prepare` does."""
    app = Flask("lms", instance_path=str(config.instance), static_folder=None, template_folder=None)
    app.config.update(
        CORDADA=config,
        SECRET_KEY=config.secret_key,
        SQLALCHEMY_DATABASE_URI=config.database_url,
        SQLALCHEMY_ENGINE_OPTIONS=_engine_options(config),
        PERMANENT_SESSION_LIFETIME=timedelta(days=60),
    )
    app.jinja_env.template_class = _Made
    logs.install()
    i18n.install(app)
    security.install(app, base_url=config.base_url, host=config.host, proxies=config.proxies)
    errors.install(app)
    db.init_app(app)
    with app.app_context():
        tune(db.engine, config.durability)
    Migrate(app, db, directory=str(MIGRATIONS), render_as_batch=True, compare_type=True)
    app.extensions["migrations_folder"] = str(MIGRATIONS)
    app.extensions["listeners"] = wiring.LISTENERS
    app.extensions["questions"] = wiring.QUESTIONS
    app.extensions["refuse_unsafe"] = startup.refuse_unsafe
    app.extensions["celery"] = make_celery(app, config.redis_url)
    _know_people(app)
    for blueprint in wiring.BLUEPRINTS:
        app.register_blueprint(blueprint)
    for group in wiring.COMMANDS:
        app.cli.add_command(group)
    static.install(app, config.instance, security.headers(https=config.secure))
    compress.install(app)
    attributes.install()
    _furnish(app)
    return app


def _engine_options(config: Config) -> dict[str, Any]:
    if config.database_url.startswith("sqlite"):
        return {}
    return {
        "pool_pre_ping": True,
        "pool_size": 10,
        "max_overflow": 5,
        "pool_timeout": 10,
        "connect_args": {"connect_timeout": 5},
    }


def _know_people(app: Flask) -> None:
    """Let Flask-Login find the visitor: the cookie names a session row, the row a person, the roles are today's."""
    login = LoginManager()
    login.session_protection = None  # sessions end on the server; an address that changes on a train must not end one
    login.anonymous_user = lambda: NOBODY
    login.init_app(app)

    @login.user_loader  # type: ignore[untyped-decorator]
    def _load(token: str) -> Visitor | None:
        if g.get("error_id"):
            return None  # the page of a fault is drawn without asking the database again: it may be what failed
        return visitor_of_session(token)

    app.extensions["language_of_person"] = lambda: visitor().lang
    app.extensions["language_of_network"] = _language_of_network


def _language_of_network() -> str:
    """What the network speaks. The page of a fault does not ask the database again: it may be what failed."""
    if g.get("error_id"):
        return DEFAULT_LANGUAGE
    try:
        return home_of_network()[0]
    except Exception:  # no schema yet
        return DEFAULT_LANGUAGE


def _here() -> Callable[..., str]:
    """Gives this page's address with other `lang` or `theme`; for a page that answers a form, the form's own address."""
    if request.endpoint is None or request.routing_exception is not None:
        address, asked = url_for("home.landing"), {}
    else:
        address, asked = url_for(request.endpoint, **(request.view_args or {})), request.args.to_dict()
    return lambda **changes: f"{address}?{urlencode({**asked, **changes})}"


#: The pages that are themselves entries of the bar.
_ENTRIES = frozenset(entry.endpoint for entry in NAVIGATION)


def _current(shown: list[Entry]) -> Entry | None:
    """The entry that this page belongs to, of those the visitor sees: a page that is itself an entry belongs to that one
    alone, one at an address that an entry has for itself to that one whatever its room.
    """
    if request.endpoint in _ENTRIES:
        return next((entry for entry in shown if request.endpoint == entry.endpoint), None)
    there = (entry for entry in shown if entry.below and request.path.startswith(entry.below))
    return next(there, None) or next((entry for entry in shown if request.blueprint in entry.blueprints), None)


def _nav(who: Visitor) -> list[dict[str, Any]]:
    shown = [entry for entry in NAVIGATION if entry.shown(who) and entry.endpoint in current_app.view_functions]
    if len(shown) < 2:  # a bar with one word leads nowhere: the name of the site leads home
        return []
    current = _current(shown)
    return [
        {"label": _(entry.label), "href": url_for(entry.endpoint), "icon": entry.icon, "current": entry is current}
        for entry in shown
    ]


def _furnish(app: Flask) -> None:
    """What every page may use."""
    app.jinja_env.trim_blocks = True
    app.jinja_env.lstrip_blocks = True
    app.jinja_env.globals.update(
        format_date=format_date,
        format_number=format_number,
        format_time=format_time,
        pick=pick,
        zone_city=zone_city,
    )

    @app.context_processor
    def _context() -> dict[str, Any]:
        who = visitor()
        return {
            "visitor": who, "nav": _nav(who) if not who.is_anonymous else [], "lang": language(), "theme": theme(),
            "langs": list(LANGUAGES.items()), "here": _here(), "network_name": _network_name(app),
        }  # fmt: skip


def _network_name(app: Flask) -> str:
    """The network's name, remembered by the process: it changes once in years, and a restart follows it."""
    known: str | None = app.extensions.get("network_name")
    if known is None:
        try:
            found = network()
        except Exception:  # no schema yet, or the database is away: an error page still has its frame
            return ""
        known = app.extensions["network_name"] = found.name if found else ""
        if not known:
            del app.extensions["network_name"]
    return known
