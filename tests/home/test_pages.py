"""The pages where people arrive: landing, start, catalogue, the coordinator's week."""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import timedelta
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.accounts import service as accounts
from lms.catalogue import service as catalogue
from lms.foundation.clock import now, today
from lms.foundation.db import db, writing
from lms.learning import service as learning
from lms.spaces import service as spaces
from lms.spaces.models import Membership, Space
from lms.survey import service as survey
from tests.accounts.people import House
from tests.catalogue.courses import write_course, write_lesson
from tests.home.conftest import furnish, order, statements
from tests.survey.conftest import questionnaire
from tests.visits import page_of, words_of

COURSES = {"alpha": "mediation", "beta": "management", "gamma": "mediation", "delta": "project"}


@pytest.fixture
def shelf(house: House, tmp_path: Path) -> House:
    """Four courses, ordered gamma, alpha with a reason each, then beta and delta without."""
    furnish(house, tmp_path / "courses", COURSES)
    order(house, {"gamma": 0.5, "alpha": 0.2})
    return house


def finish(house: House, who: str, *courses: str) -> None:
    def change() -> None:
        for name in courses:
            learning.enrol(house.ids[who], name)
            for unit in ("un", "deux", "trois"):
                learning.complete(house.ids[who], name, unit, kind="lesson")

    house.write(change)


def listed(page: TestResponse) -> list[str]:
    """The courses of the list, as they stand on the page."""
    section = next(one for one in page_of(page).iter("section") if one.get("aria-labelledby") == "all")
    links = [(link.get("href") or "") for link in section.iter("a")]
    return [href.rpartition("/")[2] for href in links if href.startswith("/courses/")]


def offered(page: TestResponse) -> list[str]:
    """The proposals above the list."""
    return [
        (link.get("href") or "").rpartition("/")[2]
        for article in page_of(page).iter("article")
        for link in article.iter("a")
        if (link.get("href") or "").startswith("/courses/")
    ]


# --- landing ---------------------------------------------------------------------------------------------------------


READERS = ["fr", "es", "ca", "en"]


def test_without_a_coordinator_the_operator_gets_a_command(app: Flask) -> None:
    for lang in READERS:
        answer = app.test_client().get("/", headers={"Accept-Language": lang})
        block = next(page_of(answer).iter("pre"))
        text = "".join(block.itertext())
        assert text == f"flask --app wsgi users invite you@example.org --role coordinator --lang {lang}"
        assert block.get("tabindex") == "0", "it scrolls on a phone: the keyboard must reach it"
        assert page_of(answer).get("lang") == lang


def test_with_a_coordinator_there_is_no_command(house: House) -> None:
    text = house.client().get("/").get_data(as_text=True)
    assert "flask --app" not in text
    assert "/register" not in text
    assert "/catalogue" in text


def test_a_disabled_coordinator_is_none(house: House) -> None:
    house.write(lambda: accounts.disable(house.ids["coordinator"]))
    assert "flask --app" in house.client().get("/").get_data(as_text=True)


def test_open_registration_is_offered(make_house: Callable[..., House]) -> None:
    assert "/register" in make_house(registration="open").client().get("/").get_data(as_text=True)


def test_the_landing_page_may_be_kept_by_all_and_sets_no_cookie(house: House) -> None:
    answer = house.client().get("/")
    assert answer.headers["Cache-Control"] == "public, max-age=60"
    assert "Set-Cookie" not in answer.headers
    assert {"cookie", "accept-language"} <= {name.lower() for name in answer.vary}


def test_with_a_cookie_or_a_query_it_is_never_kept(house: House) -> None:
    visitor = house.client()
    assert visitor.get("/?lang=es").headers["Cache-Control"] == "no-store"
    assert visitor.get("/").headers["Cache-Control"] == "no-store"
    assert house.client().get("/?from=somewhere").headers["Cache-Control"] == "no-store"


def test_it_is_kept_once_for_each_language_whatever_browsers_ask_for(house: House) -> None:
    asked = [
        ("fr", "fr-FR,en;q=0.9"),
        ("ca", "ca-ES,es"),
        ("es", "es;q=0.2,ca;q=0"),
        ("en", "de,en;q=0.1"),
        ("fr", "*"),
    ]
    asked += [("fr", f"x{number}-y, fr;q=0") for number in range(20)]
    for _again in range(2):
        for lang, header in asked:
            answer = house.client().get("/", headers={"Accept-Language": header})
            assert page_of(answer).get("lang") == lang, header
    assert set(house.app.extensions["landing"]) == {"fr", "es", "ca", "en", ""}


