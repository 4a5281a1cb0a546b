"""Q1: no byte that is sent before an answer tells the answer. Two courses that differ in the right answers alone, and in
nothing that a learner may see, give the same pages to the byte: the door, every question, its hints, its errors, its
drafts, its lines moved, the answers to the script, and the questions inside a lesson.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import sqlalchemy as sa
from flask import Flask
from werkzeug.test import TestResponse

from lms.catalogue.queries import published
from lms.content.documents import Activity
from lms.foundation.db import db, writing
from lms.learning.models import Attempt, Draft, Place
from tests.catalogue.courses import write_course, write_lesson, write_quiz
from tests.learning.conftest import inside, person, serve
from tests.visits import StrictClient, page_of

COURSE = "/courses/ecouter-bien"
LESSON, QUIZ = f"{COURSE}/un/lesson", f"{COURSE}/deux/quiz"
QUESTIONS = """
## Que dites-vous ?
<!-- q-single -->

- [{a}] Une règle
  > FEEDBACK-{a}-1
- [{b}] Une question
  > FEEDBACK-{b}-2

> [!TIP]
> Un indice.

> [!NOTE]
> EXPLANATION-{a}

## Quels gestes ?
<!-- q-multiple multiple -->

- [{a}] Le même jour
- [{b}] Un autre jour
- [x] Sans public

## Combien de minutes ?
<!-- q-numeric -->

- [=] {n} min
- [~] 30
  > NEAR-{n}

## Quel mot ?
<!-- q-short -->

- [=] {w}

## Dans quel ordre ?
<!-- q-order order -->

1. {o1}
2. {o2}
3. Noter

## Qui dit quoi ?
<!-- q-match match -->

| Phrase | Sens |
| --- | --- |
| La salle est à moi. | {m1} |
| J’ai besoin de calme. | {m2} |
|  | un jugement |

## Complétez.
<!-- q-cloze cloze -->

On garde le [={c}|!{d}] et chacun sa [={w}].

## Racontez.
<!-- q-open open -->

