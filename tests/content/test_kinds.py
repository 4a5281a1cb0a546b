"""Marking, one table a kind; what a browser may see; reading answers from forms and JSON."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from lms.content.kinds import (
    MISSING,
    Cloze,
    Given,
    Match,
    Multiple,
    Numeric,
    Open,
    Order,
    Question,
    Short,
    Single,
    WrongShape,
    build,
)
from lms.content.questions import KINDS, sketch
from lms.content.reading import read_page
from lms.content.rendering import Renderer
from lms.content.texts import plain
from tests.content.building import QUIZ


def question(body: str, words: str = "", lang: str = "fr") -> Question:
    """A question read and rendered from the lines under its heading."""
    page = read_page(f"## Titre ?\n<!-- q-un {words} -->\n\n{body}\n", header=False)
    made, faults = sketch(page.sections[0])
    assert [fault for fault in faults if fault.blocks] == []
    return build(made, Renderer(lang, page.definitions))


SINGLE = "- [ ] a\n  > fa\n- [x] b\n  > fb\n- [ ] c\n  > fc"
MULTIPLE = "- [x] a\n  > fa\n- [x] b\n- [ ] c\n  > fc\n- [ ] d"
NUMBER = "- [=] 12,5\n- [=] 40..50\n  > dedans\n- [~] 30\n  > presque\n- [ ] *\n  > non"
UNIT = "- [=] 40 %\n- [~] 60 %\n  > l’autre part"
WORDS = "- [=] besoin\n  > oui\n- [=] un besoin\n- [~] Envie\n  > presque\n- [ ] *\n  > non"
ORDER = "1. un\n2. deux\n3. trois\n4. quatre"
MATCH = "| a | b |\n| --- | --- |\n| un | 1 |\n| deux | 2 |\n| trois | 3 |\n|  | 4 |"
CLOZE = "Le [=cadre|Règlement] et la [=solution|!règle|!clé]."

# (body, words after the id, answer, fraction, feedback in words)
MARKS: list[tuple[str, str, Given, float | None, list[str]]] = [
    (SINGLE, "", [2], 1, ["fb"]),
    (SINGLE, "", [1], 0, ["fa"]),
    (SINGLE, "", None, 0, []),
    (SINGLE, "", MISSING, 0, []),
    ("- [x] Vrai\n  > oui\n- [ ] Faux\n  > non", "", [1], 1, ["oui"]),
    ("- [x] Vrai\n  > oui\n- [ ] Faux\n  > non", "", [2], 0, ["non"]),
    (MULTIPLE, "", [1, 2], 1, ["fa"]),
    (MULTIPLE, "", [1], 0.5, ["fa"]),
    (MULTIPLE, "", [1, 3], 0, ["fa", "fc"]),
    (MULTIPLE, "", [1, 2, 3], 0.5, ["fa", "fc"]),
    (MULTIPLE, "", [1, 2, 3, 4], 0, ["fa", "fc"]),
    (MULTIPLE, "", [3, 4], 0, ["fc"]),
    (MULTIPLE, "", [], 0, []),
    (MULTIPLE, "", None, 0, []),
    (SINGLE, "multiple", [2], 1, ["fb"]),
    (SINGLE, "multiple", [1, 2], 0, ["fa", "fb"]),
    (NUMBER, "", "12,5", 1, []),
    (NUMBER, "", "12.5", 1, []),
    (NUMBER, "", " 12.50 ", 1, []),
    (NUMBER, "", "12.6", 0, ["non"]),
    (NUMBER, "", "40", 1, ["dedans"]),
    (NUMBER, "", "50", 1, ["dedans"]),
    (NUMBER, "", "50,01", 0, ["non"]),
    (NUMBER, "", "30", 0, ["presque"]),
    (NUMBER, "", "trente", 0, ["non"]),
    (NUMBER, "", "45 kg", 0, ["non"]),
    (NUMBER, "", "", 0, []),
    (NUMBER, "", None, 0, []),
    ("- [=] 10 ± 5", "", "5", 1, []),
    ("- [=] 10 ± 5", "", "15", 1, []),
    ("- [=] 10 ± 5", "", "4,9", 0, []),
    ("- [=] 0,3", "", "0.30000000001", 1, []),
    ("- [=] 0,3", "", "0.3001", 0, []),
    ("- [=] -3", "", "−3", 1, []),
    ("- [=] 12500", "", "12 500", 1, []),
    ("- [=] 5 .. 15", "", "7", 1, []),
    (UNIT, "", "40", 1, []),
    (UNIT, "", "40 %", 1, []),
    (UNIT, "", "40%", 1, []),
    (UNIT, "", "40 km", 0, []),
    (UNIT, "", "60", 0, ["l’autre part"]),
    (WORDS, "", "besoin", 1, ["oui"]),
    (WORDS, "", "  BESÒIN ", 1, ["oui"]),
    (WORDS, "", "Un  besoin", 1, []),
    (WORDS, "", "envie", 0, ["presque"]),
    (WORDS, "", "autre", 0, ["non"]),
    (WORDS, "", None, 0, []),
    ("- [=] l’été", "", "L'ETE", 1, []),
    ("- [=] 12", "text", "12", 1, []),
    ("- [=] 12", "text", "12,0", 0, []),
    (ORDER, "order", [1, 2, 3, 4], 1, []),
    (ORDER, "order", [4, 3, 2, 1], 0, []),
    (ORDER, "order", [2, 3, 4, 1], 2 / 3, []),
    (ORDER, "order", [3, 4, 1, 2], 2 / 3, []),
    (ORDER, "order", [2, 1, 3, 4], 1 / 3, []),
    (ORDER, "order", None, 0, []),
    (MATCH, "match", [["un", "1"], ["deux", "2"], ["trois", "3"]], 1, []),
    (MATCH, "match", [["un", "1"], ["deux", "3"], ["trois", "4"]], 1 / 3, []),
    (MATCH, "match", [["trois", "3"]], 1 / 3, []),
    (MATCH, "match", [], 0, []),
    (MATCH, "match", None, 0, []),
    (CLOZE, "cloze", ["cadre", "solution"], 1, []),
    (CLOZE, "cloze", ["reglement", "règle"], 0.5, []),
    (CLOZE, "cloze", ["", "clé"], 0, []),
    (CLOZE, "cloze", None, 0, []),
    ("", "", "mes mots", None, []),
    ("", "open", None, None, []),
]


@pytest.mark.parametrize(("body", "words", "answer", "fraction", "feedback"), MARKS)
def test_marking(body: str, words: str, answer: Given, fraction: float | None, feedback: list[str]) -> None:
    one = question(body, words)
    mark = one.mark(answer if answer is MISSING else one.accept(answer))
    assert mark.fraction == (None if fraction is None else pytest.approx(fraction))
    assert [plain(text) for text in mark.feedback] == feedback
    assert isinstance(one.describe(answer), str)


@pytest.mark.parametrize(
    ("body", "words", "made"),
    [
        (SINGLE, "", Single),
        (MULTIPLE, "", Multiple),
        (SINGLE, "multiple", Multiple),
        (NUMBER, "", Numeric),
        (WORDS, "", Short),
        ("- [=] 12", "text", Short),
        (ORDER, "order", Order),
        (MATCH, "match", Match),
        (CLOZE, "cloze", Cloze),
        ("", "", Open),
    ],
)
def test_the_kind_comes_from_the_shape(body: str, words: str, made: type) -> None:
    one = question(body, words)
    assert type(one) is made
    assert one.kind in KINDS


def test_options_and_callouts() -> None:
    one = question(
        f"{SINGLE}\n\n> [!TIP]\n> premier\n\n> [!TIP]\n> second\n\n> [!NOTE]\n> parce que\n\n> [!IMPORTANT]\n> modèle",
        "points=2 shuffle=no review=no",
    )
    assert (one.points, one.shuffle, one.review) == (2, False, False)
    assert [plain(hint) for hint in one.hints] == ["premier", "second"]
    assert plain(one.explanation) == "parce que"
    assert plain(one.model_answer) == "modèle"
    assert one.prompt == ""


def test_text_before_the_answers_is_the_prompt_with_its_lists_and_tables() -> None:
    one = question(f"Avant.\n\n1. un\n2. deux\n\n| a | b |\n| - | - |\n| c | d |\n\n{SINGLE}")
    assert one.kind == "single"
    assert "<ol>" in one.prompt
    assert "<table" in one.prompt


# ---- what a browser may see

LEAKS: list[tuple[str, str, str, str]] = [
    ("single", "", SINGLE, "- [x] a\n  > fa\n- [ ] b\n  > fb\n- [ ] c\n  > fc"),
    ("multiple", "", MULTIPLE, "- [ ] a\n  > fa\n- [x] b\n- [ ] c\n  > fc\n- [x] d"),
    ("numeric", "", NUMBER, "- [=] 99\n- [ ] *\n  > non"),
    ("short", "", WORDS, "- [=] autre chose\n  > bien"),
    ("order", "order", ORDER, "1. quatre\n2. un\n3. trois\n4. deux"),
    ("match", "match", MATCH, MATCH.replace("| un | 1", "| un | 4").replace("|  | 4", "|  | 1")),
    ("cloze", "cloze", CLOZE, "Le [=autre] et la [=clé|!solution|!règle]."),
    ("open", "", "> [!IMPORTANT]\n> modèle", "> [!IMPORTANT]\n> autre modèle"),
]


@pytest.mark.parametrize(("kind", "words", "one", "other"), LEAKS, ids=[row[0] for row in LEAKS])
@pytest.mark.parametrize("shuffle", [True, False])
def test_two_questions_that_differ_in_the_right_answer_look_the_same(
    kind: str, words: str, one: str, other: str, shuffle: bool
) -> None:
    first, second = question(one, words), question(other, words)
    assert first.kind == second.kind == kind
    assert first != second
    for seed in ("a", "b"):
        assert json.dumps(first.public(seed, shuffle)) == json.dumps(second.public(seed, shuffle))


def test_feedback_hints_and_explanation_are_not_shown_before_an_answer() -> None:
    one = question(f"{NUMBER}\n\n> [!TIP]\n> secret\n\n> [!NOTE]\n> secret\n\n> [!IMPORTANT]\n> secret")
    shown = json.dumps(one.public("a"), ensure_ascii=False)
    for secret in ("secret", "presque", "non", "12", "40"):
        assert secret not in shown
    assert one.public("a")["hints"] == 1


def test_shuffling_depends_on_the_seed_alone_and_can_be_forbidden() -> None:
    one = question(MULTIPLE)
    orders = {json.dumps(one.public(str(seed), shuffle=True)["choices"]) for seed in range(20)}
    assert len(orders) > 1
    assert one.public("x", shuffle=True) == one.public("x", shuffle=True)
    fixed = question(MULTIPLE, "shuffle=no")
    assert [choice["value"] for choice in fixed.public("x", shuffle=True)["choices"]] == ["1", "2", "3", "4"]


# ---- forms


def by_html(items: list[dict[str, Any]]) -> dict[str, dict[str, Any]]:
    return {item["html"]: item for item in items}


def test_forms_of_choices() -> None:
    assert question(SINGLE).read({"q-un": ["2"]}) == [2]
    assert question(MULTIPLE).read({"q-un": ["4", "1"]}) == [1, 4]
    assert question(SINGLE).read({}) is MISSING
    assert question(SINGLE).read({"q-un": ["?"]}) is None
    assert question(NUMBER).read({"q-un": ["12"], "q-un.unknown": ["1"]}) is None


def test_forms_of_text() -> None:
    assert question(NUMBER).read({"q-un": [" 12,5 "]}) == "12,5"
    assert question(NUMBER).read({"q-un": ["  "]}) is MISSING
    assert question("").read({"q-un": ["mes mots"]}) == "mes mots"


def test_forms_of_order() -> None:
    one = question(ORDER, "order")
    items = by_html(one.public("s")["items"])
    right = ["un", "deux", "trois", "quatre"]
    assert one.read({"q-un": [items[text]["value"] for text in right]}) == [1, 2, 3, 4]
    places = {items[text]["name"]: [str(place)] for place, text in enumerate(right, 1)}
    assert one.read(places) == [1, 2, 3, 4]
    assert one.read({name: [""] for name in places}) is MISSING
    with pytest.raises(WrongShape):
        one.read({name: ["1"] for name in places})


def test_forms_of_matching() -> None:
    one = question(MATCH, "match")
    shown = one.public("s")
    rights = by_html(shown["rights"])
    assert len(rights) == 4
    lefts = by_html(shown["lefts"])
    form = {lefts["un"]["name"]: [rights["1"]["value"]], lefts["deux"]["name"]: [rights["4"]["value"]]}
    assert one.read(form) == [["un", "1"], ["deux", "4"]]
    assert one.read({}) is MISSING


def test_forms_of_cloze() -> None:
    one = question(CLOZE, "cloze")
    shown = one.public("s")
    assert len(shown["pieces"]) == 3
    assert shown["gaps"][0]["options"] == []
    assert sorted(shown["gaps"][1]["options"]) == ["clé", "règle", "solution"]
    assert one.read({"q-un.1": ["cadre"], "q-un.2": ["clé"]}) == ["cadre", "clé"]
    assert one.read({"q-un.1": [""]}) is MISSING


@pytest.mark.parametrize(
    ("body", "words", "form"),
    [
        (SINGLE, "", {"q-un": ["4"]}),
        (SINGLE, "", {"q-un": ["0"]}),
        (SINGLE, "", {"q-un": ["-1"]}),
        (SINGLE, "", {"q-un": ["1", "2"]}),
        (SINGLE, "", {"q-un": ["²"]}),
        (MULTIPLE, "", {"q-un": ["1", "1"]}),
        (NUMBER, "", {"q-un": ["1" * 501]}),
        (ORDER, "order", {"q-un": ["1", "2", "3"]}),
        (ORDER, "order", {"q-un": ["1", "2", "3", "9"]}),
        (MATCH, "match", {"q-un.1": ["9"]}),
        (MATCH, "match", {"q-un.1": ["x"]}),
        (CLOZE, "cloze", {"q-un.1": ["x" * 501]}),
        ("", "", {"q-un": ["x" * 20_001]}),
    ],
)
def test_forged_forms_are_refused(body: str, words: str, form: dict[str, list[str]]) -> None:
    with pytest.raises(WrongShape):
        question(body, words).read(form)


@pytest.mark.parametrize(
    ("body", "words", "value"),
    [
        (SINGLE, "", "2"),
        (SINGLE, "", [1, 2]),
        (SINGLE, "", [True]),
        (MULTIPLE, "", [1.0]),
        (MULTIPLE, "", [5]),
        (NUMBER, "", 12),
        (ORDER, "order", [1, 2, 3]),
        (ORDER, "order", [1, 2, 3, 3]),
        (MATCH, "match", [["un"]]),
        (MATCH, "match", [["un", "1"], ["un", "2"]]),
        (MATCH, "match", [["zéro", "1"]]),
        (CLOZE, "cloze", ["cadre"]),
        (CLOZE, "cloze", "cadre"),
        ("", "", ["x"]),
    ],
)
def test_wrong_shapes_of_answers_are_refused(body: str, words: str, value: object) -> None:
    with pytest.raises(WrongShape):
        question(body, words).accept(value)


def test_texts_of_pairs_are_compared_as_written_with_ordinary_spaces() -> None:
    one = question("| a | b |\n| - | - |\n| « Oui » ! | un **besoin** ? |", "match")
    assert one.mark(one.accept([["« Oui » !", "un besoin ?"]])).fraction == 1


@pytest.mark.parametrize(
    ("rows", "pairs"),
    [
        (["un | A", "deux | a"], [["un", "A"], ["deux", "a"]]),
        (["un | ou", "deux | où"], [["un", "ou"], ["deux", "où"]]),
        (["un | a b", "deux | ab"], [["un", "a b"], ["deux", "ab"]]),
        (["un deux | a", "undeux | b"], [["un deux", "a"], ["undeux", "b"]]),
        (["`x` | `*`", "`y` | `_`"], [["x", "*"], ["y", "_"]]),
        (["un | x", "deux | x", "trois | y"], [["un", "x"], ["deux", "x"], ["trois", "y"]]),
        (["![Un chat](a.svg) | x", "![Un chien](b.svg) | y"], [["Un chat", "x"], ["Un chien", "y"]]),
        (["un | ![Un chat](a.svg)", "deux | ![Un chien](b.svg)"], [["un", "Un chat"], ["deux", "un chien"]]),
    ],
)
def test_sides_that_differ_in_little_are_told_apart(rows: list[str], pairs: list[list[str]]) -> None:
    one = question("\n".join(["| a | b |", "| - | - |", *(f"| {row} |" for row in rows)]), "match")
    assert one.mark(one.accept(pairs)).fraction == 1
    crossed = [[left, pairs[number - 1][1]] for number, (left, _) in enumerate(pairs)]
    assert one.mark(one.accept(crossed)).fraction == sum(a == b for a, b in zip(crossed, pairs, strict=True)) / len(
        rows
    )


@pytest.mark.parametrize(
    ("left", "right"),
    [
        ("![Un chat](a.svg) | x", "![Un chien](b.svg) | y"), ("un | ![Un chat](a.svg)", "deux | ![Un chien](b.svg)"),
        ("$x^2$ | x", "$x_2$ | y"), ("un | $x^2$", "deux | $x_2$"), ("un | ![](a.svg)", "deux | ![](b.svg)"),
    ],
)  # fmt: skip
def test_pictures_and_formulas_are_sides_of_pairs_too(left: str, right: str) -> None:
    one = question(f"| a | b |\n| - | - |\n| {left} |\n| {right} |", "match")
    assert one.mark(MISSING).fraction == one.mark(None).fraction == one.mark([]).fraction == 0
    assert isinstance(one, Match)
    there = {choice["html"]: choice["value"] for choice in one.public("s")["rights"]}
    values = [there[side] for _, side in one.pairs]
    assert all("<" not in choice["words"] for choice in one.public("s")["rights"])
    for chosen, fraction in ((values, 1), (values[::-1], 0), ([values[0], values[0]], 0.5)):
        answer = one.read({"q-un.1": [chosen[0]], "q-un.2": [chosen[1]]})
        mark = one.mark(answer)
        assert mark.fraction == fraction
        assert [part.given for part in mark.parts] == [one.pairs[values.index(value)][1] for value in chosen]
        assert "<" not in one.describe(answer)


def test_feedback_behind_a_tab_is_feedback() -> None:
    one = question("- [ ] a\n\t> fa\n- [x] b\n\t> fb\n\t> encore")
    assert (one.prompt, [plain(text) for text in one.mark([2]).feedback]) == ("", ["fb encore"])


# ---- what is shown after an answer


def test_what_a_learner_typed_stays_inert() -> None:
    evil = '<img src=x onerror="alert(1)">'
    answers: list[tuple[str, str, Given]] = [(WORDS, "", evil), (NUMBER, "", evil), (CLOZE, "cloze", [evil, evil])]
    for body, words, answer in answers:
        for part in question(body, words).mark(answer).parts:
            assert "<img" not in part.given
            assert "<img" not in part.label + part.expected


def test_the_parts_tell_what_was_picked_and_what_is_right() -> None:
    parts = question(SINGLE).mark([1]).parts
    assert [(part.picked, part.good) for part in parts] == [(True, False), (False, True), (False, False)]
    parts = question(ORDER, "order").mark([1, 3, 2, 4]).parts
    assert [(part.given, part.expected, part.good) for part in parts][1] == ("trois", "deux", False)
    parts = question(CLOZE, "cloze").mark(["cadre", "clé"]).parts
    assert [(part.given, part.expected, part.good) for part in parts] == [
        ("cadre", "cadre", True),
        ("clé", "solution", False),
    ]


def test_solutions_in_words() -> None:
    assert question(MULTIPLE).solution() == ("a", "b")
    assert question(ORDER, "order").solution() == ("un", "deux", "trois", "quatre")
    assert question(MATCH, "match").solution()[0] == "un → 1"
    assert question(NUMBER).solution() == ("12,5", "40..50")


@settings(max_examples=40, deadline=None)
@given(st.lists(st.integers(1, 4), unique=True), st.text(max_size=20))
def test_marks_stay_between_0_and_1_and_nothing_typed_breaks_them(positions: list[int], typed: str) -> None:
    cases: list[tuple[Question, Callable[[], object]]] = [
        (question(MULTIPLE), lambda: positions),
        (question(NUMBER), lambda: typed),
        (question(WORDS), lambda: typed),
        (question(CLOZE, "cloze"), lambda: [typed, typed]),
    ]
    for one, answer in cases:
        fraction = one.mark(one.accept(answer())).fraction
        assert fraction is not None
        assert 0 <= fraction <= 1


def test_the_quiz_of_the_fixture_has_every_kind_but_single() -> None:
    page = read_page(QUIZ)
    kinds = [sketch(section)[0].kind for section in page.sections if section.mark]
    assert kinds == ["numeric", "order", "match", "cloze", "multiple", "short", "open"]


# ---- half an answer in another language ---------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("words", "mine", "theirs", "typed", "carried"),
    [
        ("", SINGLE, SINGLE, {"q-un": ["2"]}, {"q-un": ["2"]}),
        ("", SINGLE, SINGLE, {"q-un": ["?"]}, {"q-un": ["?"]}),
        ("multiple", MULTIPLE, "- [x] a\n- [x] b\n- [ ] c", {"q-un": ["1", "4"]}, {"q-un": ["1"]}),
        # un, deux, trois, quatre: sorted deux 1, quatre 2, trois 3, un 4; one, two, three, four: four, one, three, two
        (
            "order", ORDER, "1. one\n2. two\n3. three\n4. four", {"q-un.1": ["3"], "q-un.4": ["1"], "hints": ["1"]},
            {"q-un.4": ["3"], "q-un.2": ["1"], "hints": ["1"]},
        ),
        ("order", ORDER, "1. one\n2. two\n3. three", {"q-un.1": ["3"]}, {}),
        (
            "match", "| a | b |\n| --- | --- |\n| un | bas |\n| deux | haut |\n|  | loin |",
            "| a | b |\n| --- | --- |\n| one | low |\n| two | high |\n|  | far |",
            {"q-un.1": ["3"], "q-un.2": ["1"], "q-un.sure": ["yes"]},
            {"q-un.1": ["1"], "q-un.2": ["3"], "q-un.sure": ["yes"]},
        ),
        (
            "cloze", CLOZE, "The [=frame|rules] and the [=solution|!rule|!key].",
            {"q-un.1": ["cadr"], "q-un.2": ["clé"]}, {"q-un.1": ["cadr"], "q-un.2": ["key"]},
        ),
        ("cloze", CLOZE, "The [=frame] and the [=solution|!rule].", {"q-un.2": ["clé"]}, {"q-un.2": []}),
        ("", NUMBER, NUMBER, {"q-un": ["12"]}, {"q-un": ["12"]}),
        ("", NUMBER, SINGLE, {"q-un": ["12"]}, {}),
    ],
)  # fmt: skip
def test_half_an_answer_is_carried_into_another_language(
    words: str, mine: str, theirs: str, typed: dict[str, list[str]], carried: dict[str, list[str]]
) -> None:
    other = question(theirs, words, lang="en")
    assert question(mine, words).carried(typed, other) == carried


@pytest.mark.parametrize(
    ("typed", "reads"),
    [("12,5", "12,5"), ("12,5 minutos", "12,5 minutos"), ("dix", None), ("10 à 15", None), ("99 x", "99 x")],
)
def test_words_are_no_number_and_are_asked_again(typed: str, reads: str | None) -> None:
    made = question(NUMBER)
    if reads is None:
        with pytest.raises(WrongShape, match="number"):
            made.read({"q-un": [typed]})
    else:
        assert made.read({"q-un": [typed]}) == reads
    assert made.accept(typed) == typed, "the door takes any text"
    assert made.mark("dix").fraction == 0


def test_a_near_miss_in_words_is_an_answer() -> None:
    made = question("- [=] 10\n- [~] plusieurs\n  > Combien ?")
    assert made.read({"q-un": ["Plusieurs"]}) == "Plusieurs"


@pytest.mark.parametrize(
    ("typed", "fraction"), [("40 pour cent", 1), ("40 %", 1), ("40 percent", 1), ("40 €", 0), ("40 points", 0)]
)
def test_a_unit_in_other_words(typed: str, fraction: float) -> None:
    assert question(UNIT).mark(typed).fraction == fraction
