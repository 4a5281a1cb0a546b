"""The survey as a person meets it: one competency a page, saved at once, resumed from the link, sent once."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

import pytest
import sqlalchemy as sa

from tests.survey.conftest import Asked, cells, open_campaign
from tests.visits import page_of, words_of


@contextmanager
def inside(app) -> Iterator[None]:
    """An app context that gives its database session back."""
    from lms.foundation.db import db

    with app.app_context():
        yield
        db.session.remove()


@pytest.fixture
def campaign(app) -> Asked:
    with inside(app):
        return open_campaign()


@pytest.fixture
def token(app, campaign) -> str:
    from lms.foundation.db import writing
    from lms.survey import service

    with inside(app), writing():
        return service.mint_tokens(campaign.id, cells(6))[0]


def rows(app, table: str) -> int:
    from lms.foundation.db import db

    with inside(app):
        return db.session.scalar(sa.text(f"SELECT count(*) FROM {table}")) or 0


def draft(app, token) -> dict[str, list[str]]:
    from lms.foundation.db import db
    from lms.survey.models import Draft
    from lms.survey.queries import drafted

    with inside(app):
        return drafted(token, db.session.scalars(sa.select(Draft.answers)).one())


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_start_says_why_how_long_and_who_sees_what(app, client, token, lang):
    page = client.get(f"/survey/{token}?lang={lang}")
    assert page.status_code == 200
    assert "10" in words_of(page)
    assert rows(app, "survey_draft") == 0  # looking changes nothing
    first = client.fill(page)
    assert first.request.path == f"/survey/{token}/1"
    assert rows(app, "survey_draft") == 1


def test_a_page_has_two_groups_of_five_words_and_three_ways_out(client, token):
    page = client.fill(f"/survey/{token}?lang=fr")
    for group in page_of(page).iter("fieldset"):
        options = ["".join(label.itertext()).strip() for label in group.iter("label")]
        assert len(options) == 8
        assert options[-3:] == ["je ne sais pas", "ce n’est pas mon rôle", "je préfère ne pas répondre"]
    assert "1 sur 24" in words_of(page)


def test_a_rated_page_leads_to_the_next_and_the_link_goes_on_there(app, client, token):
    client.fill(f"/survey/{token}")
    second = client.fill(f"/survey/{token}/1", {"importance": "4", "competence": "d"})
    assert second.request.path == f"/survey/{token}/2"
    assert list(draft(app, token).values()) == [["4", "d"]]
    other_device = app.test_client()
    assert other_device.fill(f"/survey/{token}").request.path == f"/survey/{token}/2"
    kept = [
        f.get("value")
        for f in page_of(other_device.get(f"/survey/{token}/1")).iter("input")
        if f.get("checked") is not None
    ]
    assert kept == ["4", "d"]


def test_an_empty_row_is_asked_about_once_then_let_pass(app, client, token):
    client.fill(f"/survey/{token}?lang=en")
    asked = client.fill(f"/survey/{token}/1", {"importance": "4"})
    assert asked.status_code == 422
    assert "Nothing is chosen here" in words_of(asked)
    assert list(draft(app, token).values()) == [["4", "0"]]  # saved all the same
    passed = client.fill(asked)
    assert passed.request.path == f"/survey/{token}/2"
    assert list(draft(app, token).values()) == [["4", "0"]]


def test_going_back_saves_and_never_asks(app, client, token):
    client.fill(f"/survey/{token}")
    client.fill(f"/survey/{token}/1", {"importance": "4", "competence": "2"})
    back = client.fill(f"/survey/{token}/2", {"importance": "5"}, press="Revenir")
    assert back.request.path == f"/survey/{token}/1"
    assert sorted(draft(app, token).values()) == [["4", "2"], ["5", "0"]]


@pytest.mark.parametrize("code", ["6", "x", "<b>", "12", "5\x00"])
def test_a_forged_code_changes_nothing(app, client, token, code):
    client.fill(f"/survey/{token}")
    page = page_of(client.get(f"/survey/{token}/1"))
    csrf = next(f.get("value") for f in page.iter("input") if f.get("name") == "csrf_token")
    answer = client.post(f"/survey/{token}/1", data={"importance": code, "competence": "3", "csrf_token": csrf})
    assert answer.status_code == 422
    assert draft(app, token) == {}


def test_the_check_page_shows_everything_and_leads_to_each(app, client, token):
    client.fill(f"/survey/{token}?lang=en")
    for number in range(1, 24):
        client.fill(f"/survey/{token}/{number}", {"importance": "5", "competence": "1"})
    asked = client.fill(f"/survey/{token}/24", {"importance": "w"})
    page = client.fill(asked)
    assert page.request.path == f"/survey/{token}/check"
    words = words_of(page)
    assert words.count("I would not know where to start") == 23
    assert words.count("left empty") == 1
    assert "One row is empty." in words
    changed = client.fill(f"/survey/{token}/3?from=check", {"competence": "5"})
    assert changed.request.path == f"/survey/{token}/check"
    assert words_of(changed).count("I can coach others in it") == 1


def test_pages_without_a_start_lead_to_it(client, token):
    for path in (f"/survey/{token}/3", f"/survey/{token}/check"):
        assert client.get(path, follow_redirects=True).request.path == f"/survey/{token}"


@pytest.mark.parametrize("path", ["", "/1", "/check"])
def test_an_unknown_token_is_a_missing_page(client, campaign, path):
    assert client.get(f"/survey/nonsense{path}").status_code == 404


@pytest.mark.parametrize("number", [0, 25, 999])
def test_a_page_that_does_not_exist_is_missing(client, token, number):
    client.fill(f"/survey/{token}")
    assert client.get(f"/survey/{token}/{number}").status_code == 404


def test_a_closed_campaign_says_so_and_changes_nothing(app, client, token, campaign):
    from lms.foundation.db import writing
    from lms.survey import service

    client.fill(f"/survey/{token}")
    rating = client.get(f"/survey/{token}/1")
    with inside(app), writing():
        service.close(campaign.id)
    for path in ("", "/1", "/check"):
        answer = client.get(f"/survey/{token}{path}?lang=en")
        assert answer.status_code == 410
        assert "This survey is closed" in words_of(answer)
    late = client.fill(rating, {"importance": "5", "competence": "1"})
    assert late.status_code == 410
    assert rows(app, "survey_draft") == 0


def test_a_used_link_thanks(app, client, token):
    from lms.foundation.db import writing
    from lms.survey import service

    with inside(app), writing():
        service.start(token)
        service.send(token)
    answer = client.get(f"/survey/{token}?lang=en")
    assert answer.status_code == 410
    assert "Your answers were sent" in words_of(answer)


def test_the_pages_name_nobody_and_set_nothing_that_lasts(client, token):
    answer = client.get(f"/survey/{token}")
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "same-origin"
    assert all("Expires" not in cookie and "Max-Age" not in cookie for cookie in answer.headers.getlist("Set-Cookie"))
