"""Who is not enrolled: the figure, the list behind it and what *Enrol everybody concerned* does are the same people."""

from __future__ import annotations

from datetime import date

import pytest
import sqlalchemy as sa

from lms.catalogue.models import Course
from lms.foundation.clock import now
from lms.foundation.db import db, new_id, upsert
from lms.learning.assignments import queries, service
from lms.learning.assignments.models import AssignmentException
from lms.learning.assignments.queries import Scope
from lms.learning.models import Enrolment
from tests.learning.assignments.conftest import COURSES, Town
from tests.learning.assignments.test_service import path_of

#: What Léa has of the path alpha, beta, gamma, and whether she is to be enrolled in something.
CASES = {
    "nothing": ({}, True),
    "the first": ({"alpha": "active"}, False),
    "the first said no": ({"alpha": "declined"}, False),
    "the second alone": ({"beta": "active"}, True),
    "the second finished": ({"beta": "finished"}, True),
    "the last alone": ({"gamma": "active"}, True),
    "the first and the last": ({"alpha": "active", "gamma": "active"}, False),
    "the first done": ({"alpha": "finished"}, True),
    "the first done, the second under way": ({"alpha": "finished", "beta": "active"}, False),
    "the first done, no to the second": ({"alpha": "finished", "beta": "declined"}, False),
    "the first done, the last alone": ({"alpha": "finished", "gamma": "active"}, True),
    "two done": ({"alpha": "finished", "beta": "finished"}, True),
    "all done": (dict.fromkeys(COURSES, "finished"), False),
}


def take(town: Town, name: str, states: dict[str, str]) -> None:
    """Let these be the courses that somebody has."""

    def change() -> None:
        who = town.ids[name]
        db.session.execute(sa.delete(Enrolment).where(Enrolment.person_id == who))
        versions = {
            row.id: row.current_version_id
            for row in db.session.execute(sa.select(Course.id, Course.current_version_id))
        }
        rows = [
            {
                "id": new_id(), "person_id": who, "course_id": course, "version_id": versions[course], "state": state,
                "source": "self", "due_on": None, "why": "", "enrolled_by": None, "created_at": now(),
                "finished_at": now() if state == "finished" else None,
            }
            for course, state in states.items()
        ]  # fmt: skip
        upsert(Enrolment, rows, key=["person_id", "course_id"])

    town.write(change)


def asked(town: Town) -> str:
    """The path, asked of Léa alone."""
    path = path_of(town, *COURSES)
    scope = Scope("bobine", None, "people", (town.ids["lea"],))
    return town.assign(scope, path_id=path)[0]


def missing(town: Town, made: str) -> tuple[int, list[str], int]:
    """How many are said to be missing, who is listed, and how many the button enrols."""
    one = town.standing(made)
    tally = town.do(lambda: queries.tallies([one]))[made].missing
    lines = town.do(lambda: queries.people_of(one, "missing"))[0]
    assert {line.state for line in lines} <= {"missing"}
    return (
        tally,
        [line.name for line in lines],
        town.write(lambda: service.enrol_everybody(made, by=town.ids["boss"])).enrolled,
    )


@pytest.mark.parametrize(("states", "lacks"), CASES.values(), ids=CASES)
def test_the_figure_is_what_the_button_does(any_town: Town, states: dict[str, str], lacks: bool) -> None:
    made = asked(any_town)
    take(any_town, "lea", states)
    assert missing(any_town, made) == ((1, ["Lea"], 1) if lacks else (0, [], 0))
    assert missing(any_town, made) == (0, [], 0), "pressed once it is done"


@pytest.mark.parametrize(("excused", "lacks"), [(True, False), (False, True)])
def test_an_exception_counts_where_it_excuses(any_town: Town, excused: bool, lacks: bool) -> None:
    made = asked(any_town)
    take(any_town, "lea", {"beta": "active"})
    day = None if excused else date(2037, 1, 1)
    any_town.write(
        lambda: service.except_person(made, any_town.ids["lea"], by=any_town.ids["boss"], due_on=day, excused=excused)
    )
    assert any_town.do(lambda: db.session.scalar(sa.select(sa.func.count()).select_from(AssignmentException))) == 1
    assert missing(any_town, made) == ((1, ["Lea"], 1) if lacks else (0, [], 0))


@pytest.mark.parametrize(
    ("archived", "states", "lacks"),
    [
        ("alpha", {}, False),
        ("alpha", {"beta": "active"}, False),
        ("beta", {}, True),
        ("beta", {"alpha": "finished"}, False),
        ("gamma", {"beta": "active"}, True),
    ],
)
def test_nobody_lacks_a_course_that_is_not_offered(
    any_town: Town, archived: str, states: dict[str, str], lacks: bool
) -> None:
    made = asked(any_town)
    take(any_town, "lea", states)
    any_town.write(lambda: db.session.execute(sa.update(Course).where(Course.id == archived).values(state="archived")))
    assert missing(any_town, made) == ((1, ["Lea"], 1) if lacks else (0, [], 0))


def test_what_is_renewed_stays_finished(any_town: Town) -> None:
    scope = Scope("bobine", None, "people", (any_town.ids["lea"],))
    made, _counts = any_town.assign(scope, renewing=service.Renewing(12, 60, "closing"))
    any_town.finish("lea")
    any_town.write(lambda: service.keep_renewals(made))
    assert missing(any_town, made) == (0, [], 0)


def test_of_many_each_is_counted_once(any_town: Town) -> None:
    path = path_of(any_town, *COURSES, space=None, by="head")
    made = any_town.assign(Scope(None, None, "learners"), by="head", path_id=path)[0]
    for name, states in (("lea", {"beta": "active"}), ("tom", {"alpha": "finished"}), ("eva", {"alpha": "declined"})):
        take(any_town, name, states)
    one = any_town.standing(made)
    assert any_town.do(lambda: queries.tallies([one]))[made].missing == 2
    assert [line.name for line in any_town.do(lambda: queries.people_of(one, "missing"))[0]] == ["Lea", "Tom"]
    assert any_town.write(lambda: service.enrol_everybody(made, by=any_town.ids["head"])).enrolled == 2
