"""Rules of search: folding, the words of a question, marking, snippets, in linear time."""

from __future__ import annotations

import time
from pathlib import Path

import pytest

from lms.catalogue.search import rules
from lms.catalogue.search.rules import Piece, Wanted, entries_of, fold, folded, marked, question, snippet, wanted
from lms.content.loading import load_course
from lms.foundation.i18n import LANGUAGES
from lms.learning.rules import listed
from tests.catalogue.courses import write_course, write_lesson


@pytest.mark.parametrize(
    ("word", "kept"),
    [
        ("Écoute", "ecoute"), ("ÇA", "ca"), ("œuvre", "oeuvre"), ("niño", "nino"), ("tranquil·la", "tranquilla"),
        ("STRAẞE", "strasse"), ("e\u0301te", "ete"), ("8h50", "8h50"),
    ],
)  # fmt: skip
def test_words_are_folded(word: str, kept: str) -> None:
    assert fold(word) == kept


def test_a_text_is_its_words() -> None:
    assert folded("L’« œuvre » d’un_mardi, 9 h 20 : tranquil·la !") == "l oeuvre d un mardi 9 h 20 tranquilla"
    assert max(map(len, folded("a" * 5_000).split())) == rules.WORD


@pytest.mark.parametrize(
    ("asked", "stems"),
    [
        ("plaintes", ["plaint"]), ("négocier", ["negoci"]), ("la salle calme", ["sall", "calm"]), ("clés", ["cle"]),
        ("clé", ["cle"]), ("prix", ["prix"]), ("de la", ["de", "la"]), ("x", []), ("", []), ("! ? *", []),
        ("casque Casques CASQUE", ["casqu"]), ("ab bc cd dx fg gh hj jk kl", ["ab", "bc", "cd", "dx", "fg", "gh", "hj", "jk"]),
    ],
)  # fmt: skip
def test_the_words_of_a_question(asked: str, stems: list[str]) -> None:
    assert [one.stem for _typed, one in wanted(asked)] == stems


@pytest.mark.parametrize(
    ("asked", "text", "fits"),
    [
        ("plaintes", "plainte", True), ("plainte", "plaintif", True), ("clé", "clés", True), ("clés", "clé", True),
        ("clé", "clément", False), ("mot", "moteur", False), ("mots", "mot", True), ("règle", "règlement", True),
        ("conflictos", "conflicto", True), ("casque", "masque", False), ("chevaux", "cheval", True), ("luz", "luces", True),
        ("reunions", "reunió", True), ("queries", "query", True), ("médiateurs", "médiation", True),
        ("café", "caves", False), ("médiateurs", "média", False), ("mal", "maux", True), ("eau", "al", False),
    ],
)  # fmt: skip
def test_what_a_word_means(asked: str, text: str, fits: bool) -> None:
    assert wanted(asked)[0][1].fits(fold(text)) is fits


def test_what_was_typed_is_shown_on_one_line_and_not_too_long() -> None:
    assert question("  deux\x00\nmots\u202e ") == "deux mots"
    assert len(question("mot " * 10_000)) <= rules.QUESTION


def test_words_found_are_marked_and_nothing_is_lost() -> None:
    text = "Une plainte, <b>deux</b> plaintes & rien."
    pieces = marked(text, [Wanted("plaint", open=True)])
    assert "".join(piece.text for piece in pieces) == text
    assert [piece.text for piece in pieces if piece.found] == ["plainte", "plaintes"]


def test_a_snippet_is_where_most_words_are() -> None:
    text = "jardin " + "mot " * 200 + "puis jardin et tonnelle, " + "mot " * 200
    pieces = snippet(text, [one for _typed, one in wanted("jardin tonnelle")])
    assert [piece.text for piece in pieces if piece.found] == ["jardin", "tonnelle"]
    assert (pieces[0], pieces[-1]) == (Piece("… "), Piece(" …"))
    assert sum(len(piece.text) for piece in pieces) <= rules.SHOWN + 4


def test_a_snippet_without_the_words_is_the_beginning() -> None:
    assert snippet("Un deux trois.", [Wanted("quatr", open=True)]) == [Piece("Un deux trois.")]
    assert snippet("", [Wanted("quatr", open=True)]) == []


EVIL = {
    "one letter": "a", "words": "mot ", "found words": "casque ", "accents": "é\u0301\u0301", "dots": "a·", "marks": "<mark>",
    "spaces": " ", "no spaces": "casque", "signs": "*\"'", "brackets": "((((", "ideographs": "山",
}  # fmt: skip


@pytest.mark.parametrize("what", EVIL)
def test_D3_time_grows_with_the_text(what: str) -> None:
    def take(size: int) -> float:
        text = (EVIL[what] * size)[:size]
        spent = []
        for _again in range(3):
            began = time.process_time()
            looked_for = [one for _typed, one in wanted(question(text))] or [Wanted("casqu", open=True)]
            folded(text)
            snippet(text, looked_for)
            marked(text, looked_for)
            spent.append(time.process_time() - began)
        return min(spent)

    assert take(100_000) <= max(0.05, 2.5 * take(50_000))
    assert take(100_000) < 2


@pytest.mark.parametrize("fallback", ["ask", "source", "hide"])
def test_a_text_is_hidden_from_those_whose_list_of_steps_leaves_it_out(tmp_path: Path, fallback: str) -> None:
    """The shelf knows nothing of learning, and yet must say the same as `learning.rules.listed`."""
    course = write_course(
        tmp_path, languages=("fr", "en", "es"), more="certificate: {require: [trois/lesson], pass: 80}\n"
    )
    head = course / "course.yml"
    head.write_text(head.read_text().replace("fallback: source", f"fallback: {fallback}"))
    write_lesson(course, "un", title="One", lang="en")
    document = load_course(course)
    found = [one for one in entries_of(document) if one.unit]
    for lang in LANGUAGES:
        shown = {unit.id for unit in listed(document, lang)}
        assert {one.unit for one in found if f"{lang} " not in one.hidden_in} == shown, lang
