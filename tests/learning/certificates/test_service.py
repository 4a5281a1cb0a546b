"""Issuing with the pass, renewing, withdrawing: on both databases, also in a race."""

from __future__ import annotations

import threading
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.accounts.models import Person
from lms.catalogue.queries import published
from lms.foundation.db import db, writing
from lms.foundation.errors import NotFound, Refused
from lms.learning import service as learning
from lms.learning.certificates import privacy, queries, rules, service
from lms.learning.certificates.models import Certificate
from lms.learning.certificates.queries import Proof
from lms.learning.models import Attempt
from tests.catalogue.courses import write_head, write_quiz
from tests.learning.certificates.conftest import COURSE, GIVES, RIGHT, WRONG, take
from tests.learning.conftest import inside, person, serve


def proof_of(app: Flask, who: str) -> Proof | None:
    found = inside(app, lambda: queries.certificate_of(who, COURSE))
    assert found is None or isinstance(found, Proof)
    return found


def rename(who: str, name: str) -> None:
    with writing():
        db.session.execute(sa.update(Person).where(Person.id == who).values(name=name))


def test_G3_the_pass_and_the_certificate_come_together(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)
    take(any_app, who, RIGHT)
    proof = proof_of(any_app, who)
    assert proof is not None
    assert (proof.facts.name, proof.facts.network, proof.facts.hours, proof.facts.pass_mark) == (
        "Lea", "Sept Vallées", 2, 80,
    )  # fmt: skip


