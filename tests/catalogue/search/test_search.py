"""Searching the served texts: the same on both databases, in step with what is published, and nothing that is not shown."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
import sqlalchemy as sa
from flask import Flask

from lms.catalogue import service as catalogue
from lms.catalogue.models import Course
from lms.catalogue.search import rules
from lms.catalogue.search.models import INDEX, SearchEntry
from lms.catalogue.search.queries import PAGE, SHOWN, Found, search
from lms.foundation.db import db, writing
from tests.catalogue.courses import SECRETS, write_course, write_head, write_lesson, write_quiz

GLOSSARY = "## Besoin\n<!-- g-besoin -->\n\nCe qui manque à quelqu’un, l’œuvre d’un mardi.\n"


def publish(folder: Path) -> None:
    report = catalogue.sync(folder, accept_gone=None)
    assert report.is_clean, report
    db.session.rollback()


def find(asked: str, lang: str = "fr", page: int = 0) -> Found:
    return search([one for _typed, one in rules.wanted(asked)], lang, page)


def courses(found: Found) -> list[str]:
    return [group.course_id for group in found.groups]


def indexed() -> int:
    return int(db.session.scalar(sa.text(f"SELECT count(*) FROM {INDEX}")) or 0)


def entries() -> int:
    return db.session.scalar(sa.select(sa.func.count()).select_from(SearchEntry)) or 0


@pytest.fixture
def shelf(any_ctx: Flask, tmp_path: Path) -> Path:
    """One course in French, whose second unit is in English too."""
    folder = tmp_path / "courses"
    course = write_course(folder, "ecouter-bien", languages=("fr", "en"))
    write_lesson(course, "deux", title="Kettles and quarrels", lang="en")
    write_quiz(course, "trois")
    publish(folder)
    return folder


@pytest.mark.parametrize(
    "asked",
    [
        "casque",
        "CASQUES",
        "écouter",
        "ecouter",
        "Écoute",
        "« casque » !",
        "bureau casque",
        "le casque de Camille",
        "étape deux",
    ],
)
def test_words_are_found_whatever_their_accents_number_and_case(shelf: Path, asked: str) -> None:
    assert courses(find(asked)) == ["ecouter-bien"]


def one_text(folder: Path, lang: str, words: str) -> None:
    """A course whose first lesson says `words` in a language."""
    course = write_course(folder, "un-cours", units=("un",), languages=("fr", lang) if lang != "fr" else ("fr",))
    lesson = write_lesson(course, "un", lang=lang)
    lesson.write_text(lesson.read_text("utf-8").replace("Mardi, 9 h 20.", f"Mardi : {words}."), "utf-8")
    publish(folder)


#: language, what a text says, what is asked.
FORMS = [
    ("fr", "il faut négocier", "négociation"),
    ("fr", "une négociation", "negocier"),
    ("fr", "un engagement", "engager"),
    ("es", "la mediación", "mediaciones"),
    ("es", "las mediaciones", "mediacion"),
    ("ca", "les reclamacions", "reclamació"),
    ("en", "a meeting", "meetings"),
]
#: The same, for what only the forms of a language tell.
STEMS = [
    ("fr", "deux chevaux", "cheval"),
    ("fr", "un cheval", "chevaux"),
    ("fr", "nous nous réunissons", "réunir"),
    ("es", "tenemos negociaciones", "negociando"),
    ("ca", "les habitacions", "habitació"),
    ("ca", "aprenents", "aprenent"),
    ("en", "she was running", "run"),
    ("en", "queries", "query"),
]


@pytest.mark.parametrize(("lang", "words", "asked"), FORMS)
def test_other_forms_of_a_word_are_found_and_marked(
    any_ctx: Flask, tmp_path: Path, lang: str, words: str, asked: str
) -> None:
    one_text(tmp_path, lang, words)
    (group,) = find(asked, lang).groups
    assert any(piece.found for piece in group.hits[0].snippet)


@pytest.mark.parametrize(("lang", "words", "asked"), STEMS)
def test_the_forms_of_a_language_are_known_where_the_database_knows_them(
    any_ctx: Flask, tmp_path: Path, lang: str, words: str, asked: str
) -> None:
    one_text(tmp_path, lang, words)
    found = find(asked, lang).groups
    if db.session.get_bind().dialect.name == "postgresql":
        assert [group.course_id for group in found] == ["un-cours"]


#: language, one, several: whichever is asked finds the other, on both databases.
NUMBERS = [
    ("fr", "plainte", "plaintes"),
    ("fr", "médiateur", "médiateurs"),
    ("fr", "médiation", "médiateurs"),
    ("fr", "cheval", "chevaux"),
    ("fr", "travail", "travaux"),
    ("fr", "local", "locaux"),
    ("fr", "lieu", "lieux"),
    ("fr", "bureau", "bureaux"),
    ("es", "reunión", "reuniones"),
    ("es", "luz", "luces"),
    ("es", "voz", "voces"),
    ("es", "mediación", "mediadores"),
    ("es", "taller", "talleres"),
    ("ca", "reunió", "reunions"),
    ("ca", "cançó", "cançons"),
    ("ca", "pla", "plans"),
    ("ca", "biblioteca", "biblioteques"),
    ("ca", "plaça", "places"),
    ("ca", "amiga", "amigues"),
    ("ca", "gos", "gossos"),
    ("ca", "procés", "processos"),
    ("ca", "desig", "desitjos"),
    ("ca", "mediació", "mediadors"),
    ("en", "query", "queries"),
    ("en", "company", "companies"),
    ("en", "meeting", "meetings"),
    ("en", "shelf", "shelves"),
]


@pytest.fixture(scope="module")
def numbered(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """For each pair of NUMBERS two courses, one with each word in its lesson."""
    folder = tmp_path_factory.mktemp("numbers")
    for place, (lang, *pair) in enumerate(NUMBERS):
        for which, word in zip(("one", "many"), pair, strict=True):
            course = write_course(folder, f"{which}-{place}", units=("un",), languages=("fr",))
            head = course / "course.yml"
            text = head.read_text("utf-8").replace("source: fr", f"source: {lang}").replace("[fr]", f"[{lang}]")
            head.write_text(text if lang == "en" else text.replace("fr: ", f"{lang}: "), "utf-8")
            (course / "units/un/lesson.fr.md").unlink()
            lesson = write_lesson(course, "un", lang=lang)
            lesson.write_text(lesson.read_text("utf-8").replace("Mardi, 9 h 20.", f"Mardi : {word}."), "utf-8")
    return folder


def test_one_finds_several_and_several_find_one_on_both_databases(any_ctx: Flask, numbered: Path) -> None:
    publish(numbered)
    missed = []
    for place, (lang, one, many) in enumerate(NUMBERS):
        for asked in (one, many):
            found = courses(find(asked, lang))[:4]
            missed += [(asked, lang, found)] if not {f"one-{place}", f"many-{place}"} <= set(found) else []
    assert missed == []


def test_small_words_ask_for_nothing_where_there_are_others(shelf: Path) -> None:
    assert courses(find("avec casque")) == ["ecouter-bien"]


@pytest.mark.parametrize("asked", ["girafe", "casque girafe", "asque", "x"])
def test_what_is_nowhere_is_not_found(shelf: Path, asked: str) -> None:
    found = search([one for _typed, one in rules.wanted(asked)], "fr") if rules.wanted(asked) else None
    assert found is None or (not found.groups and not found.others)


def test_a_word_in_the_title_stands_first(any_ctx: Flask, tmp_path: Path) -> None:
    for name, title in (("aaa", "Parler du jardin"), ("zzz", "Étape un")):
        course = write_course(tmp_path, name, units=("un",))
        write_lesson(course, "un", title=title)
        if name == "zzz":
            lesson = course / "units/un/lesson.fr.md"
            lesson.write_text(lesson.read_text().replace("Mardi, 9 h 20.", "Mardi, 9 h 20, au jardin."))
    publish(tmp_path)
    assert courses(find("jardin")) == ["aaa", "zzz"]


def test_the_readers_language_first_and_then_the_others(shelf: Path) -> None:
    own, other = find("kettle", "en"), find("kettle", "fr")
    assert [hit.unit for hit in own.groups[0].hits] == ["deux"]
    assert own.others == []
    assert other.groups == []
    assert [(group.lang, [hit.unit for hit in group.hits]) for group in other.others] == [("en", ["deux"])]


def test_what_was_found_in_the_readers_language_is_not_told_again_in_another(shelf: Path) -> None:
    found = find("casque", "en")
    assert [hit.unit for hit in found.groups[0].hits] == ["deux"], "the English file of this test holds French words"
    assert [hit.unit for group in found.others for hit in group.hits] == ["un", "trois"]


@pytest.mark.parametrize("secret", [*SECRETS, "HINT-ONE", "OTHER-FEEDBACK"])
def test_no_key_no_feedback_and_no_hint_can_be_found(shelf: Path, secret: str) -> None:
    found = find(secret.replace("-", " "))
    assert not found.groups
    assert secret not in " ".join(db.session.scalars(sa.select(SearchEntry.text)))


def test_questions_and_glossary_are_found(any_ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "ecouter-bien")
    write_quiz(course, "trois")
    (course / "glossary.fr.md").write_text("# Glossaire\n\n" + GLOSSARY, encoding="utf-8")
    publish(tmp_path)
    assert [hit.kind for hit in find("équilibre").groups[0].hits] == ["quiz"]
    term = find("oeuvre").groups[0].hits[0]
    assert (term.kind, [piece.text for piece in term.snippet if piece.found]) == ("term", ["œuvre"])


def test_a_new_version_replaces_the_old_one_and_an_archived_course_is_gone(shelf: Path) -> None:
    lesson = shelf / "ecouter-bien/units/un/lesson.fr.md"
    lesson.write_text(lesson.read_text().replace("casque", "parapluie"))
    (shelf / "ecouter-bien/units/deux/lesson.fr.md").unlink()
    write_head(shelf / "ecouter-bien", ["un"])
    publish(shelf)
    assert courses(find("parapluie")) == ["ecouter-bien"]
    assert courses(find("casque")) == []
    assert entries() == indexed()
    (shelf / "ecouter-bien").rename(shelf / "_away")
    publish(shelf)
    assert courses(find("parapluie")) == []
    assert (entries(), indexed()) == (0, 0)
    (shelf / "_away").rename(shelf / "ecouter-bien")
    publish(shelf)
    assert courses(find("parapluie")) == ["ecouter-bien"], "served again, found again, without a new version"


def test_what_is_held_back_is_not_found(any_ctx: Flask, tmp_path: Path) -> None:
    course = write_course(tmp_path, "ecouter-bien")
    lesson = write_lesson(course, "deux", title="Une girafe")
    lesson.write_text(lesson.read_text().replace("minutes: 12", "minutes: 12\nstatus: draft"))
    write_course(tmp_path, "brouillon", status="draft")
    publish(tmp_path)
    assert not find("girafe").groups
    assert courses(find("casque")) == ["ecouter-bien"]


def test_a_course_that_hides_what_is_not_translated_hides_it_here_too(any_ctx: Flask, tmp_path: Path) -> None:
    for name, fallback in (("cache", "hide"), ("montre", "source")):
        course = write_course(tmp_path, name, languages=("fr", "en"))
        head = course / "course.yml"
        head.write_text(head.read_text().replace("fallback: source", f"fallback: {fallback}"))
        write_lesson(course, "un", title="One", lang="en")
        write_lesson(course, "deux", title="Une girafe")
    publish(tmp_path)
    assert sorted(courses(find("girafe", "fr"))) == ["cache", "montre"]
    assert [group.course_id for group in find("girafe", "en").others] == ["montre"]
    assert sorted(group.course_id for group in find("girafe", "es").others) == ["cache", "montre"], (
        "nothing is in Spanish"
    )


def test_pages_and_what_is_shown_of_a_course_are_bounded(any_ctx: Flask, tmp_path: Path) -> None:
    for number in range(PAGE + 3):
        write_course(tmp_path, f"cours-{number:02}", units=[f"u{unit}" for unit in range(SHOWN + 2)])
    publish(tmp_path)
    first, last = find("casque"), find("casque", page=10**9)
    assert (first.courses, len(first.groups), first.last) == (PAGE + 3, PAGE, 1)
    assert (last.page, len(last.groups)) == (1, 3)
    assert {course for found in (first, last) for course in courses(found)} == {
        f"cours-{one:02}" for one in range(PAGE + 3)
    }
    assert (len(first.groups[0].hits), first.groups[0].more) == (SHOWN, 2)
    assert find("casque", page=-5).page == 0


def test_it_takes_three_questions(shelf: Path) -> None:
    seen: list[str] = []
    note: Callable[..., None] = lambda *args: seen.append(args[2])  # noqa: E731
    sa.event.listen(db.engine, "before_cursor_execute", note)
    find("casque écouter")
    sa.event.remove(db.engine, "before_cursor_execute", note)
    assert len([one for one in seen if one.startswith("SELECT")]) == 3


@pytest.mark.parametrize(
    "asked",
    ["AND", "NEAR(a b)", 'casque" OR "x', "casque*", "title:casque", "-casque", "casque & !x", "'casque':*", "%_%"],
)
def test_signs_of_the_databases_are_words_like_others(shelf: Path, asked: str) -> None:
    looked_for = rules.wanted(asked)
    if looked_for:
        find(asked)


VOCABULARY = """domains:
  mediation: {{fr: Médiation, es: Mediación, ca: Mediació, en: Mediation}}
