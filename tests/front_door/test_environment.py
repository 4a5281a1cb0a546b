"""The front door makes its environment: once, by whichever tool there is, and again when it is broken.

`uv` is a stand-in that writes down how it was called; nothing is downloaded.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from lms.__main__ import Environment, Refusal

ROOT = Path(__file__).resolve().parents[2]

UV = """#!/bin/sh
[ "$1" = --version ] && exit 0
echo "$*" >> "$UV_LOG"
sleep "${UV_SLEEP:-0}"
exit "${UV_STATUS:-0}"
"""


@pytest.fixture
def project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A project with two requirements files that ask for nothing, and a stand-in for uv first on the path."""
    (tmp_path / "tests").mkdir()
    (tmp_path / "requirements.txt").write_text("# nothing\n")
    (tmp_path / "tests/requirements.txt").write_text("# nothing either\n")
    tools = tmp_path / "tools"
    tools.mkdir()
    (tools / "uv").write_text(UV)
    (tools / "uv").chmod(0o755)
    monkeypatch.setenv("PATH", f"{tools}{os.pathsep}{os.environ['PATH']}")
    monkeypatch.setenv("UV_LOG", str(tmp_path / "uv.log"))
    return tmp_path


@pytest.fixture
def environment(project: Path) -> Environment:
    return Environment(project / ".venv", project)


@pytest.fixture
def calls(project: Path) -> Callable[[], list[str]]:
    """The installations asked of uv so far, each as its list of files."""

    def read() -> list[str]:
        log = project / "uv.log"
        lines = log.read_text().splitlines() if log.exists() else []
        return [" ".join(part for part in line.replace(f"{project}/", "").split() if "requ" in part) for line in lines]

    return read


FIRST = ["requirements.txt"]
BOTH = ["requirements.txt", "tests/requirements.txt"]


def test_installs_once_and_only_what_is_new(environment: Environment, calls: Callable[[], list[str]]) -> None:
    environment.settle(FIRST)
    environment.settle(FIRST)
    assert calls() == ["--require-hashes requirements.txt"]
    environment.settle(BOTH)
    environment.settle(BOTH)
    assert calls()[1:] == ["--require-hashes tests/requirements.txt"]


def test_installs_again_what_has_changed(environment: Environment, calls: Callable[[], list[str]]) -> None:
    environment.settle(BOTH)
    (environment.root / "tests/requirements.txt").write_text("# something else\n")
    environment.settle(BOTH)
    assert calls()[1:] == ["--require-hashes tests/requirements.txt"]


def test_says_what_it_does_on_stderr_alone(environment: Environment, capfd: pytest.CaptureFixture[str]) -> None:
    environment.settle(FIRST)
    said = capfd.readouterr()
    assert said.out == ""
    assert "making .venv" in said.err
    assert "installing 0 packages with uv" in said.err


@pytest.mark.parametrize("damage", ["bin/python", "lib", "pyvenv.cfg"])
def test_a_broken_environment_is_made_again(
    environment: Environment, calls: Callable[[], list[str]], damage: str
) -> None:
    environment.settle(FIRST)
    broken = environment.venv / damage
    broken.rename(environment.root / "gone")
    environment.settle(FIRST)
    assert broken.exists()
    assert len(calls()) == 2


def test_an_interrupted_installation_starts_afresh(
    environment: Environment, calls: Callable[[], list[str]], capfd: pytest.CaptureFixture[str]
) -> None:
    start = (
        "from lms.__main__ import *; Environment(Path(sys.argv[1]) / '.venv', Path(sys.argv[1])).settle(sys.argv[2:])"
    )
    with subprocess.Popen(
        [sys.executable, "-c", start, environment.root, *FIRST], cwd=ROOT, env={**os.environ, "UV_SLEEP": "1"}
    ) as child:
        while not calls():
            time.sleep(0.02)
        (environment.venv / "half-a-package").touch()
        child.kill()
    environment.settle(FIRST)  # waits for the orphaned installer, then starts afresh
    said = capfd.readouterr().err
    assert "another start is installing" in said
    assert "cut short" in said
    assert len(calls()) == 2
    assert not (environment.venv / "half-a-package").exists()
    assert not environment.unfinished.exists()


def test_two_at_the_same_time_install_once(environment: Environment, calls: Callable[[], list[str]]) -> None:
    start = (
        "from lms.__main__ import *; Environment(Path(sys.argv[1]) / '.venv', Path(sys.argv[1])).settle(sys.argv[2:])"
    )
    children = [
        subprocess.Popen(
            [sys.executable, "-c", start, environment.root, *BOTH], cwd=ROOT, env={**os.environ, "UV_SLEEP": "0.3"}
        )
        for _ in range(3)
    ]
    assert [child.wait(30) for child in children] == [0, 0, 0]
    assert len(calls()) == 1


def test_pip_takes_over_where_uv_fails(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setenv("UV_STATUS", "1")
    environment.settle(FIRST)
    assert "uv could not install them" in capfd.readouterr().err
    subprocess.run([environment.python, "-m", "pip", "--version"], check=True, capture_output=True)


def only_the_systems_pip(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    """As on Debian without python3-venv: no uv, and the interpreter's ensurepip was left out."""
    monkeypatch.setenv("UV_STATUS", "1")
    monkeypatch.setattr("lms.__main__._is_quiet", lambda command: str(command[0]) != str(environment.python))


def test_the_systems_pip_helps_where_ensurepip_was_left_out(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    only_the_systems_pip(environment, monkeypatch)
    environment.settle(FIRST)
    assert "with the system's pip" in capfd.readouterr().err


def test_tells_when_nothing_can_install(environment: Environment, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("lms.__main__._is_quiet", lambda command: False)
    with pytest.raises(Refusal, match="could not be installed"):
        environment.settle(FIRST)
    assert not environment.unfinished.exists()  # nothing was begun, so nothing has to be thrown away


def test_a_package_whose_hash_differs_is_refused(
    environment: Environment, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    """The real installer, offline: a wheel of ours whose hash is not the locked one."""
    wheel = environment.root / "nothing-1.0-py3-none-any.whl"
    wheel.write_bytes(b"not what was locked")
    (environment.root / "requirements.txt").write_text(f"nothing @ file://{wheel} --hash=sha256:{'0' * 64}\n")
    only_the_systems_pip(environment, monkeypatch)
    with pytest.raises(Refusal):
        environment.settle(FIRST)
    assert "DO NOT MATCH THE HASHES" in capfd.readouterr().err


@pytest.mark.parametrize(("number", "status"), [(signal.SIGTERM, 0), (signal.SIGINT, 0)])
def test_serve_can_be_stopped_while_it_installs(
    project: Path, calls: Callable[[], list[str]], number: int, status: int
) -> None:
    (project / "lms").mkdir()
    for name in ("__init__.py", "__main__.py"):
        (project / "lms" / name).write_bytes((ROOT / "lms" / name).read_bytes())
    # As a script starts a program with `&`: it inherits that Ctrl-C is to be ignored.
    kept = signal.signal(signal.SIGINT, signal.SIG_IGN)
    child = subprocess.Popen(
        [sys.executable, "-m", "lms", "serve", "--port", "0"], cwd=project, env={**os.environ, "UV_SLEEP": "20"}
    )
    signal.signal(signal.SIGINT, kept)
    with child:
        while not calls():
            time.sleep(0.02)
        began = time.monotonic()
        child.send_signal(number)
        assert child.wait(10) == status
    assert time.monotonic() - began < 5
