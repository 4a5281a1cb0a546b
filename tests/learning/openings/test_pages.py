"""The page of a course in preparation, the wish to be told, taking it back."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest
from flask import Flask

from lms.catalogue import queries as catalogue
from lms.catalogue.service import sync
from lms.foundation.db import writing
from lms.learning.openings import queries, service
from lms.learning.openings.models import OpeningWish
from tests.accounts.people import House, found
from tests.catalogue.courses import write_ahead, write_course, write_head, write_lesson
from tests.learning.conftest import at_once
from tests.visits import page_of, words_of

COURSE = "bientot"
PAGE = f"/courses/{COURSE}"
DOOR = f"{PAGE}/opening"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    write_ahead(tmp_path / "courses", COURSE)
    return tmp_path / "courses"


@pytest.fixture
def house(any_app: Flask, folder: Path) -> House:
    made = found(any_app)
    with made.open():
        sync(folder)
    return made


def test_one_button_asks_and_takes_back(house: House) -> None:
    visitor = house.client("learner_a")
    page = visitor.get(PAGE)
    assert "in preparation Listening at the counter Hearing what matters." in words_of(page)
    asked = visitor.fill(page, form=DOOR)
    assert "You get one mail when it opens." in words_of(asked)
    visitor.fill(page, form=DOOR)  # from the other tab
    assert house.count(OpeningWish) == 1
    assert "Listening at the counter" in words_of(visitor.get("/openings"))
    back = visitor.fill(visitor.get(PAGE), form=DOOR)
    assert "Tell me by mail when it opens" in words_of(back)
    assert house.count(OpeningWish) == 0


def test_what_one_waits_for_is_found_from_the_account_and_taken_back_there(house: House) -> None:
    house.write(lambda: service.wish(house.ids["learner_a"], COURSE))
    visitor = house.client("learner_a")
    links = {link.get("href") for link in page_of(visitor.get("/account")).iter("a")}
    assert "/openings" in links
    after = visitor.fill("/openings", form=DOOR)
    assert after.request.path == "/openings"
    assert "You are not waiting for any course" in words_of(after)
    assert house.count(OpeningWish) == 0


def test_somebody_else_waits_for_nothing(house: House) -> None:
    house.write(lambda: service.wish(house.ids["learner_a"], COURSE))
    assert "You are not waiting for any course" in words_of(house.client("learner_b").get("/openings"))
    assert "Tell me by mail" in words_of(house.client("learner_b").get(PAGE))


def test_strangers_see_the_page_and_are_asked_to_sign_in(house: House) -> None:
    stranger = house.client()
    page = stranger.get(PAGE)
    assert "If you sign in" in words_of(page)
    assert any(link.get("href") == f"/sign-in?next={PAGE}" for link in page_of(page).iter("a"))
    assert house.client().get("/openings").status_code == 302


def test_the_catalogue_leads_there(house: House) -> None:
    page = house.client("learner_a").get("/catalogue")
    assert "In preparation" in words_of(page)
    assert PAGE in {link.get("href") for link in page_of(page).iter("a")}


def draft(folder: Path) -> None:
    write_head(folder / COURSE, ("un",), status="draft")


def opened(folder: Path) -> None:
    write_lesson(folder / COURSE, "un")


def broken(folder: Path) -> None:
    (folder / COURSE / "course.yml").write_text("id: bientot\n")


def gone(folder: Path) -> None:
    (folder / COURSE).rename(folder.parent / "away")


@pytest.mark.parametrize(
    ("change", "outcome", "ahead"),
    [(draft, "waiting", False), (opened, "published", False), (broken, "invalid", True), (gone, None, False)],
)
def test_a_course_is_in_preparation_while_its_author_says_so(
    house: House, folder: Path, change: Callable[[Path], None], outcome: str | None, *, ahead: bool
) -> None:
    house.write(lambda: service.wish(house.ids["learner_a"], COURSE))
    stale = house.client("learner_a")
    visitor = house.client("learner_b")
    page = visitor.get(PAGE)
    change(folder)
    with house.open():
        report = sync(folder)
        assert [one.outcome for one in report.courses] == ([outcome] if outcome else [])
        assert [one.id for one in catalogue.announcements()] == ([COURSE] if ahead else [])
    shown = visitor.get(PAGE)
    assert shown.status_code == (404 if change in (draft, gone) else 200)
    late = visitor.fill(page, form=DOOR)  # the page was read before
    assert late.status_code == shown.status_code
    assert house.count(OpeningWish) == (2 if ahead else 1)
    assert ("Do not tell me" in words_of(stale.get("/openings"))) is True, "what was asked can be taken back"


def test_a_course_that_opens_while_somebody_asks_sees_who_asked(house: House, folder: Path) -> None:
    asked = threading.Event()
    opened(folder)

    def ask() -> None:
        with writing():
            service.wish(house.ids["learner_a"], COURSE)
            asked.set()
            time.sleep(0.5)

    def publish() -> int:
        asked.wait(10)
        sync(folder)
        return len(queries.waiting_for(COURSE))  # what the job asks that tells them

    assert set(at_once(house.app, ask, publish)) == {None, 1}


def test_a_course_that_was_open_and_is_no_more_is_in_preparation_for_those_who_never_began(
    house: House, folder: Path
) -> None:
    from lms.learning import service as learning

    write_course(folder, "ouvert", units=("un",))
    with house.open():
        sync(folder)
    house.write(lambda: learning.enrol(house.ids["learner_a"], "ouvert"))
    write_ahead(folder, "ouvert")
    with house.open():
        assert [one.outcome for one in sync(folder).courses] == ["announced", "announced"]
        assert [one.outcome for one in sync(folder).courses] == ["announced", "announced"]
    assert "in preparation" in words_of(house.client("learner_b").get("/courses/ouvert"))
    assert "in preparation" not in words_of(house.client("learner_a").get("/courses/ouvert")), "who began keeps it"


def test_trainers_see_it_on_their_list(house: House) -> None:
    said = words_of(house.client("trainer").get("/write"))
    assert "Listening at the counter" in said
    assert "in preparation" in said
