"""The attributes of fields are those WTForms writes."""

from __future__ import annotations

import subprocess
import sys

import pytest
from markupsafe import Markup

from lms.ui.attributes import attributes

VALUES: list[dict[str, object]] = [
    {},
    {"name": "a", "id": "b", "class_": "voice", "rows": 5},
    {"aria_describedby": "x-help x-error", "data_day_one": "1", "aria-invalid": "true"},
    {"checked": True, "readonly": False, "required": True, "value": None},
    {"value": "<b>\"l’eau\" & 'le vin'</b>", "on<x>": "y"},
    {"value": Markup('<i title="no">&amp;</i>')},
]


@pytest.mark.parametrize("values", VALUES)
def test_they_are_those_of_the_library(values: dict[str, object]) -> None:
    # Asked in a process of its own: in this one a widget may write them as ours already.
    text = "from markupsafe import Markup; from wtforms.widgets import html_params; print(html_params(**eval(input())), end='')"
    said = subprocess.run(
        [sys.executable, "-c", text],
        input=repr(values) + "\n",
        capture_output=True,
        text=True,
        check=True,
        encoding="utf-8",
    )
    assert str(attributes(**values)) == said.stdout
