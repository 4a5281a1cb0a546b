"""The front door: `python3 -m lms serve | test | bench | lint`.

Standard library only, because it runs before anything is installed. It makes `.venv` beside this package, installs the
locked, hashed requirements the command needs, and starts the command again inside. Everything it says about that goes
to stderr. Nothing is installed twice: a stamp per requirements file, written after the installation, holds what was
installed for which Python.
"""

from __future__ import annotations

import argparse
import contextlib
import hashlib
import os
import platform
import re
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from pathlib import Path
from types import FrameType
from typing import NoReturn

ROOT = Path(__file__).resolve().parent.parent
VENV = ROOT / ".venv"
WINDOWS = os.name == "nt"
VENV_PYTHON = VENV / ("Scripts/python.exe" if WINDOWS else "bin/python")
OLDEST = (3, 11)
#: So many heaps the C library keeps for all threads together; by itself eight for each core, and none gives back its holes.
HEAPS = "2"

RUNTIME = "requirements.txt"
TESTS = "tests/requirements.txt"
BROWSER = "tests/requirements-browser.txt"
LINT = "tests/requirements-lint.txt"

#: Where Playwright keeps its browsers, in the home folder of Linux and of macOS.
PLAYWRIGHT_STORES = (".cache/ms-playwright", "Library/Caches/ms-playwright")

#: What is deselected in each tier of `test`.
TIERS = {"day": "not night", "night": "night or not night"}


class Refusal(Exception):
    """The command cannot be carried out; the text is one sentence for the person who typed it."""


def say(sentence: str) -> None:
    """Tell the person at the terminal what goes on; stdout is left to results."""
    print(f"cordada: {sentence}", file=sys.stderr, flush=True)


# --- what the command line looks like ----------------------------------------------------------------------------


def parser() -> argparse.ArgumentParser:
    """The command line of the front door."""
    top = argparse.ArgumentParser(
        prog="python3 -m lms",
        description="Cordada's front door. Each command makes .venv and installs what it needs, once.",
        epilog="Inside .venv, the operator's command line is: flask --app wsgi --help",
    )
    commands = top.add_subparsers(dest="command", required=True, metavar="COMMAND")

    serve = commands.add_parser(
        "serve", help="set up everything and serve the site with a demo network", allow_abbrev=False
    )
    serve.add_argument("--host", default="127.0.0.1", help="address to listen on (%(default)s)")
    serve.add_argument("--port", type=_port, default=8000, help="port to listen on (%(default)s); 0 takes a free one")
    serve.add_argument("--no-demo", action="store_true", help="serve your own network: seed nothing")

    test = commands.add_parser("test", help="run the tests; further arguments go to pytest", allow_abbrev=False)
    test.add_argument("--tier", choices=sorted(TIERS), default="day", help="night adds the slow ones (%(default)s)")

    commands.add_parser("bench", help="measure the figures; further arguments go to the bench", allow_abbrev=False)
    commands.add_parser("lint", help="check style and types", allow_abbrev=False)
    return top


def _port(text: str) -> int:
    number = int(text)
    if not 0 <= number <= 65535:
        raise argparse.ArgumentTypeError("a port is a number from 0 to 65535")
    return number


def bind(host: str, port: int) -> socket.socket:
    """A socket that holds `host` and `port` and does not listen yet. Raises `Refusal` when that cannot be had."""
    listener = None
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
        listener = socket.socket(family, kind, protocol)
        if not WINDOWS:  # elsewhere a port just left by a stopped server would count as taken for a minute
            listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
    except OSError as fault:
        if listener is not None:
            listener.close()
        why = fault.strerror or fault
        raise Refusal(f"cannot listen on {host} port {port}: {why}; choose another with --port.") from None
    return listener


# --- what must be installed --------------------------------------------------------------------------------------


