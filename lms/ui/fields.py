"""What forms of all rooms are made of, beside the fields of WTForms."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from wtforms.fields.choices import SelectChoice


def options(pairs: Iterable[tuple[str, Any]], group: str | None = None) -> list[SelectChoice]:
    """The choices of a field, from (value, label), under the heading `group` if there is one."""
    return [SelectChoice(value, label, optgroup=group) for value, label in pairs]
