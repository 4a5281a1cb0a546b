"""Rows X1, X2, X5, X6, X8 and X13 of the guard list: what authors write is text, on the page of every type of activity."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path
from xml.etree import ElementTree as etree

import pytest
from flask import Flask
from werkzeug.test import TestResponse

from lms.content.checking import check
from tests.catalogue.courses import write_course
from tests.learning.conftest import person, serve
from tests.visits import StrictClient, page_of, words_of

COURSE = "/courses/un-cours"
TYPED = "</script><img src=x onerror=alert(1)>"
RAW = "<script>alert(1)</script><img src=x onerror=alert(1)> <b onclick=alert(1)>gras</b>"
#: Once decoded these are text; decoded twice they would be tags.
TWICE = "&lt;script&gt;un&lt;/script&gt; %3Cscript%3Edeux &amp;lt;b"
NOTE = "<!-- note: POUR-LES-FORMATRICES-SEULES -->"
BODIES = {
    "lesson": "## Un ?\n<!-- q-un -->\n\n{raw}\n\n- [ ] a {raw}\n  > {raw}\n- [x] b\n  > c\n\n> [!TIP]\n> {raw}\n",
    "scenario": '<a id="debut"></a>\n## Un {raw}\n\n{raw}\n\n- [a {twice}](#fin)\n  > {raw}\n\n'
    '<a id="fin"></a>\n## Fin\n<!-- end: good -->\n\n{raw}\n',
    "reflection": "## Quand {raw} ?\n<!-- q-quand -->\n\n{raw} {twice}\n",
    "quiz": "## Deux {raw}\n<!-- q-deux -->\n\n{raw}\n\n- [ ] a {raw}\n  > {raw}\n- [x] b {twice}\n  > c\n",
    "poll": "## Quoi {raw}\n<!-- q-quoi -->\n\n{raw}\n\n- [ ] a {raw}\n- [ ] b {twice}\n",
    "checklist": "## Avant {raw}\n<!-- c-avant -->\n\n{raw}\n\n- [ ] a {raw}\n- [ ] b {twice}\n",
    "assignment": "{raw}\n\n> [!IMPORTANT]\n> {raw}\n\n## Lu\n<!-- r-lu -->\n\n{raw}\n\n"
    "| a {raw} | b | c |\n| - | - | - |\n| d {raw} | e {raw} | f {twice} |\n",
    "live": "{raw} {twice}\n",
}
MORE = {"live": "start: 2030-01-15T14:00\ntz: Europe/Paris\njoin: https://example.org/a?b=%3Cscript%3E\n"}
FILES = {
    "page.xhtml": b'<html xmlns="http://www.w3.org/1999/xhtml"><script>alert(1)</script></html>',
    "style.xsl": b"<script>alert(1)</script>",
    "module.mjs": b"alert(1)",
    "page.htm": b"<script>alert(1)</script>",
    "text.txt": b"<script>alert(1)</script>",
    "utf7.txt": b"+ADw-script+AD4-alert(1)+ADw-/script+AD4-",
    "both.gif": b"GIF89a/*<script>alert(1)</script>*/=1;",
    "drawing.svg": b'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 9 9"><script>alert(1)</script></svg>',
}


@pytest.fixture
def lea(app: Flask, tmp_path: Path) -> StrictClient:
    """A learner of a course whose author wrote attacks wherever something can be written."""
    folder = tmp_path / "courses"
    course = write_course(folder, "un-cours", units=("un",))
    unit = course / "units" / "un"
    for kind, body in BODIES.items():
        head = f"id: un\ntitle: '{TYPED} {kind}'\nobjectives: ['{TYPED}']\nminutes: 5\n{MORE.get(kind, '')}"
        text = body.replace("{raw}", RAW).replace("{twice}", TWICE)
        (unit / f"{kind}.fr.md").write_text(f"---\n{head}---\n\n# Un\n\n{NOTE}\n\n{text}", encoding="utf-8")
    links = "\n".join(f"[fichier {name}](media/{name})\n" for name in FILES)
    lesson = unit / "lesson.fr.md"
    lesson.write_text(f"{lesson.read_text('utf-8')}\n## Fichiers\n\n{links}\n{TWICE}\n", encoding="utf-8")
    (unit / "media").mkdir()
    for name, data in FILES.items():
        (unit / "media" / name).write_bytes(data)
    header = course / "course.yml"
    text = header.read_text("utf-8")
    for words in ("Écouter au comptoir", "Entendre ce qui compte."):
        text = text.replace(words, f"'{TYPED} cours'")
    header.write_text(text, encoding="utf-8")
    assert [one for one in check(course).findings if one.severity == "error"] == []
    serve(app, folder)
    visitor = app.test_client()
    assert isinstance(visitor, StrictClient)
    visitor.enter(person(app))
    visitor.fill(COURSE, form="/enrol")
    return visitor


@pytest.mark.parametrize(
    "target", ["javascript:alert(1)", "JaVa&#x73;cript:alert(1)", "data:text/html,x", "//evil.example"]
)
def test_X2_a_link_that_acts_holds_the_course_back(tmp_path: Path, target: str) -> None:
    course = write_course(tmp_path, "un-cours", units=("un",))
    lesson = course / "units" / "un" / "lesson.fr.md"
    lesson.write_text(f"{lesson.read_text('utf-8')}\n[un]({target})\n", encoding="utf-8")
    assert [one.code for one in check(course).findings if one.severity == "error"] == ["E010"]


def inert(response: TestResponse) -> etree.Element:
    """The page, with nothing in it that came from an author and acts."""
    page = page_of(response)
    for element in page.iter():
        if not isinstance(element.tag, str):
            continue
        assert not [name for name in element.attrib if name.startswith("on") or name in ("style", "srcdoc")]
        assert element.tag != "script" or (element.get("src") or "").startswith("/static/")
        for name in ("href", "src", "action", "formaction"):
            target = (element.get(name) or "").strip().lower()
            assert not target.startswith(("javascript:", "data:", "vbscript:", "//", "x"))
        assert element.get("src") != "x"
    return page


def addresses() -> Iterator[str]:
    yield from ("/catalogue", COURSE, *(f"{COURSE}/un/{kind}" for kind in BODIES))


def test_X1_X2_and_X8_what_authors_write_acts_on_no_page(lea: StrictClient) -> None:
    for address in addresses():
        answer = lea.get(address)
        while answer.status_code in (302, 303):
            answer = lea.get(answer.headers["Location"])
        assert answer.status_code == 200, address
        page = inert(answer)
        assert "POUR-LES-FORMATRICES-SEULES" not in answer.get_data(as_text=True), address
        assert TYPED in "".join(page.itertext()), f"{address}: a title is shown as it was typed"


def test_X13_text_is_decoded_once(lea: StrictClient) -> None:
    for kind in ("lesson", "reflection", "poll", "checklist"):
        words = words_of(lea.get(f"{COURSE}/un/{kind}"))
        assert "<script>un</script> %3Cscript%3Edeux &lt;b" in words, kind


@pytest.mark.parametrize("name", FILES)
def test_X5_and_X6_a_file_of_a_course_is_what_its_name_is_allowed_to_be(lea: StrictClient, name: str) -> None:
    answer = lea.get(f"{COURSE}/files/units/un/media/{name}")
    assert answer.status_code == 200
    assert answer.headers["X-Content-Type-Options"] == "nosniff"
    policy = answer.headers["Content-Security-Policy"]
    assert "sandbox" in policy
    assert "default-src 'none'" in policy
    assert "script-src" not in policy
    kind = answer.headers["Content-Type"]
    if name.endswith((".txt", ".gif", ".svg")):
        expected = {"txt": "text/plain; charset=utf-8", "gif": "image/gif", "svg": "image/svg+xml"}
        assert kind.startswith(expected[name.rpartition(".")[2]])
    else:
        assert kind == "application/octet-stream"
        assert answer.headers["Content-Disposition"].startswith("attachment")
