"""The gallery in a real Chromium: no violation of axe in both themes, no sideways scroll, every keyboard stop seen."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from typing import TYPE_CHECKING

import pytest
from flask import Flask
from werkzeug.serving import make_server

from tests.browser import axe, watch

if TYPE_CHECKING:
    from playwright.sync_api import Page

# Is the focused element outlined (itself, its cover or its row), in sight, and clear of the bar at the bottom?
FOCUS = """() => {
  const e = document.activeElement
  if (!e || e === document.body) return null
  const seen = (x, part) => x && getComputedStyle(x, part).outlineStyle !== 'none'
  const box = e.getBoundingClientRect(), bar = document.querySelector('.bar'), edge = bar.getBoundingClientRect().top
  return {what: e.outerHTML.slice(0, 100), ring: !!(seen(e) || seen(e, '::after') || seen(e.closest('.choice'))),
          seen: box.width > 0 && box.bottom > 0 && box.top < (bar.contains(e) ? innerHeight : edge)}
}"""


@pytest.fixture(scope="module")
def site(bare: Flask) -> Iterator[str]:
    """The address of the bare application."""
    server = make_server("127.0.0.1", 0, bare, threaded=True)
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    yield f"http://127.0.0.1:{server.port}"
    server.shutdown()
    thread.join()


@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("theme", ["light", "dark"])
def test_gallery_stands_an_automatic_checker(page: Page, site: str, theme: str, width: int) -> None:
    page.set_viewport_size({"width": width, "height": 844})
    seen = watch(page, site)
    page.goto(f"{site}/gallery?lang=fr&theme={theme}")
    axe(page)
    seen.check()


@pytest.mark.parametrize("lang", ["fr", "es", "ca", "en"])
def test_nothing_scrolls_sideways(page: Page, site: str, lang: str) -> None:
    for width, text in ((320, 100), (390, 200), (1280, 200), (640, 100), (960, 100)):
        page.set_viewport_size({"width": width, "height": 844})
        for place in ("gallery", "told"):
            page.goto(f"{site}/{place}?lang={lang}")
            page.evaluate(f"document.documentElement.style.fontSize = '{text}%'")
            assert page.evaluate("document.documentElement.scrollWidth") <= width, (
                f"{place}, {width} px, text at {text} %"
            )


def test_every_keyboard_stop_is_seen(page: Page, site: str) -> None:
    page.set_viewport_size({"width": 390, "height": 844})
    page.goto(f"{site}/gallery?lang=fr")
    stops = []
    for _ in range(200):
        page.keyboard.press("Tab")
        stop = page.evaluate(FOCUS)
        if stop is None:
            break
        stops.append(stop)
    assert len(stops) > 50
    assert [stop for stop in stops if not (stop["ring"] and stop["seen"])] == []
    assert 'class="skip"' in stops[0]["what"]
