"""Charts: values written, texts escaped, both variants, positions computed as documented."""

from __future__ import annotations

import re
from xml.etree import ElementTree

import pytest

from lms.ui.charts import GapRow, GapWords, RankRow, crowd, curve_chart, gap_chart, heat, height, lines, rank_chart

WORDS = GapWords("pas du tout", "assez", "beaucoup", "aisance", "importance", "écart", "acquis")
EVIL = "<script>alert('é')</script> & \"co\""


def french(value: float) -> str:
    return f"{value:.1f}".replace(".", ",")


def gap(*rows: GapRow) -> str:
    return str(gap_chart("g", rows, "Un titre", "Le tableau suit.", WORDS, french))


def parsed(svg: str) -> ElementTree.Element:
    return ElementTree.fromstring(f"<div>{svg}</div>")


def test_gap_chart_writes_its_values() -> None:
    svg = gap(GapRow("Gérer un conflit", 4.6, 2.7), GapRow("Tenir le planning", 3.9, 4.1))
    wide, phone = parsed(svg)
    for variant in (wide, phone):
        texts = ["".join(t.itertext()).strip() for t in variant.iter("text")]
        assert {"1,9", "acquis", "Gérer un conflit", "aisance", "importance", "écart"} <= set(texts)
    assert wide.get("class") == "chart only-wide"
    assert phone.get("class") == "chart only-phone"
    # x(v) = 290 + (v - 1) / 4 * 360
    assert [c.get("cx") for c in wide.iter("circle")] == ["614", "551"]
    assert svg.count('class="ease"') == 4


def test_a_line_only_where_there_is_room_between_the_shapes() -> None:
    assert 'class="link"' in gap(GapRow("a", 4, 2))
    assert 'class="link"' in gap(GapRow("a", 2, 4))
    assert 'class="link"' not in gap(GapRow("a", 3, 3.05))


def test_values_outside_the_scale_stay_inside_the_drawing() -> None:
    wide = parsed(gap(GapRow("a", 9, -3)))[0]
    assert next(wide.iter("circle")).get("cx") == "650"


def test_charts_escape_everything() -> None:
    words = GapWords(*[EVIL] * 7)
    both = str(gap_chart(EVIL, [GapRow(EVIL, 4, 2)], EVIL, EVIL, words, lambda v: EVIL))
    both += str(rank_chart(EVIL, [RankRow(EVIL, 1, 1, 2)], EVIL, EVIL, EVIL, EVIL))
    both += str(curve_chart(EVIL, [0.5], EVIL, EVIL, EVIL, lambda v: EVIL))
    assert "<script" not in both
    assert "'é'" not in both
    parsed(both)


def test_charts_are_named_and_described_with_ids_of_their_own() -> None:
    svg = gap(GapRow("a", 4, 2)) + str(rank_chart("r", [RankRow("a", 1, 1, 1)], "t", "d", "x", "y"))
    ids = re.findall(r' id="([^"]+)"', svg)
    assert len(ids) == len(set(ids)) == 8
    for drawing in parsed(svg):
        assert drawing.get("role") == "img"
        assert {drawing.get("aria-labelledby"), drawing.get("aria-describedby")} <= set(ids)


def test_rank_chart_draws_bands_only_where_a_rank_may_move() -> None:
    rows = [RankRow("a", 1, 1, 2), RankRow("b", 2, 1, 2), RankRow("c", 3, 3, 3)]
    svg = str(rank_chart("r", rows, "t", "d", "plus", "moins", cut=2))
    assert svg.count('class="band"') == 4
    assert svg.count('class="imp"') == 6
    assert svg.count('class="cut"') == 2
    wide = parsed(svg)[0]
    assert [c.get("cx") for c in wide.iter("circle")] == ["310", "525", "740"]


def test_one_row_and_more_ranks_than_rows() -> None:
    assert 'cx="310"' in str(rank_chart("r", [RankRow("a", 1, 1, 1)], "t", "d", "x", "y"))
    assert 'cx="310"' in str(rank_chart("r", [RankRow("a", 1, 1, 3)], "t", "d", "x", "y", ranks=24))


@pytest.mark.parametrize(
    "label", ["Court", "Une compétence dont le nom tient difficilement sur une seule ligne de ce dessin"]
)
def test_long_labels_wrap_and_the_drawing_grows(label: str) -> None:
    svg = gap(GapRow(label, 4, 2))
    assert "".join(next(parsed(svg)[0].iter("text")).itertext()) == "pas du tout"
    assert re.sub(r"\s+", " ", " ".join("".join(t.itertext()) for t in parsed(svg)[0].iter("text"))).count(label) == 1


def test_lines_never_cut_a_word_nor_lose_one() -> None:
    text = "Parler de l’espace à la commune avec anticonstitutionnellement"
    assert " ".join(lines(text, 100)) == text
    assert lines("", 100) == [""]


@pytest.mark.parametrize(
    ("value", "kind"),
    [(-1, "k1"), (0, "k1"), (0.49, "k1"), (0.5, "k2"), (1.0, "k3"), (1.5, "k4"), (2.0, "k5"), (4, "k5")],
)
def test_heat_classes(value: float, kind: str) -> None:
    assert heat(value) == kind


def test_heat_with_limits_of_its_own() -> None:
    assert [heat(v, (10, 20, 30, 40)) for v in (9, 10, 39, 40)] == ["k1", "k2", "k4", "k5"]


@pytest.mark.parametrize("share", [-5, 0, 1, 2, 49, 50, 62, 62.4, 99, 100, 130])
def test_crowd_has_a_hundred_dots(share: float) -> None:
    svg = crowd(share)
    dots = {"in": 0, "": 0}
    for kind, d in re.findall(r'<path(?: class="(in)")? d="([^"]*)"', svg):
        dots[kind] += sum((int(b) - int(a)) // 10 + 1 for a, b in re.findall(r"M(\d+) \d+H(\d+)", d))
    assert dots["in"] == round(min(max(share, 0), 100))
    assert sum(dots.values()) == 100


def test_cairns_have_a_stone_per_level() -> None:
    assert [height(level).count("<ellipse") for level in range(1, 6)] == [1, 2, 3, 4, 5]


def percent(value: float) -> str:
    return f"{value:.0%}"


def test_curve_chart_rises_and_writes_first_cut_and_last() -> None:
    svg = str(curve_chart("c", [0.4, 0.5, 0.5], "t", "d", "Kurse", percent, cut=2))
    wide, phone = parsed(svg)
    for drawing, path in (
        (wide, "M52 208V134H278V116H504V116H730"), (phone, "M52 188V122H145V106H237V106H330"),
    ):  # fmt: skip
        assert next(one.get("d") for one in drawing.iter("path") if one.get("class") == "rise") == path
        texts = [one.text for one in drawing.iter("text")]
        assert texts == ["0%", "50%", "100%", "1", "40%", "2", "50%", "3", "50%", "Kurse"]
        assert [one.get("class") for one in drawing.iter("path")].count("cut") == 1


@pytest.mark.parametrize(
    ("shares", "cut", "told"),
    [([0.3], 1, ["1"]), ([0.3], 0, ["1"]), ([0.1] * 40, 3, ["3", "40"]), ([0.1] * 40, 39, ["1", "39"]), ([], 0, [])],
)
def test_curve_chart_writes_no_two_numbers_over_each_other(shares: list[float], cut: int, told: list[str]) -> None:
    phone = parsed(str(curve_chart("c", shares, "t", "d", "x", percent, cut=cut)))[1]
    counts = [one.text for one in phone.iter("text") if one.get("text-anchor") == "middle" and one.get("class") == "ax"]
    assert counts == told
