"""`serve` as an operator meets it: what it prints, that it keeps its data, that it ends and its runner with it."""

from __future__ import annotations

import contextlib
import errno
import os
import re
import signal
import socket
import sqlite3
import stat
import subprocess
import sys
import threading
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest

from lms import serving
from lms.__main__ import bind
from tests.browser import Live
from tests.servers import Valkey


def children(process: subprocess.Popen[str] | None) -> list[int]:
    """The process numbers of the children of `process`."""
    assert process is not None
    if not Path("/proc").is_dir():
        pytest.skip("needs /proc to look at processes")
    path = Path(f"/proc/{process.pid}/task/{process.pid}/children")
    # Children belong to the thread that made them: look at all threads.
    found = [task.joinpath("children").read_text().split() for task in path.parent.parent.iterdir()]
    return [int(number) for numbers in found for number in numbers]


def is_alive(number: int) -> bool:
    try:
        return Path(f"/proc/{number}/stat").read_text().rsplit(")", 1)[1].split()[0] != "Z"
    except OSError:
        return False


def until(what: str, seconds: float, is_so: object) -> None:
    deadline = time.monotonic() + seconds
    while not is_so():  # type: ignore[operator]
        assert time.monotonic() < deadline, f"not within {seconds} s: {what}"
        time.sleep(0.05)


def test_prints_where_it_is_and_who_can_sign_in(live: Live) -> None:
    assert re.fullmatch(r"http://127\.0\.0\.1:\d+", live.url)
    assert {role: address for role, (address, _) in live.accounts.items()} == {
        role: f"{role}@demo.test" for role in ("learner", "manager", "trainer", "coordinator")
    }
    assert all(len(password) >= 12 for _, password in live.accounts.values())


def test_health_asks_nobody(live: Live) -> None:
    with urllib.request.urlopen(f"{live.url}/healthz") as answer:
        assert (answer.status, answer.read(), answer.headers["Set-Cookie"]) == (200, b"ok", None)
        assert answer.headers["Server"] is None
    with urllib.request.urlopen(f"{live.url}/readyz") as answer:
        assert answer.status == 200


def test_it_ends_with_its_runner_and_comes_back_with_its_data(sites: Callable[..., Live]) -> None:
    first = sites().start()
    until("the runner is there", 10, lambda: len(children(first.process)) == 1)
    (runner,) = children(first.process)
    began = time.monotonic()
    assert first.stop(signal.SIGTERM) == 0
    assert time.monotonic() - began < 5
    assert not is_alive(runner)
    people = count_people(first.instance)

    second = Live(first.instance).start()
    assert second.accounts == first.accounts
    began = time.monotonic()
    assert second.stop(signal.SIGINT) == 0
    assert time.monotonic() - began < 5
    assert count_people(first.instance) == people > 0
    assert "Traceback" not in first.words + second.words
    secrets = [path for path in first.instance.iterdir() if "secret" in path.name or "password" in path.name]
    assert len(secrets) == 2
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in secrets)


def test_the_runner_does_not_outlive_a_killed_server(sites: Callable[..., Live]) -> None:
    site = sites().start()
    until("the runner is there", 10, lambda: len(children(site.process)) == 1)
    (runner,) = children(site.process)
    site.kill()
    until("the runner has ended", 10, lambda: not is_alive(runner))


#: `python -m lms serve` without its installer: these tests run where everything is installed.
DOOR = """
import sys
import lms.__main__ as door
door.Environment.settle = lambda self, files: None
door.inside = lambda: True
sys.exit(door.main(["serve", *sys.argv[1:]]))
"""


def door(instance: Path, port: int = 0) -> subprocess.Popen[str]:
    """The front door itself, from its first line, on a site of its own."""
    gone = ("DATABASE_URL", "REDIS_URL", "BASE_URL", "LMS_DURABILITY")
    return subprocess.Popen(
        [sys.executable, "-c", DOOR, "--port", str(port)],
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        cwd=Path(__file__).resolve().parents[2],
        env={name: value for name, value in os.environ.items() if name not in gone} | {"LMS_INSTANCE": str(instance)},
    )


def is_listening_to_us(process: subprocess.Popen[str]) -> bool:
    """Whether SIGTERM reaches code of the process's own, as it does a few hundredths of a second after its start."""
    status = Path(f"/proc/{process.pid}/status").read_text()
    caught = re.search(r"SigCgt:\s*([0-9a-f]+)", status)
    return caught is not None and bool(int(caught[1], 16) >> (signal.SIGTERM - 1) & 1)


