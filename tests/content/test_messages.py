"""Every message exists in four languages with the same fields."""

from __future__ import annotations

import re
import string
from pathlib import Path

import pytest

import lms.content
from lms.content.findings import fault, finding, format_finding
from lms.content.language import LANGUAGES
from lms.content.messages import CATALOGUE, tell


def _fields(message: tuple[str, str]) -> set[str]:
    return {name for text in message for _, name, _, _ in string.Formatter().parse(text) if name}


@pytest.mark.parametrize("key", sorted(CATALOGUE))
def test_four_languages_with_the_same_fields(key: str) -> None:
    texts = CATALOGUE[key]
    assert set(texts) == set(LANGUAGES)
    fields = {lang: _fields(message) for lang, message in texts.items()}
    assert len({frozenset(names) for names in fields.values()}) == 1, fields
    for lang in LANGUAGES:
        sentence, fix = tell(key, dict.fromkeys(fields["en"], "{x} 100 %"), lang)
        assert sentence
        assert fix
        assert not sentence.endswith(".")
        assert "'" not in sentence + fix


def test_french_signs_have_their_spaces() -> None:
    for texts in CATALOGUE.values():
        for text in texts["fr"]:
            assert not re.search("[  ] ?[;?!»]|« ", text.replace("\u00a0", "_"))


def test_every_key_that_the_code_uses_exists_and_every_message_is_used() -> None:
    folder = Path(lms.content.__file__).parent
    code = "\n".join(path.read_text() for path in folder.glob("*.py") if path.name != "messages.py")
    used = set(re.findall(r"\"([EW]\d{3}(?:/[a-z]+)?)\"", code))
    used |= {f"E013/{variant}" for variant in re.findall(r"(?:say|unknown_id)\(\s*\"([a-z]+)\"", code)}
    assert used == set(CATALOGUE)


def test_authors_words_are_never_a_template_and_stay_on_one_line() -> None:
    one = finding("a.md", fault("E004", 3, key="{closest.__class__}\n\x1b[31m", closest="b"))
    line = format_finding(one)
    assert "{closest.__class__}" in line
    assert "\x1b" not in line
    assert "\n" not in line
