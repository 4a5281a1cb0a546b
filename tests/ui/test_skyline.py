"""Drawings: the same seed gives the same drawing for ever, light in bytes, safe whatever the titles say."""

from __future__ import annotations

import hashlib
import re
from xml.etree import ElementTree

import pytest

from lms.ui import skyline
from lms.ui.skyline import orient, pano, ridges, trail, window

STEPS = [("Poser le cadre", "done"), ("Écouter avant de proposer", "now"), ("Nommer les besoins", "todo")]


def test_a_seed_keeps_its_skyline_for_life() -> None:
    """A change here changes the picture of every course that people know by sight."""
    drawn = ridges("mediation") + pano("mediation", 6, 2) + pano("mediation", 6, 0, "offer")
    assert hashlib.sha256(drawn.encode()).hexdigest()[:16] == "e1d4a70126377b49"
    assert skyline.skyline("mediation") == skyline.skyline("mediation")
    assert ridges("mediation") != ridges("mediations")


@pytest.mark.parametrize("seed", ["", "mediation", "a" * 300, "été ' \" <b>", "x-1", "x-2", "x-3", "x-4"])
def test_bands_are_small_and_sound(seed: str) -> None:
    svg = ridges(seed)
    assert len(svg.encode()) < 5_000
    assert ElementTree.fromstring(svg).get("aria-hidden") == "true"
    assert not re.search(r"\d\.\d", re.sub(r'(class|fill)="[^"]*"', "", svg)), "whole numbers only"
    if seed:
        assert seed not in svg


@pytest.mark.parametrize("points", skyline.skyline("mediation"))
def test_crests_run_from_edge_to_edge_inside_the_band(points: skyline.Points) -> None:
    xs = [x for x, _y in points]
    assert xs == sorted(xs)
    assert xs[0] == 0
    assert xs[-1] == 1440
    assert all(0 <= y <= 220 for _x, y in points)


def test_a_small_picture_is_a_window_into_the_band() -> None:
    far = skyline.skyline("mediation")[0]
    small = window(far, 470, 970, 500, 220)
    assert (small[0][0], small[-1][0]) == (0, 500)
    assert {(x - 470, y) for x, y in far if 470 < x < 970} <= set(small)


@pytest.mark.parametrize("size", ["row", "offer"])
@pytest.mark.parametrize(("steps", "done"), [(0, 0), (1, 0), (1, 1), (2, 1), (6, 9), (6, -1), (6, 6), (40, 3)])
def test_pictures_for_any_number_of_steps(steps: int, done: int, size: str) -> None:
    svg = pano("x", steps, done, size)
    ElementTree.fromstring(svg)
    assert svg.count("<ellipse") == max(1, steps)
    assert svg.count("st done") == min(max(done, 0), max(1, steps))
    assert len(svg) < (1_600 if steps < 10 else 6_000)


def test_the_rope_is_solid_behind_and_dotted_ahead() -> None:
    assert 'class="rope"' not in pano("x", 6, 0)
    assert 'class="rope ahead"' in pano("x", 6, 0)
    assert 'class="rope"' in pano("x", 6, 6)
    assert 'class="rope ahead"' not in pano("x", 6, 6)
    both = pano("x", 6, 3)
    assert 'class="rope"' in both
    assert 'class="rope ahead"' in both


@pytest.mark.parametrize("steps", [1, 2, 6, 24])
def test_trails_stay_inside_and_end_above_where_they_began(steps: int) -> None:
    for seed in ("a", "b", "c"):
        points = trail(seed, 720, 200, steps)
        assert len(points) == steps
        assert all(0 < x < 720 and 0 < y < 200 for x, y in points)
        if steps > 1:
            assert points[-1][1] < points[0][1]


def test_panorama_names_its_steps_and_escapes_them() -> None:
    svg = orient("mediation", [*STEPS, ("<script>&", "todo")])
    wide, phone = svg.split("</svg>")[:2]
    assert "Poser le cadre" in wide
    assert "&lt;script&gt;&amp;" in wide
    assert "<script" not in wide
    assert "<text" not in phone
    assert wide.count("st now") == phone.count("st now") == 1
    ElementTree.fromstring(f"<div>{svg}</div>")


def test_panorama_falls_back_to_numbers_where_names_do_not_fit() -> None:
    svg = orient("x", [("Une étape au nom franchement trop long pour tenir", "todo")] * 12)
    assert "franchement" not in svg
    assert ">12</text>" in svg
    assert orient("x", []) == ""
