"""The pages of works, through strict visitors: drafts, handing in, files, reviews by trainers and by peers."""

from __future__ import annotations

import io
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any, cast

import pytest
import sqlalchemy as sa
import time_machine
from flask import Flask
from sqlalchemy import event
from werkzeug.test import TestResponse

from lms.catalogue.service import sync
from lms.foundation.db import db, writing
from lms.foundation.security import BODY_LIMIT, FILES_LIMIT
from lms.learning import service as learning
from lms.learning.models import Completion
from lms.learning.works import privacy, queries, rules
from lms.learning.works.models import Work, WorkEdition, WorkFile, WorkReview
from lms.serving import BODY_CUT
from tests.catalogue.courses import write_head, write_lesson
from tests.learning.conftest import inside, serve
from tests.learning.works.conftest import COURSE, PEERS, TRAINER, picture, somebody, token_of, write_assignment
from tests.learning.works.test_files import PDF, SVG, with_exif
from tests.visits import StrictClient, page_of, words_of

HOSTILE = "<img src=x onerror=alert(1)></textarea><script>alert(1)</script>{{ 7*7 }}"
MARKS = {"r-lettre.1": "1", "r-lettre.2": "0"}


def rows(site: Flask, model: Any) -> list[Any]:
    return cast("list[Any]", inside(site, lambda: list(db.session.scalars(sa.select(model)).all())))


def who(visitor: StrictClient) -> str:
    return cast(str, visitor.person_id)  # type: ignore[attr-defined]


def hand_in(visitor: StrictClient, values: dict[str, Any], where: str | TestResponse = TRAINER) -> TestResponse:
    return visitor.fill(where, values, form="work", press="Hand in")


def draft(visitor: StrictClient, values: dict[str, Any], where: str | TestResponse = TRAINER) -> TestResponse:
    return visitor.fill(where, values, form="work", press="Save my draft")


def upload(data: bytes, name: str) -> tuple[io.BytesIO, str]:
    return io.BytesIO(data), name


def work_of(site: Flask, visitor: StrictClient) -> Work:
    return cast(Work, next(one for one in rows(site, Work) if one.person_id == who(visitor)))


def done(site: Flask) -> set[tuple[str, str]]:
    return {(row.person_id, row.unit) for row in rows(site, Completion)}


def queue(trainer: StrictClient) -> list[str]:
    found = page_of(trainer.get("/works")).iter("a")
    return [str(one.get("href")) for one in found if str(one.get("href")).startswith("/works/")]


# --- drafts and handing in -------------------------------------------------------------------------------------------


