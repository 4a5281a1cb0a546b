"""The suggestions after the survey, and the coordinator's page of needs."""

from __future__ import annotations

import hashlib

import pytest
import sqlalchemy as sa

from tests.priorities.conftest import coordinate, count, inside
from tests.survey.conftest import cells, sealed_draft
from tests.visits import page_of, words_of


@pytest.fixture
def token(app, campaign) -> str:
    """A token whose draft holds one strong need: handling a conflict."""
    from lms.foundation.db import db, writing
    from lms.foundation.tokens import digest
    from lms.survey import service
    from lms.survey.models import Draft
    from lms.survey.queries import instrument_of

    with inside(app), writing():
        made = service.mint_tokens(campaign.id, cells(6))[0]
        service.start(made)
        found = instrument_of(campaign.id)
        draft = db.session.get(Draft, digest(made))
        assert found is not None
        assert draft is not None
        answers = {item.id: ["5", "1"] if item.competency == "gerer-conflit" else ["3", "3"] for item in found.items}
        draft.answers = sealed_draft(made, answers)
        draft.place = 25
    return made


def contents(app) -> dict[str, str]:
    """table -> digest of all its rows."""
    from lms.foundation.db import Base, db

    with inside(app):
        return {
            table.name: hashlib.sha256(
                repr(sorted(map(repr, db.session.execute(sa.select(table))))).encode()
            ).hexdigest()
            for table in Base.metadata.sorted_tables
        }


def test_sending_suggests_courses_and_keeps_nothing_of_them(app, client, token):
    check = client.get(f"/survey/{token}/check?lang=en")
    before = contents(app)
    sent = client.fill(check)
    after = contents(app)
    words = words_of(sent)
    assert sent.status_code == 200
    assert "For you, this is about “handling a conflict”." in words
    assert {name for name in before if before[name] != after[name]} == {
        "survey_token",
        "survey_draft",
        "survey_waiting",
    }


def test_sending_twice_leads_to_the_used_page(app, client, token):
    check = client.get(f"/survey/{token}/check?lang=en")
    client.fill(check)
    again = client.fill(check)
    assert again.status_code == 410
    assert "Your answers were sent" in words_of(again)
    assert client.get(f"/survey/{token}/send", follow_redirects=True).status_code == 410


def test_sending_with_an_unknown_token_is_a_missing_page(client, campaign):
    page = page_of(client.get("/sign-in"))
    csrf = next(f.get("value") for f in page.iter("input") if f.get("name") == "csrf_token")
    assert client.post("/survey/nonsense/send", data={"csrf_token": csrf}).status_code == 404


def test_a_stranger_sees_titles_a_member_keeps_courses_only(app, client, token):
    from lms.accounts import service as accounts
    from lms.foundation.db import writing
    from lms.learning.queries import courses_of

    with inside(app), writing():
        person_id = accounts.create_person(email="ines@example.org", name="Inès", lang="en").id
    client.enter(person_id)
    sent = client.fill(client.get(f"/survey/{token}/check?lang=en"))
    home = client.fill(sent, {"course": ["mediation"]})
    assert home.request.path == "/home"
    with inside(app):
        assert [one.published.course_id for one in courses_of(person_id)] == ["mediation"]


def test_keeping_a_course_that_is_not_there_keeps_nothing(app, client, token):
    coordinate(app, client)
    sent = client.fill(client.get(f"/survey/{token}/check?lang=en"))
    csrf = next(f.get("value") for f in page_of(sent).iter("input") if f.get("name") == "csrf_token")
    client.post("/survey/courses", data={"course": ["../x", "nothing"], "csrf_token": csrf})
    with inside(app):
        from lms.foundation.db import db

        assert db.session.scalar(sa.text("SELECT count(*) FROM enrolment")) == 0


@pytest.mark.parametrize("path", ["/network/needs", "/network/needs/close", "/network/needs/open"])
def test_the_needs_are_for_those_who_coordinate(app, client, campaign, path):
    from lms.accounts import service as accounts
    from lms.foundation.db import writing
    from lms.spaces import service as spaces

    assert "/sign-in" in client.get(path).headers["Location"]
    with inside(app), writing():
        person_id = accounts.create_person(email="m@example.org", name="M", lang="en").id
        spaces.give_role(person_id, "manager", "bobine")
    client.enter(person_id)
    assert client.get(path).status_code == 403


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_nothing_is_shown_of_fewer_than_five(app, client, campaign, lang):
    coordinate(app, client)
    with inside(app):
        count(campaign, 4, fixer_prix="51")
    page = client.get(f"/network/needs?lang={lang}")
    assert page.status_code == 200
    assert not list(page_of(page).iter("table"))


