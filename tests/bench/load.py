"""A small load generator: a few connections that are kept open, each asking in turn; and CPU time read from the system."""

from __future__ import annotations

import os
import socket
import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path

TICKS = os.sysconf("SC_CLK_TCK")


@dataclass(frozen=True)
class Ask:
    """One request: method, path, body and headers, and the status that means it worked."""

    method: str
    path: str
    headers: Mapping[str, str] = field(default_factory=dict)
    body: str | None = None
    expect: tuple[int, ...] = (200,)


@dataclass
class Round:
    """What one round measured: how long each answer took (s), CPU used by the server (s), wrong answers, the size of a
    page (bytes), and how much of a core we needed to ask (near 1: it is us who were measured).
    """

    seconds: float
    latencies: list[float]
    cpu: float
    wrong: int
    size: int
    load: float


def cpu_of(pid: int) -> float:
    """Seconds of CPU that a process and its children have used."""
    total = 0.0
    for child in [pid, *children_of(pid)]:
        try:
            parts = Path(f"/proc/{child}/stat").read_text().rpartition(")")[2].split()
        except FileNotFoundError:
            continue
        total += (int(parts[11]) + int(parts[12])) / TICKS
    return total


def children_of(pid: int) -> list[int]:
    """The processes that `pid` started, and theirs."""
    try:
        direct = [int(text) for text in Path(f"/proc/{pid}/task/{pid}/children").read_text().split()]
    except FileNotFoundError:
        return []
    return [found for child in direct for found in (child, *children_of(child))]


class Hand:
    """One connection that is kept open. It does as little as it can, so that it is the server that is measured."""

    def __init__(self, port: int) -> None:
        self._line = socket.create_connection(("127.0.0.1", port), timeout=30)
        self._line.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        self._file = self._line.makefile("rb")

    def ask(self, wanted: Ask) -> tuple[int, int]:
        """Send one request; gives the status of its answer and the size of its body."""
        body = (wanted.body or "").encode()
        lines = [f"{wanted.method} {wanted.path} HTTP/1.1", "Host: 127.0.0.1"]
        lines += [f"{name}: {value}" for name, value in wanted.headers.items()]
        if wanted.method != "GET":
            lines.append(f"Content-Length: {len(body)}")
        self._line.sendall("\r\n".join([*lines, "", ""]).encode() + body)
        status = int(self._file.readline().split()[1])
        length = 0
        while (line := self._file.readline()) != b"\r\n":
            if line[:15].lower() == b"content-length:":
                length = int(line[15:])
        self._file.read(length)
        return status, length

    def close(self) -> None:
        """Hang up."""
        self._file.close()
        self._line.close()


def press(port: int, pid: int, ask: Callable[[int], Ask], *, seconds: float, first: int = 0, hands: int = 4) -> Round:
    """Ask for `seconds` over `hands` connections; `ask(n)` gives the n-th request, counted from `first`."""
    latencies: list[list[float]] = [[] for _ in range(hands)]
    wrong, sizes = [0] * hands, [0] * hands
    start, before, own = time.perf_counter(), cpu_of(pid), time.process_time()
    until = start + seconds

    def work(hand: int) -> None:
        connection = Hand(port)
        count = first + hand
        while time.perf_counter() < until:
            wanted = ask(count)
            count += hands
            began = time.perf_counter()
            status, sizes[hand] = connection.ask(wanted)
            latencies[hand].append(time.perf_counter() - began)
            wrong[hand] += status not in wanted.expect
        connection.close()

    threads = [threading.Thread(target=work, args=(hand,)) for hand in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    return Round(
        took,
        sorted(value for hand in latencies for value in hand),
        cpu_of(pid) - before,
        sum(wrong),
        max(sizes),
        (time.process_time() - own) / took,
    )