def at_work_in(instance: Path) -> list[int]:
    """The processes that work in this instance folder."""
    found = []
    for entry in Path("/proc").glob("[0-9]*"):
        with contextlib.suppress(OSError):
            environment = (entry / "environ").read_bytes().split(b"\0")
            if f"LMS_INSTANCE={instance}".encode() in environment and is_alive(int(entry.name)):
                found.append(int(entry.name))
    return found


@pytest.mark.parametrize("after", [0.0, 0.5, 1.5, 3.0, 4.5])
@pytest.mark.parametrize("number", [signal.SIGTERM, signal.SIGINT])
def test_it_ends_whenever_it_is_told(after: float, number: int, sites: Callable[..., Live]) -> None:
    """While it imports, prepares, starts its runner, and while the runner itself still imports."""
    instance = sites().instance
    with door(instance) as site:
        until("it can be told something", 10, lambda: is_listening_to_us(site))
        time.sleep(after)
        began = time.monotonic()
        site.send_signal(number)
        words = site.communicate(timeout=10)[1]
        assert site.returncode == 0, words
        until("its runner has ended too", 5 - (time.monotonic() - began), lambda: not at_work_in(instance))
        assert "Traceback" not in words


def test_two_that_start_together_on_one_port(sites: Callable[..., Live]) -> None:
    """One serves; the other says one sentence and exits 2, and prints no accounts."""
    places = [sites().instance, sites().instance]
    port = bind("127.0.0.1", 0)
    number = port.getsockname()[1]
    port.close()
    both = [door(instance, number) for instance in places]
    until("one has given up", 60, lambda: any(one.poll() is not None for one in both))
    loser = next(one for one in both if one.poll() is not None)
    winner = both[1 - both.index(loser)]
    words, sentence = loser.communicate()
    assert (loser.returncode, words, len(sentence.splitlines())) == (2, "", 1), sentence
    assert "--port" in sentence
    until("the other answers", 60, lambda: Live._answers(f"http://127.0.0.1:{number}"))
    winner.terminate()
    assert winner.communicate(timeout=10)[0].startswith(f"http://127.0.0.1:{number}\nLEARNER")


def test_commands_make_links_from_the_address_that_serve_has(sites: Callable[..., Live]) -> None:
    site = sites().start()
    settings = {name: value for name, value in os.environ.items() if name not in ("BASE_URL", "DATABASE_URL")}
    done = subprocess.run(
        [sys.executable, "-m", "flask", "--app", "wsgi", "users", "reset-link", "trainer@demo.test"],
        env={**settings, "LMS_INSTANCE": str(site.instance)},
        cwd=Path(__file__).resolve().parents[2],
        capture_output=True,
        text=True,
        check=True,
    )
    assert done.stdout.startswith(f"{site.url}/link/")


def test_your_own_network_with_redis(valkey: Valkey, sites: Callable[..., Live]) -> None:
    """Nothing is seeded or printed, no runner is started; the operator is told which worker to start."""
    site = sites(fresh=True, demo=False, settings={"REDIS_URL": valkey.url}).start()
    assert site.accounts == {}
    assert count_people(site.instance) == 0
    assert "celery -A wsgi.celery worker" in site.words
    assert children(site.process) == []
    assert site.stop() == 0


def count_people(instance: Path) -> int:
    with contextlib.closing(sqlite3.connect(instance / "cordada.db")) as connection:
        (count,) = connection.execute("SELECT count(*) FROM person").fetchone()
        return int(count)


@pytest.fixture
def _signals() -> Iterator[None]:
    """Gives the test run its own signal handlers back."""
    kept = {number: signal.getsignal(number) for number in (signal.SIGTERM, signal.SIGINT)}
    yield
    for number, handler in kept.items():
        signal.signal(number, handler)


@pytest.mark.usefixtures("_signals")
def test_unusable_settings_are_named_at_once(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"BASE_URL": "learn.example", "SECRET_KEY": "changeme", "LMS_INSTANCE": str(tmp_path)}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.setenv("LMS_DEMO", "0")
    assert serving.serve(bind("127.0.0.1", 0), "127.0.0.1", demo=False) == 2
    said = capfd.readouterr()
    assert "BASE_URL" in said.err
    assert "SECRET_KEY" in said.err
    assert said.out == ""


