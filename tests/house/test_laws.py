"""The house laws that the source itself can be held to (docs/house.md): layers, purity, door-plates, docstrings."""

from __future__ import annotations

import ast
import os
import re
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]
LMS = ROOT / "lms"
MODULES = sorted(path for path in LMS.rglob("*.py"))
#: Pure rooms and files may not know the web, the database or the time (law 3).
IMPURE = re.compile(
    r"^(flask|sqlalchemy|flask_\w+|celery|redis|time|lms\.foundation\.(clock|db|i18n|mail|security|errors))\b"
)
TIMES = {"now", "today", "utcnow", "time", "monotonic"}


def name_of(path: Path) -> str:
    return str(path.relative_to(ROOT))


def imports(tree: ast.AST) -> Iterator[tuple[str, int]]:
    for node in ast.walk(tree):
        if isinstance(node, ast.Import):
            yield from ((alias.name, node.lineno) for alias in node.names)
        elif isinstance(node, ast.ImportFrom) and node.level == 0:
            yield from ((f"{node.module}.{alias.name}", node.lineno) for alias in node.names)


def test_law_1_imports_go_down_only() -> None:
    script = "import sys; from importlinter.cli import lint_imports_command; sys.exit(lint_imports_command())"
    run = subprocess.run(
        [sys.executable, "-c", script, "--no-cache"], cwd=ROOT, capture_output=True, text=True, check=False,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
    )  # fmt: skip
    assert run.returncode == 0, run.stdout + run.stderr
    assert "1 kept, 0 broken" in run.stdout


def test_law_1_has_no_ignore_list() -> None:
    assert "ignore_imports" not in (ROOT / "pyproject.toml").read_text()


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_law_1_no_import_inside_a_function(path: Path) -> None:
    """An import inside a function hides a circle. (The front door runs before anything is installed: its imports are free.)"""
    if path.name == "__main__.py":
        assert not [name for name, _ in imports(ast.parse(path.read_text())) if not _stdlib_or_own(name)]
        return
    for node in ast.walk(ast.parse(path.read_text())):
        if isinstance(node, ast.FunctionDef | ast.AsyncFunctionDef):
            assert [name for name, _ in imports(node)] == [], f"{name_of(path)}:{node.lineno} {node.name}"


def _stdlib_or_own(name: str) -> bool:
    return name.split(".")[0] in sys.stdlib_module_names or name.startswith("lms.")


#: Of the sub-rooms that compute, only what words their findings speaks to anybody.
COMPUTING = {
    *(LMS / "survey" / "analysis").glob("*.py"), *(LMS / "priorities" / "planning").glob("*.py"),
    LMS / "survey" / "release" / "cuts.py",
} - set(LMS.rglob("wording.py"))  # fmt: skip
PURE = sorted({*LMS.rglob("rules.py"), *(LMS / "content").rglob("*.py"), *COMPUTING})


@pytest.mark.parametrize("path", PURE, ids=name_of)
def test_law_3_rules_and_content_are_pure(path: Path) -> None:
    tree = ast.parse(path.read_text())
    assert [name for name, _ in imports(tree) if IMPURE.match(name)] == []
    asked = [
        node.lineno for node in ast.walk(tree)
        if isinstance(node, ast.Call) and isinstance(node.func, ast.Attribute) and node.func.attr in TIMES
        and isinstance(node.func.value, ast.Name) and node.func.value.id in {"datetime", "date", "time"}
    ]  # fmt: skip
    assert asked == [], f"{name_of(path)} asks for the time at lines {asked}"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_law_7_every_module_says_what_it_is_for(path: Path) -> None:
    text = ast.get_docstring(ast.parse(path.read_text()))
    assert len(text or "") > 15, f"{name_of(path)} opens without a word"


@pytest.mark.parametrize("path", MODULES, ids=name_of)
def test_law_7_public_functions_are_described(path: Path) -> None:
    bare = [
        f"{name_of(path)}:{node.lineno} {node.name}"
        for node in ast.parse(path.read_text()).body
        if isinstance(node, ast.FunctionDef | ast.ClassDef)
        and not node.name.startswith("_")
        and not ast.get_docstring(node)
    ]
    assert bare == []


def test_no_attic() -> None:
    """No general-purpose corner: ask whose word it is (docs/house.md)."""
    banned = {"utils", "util", "helpers", "common", "core", "manager", "misc", "service2"}
    assert [name_of(path) for path in MODULES if path.stem in banned or path.parent.name in banned] == []


def test_commit_is_written_in_one_file() -> None:
    callers = [name_of(path) for path in MODULES if re.search(r"session\.commit\(", path.read_text())]
    assert callers == ["lms/foundation/db.py"]


def test_the_environment_is_read_by_the_settings_alone() -> None:
    """Besides `config.py`: the front door and `serve`, which hand settings on, a command's LANG, the tests' kill switch."""
    readers = {name_of(path) for path in MODULES if re.search(r"os\.(environ|getenv)", path.read_text())}
    assert readers <= {"lms/__main__.py", "lms/serving.py", "lms/jobs/tasks.py", "lms/foundation/commands.py"}
