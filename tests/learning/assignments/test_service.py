"""Assigning: whom it concerns, who comes later, exceptions, paths; rights that were lost; races with real threads."""

from __future__ import annotations

import threading
from collections.abc import Callable
from datetime import date, timedelta

import pytest
import sqlalchemy as sa

from lms.foundation.clock import now, today
from lms.foundation.db import db, new_id, writing
from lms.foundation.errors import NotFound, Refused
from lms.learning import service as learning
from lms.learning.assignments import queries, service
from lms.learning.assignments.models import Assignment, AssignmentException
from lms.learning.assignments.queries import Scope
from lms.learning.assignments.rules import Due
from lms.learning.models import Enrolment
from lms.learning.service import Counts
from lms.spaces import service as spaces
from lms.spaces.models import Membership, Space
from tests.learning.assignments.conftest import Town

DAY, LATER = date(2037, 3, 1), date(2037, 4, 1)
SPACE = Scope("bobine", None, "all")


def leave(town: Town, name: str, space: str = "bobine") -> None:
    """Take somebody out of a space."""
    town.write(
        lambda: db.session.execute(
            sa.delete(Membership).where(Membership.person_id == town.ids[name], Membership.space_id == space)
        )
    )


def at_once(town: Town, *works: Callable[[], object]) -> list[BaseException]:
    """Do all of it at the same moment; gives what went wrong."""
    wrong: list[BaseException] = []
    ready = threading.Barrier(len(works))

    def one(work: Callable[[], object]) -> None:
        ready.wait()
        try:
            town.do(work)
        except BaseException as error:
            wrong.append(error)

    threads = [threading.Thread(target=one, args=(work,)) for work in works]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(60)
    return wrong


@pytest.mark.parametrize(
    ("scope", "by", "expected"),
    [
        (SPACE, "boss", {"boss", "lea", "tom"}),
        (Scope("bobine", None, "learners"), "boss", {"lea", "tom"}),
        (Scope("bobine", None, "managers"), "boss", {"boss"}),
        (Scope(None, "conflent", "all"), "head", {"boss", "lea", "tom", "eva"}),
        (Scope(None, "vall", "learners"), "head", {"far"}),
        (Scope(None, None, "learners"), "head", {"lea", "tom", "eva", "far"}),
    ],
    ids=lambda value: getattr(value, "who", None),
)
def test_whom_it_concerns(any_town: Town, scope: Scope, by: str, expected: set[str]) -> None:
    made, counts = any_town.assign(scope, by=by, due=Due("day", DAY))
    assert any_town.taken() == {name: ("active", DAY) for name in expected}
    assert counts.enrolled == len(expected)
    tally = any_town.do(lambda: queries.tallies([any_town.standing(made)]))[made]
    assert (tally.people, tally.missing, tally.late, tally.finished) == (len(expected), 0, 0, 0)


def test_chosen_people_and_nobody_else(any_town: Town) -> None:
    _made, counts = any_town.assign(Scope("bobine", None, "people", (any_town.ids["lea"],)))
    assert (counts.enrolled, set(any_town.taken())) == (1, {"lea"})


def test_A5_one_foreign_person_among_the_chosen_refuses_all(any_town: Town) -> None:
    people = (any_town.ids["lea"], any_town.ids["far"])
    with pytest.raises(Refused):
        any_town.assign(Scope("bobine", None, "people", people))
    assert any_town.taken() == {}
    assert any_town.do(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Assignment))) == 0


@pytest.mark.parametrize(
    ("scope", "by"),
    [
        (Scope("estive", None, "all"), "boss"),
        (Scope(None, "conflent", "all"), "boss"),
        (Scope(None, None, "all"), "boss"),
        (SPACE, "lea"),
        (SPACE, "head"),
    ],
)
def test_A8_nobody_assigns_for_a_place_that_is_not_theirs(town: Town, scope: Scope, by: str) -> None:
    with pytest.raises(NotFound):
        town.assign(scope, by=by)
    assert town.taken() == {}


def test_the_same_form_twice_is_one_assignment(any_town: Town) -> None:
    name = new_id()
    any_town.assign(SPACE, name=name)
    _made, again = any_town.assign(SPACE, name=name, due=Due("day", DAY))
    assert again == Counts(0, 0, 0)
    assert {day for _state, day in any_town.taken().values()} == {None}


def test_who_said_no_is_a_fact_and_who_takes_it_gets_the_day(any_town: Town) -> None:
    lea, tom = any_town.ids["lea"], any_town.ids["tom"]
    any_town.write(lambda: [learning.enrol(one, "alpha") for one in (lea, tom)])
    any_town.write(lambda: learning.decline(tom, "alpha"))
    made, counts = any_town.assign(SPACE, due=Due("day", DAY))
    assert counts == Counts(enrolled=1, already=1, declined=1, redated=1)
    assert any_town.taken()["tom"] == ("declined", None)
    one = any_town.standing(made)
    lines, more = any_town.do(lambda: queries.people_of(one, "declined"))
    assert ([line.name for line in lines], more) == (["Tom"], False)
    assert any_town.do(lambda: queries.tallies([one]))[made].declined == 1