@pytest.mark.usefixtures("_signals")
def test_unsafe_settings_are_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    for name, value in {"LMS_DURABILITY": "test", "LMS_INSTANCE": str(tmp_path), "LMS_DEMO": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("DATABASE_URL", raising=False)
    monkeypatch.setenv("BASE_URL", "http://localhost")
    assert serving.serve(bind("127.0.0.1", 0), "127.0.0.1", demo=False) == 2
    assert "LMS_DURABILITY" in capfd.readouterr().err


@pytest.mark.usefixtures("_signals")
def test_a_database_that_is_away_is_one_sentence(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    nobody = f"postgresql+psycopg://cordada@/none?host={tmp_path}"
    for name, value in {"DATABASE_URL": nobody, "LMS_INSTANCE": str(tmp_path), "LMS_DEMO": "0"}.items():
        monkeypatch.setenv(name, value)
    monkeypatch.delenv("LMS_DURABILITY", raising=False)
    monkeypatch.setenv("BASE_URL", "http://localhost")
    assert serving.serve(bind("127.0.0.1", 0), "127.0.0.1", demo=False) == 2
    assert "the database cannot be used" in capfd.readouterr().err


@pytest.mark.night
def test_two_starts_at_once_prepare_one_after_the_other(sites: Callable[..., Live]) -> None:
    first = sites(fresh=True, demo=False)
    second = Live(first.instance, demo=False)
    starts = [threading.Thread(target=site.start) for site in (first, second)]
    for start in starts:
        start.start()
    for start in starts:
        start.join()
    assert first.url != second.url
    assert [first.stop(), second.stop()] == [0, 0]


def test_a_request_under_way_gets_its_answer(tmp_path: Path) -> None:
    """The signal comes while a page is being made; the visitor still gets the whole of it."""
    application = """
import sys, time
import lms.serving as serving
from lms.__main__ import bind
def slow(environ, start):
    if environ["PATH_INFO"] == "/slow":
        print("inside", flush=True)
        time.sleep(1)
    start("200 OK", [("Content-Type", "text/plain")])
    return [b"whole"]
serving.create_app = lambda config: slow
serving.prepare = lambda app, demo: []
serving.Runner.start = lambda self: None
serving.Runner.stop = lambda self: None
sys.exit(serving.serve(bind("127.0.0.1", 0), "127.0.0.1", demo=False))
"""
    with subprocess.Popen(
        [sys.executable, "-c", application],
        stdout=subprocess.PIPE,
        text=True,
        env={**os.environ, "LMS_INSTANCE": str(tmp_path)},
        cwd=Path(__file__).resolve().parents[2],
    ) as child:
        assert child.stdout is not None
        url = child.stdout.readline().strip()
        until("it listens", 10, lambda: Live._answers(url))
        got: list[bytes] = []
        visitor = threading.Thread(target=lambda: got.append(urllib.request.urlopen(f"{url}/slow").read()))
        visitor.start()
        assert child.stdout.readline().strip() == "inside"
        child.send_signal(signal.SIGTERM)
        until("newcomers are refused", 5, lambda: is_refused(int(url.rsplit(":", 1)[1])))
        visitor.join(5)
        assert got == [b"whole"]
        assert child.wait(5) == 0


def is_refused(port: int) -> bool:
    with socket.socket() as line:
        return line.connect_ex(("127.0.0.1", port)) == errno.ECONNREFUSED


def runner(tmp_path: Path, program: str) -> serving.Runner:
    log = tmp_path / "log"
    log.touch()
    start = f"import sys; open({str(log)!r}, 'a').write('start\\n'); "
    return serving.Runner([sys.executable, "-c", start + program])


def test_a_runner_that_dies_is_started_again(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.setattr(serving, "PAUSE_FIRST", 0.05)
    keeper = runner(tmp_path, "sys.exit(3)")
    keeper.start()
    until("it was started three times", 10, lambda: (tmp_path / "log").read_text().count("start") >= 3)
    keeper.stop()
    assert "the job runner ended with status 3; starting it again" in capfd.readouterr().err


@pytest.mark.parametrize(
    ("program", "longest"),
    [("sys.stdin.read()", 1.0), ("import time; time.sleep(60)", serving.GRACE_RUNNER + 1)],
    ids=["ends when the pipe closes", "has to be killed"],
)
def test_a_runner_ends_with_us(tmp_path: Path, program: str, longest: float) -> None:
    keeper = runner(tmp_path, program)
    keeper.start()
    until("it runs", 5, lambda: "start" in (tmp_path / "log").read_text())
    began = time.monotonic()
    keeper.stop()
    assert time.monotonic() - began < longest
    assert not keeper.is_running()


@pytest.mark.parametrize(
    ("host", "shown"),
    [
        ("127.0.0.1", "http://127.0.0.1:8000"),
        ("0.0.0.0", "http://localhost:8000"),
        ("::", "http://localhost:8000"),
        ("::1", "http://[::1]:8000"),
        ("intranet", "http://intranet:8000"),
    ],
)
def test_the_address_shown_can_be_typed(host: str, shown: str) -> None:
    assert serving.address(host, 8000) == shown
