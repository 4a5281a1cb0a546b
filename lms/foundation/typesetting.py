"""Sheets of paper as PDF, made by Typst in a process of its own that ends with the sheet.

Typst keeps its fonts and what it laid out, tens of megabytes, in whatever process called it once: more than everything that a
page leaves behind there. Sheets are few, and whoever asks for them keeps them.
"""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Final

#: It runs alone: nothing of ours is loaded there, and modules are found among the libraries only.
_TYPESETTER: Final = (sys.executable, "-I", str(Path(__file__).with_name("typesetter.py")))
#: Seconds after which a sheet is given up; one takes a tenth of a second.
PATIENCE: Final = 30


def pdf(sheet: Path, words: str, lang: str) -> bytes:
    """A Typst file with `words` (JSON) in a language as tagged PDF (PDF/UA-1). The same words give the same bytes.

    Raises `subprocess.SubprocessError` where it cannot be made.
    """
    done = subprocess.run(
        _TYPESETTER,
        input=json.dumps([sheet.read_text(encoding="utf-8"), words, lang]).encode(),
        stdout=subprocess.PIPE,
        timeout=PATIENCE,
        check=True,
    )
    return done.stdout