@pytest.mark.parametrize("due", [Due("none"), Due("day", DAY)])
@pytest.mark.parametrize(
    ("own", "why", "expected"), [(False, "New.", "New."), (False, "", "Old."), (True, "New.", "")], ids=str
)
def test_who_takes_it_already_reads_the_newest_reason(
    any_town: Town, own: bool, why: str, expected: str, due: Due
) -> None:
    if own:
        any_town.write(lambda: learning.enrol(any_town.ids["lea"], "alpha"))
    any_town.assign(SPACE, why="" if own else "Old.")
    any_town.assign(SPACE, why=why, due=due)
    reason = sa.select(Enrolment.why).where(Enrolment.person_id == any_town.ids["lea"])
    assert any_town.do(lambda: db.session.scalar(reason)) == expected, "what they chose by themselves is their own"


def test_who_joins_later_is_enrolled_with_a_day_of_their_own(any_town: Town) -> None:
    any_town.assign(SPACE, due=Due("after", days=30))
    any_town.assign(Scope(None, "conflent", "learners"), by="head", course_id="beta")
    any_town.person("ada", ("learner", "bobine"))
    assert "ada" not in any_town.taken()
    any_town.drain()
    day = today("Europe/Paris") + timedelta(days=30)
    assert any_town.taken()["ada"] == ("active", day)
    assert any_town.taken("beta")["ada"] == ("active", None)
    any_town.drain()
    assert len(any_town.taken()) == 4


def test_an_ended_assignment_asks_nobody_and_can_be_taken_up_again(any_town: Town) -> None:
    made, _counts = any_town.assign(SPACE)
    any_town.write(lambda: service.end(made, by=any_town.ids["boss"]))
    any_town.person("ada", ("learner", "bobine"))
    any_town.drain()
    assert "ada" not in any_town.taken()
    with pytest.raises(Refused):
        any_town.write(lambda: service.enrol_everybody(made, by=any_town.ids["boss"]))
    counts = any_town.write(lambda: service.resume(made, by=any_town.ids["boss"]))
    assert (counts.enrolled, any_town.taken()["ada"][0]) == (1, "active")


def test_A11_R28_who_has_left_before_the_job_runs_is_asked_nothing(any_town: Town) -> None:
    any_town.assign(SPACE)
    any_town.person("ada", ("learner", "bobine"))
    leave(any_town, "ada")
    any_town.drain()
    assert "ada" not in any_town.taken()


def test_N5_a_right_lost_while_the_form_was_filled_is_lost(any_town: Town) -> None:
    made, _counts = any_town.assign(SPACE)
    leave(any_town, "boss")
    by = any_town.ids["boss"]
    acts: list[Callable[[], object]] = [
        lambda: service.end(made, by=by),
        lambda: service.resume(made, by=by),
        lambda: service.enrol_everybody(made, by=by),
        lambda: service.except_person(made, any_town.ids["lea"], by=by, excused=True),
        lambda: service.assign(new_id(), SPACE, by=by, course_id="beta"),
        lambda: service.compose(new_id(), "bobine", "Parcours", ["alpha", "beta"], by=by),
    ]
    for act in acts:
        with pytest.raises(NotFound):
            any_town.write(act)
    any_town.person("ada", ("learner", "bobine"))
    any_town.drain()
    # The space still asks; nobody asks in the name of somebody who no longer may.
    who = any_town.do(
        lambda: db.session.scalar(sa.select(Enrolment.enrolled_by).where(Enrolment.person_id == any_town.ids["ada"]))
    )
    assert any_town.taken()["ada"][0] == "active"
    assert who is None


def test_another_day_and_being_excused_can_be_taken_back(any_town: Town) -> None:
    made, _counts = any_town.assign(SPACE, due=Due("day", DAY))
    lea, by = any_town.ids["lea"], any_town.ids["boss"]

    def except_lea(**more: object) -> tuple[str, date | None]:
        any_town.write(lambda: service.except_person(made, lea, by=by, **more))  # type: ignore[arg-type]
        return any_town.taken()["lea"]

    assert except_lea(due_on=LATER) == ("active", LATER)
    assert except_lea(excused=True) == ("active", None)
    line = any_town.do(lambda: queries.person_of(any_town.standing(made), lea))
    assert line is not None
    assert (line.state, line.late) == ("excused", False)
    assert any_town.do(lambda: queries.tallies([any_town.standing(made)]))[made].people == 2
    assert except_lea() == ("active", DAY)
    assert any_town.do(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(AssignmentException))) == 0
    with pytest.raises(NotFound):
        any_town.write(lambda: service.except_person(made, any_town.ids["far"], by=by, excused=True))


def test_who_is_excused_is_not_enrolled_from_the_late_list(any_town: Town) -> None:
    made, _counts = any_town.assign(SPACE)
    any_town.person("ada", ("learner", "bobine"))
    any_town.person("ben", ("learner", "bobine"))
    by = any_town.ids["boss"]
    any_town.write(lambda: service.except_person(made, any_town.ids["ben"], by=by, excused=True))
    lines, _more = any_town.do(lambda: queries.people_of(any_town.standing(made), "missing"))
    assert [line.name for line in lines] == ["Ada"]
    assert any_town.write(lambda: service.enrol_everybody(made, by=by)).enrolled == 1
    any_town.drain()
    assert "ben" not in any_town.taken()


