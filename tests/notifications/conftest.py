"""Fixtures for tests of mails: `demo`, a demonstration without mail server; `posted`, a network with a real one."""

from __future__ import annotations

from collections.abc import Callable

import pytest
from flask import Flask

from tests.accounts.people import House, found
from tests.servers import MailSink


@pytest.fixture
def house(app: Flask) -> House:
    """A small network that is no demonstration and has no mail server."""
    return found(app)


@pytest.fixture
def demo(app: Flask) -> House:
    """A demonstration: its mails are kept to be read."""
    return found(app, demo=True)


@pytest.fixture
def posted(make_app: Callable[..., Flask], mails: MailSink) -> House:
    """A network whose mails go to `mails`, reached by people at https://learn.example.org."""
    return found(make_app(SMTP_URL=mails.url, BASE_URL="https://learn.example.org"))
