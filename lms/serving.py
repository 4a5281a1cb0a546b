"""What `python3 -m lms serve` does once it stands in its virtual environment.

It prepares the site, prints where it is and who can sign in, keeps the job runner alive beside it, and serves until it
is told to stop. Meant for one machine; several machines use gunicorn and Celery (docs/operator.md).
"""

from __future__ import annotations

import contextlib
import os
import socket
import subprocess
import sys
import threading
import time
from types import FrameType

from sqlalchemy.exc import DatabaseError
from waitress.server import BaseWSGIServer, create_server

from config import SERVED, Config, ConfigError
from lms.__main__ import alone, end_now, hear, say
from lms.app import create_app
from lms.foundation.security import FILES_LIMIT
from lms.startup import Unsafe, prepare, settle

THREADS = 8
#: Bytes after which a body is cut off unread. What is only somewhat too large gets the site's own page.
BODY_CUT = 2 * FILES_LIMIT
#: Seconds that requests and the runner get to end, at the same time, and after which everything ends unasked: five are
#: promised.
GRACE_REQUESTS = 2.0
GRACE_RUNNER = 2.0
GRACE_LAST = 4.0
#: Seconds before a runner that died is started again: first, and at most.
PAUSE_FIRST, PAUSE_MOST = 1.0, 30.0
#: A runner that lived this many seconds was healthy: the next pause is the first one again.
HEALTHY_AFTER = 60.0


def address(host: str, port: int) -> str:
    """The address people on this machine type: a wildcard host is shown as localhost."""
    if host in ("0.0.0.0", "::", ""):
        host = "localhost"
    return f"http://[{host}]:{port}" if ":" in host else f"http://{host}:{port}"


class Runner:
    """The job runner as a child process: started again when it dies, gone when we are.

    It holds the far end of a pipe. When this process ends, however it ends, the pipe closes and the runner stops.
    """

    def __init__(self, command: list[str] | None = None) -> None:
        self.command = command or [sys.executable, "-m", "lms.runner"]
        self._stopping = threading.Event()
        self._thread = threading.Thread(target=self._keep, name="runner-keeper", daemon=True)

    def start(self) -> None:
        """Start it and keep it running."""
        self._thread.start()

    def let_go(self) -> None:
        """Have it ended, by closing the pipe, then by force; `stop` waits for it."""
        self._stopping.set()

    def stop(self) -> None:
        """End it, and come back when it has ended."""
        self.let_go()
        self._thread.join(GRACE_RUNNER + 1.0)

    def is_running(self) -> bool:
        """Whether it is being kept alive."""
        return self._thread.is_alive()

    def _keep(self) -> None:
        pause = PAUSE_FIRST
        while not self._stopping.is_set():
            began = time.monotonic()
            # Its own session: Ctrl-C at the terminal reaches this process alone, which then closes the pipe.
            with subprocess.Popen(self.command, stdin=subprocess.PIPE, start_new_session=True) as child:
                while child.poll() is None and not self._stopping.wait(0.2):
                    pass
                if self._stopping.is_set():
                    _end(child)
                    return
            pause = PAUSE_FIRST if time.monotonic() - began > HEALTHY_AFTER else pause
            say(f"the job runner ended with status {child.returncode}; starting it again in {pause:.0f} s.")
            self._stopping.wait(pause)
            pause = min(pause * 2, PAUSE_MOST)


def _end(child: subprocess.Popen[bytes]) -> None:
    """End `child` within `GRACE_RUNNER` seconds."""
    if child.stdin is not None:
        child.stdin.close()
    try:
        child.wait(GRACE_RUNNER)
    except subprocess.TimeoutExpired:
        child.kill()
        child.wait()


def _drain(server: BaseWSGIServer) -> None:
    """Take no more visitors and give those inside `GRACE_REQUESTS` seconds to get their answers."""
    server.del_channel()
    with contextlib.suppress(OSError):  # newcomers are refused at once instead of waiting in vain
        server.socket.shutdown(socket.SHUT_RDWR)
    deadline = time.monotonic() + GRACE_REQUESTS
    server.task_dispatcher.shutdown(cancel_pending=True, timeout=GRACE_REQUESTS)
    while time.monotonic() < deadline and any(c.total_outbufs_len for c in list(server.active_channels.values())):
        time.sleep(0.02)


def serve(listener: socket.socket, host: str, *, demo: bool) -> int:
    """Prepare the site and serve it on `listener` (bound, not listening) until SIGTERM or Ctrl-C.

    Takes the host as it was typed, and whether an empty database gets the demo network. Gives the exit status: 0 when
    told to stop, 1 when the server failed, 2 when the settings cannot be used or the port went to somebody else.
    """
    stopping = threading.Event()
    failed = False

    def stop(number: int, frame: FrameType | None) -> None:
        stopping.set()

    hear(end_now)
    here = address(host, listener.getsockname()[1])
    os.environ.setdefault("BASE_URL", here)
    os.environ["LMS_DEMO"] = os.environ.get("LMS_DEMO", "1") if demo else "0"
    try:
        config = Config.from_env(os.environ)
        app = create_app(config)
        with alone(config.instance / "start.lock", "another start prepares this site; waiting for it."):
            accounts = prepare(app, demo=config.demo)
        settle()
    except (ConfigError, Unsafe) as fault:
        print(fault, file=sys.stderr, flush=True)
        return 2
    except DatabaseError as fault:
        say(f"the database cannot be used: {fault.orig}")
        return 2
    try:
        listener.listen()  # holds the port: of two that start together, one is told here, before it says anything else
    except OSError as fault:
        say(f"cannot listen on {here}: {fault.strerror or fault}; choose another port with --port.")
        return 2
    (config.instance / SERVED).write_text(config.base_url)
    print(here, *("  ".join(row) for row in accounts), sep="\n", flush=True)
    server = create_server(
        app,
        sockets=[listener],
        threads=THREADS,
        ident=None,
        connection_limit=500,
        asyncore_use_poll=True,
        # Behind a proxy the application reads these headers itself, as many steps deep as LMS_PROXIES says.
        max_request_body_size=BODY_CUT,
        clear_untrusted_proxy_headers=config.proxies == 0,
    )

    def loop() -> None:
        nonlocal failed
        try:
            server.run()
        except Exception as fault:  # whatever it was, a site that no longer answers must end
            say(f"the server failed: {fault!r}")
            failed = True
        finally:
            stopping.set()

    hear(stop)
    runner = None
    if config.redis_url:
        say("REDIS_URL is set, so jobs wait for a worker: celery -A wsgi.celery worker")
    else:
        runner = Runner()
        runner.start()
    # The loop sends the answers; it runs beside this thread so that it outlives the signal.
    threading.Thread(target=loop, name="server", daemon=True).start()
    stopping.wait()
    last = threading.Timer(GRACE_LAST, os._exit, (1 if failed else 0,))
    last.daemon = True
    last.start()
    say("stopping.")
    if runner is not None:
        runner.let_go()
    _drain(server)
    if runner is not None:
        runner.stop()
    return 1 if failed else 0
