"""The researcher's page: its files and commands give what it prints, line by line."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

import pytest
from flask import Flask

PAGE = (Path(__file__).resolve().parents[2] / "docs" / "researcher.md").read_text()
FILES = dict(re.findall(r"^`([\w.]+)`:\n\n```(?:csv|json)\n(.*?)^```", PAGE, re.M | re.S))
COMMANDS = re.findall(r"^```sh\nflask --app wsgi (.*?)\n```\n\n```text\n(.*?)^```", PAGE, re.M | re.S)

CODE = re.findall(r"^```python\n(.*?)^```\n\n```text\n(.*?)^```", PAGE, re.M | re.S)


def test_the_page_has_files_and_commands() -> None:
    assert len(FILES) == 8
    assert len(COMMANDS) == PAGE.count("```sh") == 7
    assert len(CODE) == PAGE.count("```python") == 1


@pytest.mark.parametrize(("line", "printed"), COMMANDS, ids=[line for line, _printed in COMMANDS])
def test_commands_print_what_the_page_shows(
    app: Flask, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, line: str, printed: str
) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    monkeypatch.chdir(tmp_path)
    done = app.test_cli_runner().invoke(args=line.split())
    assert done.exit_code == 0, done.output
    assert done.stdout == printed


@pytest.mark.parametrize(("code", "printed"), CODE)
def test_the_code_prints_what_the_page_shows(tmp_path: Path, code: str, printed: str) -> None:
    for name, text in FILES.items():
        (tmp_path / name).write_text(text)
    root = Path(__file__).resolve().parents[2]
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, env={"PYTHONPATH": str(root), "PYTHONUTF8": "1"}, capture_output=True,
        text=True, check=False, timeout=60,
    )  # fmt: skip
    assert done.returncode == 0, done.stderr
    assert done.stdout == printed
