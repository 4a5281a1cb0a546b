"""A step that two courses share: done in one, it counts as done in the other, in the same moment and at most once."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue.models import CourseVersion
from lms.foundation.db import db, writing
from lms.jobs.models import Job
from lms.jobs.tasks import drain
from lms.learning import queries, service
from lms.learning.certificates.queries import certificate_of
from lms.learning.doors.pages import told_changes
from lms.learning.models import Completion
from tests.catalogue.courses import SHORT_QUIZ, write_head, write_lesson, write_quiz
from tests.learning.conftest import inside, person, serve

ONE, TWO = "un-cours", "deux-cours"
COMMON = "use: _shared/units/commun"


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Two courses that share the unit `commun`; the second has nothing else to do after `seul`."""
    root = tmp_path / "courses"
    for course, units in ((ONE, ["un", COMMON]), (TWO, ["seul", COMMON])):
        write_head(root / course, units)
        write_lesson(root / course, units[0])
    write_lesson(root / "_shared", "commun")
    return root


def learner(app: Flask, *courses: str) -> str:
    who = person(app)
    for course in courses:
        take(app, who, course)
    return who


def take(app: Flask, who: str, course: str) -> None:
    def do() -> None:
        with writing():
            service.enrol(who, course)

    inside(app, do)


def finish(app: Flask, who: str, course: str, unit: str) -> bool:
    def do() -> bool:
        with writing():
            return service.complete(who, course, unit, kind="lesson")

    return bool(inside(app, do))


def stand(app: Flask, who: str, course: str) -> tuple[str, set[str]]:
    """The state of an enrolment, and the units of the course that are done."""

    def read() -> tuple[str, set[str]]:
        own = queries.learning_of(who, course)
        assert own is not None
        return own.enrolment.state, set(own.done)

    found = inside(app, read)
    assert isinstance(found, tuple)
    return found


def test_a_shared_step_counts_in_both_courses_and_finishes_the_other(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    who = learner(any_app, ONE, TWO)
    finish(any_app, who, TWO, "seul")
    assert finish(any_app, who, ONE, "commun") is False
    assert stand(any_app, who, ONE) == ("active", {"commun"})
    assert stand(any_app, who, TWO) == ("finished", {"seul", "commun"})


def test_who_takes_the_other_course_later_has_it_done(any_app: Flask, folder: Path) -> None:
    write_head(folder / TWO, [COMMON])
    serve(any_app, folder)
    who = learner(any_app, ONE)
    finish(any_app, who, ONE, "commun")
    take(any_app, who, TWO)
    assert stand(any_app, who, TWO) == ("finished", {"commun"})

    def read() -> list[Any]:
        return list(db.session.execute(sa.select(Completion.done_at, Completion.kind)))

    first, second = inside(any_app, read)  # type: ignore[misc]
    assert first == second


@pytest.mark.parametrize("later", [False, True])
def test_each_course_tells_what_changed_in_itself_alone(app: Flask, folder: Path, later: bool) -> None:
    serve(app, folder)
    for title in ("Deux", "Trois"):
        write_lesson(folder / ONE, "un", title=title)
        serve(app, folder)
    who = learner(app, ONE) if later else learner(app, ONE, TWO)
    finish(app, who, ONE, "commun")
    if later:
        take(app, who, TWO)

    def told() -> tuple[list[str], ...]:
        with app.test_request_context():
            found = told_changes(queries.learning_of(who, TWO))
            assert found is not None
            return tuple([one.title for one in part] for part in (found.added, found.changed, found.removed))

    assert inside(app, told) == ([], [], [])
    versions = sa.select(Completion.course_id, CourseVersion.course_id).join(
        CourseVersion, CourseVersion.id == Completion.version_id
    )
    pairs = inside(app, lambda: [tuple(row) for row in db.session.execute(versions)])
    assert sorted(pairs) == [(TWO, TWO), (ONE, ONE)]  # type: ignore[type-var]
    write_lesson(folder / TWO, "seul", title="Autre")
    write_head(folder / TWO, ["seul", COMMON, "nouveau"])
    write_lesson(folder / TWO, "nouveau", title="Nouveau")
    serve(app, folder)
    assert inside(app, told)[0] == ["Nouveau"]  # type: ignore[index]


def test_who_is_put_on_the_course_with_others_has_it_done_too(any_app: Flask, folder: Path) -> None:
    serve(any_app, folder)
    who, other = learner(any_app, ONE), person(any_app, "noa")
    finish(any_app, who, ONE, "commun")

    def do() -> service.Counts:
        with writing():
            return service.enrol_many([who, other], TWO, by=None)

    assert inside(any_app, do) == service.Counts(2, 0, 0)
    assert stand(any_app, who, TWO)[1] == {"commun"}
    assert stand(any_app, other, TWO)[1] == set()


def test_a_course_that_was_left_gets_it_when_it_is_taken_again(app: Flask, folder: Path) -> None:
    serve(app, folder)
    who = learner(app, ONE, TWO)

    def leave() -> None:
        with writing():
            service.decline(who, TWO)

    inside(app, leave)
    finish(app, who, ONE, "commun")
    assert inside(app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Completion))) == 1
    take(app, who, TWO)
    assert stand(app, who, TWO)[1] == {"commun"}


