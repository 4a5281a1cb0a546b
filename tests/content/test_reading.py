"""The line reader, headers and words: small tables."""

from __future__ import annotations

from pathlib import Path

import pytest

from lms.content.headers import CourseShape, QuizShape, UnitShape, read_yaml, validate
from lms.content.links import destination, links_in
from lms.content.reading import Line, decode, proposed_id, read_page
from lms.content.texts import fold, is_slug, read_span, read_typed, slug
from lms.content.vocabulary import Competencies, VocabularyFaulty, read_competencies
from tests.content.building import COMPETENCIES


def test_sections_marks_and_lines() -> None:
    page = read_page(
        "---\nid: a\n---\nintro\n\n# Un #\n<!-- q-un order points=2 -->\ntexte\n\n```\n## non\n```\n## Deux\n"
    )
    assert page.front == "id: a"
    assert [(s.level, s.title, s.line) for s in page.sections] == [(0, "", 4), (1, "Un", 6), (2, "Deux", 13)]
    mark = page.sections[1].mark
    assert mark is not None
    assert (mark.id, dict(mark.words), mark.line) == ("q-un", {"order": "", "points": "2"}, 7)
    assert "## non" in page.sections[1].text


def test_windows_line_ends_and_a_byte_order_mark_change_nothing() -> None:
    text, faults = decode("\ufeff---\r\nid: a\r\n---\r\n# Un\r\n".encode())
    assert faults == []
    assert text == "---\nid: a\n---\n# Un\n"


def test_a_heading_in_a_fence_that_is_never_closed_is_code() -> None:
    page = read_page("```\n# non\n", header=False)
    assert [section.level for section in page.sections] == [0]


def test_anchors_belong_to_the_next_heading() -> None:
    page = read_page('<a id="debut"></a>\n\n## Un\n\n<a id="perdu"></a>\ntexte\n', header=False)
    assert page.sections[0].anchor == "debut"
    assert [fault.key for fault in page.faults] == ["W006"]


@pytest.mark.parametrize(
    ("text", "key"),
    [
        ("a: &x 1\nb: *x", "E009/alias"),
        ("a: &x 1", "E009/alias"),
        ("a: !!python/object/apply:os.system [ls]", "E003/tag"),
        ("a: !!binary aGVsbG8=", "E003/tag"),
        ("a: 1\na: 2", "E003/twice"),
        ("? [a]\n: 1", "E003/shape"),
        ("- a", "E003/shape"),
        ("a: b: c", "E003"),
        ("\ta: 1", "E003"),
        ("a: [1", "E003"),
        ("a: " + "[" * 60, "E009/depth"),
        ("{" * 15_000, "E009/depth"),
        ("a: " + "x" * 17_000, "E009/front"),
    ],
)
def test_yaml_that_is_refused(text: str, key: str) -> None:
    values, _, faults = read_yaml(text)
    assert values is None
    assert [fault.key for fault in faults] == [key]


def test_yaml_is_read_as_people_mean_it() -> None:
    values, lines, faults = read_yaml(
        "a: NO\nb: 1.10\nc: 2027-03-04T14:00\nd: 12\ne: true\nf: '12'\ng:\nh: 14:30\ni: .nan\nj: 007\n<<: {k: 1}\n", 5
    )
    assert faults == []
    assert values == {
        "a": "NO",
        "b": "1.10",
        "c": "2027-03-04T14:00",
        "d": 12,
        "e": True,
        "f": "12",
        "g": None,
        "h": "14:30",
        "i": ".nan",
        "j": "007",
        "<<": {"k": 1},
    }
    assert lines[("c",)] == 7


def test_shapes_say_one_thing_a_key() -> None:
    values, lines, _ = read_yaml("id: a\ntitle: x\nminutes: true\npas: 80\nshuffle: 1\nattempts: 0\n", 2)
    assert values is not None
    _, faults = validate(QuizShape, values, lines)
    told = sorted((fault.line, fault.key, dict(fault.fields)["key"]) for fault in faults)
    assert told == [(4, "E007", "minutes"), (5, "E004", "pas"), (6, "E007", "shuffle"), (7, "E007", "attempts")]
    assert dict(next(fault for fault in faults if fault.key == "E004").fields)["closest"] == "pass"


def test_defaults_and_numbers_as_titles() -> None:
    unit, faults = validate(UnitShape, {"id": "a", "title": 2027}, {})
    assert faults == []
    assert unit is not None
    assert unit.title == "2027"


def test_course_shapes() -> None:
    text = "dialect: 2\nid: a\nsource: de\nlanguages: [fr]\ntitle: {de: x}\ndomain: m\nunits: []\n"
    values, lines, _ = read_yaml(text + "competencies: {a: {grade: x}}\n")
    assert values is not None
    _, faults = validate(CourseShape, values, lines)
    told = sorted((fault.line, fault.key) for fault in faults)
    assert told == [(1, "E007"), (3, "E007/choice"), (5, "E007/choice"), (7, "E007"), (8, "E007/choice")]


