"""`python3 -m lms bench`: runs site and baselines in turn on this machine and prints ratios. See docs/developer.md.

It starts what it needs on loopback in a temporary folder and leaves nothing behind. Only the ratios mean anything elsewhere.
"""

from __future__ import annotations

import argparse
import json
import os
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request
from pathlib import Path

from tests.bench import letters
from tests.bench.load import Ask, Round, press
from tests.bench.site import Chore, build, chores, enlarge, gather, operations, queries_of
from tests.servers import free_port

ROOT = Path(__file__).resolve().parents[2]
BASELINES = {"b0": "/b0", "bj": "/bj", "b1": "/b1", "b2": "/b2", "b3": "/b3"}


#: Seconds that a server has to end.
PATIENCE = 10


def start(target: str, port: int, env: dict[str, str]) -> subprocess.Popen[bytes]:
    """Gunicorn (gthread, the reference server) with one worker of four threads, answering on `port`."""
    command = [
        sys.executable, "-m", "gunicorn", target, "--bind", f"127.0.0.1:{port}", "--workers", "1", "--threads", "4",
        "--worker-class", "gthread", "--log-level", "error",
    ]  # fmt: skip
    process = subprocess.Popen(command, cwd=ROOT, env=env)
    for _ in range(200):
        try:
            urllib.request.urlopen(f"http://127.0.0.1:{port}/b0", timeout=1).read()
            return process
        except urllib.error.HTTPError:
            return process
        except OSError:
            time.sleep(0.1)
    process.kill()
    raise SystemExit(f"{target} did not come up")


def main() -> int:
    """Measure and print. Exit code 1 if an answer was wrong; goals are read by people and are no tests."""
    parser = argparse.ArgumentParser(prog="python3 -m lms bench", description=__doc__)
    parser.add_argument("--only", help="operations whose name holds this word")
    parser.add_argument("--rounds", type=int, default=4)
    parser.add_argument("--seconds", type=float, default=2.0, help="per operation and round")
    parser.add_argument("--database", help="a database URL; by default SQLite in a temporary folder")
    parser.add_argument("--json", type=Path, help="write all figures to this file")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory(prefix="cordada-bench-") as name:
        return measure(options, Path(name))


def measure(options: argparse.Namespace, folder: Path) -> int:
    """One interleaved run: in each round every operation, right beside its baseline."""
    app = build(folder / "site", options.database)
    wanted = [one for one in operations(app) if not options.only or options.only in one.name]
    env = {**os.environ, "BASE_URL": "http://127.0.0.1", "LMS_DURABILITY": "full", "PYTHONPATH": str(ROOT)}
    if options.database:
        env["DATABASE_URL"] = options.database
    site_port, base_port = free_port(), free_port()
    base = start(
        "tests.bench.baselines:make()", base_port, {**env, "LMS_INSTANCE": str(folder / "base"), "BENCH_PREPARE": "1"}
    )
    site = start("wsgi:app", site_port, {**env, "LMS_INSTANCE": str(folder / "site")})
    processes, ports, apps = {"": site}, {"": site_port}, {"": app}
    for place in sorted({one.where for one in wanted} - {""}):
        apps[place] = build(folder / place, None)
        if place == "large":
            enlarge(apps[place], folder / "courses")
        else:
            gather(apps[place])
        ports[place] = free_port()
        own_env = {name: value for name, value in env.items() if name != "DATABASE_URL"}
        processes[place] = start("wsgi:app", ports[place], {**own_env, "LMS_INSTANCE": str(folder / place)})
    own: dict[str, list[Round]] = {one.name: [] for one in wanted}
    least: dict[str, list[Round]] = {one.name: [] for one in wanted}
    asked = dict.fromkeys(own, 0)
    try:
        for number in range(options.rounds + 1):
            for one in wanted:
                path = BASELINES[one.baseline]
                beside = press(base_port, base.pid, lambda _n, path=path: Ask("GET", path), seconds=options.seconds)
                here = press(
                    ports[one.where], processes[one.where].pid, one.ask, seconds=options.seconds, first=asked[one.name]
                )
                # Go on where we stopped: nobody signs in more often than people may.
                asked[one.name] += len(here.latencies)
                if number:  # the first round warms caches and is thrown away
                    least[one.name].append(beside)
                    own[one.name].append(here)
    finally:
        for process in (*processes.values(), base):
            process.terminate()
        for process in (*processes.values(), base):
            try:
                process.wait(PATIENCE)
            except subprocess.TimeoutExpired:  # figures are not thrown away for a server that is slow to go
                process.kill()
    rows = [
        figures(
            one.name, one.baseline, one.goal, own[one.name], least[one.name], queries_of(apps[one.where], one.ask(0))
        )
        for one in wanted
    ]
    rows += [
        timed(one, options.rounds, options.seconds)
        for one in chores(folder / "chores")
        if not options.only or options.only in one.name
    ]
    if not options.only or options.only in letters.NAME:
        rows.append(while_letters_leave(folder / "letters", env, options))
    show(rows)
    if options.json:
        options.json.write_text(json.dumps(rows, indent=1))
    return 1 if any(row["wrong"] for row in rows) else 0


