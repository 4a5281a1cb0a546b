"""What courses cover and leave, and the plan of a space: from released figures to the two pages."""

from __future__ import annotations

from types import SimpleNamespace

import pytest

from lms.priorities import queries, wording
from lms.survey.queries import Estimate, Figures, Group
from tests.house.test_queries import PAGE_MOST
from tests.house.test_queries import asked as statements
from tests.priorities.conftest import coordinate, count, inside
from tests.survey.conftest import cells, sealed_draft
from tests.visits import page_of, words_of

NETWORK = {"gerer-conflit": 8.0, "fixer-prix": 4.0, "ecouter": 2.0, "prendre-parole": 1.0}


def figures(item: str, mwds: float, n: int = 60) -> Figures:
    return Figures(item, n, 4.0, 4.0 - mwds / 4, mwds / 4, mwds, 60.0, -60.0, rank=1, best=1, worst=2)


def test_the_outlook_of_a_ranking(asked) -> None:
    from lms.catalogue.queries import shelf
    from lms.priorities.rules import Need
    from lms.survey.queries import instrument_of

    instrument = instrument_of(asked.id)
    total = sum(NETWORK.values())
    needs = tuple(Need(name, 60, 4.0, 2.0, mwds / 4, mwds, 60.0, -60.0, rank=1) for name, mwds in NETWORK.items())
    ranking = SimpleNamespace(needs=needs, shares={name: mwds / total for name, mwds in NETWORK.items()})
    item = {one.competency: one.id for one in instrument.items}
    valley = Group("territory", "vall", "full", 30, {}, (figures(item["prendre-parole"], 9.0, 30),))
    found = queries.outlook_of(ranking, shelf(), instrument, [queries.Row("vall", "Vall", "", valley)])
    assert [name for name, _adds, _covered in found.plan] == ["mediation", "prix", "sans-vous"]
    assert [covered for _name, _adds, covered in found.plan] == pytest.approx(
        [(8 + 4 / 3) / 15, (12 + 4 / 3) / 15] * 1 + [(12 + 4 / 3) / 15]
    )
    assert found.cut == 2
    assert {one.brief.competency for one in found.backlog.items} == {"ecouter", "prendre-parole"}
    assert found.backlog.items[0].brief.target == "vall"
    assert found.left["prendre-parole"] == pytest.approx(1 / 15)


def test_a_plan_of_a_space_reads_what_was_released_of_it_alone(asked, monkeypatch) -> None:
    """The exit's answers are given here: which group speaks, and what is marked."""
    from lms.catalogue.queries import shelf
    from lms.survey.queries import instrument_of

    item = {one.competency: one.id for one in instrument_of(asked.id).items}
    pooled = {item["fixer-prix"]: Estimate(9.0, 1.0, 7), item["gerer-conflit"]: Estimate(7.0, None, 7)}
    told = {
        ("space", "bobine"): Group("space", "bobine", "indicative", 7, {}, (), pooled),
        ("territory", "vall-nord"): Group(
            "territory", "vall-nord", "bands", 12, {}, (), {item["ecouter"]: Estimate(9.0, 1.0, 12)}
        ),
    }
    network = Group("network", "", "full", 60, {}, tuple(figures(item[name], mwds) for name, mwds in NETWORK.items()))
    monkeypatch.setattr(queries, "released_group", lambda found, by, key: told.get((by, key)))
    monkeypatch.setattr(queries, "released", lambda campaign_id: [network])
    found = SimpleNamespace(id=asked.id, k=5, instrument_id=_instrument(asked.id))
    place = SimpleNamespace(id="bobine", territory_id="vall-nord")
    plan = queries.plan_of(found, place, shelf())
    assert (plan.of, plan.apart) == ("space", {"fixer-prix": 5.0})
    assert [step.course_id for step in plan.steps][:2] == ["prix", "mediation"]
    other = SimpleNamespace(id="estive", territory_id="vall-nord")
    plan = queries.plan_of(found, other, shelf())
    assert (plan.of, plan.apart, plan.steps[0].course_id) == ("territory", {}, "mediation")
    far = SimpleNamespace(id="x", territory_id="y")
    assert queries.plan_of(found, far, shelf()).of == "network"
    monkeypatch.setattr(queries, "released", lambda campaign_id: [])
    assert queries.plan_of(found, far, shelf()) is None


