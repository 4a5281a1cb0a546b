"""How often one address of the calendar is read, counted in this process: programs that read all the time are told to wait.

The secret itself needs no such guard (nobody guesses 192 bits); this keeps a broken program from costing everybody else.
"""

from __future__ import annotations

from collections import OrderedDict
from datetime import datetime, timedelta
from threading import Lock
from typing import Final

#: (how many, in how long) for one address; and how many addresses are remembered.
READINGS: Final = (60, timedelta(minutes=10))
REMEMBERED: Final = 5_000


class Readings:
    """Counts readings by address, in windows of time. Safe between threads."""

    def __init__(self) -> None:
        self._lock = Lock()
        self._counts: OrderedDict[str, tuple[datetime, int]] = OrderedDict()

    def wait(self, address: str, moment: datetime) -> int:
        """Count a reading of `address` at `moment`. Gives how many seconds to wait, 0 where it may be read now."""
        most, window = READINGS
        with self._lock:
            begun, count = self._counts.pop(address, (moment, 0))
            if begun + window <= moment:
                begun, count = moment, 0
            self._counts[address] = (begun, count + 1)
            while len(self._counts) > REMEMBERED:
                self._counts.popitem(last=False)
        return 0 if count < most else int((begun + window - moment).total_seconds()) + 1
