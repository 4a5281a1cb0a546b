"""The trainer's pages: the shelf, a course with what the check says, publishing."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.authoring import views
from lms.authoring.queries import folder_of
from lms.catalogue import service as catalogue
from lms.catalogue.queries import history, published
from lms.catalogue.rules import Differences
from lms.catalogue.service import Learners, Synced, SyncReport
from lms.foundation.db import db
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.learning.queries import learning_of
from tests.accounts.people import House, found
from tests.catalogue.courses import write_course, write_head, write_lesson
from tests.visits import StrictClient, page_of, words_of

PUBLISH = "/write/publish"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """A folder with two courses, `alpha` and `beta`, of three steps each."""
    root = tmp_path / "courses"
    write_course(root, "alpha")
    write_course(root, "beta")
    return root


@pytest.fixture
def desk(folder: Path, make_app: Callable[..., Flask]) -> House:
    """A network whose courses stand in `folder`, published once."""
    house = found(make_app(LMS_COURSES=str(folder)))
    with house.open():
        assert catalogue.sync(folder).is_clean
    return house


def publish(trainer: StrictClient, where: str = "/write") -> str:
    """Press the button on `where`; gives what the page then says, with its notices."""
    answer = trainer.fill(where, form=PUBLISH)
    assert answer.status_code == 200
    return " ".join("".join(page_of(answer).itertext()).split())


def numbers(house: House, course: str = "alpha") -> list[int]:
    with house.open():
        return [number for _id, number, _at in history(course)]


# --- looking ---------------------------------------------------------------------------------------------------------


def test_the_shelf_lists_every_course(desk: House, folder: Path) -> None:
    write_course(folder, "gamma", status="draft")
    page = desk.client("trainer").get("/write")
    assert words_of(page).startswith("2 courses")
    links = [link.get("href") for link in page_of(page).iter("a") if (link.get("href") or "").startswith("/write/")]
    assert links == ["/write/alpha", "/write/beta"]
    assert "version 1," in words_of(page)
    assert "courses/alpha" in words_of(page)
    assert str(folder) not in page.get_data(as_text=True), "the machine's paths are nobody's business"


def test_an_empty_folder(make_app: Callable[..., Flask], tmp_path: Path) -> None:
    (tmp_path / "empty").mkdir()
    house = found(make_app(LMS_COURSES=str(tmp_path / "empty")))
    assert "No course yet" in words_of(house.client("trainer").get("/write"))
    assert "Nothing has changed since the last publication." in publish(house.client("trainer"))


def test_a_course_page_shows_check_and_versions(desk: House) -> None:
    said = words_of(desk.client("trainer").get("/write/alpha"))
    assert "Version 1 live" in said
    assert "See it as learners do" in said
    assert "error" not in said.lower()


def test_a_coordinator_may_and_others_may_not(desk: House) -> None:
    assert desk.client("coordinator").get("/write").status_code == 200
    assert "live" in words_of(desk.client("coordinator").get("/write/alpha"))
    assert "Nothing has changed" in publish(desk.client("coordinator"))
    for who in ("learner_a", "manager_a"):
        client = desk.client(who)
        assert client.get("/write").status_code == 403
        assert client.get("/write/alpha").status_code == 403
        page = page_of(client.get("/account"))
        token = next(one.get("value") for one in page.iter("input") if one.get("name") == "csrf_token")
        assert client.post(PUBLISH, data={"csrf_token": token}).status_code == 403
    assert desk.client().get("/write").location == "/sign-in?next=/write"


NAMES = [
    "..", "%2e%2e", "_people.yml", "_competencies.yml", "_instruments", ".git", "a/b", "alpha/..", "alpha%2f..", "alpha\\..",
    "x" * 65, "x" * 5000, "alpha%00", "%00", "no-such-course", "ALPHA/", "LICENSE", "publish/..", "alpha ", "é",
]  # fmt: skip


def test_names_that_are_no_courses_are_missing(desk: House, folder: Path) -> None:
    (folder / "_people.yml").write_text("a: {name: B}\n")
    (folder / "LICENSE").write_text("free\n")
    (folder / "_instruments").mkdir()
    (folder / ".git").mkdir()
    trainer = desk.client("trainer")
    for name in NAMES:
        answer = trainer.get(f"/write/{name}", follow_redirects=True)
        assert answer.status_code == 404, name


def test_a_link_out_of_the_folder_is_no_course(folder: Path, tmp_path: Path) -> None:
    write_course(tmp_path / "elsewhere", "secret")
    (folder / "secret").symlink_to(tmp_path / "elsewhere/secret")
    assert folder_of(folder, "secret") is None
    assert folder_of(folder, "alpha") == folder / "alpha"
    for name in ("", ".", "..", "a/b", "a\\b", "_x", ".x", "x" * 65, "alpha\0"):
        assert folder_of(folder, name) is None, name


def test_questions_that_answer_without_a_word_are_counted_and_named(desk: House, folder: Path) -> None:
    assert "without a word" not in words_of(desk.client("trainer").get("/write/alpha"))
    asked = "\n\n## Que {0} ?\n<!-- q-{0} -->\n\n- [ ] Un\n{1}- [x] Deux\n\n{2}"
    lesson = folder / "alpha/units/deux/lesson.fr.md"
    more = (("rien", "", ""), ("retour", "  > Non.\n", ""), ("raison", "", "> [!NOTE]\n> Deux suit un.\n"))
    lesson.write_text(lesson.read_text() + "".join(asked.format(*one) for one in more), encoding="utf-8")
    publish(desk.client("trainer"))
    said = words_of(desk.client("trainer").get("/write/alpha"))
    assert "1 question answers without a word" in said
    assert "units/deux/lesson.fr.md: q-rien" in said
    for name in ("q-retour", "q-raison"):
        assert f"lesson.fr.md: {name}" not in said


# --- publishing ------------------------------------------------------------------------------------------------------


def test_a_new_version_is_live_and_nobody_loses_anything(
    any_url: str, folder: Path, make_app: Callable[..., Flask]
) -> None:
    house = found(make_app(LMS_COURSES=str(folder), DATABASE_URL=any_url))
    with house.open():
        catalogue.sync(folder)
    me = house.ids["learner_a"]

    def begin() -> None:
        learning.enrol(me, "alpha")
        for unit in ("un", "deux"):
            learning.complete(me, "alpha", unit, kind="lesson")

    house.write(begin)
    write_lesson(folder / "alpha", "quatre", title="Étape quatre")
    write_head(folder / "alpha", ("quatre", "deux", "trois"))  # one added, one moved, one taken away
    shutil.rmtree(folder / "alpha/units/un")
    trainer = house.client("trainer")
    held = trainer.fill("/write", form=PUBLISH)
    assert "1 course has errors; its last good version stays live." in " ".join(
        "".join(page_of(held).itertext()).split()
    )
    assert "2 questions or parts are goneun/k-essai, un/q-mot 1 person takes this course." in words_of(held)
    assert "2 errors" in words_of(trainer.get("/write"))
    assert numbers(house) == [1]
    named = {"gone": ["alpha/un/k-essai", "alpha/un/q-mot"]}
    assert [one.get("value") for one in page_of(held).iter("input") if one.get("name") == "gone"] == named["gone"]
    token = next(one.get("value") for one in page_of(held).iter("input") if one.get("name") == "csrf_token")
    trainer.post(PUBLISH, data={"gone": named["gone"][:1], "csrf_token": token})
    assert numbers(house) == [1], "what was not named is not meant"
    trainer.post(PUBLISH, data={**named, "csrf_token": token})
    said = " ".join("".join(page_of(trainer.get("/write")).itertext()).split())
    assert "1 new version is live." in said
    assert "0 of 1 learner loses completion." in said
    assert "1 step is new. 1 step is gone." in said
    assert numbers(house) == [2, 1]
    assert numbers(house, "beta") == [1]
    with house.open():
        own = learning_of(me, "alpha")
        assert own is not None
        assert (own.published.number, own.done, own.total) == (2, {"deux"}, 3)
        assert own.finished.keys() == {"un", "deux"}
        assert db.session.scalar(sa.select(sa.func.count()).select_from(Completion)) == 2
    assert "Nothing has changed since the last publication." in publish(trainer)
    assert numbers(house) == [2, 1]
    assert "Étape quatre" in words_of(house.client("learner_a").get("/courses/alpha"))


def test_a_broken_course_keeps_its_last_good_version(desk: House, folder: Path) -> None:
    before = words_of(desk.client("learner_a").get("/courses/alpha"))
    lesson = folder / "alpha/units/deux/lesson.fr.md"
    lesson.write_text(lesson.read_text().replace("minutes: 12", "minutos: 12"), encoding="utf-8")
    write_lesson(folder / "beta", "un", title="Nouveau titre")
    trainer = desk.client("trainer")
    said = publish(trainer)
    assert "1 new version is live." in said, "one course's fault does not hold another back"
    assert "1 course has errors; its last good version stays live." in said
    assert "Version 1 stays live until the errors are mended." in said
    line = 1 + lesson.read_text().splitlines().index("minutos: 12")
    assert f"units/deux/lesson.fr.md:{line}" in said
    assert "the key “minutos” is not known" in said
    assert str(folder) not in said
    assert numbers(desk) == [1]
    assert numbers(desk, "beta") == [2, 1]
    assert words_of(desk.client("learner_a").get("/courses/alpha")) == before


def test_findings_are_told_in_the_reader_s_language(desk: House, folder: Path) -> None:
    lesson = folder / "alpha/units/deux/lesson.fr.md"
    lesson.write_text(
        "---\nid: autre\ntitle: Étape\ncolour: blue\n---\n\n# Étape\n\n<b onclick=x>gras</b>\n", encoding="utf-8"
    )
    told = {}
    for lang in ("fr", "es", "ca", "en"):
        page = desk.client("trainer").get(f"/write/alpha?lang={lang}")
        items = [item for item in page_of(page).iter("li") if list(item.iter("code"))]
        rows = []
        for item in items:
            code = " ".join("".join(next(iter(item)).itertext()).split())
            sentence, fix, place = (" ".join("".join(p.itertext()).split()) for p in item.iter("p"))
            assert code[0] in "EW", code
            assert sentence, code
            assert fix, code
            assert place.startswith("units/deux/lesson.fr.md:"), place
            rows.append((code, place, sentence, fix))
        assert len(rows) >= 2
        told[lang] = rows
    places = {lang: [row[:2] for row in rows] for lang, rows in told.items()}
    assert places["fr"] == places["es"] == places["ca"] == places["en"], "codes and lines are not translated"
    for number in range(len(told["en"])):
        assert len({told[lang][number][2] for lang in told}) == 4, "each language has its own sentence"


def test_many_findings_are_cut(desk: House, folder: Path) -> None:
    for unit in ("un", "deux", "trois"):
        lesson = folder / f"alpha/units/{unit}/lesson.fr.md"
        lesson.write_text(lesson.read_text() + "".join(f"\n<b>{n}</b>\n" for n in range(30)), encoding="utf-8")
    page = desk.client("trainer").get("/write/alpha")
    assert len([item for item in page_of(page).iter("li") if list(item.iter("code"))]) == 50
    assert "The first 50 of 60 are shown." in words_of(page)


def test_a_course_with_errors_from_the_start_is_never_served(desk: House, folder: Path) -> None:
    write_course(folder, "gamma")
    (folder / "gamma/course.yml").write_text("id: gamma\n")
    said = publish(desk.client("trainer"))
    assert "1 course has errors and is not published yet." in said
    assert "last good version" not in said
    assert "Nothing of it has been published yet." in said
    assert desk.client("learner_a").get("/courses/gamma").status_code == 404


def test_what_is_gone_from_the_folder_is_told(desk: House, folder: Path) -> None:
    me = desk.ids["learner_a"]
    desk.write(lambda: learning.enrol(me, "beta"))
    shutil.rmtree(folder / "beta")
    said = publish(desk.client("trainer"))
    assert "Nothing has changed" not in said
    assert "1 course is no longer offered; whoever began it keeps it." in said
    with desk.open():
        assert published("beta") is None
    assert desk.client("learner_a").get("/courses/beta").status_code == 200, "who began it keeps it"
    assert desk.client("trainer").get("/write").status_code == 200


def test_a_course_taken_back_to_draft_is_told(desk: House, folder: Path) -> None:
    write_head(folder / "beta", ("un", "deux", "trois"), status="draft")
    assert "1 course is no longer offered" in publish(desk.client("trainer"))
    assert "Nothing has changed" in publish(desk.client("trainer"))


def test_a_course_that_comes_back_without_an_id_says_which_and_asks(desk: House, folder: Path) -> None:
    """Nothing of it is served meanwhile: what it lacks is held against its last version all the same."""
    steps = ("un", "deux", "trois")
    write_head(folder / "beta", steps, status="draft")
    trainer = desk.client("trainer")
    publish(trainer)
    lesson = folder / "beta/units/un/lesson.fr.md"
    lesson.write_text(lesson.read_text().replace("q-mot", "q-mots"), encoding="utf-8")
    assert "is gone" not in words_of(trainer.get("/write/beta")), "a draft holds nothing back"
    write_head(folder / "beta", steps)
    assert "1 course has errors and is not published yet." in publish(trainer)
    held = trainer.get("/write/beta")
    assert "1 question or part is goneun/q-mot" in words_of(held)
    assert "1 error" in words_of(trainer.get("/write"))
    token = next(one.get("value") for one in page_of(held).iter("input") if one.get("name") == "csrf_token")
    trainer.post(PUBLISH, data={"gone": "beta/un/q-mot", "csrf_token": token})
    with desk.open():
        assert published("beta") is not None


def test_a_link_in_place_of_a_lesson_is_a_finding(desk: House, folder: Path) -> None:
    lesson = folder / "alpha/units/deux/lesson.fr.md"
    lesson.unlink()
    lesson.symlink_to(lesson)
    assert "1 course has errors" in publish(desk.client("trainer"))
    assert numbers(desk) == [1]
    assert desk.client("trainer").get("/write/alpha").status_code == 200


def test_all_that_happened_is_told_at_once(desk: House) -> None:
    first = Differences(added=("un",), gone=("un/q-a",), stale=(("ca", 1), ("es", 1)))
    second = Differences(asked=("un/q-b", "un/q-c"), stale=(("ca", 2),))
    one = [Synced("a", "published", 2, changes=first, learners=Learners(40, 1)),
           Synced("b", "published", 1, changes=second, learners=Learners(1, 0)),
           Synced("c", "invalid", 3), Synced("d", "invalid"),
           Synced("e", "unreadable", 1), Synced("f", "unchanged", 1), Synced("g", "archived")]  # fmt: skip
    with desk.app.test_request_context("/write?lang=en"):
        assert views._told(SyncReport(tuple(one)), gone=1) == [
            (
                "2 new versions are live. 1 of 41 learners lose completion. 1 step is new. 2 questions are new. "
                "1 question is gone. Català: 3 sections are out of date. Español: 1 section is out of date.",
                "yes",
            ),
            ("1 course is no longer offered; whoever began it keeps it.", ""),
            ("1 course has errors; its last good version stays live.", "err"),
            ("1 course has errors and is not published yet.", "err"),
            ("1 course could not be read. Try again in a moment.", "err"),
        ]
        assert views._told(SyncReport((Synced("a", "published", 1),)), gone=0) == [
            ("1 new version is live. Nobody takes it yet.", "yes")
        ]


def test_a_folder_that_is_away_is_told(desk: House, folder: Path) -> None:
    away = folder.with_name("away")
    trainer = desk.client("trainer")
    page = trainer.get("/write")
    folder.rename(away)
    answer = trainer.fill(page, form=PUBLISH)
    assert answer.status_code == 409
    assert "The folder of courses cannot be opened." in words_of(answer)
    away.rename(folder)
    assert numbers(desk) == [1]


def test_publishing_needs_the_form(desk: House) -> None:
    assert desk.client("trainer").get(PUBLISH).status_code in (404, 405)
    assert desk.client("trainer").post(PUBLISH).status_code == 400
