"""Every decision record stands in the list of them, under its number and its title."""

from __future__ import annotations

import re
from pathlib import Path

RECORDS = Path(__file__).resolve().parents[2] / "docs" / "decisions"


def test_every_record_is_listed_with_its_title() -> None:
    listed = re.findall(r"^- \[(\d{4})\]\((.+)\) (.+)$", (RECORDS / "README.md").read_text(), re.M)
    found = []
    for path in sorted(RECORDS.glob("0*.md")):
        title = re.match(r"# (\d+)\. (.+)", path.read_text())
        assert title, f"{path.name} does not begin with its number and title"
        assert int(title[1]) == int(path.name[:4])
        found.append((path.name[:4], path.name, title[2]))
    assert listed == found
