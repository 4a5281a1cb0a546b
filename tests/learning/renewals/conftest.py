"""The town of assignments, also with courses that give a certificate."""

from __future__ import annotations

from pathlib import Path

import pytest
from flask import Flask

from tests.learning.assignments.conftest import Town, any_town, found_town, town

__all__ = ["any_town", "certified_town", "town"]


@pytest.fixture
def certified_town(any_app: Flask, tmp_path: Path) -> Town:
    """Its courses give a certificate for their last quiz."""
    return found_town(any_app, tmp_path / "courses", head="certificate:\n  require: [trois/quiz]\n")