competencies:
  - id: gerer-conflit
    domain: mediation
    name: {{fr: "{name}", es: "gestionar un conflicto", ca: "gestionar un conflicte", en: "handling a conflict"}}
  - id: ecouter
    domain: mediation
    name: {{fr: "écouter", es: "escuchar", ca: "escoltar", en: "listening"}}
"""


def train(folder: Path, name: str = "gérer un conflit", *, course_id: str = "apaiser", title: str = "") -> None:
    """A course that trains the first competency of a vocabulary of two, in all languages; it says nothing of a conflict."""
    folder.mkdir(parents=True, exist_ok=True)
    (folder / "_competencies.yml").write_text(VOCABULARY.format(name=name), "utf-8")
    head = write_course(folder, course_id, units=("un",), languages=("fr", "es", "ca", "en")) / "course.yml"
    text = head.read_text("utf-8").replace("competencies: []", "competencies: [gerer-conflit, ecouter]")
    text = text.replace("  en: Listening", "  es: Escuchar\n  ca: Escoltar\n  en: Listening")
    text = text.replace("  en: Hearing", "  es: Oír.\n  ca: Sentir.\n  en: Hearing")
    head.write_text(text.replace("Écouter au comptoir", title or "Écouter au comptoir"), "utf-8")
    publish(folder)


@pytest.mark.parametrize(
    ("lang", "asked", "told"),
    [
        ("fr", "conflit", "gérer un [conflit]"),
        ("fr", "conflits", "gérer un [conflit]"),
        ("fr", "gerer un conflit", "[gérer] un [conflit]"),
        ("es", "conflicto", "gestionar un [conflicto]"),
        ("ca", "conflicte", "gestionar un [conflicte]"),
        ("en", "conflict", "handling a [conflict]"),
    ],
)
def test_a_course_is_found_by_what_it_trains_and_says_so(
    any_ctx: Flask, tmp_path: Path, lang: str, asked: str, told: str
) -> None:
    train(tmp_path)
    (group,) = find(asked, lang).groups
    assert group.course_id == "apaiser"
    names = ["".join(f"[{one.text}]" if one.found else one.text for one in name) for name in group.trains]
    assert names == [told]
    assert "conflit" not in "".join(piece.text for piece in group.summary)


def test_a_title_stands_before_what_a_course_trains(any_ctx: Flask, tmp_path: Path) -> None:
    train(tmp_path, course_id="aaa")
    train(tmp_path, course_id="zzz", title="Un conflit au comptoir, un mardi matin, devant tout le monde")
    assert courses(find("conflit")) == ["zzz", "aaa"]


def test_a_competency_that_is_reworded_is_found_by_its_new_name(any_ctx: Flask, tmp_path: Path) -> None:
    train(tmp_path)
    (tmp_path / "_competencies.yml").write_text(VOCABULARY.format(name="apaiser une dispute"), "utf-8")
    (report,) = catalogue.sync(tmp_path).courses
    assert (report.outcome, report.number) == ("unchanged", 1), "no new version: its text is the same"
    assert (courses(find("dispute")), courses(find("conflit"))) == (["apaiser"], [])


@pytest.mark.parametrize("stays", [True, False])
def test_a_course_of_the_studio_is_found_by_the_new_name_too(any_ctx: Flask, tmp_path: Path, stays: bool) -> None:
    train(tmp_path)
    with writing():
        db.session.execute(sa.update(Course).values(owner="studio"))
    (tmp_path / "_competencies.yml").write_text(VOCABULARY.format(name="apaiser une dispute"), "utf-8")
    if not stays:
        shutil.rmtree(tmp_path / "apaiser")
    catalogue.sync(tmp_path)
    assert (courses(find("dispute")), courses(find("conflit"))) == (["apaiser"], [])
    rows = db.session.scalars(sa.select(SearchEntry.id).order_by(SearchEntry.id)).all()
    catalogue.sync(tmp_path)
    assert db.session.scalars(sa.select(SearchEntry.id).order_by(SearchEntry.id)).all() == rows, (
        "nothing is written anew"
    )
    (tmp_path / "_competencies.yml").unlink()
    catalogue.sync(tmp_path)
    assert courses(find("dispute")) == ["apaiser"], "a folder without a vocabulary takes no name away"


def test_a_course_stands_without_names_of_competencies(any_ctx: Flask, tmp_path: Path) -> None:
    train(tmp_path)
    (tmp_path / "_competencies.yml").unlink()
    publish(tmp_path)
    assert (courses(find("comptoir")), courses(find("conflit"))) == (["apaiser"], [])
