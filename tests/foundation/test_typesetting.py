"""Sheets of paper are made beside this process: what makes them is never loaded here."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from lms.foundation.typesetting import pdf

SHEET = Path(__file__).resolve().parents[2] / "lms" / "learning" / "checklists" / "sheet.typ"
WORDS = json.dumps(
    {"course": "Écouter", "title": "L’accord", "sections": [{"title": "Avant", "lines": ["Venir", "Çà"]}]}
)


def test_the_same_words_give_the_same_sheet() -> None:
    made = pdf(SHEET, WORDS, "fr")
    assert made.startswith(b"%PDF-")
    assert made == pdf(SHEET, WORDS, "fr")


def test_a_sheet_that_cannot_be_made_is_a_fault(tmp_path: Path) -> None:
    broken = tmp_path / "broken.typ"
    broken.write_text("#panic(1)")
    with pytest.raises(subprocess.CalledProcessError):
        pdf(broken, WORDS, "fr")


def test_what_makes_sheets_is_not_loaded_by_a_process_that_serves() -> None:
    told = subprocess.run(
        [sys.executable, "-c", "import sys, lms.serving; print(*sys.modules)"],
        capture_output=True,
        text=True,
        check=True,
    )
    assert "typst" not in told.stdout.split()
