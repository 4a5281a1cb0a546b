"""The four commands, as they are typed."""

from __future__ import annotations

import os
import shutil
import socket
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.__main__ import bind, chromium, parser, wanted

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def bare(tmp_path: Path) -> Callable[..., subprocess.CompletedProcess[str]]:
    """Runs the front door of a copy that has nothing but the front door: whatever works there needs no installation."""
    (tmp_path / "lms").mkdir()
    for name in ("__init__.py", "__main__.py"):
        shutil.copy(ROOT / "lms" / name, tmp_path / "lms")

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        return subprocess.run(
            [sys.executable, "-S", "-m", "lms", *arguments], cwd=tmp_path, capture_output=True, text=True, timeout=20
        )

    return run


def test_help_names_the_four_commands(bare: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = bare("--help")
    assert done.returncode == 0
    for command in ("serve", "test", "bench", "lint"):
        assert f"\n    {command} " in done.stdout
    assert "--port" in bare("serve", "--help").stdout


@pytest.mark.parametrize(
    "arguments",
    [[], ["sing"], ["serve", "--port", "eighty"], ["serve", "--port", "70000"], ["lint", "--fast"], ["serve", "now"]],
)
def test_wrong_usage_is_two(bare: Callable[..., subprocess.CompletedProcess[str]], arguments: list[str]) -> None:
    done = bare(*arguments)
    assert done.returncode == 2
    assert "Traceback" not in done.stderr


def test_a_taken_port_is_one_sentence_before_anything_is_installed(
    bare: Callable[..., subprocess.CompletedProcess[str]], tmp_path: Path
) -> None:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        taken.listen()
        done = bare("serve", "--port", str(taken.getsockname()[1]))
    assert done.returncode == 2
    assert done.stdout == ""
    assert len(done.stderr.splitlines()) == 1
    assert "--port" in done.stderr
    assert not (tmp_path / ".venv").exists()


def test_a_host_that_is_not_ours_is_one_sentence(bare: Callable[..., subprocess.CompletedProcess[str]]) -> None:
    done = bare("serve", "--host", "192.0.2.1")
    assert done.returncode == 2
    assert len(done.stderr.splitlines()) == 1


def test_a_port_just_left_can_be_taken_again() -> None:
    first = bind("127.0.0.1", 0)
    port = first.getsockname()[1]
    first.listen()
    with socket.create_connection(("127.0.0.1", port)) as visitor:
        server_side, _ = first.accept()
        server_side.close()  # this side leaves first, so the system remembers the connection for a minute
        first.close()
        visitor.close()
    bind("127.0.0.1", port).close()


def test_further_arguments_of_test_go_on_in_order() -> None:
    options, rest = parser().parse_known_args(["test", "-k", "a or b", "tests/ui", "--tier", "night", "-x", "--lf"])
    assert options.tier == "night"
    assert rest == ["-k", "a or b", "tests/ui", "-x", "--lf"]


#: The front door up to the point where it goes on in the environment; prints how many heaps that has.
_GOING_IN = """
import os, sys
import lms.__main__ as door
door.Environment.settle = lambda self, files: None
door.inside = lambda: False
door.become = lambda command, hears: sys.exit(os.environ["MALLOC_ARENA_MAX"])
door.main(["serve", "--port", "0"])
"""


@pytest.mark.parametrize(("given", "kept"), [({}, "2"), ({"MALLOC_ARENA_MAX": "5"}, "5")])
def test_serving_keeps_few_heaps_unless_told_otherwise(given: dict[str, str], kept: str) -> None:
    settings = {name: value for name, value in os.environ.items() if name != "MALLOC_ARENA_MAX"}
    told = subprocess.run(
        [sys.executable, "-c", _GOING_IN], cwd=ROOT, env=settings | given, capture_output=True, text=True, timeout=20
    )
    assert told.stderr.split()[-1:] == [kept]


def test_each_command_installs_what_it_needs(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_CHROMIUM", "/nowhere/chromium")
    monkeypatch.delenv("LMS_REQUIRE_BROWSER", raising=False)
    tests, browser = "tests/requirements.txt", "tests/requirements-browser.txt"
    assert wanted("serve") == ["requirements.txt"]
    assert wanted("test") == wanted("bench") == ["requirements.txt", tests]
    assert wanted("lint") == ["requirements.txt", "tests/requirements-lint.txt"]
    monkeypatch.setenv("LMS_REQUIRE_BROWSER", "1")
    assert wanted("test") == ["requirements.txt", tests, browser]
    monkeypatch.setenv("LMS_REQUIRE_BROWSER", "0")
    monkeypatch.setenv("LMS_CHROMIUM", sys.executable)
    assert wanted("test") == ["requirements.txt", tests, browser]


def test_chromium_is_looked_for_in_order(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    def program(path: str) -> str:
        file = tmp_path / path
        file.parent.mkdir(parents=True, exist_ok=True)
        file.write_text("#!/bin/sh\n")
        file.chmod(0o755)
        return str(file)

    monkeypatch.delenv("LMS_CHROMIUM", raising=False)
    monkeypatch.setenv("PATH", str(tmp_path / "bin"))
    monkeypatch.setenv("PLAYWRIGHT_BROWSERS_PATH", str(tmp_path / "store"))
    assert chromium() is None
    for name in ("msedge", "google-chrome", "chromium", "chromium-headless-shell"):
        found = program(f"bin/{name}")
        assert chromium() == found
    found = program("store/chromium-1200/chrome-linux/chrome")
    assert chromium() == found
    monkeypatch.setenv("LMS_CHROMIUM", program("mine"))
    assert chromium() == str(tmp_path / "mine")
    monkeypatch.setenv("LMS_CHROMIUM", str(tmp_path / "nothing"))
    assert chromium() is None


def test_the_front_door_needs_nothing_but_the_standard_library() -> None:
    """`-S -I` leaves out every installed package: the module still imports, and so does the package around it."""
    found = f"import sys; sys.path.insert(0, {str(ROOT)!r}); import lms.__main__; print(sorted(sys.modules))"
    done = subprocess.run([sys.executable, "-S", "-I", "-c", found], capture_output=True, text=True, env={**os.environ})
    assert done.returncode == 0, done.stderr
    assert "'flask'" not in done.stdout