> [!IMPORTANT]
> MODEL-{n}
"""
ONE = {"a": "x", "b": " ", "n": "10", "w": "solution", "o1": "Écouter", "o2": "Nommer", "c": "cadre", "d": "café"}
OTHER = {"a": " ", "b": "x", "n": "45", "w": "parole", "o1": "Nommer", "o2": "Écouter", "c": "café", "d": "cadre"}
ONE |= {"m1": "une position", "m2": "un besoin"}
OTHER |= {"m1": "un besoin", "m2": "une position"}
NAMES = ("q-single", "q-multiple", "q-numeric", "q-short", "q-order", "q-match", "q-cloze", "q-open")
#: Begun answers, one or two fields of each.
BEGUN: dict[str, dict[str, Any]] = {
    "q-single": {"q-single": "1"}, "q-multiple": {"q-multiple": ["1", "3"]}, "q-numeric": {"q-numeric": "12"},
    "q-short": {"q-short": "mot"}, "q-order": {"q-order.1": "2"}, "q-match": {"q-match.1": "2"},
    "q-cloze": {"q-cloze.2": "mot"}, "q-open": {"q-open": "Un mardi."},
}  # fmt: skip
OWN_HEADERS = ("Set-Cookie", "Date", "X-Request-Id", "X-Saved", "Content-Length")
CHANGES = re.compile(rb'name="csrf_token" value="[^"]+"| data-since="[^"]+"|\d\d:\d\d')


def write(folder: Path, words: dict[str, str]) -> None:
    """The course with these right answers: a lesson with the questions, and a quiz with them that shuffles."""
    course = write_course(folder, "ecouter-bien")
    body = QUESTIONS.format(**words)
    head = "---\nid: {unit}\ntitle: {title}\nminutes: 12\n---\n\n# {title}\n"
    write_lesson(course, "un", title="Étape un", body=head + body)
    top = "---\nid: {unit}\ntitle: Huit questions\nshuffle: true\nconfidence: true\n---\n\n# Huit questions\n"
    write_quiz(course, "deux", body=top + body)


def bare(answer: TestResponse) -> bytes:
    """The status, the headers and the body of an answer, without what differs from request to request anyway."""
    headers = [(name, value) for name, value in answer.headers if name not in OWN_HEADERS]
    return f"{answer.status_code} {sorted(headers)}\n".encode() + CHANGES.sub(b"", answer.get_data())


def seen(app: Flask, lea: StrictClient, here: str) -> Iterator[tuple[str, bytes]]:
    """Every answer the site gives before a question is answered. `here` is the address of the attempt."""
    page = lea.get(LESSON)
    token = next(one.get("value") for one in page_of(page).iter("input") if one.get("name") == "csrf_token")
    yield "lesson", bare(page)
    yield "place", bare(lea.post(f"{LESSON}/place", data={"csrf_token": token, "heading": "q-order"}))
    for name in NAMES:
        ask_first(app, name)
        top = {"csrf_token": token, "question": name}
        for where, address in ((LESSON, LESSON), (QUIZ, f"{here}/1")):
            forged = {f"{name}.1": "9" * 501, name: "9" * 20_001}
            sent: dict[str, dict[str, Any]] = {
                "empty": {"do": "answer"}, "forged": {"do": "answer", **forged}, "hint": {"do": "hint", **BEGUN[name]},
                "move": {"move": "q-order.2.up"},
            }  # fmt: skip
            yield f"{where} {name}", bare(lea.get(address))
            for what, values in sent.items():
                yield f"{where} {name} {what}", bare(lea.post(address, data={**top, **values}))
            yield f"{where} {name} draft", bare(lea.post(f"{where}/draft", data={**top, **BEGUN[name]}))
            yield f"{where} {name} begun", bare(lea.get(address))


def ask_first(app: Flask, name: str) -> None:
    """Have the attempt ask this question first, so that it waits for no other."""

    def do() -> None:
        with writing():
            db.session.execute(sa.update(Attempt).values(questions=[name, *(one for one in NAMES if one != name)]))

    inside(app, do)


def turn(app: Flask) -> None:
    """Put the attempt on the version that is served now, with nothing begun: as if it had been started on it."""

    def do() -> None:
        served = published("ecouter-bien")
        assert served is not None
        with writing():
            db.session.execute(sa.update(Attempt).values(version_id=served.version_id))
            db.session.execute(sa.delete(Draft))
            db.session.execute(sa.update(Place).values(heading=""))

    inside(app, do)


def test_Q1_two_quizzes_that_differ_in_the_right_answers_alone_look_the_same_to_the_byte(
    app: Flask, tmp_path: Path
) -> None:
    folder = tmp_path / "courses"
    write(folder, ONE)
    serve(app, folder)
    lea, max_ = visitor(app, "lea"), visitor(app, "max")
    here = lea.fill(QUIZ, form="/start").request.path.rpartition("/")[0]
    door = bare(max_.get(QUIZ))
    turn(app)
    first = dict(seen(app, lea, here))
    write(folder, OTHER)
    serve(app, folder)
    turn(app)
    second = dict(seen(app, lea, here))
    assert bare(max_.get(QUIZ)) == door
    assert {what for what in first if first[what] != second[what]} == set()
    statuses = {what: found.split()[0] for what, found in first.items()}
    assert {statuses[what] for what in first if what.endswith((" empty", " forged"))} == {b"422"}
    assert {statuses[what] for what in first if not what.endswith((" empty", " forged"))} == {b"200", b"204"}
    for found in (first, second):
        told = b"".join(found.values())
        assert not [word for word in (b"FEEDBACK", b"EXPLANATION", b"NEAR-", b"MODEL-") if word in told]


def visitor(app: Flask, name: str) -> StrictClient:
    """Somebody who takes the course."""
    client = app.test_client()
    assert isinstance(client, StrictClient)
    client.enter(person(app, name))
    client.fill(COURSE, form="/enrol")
    return client


def quiz_served() -> Activity | None:
    served = published("ecouter-bien")
    unit = served.document.unit("deux") if served else None
    return unit.activity("quiz", "fr") if unit else None


def test_the_two_courses_have_other_right_answers(app: Flask, tmp_path: Path) -> None:
    """If this fails, the test above compares nothing."""
    keys = []
    for words in (ONE, OTHER):
        folder = tmp_path / words["w"] / "courses"
        write(folder, words)
        serve(app, folder)
        quiz = inside(app, quiz_served)
        assert isinstance(quiz, Activity)
        keys.append({question.id: question.solution() for question in quiz.questions})
    assert set(keys[0]) == set(NAMES)
    assert [name for name in NAMES if keys[0][name] == keys[1][name]] == []