def chromium() -> str | None:
    """The path of a Chromium that browser tests can drive, or None.

    Order: `LMS_CHROMIUM` (then it alone counts), Playwright's own store, then well-known names on the path.
    """
    named = os.environ.get("LMS_CHROMIUM")
    if named:
        return shutil.which(named)
    store = os.environ.get("PLAYWRIGHT_BROWSERS_PATH")
    for folder in [Path(store)] if store else [Path.home() / place for place in PLAYWRIGHT_STORES]:
        for name in ("chrome", "headless_shell", "chrome-headless-shell"):
            for found in sorted(folder.glob(f"chromium*/chrome-*/{name}"), reverse=True):
                if os.access(found, os.X_OK):
                    return str(found)
    for name in ("chromium-headless-shell", "chromium", "google-chrome", "msedge"):
        if found_on_path := shutil.which(name):
            return found_on_path
    return None


def wanted(command: str) -> list[str]:
    """The requirements files that `command` needs, relative to the project."""
    if command == "serve":
        return [RUNTIME]
    if command == "lint":
        return [RUNTIME, LINT]
    files = [RUNTIME, TESTS]
    if os.environ.get("LMS_REQUIRE_BROWSER") == "1" or chromium():
        files.append(BROWSER)
    return files


class Environment:
    """The virtual environment `.venv`: made when missing, rebuilt when broken, brought up to the locked files."""

    def __init__(self, venv: Path = VENV, root: Path = ROOT) -> None:
        self.venv = venv
        self.root = root
        self.python = venv / VENV_PYTHON.relative_to(VENV)
        #: Stands while an installation is under way: finding it at the start means that one was cut short.
        self.unfinished = venv / "unfinished"

    def settle(self, files: Sequence[str]) -> None:
        """Make sure that every file of `files` is installed. Raises `Refusal` when that cannot be done."""
        if not self.unfinished.exists() and not self._stale(files):
            return
        try:
            self.venv.mkdir(exist_ok=True)
            with alone(self.venv / "lock", "another start is installing; waiting for it."):
                if self.unfinished.exists():
                    say("the last installation was cut short; starting afresh.")
                    self._clear()
                if self._answer() is None:
                    self._make()
                stale = self._stale(files)
                if stale:
                    self._install(stale)
        except OSError as fault:
            raise Refusal(f"{self.venv} cannot be written: {fault}") from None

    def _stale(self, files: Sequence[str]) -> list[str]:
        """Those of `files` that are not installed as they stand, for the Python that is in the environment."""
        answer = self._answer()
        if answer is None:
            return list(files)
        return [name for name in files if _read(self._stamp(name, answer)) != self._fingerprint(name, answer)]

    def _answer(self) -> tuple[str, str] | None:
        """What the environment's Python says of itself: version and machine, folder of packages. None: broken."""
        question = (
            "import sys, sysconfig, platform; "
            "print(sys.prefix, sys.version.split()[0], platform.machine(), sysconfig.get_path('purelib'), sep='\\n')"
        )
        try:
            done = subprocess.run(
                [self.python, "-I", "-c", question], capture_output=True, text=True, timeout=30, check=True
            )
            prefix, version, machine, packages = done.stdout.splitlines()
        except (OSError, subprocess.SubprocessError, ValueError):
            return None
        if Path(prefix).resolve() != self.venv.resolve() or not Path(packages).is_dir():
            return None
        return f"{version} {machine}", packages

    def _fingerprint(self, name: str, answer: tuple[str, str]) -> str:
        return hashlib.sha256((self.root / name).read_bytes() + answer[0].encode()).hexdigest()

    def _stamp(self, name: str, answer: tuple[str, str]) -> Path:
        """The stamp lies among the packages: where they are gone, or made for another Python, it is gone too."""
        return Path(answer[1]) / f".cordada-{name.replace('/', '-')}.sha256"

    def _clear(self) -> None:
        """Empty the environment, except the lock that is being held."""
        for entry in self.venv.iterdir():
            if entry.name == "lock":
                continue
            if entry.is_dir() and not entry.is_symlink():
                shutil.rmtree(entry)
            else:
                entry.unlink()

    def _make(self) -> None:
        """A fresh environment. Without pip: making it so is quick and works where Debian left ensurepip out."""
        if any(entry.name != "lock" for entry in self.venv.iterdir()):
            say(f"{self.venv.name} is broken; making it again.")
            self._clear()
        else:
            say(f"making {self.venv.name} with Python {platform.python_version()}.")
        self.unfinished.touch()
        if _run([_base_python(), "-m", "venv", "--without-pip", str(self.venv)]) or self._answer() is None:
            raise Refusal("Python's venv module failed; on Debian and Ubuntu: apt-get install python3-venv.")
        self.unfinished.unlink()

    def _install(self, files: list[str]) -> None:
        """Install `files` at once with the first tool that can; stamps are written last."""
        arguments = [part for name in files for part in ("-r", str(self.root / name))]
        for name, command in self._tools():
            number = _count(self.root, files)
            say(f"installing {number} packages with {name}, about half a minute ({', '.join(files)}).")
            began = time.monotonic()
            self.unfinished.touch()
            failed = _run([*command, "--require-hashes", *arguments])
            # A tool that ended by itself left the packages whole, even when it failed; only a killed one did not.
            self.unfinished.unlink()
            if not failed:
                say(f"installed in {time.monotonic() - began:.0f} s.")
                answer = self._answer()
                if answer is None:
                    break
                for file in files:
                    self._stamp(file, answer).write_text(self._fingerprint(file, answer))
                return
            say(f"{name} could not install them.")
        raise Refusal("the packages could not be installed; see above, then run the command again.")

    def _tools(self) -> Iterator[tuple[str, list[str]]]:
        """Tools that can install into the environment, best first, each with the beginning of its command."""
        options = ["install", "--quiet"]
        uv = shutil.which("uv")
        if uv and _is_quiet([uv, "--version"]):
            yield "uv", [uv, "pip", *options, "--python", str(self.python)]
        own = [str(self.python), "-m", "pip"]
        if not _is_quiet([*own, "--version"]):
            _is_quiet([str(self.python), "-m", "ensurepip", "--default-pip"])
        if _is_quiet([*own, "--version"]):
            yield "pip", [*own, *options, "--disable-pip-version-check", "--no-input"]
        others = [_base_python(), "-m", "pip", "--python", str(self.python)]
        if _is_quiet([*others, "--version"]):
            yield "the system's pip", [*others, *options, "--disable-pip-version-check", "--no-input"]
        else:
            say("no pip of version 22.3 or newer was found; on Debian and Ubuntu: apt-get install python3-venv.")