def while_letters_leave(folder: Path, env: dict[str, str], options: argparse.Namespace) -> dict[str, object]:
    """The figures of a page that writes while letters leave, on a site of its own. SQLite: there all writers wait in one line."""
    app, ask = letters.site(folder)
    own = {**{name: value for name, value in env.items() if name != "DATABASE_URL"}, "LMS_INSTANCE": str(folder)}
    port = free_port()
    process = start("wsgi:app", port, own)
    try:
        return letters.measured(
            app, ask, port, process.pid, own, rounds=options.rounds, seconds=max(2.0, options.seconds)
        )
    finally:
        process.terminate()
        process.wait(PATIENCE)


def timed(chore: Chore, rounds: int, seconds: float) -> dict[str, object]:
    """The figures of something done in this process, in turn with the least it can cost: CPU seconds, so that other work
    on the machine counts little.
    """
    taken: dict[bool, list[float]] = {True: [], False: []}
    for number in range(rounds + 1):
        for ours in (False, True):
            do, count, began = (chore.do if ours else chore.least), 0, time.process_time()
            while time.process_time() - began < seconds / 4:
                do()
                count += 1
            if number:
                taken[ours].append((time.process_time() - began) / count)
    ratios = [least / own for own, least in zip(taken[True], taken[False], strict=True)]
    own = 1000 * statistics.median(taken[True])
    return {
        "operation": chore.name, "baseline": "md", "goal": chore.goal, "ratio": statistics.median(ratios),
        "low": min(ratios), "high": max(ratios), "cpu_ratio": statistics.median(ratios), "per_second": 1000 / own,
        "cpu_ms": own, "p50_ms": own, "p99_ms": 1000 * max(taken[True]), "queries": 0, "wrong": 0, "kb": 0, "load": 0.0,
    }  # fmt: skip


def figures(
    name: str, baseline: str, goal: float, own: list[Round], least: list[Round], queries: int
) -> dict[str, object]:
    """The figures of one operation: medians over the rounds, and the spread of the ratio."""
    rates = [len(one.latencies) / one.seconds for one in own]
    ratios = [rate / (len(other.latencies) / other.seconds) for rate, other in zip(rates, least, strict=True)]
    cpu = [one.cpu / max(1, len(one.latencies)) for one in own]
    cpu_ratios = [
        (other.cpu / max(1, len(other.latencies))) / value if value else 0.0
        for value, other in zip(cpu, least, strict=True)
    ]
    every = sorted(value for one in own for value in one.latencies)
    return {
        "operation": name, "baseline": baseline, "goal": goal, "ratio": statistics.median(ratios),
        "low": min(ratios), "high": max(ratios), "cpu_ratio": statistics.median(cpu_ratios),
        "per_second": statistics.median(rates), "cpu_ms": 1000 * statistics.median(cpu),
        "p50_ms": 1000 * every[len(every) // 2], "p99_ms": 1000 * every[min(len(every) - 1, len(every) * 99 // 100)],
        "queries": queries, "wrong": sum(one.wrong for one in own),
        "kb": own[0].size / 1000, "load": max(one.load for one in [*own, *least]),
    }  # fmt: skip


def show(rows: list[dict[str, object]]) -> None:
    """Print the table."""
    print(f"{'operation':<36}{'of':>4}{'ratio':>8}{'spread':>14}{'cpu ratio':>11}{'goal':>6}{'req/s':>8}{'cpu ms':>8}"
          f"{'p50':>7}{'p99':>7}{'kB':>6}{'queries':>9}{'wrong':>7}{'asking':>8}")  # fmt: skip
    for row in rows:
        spread = f"{row['low']:.2f}-{row['high']:.2f}"
        print(f"{row['operation']:<36}{row['baseline']:>4}{row['ratio']:>8.2f}{spread:>14}{row['cpu_ratio']:>11.2f}{row['goal']:>6.2f}"
              f"{row['per_second']:>8.0f}{row['cpu_ms']:>8.2f}{row['p50_ms']:>7.1f}{row['p99_ms']:>7.1f}{row['kb']:>6.0f}{row['queries']:>9}"
              f"{row['wrong']:>7}{row['load']:>8.2f}")  # fmt: skip


if __name__ == "__main__":
    raise SystemExit(main())
