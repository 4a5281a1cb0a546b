"""Letters: subject and text out of one page; only addresses of this site can be pressed."""

from __future__ import annotations

import pytest

from lms.notifications.rules import Piece, paragraphs, subject_and_text

HERE = "https://learn.example.org"


def test_the_first_line_is_the_subject_and_the_rest_the_text() -> None:
    assert subject_and_text("\n A  link \n\nHello,\n\n\n\nhere.\n") == ("A link", "Hello,\n\nhere.\n")


@pytest.mark.parametrize("rendered", ["", "\n\n", "Subject alone", "Subject\n\n  \n"])
def test_a_letter_without_subject_or_text_is_refused(rendered: str) -> None:
    with pytest.raises(ValueError, match="subject"):
        subject_and_text(rendered)


def test_paragraphs_keep_their_lines_and_make_our_addresses_links() -> None:
    text = f"Hello,\nyou.\n\n{HERE}/link/abc?lang=fr\n\nBye"
    assert paragraphs(text, HERE) == [
        [[Piece("Hello,")], [Piece("you.")]],
        [[Piece(f"{HERE}/link/abc?lang=fr", "/link/abc?lang=fr")]],
        [[Piece("Bye")]],
    ]


@pytest.mark.parametrize(
    "address",
    [
        "https://evil.example/link/abc",
        "https://learn.example.org.evil.example/x",
        "https://learn.example.org@evil.example/x",
        "https://learn.example.org",
        "http://learn.example.org/x",
        "javascript:alert(1)",
        "//evil.example/x",
    ],
)
def test_addresses_of_others_stay_words(address: str) -> None:
    assert all(
        piece.path == "" for block in paragraphs(f"see {address} there", HERE) for line in block for piece in line
    )


def test_words_around_an_address_stay() -> None:
    line = paragraphs(f"see {HERE}/a and <{HERE}/b>", HERE)[0][0]
    assert [(piece.text, piece.path) for piece in line] == [
        ("see ", ""), (f"{HERE}/a", "/a"), (" and <", ""), (f"{HERE}/b", "/b"), (">", ""),
    ]  # fmt: skip
