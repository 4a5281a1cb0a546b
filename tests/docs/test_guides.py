"""The coordinator's and the manager's page name buttons and fields as the site does."""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from lms.foundation.catalogues import rooms_with_words, sentences

GUIDES = Path(__file__).resolve().parents[2] / "docs"


@pytest.mark.parametrize("page", ["coordinator.md", "manager.md"])
def test_every_word_in_italics_stands_on_a_page_of_the_site(page: str) -> None:
    said = {
        message.id if isinstance(message.id, str) else message.id[0]
        for room in rooms_with_words()
        for message in sentences(room)
        if message.id
    }
    named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", (GUIDES / page).read_text()))
    assert len(named) > 15
    assert named - said == set()