def test_a_draft_is_kept_and_shown_to_nobody(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    page = lea.get(TRAINER)
    assert "MODEL-ANSWER" not in words_of(page)
    assert "Le besoin" in words_of(page)
    answer = draft(lea, {"text": "Chère Camille,\r\n", "link": "https://example.org/"}, page)
    assert "Your draft is saved." in answer.get_data(as_text=True)
    assert "MODEL-ANSWER" not in words_of(answer)
    found = work_of(site, lea)
    assert (found.state, found.handed_at, found.revision) == ("draft", None, 1)
    assert queue(trainer) == []
    assert trainer.get(f"/works/{found.id}").status_code == 404
    one = rows(site, WorkEdition)[0]
    assert (one.text, one.link, one.lang, one.handed_at) == ("Chère Camille,", "https://example.org/", "fr", None)


def test_handing_in_shows_the_model_answer_and_waits(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    empty = hand_in(lea, {})
    assert empty.status_code == 422
    assert "There is nothing to hand in yet" in words_of(empty)
    draft(lea, {"text": "Brouillon."})
    answer = hand_in(lea, {"text": "Chère Camille."})
    assert "MODEL-ANSWER" in words_of(answer)
    assert "waits for its review" in words_of(answer)
    assert work_of(site, lea).state == "handed"
    assert len(rows(site, WorkEdition)) == 1
    assert done(site) == set()
    assert queue(trainer) == [f"/works/{work_of(site, lea).id}"]


def test_sent_twice_it_is_handed_in_once(lea: StrictClient, site: Flask) -> None:
    page = lea.get(TRAINER)
    for _again in range(2):
        answer = hand_in(lea, {"text": "Une fois.", "file": upload(PDF, "a.pdf")}, page)
        assert answer.status_code == 200
    assert [(one.number, one.handed_at is None) for one in rows(site, WorkEdition)] == [(1, False)]
    assert len(rows(site, WorkFile)) == 1


def test_a_second_tab_is_told_and_loses_nothing(lea: StrictClient, site: Flask) -> None:
    one, other = lea.get(TRAINER), lea.get(TRAINER)
    draft(lea, {"text": "D’un onglet."}, one)
    told = draft(lea, {"text": "De l’autre."}, other)
    assert told.status_code == 409
    assert "Something else was saved on another page meanwhile." in words_of(told)
    assert "D’un onglet." in words_of(told)
    assert rows(site, WorkEdition)[0].text == "D’un onglet."
    assert draft(lea, {}, told).status_code == 200
    assert rows(site, WorkEdition)[0].text == "De l’autre."


def test_it_can_be_handed_in_again_until_it_is_reviewed(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    hand_in(lea, {"text": "Première."})
    first = work_of(site, lea).handed_at
    draft(lea, {"text": "Brouillon de la deuxième."})
    work = work_of(site, lea)
    assert "Première." in words_of(trainer.get(f"/works/{work.id}"))
    assert "Brouillon" not in words_of(trainer.get(f"/works/{work.id}"))
    answer = hand_in(lea, {"text": "Deuxième."})
    assert "What you handed in before: 1 version" in words_of(answer)
    assert [(one.number, one.text) for one in rows(site, WorkEdition)] == [(1, "Première."), (2, "Deuxième.")]
    assert work_of(site, lea).handed_at == first, "its place in the queue is not lost"
    old = lea.get(TRAINER)
    trainer.fill(f"/works/{work.id}", MARKS, press="Send my review")
    late = hand_in(lea, {"text": "Troisième."}, old)
    assert late.status_code == 409
    assert "it can no longer be changed" in words_of(late)
    assert "Troisième." in words_of(late), "what was typed is not lost"
    assert len(rows(site, WorkEdition)) == 2
    assert "Hand in" not in words_of(lea.get(TRAINER))


def test_texts_too_long_and_links_that_are_none_stay_on_the_page(lea: StrictClient, site: Flask) -> None:
    answer = hand_in(lea, {"text": "a" * (rules.TEXT_LONGEST + 1), "link": "javascript:alert(1)"})
    assert answer.status_code == 422
    assert "Keep it to 20,000 characters" in words_of(answer)
    assert "Give the whole address of a page" in words_of(answer)
    assert "a" * (rules.TEXT_LONGEST + 1) in words_of(answer)
    assert rows(site, Work) == []


def test_only_what_the_course_asks_for_is_taken(lea: StrictClient, site: Flask) -> None:
    data = {"csrf_token": token_of(lea, PEERS), "text": "Mots.", "link": "https://example.org/", "revision": "0"}
    answer = lea.post(f"{PEERS}/work", data={**data, "file": upload(PDF, "a.pdf"), "do": "hand_in"})
    assert answer.status_code == 302
    one = rows(site, WorkEdition)[0]
    assert (one.text, one.link, one.file_id) == ("Mots.", "", None)
    assert rows(site, WorkFile) == []


@pytest.mark.parametrize("where", ["un/lesson", "lettre/lesson", "rien/assignment", "lettre/assignment-b"])
def test_other_activities_have_no_such_door(lea: StrictClient, where: str) -> None:
    data = {"csrf_token": token_of(lea, TRAINER), "text": "x"}
    assert lea.post(f"/courses/{COURSE}/{where}/work", data=data).status_code == 404


def test_who_does_not_take_the_course_hands_nothing_in(site: Flask) -> None:
    nina = somebody(site, "nina", takes=False)
    assert nina.get(TRAINER).status_code == 302
    data = {"csrf_token": token_of(nina, "/account"), "text": "x", "do": "hand_in"}
    assert nina.post(f"{TRAINER}/work", data=data).status_code == 404
    assert rows(site, Work) == []


# --- files -----------------------------------------------------------------------------------------------------------


def test_a_file_is_handed_over_and_never_shown(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    hand_in(lea, {"file": upload(with_exif(), "été'><img src=x>.jpg")})
    kept = rows(site, WorkFile)[0]
    address = f"/works/{kept.work_id}/files/{kept.id}"
    for visitor in (lea, trainer):
        answer = visitor.get(address)
        assert answer.status_code == 200
        assert answer.headers["Content-Disposition"].startswith("attachment;")
        assert answer.headers["X-Content-Type-Options"] == "nosniff"
        assert answer.headers["Content-Security-Policy"] == "default-src 'none'; frame-ancestors 'none'; sandbox"
        assert answer.headers["Cache-Control"] == "no-store"
        assert answer.headers["Content-Type"] == "image/jpeg"
        assert b"CAMERA-OF-CAMILLE" not in answer.data
    for page in (lea.get(TRAINER), trainer.get(f"/works/{kept.work_id}")):
        assert "été'><img src=x>.jpg" in words_of(page)
        assert "<img src=x" not in page.get_data(as_text=True)


@pytest.mark.parametrize("name", ["plain.txt", "a.csv", "a.md"])
def test_X6_words_are_sent_with_their_charset(lea: StrictClient, site: Flask, name: str) -> None:
    hand_in(lea, {"file": upload(b"+ADw-script+AD4-alert(1)", name)})
    kept = rows(site, WorkFile)[0]
    assert lea.get(f"/works/{kept.work_id}/files/{kept.id}").headers["Content-Type"] == "text/plain; charset=utf-8"


@pytest.mark.parametrize(
    ("data", "name", "said"),
    [
        (SVG, "'><img src=x onerror=alert(1)>.svg", "This kind of file is not accepted."),
        (b"<html></html>", "a.html", "This kind of file is not accepted."),
        (PDF[:-8], "a.pdf", "This file is not whole"),
        (b"", "a.png", "This file is not whole"),
        (PDF.replace(b"%%EOF", b"x" * rules.MEGABYTE + b"%%EOF"), "a.pdf", "This file is too large: 1 MB at most."),
    ],
)
def test_a_file_that_is_not_kept_leaves_nothing_and_loses_no_words(
    lea: StrictClient, site: Flask, data: bytes, name: str, said: str
) -> None:
    answer = hand_in(lea, {"text": "Mes mots.", "file": upload(data, name)})
    assert answer.status_code == 422
    assert said in words_of(answer)
    assert "Mes mots." in words_of(answer)
    assert "<img src=x" not in answer.get_data(as_text=True)
    assert rows(site, Work) == []
    assert rows(site, WorkFile) == []


def test_a_body_beyond_all_limits_is_a_page_in_words(lea: StrictClient, site: Flask) -> None:
    data = {"csrf_token": token_of(lea, TRAINER), "file": upload(b"x" * 22 * rules.MEGABYTE, "a.pdf"), "do": "hand_in"}
    answer = lea.post(f"{TRAINER}/work", data=data)
    assert answer.status_code == 413
    assert "too large" in words_of(answer)
    assert rows(site, Work) == []
    data = {"csrf_token": data["csrf_token"], "text": upload(b"x" * 3 * rules.MEGABYTE, "a.pdf")}
    assert lea.post("/account", data=data).status_code == 413, "other doors take no more than before"


def test_the_largest_file_fits_into_the_largest_form() -> None:
    assert rules.FILE_MOST + BODY_LIMIT / 4 < FILES_LIMIT < BODY_CUT


def test_a_body_cut_off_on_the_way_leaves_nothing(lea: StrictClient, site: Flask) -> None:
    token = token_of(lea, TRAINER)
    body = (
        f'--x\r\nContent-Disposition: form-data; name="csrf_token"\r\n\r\n{token}\r\n'
        '--x\r\nContent-Disposition: form-data; name="file"; filename="a.pdf"\r\n\r\n%PDF-1.7 half'
    ).encode()
    for length in (len(body), len(body) + 5000):
        answer = lea.post(
            f"{TRAINER}/work",
            input_stream=io.BytesIO(body),
            content_type="multipart/form-data; boundary=x",
            headers={"Content-Length": str(length)},
        )
        assert answer.status_code in (400, 413, 422)
    assert rows(site, Work) == []


def test_Z12_a_person_keeps_no_more_than_their_share(
    lea: StrictClient, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "QUOTA", 2 * len(PDF))
    hand_in(lea, {"file": upload(PDF, "a.pdf")})
    hand_in(lea, {"file": upload(PDF.replace(b"<<>>", b"<< >"), "b.pdf")})
    answer = hand_in(lea, {"text": "Mes mots.", "file": upload(PDF.replace(b"1 0", b"2 0"), "c.pdf")})
    assert answer.status_code == 422
    assert "All your files together would go over" in words_of(answer)
    assert "Mes mots." in words_of(answer)
    assert [one.name for one in rows(site, WorkFile)] == ["a.pdf", "b.pdf"]
    assert len(rows(site, WorkEdition)) == 2


def test_Z12_many_files_in_a_short_time_are_told_to_wait(
    lea: StrictClient, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "SENDINGS", (2, rules.SENDINGS[1]))
    for _again in range(2):
        assert hand_in(lea, {"file": upload(PDF, "a.pdf")}).status_code == 200
    answer = hand_in(lea, {"text": "Mes mots.", "file": upload(PDF, "b.pdf")})
    assert answer.status_code == 429
    assert 0 < int(answer.headers["Retry-After"]) <= rules.SENDINGS[1].total_seconds() + 1
    assert "You have sent many files in a short time." in words_of(answer)
    assert "Mes mots." in words_of(answer)
    assert hand_in(lea, {"text": "Mes mots."}).status_code == 200, "words alone are always taken"
    assert hand_in(somebody(site, "max"), {"file": upload(PDF, "b.pdf")}).status_code == 200, "others may"


def test_a_work_is_handed_in_so_often_and_no_more(
    lea: StrictClient, site: Flask, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(rules, "EDITIONS", 2)
    for text in ("Un.", "Deux."):
        assert hand_in(lea, {"text": text}).status_code == 200
    answer = hand_in(lea, {"text": "Trois."})
    assert answer.status_code == 409
    assert "You have handed this in 2 times: it now waits as it is." in words_of(answer)
    assert "Trois." in words_of(answer), "the words stay on the page"
    assert [one.text for one in rows(site, WorkEdition)] == ["Un.", "Deux."]
    assert hand_in(lea, {"text": "Deux."}).status_code == 200, "the same again is the same"


def test_peers_get_files_that_tell_nothing_of_their_author(site: Flask, courses: Path) -> None:
    head = "submit: [text, file]\nreview: peer\npeers: 1\n"
    write_assignment(courses / COURSE, "affiche", title="Une affiche", head=head)
    serve(site, courses)
    ana, ben = somebody(site, "ana"), somebody(site, "ben")
    answer = hand_in(ana, {"text": "A.", "file": upload(PDF, "ana.pdf")}, PEERS)
    assert answer.status_code == 422
    assert "A PDF can tell who wrote it" in words_of(answer)
    answer = hand_in(ana, {"text": "A.", "file": upload(SVG, "ana.svg")}, PEERS)
    assert "not accepted. Send a picture, an office document, plain text or a sound." in words_of(answer), "and no PDF"
    hand_in(ana, {"text": "A.", "file": upload(with_exif(), "Ana Serra.jpg")}, PEERS)
    hand_in(ben, {"text": "B."}, PEERS)
    page = ben.get(f"/works/{work_of(site, ana).id}")
    assert "Serra" not in page.text
    kept = rows(site, WorkFile)[0]
    answer = ben.get(f"/works/{kept.work_id}/files/{kept.id}")
    assert (answer.status_code, answer.headers["Content-Disposition"]) == (200, "attachment; filename=work.jpg")
    assert "Serra" in ana.get(f"/works/{kept.work_id}/files/{kept.id}").headers["Content-Disposition"]

    def as_pdf() -> None:
        with writing():
            db.session.execute(sa.update(WorkFile).values(kind="pdf", name="ana.pdf"))

    inside(site, as_pdf)
    assert ben.get(f"/works/{kept.work_id}/files/{kept.id}").status_code == 404, "however it came there"
    assert f"/files/{kept.id}" not in ben.get(f"/works/{kept.work_id}").text


def test_a_file_replaced_before_handing_in_is_gone_and_one_handed_in_stays(lea: StrictClient, site: Flask) -> None:
    draft(lea, {"file": upload(PDF, "a.pdf")})
    draft(lea, {"file": upload(picture(), "b.jpg")})
    assert [one.name for one in rows(site, WorkFile)] == ["b.jpg"]
    hand_in(lea, {"text": "Avec l’image."})
    draft(lea, {"drop": True})
    assert [one.name for one in rows(site, WorkFile)] == ["b.jpg"]
    hand_in(lea, {})
    editions = rows(site, WorkEdition)
    assert [one.file_id is None for one in editions] == [False, True]


# --- who may see what ------------------------------------------------------------------------------------------------


def test_A13_other_peoples_works_and_files_are_not_there(site: Flask, lea: StrictClient) -> None:
    hand_in(lea, {"text": "À moi.", "file": upload(PDF, "a.pdf")})
    kept = rows(site, WorkFile)[0]
    max_ = somebody(site, "max")
    coordinator = somebody(site, "coco", takes=False, role="coordinator")
    for visitor in (max_, coordinator):
        assert visitor.get(f"/works/{kept.work_id}").status_code == 404
        assert visitor.get(f"/works/{kept.work_id}/files/{kept.id}").status_code == 404
        data = {"csrf_token": token_of(visitor, "/account"), "number": "1", **MARKS, "comment": "x"}
        assert visitor.post(f"/works/{kept.work_id}", data=data).status_code == 404
        assert visitor.get("/works").status_code == 403
    assert lea.get(f"/works/{kept.work_id}").status_code == 404, "nobody reviews their own"
    nobody = site.test_client()
    for address in (f"/works/{kept.work_id}", f"/works/{kept.work_id}/files/{kept.id}", "/works"):
        assert nobody.get(address).status_code == 302
    assert rows(site, WorkReview) == []


def test_A13_a_file_of_a_draft_is_its_authors_alone(site: Flask, lea: StrictClient, trainer: StrictClient) -> None:
    hand_in(lea, {"text": "Rendu."})
    draft(lea, {"file": upload(PDF, "secret.pdf")})
    kept = rows(site, WorkFile)[0]
    assert lea.get(f"/works/{kept.work_id}/files/{kept.id}").status_code == 200
    assert trainer.get(f"/works/{kept.work_id}/files/{kept.id}").status_code == 404
    other = somebody(site, "max")
    hand_in(other, {"text": "Autre."})
    assert lea.get(f"/works/{work_of(site, other).id}/files/{kept.id}").status_code == 404


def test_a_trainer_who_takes_the_course_does_not_review_themselves(site: Flask) -> None:
    tom = somebody(site, "tom", role="trainer")
    hand_in(tom, {"text": "Mon propre travail."})
    assert queue(tom) == []
    assert tom.get(f"/works/{work_of(site, tom).id}").status_code == 404


# --- a trainer reviews -----------------------------------------------------------------------------------------------


def test_a_trainer_reviews_and_the_step_is_done(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    hand_in(lea, {"text": "Chère Camille."})
    work = work_of(site, lea)
    half = trainer.fill(f"/works/{work.id}", {"r-lettre.1": "1", "comment": "Bien vu."}, press="Send my review")
    assert half.status_code == 422
    assert "Le ton: choose one of the levels." in words_of(half)
    assert "Bien vu." in words_of(half)
    assert done(site) == set()
    answer = trainer.fill(half, {"r-lettre.2": "0"}, press="Send my review")
    assert answer.request.path == "/works"
    assert "No work waits for you." in words_of(answer)
    assert done(site) == {(who(lea), "lettre")}
    shown = words_of(lea.get(TRAINER))
    for word in ("What was said of your work", "Tom", "Bien vu.", "nommé", "accuse", "reviewed"):
        assert word in shown, word
    row = rows(site, WorkReview)[0]
    assert (row.marks, row.number, row.role) == ({"r-lettre.1": 1, "r-lettre.2": 0}, 1, "trainer")


def test_Q2_marks_that_the_rubric_does_not_have_are_refused(
    lea: StrictClient, trainer: StrictClient, site: Flask
) -> None:
    hand_in(lea, {"text": "Chère Camille."})
    address = f"/works/{work_of(site, lea).id}"
    data = {"csrf_token": token_of(trainer, address), "number": "1", "comment": "x"}
    for level in ("2", "-1", "1e3", "NaN", "٣", "", "0" * 400):
        answer = trainer.post(address, data={**data, **MARKS, "r-lettre.1": level})
        assert answer.status_code == 422, level
    assert trainer.post(address, data={**data, **MARKS, "comment": "a" * 4001}).status_code == 422
    for number in ("0", "2", "-1", ""):
        assert trainer.post(address, data={**data, **MARKS, "number": number}).status_code == 409
    assert rows(site, WorkReview) == []
    assert trainer.post(address, data={**data, **MARKS, "r-lettre.9": "1", "reviewer_id": "x"}).status_code == 302
    assert rows(site, WorkReview)[0].marks == {"r-lettre.1": 1, "r-lettre.2": 0}


def test_N2_a_review_sent_twice_stands_once(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    hand_in(lea, {"text": "Chère Camille."})
    page = trainer.get(f"/works/{work_of(site, lea).id}")
    for comment in ("Une fois.", "Deux fois."):
        answer = trainer.fill(page, {**MARKS, "comment": comment}, press="Send my review")
        assert answer.status_code == 200
    assert [one.comment for one in rows(site, WorkReview)] == ["Une fois."]


def test_a_second_trainer_is_told_and_keeps_their_words(lea: StrictClient, trainer: StrictClient, site: Flask) -> None:
    hand_in(lea, {"text": "Chère Camille."})
    second = somebody(site, "tina", takes=False, role="trainer")
    page = second.get(f"/works/{work_of(site, lea).id}")
    trainer.fill(f"/works/{work_of(site, lea).id}", MARKS, press="Send my review")
    answer = second.fill(page, {**MARKS, "comment": "Mes mots."}, press="Send my review")
    assert answer.status_code == 409
    assert "Somebody else has reviewed this work meanwhile." in words_of(answer)
    assert "Mes mots." in words_of(answer)
    assert len(rows(site, WorkReview)) == 1


def test_a_reviewer_is_told_when_the_author_hands_in_again_meanwhile(
    lea: StrictClient, trainer: StrictClient, site: Flask
) -> None:
    hand_in(lea, {"text": "Première."})
    page = trainer.get(f"/works/{work_of(site, lea).id}")
    hand_in(lea, {"text": "Deuxième."})
    told = trainer.fill(page, {**MARKS, "comment": "Sur la première."}, press="Send my review")
    assert told.status_code == 409
    assert "The author has handed in again meanwhile." in words_of(told)
    assert "Deuxième." in words_of(told)
    assert "Sur la première." in words_of(told)
    assert trainer.fill(told, {}, press="Send my review").status_code == 200
    assert rows(site, WorkReview)[0].number == 2


def test_the_oldest_work_comes_first_and_pages_follow(
    site: Flask, trainer: StrictClient, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(queries, "PAGE", 2)
    for minute, name in enumerate(("un", "deux", "trois")):
        with time_machine.travel(datetime.now(UTC) + timedelta(minutes=minute), tick=False):
            hand_in(somebody(site, name), {"text": name})
    first = words_of(trainer.get("/works"))
    assert first.index("Un") < first.index("Deux")
    assert "Trois" not in first
    assert "Trois" in words_of(trainer.get("/works?page=2"))
    assert trainer.get("/works?page=3").status_code == 404
    for page in ("0", "-4", "x", "9" * 30):
        assert trainer.get(f"/works?page={page}").status_code in (200, 404)


def test_a_trainer_is_told_how_many_works_wait(site: Flask, lea: StrictClient, trainer: StrictClient) -> None:
    assert "Works to read (" not in words_of(trainer.get("/write"))
    hand_in(lea, {"text": "Un."})
    assert "1 work to read" in words_of(trainer.get("/home"))
    assert "Works to read (1)" in words_of(trainer.get("/write"))
    assert "work to read" not in words_of(lea.get("/home")), "one's own waits for others"


def test_the_queue_asks_the_same_however_long_it_is(site: Flask, trainer: StrictClient) -> None:
    def asked(visitor: StrictClient, where: str) -> int:
        count = 0

        def note(*_: object) -> None:
            nonlocal count
            count += 1

        engine = inside(site, lambda: db.engine)
        event.listen(engine, "before_cursor_execute", note)
        try:
            visitor.get(where)
        finally:
            event.remove(engine, "before_cursor_execute", note)
        return count

    people = [somebody(site, f"p{number}") for number in range(5)]
    hand_in(people[0], {"text": "x"})
    hand_in(people[0], {"text": "x"}, PEERS)
    few = asked(trainer, "/works"), asked(people[0], PEERS)
    for one in people[1:]:
        hand_in(one, {"text": "x"})
        hand_in(one, {"text": "x"}, PEERS)
    assert (asked(trainer, "/works"), asked(people[0], PEERS)) == few
    assert max(few) <= 12


# --- peers review ----------------------------------------------------------------------------------------------------


def duties(visitor: StrictClient) -> list[str]:
    found = page_of(visitor.get(PEERS)).iter("a")
    return list(dict.fromkeys(str(one.get("href")) for one in found if str(one.get("href")).startswith("/works/")))


def sign(page: TestResponse) -> tuple[str, str]:
    """(words, address) of the one sign that leads on from a page."""
    (one,) = [link for link in page_of(page).iter("a") if "sign" in (link.get("class") or "").split()]
    return " ".join("".join(one.itertext()).split()), str(one.get("href"))


def test_what_is_handed_in_leads_on_to_the_work_of_others_then_to_the_course(site: Flask) -> None:
    ana, ben = somebody(site, "ana"), somebody(site, "ben")
    assert sign(hand_in(ana, {"text": "Texte A."}, PEERS)) == ("See the whole course", f"/courses/{COURSE}")
    hand_in(ben, {"text": "Texte B."}, PEERS)
    assert sign(ana.get(PEERS)) == ("Read a work", duties(ana)[0])
    ana.fill(duties(ana)[0], MARKS, press="Send my review")
    assert sign(ana.get(PEERS)) == ("See the whole course", f"/courses/{COURSE}")
    words, address = sign(hand_in(ana, {"text": "Chère Camille,"}))
    assert (words.partition(",")[0].startswith("Go on to what follows"), address) == (True, PEERS)


def test_peers_review_each_other_and_learn_no_names(site: Flask, trainer: StrictClient) -> None:
    ana, ben, cleo = (somebody(site, name) for name in ("ana", "ben", "cleo"))
    for visitor, text in ((ana, "Texte A."), (ben, "Texte B."), (cleo, "Texte C.")):
        assert duties(visitor) == []
        hand_in(visitor, {"text": text}, PEERS)
    for visitor in (ana, ben, cleo):
        assert len(duties(visitor)) == 2
        assert f"/works/{work_of(site, visitor).id}" not in duties(visitor)
    assert queue(trainer) == []
    for reviewer in (ben, cleo):
        page = reviewer.get(f"/works/{work_of(site, ana).id}")
        assert "Texte A." in words_of(page)
        assert "Ana" not in words_of(page)
        assert (who(ana), "affiche") not in done(site)
        reviewer.fill(page, {**MARKS, "comment": f"De {reviewer.person_id[:4]}."}, press="Send my review")  # type: ignore[attr-defined]
    assert (who(ana), "affiche") in done(site), "what she still has to read does not hold it up"
    shown = words_of(ana.get(PEERS))
    assert "Review 1" in shown
    assert "Review 2" in shown
    assert "Ben" not in shown
    assert "Cleo" not in shown
    ana.fill(duties(ana)[0], MARKS, press="Send my review")
    assert "to do" in words_of(ana.get(PEERS))


def test_once_a_peer_has_read_it_it_can_no_longer_be_changed(site: Flask) -> None:
    ana, ben = somebody(site, "ana"), somebody(site, "ben")
    hand_in(ana, {"text": "Texte A."}, PEERS)
    hand_in(ben, {"text": "Texte B."}, PEERS)
    hand_in(ana, {"text": "Texte A deux."}, PEERS)
    assert "Texte A deux." in words_of(ben.get(duties(ben)[0]))
    ben.fill(duties(ben)[0], MARKS, press="Send my review")
    assert "Hand in again" not in words_of(ana.get(PEERS))
    assert "1 review has come in" in words_of(ana.get(PEERS))


def test_alone_a_trainer_steps_in_and_after_a_week_too(site: Flask, trainer: StrictClient) -> None:
    ana = somebody(site, "ana")
    hand_in(ana, {"text": "Seule."}, PEERS)
    assert queue(trainer) == [f"/works/{work_of(site, ana).id}"]
    assert "There is no work of others to review yet." in words_of(ana.get(PEERS))
    for name in ("ben", "cleo"):
        hand_in(somebody(site, name), {"text": name}, PEERS)
    assert f"/works/{work_of(site, ana).id}" not in queue(trainer)
    with time_machine.travel(datetime.now(UTC) + timedelta(days=8), tick=False):
        assert f"/works/{work_of(site, ana).id}" in queue(trainer)
        trainer.fill(f"/works/{work_of(site, ana).id}", MARKS, press="Send my review")
    assert (who(ana), "affiche") in done(site)


def test_who_left_the_course_gets_no_works_and_theirs_is_not_given_out(site: Flask) -> None:
    ana, ben = somebody(site, "ana"), somebody(site, "ben")
    hand_in(ana, {"text": "Texte A."}, PEERS)

    def leave() -> None:
        with writing():
            learning.decline(who(ana), COURSE)

    inside(site, leave)
    hand_in(ben, {"text": "Texte B."}, PEERS)
    assert rows(site, WorkReview) == []


def test_a_peer_who_left_the_course_reads_no_work_of_it_any_more(site: Flask) -> None:
    ana, ben = somebody(site, "ana"), somebody(site, "ben")
    for visitor in (ana, ben):
        hand_in(visitor, {"text": "Entre nous."}, PEERS)
    (work,) = duties(ben)
    assert ben.get(work).status_code == 200

    def leave() -> None:
        with writing():
            learning.decline(who(ben), COURSE)

    inside(site, leave)
    assert ben.get(work).status_code == 404
    assert "Entre nous." not in ben.get("/home").text


def test_a_review_of_somebody_who_left_finishes_nothing_and_fails_nothing(
    site: Flask, lea: StrictClient, trainer: StrictClient
) -> None:
    hand_in(lea, {"text": "Parti."})

    def leave() -> None:
        with writing():
            learning.decline(who(lea), COURSE)

    inside(site, leave)
    trainer.fill(f"/works/{work_of(site, lea).id}", MARKS, press="Send my review")
    assert work_of(site, lea).state == "reviewed"
    assert done(site) == set()


def test_after_a_lesson_the_step_does_not_wait_for_it_and_its_review_finishes_it(app: Flask, courses: Any) -> None:
    write_lesson(courses / COURSE, "lettre", title="La lettre")
    serve(app, courses)
    lea, trainer = somebody(app, "lea"), somebody(app, "tom", takes=False, role="trainer")
    assert "This step does not wait for it." in words_of(hand_in(lea, {"text": "x"}))
    assert done(app) == set()
    trainer.fill(queue(trainer)[0], MARKS, press="Send my review")
    assert done(app) == {(who(lea), "lettre")}


def test_a_step_that_is_done_says_what_was_left_open_beside_it(app: Flask, courses: Any) -> None:
    write_lesson(courses / COURSE, "lettre", title="La lettre")
    serve(app, courses)
    lea, course = somebody(app, "lea"), f"/courses/{COURSE}"
    assert "Still open here" not in words_of(lea.get(course)), "not before it is done"
    lea.fill(f"{course}/lettre/lesson", form="/lesson/done")
    assert done(app) == {(who(lea), "lettre")}
    page = lea.get(course)
    assert "Still open here: Une lettre" in words_of(page)
    assert f'href="{TRAINER}"' in page.text
    draft(lea, {"text": "x"})
    assert "Still open here" in words_of(lea.get(course)), "a draft waits still"
    hand_in(lea, {"text": "x"})
    assert "Still open here" not in words_of(lea.get(course))


def test_a_course_published_anew_keeps_the_work_with_the_text_it_was_written_for(
    site: Flask, courses: Any, lea: StrictClient, trainer: StrictClient
) -> None:
    hand_in(lea, {"text": "Chère Camille."})
    course = courses / COURSE
    (course / "units" / "lettre" / "assignment.fr.md").unlink()
    write_lesson(course, "lettre", title="Plus de lettre")
    write_assignment(course, "affiche", title="Autre", head="submit: [text]\nreview: peer\npeers: 2\n")
    write_head(course, ("un", "lettre", "affiche"))
    inside(site, lambda: sync(courses, accept_gone=None))
    address = f"/works/{work_of(site, lea).id}"
    assert "Une lettre" in words_of(trainer.get(address))
    assert trainer.get("/works").status_code == 200
    trainer.fill(address, MARKS, press="Send my review")
    assert work_of(site, lea).state == "reviewed"


def test_X9_what_is_handed_in_and_said_is_inert(site: Flask, trainer: StrictClient) -> None:
    lea = somebody(site, "lea")
    hand_in(lea, {"text": HOSTILE, "link": "https://example.org/<script>alert(1)</script>"})
    address = f"/works/{work_of(site, lea).id}"
    pages = [lea.get(TRAINER), trainer.get("/works"), trainer.get(address)]
    trainer.fill(address, {**MARKS, "comment": HOSTILE}, press="Send my review")
    pages += [lea.get(TRAINER), trainer.get(address)]
    for page in pages:
        text = page.get_data(as_text=True)
        assert "<img src=x" not in text
        assert "<script>alert" not in text
    assert "&lt;script&gt;alert(1)&lt;/script&gt;{{ 7*7 }}" in pages[2].get_data(as_text=True)


# --- what others ask -------------------------------------------------------------------------------------------------


def test_home_can_ask_what_there_is_to_review_and_what_was_reviewed(
    site: Flask, lea: StrictClient, trainer: StrictClient
) -> None:
    def news(visitor: StrictClient) -> tuple[list[str], list[str]]:
        found = inside(site, lambda: queries.waiting_for(who(visitor)))
        assert isinstance(found, queries.News)
        return [one.unit for one in found.to_review], [one.unit for one in found.reviewed]

    max_ = somebody(site, "max")
    hand_in(lea, {"text": "x"})
    assert inside(site, lambda: queries.count_waiting(who(trainer))) == 1
    assert news(lea) == ([], [])
    for visitor in (lea, max_):
        hand_in(visitor, {"text": "x"}, PEERS)
    assert news(lea) == (["affiche"], [])
    lea.fill(duties(lea)[0], MARKS, press="Send my review")
    trainer.fill(f"/works/{next(one.id for one in rows(site, Work) if one.unit == 'lettre')}", MARKS, press="Send")
    assert news(lea) == ([], ["lettre"])
    with time_machine.travel(datetime.now(UTC) + timedelta(days=15), tick=False):
        assert news(lea) == ([], [])


def test_forgetting_takes_works_and_files_and_leaves_what_was_said_of_others(
    site: Flask, lea: StrictClient, trainer: StrictClient
) -> None:
    max_ = somebody(site, "max")
    hand_in(max_, {"text": "De Max."}, PEERS)
    hand_in(lea, {"text": "À moi.", "file": upload(PDF, "a.pdf")})
    hand_in(lea, {"text": "À moi aussi."}, PEERS)
    lea.fill(duties(lea)[0], {**MARKS, "comment": "Dit par Léa."}, press="Send my review")

    def do() -> None:
        told = privacy.export(who(lea))
        assert "JVBERi0xLjcK" in told["work_file"][0]["data"]
        assert "Dit par Léa." in repr(told)
        assert "De Max." not in repr(told)
        with writing():
            privacy.forget(who(lea))
        assert privacy.export(who(lea)) == {name: [] for name in told}

    inside(site, do)
    assert rows(site, WorkFile) == []
    assert [one.text for one in rows(site, WorkEdition)] == ["De Max."]
    assert [(one.comment, one.reviewer_id) for one in rows(site, WorkReview)] == [("Dit par Léa.", None)]
    assert "Dit par Léa." in words_of(max_.get(PEERS))
