"""The strict visitor: decent pages pass, sloppy ones are refused, forms are filled as a browser would fill them."""

from __future__ import annotations

import io
from collections.abc import Callable
from typing import Any

import pytest
from flask import Flask, request

from tests.visits import StrictClient, words_of

FORM = """<!doctype html><html lang="en"><head><title>T</title></head><body>
<form method="post" action="/out" id="out">
<input type="hidden" name="csrf_token" value="t"><button>Sign out</button></form>
<main><h1>Form</h1>
<form method="post" action="/form?from=here" enctype="multipart/form-data">
<input type="hidden" name="csrf_token" value="t"><input name="name" value="Inès" aria-label="Name">
<input name="old" disabled value="x" aria-label="Old">
<input type="radio" name="lang" value="fr" checked aria-label="fr">
<input type="radio" name="lang" value="ca" aria-label="ca">
<input type="checkbox" name="shared" aria-label="Shared">
<input type="checkbox" name="day" value="mon" checked aria-label="mon">
<input type="checkbox" name="day" value="tue" aria-label="tue">
<select name="zone" aria-label="Zone"><option value="p">Paris</option><option selected>Madrid</option></select>
<select name="size" aria-label="Size"><option>S</option><option>M</option></select>
<textarea name="why" aria-label="Why">Because</textarea><input type="file" name="list" aria-label="List">
<button name="do" value="save">Save</button>
<button name="do" value="drop">Remove it</button><button type="button">Help</button>
</form></main></body></html>"""


@pytest.fixture
def visitor() -> StrictClient:
    app = Flask(__name__)
    app.test_client_class = StrictClient

    @app.after_request
    def _policy(response: Any) -> Any:
        response.headers["Content-Security-Policy"] = "default-src 'none'"
        return response

    app.add_url_rule("/", "page", lambda: FORM)
    app.add_url_rule("/sloppy", "sloppy", lambda: FORM.replace("<h1>", "<h2>"))
    app.add_url_rule("/sloppy-error", "error", lambda: (FORM.replace("<title>", "<i>"), 404))
    app.add_url_rule("/text", "text", lambda: ("<p>", {"Content-Type": "text/plain"}))

    @app.post("/form")
    def form() -> dict[str, Any]:
        fields = {name: request.form.getlist(name) for name in request.form}
        return {
            "from": request.args["from"],
            "fields": fields,
            "files": {n: f.filename for n, f in request.files.items()},
        }

    @app.post("/out")
    def out() -> dict[str, Any]:
        return dict(request.form)

    return StrictClient(app, app.response_class)


def test_decent_pages_and_other_things_pass(visitor: StrictClient) -> None:
    assert visitor.get("/").status_code == 200
    assert visitor.get("/text").status_code == 200
    assert words_of(visitor.get("/")).startswith("Form")


@pytest.mark.parametrize("path", ["/sloppy", "/sloppy-error"])
def test_sloppy_pages_are_refused(visitor: StrictClient, path: str) -> None:
    with pytest.raises(AssertionError, match="is not decent"):
        visitor.get(path)


def test_untouched_fields_are_sent_as_shown(visitor: StrictClient) -> None:
    assert visitor.fill("/").get_json() == {
        "from": "here",
        "fields": {
            "csrf_token": ["t"], "name": ["Inès"], "lang": ["fr"], "day": ["mon"], "zone": ["Madrid"], "size": ["S"],
            "why": ["Because"], "do": ["save"],
        },
        "files": {},
    }  # fmt: skip


def test_typed_values_take_their_place(visitor: StrictClient) -> None:
    typed = {
        "name": "Noa", "lang": "ca", "shared": True, "day": ["mon", "tue"], "zone": "p", "size": "M", "why": "",
        "list": (io.BytesIO(b"a"), "people.csv"),
    }  # fmt: skip
    answer = visitor.fill("/", typed, press="Remove").get_json()
    assert answer["files"] == {"list": "people.csv"}
    assert answer["fields"] == {
        "csrf_token": ["t"], "name": ["Noa"], "lang": ["ca"], "shared": ["on"], "day": ["mon", "tue"], "zone": ["p"],
        "size": ["M"], "why": [""], "do": ["drop"],
    }  # fmt: skip
    assert "day" not in visitor.fill("/", {"day": None}).get_json()["fields"]


def test_another_form_is_told_apart_by_its_action_or_id(visitor: StrictClient) -> None:
    assert visitor.fill("/", form="/out").get_json() == visitor.fill("/", form="out").get_json() == {"csrf_token": "t"}


@pytest.mark.parametrize(
    ("values", "options", "told"),
    [
        ({"nickname": "x"}, {}, "no fields"),
        ({"old": "x"}, {}, "no fields"),
        ({"csrf_token": "mine"}, {}, "hidden"),
        ({"lang": "de"}, {}, "offers"),
        ({"zone": "Rome"}, {}, "offers"),
        ({"day": True}, {}, "2 boxes"),
        ({}, {"press": "Help"}, "0 buttons"),
        ({}, {"form": "/nowhere"}, "0 forms"),
    ],
)
def test_what_the_page_does_not_offer_cannot_be_sent(
    visitor: StrictClient, values: dict[str, Any], options: dict[str, str], told: str
) -> None:
    with pytest.raises(AssertionError, match=told):
        visitor.fill("/", values, **options)


def test_a_request_inside_an_open_context_is_refused(visitor: StrictClient) -> None:
    with visitor.application.app_context(), pytest.raises(AssertionError, match="app context"):
        visitor.get("/")


def test_the_real_application_greets_a_stranger(any_client: StrictClient) -> None:
    assert any_client.get("/").status_code == 200
    assert any_client.get("/healthz").get_data() == b"ok"
    assert any_client.get("/readyz").get_json()["database"] == "ok"
    assert any_client.get("/no-such-page").status_code == 404


def test_entering_signs_in(any_app: Flask, any_client: StrictClient) -> None:
    from lms.accounts import service
    from lms.foundation.db import writing

    with any_app.app_context(), writing():
        person = service.create_person(email="ines@example.org", name="Inès", lang="fr")
    assert any_client.get("/account").status_code == 302
    any_client.enter(person.id)
    assert any_client.get("/account").status_code == 200


def test_each_test_has_its_own_database(any_app: Flask, make_app: Callable[..., Flask]) -> None:
    """The counterpart of the test above: its person is not here, and a second application has its own database."""
    from lms.accounts.queries import anybody_there

    for app in (any_app, make_app()):
        with app.app_context():
            assert not anybody_there()