def test_who_is_signed_in_goes_on_to_their_own(house: House) -> None:
    answer = house.client("learner_a").get("/")
    assert (answer.status_code, answer.location) == (302, "/home")
    assert answer.headers["Cache-Control"] == "no-store"


def test_what_is_flashed_is_told_and_not_kept(house: House) -> None:
    visitor = house.client("learner_a")
    signed_out = visitor.fill("/account", form="/account/sign-out-everywhere")
    assert "You are signed out on every device." in signed_out.get_data(as_text=True)
    assert signed_out.headers["Cache-Control"] == "no-store"


# --- start -----------------------------------------------------------------------------------------------------------


def test_nothing_begun_and_an_empty_shelf(house: House) -> None:
    page = house.client("learner_a").get("/home")
    said = words_of(page)
    assert "Hello Learner_A" in said
    assert "Nothing due today" in said
    assert "My courses" not in said
    assert page.headers["Cache-Control"] == "no-store"


def test_nothing_begun_the_first_proposal_with_its_reason(shelf: House) -> None:
    said = words_of(shelf.client("learner_a").get("/home"))
    assert "Proposed for you Gamma" in said
    assert "62 in 100 answers show a gap" in said
    assert "3 steps" in said


def test_a_pinned_proposal_says_who_chose_it(shelf: House) -> None:
    shelf.write(lambda: catalogue.pin("delta", 1, shelf.ids["coordinator"]))
    said = words_of(shelf.client("learner_a").get("/home"))
    assert "Proposed for you Delta" in said
    assert "Chosen by the people who coordinate your network." in said


def test_begun_one_goes_on_where_one_was(shelf: House) -> None:
    me = shelf.ids["learner_a"]

    def change() -> None:
        learning.enrol(me, "alpha")
        learning.complete(me, "alpha", "un", kind="lesson")
        learning.move(me, "alpha", "deux", "lesson")

    shelf.write(change)
    page = shelf.client("learner_a").get("/home")
    assert "Étape deux" in words_of(page), "a course in French alone keeps its words"
    links = [link.get("href") for link in page_of(page).iter("a") if "Resume" in "".join(link.itertext())]
    assert links == ["/courses/alpha/deux/lesson"]
    assert "1 step done of 3" in words_of(page)
    assert "Proposed for you" not in words_of(page)


def test_put_on_a_course_with_a_sentence_and_a_day(shelf: House) -> None:
    day = today() + timedelta(days=40)
    shelf.write(
        lambda: learning.enrol_many(
            [shelf.ids["learner_a"]], "alpha", by=shelf.ids["manager_a"], due_on=day, why="On en parle jeudi."
        )
    )
    said = words_of(shelf.client("learner_a").get("/home"))
    assert "On en parle jeudi." in said
    assert "To be finished by" in said
    assert "Begin" in said


def test_all_finished(shelf: House) -> None:
    finish(shelf, "learner_a", "alpha")
    said = words_of(shelf.client("learner_a").get("/home"))
    assert "You have finished what you began. Well done." in said
    assert "Proposed for you Gamma" in said
    assert "Finished on" in said


def test_what_was_declined_is_no_course_of_mine(shelf: House) -> None:
    me = shelf.ids["learner_a"]
    shelf.write(lambda: (learning.enrol(me, "alpha"), learning.decline(me, "alpha")))
    assert "My courses" not in words_of(shelf.client("learner_a").get("/home"))


def test_an_open_campaign_is_told_to_members_alone(house: House) -> None:
    house.write(lambda: survey.open_campaign(survey.keep_instrument(*questionnaire())))
    asked = "Your network is asking."
    assert asked in words_of(house.client("learner_a").get("/home"))
    assert asked not in words_of(house.client("trainer").get("/home")), "a trainer without a space gets no letter"


def test_who_came_after_the_letters_left_is_promised_none(house: House) -> None:
    def late() -> str:
        made = accounts.create_person(email="late@example.org", name="Late", lang="en").id
        spaces.give_role(made, "learner", "la-bobine")
        return made

    house.write(lambda: survey.open_campaign(survey.keep_instrument(*questionnaire())))
    house.ids["late"] = house.write(late)
    for who in ("late", "learner_a"):
        assert "If you belonged to a space when the survey began, your personal link is in your mail" in words_of(
            house.client(who).get("/home")
        )


