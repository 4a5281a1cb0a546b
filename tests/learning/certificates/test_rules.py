"""When a certificate is earned, and how its code is written and read."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from lms.content.documents import Certificate, CourseDocument
from lms.content.loading import load_course
from lms.learning.certificates import rules
from tests.catalogue.courses import write_course, write_quiz


@pytest.fixture(scope="module")
def document(tmp_path_factory: pytest.TempPathFactory) -> CourseDocument:
    """Three units: un, deux (with a quiz) and trois."""
    folder = write_course(tmp_path_factory.mktemp("courses"), "ecouter-bien")
    write_quiz(folder, "deux")
    return load_course(folder)


@pytest.mark.parametrize(
    ("require", "passed", "done", "earned"),
    [
        (("deux/quiz",), {("deux", "quiz")}, set(), True),
        (("deux/quiz",), set(), {"un", "deux", "trois"}, False),
        (("deux/quiz",), {("un", "quiz")}, {"un"}, False),
        (("deux/quiz", "un/lesson"), {("deux", "quiz")}, set(), False),
        (("deux/quiz", "un/lesson"), {("deux", "quiz")}, {"un"}, True),
        (("deux/quiz", "gone/quiz"), {("deux", "quiz")}, set(), True),
        (("gone/quiz",), {("deux", "quiz")}, {"un", "deux", "trois"}, False),
        ((), set(), {"un", "deux"}, False),
        ((), set(), {"un", "deux", "trois"}, True),
    ],
)
def test_what_is_asked_for(
    document: CourseDocument, require: tuple[str, ...], passed: set[tuple[str, str]], done: set[str], earned: bool
) -> None:
    asked = replace(document, certificate=Certificate(require=require))
    assert rules.is_earned(rules.demands(asked, passed, done)) is earned


def test_a_quiz_of_which_nothing_is_marked_counts_with_its_unit_and_claims_no_percent(tmp_path: Path) -> None:
    folder = write_course(tmp_path, "ecouter-bien")
    told = "---\nid: {unit}\ntitle: Dites\n---\n\n# Dites\n\n## Racontez.\n<!-- q-racontez -->\n\nEn trois lignes.\n"
    write_quiz(folder, "deux", body=told)
    asked = replace(load_course(folder), certificate=Certificate(require=("deux/quiz",)))
    assert not rules.is_earned(rules.demands(asked, set(), {"un"}))
    assert rules.is_earned(rules.demands(asked, set(), {"deux"})), "it can never be passed"
    assert rules.facts_of(asked, name="", network="", space="", competencies={}).pass_mark is None


def test_a_course_without_certificate_asks_for_nothing_and_gives_nothing(document: CourseDocument) -> None:
    none = replace(document, certificate=None)
    assert rules.demands(none, {("deux", "quiz")}, {"un"}) == []
    assert not rules.is_earned([])


def test_G1_codes_are_long_and_never_the_same() -> None:
    codes = {rules.mint_code() for _ in range(500)}
    assert len(codes) == 500
    assert all(len(code) == 26 and set(code) <= set(rules.ALPHABET) for code in codes)


@pytest.mark.parametrize(
    ("typed", "read"),
    [
        ("0123456789ABCDEFGHJKMNPQRS", "0123456789ABCDEFGHJKMNPQRS"),
        (" 0123-4567-89ab-cdef-ghjk-mnpq-rs ", "0123456789ABCDEFGHJKMNPQRS"),
        ("oi23456789ABCDEFGHJKMNPQRS", "0123456789ABCDEFGHJKMNPQRS"),
        ("0123456789ABCDEFGHJKMNPQR", None),
        ("0123456789ABCDEFGHJKMNPQRU", None),
        ("", None),
        ("'; drop table certificate; --", None),
        ("0" * 100_000, None),
    ],
)
def test_a_code_is_read_as_people_type_it(typed: str, read: str | None) -> None:
    assert rules.read_code(typed) == read


def test_a_written_code_is_read_back() -> None:
    code = rules.mint_code()
    assert rules.read_code(rules.written_code(code)) == code


def test_the_facts_are_frozen_and_come_back(document: CourseDocument, tmp_path: Path) -> None:
    asked = replace(document, certificate=Certificate(require=("deux/quiz",), pass_mark=70, hours=2))
    facts = rules.facts_of(asked, name="Camille Puig", network="Sept Vallées", space="La Bobine", competencies={})
    assert rules.Facts.from_json(facts.to_json()) == facts
    assert (facts.pass_mark, facts.hours, facts.steps, facts.title("oc")) == (70, 2, 3, facts.titles["fr"])


def test_only_what_was_practised_or_assessed_is_named(document: CourseDocument) -> None:
    from lms.content.documents import CompetencyGoal

    asked = replace(
        document,
        certificate=Certificate(),
        competencies={
            "ecouter": CompetencyGoal("practised"),
            "negocier": CompetencyGoal("taught"),
            "gerer": CompetencyGoal("assessed"),
        },
    )
    names = {name: {"en": name.title()} for name in ("ecouter", "negocier", "gerer")}
    facts = rules.facts_of(asked, name="", network="", space="", competencies=names)
    assert facts.skills("fr") == ["Gerer", "Ecouter"]
