"""A real Chromium for the trips, and what to hold against a page in it.

Debian's Chromium (or any other that `lms.__main__.chromium` finds) is driven through Playwright; its own download is
never needed. `Live` is a served site of its own; `axe` and `watch` are what every page visited must stand.
"""

from __future__ import annotations

import os
import queue
import signal
import subprocess
import sys
import threading
import time
import urllib.error
import urllib.request
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from lms.__main__ import ROOT

if TYPE_CHECKING:
    from playwright.sync_api import ConsoleMessage, Page, Request, Response

FLAGS = (
    "--no-sandbox",
    "--disable-gpu",
    "--disable-quic",
    "--disable-dev-shm-usage",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
)
#: The server is started without the installer: the tests already run in an environment that has everything.
SERVE = (
    "import sys; from lms.__main__ import bind; from lms.serving import serve; "
    "sys.exit(serve(bind('127.0.0.1', int(sys.argv[1])), '127.0.0.1', demo=sys.argv[2] == 'demo'))"
)
#: Milliseconds to wait for what a page does: no page takes so long, a machine with much else to do may.
WAIT = 30_000
#: Settings of the machine that runs the tests and must not leak into a site under test.
SETTINGS = ("DATABASE_URL", "REDIS_URL", "BASE_URL", "SMTP_URL", "SECRET_KEY")
#: Rules of axe that a page must stand: WCAG 2.2 A and AA, and good practice.
AXE_TAGS = ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"]


def followed(page: Page, address: str) -> Response | None:
    """What a link leads to, once it is loaded; None where it is a file to keep instead of a page."""
    from playwright.sync_api import Error

    try:
        return page.goto(address, wait_until="load")
    except Error as error:
        if "Download is starting" not in str(error):
            raise
        return None


def patient(page: Page) -> None:
    """Let every later `page.goto` win over the page that a press just before it was still opening.

    Chromium ends a navigation with ERR_ABORTED where a form pressed a moment ago begins its own meanwhile. A person who
    types an address then types it again; so does this, once. Anything else that goes wrong is raised as ever.
    """
    from playwright.sync_api import Error

    first = page.goto

    def goto(url: str, **options: Any) -> Response | None:
        try:
            return first(url, **options)
        except Error as error:
            if "ERR_ABORTED" not in str(error):
                raise
            page.wait_for_load_state()
            return first(url, **options)

    page.goto = goto  # type: ignore[method-assign]


