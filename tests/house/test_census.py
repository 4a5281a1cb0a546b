"""The route census (A0, house law 2): no door that nobody declared, and every door answers as declared.

The full product of doors, actors and objects is asked; a GET may change nothing, a refused POST may change nothing, no
answer is a 5xx, and nothing of space B reaches anybody outside it.
"""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from flask import Flask, url_for

from lms.accounts.visitor import NOBODY, Role, Visitor
from lms.spaces import policy
from tests.conftest import Apps
from tests.guard.cells import WHO, cells
from tests.guard.conftest import world_on
from tests.guard.leaks import leaks
from tests.guard.world import ACTORS, CANARY, COURSE, PLACE_CANARY, SPACE_A, SPACE_B, World, data_version, sent
from tests.house.census import DOORS, Door

WRITING = {"POST", "PUT", "PATCH", "DELETE"}
#: Doors at which a good request of this world has nothing to change: a campaign is open, an attempt is gone on with, steps
#: are left to do, a word is kept in the session alone.
NOTHING_TO_DO = {"priorities.begin", "learning.start", "learning.finish_course", "doors.as_written", "trial.answer"}


@pytest.fixture(params=["sqlite", "postgresql"], scope="module")
def world(request: pytest.FixtureRequest, apps: Apps, tmp_path_factory: pytest.TempPathFactory) -> Iterator[World]:
    """The world on both databases, with a course that its trainer has just changed, so that there is something to publish."""
    for made in world_on(request, apps, tmp_path_factory.mktemp("census")):
        lesson = made.app.config["CORDADA"].courses / COURSE / "units" / "accord" / "lesson.fr.md"
        lesson.write_text(lesson.read_text() + "\nUn mot de plus.\n")
        yield made


def declared_by(app: Flask) -> set[tuple[str, str, str]]:
    return {
        (method, rule.rule, rule.endpoint)
        for rule in app.url_map.iter_rules()
        for method in (rule.methods or set()) - {"HEAD", "OPTIONS"}
    }


def test_A0_every_route_is_declared_and_every_row_is_a_route(world: World) -> None:
    declared = {(door.method, door.path, door.endpoint) for door in DOORS}
    found = declared_by(world.app)
    assert found - declared == set(), "routes that tests/house/census.py does not declare"
    assert declared - found == set(), "rows of tests/house/census.py without a route"
    assert len(DOORS) == len(declared)


def test_A0_every_view_is_marked_with_what_its_row_says(world: World) -> None:
    marks = {door: getattr(world.app.view_functions[door.endpoint], "needs", None) for door in DOORS}
    assert {str(door): mark for door, mark in marks.items() if mark != door.needs} == {}


def test_A0_a_route_that_is_read_only_by_its_method_declares_no_write() -> None:
    assert [str(door) for door in DOORS if (door.method in WRITING) != (door.does == "writes")] == []
    assert [str(door) for door in DOORS if door.does == "place"] == ["GET /courses/<course_id>/<unit>/<activity>"]


def test_the_policy_gives_each_permission_to_those_the_census_names() -> None:
    roles = {
        "anonymous": NOBODY,
        **{f"learner_{half}": _who("learner", space) for half, space in (("a", SPACE_A), ("b", SPACE_B))},
        **{f"manager_{half}": _who("manager", space) for half, space in (("a", SPACE_A), ("b", SPACE_B))},
        "trainer": _who("trainer", None),
        "coordinator": _who("coordinator", None),
    }
    assert set(policy.PERMISSIONS) == set(WHO)
    for permission, allowed in WHO.items():
        assert {actor for actor in ACTORS if policy.may(roles[actor], permission)} == allowed, permission
    for permission in ("team", "enrol_others", "invite"):
        assert policy.may(roles["manager_a"], permission, SPACE_A)
        assert not policy.may(roles["manager_a"], permission, SPACE_B)


def _who(kind: str, space: str | None) -> Visitor:
    return Visitor(id=f"{kind}-{space}", roles=frozenset({Role(kind, space)}))


@pytest.mark.parametrize("door", DOORS, ids=str)
def test_A0_every_actor_and_object_gets_what_the_table_says(world: World, door: Door) -> None:
    wrong: list[str] = []
    changed_by_somebody = False
    with world.versions() as eye:
        for actor in ACTORS:
            for cell in cells(world, door, actor):
                told = f"{actor}, {cell.which} {cell.address}"
                with world.app.test_request_context():
                    address = url_for(door.endpoint, **cell.address)
                version = data_version(eye)
                client = world.client(actor)
                if door.method == "GET":
                    answer = client.get(address)
                else:
                    data = {**sent(world, door.endpoint, actor), "csrf_token": world.stamp()}
                    answer = client.post(address, data=data)
                if answer.status_code not in cell.wanted:
                    wrong.append(f"{told}: {answer.status_code} instead of {sorted(cell.wanted)}")
                if answer.status_code == 302 and actor not in WHO[door.needs]:
                    assert answer.headers["Location"].startswith("/sign-in"), told
                wrong += [f"{told}: {leak}" for leak in leaks(door, actor, answer)]
                if data_version(eye) == version:
                    continue
                after = world.state()
                touched = {name for name in after if after[name] != world.kept_state[name]}
                changed_by_somebody = changed_by_somebody or bool(touched)
                touched -= {"counted_try"}  # a wrong code is counted, whoever tries it at whichever door
                if door.method == "GET" and not touched <= ({"place"} if door.does == "place" else set()):
                    wrong.append(f"{told}: a GET changed {sorted(touched)}")
                if touched and (cell.which != "own" or actor not in WHO[door.needs]):
                    wrong.append(f"{told}: refused, yet changed {sorted(touched)}")
                world.back()
    assert wrong == []
    if door.does == "writes" and door.endpoint not in NOTHING_TO_DO:
        assert changed_by_somebody, "the form this test sends changes nothing for anybody: it proves nothing"


def test_the_canaries_are_seen_in_space_b_itself(world: World) -> None:
    """If this fails, the search for leaks above finds nothing because there is nothing to find."""
    team = world.client("manager_b").get(f"/team/{SPACE_B}").get_data(as_text=True)
    assert CANARY in team
    assert PLACE_CANARY in team
    assert CANARY in world.client("learner_b").get("/account").get_data(as_text=True)