def test_G3_a_failure_of_the_certificate_takes_the_pass_back_too(
    app: Flask, courses: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    serve(app, courses)
    who = person(app)

    def breaks() -> str:
        raise OSError("no dice")

    with monkeypatch.context() as patched:
        patched.setattr("lms.learning.certificates.rules.mint_code", breaks)
        with pytest.raises(OSError, match="no dice"):
            take(app, who, RIGHT)
    assert proof_of(app, who) is None
    assert inside(app, lambda: db.session.scalars(sa.select(Attempt.passed)).all()) == [None]


def test_G3_without_the_pass_there_is_none(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)
    take(any_app, who, WRONG)
    assert proof_of(any_app, who) is None

    def finish_everything() -> None:
        for unit in ("un", "trois"):
            with writing():
                learning.complete(who, COURSE, unit, kind="lesson")
        with writing():
            served = published(COURSE)
            assert served is not None
            assert service.issue_if_earned(who, served) is None

    inside(any_app, finish_everything)
    assert proof_of(any_app, who) is None


def test_a_quiz_of_open_questions_alone_gives_it_once_handed_in(any_app: Flask, courses: Path) -> None:
    told = "---\nid: {unit}\ntitle: Dites\n---\n\n# Dites\n\n## Racontez.\n<!-- q-racontez -->\n\nEn trois lignes.\n"
    write_quiz(courses / COURSE, "deux", body=told)
    serve(any_app, courses)
    who = person(any_app)
    attempt = take(any_app, who, {})

    def hand_in() -> tuple[bool, bool]:
        before = queries.certificate_of(who, COURSE) is not None
        db.session.rollback()
        with writing():
            learning.answer(who, attempt, "q-racontez", "Mes mots.", lang="fr")
        with writing():
            learning.submit(who, attempt)
        return before, queries.certificate_of(who, COURSE) is not None

    assert inside(any_app, hand_in) == (False, True)


def test_who_left_gets_none_until_they_come_back(any_app: Flask, courses: Path) -> None:
    """An attempt begun before leaving is marked; the certificate is for people who take the course."""
    serve(any_app, courses)
    who = person(any_app)

    def leave_in_between() -> None:
        with writing():
            learning.enrol(who, COURSE)
            attempt = learning.start(who, COURSE, "deux", "quiz").id
        with writing():
            learning.decline(who, COURSE)
        for name, given in RIGHT.items():
            with writing():
                learning.answer(who, attempt, name, given, lang="fr")
        assert db.session.scalars(sa.select(Attempt.passed)).all() == [True]

    inside(any_app, leave_in_between)
    assert proof_of(any_app, who) is None

    def come_back() -> None:
        with writing():
            learning.enrol(who, COURSE)

    inside(any_app, come_back)
    assert proof_of(any_app, who) is not None


def test_leaving_takes_no_certificate_away(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who = person(app)
    take(app, who, RIGHT)
    first = proof_of(app, who)

    def leave() -> None:
        with writing():
            learning.decline(who, COURSE)
        with writing():
            served = published(COURSE)
            assert served is not None
            assert service.issue_if_earned(who, served) == first

    inside(app, leave)
    assert proof_of(app, who) == first is not None


def test_the_lists_are_found_without_counting_all_certificates(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who = person(app)
    assert inside(app, queries.last_list) == inside(app, queries.open_list) == 0
    take(app, who, RIGHT)

    def put(index: int) -> None:
        with writing():
            db.session.execute(sa.update(Certificate).values(status_index=index))

    inside(app, lambda: put(3 * rules.LIST_LENGTH + 7))
    assert inside(app, queries.last_list) == inside(app, queries.open_list) == 3
    assert app.test_client().get("/badges/status/3").status_code == 200
    assert app.test_client().get("/badges/status/4").status_code == 404


@pytest.mark.parametrize(("count", "full"), [(0, False), (65_535, False), (65_536, True)])
def test_half_of_a_list_stays_free(count: int, full: bool) -> None:
    assert rules.is_full(count) is full


def test_N2_a_second_pass_changes_nothing(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)
    take(any_app, who, RIGHT)
    first = proof_of(any_app, who)
    take(any_app, who, RIGHT)
    assert proof_of(any_app, who) == first


def test_G3_a_rule_changed_later_takes_nothing_back_and_an_easier_one_can_be_claimed(
    any_app: Flask, courses: Path
) -> None:
    serve(any_app, courses)
    had, failed = person(any_app, "lea"), person(any_app, "pau")
    take(any_app, had, RIGHT)
    take(any_app, failed, WRONG)
    first = proof_of(any_app, had)
    write_head(courses / COURSE, ("un", "deux", "trois"), more="certificate:\n  require: [trois/lesson]\n  hours: 9\n")
    serve(any_app, courses)
    assert proof_of(any_app, had) == first

    def finish() -> None:
        with writing():
            learning.complete(failed, COURSE, "trois", kind="lesson")

    inside(any_app, finish)
    proof = proof_of(any_app, failed)
    assert proof is not None
    assert (proof.facts.hours, proof.facts.pass_mark) == (9, None)


def test_G3_and_N2_asked_for_eight_times_at_once_it_is_issued_once(any_app: Flask, courses: Path) -> None:
    write_head(courses / COURSE, ("un", "deux", "trois"))
    serve(any_app, courses)
    who = person(any_app)
    take(any_app, who, RIGHT)
    write_head(courses / COURSE, ("un", "deux", "trois"), more=GIVES)
    serve(any_app, courses)
    assert proof_of(any_app, who) is None
    codes: list[object] = []

    def ask() -> None:
        def do() -> str:
            served = published(COURSE)
            assert served is not None
            db.session.rollback()
            with writing():
                proof = service.issue_if_earned(who, served)
            assert proof is not None
            return proof.code

        codes.append(inside(any_app, do))

    threads = [threading.Thread(target=ask) for _ in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert len(codes) == 8
    assert len(set(codes)) == 1
    assert inside(any_app, lambda: db.session.scalar(sa.select(sa.func.count()).select_from(Certificate))) == 1


def test_G4_a_new_name_makes_a_new_certificate_and_ends_the_old_one(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)
    take(any_app, who, RIGHT)
    former = proof_of(any_app, who)
    assert former is not None

    def renew() -> None:
        served = published(COURSE)
        assert served is not None
        db.session.rollback()
        with writing():
            service.renew(who, served)

    with pytest.raises(Refused):
        inside(any_app, renew)
    inside(any_app, lambda: rename(who, "Léa Vidal"))
    kept = proof_of(any_app, who)
    assert kept == former, "renaming oneself changes no certificate"
    inside(any_app, renew)
    now, old = proof_of(any_app, who), inside(any_app, lambda: queries.certificate_with(former.code))
    assert now is not None
    assert isinstance(old, Proof)
    assert now.facts.name == "Léa Vidal"
    assert now.code != former.code
    assert (old.facts, old.revoked_for) == (former.facts, "replaced")
    assert old.revoked_at is not None

    def withdraw() -> None:
        with writing():
            service.withdraw(former.code, "Par erreur.")

    with pytest.raises(NotFound):
        inside(any_app, withdraw)
    assert proof_of(any_app, who) is not None, "nobody is told that it is withdrawn while another one stands"


def test_what_the_network_withdrew_does_not_come_back(any_app: Flask, courses: Path) -> None:
    serve(any_app, courses)
    who = person(any_app)
    take(any_app, who, RIGHT)
    proof = proof_of(any_app, who)
    assert proof is not None

    def withdraw(code: str, why: str) -> None:
        with writing():
            service.withdraw(code, why)

    with pytest.raises(Refused):
        inside(any_app, lambda: withdraw(proof.code, "  "))
    with pytest.raises(NotFound):
        inside(any_app, lambda: withdraw("0" * 26, "Par erreur."))
    inside(any_app, lambda: withdraw(proof.code, "Par erreur."))
    inside(any_app, lambda: withdraw(proof.code, "Une autre raison."))
    old = inside(any_app, lambda: queries.certificate_with(proof.code))
    assert isinstance(old, Proof)
    assert (old.revoked_for, old.revoked_why) == ("withdrawn", "Par erreur.")
    take(any_app, who, RIGHT)
    assert proof_of(any_app, who) is None


def test_forgetting_leaves_no_name(app: Flask, courses: Path) -> None:
    serve(app, courses)
    who, other = person(app, "lea"), person(app, "pau")
    take(app, who, RIGHT)
    take(app, other, RIGHT)

    def forget() -> list[str]:
        given = privacy.export(who)["certificate"]
        assert [row["facts"]["name"] for row in given] == ["Lea"]
        with writing():
            privacy.forget(who)
        return list(db.session.scalars(sa.select(Certificate.person_id)))

    assert inside(app, forget) == [other]
