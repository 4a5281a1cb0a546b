"""Proposing a topic where nothing was found, taking it back, and the list of those who coordinate."""

from __future__ import annotations

from datetime import timedelta
from functools import partial
from urllib.parse import quote

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue.topics import privacy, queries, rules, service
from lms.catalogue.topics.models import Topic
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, writing
from tests.accounts.people import House, found
from tests.home.conftest import statements
from tests.learning.conftest import at_once
from tests.visits import page_of, words_of

LIST = "/network/topics"


@pytest.fixture
def house(any_app: Flask) -> House:
    return found(any_app)


def kept(house: House) -> list[tuple[str, str]]:
    """(text, language) of what stands in the table."""
    with house.open():
        return [(row.text, row.lang) for row in db.session.scalars(sa.select(Topic).order_by(Topic.proposed_at))]


def propose(house: House, who: str, text: str, lang: str = "fr") -> str:
    """Somebody proposes a topic; gives its id."""
    house.write(lambda: service.propose(house.ids[who], text, lang=lang))
    with house.open():
        return queries.mine(house.ids[who])[0].id


def test_what_the_search_does_not_find_is_proposed_read_and_handled(house: House) -> None:
    lea = house.client("learner_a")
    nothing = lea.get("/search?q=chauffage")
    page = lea.fill(nothing, {"topic": "Chauffage en hiver"}, form="/topics")
    assert page.request.path == "/topics"
    assert "Thank you." in page.text
    assert "Chauffage en hiver" in words_of(page)
    coordinator = house.client("coordinator")
    assert "1 proposed topic to read" in words_of(coordinator.get("/network"))
    board = coordinator.get(LIST)
    assert "Chauffage en hiver" in words_of(board)
    assert "1 person" in words_of(board)
    assert "Learner A" not in board.text
    done = coordinator.fill(board, form="/network/topics/", press="Mark as handled")
    assert "Handled" in words_of(done)
    assert "taken up on" in words_of(lea.get("/topics"))
    assert "proposed topic" not in words_of(coordinator.get("/network"))
    undone = coordinator.fill(done, form="/network/topics/", press="Open the topic again")
    assert "The topic is open again." in undone.text
    assert "Chauffage en hiver" in words_of(undone)
    assert "waits to be read" in words_of(lea.get("/topics"))


def test_the_field_holds_what_was_looked_for(house: House) -> None:
    page = house.client("learner_a").get("/search?q=" + quote('chauffage "d’hiver"'))
    (field,) = (one for one in page_of(page).iter("input") if one.get("name") == "topic")
    assert field.get("value") == 'chauffage "d’hiver"'


def test_without_an_account_the_page_says_how(house: House) -> None:
    stranger = house.client()
    page = stranger.get("/search?q=chauffage")
    assert "With an account" in words_of(page)
    assert not any(one.get("name") == "topic" for one in page_of(page).iter("input"))
    answer = stranger.get("/topics?about=chauffage")
    assert answer.status_code == 302
    assert "/sign-in" in answer.headers["Location"]
    assert "about" in answer.headers["Location"], "after signing in the field holds it"
    assert stranger.get(LIST).status_code == 302


def test_a_topic_is_taken_back_by_its_owner_alone_and_can_be_proposed_again(house: House) -> None:
    mine = propose(house, "learner_a", "Le bruit")
    other = house.client("learner_b")
    form = other.get("/topics")
    token = next(one.get("value") for one in page_of(form).iter("input") if one.get("name") == "csrf_token")
    for foreign in (mine, new_id()):
        assert other.post(f"/topics/{foreign}/withdraw", data={"csrf_token": token}).status_code == 404
    lea = house.client("learner_a")
    page = lea.fill("/topics", form="/withdraw", press="Withdraw")
    assert "Withdrawn" in page.text
    assert kept(house) == []
    lea.fill(page, {"topic": "Le bruit"})
    assert kept(house) == [("Le bruit", "en")]


def test_withdraw_pressed_twice_says_the_same_twice_and_to_nobody_else(house: House) -> None:
    topic = propose(house, "learner_a", "Le bruit")
    lea = house.client("learner_a")
    page = lea.get("/topics")
    twice = [lea.fill(page, form="/withdraw", press="Withdraw") for _ in range(2)]
    assert [one.status_code for one in twice] == [200, 200]
    assert [one.request.full_path for one in twice] == [twice[0].request.full_path] * 2
    for one in twice:
        assert "Withdrawn" in one.text
        (field,) = (found for found in page_of(one).iter("input") if found.get("name") == "topic")
        assert field.get("value") == "Le bruit"
    (own,) = (one.get("value") for one in page_of(page).iter("input") if one.get("name") == "own")
    other = house.client("learner_b")
    token = next(
        one.get("value") for one in page_of(other.get("/topics")).iter("input") if one.get("name") == "csrf_token"
    )
    assert other.post(f"/topics/{topic}/withdraw", data={"csrf_token": token, "own": own}).status_code == 404
    assert other.post(f"/topics/{new_id()}/withdraw", data={"csrf_token": token, "own": own}).status_code == 404


