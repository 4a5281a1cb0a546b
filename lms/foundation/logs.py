"""The log on stderr: one line per event, whatever came from outside.

A name, an address or the text of an exception can hold line breaks and terminal commands. They are written as escapes,
and the lines of a trace are marked, so that nobody outside can write a line that looks like one of ours.
"""

from __future__ import annotations

import logging
from types import TracebackType

FORMAT = "%(asctime)s %(levelname)s %(name)s: %(message)s"
#: Stands before every line of a trace.
MARK = "  | "


def escaped(text: str) -> str:
    """`text` on one line: what cannot be printed becomes its Python escape."""
    return "".join(sign if sign.isprintable() else ascii(sign)[1:-1] for sign in text)


class PlainFormatter(logging.Formatter):
    """Formats an event as one escaped line, and its trace as marked lines."""

    def formatMessage(self, record: logging.LogRecord) -> str:
        """The line of an event."""
        return escaped(super().formatMessage(record))

    def formatException(
        self, ei: tuple[type[BaseException], BaseException, TracebackType | None] | tuple[None, None, None]
    ) -> str:
        """The trace of an exception, with its own words escaped."""
        return "\n".join(MARK + escaped(line) for line in super().formatException(ei).splitlines())


def install() -> None:
    """Log to stderr this way, unless the process that runs us has its own log."""
    if not logging.getLogger().handlers:
        handler = logging.StreamHandler()
        handler.setFormatter(PlainFormatter(FORMAT))
        logging.basicConfig(level=logging.INFO, handlers=[handler])