def test_a_step_of_the_same_name_that_is_not_shared_is_another_step(app: Flask, folder: Path) -> None:
    write_head(folder / TWO, ["seul", "commun"])
    write_lesson(folder / TWO, "commun")
    serve(app, folder)
    who = learner(app, ONE, TWO)
    finish(app, who, ONE, "commun")
    assert stand(app, who, TWO)[1] == set()


def test_a_course_that_begins_to_share_the_step_gives_it_to_those_who_have_it(any_app: Flask, folder: Path) -> None:
    write_head(folder / TWO, ["seul"])
    serve(any_app, folder)
    who, other = learner(any_app, ONE, TWO), person(any_app, "noa")
    take(any_app, other, TWO)
    finish(any_app, who, ONE, "commun")
    assert stand(any_app, who, TWO)[1] == set()
    write_head(folder / TWO, ["seul", COMMON])
    serve(any_app, folder)
    inside(any_app, drain)
    inside(any_app, drain)
    assert stand(any_app, who, TWO) == ("active", {"commun"})
    assert stand(any_app, other, TWO) == ("active", set())
    finish(any_app, who, TWO, "seul")
    assert stand(any_app, who, TWO)[0] == "finished"


def test_the_certificate_of_the_other_course_follows_its_own_rule(app: Flask, folder: Path) -> None:
    write_quiz(folder / "_shared", "commun", body=SHORT_QUIZ)
    write_head(folder / ONE, ["un", COMMON], more="certificate:\n  require: [un/lesson]\n")
    write_head(folder / TWO, ["seul", COMMON], more="certificate:\n  require: [commun/quiz]\n")
    serve(app, folder)
    who = learner(app, ONE, TWO)
    finish(app, who, ONE, "commun")
    assert inside(app, lambda: certificate_of(who, ONE)) is None
    assert inside(app, lambda: certificate_of(who, TWO)) is None, "its quiz was not passed in this course"
    write_head(folder / TWO, ["seul", COMMON], more="certificate:\n  require: [commun/lesson]\n")
    serve(app, folder)
    inside(app, drain)
    finish(app, who, TWO, "seul")
    assert inside(app, lambda: certificate_of(who, TWO)) is not None


def test_the_certificate_comes_with_the_step_that_was_done_elsewhere(app: Flask, folder: Path) -> None:
    write_head(folder / TWO, ["seul", COMMON], more="certificate:\n  require: [commun/lesson]\n")
    serve(app, folder)
    who = learner(app, ONE)
    finish(app, who, ONE, "commun")
    take(app, who, TWO)
    assert inside(app, lambda: certificate_of(who, TWO)) is not None


def at_once(app: Flask, *doing: Callable[[], Any]) -> list[Any]:
    """Do these things in threads of their own, at once; gives what went wrong."""
    gate = threading.Barrier(len(doing))
    wrong: list[Any] = []

    def run(do: Callable[[], Any]) -> None:
        gate.wait()
        try:
            inside(app, do)
        except Exception as error:  # whatever it is, the test names it
            wrong.append(error)

    threads = [threading.Thread(target=run, args=(do,)) for do in doing]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    return wrong


@pytest.mark.parametrize("turn", range(4))
def test_finishing_in_both_courses_at_once_blocks_nobody(any_app: Flask, folder: Path, turn: int) -> None:
    serve(any_app, folder)
    who = learner(any_app, ONE, TWO)
    finish(any_app, who, ONE, "un")
    finish(any_app, who, TWO, "seul")

    def go(course: str) -> Callable[[], None]:
        def do() -> None:
            with writing():
                service.complete(who, course, "commun", kind="lesson")

        return do

    assert at_once(any_app, *[go(ONE), go(TWO)] * 3) == []
    assert stand(any_app, who, ONE) == ("finished", {"un", "commun"})
    assert stand(any_app, who, TWO) == ("finished", {"seul", "commun"})
    told = sa.select(sa.func.count()).select_from(Job).where(Job.task.like("%finished%"))
    assert inside(any_app, lambda: db.session.scalar(told)) in (0, 2)


@pytest.mark.parametrize("many", [False, True])
@pytest.mark.parametrize("turn", range(4))
def test_taking_the_other_course_while_the_step_is_finished_loses_nothing(
    any_app: Flask, folder: Path, turn: int, many: bool
) -> None:
    serve(any_app, folder)
    who = learner(any_app, ONE)

    def done() -> None:
        with writing():
            service.complete(who, ONE, "commun", kind="lesson")

    def taken() -> None:
        with writing():
            if many:
                service.enrol_many([who], TWO, by=None)
            else:
                service.enrol(who, TWO)

    assert at_once(any_app, done, taken) == []
    assert stand(any_app, who, TWO)[1] == {"commun"}
