"""The judge of pages: a decent page passes, and each rule is shown to catch a page that breaks it."""

from __future__ import annotations

import pytest

from tests.decent import faults

POLICY = {"Content-Security-Policy": "default-src 'none'; style-src 'self'"}
PAGE = """<!doctype html>
<html lang="en">
<head><meta charset="utf-8"><title>Sign in – Cordada</title><link rel="stylesheet" href="/static/a.css"></head>
<body>
<a href="#content"><svg aria-hidden="true" viewBox="0 0 9 9"><path d="M0 0h9"/></svg> Go to the content</a>
<main id="content">
<h1>Sign in</h1>
<form method="post" action="/sign-in"><input type="hidden" name="csrf_token" value="abc">
<label for="email">E-mail</label><input id="email" name="email" aria-describedby="hint"><p id="hint">As on the card</p>
<label><input type="checkbox" name="shared"> Shared computer</label>
<textarea name="why" aria-label="Why"></textarea>
<button>Sign in</button></form>
<form action="/search"><input name="q" aria-labelledby="find"><button id="find">Search</button></form>
<img src="/static/a.png" alt=""><math><mi>x</mi></math>
<table><tr><th>Space<td>12</table>
</main><script src="/static/a.js" type="module"></script>
</body></html>
"""


def test_a_decent_page_passes() -> None:
    assert faults(PAGE, POLICY) == []


BAD = {
    "no title": ("<title>Sign in – Cordada</title>", "", "one title"),
    "empty title": ("Sign in – Cordada</title>", " </title>", "one title"),
    "two titles": ("<title>", "<title>A</title><title>", "one title"),
    "no h1": ("<h1>Sign in</h1>", "<p>Sign in</p>", "one h1"),
    "two h1": ("<h1>", "<h1>Welcome</h1><h1>", "one h1"),
    "no language": ('<html lang="en">', "<html>", "no language"),
    "label of another": ('for="email"', 'for="mail"', "has no label"),
    "label that leads nowhere": ('for="email"', 'for="mail"', "points to 'mail'"),
    "label without words": ("E-mail</label>", "</label>", "has no label"),
    "field without label": (' aria-label="Why"', "", "has no label"),
    "label id that is missing": ('aria-labelledby="find"', 'aria-labelledby="seek"', "points to 'seek'"),
    "hint that is missing": ('<p id="hint">', "<p>", "points to 'hint'"),
    "select without label": ("<button>Sign in", '<select name="a"><option>1</select><button>Sign in', "has no label"),
    "button without words": ("<button>Sign in</button>", "<button> </button>", "has no words"),
    "link without words": ("Go to the content</a>", "</a>", "has no words"),
    "image without alternative": (' alt=""', "", "has no alt"),
    "inline script": ("</main>", "</main><script>alert(1)</script>", "inline script"),
    "inline style element": ("</main>", "</main><style>p{}</style>", "inline style"),
    "inline style attribute": ("<h1>", '<h1 style="color:red">', "inline style"),
    "event attribute": ("<h1>", '<h1 onclick="go()">', "inline script"),
    "javascript address": ("#content", "javascript:go()", "inline script"),
    "double id": ('<p id="hint">', '<p id="hint"><i id="hint"></i>', "is used 2 times"),
    "post without token": ('<input type="hidden" name="csrf_token" value="abc">', "", "without one csrf_token"),
    "post with empty token": ('value="abc"', 'value=""', "without one csrf_token"),
    "token in an address": (
        '<form action="/search">',
        '<form action="/search"><input type="hidden" name="csrf_token" value="abc">',
        "shows its csrf_token",
    ),
    "script of another machine": ('src="/static/a.js"', 'src="https://cdn.example/a.js"', "another machine"),
    "image of another machine": ('src="/static/a.png"', 'src="//cdn.example/a.png"', "another machine"),
    "unclosed element": ("</main>", "<div></main>", "(end-tag-too-early)"),
    "stray end tag": ("<h1>", "</section><h1>", "(end-tag-too-early)"),
    "crossed elements": ("<h1>Sign in</h1>", "<h1>Sign <b>in</h1></b>", "(adoption-agency-1.2)"),
    "double attribute": ("<h1>", '<h1 class="a" class="b">', "(duplicate-attribute"),
    "no doctype": ("<!doctype html>\n", "", "doctype"),
    "bare ampersand": ("As on the card", "you &copy me", "(named-entity-without-semicolon"),
}


@pytest.mark.parametrize(("old", "new", "told"), BAD.values(), ids=BAD.keys())
def test_each_rule_catches_its_fault(old: str, new: str, told: str) -> None:
    assert old in PAGE
    found = faults(PAGE.replace(old, new, 1), POLICY)
    assert any(told in sentence for sentence in found), found


@pytest.mark.parametrize("headers", [{}, {"Content-Security-Policy": "default-src 'self'"}])
def test_a_page_without_a_strict_policy_is_refused(headers: dict[str, str]) -> None:
    assert any("Content-Security-Policy" in sentence for sentence in faults(PAGE, headers))


def test_unsafe_inline_is_refused() -> None:
    weak = {"Content-Security-Policy": "default-src 'none'; style-src 'unsafe-inline'"}
    assert len(faults(PAGE, weak)) == 1