@pytest.mark.parametrize(
    ("target", "kind", "path"),
    [
        ("media/a.svg", "file", "cours/units/un/media/a.svg"),
        ("../deux/lesson.fr.md#x", "file", "cours/units/deux/lesson.fr.md"),
        ("../../../_shared/media/a.svg", "file", "_shared/media/a.svg"),
        ("a%20b.pdf", "file", "cours/units/un/a b.pdf"),
        ("#x", "here", ""),
        ("https://example.org/%2e%2e", "web", "https://example.org/%2e%2e"),
        ("mailto:a@example.org", "web", "mailto:a@example.org"),
        ("/aide", "site", "/aide"),
        ("../../../../etc/passwd", "bad", ""),
        ("../../../autre/course.yml", "bad", ""),
        ("..%2f..%2f..%2f..%2fx", "bad", ""),
        ("%252e%252e/x", "bad", ""),
        ("..\\x", "bad", ""),
        ("/../x", "bad", ""),
        ("//example.org", "bad", ""),
        ("javascript:alert(1)", "bad", ""),
        ("java\tscript:alert(1)", "bad", ""),
        ("javascript&colon;alert(1)", "bad", ""),
        ("data:text/html,x", "bad", ""),
        ("file:///etc/passwd", "bad", ""),
        (".git/config", "bad", ""),
        ("a\x00b", "bad", ""),
        ("", "bad", ""),
    ],
)
def test_where_links_may_lead(target: str, kind: str, path: str) -> None:
    found = destination(target, "cours/units/un", "cours")
    assert (found.kind, found.path) == (kind, path)


def test_links_are_found_with_their_lines_and_not_in_code() -> None:
    lines = [
        Line(1, "[a\u00a0b](x.md) `[c](y)`"),
        Line(2, "```", code=True),
        Line(3, "[d](z)", code=True),
        Line(4, "[e"),
        Line(5, 'f](g "h") ![i](<j k>)'),
        Line(6, "[l]: https://example.org"),
    ]
    found = [(link.line, link.image, link.text, link.target, link.title) for link in links_in(lines)]
    assert sorted(found) == [
        (1, False, "a b", "x.md", ""),
        (4, False, "e f", "g", "h"),
        (5, True, "i", "j k", ""),
        (6, False, "l", "https://example.org", ""),
    ]


@pytest.mark.parametrize(
    ("text", "low", "high", "unit"),
    [
        ("12,5", 12.5, 12.5, ""),
        ("-3", -3, -3, ""),
        ("10 ± 5", 5, 15, ""),
        ("10±0.5", 9.5, 10.5, ""),
        ("5..15", 5, 15, ""),
        ("15 .. 5", 5, 15, ""),
        ("-5..-1", -5, -1, ""),
        ("40 %", 40, 40, "%"),
        ("1 000 €", 1000, 1000, "€"),
        ("12\u202f500,5 ± 1 000", 11_500.5, 13_500.5, ""),
        ("10 ± 5 min", 5, 15, "min"),
    ],
)
def test_numbers_as_authors_write_them(text: str, low: float, high: float, unit: str) -> None:
    span = read_span(text)
    assert span is not None
    assert (span.low, span.high, span.unit) == (low, high, unit)


@pytest.mark.parametrize("text", ["", "x", "1 2 3", "12 kilometres", "1e5", "1,2,3", "±5", "..", "9" * 400])
def test_what_is_no_number(text: str) -> None:
    assert read_span(text) is None


@pytest.mark.parametrize(
    ("text", "expected"),
    [
        ("12,5", (12.5, "")),
        ("40%", (40, "%")),
        ("+3", (3, "")),
        ("1 000,5 €", (1000.5, "€")),
        ("58 minutos", (58, "minutos")),
        ("40 pour cent", (40, "pour cent")),
        ("25 mètres carrés", (25, "mètres carrés")),
        ("25 square metres", (25, "square metres")),
        ("12 ou treize", None),
        ("€ 40", (40, "€")),
        ("€40 euros", None),
        ("10 à 15", None),
        ("dix", None),
        ("1.2.3", None),
        ("", None),
    ],
)
def test_numbers_as_learners_type_them(text: str, expected: tuple[float, str] | None) -> None:
    assert read_typed(text) == expected


def test_words_folded_and_slugs() -> None:
    assert fold("  L’ÉTÉ \u00a0 Ñandú ") == "l'ete nandu"
    assert fold("Cœur d’équipe") == fold("coeur d'equipe") == "coeur d'equipe"
    assert slug("À retenir : l’été !") == "a-retenir-l-ete"
    assert [is_slug(text) for text in ("a-b", "A", "a--b", "-a", "..", "a/b", "a" * 65, "", "été")] == [True] + [
        False
    ] * 8
    assert proposed_id("q", "Que faire ?", {"q-que-faire"}) == "q-que-faire-2"
    assert proposed_id("q", "?", set()) == "q-1-1"


def test_the_vocabulary(tmp_path: Path) -> None:
    path = tmp_path / "_competencies.yml"
    path.write_text(COMPETENCIES)
    found = Competencies.from_file(path)
    assert "ecouter" in found
    assert found.by_id["ecouter"].name("es") == "escuchar"
    assert found.by_id["ecouter"].example("ca") == "Un banc."
    assert found.domain_name("mediation", "en") == "Mediation"
    assert found.anchor(1, "fr") == "un"


@pytest.mark.parametrize(
    ("old", "new", "code"),
    [
        ("domain: mediation", "domain: danse", "E007"),
        ("ca: escoltar, ", "", "E006"),
        ("example:", "exemple:", "E004"),
        ("id: ecouter", "id: Écouter", "E010"),
        ("competencies:", "competencies: [", "E003"),
    ],
)
def test_a_broken_vocabulary_is_told(tmp_path: Path, old: str, new: str, code: str) -> None:
    path = tmp_path / "_competencies.yml"
    path.write_text(COMPETENCIES.replace(old, new))
    with pytest.raises(VocabularyFaulty) as caught:
        Competencies.from_file(path)
    assert code in {one.code for one in caught.value.findings}


def test_a_competency_named_twice_is_told() -> None:
    twice = COMPETENCIES + COMPETENCIES[COMPETENCIES.index("  - id") :]
    found, faults = read_competencies(twice.encode())
    assert found is None
    assert [fault.key for fault in faults] == ["E102"]