@pytest.mark.parametrize("text", ["", "   ", "?!", "x" * 201])
def test_what_is_no_topic_is_said_in_place(house: House, text: str) -> None:
    page = house.client("learner_a").fill("/topics", {"topic": text})
    assert page.status_code in (400, 409, 422)
    assert kept(house) == []


def test_the_same_words_of_one_person_are_one_row(house: House) -> None:
    for text in ("Gérer le bruit", "gerer le BRUIT !", "Gérer le bruit"):
        propose(house, "learner_a", text)
    assert kept(house) == [("Gérer le bruit", "fr")]


def test_sent_twice_at_the_same_moment_it_is_one_row(house: House) -> None:
    def send() -> None:
        with writing():
            service.propose(house.ids["learner_a"], "Le bruit", lang="fr")

    at_once(house.app, send, send, send)
    assert kept(house) == [("Le bruit", "fr")]


def test_ten_in_a_day_are_the_bound(house: House) -> None:
    lea = house.client("learner_a")
    for number in range(service.PROPOSED[0]):
        propose(house, "learner_a", f"Sujet {number}")
    page = lea.fill("/topics", {"topic": "Sujet de trop"}, form="propose")
    assert page.status_code == 429
    assert len(kept(house)) == service.PROPOSED[0]
    assert lea.fill("/topics", {"topic": "Sujet 3"}, form="propose").status_code == 200, (
        "what stands there already costs nothing"
    )


def test_ten_in_a_day_are_the_bound_at_the_same_moment_too(house: House) -> None:
    for number in range(service.PROPOSED[0] - 1):
        propose(house, "learner_a", f"Sujet {number}")

    def send(text: str) -> None:
        with writing():
            service.propose(house.ids["learner_a"], text, lang="fr")

    at_once(house.app, *(partial(send, f"Encore {letter}") for letter in "abcd"))
    assert len(kept(house)) == service.PROPOSED[0]


def test_the_list_counts_people_and_not_texts_most_first(house: House) -> None:
    propose(house, "learner_a", "Le jardin")
    propose(house, "learner_a", "Le bruit")
    propose(house, "learner_b", "le BRUIT", "ca")
    with house.open():
        most, other = queries.listed(handled=False, page=1)
        assert (most.people, most.texts) == (2, {"ca": "le BRUIT", "fr": "Le bruit"})
        assert (other.people, other.texts) == (1, {"fr": "Le jardin"})
    page = house.client("coordinator").get(LIST)
    assert [("".join(one.itertext()), one.get("lang")) for one in page_of(page).iter("h2")][:1] == [("le BRUIT", "ca")]


def test_a_topic_that_somebody_proposes_again_is_open_again(house: House) -> None:
    first = propose(house, "learner_a", "Le bruit")
    house.write(lambda: service.settle(first, handled=True))
    with house.open():
        assert queries.count_of() == {False: 0, True: 1}
        assert [one.people for one in queries.listed(handled=True, page=1)] == [1]
    propose(house, "learner_b", "Le bruit")
    with house.open():
        assert queries.count_of() == {False: 1, True: 0}
        assert [(one.people, one.handled_at) for one in queries.listed(handled=False, page=1)] == [(2, None)]


def test_only_who_coordinates_reads_the_list(house: House) -> None:
    propose(house, "learner_a", "Le bruit")
    for who in ("learner_a", "manager_a", "trainer"):
        assert house.client(who).get(LIST).status_code == 403, who


def test_empty_lists_say_what_will_stand_there(house: House) -> None:
    coordinator = house.client("coordinator")
    assert "Nobody proposes anything" in words_of(coordinator.get(LIST))
    assert "once you have dealt with it" in words_of(coordinator.get(f"{LIST}?state=handled"))
    for odd in ("?done=x", "?done=%00", "?page=-4&state=%00", f"?done={'9' * 5000}"):
        assert coordinator.get(LIST + odd).status_code in (200, 400)


def test_the_list_has_pages_and_costs_the_same(house: House) -> None:
    coordinator = house.client("coordinator")
    propose(house, "learner_a", "Sujet premier")
    costs = []
    for rows in (0, rules.PAGE + 5):

        def many(rows: int = rows) -> None:
            db.session.add_all(
                Topic(
                    id=new_id(), person_id=house.ids["learner_b"], text=f"Sujet {number}", folded=f"sujet {number}",
                    lang="fr", proposed_at=now() - timedelta(days=number), handled_at=None,
                )
                for number in range(rows)
            )  # fmt: skip

        house.write(many)
        coordinator.get(LIST)
        with statements(house.app) as seen:
            page = coordinator.get(LIST)
        costs.append(len(seen))
    assert costs[0] == costs[1]
    assert len([one for one in page_of(page).iter("h2")]) == rules.PAGE
    assert f"{LIST}?page=2" in page.text


def test_what_a_person_proposed_is_given_to_them_and_forgotten_with_them(house: House) -> None:
    propose(house, "learner_a", "Le bruit")
    propose(house, "learner_b", "Le bruit")
    with house.open():
        (row,) = privacy.export(house.ids["learner_a"])["topic"]
    assert row["text"] == "Le bruit"
    house.write(lambda: privacy.forget(house.ids["learner_a"]))
    with house.open():
        assert [one.people for one in queries.listed(handled=False, page=1)] == [1]
