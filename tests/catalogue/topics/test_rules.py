"""What is kept of a topic, and which are the same."""

from __future__ import annotations

import pytest

from lms.catalogue.topics import rules


@pytest.mark.parametrize(
    ("typed", "kept"),
    [
        ("  Chauffer   moins \n cher ", "Chauffer moins cher"),
        ("a\x00b\u202ec\u2028d", "a b c d"),
        ("", ""),
        (" \n\t", ""),
        ("é" * 300, "é" * 200),
    ],
)
def test_a_topic_is_one_line_of_plain_text(typed: str, kept: str) -> None:
    assert rules.clean(typed) == kept


@pytest.mark.parametrize(
    ("one", "other", "same"),
    [
        ("Gérer le bruit !", "gerer le bruit", True),
        ("L’œuvre", "l'oeuvre", True),
        ("Le bruit", "Du bruit", False),
        ("chauffage", "chauffages", False),
    ],
)
def test_topics_with_the_same_words_are_one(one: str, other: str, same: bool) -> None:
    assert (rules.compared(one) == rules.compared(other)) == same


@pytest.mark.parametrize("text", ["", "?!…", "— «»"])
def test_signs_alone_are_no_topic(text: str) -> None:
    assert rules.compared(text) == ""


def test_letters_that_fold_to_several_stay_within_the_column() -> None:
    assert len(rules.compared("ﬃ" * 200)) <= rules.LONGEST
    assert len(rules.compared("œ " * 100)) <= rules.LONGEST


@pytest.mark.parametrize(
    ("asked", "count", "found"), [(1, 0, (1, 1)), (9, 21, (2, 2)), (-3, 60, (1, 3)), (2, 41, (2, 3))]
)
def test_the_page_is_one_that_there_is(asked: int, count: int, found: tuple[int, int]) -> None:
    assert rules.page_within(asked, count) == found
