"""The skeleton, the error page and the gallery, as a browser gets them."""

from __future__ import annotations

import re

import pytest
from flask import Flask

from tests.decent import faults

LANGS = ("fr", "es", "ca", "en")


@pytest.mark.parametrize("lang", LANGS)
def test_gallery_is_a_decent_page_in_every_language(bare: Flask, lang: str) -> None:
    answer = bare.test_client().get(f"/gallery?lang={lang}")
    assert answer.status_code == 200
    assert faults(answer.text, answer.headers) == []
    assert f'<html lang="{lang}">' in answer.text


def test_gallery_speaks_the_language_of_the_page(bare: Flask) -> None:
    french = bare.test_client().get("/gallery?lang=fr").text
    assert "Reprendre à l’étape 3" in french
    assert ">1,9</text>" in french
    assert "62 réponses sur 100" in french
    assert ">1.9</text>" in bare.test_client().get("/gallery?lang=en").text


def test_gallery_is_marked_public(bare: Flask) -> None:
    assert bare.view_functions["ui.gallery"].needs == "public"  # type: ignore[attr-defined]


def test_skeleton_of_a_visitor(bare: Flask) -> None:
    html = bare.test_client().get("/gallery?lang=fr&who=In%C3%A8s+%3Cb%3E").text
    first = re.search(r"<body>.*?<a [^>]*>", html, re.S)
    assert first
    assert 'class="skip" href="#content"' in first[0]
    assert '<main id="content" tabindex="-1">' in html
    assert "Inès &lt;b&gt;" in html
    assert 'href="/account"' in html
    assert 'href="/sign_in"' not in html
    assert html.count('aria-current="page"') >= 1
    assert '<nav class="bar"' in html
    for code, name in (("fr", "Français"), ("es", "Español"), ("ca", "Català"), ("en", "English")):
        assert f'lang="{code}" hreflang="{code}"' in html
        assert name in html
    for place in ("/help", "/privacy", "/accessibility", "/source"):
        assert f'href="{place}"' in html


def test_skeleton_of_nobody_has_no_navigation_but_a_way_in(bare: Flask) -> None:
    html = bare.test_client().get("/gallery?lang=fr&who=").text
    assert 'class="bar"' not in html
    assert 'href="/sign_in"' in html
    assert "Entrer" in html


@pytest.mark.parametrize(
    ("theme", "marked"), [("dark", ' data-theme="dark"'), ("light", ' data-theme="light"'), ("auto", "")]
)
def test_theme_is_written_by_the_server(bare: Flask, theme: str, marked: str) -> None:
    html = bare.test_client().get(f"/gallery?lang=en&theme={theme}").text
    assert f'<html lang="en"{marked}>' in html
    assert re.search(rf'href="\?theme={theme}" rel="nofollow" aria-current="true"', html)


def test_error_page_says_what_happened_what_to_do_and_a_number(bare: Flask) -> None:
    answer = bare.test_client().get("/told?lang=en&who=")
    assert faults(answer.text, answer.headers) == []
    assert "<h1>It broke</h1>" in answer.text
    assert "Try again." in answer.text
    assert "a1b2c3d4" in answer.text


def test_flashed_words_stand_in_a_live_region_and_are_escaped(bare: Flask) -> None:
    client = bare.test_client()
    client.set_cookie("lang", "en")
    html = client.get("/told").text
    region = html[html.index('<div role="status">') : html.index("<main")]
    assert "Saved &lt;here&gt;" in region
    assert "notice yes" in region


def test_a_page_weighs_little(bare: Flask) -> None:
    """The frame alone, as it travels, with the band of mountains of an error page: what every page carries."""
    sent = bare.test_client().get("/told?lang=fr", headers={"Accept-Encoding": "br"})
    assert sent.headers["Content-Encoding"] == "br"
    assert len(sent.data) < 4_500