@pytest.mark.parametrize("people", [5, 12, 30, 40])
def test_the_page_shows_what_the_size_allows(app, client, campaign, people):
    from lms.jobs import tasks

    coordinate(app, client)
    with inside(app):
        count(campaign, people, fixer_prix="51", gerer_conflit="52")
        tasks.drain()
    words = words_of(client.get("/network/needs?lang=en"))
    assert f"{people} answers counted" in words
    assert ("The widest gap" in words) == (people >= 10)
    assert ("95 in 100" in words) == (people >= 30)
    assert ("Computed from" in words) == (people >= 30)
    assert "Hidden to protect each person" in words


def test_needs_that_tie_share_their_rank_and_it_says_so(app, client, campaign):
    from lms.jobs import tasks

    coordinate(app, client)
    with inside(app):
        count(campaign, 30, fixer_prix="52", gerer_conflit="52", ecouter="43")
        tasks.drain()
    words = words_of(client.get("/network/needs?lang=en"))
    assert words.count("=1") == 2
    assert "=3" not in words


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_page_in_every_language(app, client, campaign, lang):
    from lms.jobs import tasks

    coordinate(app, client)
    with inside(app):
        count(campaign, 30, fixer_prix="51", gerer_conflit="52")
        tasks.drain()
    page = client.get(f"/network/needs?lang={lang}&sort=mediation")
    assert page.status_code == 200
    assert {"fr": "0,56 = ", "es": "0,56 = ", "ca": "0,56 = ", "en": "0.56 = "}[lang] in words_of(page)


def test_a_pin_moves_a_course_and_is_taken_away_again(app, client, campaign):
    from lms.jobs import tasks

    coordinate(app, client)
    with inside(app):
        count(campaign, 30, fixer_prix="51")
        tasks.drain()
    page = client.get("/network/needs?lang=en")
    forms = [form for form in page_of(page).iter("form") if form.get("action") == "/network/needs/pin"]
    assert len(forms) == 3
    csrf = next(f.get("value") for f in forms[0].iter("input") if f.get("name") == "csrf_token")
    client.post("/network/needs/pin", data={"csrf_token": csrf, "course": "sans-vous", "place": "1"})
    words = words_of(client.get("/network/needs"))
    assert "1. Écouter au comptoir" in words or "1. Listening at the counter" in words
    assert "place 1 by hand" in words
    client.post("/network/needs/pin", data={"csrf_token": csrf, "course": "sans-vous", "do": "unpin"})
    assert "by hand wins" in words_of(client.get("/network/needs"))
    assert "place 1 by hand" not in words_of(client.get("/network/needs"))
    for bad in (
        {"course": "nothing", "place": "1"},
        {"course": "prix", "place": "9"},
        {"course": "prix", "place": "x"},
        {"course": "prix", "place": ""},
        {"course": "prix"},
    ):
        assert client.post("/network/needs/pin", data={"csrf_token": csrf, **bad}).status_code in (404, 409)


def test_closing_asks_first_then_the_new_computation_arrives(app, client, campaign):
    from lms.foundation.db import writing
    from lms.jobs import tasks
    from lms.survey import service

    coordinate(app, client)
    with inside(app):
        count(campaign, 30, fixer_prix="51")
        with writing():
            for token in service.mint_tokens(campaign.id, cells(5)):
                service.start(token)
                service.send(token)
        tasks.drain()
    assert "30 answers counted so far. 5 people" in words_of(client.get("/network/needs?lang=en"))
    confirm = client.get("/network/needs/close")
    assert "30 answers counted so far. 5 people" in words_of(confirm)
    done = client.fill(confirm)
    assert "The campaign is closed." in done.get_data(as_text=True)
    assert "you see the figures from before closing" in words_of(done)
    with inside(app):
        tasks.drain()
    words = words_of(client.get("/network/needs"))
    assert "35 answers counted" in words
    assert "Computed from 35 answers" in words
    assert "before closing" not in words
    assert client.fill(confirm).status_code == 409


