"""A small load generator: a few connections that are kept open, each asking in turn; and CPU time read from the system."""

from __future__ import annotations

import http.client
import os
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
    """What one round measured: how many answers, how long each took (s), CPU used by the server (s), wrong answers."""

    seconds: float
    latencies: list[float]
    cpu: float
    wrong: int


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


def press(port: int, pid: int, ask: Callable[[int], Ask], *, seconds: float, hands: int = 4) -> Round:
    """Ask for `seconds` over `hands` connections. `ask(n)` gives the n-th request of a connection's own count."""
    latencies: list[list[float]] = [[] for _ in range(hands)]
    wrong = [0] * hands
    start, before = time.perf_counter(), cpu_of(pid)
    until = start + seconds

    def work(hand: int) -> None:
        connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
        count = hand
        while time.perf_counter() < until:
            wanted = ask(count)
            count += hands
            began = time.perf_counter()
            connection.request(wanted.method, wanted.path, body=wanted.body, headers=dict(wanted.headers))
            answer = connection.getresponse()
            answer.read()
            latencies[hand].append(time.perf_counter() - began)
            wrong[hand] += answer.status not in wanted.expect
        connection.close()

    threads = [threading.Thread(target=work, args=(hand,)) for hand in range(hands)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    took = time.perf_counter() - start
    return Round(took, sorted(value for hand in latencies for value in hand), cpu_of(pid) - before, sum(wrong))