@pytest.mark.parametrize(("registration", "told"), [("open", True), ("invitation", False)])
def test_no_space_yet(make_house: Callable[..., House], registration: str, told: bool) -> None:
    house = make_house(registration=registration)
    house.ids["new"] = house.write(lambda: accounts.create_person(email="n@example.org", name="New", lang="en").id)
    assert ("You belong to no space yet." in words_of(house.client("new").get("/home"))) is told
    assert "You belong to no space yet." not in words_of(house.client("learner_a").get("/home"))


@pytest.mark.parametrize(
    ("days", "told"),
    [((3,), "third"), ((0, 3), "today"), ((-3, 3), "third"), ((-3,), "over"), ((-8,), None), ((None,), None)],
)
def test_the_next_plan_with_a_day(shelf: House, days: tuple[int | None, ...], told: str | None) -> None:
    words = {3: "third", 0: "today", -3: "over", -8: "long ago", None: "someday"}

    def change() -> None:
        for number, one in enumerate(days):
            learning.keep_plan(
                shelf.ids["learner_a"], "alpha", "un", f"k-{number}", situation="somebody asks,", action=words[one],
                planned_on=None if one is None else today() + timedelta(days=one),
            )  # fmt: skip

    shelf.write(change)
    said = words_of(shelf.client("learner_a").get("/home"))
    assert re.findall(r"When somebody asks, I (third|today|over|long ago|someday)", said) == ([told] if told else [])


# --- catalogue -------------------------------------------------------------------------------------------------------


def test_the_catalogue_of_an_empty_shelf(house: House) -> None:
    assert "No course yet" in words_of(house.client().get("/catalogue"))


def test_proposals_with_their_reasons_then_all_courses(shelf: House) -> None:
    page = shelf.client().get("/catalogue")
    said = words_of(page)
    assert said.startswith("Two courses for you, and why")
    assert offered(page) == ["gamma", "alpha"]
    assert said.count("Suggested because 62 in 100 answers show a gap in") == 2
    assert listed(page) == ["gamma", "alpha", "beta", "delta"]
    assert "How this number is computed" in said


def test_a_pin_comes_first_and_says_who_chose_it(shelf: House) -> None:
    shelf.write(lambda: catalogue.pin("delta", 1, shelf.ids["coordinator"]))
    page = shelf.client().get("/catalogue")
    assert words_of(page).startswith("Three courses for you, and why")
    assert offered(page) == ["delta", "gamma", "alpha"]
    assert listed(page) == ["delta", "gamma", "alpha", "beta"]
    assert "Chosen by the people who coordinate your network." in words_of(page)


def test_finished_ones_come_last_and_begun_ones_are_not_proposed(shelf: House) -> None:
    finish(shelf, "learner_a", "gamma")
    shelf.write(lambda: learning.enrol(shelf.ids["learner_a"], "alpha"))
    page = shelf.client("learner_a").get("/catalogue")
    assert listed(page) == ["alpha", "beta", "delta", "gamma"]
    assert offered(page) == []
    assert words_of(page).startswith("Courses"), "a page without proposals has a title all the same"


FILTERED = [
    ("domain=mediation", ["gamma", "alpha"]),
    ("domain=mediation&level=1&language=fr", ["gamma", "alpha"]),
    ("domain=zoology", ["gamma", "alpha", "beta", "delta"]),
    ("domain=", ["gamma", "alpha", "beta", "delta"]),
    ("domain=mediation&level=99", ["gamma", "alpha"]),
    ("domain=project&domain=mediation", ["delta"]),
    ("colour=blue&page=-1", ["gamma", "alpha", "beta", "delta"]),
    ("domain=<script>alert(1)</script>", ["gamma", "alpha", "beta", "delta"]),
]


def test_filters(shelf: House) -> None:
    for query, wanted in FILTERED:
        page = shelf.client().get(f"/catalogue?{query}")
        assert listed(page) == wanted, query
        assert f"{len(wanted)} courses" in words_of(page) or len(wanted) == 1