def _count(root: Path, files: Sequence[str]) -> int:
    """How many packages `files` name together."""
    pattern = re.compile(r"^[A-Za-z0-9_.\[\]-]+==", re.MULTILINE)
    return len({package for name in files for package in pattern.findall((root / name).read_text())})


def _read(path: Path) -> str | None:
    try:
        return path.read_text()
    except OSError:
        return None


def _base_python() -> str:
    """The Python outside any virtual environment: it outlives `.venv` being made again."""
    return getattr(sys, "_base_executable", None) or sys.executable


def _is_quiet(command: Sequence[str]) -> bool:
    """Whether `command` runs and succeeds; what it says is dropped."""
    try:
        return subprocess.run(command, capture_output=True, timeout=120).returncode == 0
    except (OSError, subprocess.SubprocessError):
        return False


def _run(command: Sequence[str]) -> int:
    """Run `command` with its words on stderr; when we are told to stop, stop it too. Gives its exit status.

    It inherits the lock of `alone`: were we killed, the next start would still wait for it.
    """
    with subprocess.Popen(command, stdout=sys.stderr, stdin=subprocess.DEVNULL, close_fds=False) as child:
        try:
            return child.wait()
        except BaseException:
            child.terminate()
            raise


@contextlib.contextmanager
def alone(path: Path, waiting: str) -> Iterator[None]:
    """Hold the lock file `path`; while another process holds it, say `waiting` and wait. It is dropped at death."""
    with open(path, "a+b") as file:
        os.set_inheritable(file.fileno(), True)
        if WINDOWS:
            import msvcrt

            lock = getattr(msvcrt, "locking")  # noqa: B009  (absent on other systems, to the type checker too)
            while True:
                with contextlib.suppress(OSError):
                    file.seek(0)
                    lock(file.fileno(), getattr(msvcrt, "LK_NBLCK"), 1)  # noqa: B009
                    break
                time.sleep(0.5)
        else:
            import fcntl

            try:
                fcntl.flock(file, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                say(waiting)
                fcntl.flock(file, fcntl.LOCK_EX)
        yield


# --- going in ----------------------------------------------------------------------------------------------------


def inside() -> bool:
    """Whether this process already runs in `.venv`."""
    return Path(sys.prefix).resolve() == VENV.resolve()


def hear(stop: Callable[[int, FrameType | None], object]) -> None:
    """Call `stop` when we are told to end, by SIGTERM or by Ctrl-C, also what came while nobody listened (`become`).

    Said of Ctrl-C too: a program that a script starts with `&` inherits that it is to be ignored.
    """
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, stop)
    if not WINDOWS:
        signal.pthread_sigmask(signal.SIG_UNBLOCK, (signal.SIGTERM, signal.SIGINT))


