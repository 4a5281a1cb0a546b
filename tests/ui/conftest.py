"""An application with nothing but the look in it: the skeleton's neighbours are stubs, the languages are real."""

from __future__ import annotations

from types import SimpleNamespace

import pytest
from flask import Blueprint, Flask, request, session

LANGS = [("fr", "Français"), ("es", "Español"), ("ca", "Català"), ("en", "English")]
NAV = (
    ("Learn", "/learn", "path"),
    ("My space", "/space", "people"),
    ("Write", "/write", "pen"),
    ("Network", "/network", "ridge"),
)


def make_app(instance):
    from lms.foundation import i18n
    from lms.ui import compress, static, views

    app = Flask("lms.ui", static_folder=None)
    app.config.update(SECRET_KEY="only for tests", SESSION_COOKIE_SECURE=False)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    i18n.install(app)
    app.register_blueprint(views.bp)
    for room, pages in {
        "home": ["landing"],
        "accounts": ["sign_in", "account"],
        "pages": ["help", "privacy", "accessibility", "source"],
    }.items():
        stub = Blueprint(room, f"stub_{room}")
        for page in pages:
            stub.add_url_rule("/" if page == "landing" else f"/{page}", page, lambda: "stub")
        app.register_blueprint(stub)
    static.install(app, instance)
    compress.install(app)
    app.jinja_env.globals["csrf_token"] = lambda: session.setdefault("token", "a-token")

    @app.context_processor
    def frame():
        name = request.args.get("who", "Inès")
        return {
            "visitor": SimpleNamespace(is_anonymous=not name, name=name),
            "nav": [SimpleNamespace(label=a, href=b, icon=c, current=i == 0) for i, (a, b, c) in enumerate(NAV)]
            if name
            else [],
            "lang": i18n.language(),
            "theme": i18n.theme(),
            "langs": LANGS,
            "network_name": "Sept Vallées",
            "here": lambda **more: "?" + "&".join(f"{k}={v}" for k, v in {**request.args, **more}.items()),
        }

    return app


@pytest.fixture(scope="session")
def app(tmp_path_factory):
    return make_app(tmp_path_factory.mktemp("instance"))


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def render(app):
    """Renders a piece of template with the components imported as `ui`."""

    def run(source: str, path: str = "/", **context) -> str:
        from flask import render_template_string

        with app.test_request_context(path):
            return render_template_string('{% import "ui/macros.html" as ui with context %}' + source, **context)

    return run
