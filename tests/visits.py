"""The test client: a visitor who refuses sloppy pages and fills forms as a browser would.

Every HTML page it gets, error pages too, is held against `tests/decent.py`. `fill` reads the form from the page, so a
test cannot send a field that the page does not show.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from urllib.parse import urljoin, urlsplit
from xml.etree.ElementTree import Element

import html5lib
from flask import has_app_context
from flask.testing import FlaskClient
from werkzeug.test import TestResponse

from tests.decent import faults


def page_of(response: TestResponse) -> Element:
    """The parsed page of `response`."""
    page: Element = html5lib.parse(response.get_data(as_text=True), namespaceHTMLElements=False)
    return page


def words_of(response: TestResponse) -> str:
    """The words in the main part of a page, single-spaced: what a person reads."""
    page = page_of(response)
    main = page.find("body/main")
    return " ".join("".join((page if main is None else main).itertext()).split())


class WholeClient(FlaskClient):
    """A visitor with cookies who reads every answer to its end: one that is sent while it is made holds its app context
    until then.
    """

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request."""
        kwargs.setdefault("buffered", True)
        return super().open(*args, **kwargs)


class StrictClient(WholeClient):
    """A visitor with cookies. `get`, `post` and the rest are Flask's; each page that comes back must be decent."""

    def open(self, *args: Any, **kwargs: Any) -> TestResponse:
        """Send a request. Raises `AssertionError` when the answer is a page with faults."""
        assert not has_app_context(), "a request inside an open app context would share its database session: close it"
        response = super().open(*args, **kwargs)
        if response.mimetype == "text/html" and response.status_code not in range(300, 400):
            html = response.get_data(as_text=True)
            found = faults(html, response.headers) if html else []
            assert not found, f"{response.request.path} ({response.status_code}) is not decent:\n- " + "\n- ".join(
                found
            )
        return response

    def enter(self, person_id: str) -> None:
        """Sign in as this person without passing the sign-in page."""
        from lms.accounts import service
        from lms.foundation.db import db, writing

        with self.application.app_context():
            with writing():
                token = service.open_session(person_id)
            db.session.remove()
        with self.session_transaction() as session:
            session["_user_id"] = token
            session["_fresh"] = True

    def fill(
        self,
        where: str | TestResponse,
        values: Mapping[str, Any] | None = None,
        *,
        form: str | None = None,
        press: str | None = None,
        follow: bool = True,
    ) -> TestResponse:
        """Fill the form on a page (an address, or an answer at hand) with `values` and send it.

        `form` tells forms apart: a piece of its action or its id; without it, the page's main part must have one form.
        `press` names the button by its words; without it, the first. A value is a text, a list of texts (several
        boxes), True or False (one box), None (no choice) or (stream, name) for a file. Fields not named keep what the
        page shows in them. Raises `AssertionError` for a form, field, choice or button that is not there.
        """
        response = self.get(where) if isinstance(where, str) else where
        found = _form(response, form)
        data = _filled(found, dict(values or {}))
        data += _pressed(found, press)
        address = urljoin(response.request.full_path.rstrip("?"), found.get("action") or "")
        method = (found.get("method") or "get").lower()
        grouped: dict[str, list[Any]] = {}
        for name, value in data:
            grouped.setdefault(name, []).append(value)
        if method == "get":
            return self.get(urlsplit(address).path, query_string=grouped, follow_redirects=follow)
        kind = found.get("enctype") or "application/x-www-form-urlencoded"
        return self.post(address, data=grouped, content_type=kind, follow_redirects=follow)


def _form(response: TestResponse, wanted: str | None) -> Element:
    page = page_of(response)
    main = page.find("body/main")
    forms = list((page if wanted is not None or main is None else main).iter("form"))
    if wanted is not None:
        forms = [form for form in forms if wanted in (form.get("action") or "") or wanted == form.get("id")]
    told = [
        f"{form.get('id') or ''} {form.get('method') or 'get'} {form.get('action') or ''}" for form in page.iter("form")
    ]
    assert len(forms) == 1, f"{response.request.path}: {len(forms)} forms fit {wanted!r} among {told}"
    return forms[0]


def _filled(form: Element, values: dict[str, Any]) -> list[tuple[str, Any]]:
    """The pairs a browser would send, after typing `values`."""
    data: list[tuple[str, Any]] = []
    boxes: dict[str, list[Element]] = {}
    for field in form.iter():
        name = field.get("name")
        if name is None or field.get("disabled") is not None:
            continue
        kind = (field.get("type") or "text").lower() if field.tag == "input" else str(field.tag)
        if kind in ("checkbox", "radio"):
            boxes.setdefault(name, []).append(field)
        elif kind == "select":
            data += [(name, choice) for choice in _selected(field, name, values)]
        elif kind == "textarea":
            data.append((name, values.pop(name, "".join(field.itertext()))))
        elif kind == "file":
            if name in values:
                data.append((name, values.pop(name)))
        elif field.tag == "input" and kind not in ("submit", "button", "reset", "image"):
            assert not (kind == "hidden" and name in values), f"the field {name!r} is hidden: nobody can type in it"
            data.append((name, values.pop(name, field.get("value") or "")))
    for name, choices in boxes.items():
        data += [(name, choice) for choice in _ticked(choices, name, values)]
    assert not values, f"the form has no fields {sorted(values)}"
    return data


def _selected(field: Element, name: str, values: dict[str, Any]) -> list[str]:
    options = [
        (option.get("value") if option.get("value") is not None else "".join(option.itertext()).strip(), option)
        for option in field.iter("option")
    ]
    if name in values:
        wanted = values.pop(name)
        chosen = [str(choice) for choice in (wanted if isinstance(wanted, list) else [wanted])]
        offered = [str(value) for value, _ in options]
        assert set(chosen) <= set(offered), f"{name} offers {offered}, not {chosen}"
        return chosen
    shown = [str(value) for value, option in options if option.get("selected") is not None]
    if not shown and options and field.get("multiple") is None:
        shown = [str(options[0][0])]
    return shown


def _ticked(choices: list[Element], name: str, values: dict[str, Any]) -> list[str]:
    def worth(box: Element) -> str:
        return box.get("value") if box.get("value") is not None else "on"  # type: ignore[return-value]

    if name not in values:
        return [worth(box) for box in choices if box.get("checked") is not None]
    wanted = values.pop(name)
    if wanted is None or wanted is False:
        return []
    if wanted is True:
        assert len(choices) == 1, f"{name} has {len(choices)} boxes: name the ones to tick"
        return [worth(choices[0])]
    chosen = [str(choice) for choice in (wanted if isinstance(wanted, list) else [wanted])]
    offered = [worth(box) for box in choices]
    assert set(chosen) <= set(offered), f"{name} offers {offered}, not {chosen}"
    return chosen


def _pressed(form: Element, words: str | None) -> list[tuple[str, str]]:
    buttons = [
        button
        for button in form.iter()
        if (button.tag == "button" and (button.get("type") or "submit") == "submit")
        or (button.tag == "input" and button.get("type") in ("submit", "image"))
    ]
    told = [" ".join("".join(button.itertext()).split()) or button.get("value") or "" for button in buttons]
    if words is None:
        assert buttons, "the form has no button to send it"
        pressed = buttons[0]
    else:
        fitting = [button for button, text in zip(buttons, told, strict=True) if words in text]
        assert len(fitting) == 1, f"{len(fitting)} buttons fit {words!r} among {told}"
        pressed = fitting[0]
    name = pressed.get("name")
    return [(name, pressed.get("value") or "")] if name else []
