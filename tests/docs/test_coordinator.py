"""The coordinator's page names buttons and fields as the site does."""

from __future__ import annotations

import re
from pathlib import Path

from lms.foundation.catalogues import rooms_with_words, sentences

ROOT = Path(__file__).resolve().parents[2]


def test_every_word_in_italics_stands_on_a_page_of_the_site() -> None:
    said = {
        message.id if isinstance(message.id, str) else message.id[0]
        for room in rooms_with_words()
        for message in sentences(room)
        if message.id
    }
    named = set(re.findall(r"(?<!\*)\*([^*\n]+)\*(?!\*)", (ROOT / "docs" / "coordinator.md").read_text()))
    assert len(named) > 15
    assert named - said == set()