def test_where_nothing_fits_the_last_filter_goes_first_and_a_topic_can_be_proposed(
    shelf: House, tmp_path: Path
) -> None:
    visitor = shelf.client("learner_a")
    course = write_course(tmp_path / "courses", "omega", units=("un",), languages=("fr", "en"))
    write_lesson(course, "un", title="One", lang="en")
    head = course / "course.yml"
    head.write_text(head.read_text("utf-8").replace("domain: mediation", "domain: communication"), "utf-8")
    with shelf.open():
        catalogue.sync(tmp_path / "courses")
    page = visitor.get("/catalogue?language=en&domain=project")
    assert "No course fits these filters" in words_of(page)
    main = page_of(page).find("body/main")
    assert main is not None
    (link,) = (one for one in main.iter("a") if "Remove the last filter" in "".join(one.itertext()))
    assert link.get("href") == "/catalogue?language=en#all"
    assert listed(visitor.get(link.get("href") or ""))
    sent = visitor.fill(page, {"topic": "Le bruit"}, form="/topics")
    assert "Le bruit" in words_of(sent)


def test_every_count_is_what_its_link_leads_to(shelf: House) -> None:
    """Follow every filter link of two pages."""
    visitor = shelf.client()
    followed = 0
    for start in ("/catalogue", "/catalogue?domain=mediation"):
        navigation = next(one for one in page_of(visitor.get(start)).iter("nav") if one.get("aria-label") == "Filters")
        wide = next(one for one in navigation.iter("div") if "only-wide" in (one.get("class") or ""))
        for link in wide.iter("a"):
            address = (link.get("href") or "").partition("#")[0]
            there = visitor.get(address)
            if link.get("aria-current"):
                assert address == "/catalogue", "a chosen filter's link takes it away"
                continue
            assert str(len(listed(there))) == "".join(link.itertext()).split()[-1]
            followed += 1
    assert followed >= 8


TRANSLATED = ["fr", "es", "ca"]


def test_no_english_word_in_another_language(shelf: House) -> None:
    for lang in TRANSLATED:
        said = words_of(shelf.client("learner_a").get(f"/catalogue?lang={lang}&domain=mediation"))
        for word in ("Filter", "course ", "step", "Length", "to begin", "Remove"):
            assert word not in said.replace("Filtre", "").replace("Filtr", ""), word


def test_the_catalogue_asks_the_same_for_three_courses_and_for_twelve(house: House, tmp_path: Path) -> None:
    many = []
    for names in ("abc", "abcdefghijkl"):
        furnish(house, tmp_path / "courses", {f"course-{name}": "mediation" for name in names})
        visitor = house.client("learner_a")
        visitor.get("/catalogue")
        with statements(house.app) as seen:
            visitor.get("/catalogue")
        many.append(len(seen))
    assert many[0] == many[1]


# --- the coordinator's week ------------------------------------------------------------------------------------------


def spread(house: House, count: int) -> None:
    """Have `count` spaces, each with one person more than the one before; people in the last three learn."""

    def change() -> None:
        known = set(db.session.scalars(sa.select(Space.id)))
        for number in range(count):
            name = f"s{number:03d}"
            if name in known:
                continue
            db.session.add(
                Space(id=name, name=f"Space {count - number:03d}", place="Olette", territory_id="conflent", lang="fr",
                      zone="Europe/Paris", latitude=None, longitude=None, desks=4)
            )  # fmt: skip
            db.session.flush()
            for seat in range(number % 4):
                who = accounts.create_person(email=f"{name}-{seat}@example.org", name="Somebody", lang="fr").id
                db.session.add(Membership(person_id=who, space_id=name, role="learner", since=now()))
        db.session.flush()

    house.write(change)


def rows(page: TestResponse) -> list[str]:
    return ["".join(head.itertext()).split(" Olette")[0].split(" Prades")[0].strip()
            for head in page_of(page).iter("th") if head.get("scope") == "row"]  # fmt: skip


def test_a_network_without_spaces(app: Flask) -> None:
    with app.app_context():
        with writing():
            spaces.found_network(name="N", lang="fr", contact="n@example.org")
            who = accounts.create_person(email="c@example.org", name="C", lang="en").id
            spaces.give_role(who, "coordinator", None)
        db.session.remove()
    visitor = app.test_client()
    visitor.enter(who)  # type: ignore[attr-defined]
    assert "No space yet" in words_of(visitor.get("/network?lang=en"))
