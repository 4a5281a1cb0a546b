"""Findings: what `check` says about a file, and how a line of it is printed."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any

from lms.content.messages import tell

_FIELD_LENGTH = 90


@dataclass(frozen=True)
class Fault:
    """Something wrong in one file, before it is known where the file lies.

    `key` is a key of the message catalogue: a code, perhaps with a variant (`E009/depth`). Lines and columns count
    from 1; column 0 means that the column does not help.
    """

    line: int
    key: str
    fields: tuple[tuple[str, str], ...] = ()
    column: int = 0

    @property
    def blocks(self) -> bool:
        """Say whether it keeps a course from being published."""
        return self.key.startswith("E")


def fault(key: str, line: int = 1, column: int = 0, /, **fields: object) -> Fault:
    """Make a fault; long fields are shortened so that a line stays a line."""
    return Fault(line, key, tuple((name, _short(str(value))) for name, value in fields.items()), column)


def _short(text: str) -> str:
    # Control characters of an author's text must not reach a terminal.
    words = " ".join("".join(c if c.isprintable() else " " for c in text[: 4 * _FIELD_LENGTH]).split())
    return words if len(words) <= _FIELD_LENGTH else words[: _FIELD_LENGTH - 1] + "…"


@dataclass(frozen=True, order=True)
class Finding:
    """One line of a report. Sorted by path, line, code."""

    path: str
    line: int
    code: str
    column: int
    key: str = field(repr=False)
    fields: tuple[tuple[str, str], ...] = field(repr=False)
    message: str
    fix: str

    @property
    def severity(self) -> str:
        """`error` (blocks publishing) or `warning`."""
        return "error" if self.code.startswith("E") else "warning"

    def told_in(self, lang: str) -> Finding:
        """Give the same finding in another language."""
        return finding(self.path, Fault(self.line, self.key, self.fields, self.column), lang)

    def as_dict(self) -> dict[str, Any]:
        """Give the shape of `--format json`."""
        return {
            "path": self.path,
            "line": self.line,
            "column": self.column or None,
            "code": self.code,
            "severity": self.severity,
            "message": self.message,
            "fix": self.fix,
        }


def finding(path: str, found: Fault, lang: str = "en") -> Finding:
    """Make a finding of a fault in the file at `path`, told in `lang`."""
    message, fix = tell(found.key, dict(found.fields), lang)
    return Finding(path, found.line, found.key.partition("/")[0], found.column, found.key, found.fields, message, fix)


def format_finding(found: Finding) -> str:
    """Give the line `path:line[:column]: CODE sentence — fix`."""
    column = f":{found.column}" if found.column else ""
    return f"{found.path}:{found.line}{column}: {found.code} {found.message} — {found.fix}"
