"""The cells of the census: every door, every actor, an object of theirs, a foreign one, one that is not there.

`cells` gives, for a door and an actor, each address to try and the status that must come back.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

from tests.guard.world import (
    ACTORS,
    AHEAD,
    ASSIGNMENT,
    COURSE,
    FILE,
    KNOWN,
    LESSON,
    MISSING_ID,
    QUIZ,
    REFLECTION,
    SCENE,
    SPACE_A,
    SPACE_B,
    WORKSHOP,
    World,
)
from tests.house.census import Door
from tests.learning.together import LIST, LIVE, PAST, POLL, TOGETHER

#: Who has which permission, written down once more: the test must not learn it from the policy it tests.
WHO: dict[str, frozenset[str]] = {
    "public": frozenset(ACTORS),
    "signed_in": frozenset(ACTORS[1:]),
    "team": frozenset({"manager_a", "manager_b"}),
    "enrol_others": frozenset({"manager_a", "manager_b"}),
    "assign": frozenset({"manager_a", "manager_b", "coordinator"}),
    "assign_widely": frozenset({"coordinator"}),
    "invite": frozenset({"manager_a", "manager_b"}),
    "appoint": frozenset({"manager_a", "manager_b"}),
    "author": frozenset({"trainer", "coordinator"}),
    "review_works": frozenset({"trainer"}),
    "network": frozenset({"coordinator"}),
    "steer": frozenset({"coordinator"}),
}
#: Links that open nothing say that they have expired; everything else that is not there is a 404.
GONE = {"link": 410, "join": 410}
#: Where a good request is answered otherwise than with a page (GET) or a way on (POST). "*": every actor.
ANSWERS: dict[tuple[str, str], dict[str, int]] = {
    ("GET", "home.landing"): {"anonymous": 200, "*": 302},
    ("GET", "accounts.sign_in"): {"anonymous": 200, "*": 302},
    ("GET", "spaces.register"): {"anonymous": 200, "*": 302},
    ("GET", "accounts.code"): {"anonymous": 200, "*": 302},
    ("POST", "joining.leave"): {"manager_a": 409, "manager_b": 409, "*": 302},  # the only ones who run their spaces
    ("GET", "reports.team"): {"*": 302},
    ("GET", "priorities.send"): {"*": 303},
    ("POST", "priorities.send"): {"*": 200},
    ("GET", "priorities.begin"): {"*": 409},
    ("POST", "priorities.begin"): {"*": 409},
    ("GET", "notifications.mails"): {"*": 404},
    ("GET", "badges.identity"): {"*": 404},  # this world has no address over https
    ("GET", "trial.course"): {"*": 302},
    ("GET", "trial.activity"): {"anonymous": 200, "*": 302},
    ("POST", "trial.answer"): {"*": 200},
    # Told by the page itself, not by a person who wants to go somewhere.
    ("POST", "learning.place"): {"*": 204},
    ("POST", "reports.seen"): {"*": 204},
    ("POST", "following_mails.ended"): {"*": 200},
    ("POST", "learning.draft"): {"*": 200},
    # A quiz with an open attempt leads to its next question.
}
#: What these kinds of objects answer to somebody who does not take the course.
NOT_TAKEN: dict[str, int] = {"GET": 302, "POST": 404}
OPEN = {"GET": {200}, "POST": {302, 303}}


@dataclass(frozen=True)
class Cell:
    """One address to try: `which` object it names, and the statuses that are right."""

    which: str
    address: dict[str, Any]
    wanted: frozenset[int]


def half(actor: str) -> str:
    """The side of the world an actor stands on: a or b."""
    return "b" if actor.endswith("_b") else "a"


def takes(actor: str) -> bool:
    """Whether the actor takes the course."""
    return actor in ("learner_a", "learner_b")


def cells(world: World, door: Door, actor: str) -> Iterator[Cell]:
    """Every cell of a door for an actor."""
    for which, address in _addresses(world, door, actor):
        yield Cell(which, address, frozenset(_wanted(door, actor, which)))


def _wanted(door: Door, actor: str, which: str) -> set[int]:
    if actor not in WHO[door.needs]:
        return {302} if actor == "anonymous" else {403}
    if which in ("missing", "foreign"):
        return {GONE.get(door.about, 404)}
    if door.whose == "own" and not takes(actor):
        if door.about in (
            "attempt",
            "finished attempt",
            "course taken",
            "certificate",
            "review",
            "plan",
            "transfer",
            "page taken",
            "poll",
            "checklist",
            "session",
            "session over",
            "checklist file",
        ):
            return {404}
        return {NOT_TAKEN[door.method]}
    special = ANSWERS.get((door.method, door.endpoint), {})
    code = special.get(actor, special.get("*"))
    return {code} if code else OPEN[door.method]


def _addresses(world: World, door: Door, actor: str) -> Iterator[tuple[str, dict[str, Any]]]:
    mine, other = half(actor), "b" if half(actor) == "a" else "a"
    space = {"a": SPACE_A, "b": SPACE_B}
    lesson = {"course_id": COURSE, "unit": LESSON[0], "activity": LESSON[1]}
    quiz = {"course_id": COURSE, "unit": QUIZ[0], "activity": QUIZ[1]}
    about = door.about
    if about == "":
        yield "own", {}
    elif about == "space":
        yield "own", {"space_id": space[mine]}
        yield "foreign", {"space_id": space[other]}
        yield "missing", {"space_id": "no-such-space"}
    elif about in ("assigned", "assigned person", "path"):
        side, beside = ("n", "a") if actor == "coordinator" else (mine, other)
        ids = world["ids"]

        def one(whose: str, who: str = "") -> dict[str, str]:
            name = world[f"{'path' if about == 'path' else 'assignment'}_{whose}"]
            return (
                {"path_id": name} if about == "path" else {"assignment_id": name, **({"person_id": who} if who else {})}
            )

        if about == "assigned person":
            yield "own", one(side, ids[f"other_{mine}"])
            yield "foreign", one(beside, ids[f"other_{'a' if beside == 'a' else 'b'}"])
            if actor != "coordinator":
                yield "foreign", one(side, ids[f"other_{other}"])
            yield "missing", one(side, MISSING_ID)
        else:
            yield "own", one(side)
            yield "foreign", one(beside)
        whole = one(side, ids[f"other_{mine}"] if about == "assigned person" else "")
        yield "missing", {name: value if name == "person_id" else MISSING_ID for name, value in whole.items()}
    elif about == "invitation":
        yield "own", {"space_id": space[mine], "invitation_id": world[f"invitation_{mine}"]}
        yield "foreign", {"space_id": space[other], "invitation_id": world[f"invitation_{other}"]}
        yield "foreign", {"space_id": space[mine], "invitation_id": world[f"invitation_{other}"]}
        yield "foreign", {"space_id": space[other], "invitation_id": world[f"invitation_{mine}"]}
        yield "missing", {"space_id": space[mine], "invitation_id": MISSING_ID}
    elif about in ("roster", "roster done"):
        fact = about.replace(" ", "_")
        yield "own", {"space_id": space[mine], "import_id": world[f"{fact}_{mine}"]}
        yield "foreign", {"space_id": space[other], "import_id": world[f"{fact}_{other}"]}
        yield "foreign", {"space_id": space[mine], "import_id": world[f"{fact}_{other}"]}
        yield "foreign", {"space_id": space[other], "import_id": world[f"{fact}_{mine}"]}
        yield "missing", {"space_id": space[mine], "import_id": MISSING_ID}
    elif about == "question":
        yield "own", {"space_id": space[mine], "transfer_id": world[f"question_{mine}"]}
        yield "foreign", {"space_id": space[other], "transfer_id": world[f"question_{other}"]}
        yield "foreign", {"space_id": space[mine], "transfer_id": world[f"question_{other}"]}
        yield "foreign", {"space_id": space[other], "transfer_id": world[f"question_{mine}"]}
        yield "missing", {"space_id": space[mine], "transfer_id": MISSING_ID}
    elif about == "transfer":
        yield "own" if takes(actor) else "foreign", {"transfer_id": world[f"transfer_{mine}"]}
        yield "foreign", {"transfer_id": world[f"transfer_{other}"]}
        yield "missing", {"transfer_id": MISSING_ID}
    elif about == "any invitation":
        yield "own", {"space_id": SPACE_A, "invitation_id": world["invitation_a"]}
        yield "missing", {"space_id": SPACE_A, "invitation_id": world["invitation_b"]}
        yield "missing", {"space_id": SPACE_A, "invitation_id": MISSING_ID}
    elif about == "any space":
        yield "own", {"space_id": SPACE_A}
        yield "missing", {"space_id": "no-such-space"}
    elif about == "territory":
        yield "own", {"territory_id": "conflent"}
        yield "missing", {"territory_id": "no-such-territory"}
    elif about == "membership":
        member = actor.endswith(("_a", "_b"))
        yield "own" if member else "foreign", {"space_id": space[mine]}
        yield "foreign", {"space_id": space[other]}
        yield "missing", {"space_id": "no-such-space"}
    elif about == "any member":
        yield "own", {"space_id": SPACE_A, "person_id": world["ids"]["other_a"]}
        yield "missing", {"space_id": SPACE_A, "person_id": world["ids"]["other_b"]}
        yield "missing", {"space_id": "no-such-space", "person_id": world["ids"]["other_a"]}
    elif about == "member":
        ids = world["ids"]
        yield "own", {"space_id": space[mine], "person_id": ids[f"other_{mine}"]}
        yield "foreign", {"space_id": space[other], "person_id": ids[f"other_{other}"]}
        yield "foreign", {"space_id": space[other], "person_id": ids[f"other_{mine}"]}
        yield "foreign", {"space_id": space[mine], "person_id": ids[f"other_{other}"]}
    elif about == "request":
        ids = world["ids"]
        yield "own", {"space_id": space[mine], "person_id": ids[f"asks_{mine}"]}
        yield "foreign", {"space_id": space[other], "person_id": ids[f"asks_{other}"]}
        yield "foreign", {"space_id": space[other], "person_id": ids[f"asks_{mine}"]}
    elif about in ("team person", "team table"):
        ids = world["ids"]
        one, theirs, none = (
            ({"person_id": ids[f"learner_{mine}"]}, {"person_id": ids[f"learner_{other}"]}, {"person_id": MISSING_ID})
            if about == "team person"
            else ({"kind": "csv"}, {"kind": "csv"}, {"kind": "exe"})
        )
        yield "own", {"space_id": space[mine], **one}
        if about == "team table":
            yield "own", {"space_id": space[mine], "kind": "xlsx"}
        yield "foreign", {"space_id": space[other], **theirs}
        yield "missing", {"space_id": space[mine], **none}
        yield "missing", {"space_id": "no-such-space", **one}
        if about == "team person":
            yield "foreign", {"space_id": space[mine], **theirs}
    elif about == "mails":
        yield "own", {"token": world["mails_end"]}
        yield "missing", {"token": MISSING_ID}
    elif about in ("course", "enrolment", "course taken", "certificate"):
        yield "own", {"course_id": COURSE}
        yield "missing", {"course_id": "no-such-course"}
        yield "missing", {"course_id": "..%2f_people.yml"}
    elif about == "course ahead":
        yield "own", {"course_id": AHEAD}
        yield "missing", {"course_id": "no-such-course"}
    elif about in ("activity", "page taken"):
        yield "own", lesson
        yield "missing", {**lesson, "activity": "lesson-none"}
        yield "missing", {**lesson, "unit": "no-such-unit"}
        yield "missing", {**lesson, "course_id": "no-such-course"}
    elif about in ("trial", "trial page", "trial question"):
        page = {"trial": {}, "trial page": {"activity": LESSON[1]}, "trial question": {"question": "q-frigo"}}[about]
        yield "own", {"course_id": COURSE, **page}
        yield "missing", {"course_id": "no-such-course", **page}
        if page:
            yield "missing", {"course_id": COURSE, **dict.fromkeys(page, "none")}
    elif about == "quiz":
        yield "own", quiz
        yield "missing", lesson
        yield "missing", {**quiz, "unit": "no-such-unit"}
    elif about == "known quiz":
        yield "own", {"course_id": COURSE, "unit": KNOWN[0], "activity": KNOWN[1]}
        yield "missing", lesson
        yield "missing", {"course_id": COURSE, "unit": "no-such-unit", "activity": KNOWN[1]}
    elif about in ("poll", "checklist", "session", "session over"):
        place = {"poll": POLL, "checklist": LIST, "session": LIVE, "session over": PAST}[about]
        one = {"course_id": TOGETHER, "unit": place[0], "activity": place[1]}
        yield "own", one
        yield "missing", {**one, "unit": "no-such-unit"}
        yield "missing", {**one, "course_id": "no-such-course"}
        yield "missing", lesson
    elif about == "checklist file":
        one = {"course_id": TOGETHER, "unit": LIST[0], "activity": LIST[1], "kind": "pdf"}
        yield "own", one
        yield "missing", {**one, "kind": "docx"}
        yield "missing", {**one, "unit": "no-such-unit"}
    elif about == "calendar":
        yield "own", {"token": world["calendar_a"]}
        yield "missing", {"token": MISSING_ID}
    elif about == "scenario":
        yield "own", {"course_id": COURSE, "unit": SCENE[0], "activity": SCENE[1]}
        yield "missing", lesson
        yield "missing", {"course_id": COURSE, "unit": SCENE[0], "activity": "scenario-none"}
    elif about in ("attempt", "finished attempt"):
        kind = "attempt" if about == "attempt" else "done"
        number = {"number": 2} if about == "attempt" else {}
        if takes(actor):
            yield "own", {**quiz, **number, "attempt_id": world[f"{kind}_{mine}"]}
        yield "foreign", {**quiz, **number, "attempt_id": world[f"{kind}_{other}"]}
        yield "foreign", {**lesson, **number, "attempt_id": world[f"{kind}_{mine}"]}
        yield "missing", {**quiz, **number, "attempt_id": MISSING_ID}
    elif about == "review":
        yield "own", {**lesson, "question": world["lesson_answered"]}
        yield "missing", {**lesson, "question": "q-none"}
        yield "missing", {**lesson, "course_id": "no-such-course", "question": world["lesson_answered"]}
    elif about == "plan":
        plan = {"course_id": COURSE, "unit": LESSON[0], "block": "k-cadre"}
        yield "own", plan
        yield "missing", {**plan, "block": "k-none"}
        yield "missing", {**plan, "unit": "no-such-unit"}
    elif about == "practice note":
        yield "own", {"note_id": world["practice_note"]}
        yield "missing", {"note_id": MISSING_ID}
    elif about == "own topic":
        yield "own" if takes(actor) else "foreign", {"topic_id": world[f"topic_{mine}"]}
        yield "foreign", {"topic_id": world[f"topic_{other}"]}
        yield "missing", {"topic_id": MISSING_ID}
    elif about == "topic":
        yield "own", {"topic_id": world["topic"]}
        yield "missing", {"topic_id": MISSING_ID}
    elif about == "remark":
        yield "own", {"remark_id": world["remark"]}
        yield "missing", {"remark_id": MISSING_ID}
    elif about in ("reflection", "assignment"):
        page = dict(zip(("unit", "activity"), REFLECTION if about == "reflection" else ASSIGNMENT, strict=True))
        yield "own", {"course_id": WORKSHOP, **page}
        yield "missing", {"course_id": WORKSHOP, **page, "activity": f"{about}-none"}
        yield "missing", {"course_id": COURSE, **page}
        yield "missing", lesson
    elif about == "work":
        yield "own" if actor == "trainer" else "foreign", {"work_id": world["work_a"]}
        if actor != "trainer":
            yield "foreign", {"work_id": world["work_b"]}
        yield "missing", {"work_id": MISSING_ID}
    elif about == "work file":
        reads = takes(actor) or actor == "trainer"
        yield "own" if reads else "foreign", {"work_id": world[f"work_{mine}"], "file_id": world[f"work_file_{mine}"]}
        if actor != "trainer":
            yield "foreign", {"work_id": world[f"work_{other}"], "file_id": world[f"work_file_{other}"]}
        yield "foreign", {"work_id": world[f"work_{mine}"], "file_id": world[f"work_file_{other}"]}
        yield "missing", {"work_id": world[f"work_{mine}"], "file_id": MISSING_ID}
    elif about == "file":
        yield "own", {"course_id": COURSE, "path": FILE}
        yield "missing", {"course_id": COURSE, "path": "course.yml"}
        yield "missing", {"course_id": COURSE, "path": "../_people.yml"}
        yield "missing", {"course_id": "no-such-course", "path": FILE}
    elif about == "link":
        yield "own", {"token": world["link_a"]}
        yield "missing", {"token": MISSING_ID}
    elif about == "code":
        yield "own", {"code": world[f"code_{mine}"]}
        yield "missing", {"code": "0" * 26}
        yield "missing", {"code": MISSING_ID}
    elif about == "status list":
        yield "own", {"number": 0}
        yield "missing", {"number": 1}
        yield "missing", {"number": 10**12}
    elif about == "join":
        yield "own", {"token": world["join_a"]}
        yield "missing", {"token": MISSING_ID}
    elif about in ("survey", "survey begun", "survey page", "survey unsent"):
        number = {"number": 2} if about == "survey page" else {}
        yield "own", {**number, "token": world["survey_unused" if about == "survey" else "survey_started"]}
        if about != "survey unsent":
            yield "missing", {**number, "token": MISSING_ID}
    else:
        raise AssertionError(f"no object of the kind {about!r} stands in the world")