def end_now(number: int, frame: FrameType | None) -> NoReturn:
    """End at this very moment, with status 0: for as long as there is nothing to be ended gently.

    No exception: what is being imported or prepared could swallow it.
    """
    os._exit(0)


def become(command: Sequence[str], *, hears: bool = False) -> NoReturn:
    """Go on as `command`, under the same process number, so that signals reach it.

    `hears`: the command calls `hear`; what we are told while it starts waits until then.
    """
    if hears and not WINDOWS:
        signal.pthread_sigmask(signal.SIG_BLOCK, (signal.SIGTERM, signal.SIGINT))
    sys.stdout.flush()
    sys.stderr.flush()
    if WINDOWS:  # there, exec leaves the shell's prompt in front of a running program
        raise SystemExit(subprocess.call(command))
    os.execv(command[0], list(command))


def lint(python: str) -> int:
    """Run every checker, even when one has findings. Gives 1 if any had, else 0."""
    checks = (
        ("ruff", "check", "."),
        ("ruff", "format", "--check", "."),
        ("mypy",),
    )
    failed = [check for check in checks if subprocess.call([python, "-m", *check], cwd=ROOT)]
    for check in failed:
        say(f"{' '.join(check)} has findings.")
    return 1 if failed else 0


def main(arguments: Sequence[str]) -> int:
    """Carry out one command line. Gives the exit status: 0 done, 1 findings, 2 cannot be done."""
    if sys.version_info < OLDEST:
        say(f"Python {OLDEST[0]}.{OLDEST[1]} or newer is needed; this is {platform.python_version()}.")
        return 2
    command_line = parser()
    options, rest = command_line.parse_known_args(arguments)
    if rest and options.command not in ("test", "bench"):
        command_line.error(f"unknown argument: {' '.join(rest)}")

    serving = options.command == "serve"

    def stop(number: int, frame: FrameType | None) -> NoReturn:
        raise SystemExit(0 if serving else 128 + number)

    hear(stop)
    try:
        os.chdir(ROOT)
        # A taken port is told before the slow work. Going in closes the socket; it is made again inside and kept.
        listener = bind(options.host, options.port) if serving else None
        Environment().settle(wanted(options.command))
        python = str(VENV_PYTHON)
        if listener is not None:
            if not inside():
                os.environ.setdefault("MALLOC_ARENA_MAX", HEAPS)
                become([python, "-m", "lms", *arguments], hears=True)
            hear(end_now)
            from lms.serving import serve

            return serve(listener, options.host, demo=not options.no_demo)
        if options.command == "lint":
            return lint(python)
        if options.command == "bench":
            become([python, "-m", "tests.bench", *rest])
        os.environ.setdefault("LMS_DURABILITY", "test")
        become(
            [
                python,
                "-m",
                "pytest",
                "-q",
                "-n",
                "2",
                "--dist=loadfile",
                "--durations=10",
                "-m",
                TIERS[options.tier],
                *rest,
            ]
        )
    except Refusal as refusal:
        say(str(refusal))
        return 2


if __name__ == "__main__":
    sys.exit(main(sys.argv[1:]))