def path_of(town: Town, *courses: str, space: str | None = "bobine", by: str = "boss") -> str:
    made = new_id()
    town.write(lambda: service.compose(made, space, "Bien accueillir", courses, by=town.ids[by]))
    return made


def test_on_a_path_the_next_course_follows_with_a_day_of_its_own(any_town: Town) -> None:
    path = path_of(any_town, "alpha", "beta", "gamma")
    any_town.assign(SPACE, path_id=path, due=Due("after", days=10))
    assert any_town.taken("beta") == {}
    any_town.finish("lea", "alpha")
    any_town.drain()
    day = today("Europe/Paris") + timedelta(days=10)
    assert any_town.taken("beta") == {"lea": ("active", day)}
    ways = any_town.do(lambda: queries.ways_told(any_town.ids["lea"], "beta"))
    assert [(way.title, way.at) for way in ways] == [("Bien accueillir", 2)]
    states = [(course, state) for course, _title, state in ways[0].steps]
    assert states == [("alpha", "finished"), ("beta", "active"), ("gamma", None)]
    any_town.finish("lea", "beta")
    any_town.drain()
    any_town.finish("lea", "gamma")
    any_town.drain()
    (one,) = any_town.do(lambda: queries.assignments_of_space("bobine"))
    tally = any_town.do(lambda: queries.tallies([one]))[one.id]
    assert (tally.people, tally.finished) == (3, 1)


def test_on_a_path_what_was_finished_before_is_not_asked_again(any_town: Town) -> None:
    any_town.write(lambda: learning.enrol(any_town.ids["lea"], "alpha"))
    any_town.finish("lea", "alpha")
    any_town.assign(SPACE, path_id=path_of(any_town, "alpha", "beta"))
    assert set(any_town.taken("beta")) == {"lea"}
    assert any_town.taken()["lea"][0] == "finished"


def test_A6_a_path_of_another_space_cannot_be_assigned(town: Town) -> None:
    town.person("chief", ("manager", "estive"))
    theirs = path_of(town, "alpha", "beta", space="estive", by="chief")
    with pytest.raises(NotFound):
        town.assign(SPACE, path_id=theirs)
    wide = path_of(town, "alpha", "beta", space=None, by="head")
    town.assign(SPACE, path_id=wide)
    town.write(lambda: service.put_away(wide, by=town.ids["head"]))
    with pytest.raises(NotFound):
        town.assign(SPACE, path_id=wide)


@pytest.mark.parametrize("courses", [["alpha"], ["alpha", "alpha"], []])
def test_a_path_has_two_courses_each_once(town: Town, courses: list[str]) -> None:
    with pytest.raises(Refused):
        path_of(town, *courses)


def test_two_managers_assign_the_same_at_once(any_town: Town) -> None:
    any_town.person("second", ("manager", "bobine"))

    def work(by: str, day: date) -> Callable[[], None]:
        def do() -> None:
            with writing():
                service.assign(new_id(), SPACE, by=any_town.ids[by], course_id="alpha", due=Due("day", day))

        return do

    assert not at_once(any_town, work("boss", DAY), work("second", LATER))
    rows = any_town.taken()
    assert set(rows) == {"boss", "second", "lea", "tom"}
    assert len({day for _state, day in rows.values()}) == 1


def test_N5_a_role_removed_while_it_is_assigned_leaves_all_or_nothing(any_town: Town) -> None:
    def assign() -> None:
        with writing():
            service.assign(new_id(), SPACE, by=any_town.ids["boss"], course_id="alpha")

    def remove() -> None:
        with writing():
            db.session.execute(
                sa.delete(Membership).where(
                    Membership.person_id == any_town.ids["boss"], Membership.space_id == "bobine"
                )
            )

    wrong = at_once(any_town, assign, remove)
    assert all(isinstance(error, NotFound) for error in wrong)
    assert len(any_town.taken()) in ((0,) if wrong else (2, 3))


def test_who_joins_twice_at_once_is_enrolled_once(any_town: Town) -> None:
    any_town.assign(SPACE)
    ada = any_town.person("ada")

    def join() -> None:
        with writing():
            spaces.give_role(ada, "learner", "bobine")

    assert not at_once(any_town, join, join)
    any_town.drain()
    assert any_town.taken()["ada"][0] == "active"


def test_an_archived_space_asks_nobody(any_town: Town) -> None:
    made, _counts = any_town.assign(Scope(None, "conflent", "learners"), by="head")
    any_town.write(lambda: db.session.execute(sa.update(Space).where(Space.id == "estive").values(archived_at=now())))
    tally = any_town.do(lambda: queries.tallies([any_town.standing(made)]))[made]
    assert tally.people == 2
    any_town.person("ada", ("learner", "estive"))
    any_town.drain()
    assert "ada" not in any_town.taken()
