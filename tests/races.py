"""Races: the same moment for 2, 8 and 32 threads, again and again. `LMS_RACE_ROUNDS` says how often (200 is a long run)."""

from __future__ import annotations

import os
import threading
from collections.abc import Callable, Sequence

import pytest

from lms.foundation.errors import DomainError

#: How often each race is run: few rounds in the suite, as many as the environment says in a long run.
ROUNDS = range(int(os.environ.get("LMS_RACE_ROUNDS", "1")))

#: A test of a race runs with so many threads in turn.
threads = pytest.mark.parametrize("threads", [2, 8, 32])


def at_once(acts: Sequence[Callable[[], object]]) -> list[object]:
    """Do all of it at the same moment, each in a thread of its own. Gives what came of each, in the order of `acts`: errors of
    the domain too; any other error is raised.
    """
    gate, found, wrong = threading.Barrier(len(acts)), dict[int, object](), list[Exception]()

    def run(place: int) -> None:
        gate.wait(60)
        try:
            found[place] = acts[place]()
        except DomainError as error:
            found[place] = error
        except Exception as error:
            wrong.append(error)

    running = [threading.Thread(target=run, args=(place,)) for place in range(len(acts))]
    for one in running:
        one.start()
    for one in running:
        one.join(120)
        assert not one.is_alive(), "a thread hangs"
    if wrong:
        raise ExceptionGroup("in a race", wrong)
    return [found[place] for place in range(len(acts))]
