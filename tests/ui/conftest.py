"""An application with nothing but the look in it: the skeleton's neighbours are stubs, languages and security are
real.
"""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from types import SimpleNamespace
from typing import Any

import pytest
from flask import Blueprint, Flask, flash, render_template, render_template_string, request

NAV = (
    ("Learn", "/learn", "path"),
    ("My space", "/space", "people"),
    ("Write", "/write", "pen"),
    ("Network", "/network", "ridge"),
)
NEIGHBOURS = {
    "home": ("landing",), "accounts": ("sign_in", "account"), "pages": ("help", "privacy", "accessibility", "source")
}  # fmt: skip


def build(instance: Path) -> Flask:
    """The bare application. `?who=` is the visitor's name, empty for nobody."""
    from lms.foundation import i18n, security
    from lms.ui import compress, static, views

    app = Flask("lms", static_folder=None, template_folder=None)
    app.config.update(SECRET_KEY="only-for-tests-0123456789-abcdefghijklm", TESTING=True)
    app.jinja_env.trim_blocks = app.jinja_env.lstrip_blocks = True
    i18n.install(app)
    security.install(app, base_url="http://localhost", host="127.0.0.1", proxies=0)
    app.register_blueprint(views.bp)
    for room, pages in NEIGHBOURS.items():
        stub = Blueprint(room, f"stub_{room}")
        for name in pages:
            stub.add_url_rule("/" if name == "landing" else f"/{name}", name, lambda: "stub")
        app.register_blueprint(stub)
    static.install(app, instance, security.HEADERS)
    compress.install(app)

    @app.get("/told")
    def told() -> str:
        flash("Saved <here>", "yes")
        return render_template("ui/error.html", code=500, what="It broke", fix="Try again.", error_id="a1b2c3d4")

    @app.context_processor
    def frame() -> dict[str, Any]:
        name = request.args.get("who", "Inès")
        nav = [SimpleNamespace(label=a, href=b, icon=c, current=not i) for i, (a, b, c) in enumerate(NAV)]
        return {
            "visitor": SimpleNamespace(is_anonymous=not name, name=name), "nav": nav if name else [],
            "lang": i18n.language(), "theme": i18n.theme(), "langs": list(i18n.LANGUAGES.items()),
            "network_name": "Sept Vallées", "here": lambda **more: "?" + "&".join(f"{k}={v}" for k, v in more.items()),
        }  # fmt: skip

    return app


@pytest.fixture(scope="session")
def bare(tmp_path_factory: pytest.TempPathFactory) -> Flask:
    """The bare application."""
    return build(tmp_path_factory.mktemp("bare"))


@pytest.fixture
def render(bare: Flask) -> Callable[..., str]:
    """Renders a piece of template in English, with the components imported as `ui`."""

    def run(source: str, path: str = "/?lang=en", **context: Any) -> str:
        with bare.test_request_context(path):
            return render_template_string('{% import "ui/macros.html" as ui with context %}' + source, **context)

    return run
