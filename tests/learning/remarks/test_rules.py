"""The rules of remarks, as tables."""

from __future__ import annotations

import pytest

from lms.learning.remarks import rules


@pytest.mark.parametrize(
    ("asked", "count", "page"),
    [
        (1, 0, (1, 1)),
        (0, 50, (1, 3)),
        (-4, 50, (1, 3)),
        (3, 50, (3, 3)),
        (9, 50, (3, 3)),
        (2, 20, (1, 1)),
        (2, 21, (2, 2)),
    ],
)
def test_the_nearest_page_there_is(asked: int, count: int, page: tuple[int, int]) -> None:
    assert rules.page_within(asked, count) == page


@pytest.mark.parametrize(
    ("text", "kept"), [(" a\r\nb ", "a\nb"), ("a\u202eb\x00", "ab"), ("x" * 50, "x" * 20), ("\n", "")]
)
def test_what_is_kept_of_a_text(text: str, kept: str) -> None:
    assert rules.clean_text(text, 20) == kept
