"""The rules of notes, as tables."""

from __future__ import annotations

import pytest

from lms.learning.notes import rules


@pytest.mark.parametrize(
    ("text", "kept", "seen", "mark", "outcome"),
    [
        ("", None, "", "", "same"),
        ("A", None, "", "", "saved"),
        ("A", "A", "1", "1", "same"),
        ("B", "A", "1", "1", "saved"),
        ("", "A", "1", "1", "saved"),
        # sent twice: the second finds its own text
        ("B", "B", "1", "2", "same"),
        # another page was quicker
        ("B", "C", "1", "2", "conflict"),
        ("B", "C", "", "2", "conflict"),
        ("B", None, "1", "", "conflict"),
    ],
)
def test_what_saving_does(text: str, kept: str | None, seen: str, mark: str, outcome: str) -> None:
    assert rules.outcome(text, kept, seen=seen, mark=mark) == outcome


@pytest.mark.parametrize(
    ("text", "kept"),
    [(" a\r\nb\r ", "a\nb"), ("e\u0301", "é"), ("a\u202eb\x07", "ab"), ("x" * 5000, "x" * 4000), ("\t\n", "")],
)
def test_what_is_kept_of_a_text(text: str, kept: str) -> None:
    assert rules.clean_text(text) == kept