def test_no_page_moves_when_somebody_sends(app, client, campaign):
    """Whoever looks at it every minute must not see who has answered."""
    from lms.foundation.db import writing
    from lms.jobs import tasks
    from lms.survey import service

    coordinate(app, client)
    with inside(app):
        count(campaign, 30, fixer_prix="51")
        with writing():
            tokens = service.mint_tokens(campaign.id, cells(14))
        tasks.drain()
    pages = ("/network/needs?lang=en", "/network/needs/close", "/network/spaces")
    seen = [words_of(client.get(path)) for path in pages]
    for token in tokens:
        with inside(app):
            with writing():
                service.start(token)
                service.send(token)
            tasks.drain()
        assert [words_of(client.get(path)) for path in pages] == seen


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_between_closing_and_the_release_nothing_is_called_hidden(app, client, campaign, lang):
    """What is not computed yet is not said to be too small; of a campaign without figures before it, the same."""
    from lms.foundation.db import db, writing
    from lms.jobs import tasks
    from lms.survey import service

    says = {
        "fr": ("en cours de calcul", "masqué"), "es": ("calculando", "ocult"),
        "ca": ("calculant", "ocult"), "en": ("being computed", "Hidden"),
    }  # fmt: skip
    awaited, hidden = says[lang]
    coordinate(app, client)
    with inside(app), writing():
        for token in service.mint_tokens(campaign.id, cells(30)):
            service.start(token)
            service.send(token)
    with inside(app):
        tasks.drain()
        with writing():
            service.close(campaign.id)
    for _state in ("with the network's figures", "with none"):
        page = client.get(f"/network/needs?lang={lang}")
        assert awaited in words_of(page)
        assert hidden not in words_of(page)
        with inside(app), writing():
            db.session.execute(sa.text("DELETE FROM survey_released_group"))
            db.session.execute(sa.text("DELETE FROM survey_release"))
    with inside(app):
        tasks.drain()
    assert awaited not in words_of(client.get(f"/network/needs?lang={lang}"))


def test_of_fewer_than_five_not_even_how_many(app, client, campaign):
    from lms.foundation.db import db, writing
    from lms.jobs import tasks
    from lms.survey import service
    from lms.survey.models import Campaign

    def three(campaign_id: str) -> None:
        with inside(app), writing():
            for token in service.mint_tokens(campaign_id, cells(9))[:3]:
                service.start(token)
                service.send(token)

    def shut(campaign_id: str) -> None:
        with inside(app), writing():
            service.close(campaign_id)

    def another() -> str:
        with inside(app), writing():
            return service.open_campaign(db.session.get_one(Campaign, campaign.id).instrument_id)

    def words() -> str:
        said = words_of(client.get("/network/needs?lang=en"))
        assert "3 answers" not in said
        return said

    def work() -> None:
        with inside(app):
            tasks.drain()

    coordinate(app, client)
    three(campaign.id)
    assert "9 people were invited. Answers are counted in groups" in words()
    shut(campaign.id)
    work()
    assert "Fewer than 5 answers: hidden" in words()
    # and after one that has figures, which then stay
    second = another()
    with inside(app):
        count(type(campaign)(second, campaign.items), 30, fixer_prix="51")
    shut(second)
    work()
    third = another()
    three(third)
    assert "A newer campaign is under way" in words()
    shut(third)
    assert "Its figures are being computed" in words()
    work()
    assert "Fewer than 5 answers were counted: nothing of it is shown" in words()


def test_opening_asks_first_and_only_one_is_open(app, client, campaign):
    from lms.foundation.db import writing
    from lms.survey import service

    coordinate(app, client)
    assert client.get("/network/needs/open").status_code == 409
    with inside(app), writing():
        service.close(campaign.id)
    confirm = client.get("/network/needs/open?lang=en")
    assert "24 competencies" in words_of(confirm)
    assert client.fill(confirm).status_code == 200
    assert client.fill(confirm).status_code == 409
    assert client.get("/network/needs/close").status_code == 200


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_method_is_public(client, campaign, lang):
    page = client.get(f"/method?lang={lang}")
    assert page.status_code == 200
    assert "Borich 1980" in words_of(page)


def test_pages_name_the_smallest_group_that_the_network_chose(app, client, campaign):
    from lms.foundation.db import db, writing
    from lms.spaces.queries import network
    from lms.survey import service

    def choose(smallest: int) -> None:
        with inside(app), writing():
            found = network()
            assert found is not None
            found.smallest_group = smallest
            db.session.flush()

    def words(address: str) -> str:
        return words_of(client.get(f"{address}?lang=en"))

    coordinate(app, client)
    choose(8)
    with inside(app), writing():
        service.close(campaign.id)
    assert "Fewer than 5 answers" in words("/network/needs")  # it keeps what it promised
    confirm = client.get("/network/needs/open?lang=en")
    assert "once 8 answers are counted" in words_of(confirm)
    client.fill(confirm)
    assert "in groups of 8 or more" in words("/network/needs")
    assert "From 8 to 9 answers" in words("/method")
    choose(12)
    assert "appear from 12 answers on" in words("/method")
    assert "to 9 answers" not in words("/method")