@pytest.mark.parametrize("few", [0, 3, 4])
def test_nobody_of_a_space_below_the_smallest_group_shows_in_its_plan(asked, few) -> None:
    """Whoever else of a small space answers, and whatever they say, its plan is its territory's or the network's."""
    from lms.catalogue.queries import shelf
    from lms.foundation.db import writing
    from lms.jobs import tasks
    from lms.spaces.queries import space
    from lms.survey import rules, service
    from lms.survey.queries import instrument_of, shown_campaign
    from lms.survey.queries import newest_campaign as newest
    from lms.survey.service import Return

    instrument = instrument_of(asked.id)
    loud = {item.id: ["5", "1"] if item.competency == "ecouter" else ["1", "1"] for item in instrument.items}
    count(asked, 40, fixer_prix="51", gerer_conflit="52")
    with writing():
        packed = rules.pack(loud, instrument.item_ids)
        service.count_returns(asked.id, [Return(cell, packed) for cell in cells(few, "remise", role=None)])
    with writing():
        service.close(asked.id)
    tasks.drain()
    plan = queries.plan_of(shown_campaign(newest()), space("remise"), shelf())
    assert plan.of == "network"
    assert plan.apart == {}
    assert [step.course_id for step in plan.steps] == ["prix", "mediation"]


def _instrument(campaign_id: str) -> str:
    from lms.survey.queries import campaign

    found = campaign(campaign_id)
    assert found is not None
    return found.instrument_id


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_the_coordinator_sees_what_is_covered_and_what_to_write(app, client, campaign, lang) -> None:
    from lms.jobs import tasks

    coordinate(app, client)
    with inside(app):
        count(campaign, 30, fixer_prix="51", gerer_conflit="52", prendre_parole="53")
        tasks.drain()
    with statements(app) as sent:
        page = client.get(f"/network/needs?lang={lang}")
    assert len(sent) <= PAGE_MOST
    words = words_of(page)
    headings = {one.get("id") for one in page_of(page).iter("h2")}
    assert "write" in headings
    assert {"en": "2 courses cover", "fr": "2 cours couvrent", "es": "2 cursos cubren", "ca": "2 cursos cobreixen"}[
        lang
    ] in words
    left = {"en": "leave 22 in 100", "fr": "22 pour cent", "es": "22 de cada 100", "ca": "22 de cada 100"}
    assert left[lang] in words


def test_below_thirty_answers_nothing_is_said_of_courses_to_write(app, client, campaign) -> None:
    from lms.jobs import tasks

    coordinate(app, client)
    with inside(app):
        count(campaign, 20, fixer_prix="51", prendre_parole="53")
        tasks.drain()
    words = words_of(client.get("/network/needs?lang=en"))
    assert "To write next" not in words
    assert "in 100 of the need" not in words


def manage(app, client, space_id: str = "bobine") -> None:
    from lms.accounts import service as accounts
    from lms.foundation.db import writing
    from lms.spaces import service as spaces

    with inside(app), writing():
        person_id = accounts.create_person(email="m@example.org", name="Marc", lang="en").id
        spaces.give_role(person_id, "manager", space_id)
    client.enter(person_id)


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_who_runs_a_space_sees_its_plan_and_no_other(app, client, campaign, lang) -> None:
    from lms.foundation.db import writing
    from lms.jobs import tasks
    from lms.survey import service

    manage(app, client)
    empty = client.get(f"/team/bobine/needs?lang={lang}")
    assert empty.status_code == 200
    with inside(app):
        count(campaign, 30, fixer_prix="51", gerer_conflit="52")
        with writing():
            service.close(campaign.id)
        tasks.drain()
    with statements(app) as sent:
        page = client.get(f"/team/bobine/needs?lang={lang}")
    assert page.status_code == 200
    assert len(sent) <= PAGE_MOST
    links = [one.get("href") for one in page_of(page).iter("a")]
    assert "/courses/mediation" in links
    assert "/courses/prix" in links
    assert client.get("/team/estive/needs").status_code == client.get("/team/nowhere/needs").status_code == 404


def test_a_course_that_somebody_said_no_to_is_not_suggested_again(app, client, campaign) -> None:
    from lms.foundation.db import db, writing
    from lms.foundation.tokens import digest
    from lms.learning import service as learning
    from lms.survey import service
    from lms.survey.models import Draft
    from lms.survey.queries import instrument_of

    person_id = coordinate(app, client)
    with inside(app), writing():
        learning.enrol(person_id, "mediation", source="self")
        learning.decline(person_id, "mediation")
        token = service.mint_tokens(campaign.id, cells(6))[0]
        service.start(token)
        draft = db.session.get(Draft, digest(token))
        answers = {
            one.id: ["5", "1"] if one.competency == "gerer-conflit" else ["3", "3"]
            for one in instrument_of(campaign.id).items
        }
        draft.answers = sealed_draft(token, answers)
        draft.place = 25
    sent = client.fill(client.get(f"/survey/{token}/check?lang=en"))
    assert sent.status_code == 200
    assert "mediation" not in [one.get("value") for one in page_of(sent).iter("input")]


@pytest.mark.parametrize(("share", "said"), [(0.5, "50"), (0.012, "1"), (0.004, "0.4"), (0.0, "0"), (1.0, "100")])
def test_a_share_is_told_in_a_hundred(app, share, said) -> None:
    with app.test_request_context("/?lang=en"):
        assert wording.per_hundred(share) == said