@dataclass
class Live:
    """A site served by a process of its own, from the instance folder `instance`.

    `url` is its address; `accounts` maps a role in lower case to (e-mail, password), as printed at the start.
    """

    instance: Path
    settings: Mapping[str, str] = field(default_factory=dict)
    demo: bool = True
    patience: float = 180.0
    url: str = ""
    accounts: dict[str, tuple[str, str]] = field(default_factory=dict)
    process: subprocess.Popen[str] | None = None
    _noise: list[str] = field(default_factory=list)

    def start(self, port: int = 0) -> Live:
        """Start it on `port` (0: a free one) and wait until it answers. Raises `RuntimeError` with its last words."""
        environment = {
            name: value for name, value in os.environ.items() if name not in SETTINGS and not name.startswith("LMS_")
        }
        environment |= {"LMS_INSTANCE": str(self.instance), "PYTHONUNBUFFERED": "1", **self.settings}
        self.process = subprocess.Popen(
            [sys.executable, "-c", SERVE, str(port), "demo" if self.demo else "own"],
            stdout=subprocess.PIPE,
            stderr=subprocess.PIPE,
            stdin=subprocess.DEVNULL,
            text=True,
            cwd=ROOT,
            env=environment,
        )
        lines: queue.Queue[str] = queue.Queue()
        threading.Thread(target=self._pump, args=(self.process.stdout, lines.put), daemon=True).start()
        threading.Thread(target=self._pump, args=(self.process.stderr, self._noise.append), daemon=True).start()
        deadline = time.monotonic() + self.patience
        printed: list[str] = []
        while time.monotonic() < deadline and self.process.poll() is None:
            while not lines.empty():
                printed.append(lines.get().strip())
            # All is printed before it listens, so whoever got an answer has everything that was printed.
            if printed and self._answers(printed[0]):
                while not lines.empty():
                    printed.append(lines.get().strip())
                self.url = printed[0]
                rows = [line.split() for line in printed[1:] if line]
                self.accounts = {role.lower(): (address, password) for role, address, password in rows}
                return self
            time.sleep(0.05)
        self.kill()
        time.sleep(0.1)  # its last words are still on their way
        raise RuntimeError(f"the site did not start; it said:\n{' / '.join(printed)}\n{self.words}")

    @staticmethod
    def _pump(source: object, put: object) -> None:
        for line in source:  # type: ignore[attr-defined]
            put(line)  # type: ignore[operator]

    @staticmethod
    def _answers(url: str) -> bool:
        try:
            with urllib.request.urlopen(f"{url}/healthz", timeout=2) as answer:
                return bool(answer.status == 200)
        except (urllib.error.URLError, OSError, ValueError):
            return False

    @property
    def words(self) -> str:
        """What it has said on stderr so far."""
        return "".join(self._noise)

    def stop(self, number: int = signal.SIGTERM) -> int:
        """Ask it to end with signal `number`; gives its exit status. Raises `AssertionError` after 10 seconds."""
        assert self.process is not None
        self.process.send_signal(number)
        try:
            return self.process.wait(10)
        except subprocess.TimeoutExpired:
            self.kill()
            raise AssertionError(f"the site did not end; it said:\n{self.words}") from None

    def kill(self) -> None:
        """End it as a power cut would."""
        if self.process is not None:
            self.process.kill()
            self.process.wait()


@dataclass
class Watched:
    """What a page did that it must not: calls to other machines, things the security policy blocked, errors."""

    foreign: list[str] = field(default_factory=list)
    errors: list[str] = field(default_factory=list)

    def check(self) -> None:
        """Raises `AssertionError` naming everything seen."""
        assert not self.foreign, f"requests to other machines: {self.foreign}"
        assert not self.errors, f"errors in the browser: {self.errors}"


def watch(page: Page, url: str) -> Watched:
    """Watch `page`, which shows the site at `url`, from now on; ask the result for `check()` at the end."""
    home = urlsplit(url).netloc
    seen = Watched()

    def on_request(request: Request) -> None:
        address = urlsplit(request.url)
        if address.scheme not in ("data", "blob", "about") and address.netloc != home:
            seen.foreign.append(request.url)

    def on_console(message: ConsoleMessage) -> None:
        # A page that is meant to answer 404 or 422 makes the browser log the status; that is no fault of the page.
        if message.type == "error" and "the server responded with a status of" not in message.text:
            seen.errors.append(message.text)

    page.on("request", on_request)
    page.on("console", on_console)
    page.on("pageerror", lambda fault: seen.errors.append(str(fault)))
    return seen


def axe(page: Page) -> None:
    """Hold axe-core against the page as it stands. Raises `AssertionError` with each violation and where it is."""
    from axe_playwright_python.base import AXE_SCRIPT

    page.wait_for_load_state()  # not while its sheets are still on their way
    # Half a megabyte of script goes in once for a document, and the violations alone come back: it is run very often.
    if not page.evaluate("'axe' in window"):
        page.evaluate(AXE_SCRIPT)
    violations = page.evaluate(
        "tags => axe.run({runOnly: {type: 'tag', values: tags}, resultTypes: ['violations']}).then(all => all.violations)",
        AXE_TAGS,
    )
    found = [
        f"{violation['id']} ({violation['impact']}): {violation['help']}\n"
        + "\n".join(
            f"    {' '.join(map(str, node['target']))}: {node['html'][:160]}" for node in violation["nodes"][:5]
        )
        for violation in violations
    ]
    assert not found, f"axe on {page.url}:\n" + "\n".join(found)
