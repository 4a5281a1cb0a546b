"""The real servers that other tests stand on: they start, do their work, and leave nothing behind."""

from __future__ import annotations

import os
import shutil
import smtplib
import stat
import subprocess
import sys
from collections.abc import Callable
from email.message import EmailMessage
from pathlib import Path

import psycopg
import pytest
import redis

from tests.servers import MailSink, Missing, Postgres, Valkey


def ask(url: str, question: str) -> object:
    with psycopg.connect(url.replace("postgresql+psycopg", "postgresql"), autocommit=True) as connection:
        row = (
            connection.execute(question).fetchone()
            if question.startswith("S")
            else connection.execute(question) and None
        )
        return row[0] if row else None


def test_postgresql_listens_on_no_network(postgres: Postgres) -> None:
    url = postgres.create()
    assert ask(url, "SHOW listen_addresses") == ""
    assert ask(url, "SHOW fsync") == "off"
    assert str(ask(url, "SHOW server_version_num")) >= "150000"


def test_a_copy_holds_what_its_template_held(postgres: Postgres) -> None:
    name = postgres.template(lambda url: ask(url, "CREATE TABLE space AS SELECT 'Prades' AS name"))
    first, second = postgres.create(template=name), postgres.create(template=name)
    ask(first, "DELETE FROM space")
    assert ask(second, "SELECT name FROM space") == "Prades"
    postgres.drop(first)
    with pytest.raises(psycopg.OperationalError):
        ask(first, "SELECT 1")


def test_postgresql_leaves_nothing_behind(postgres: Postgres) -> None:
    """Neither a folder nor a system user, nor other rights on root's home."""
    home, users = Path.home().stat().st_mode, Path("/etc/passwd").read_bytes()
    another = Postgres()
    folder = another.home
    assert stat.S_ISSOCK((folder / ".s.PGSQL.5432").stat().st_mode)
    another.stop()
    assert not folder.exists()
    assert (Path.home().stat().st_mode, Path("/etc/passwd").read_bytes()) == (home, users)


def test_missing_programs_are_named(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("LMS_TEST_PG_BIN", str(tmp_path))
    with pytest.raises(Missing, match="LMS_TEST_PG_BIN"):
        Postgres()


def test_other_programs_can_be_named(postgres: Postgres, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LMS_TEST_PG_BIN", str(postgres.programs))
    another = Postgres()
    try:
        assert ask(another.create(), "SELECT 1") == 1
    finally:
        another.stop()


def test_valkey_forgets_when_it_is_killed_and_comes_back_at_the_same_address(valkey: Valkey) -> None:
    with redis.Redis.from_url(valkey.url) as client:
        client.set("bell", "rung")
        assert client.get("bell") == b"rung"
        valkey.stop()
        with pytest.raises(redis.ConnectionError):
            client.get("bell")
        valkey.start()
        assert client.get("bell") is None


def test_the_mail_sink_keeps_letters_as_they_came(mails: MailSink) -> None:
    letter = EmailMessage()
    letter["From"], letter["To"], letter["Subject"] = "a@example.org", "b@example.org", "Votre lien – été"
    letter.set_content("Voici votre lien : https://exemple.org\n")
    with smtplib.SMTP("127.0.0.1", mails.port) as line:
        line.send_message(letter)
        mails.refusal = "451 Try again later"
        with pytest.raises(smtplib.SMTPDataError):
            line.send_message(letter)
    (kept,) = mails.wait(1)
    assert (kept.sender, kept.recipients) == ("a@example.org", ("b@example.org",))
    assert kept.subject == "Votre lien – été"
    assert "https://exemple.org" in kept.text
    assert b"Subject:" in kept.raw


MISSING_TEST = """
import pytest
@pytest.fixture(scope="module", params=["sqlite", "postgresql"])
def shared(request):
    return request.param
def test_on_what_the_file_shares(shared):
    pass
def test_needs_postgresql(postgres):
    pass
def test_needs_no_server():
    pass
def test_needs_a_browser(browser):
    pass
"""


@pytest.fixture
def run_without(tmp_path: Path) -> Callable[[str], str]:
    """Runs three small tests where there is neither PostgreSQL nor a browser, required ("1") or not ("0")."""
    root = Path(__file__).resolve().parents[2]
    folder = tmp_path / "tests"
    folder.mkdir()
    for name in ("__init__", "conftest", "servers", "browser", "decent", "visits"):
        shutil.copy(root / f"tests/{name}.py", folder)
    (folder / "test_small.py").write_text(MISSING_TEST)

    def run(required: str) -> str:
        missing = {"LMS_TEST_PG_BIN": str(tmp_path), "LMS_CHROMIUM": str(tmp_path / "none")}
        demands = {"LMS_REQUIRE_SERVERS": required, "LMS_REQUIRE_BROWSER": required}
        done = subprocess.run(
            [sys.executable, "-m", "pytest", "tests", "-q", "-p", "no:xdist", "--import-mode=importlib"],
            cwd=tmp_path,
            env={**os.environ, **missing, **demands, "PYTHONPATH": f"{tmp_path}{os.pathsep}{root}"},
            capture_output=True,
            text=True,
        )
        return done.stdout + done.stderr

    return run


def test_what_is_missing_is_skipped_loudly(run_without: Callable[[str], str]) -> None:
    said = run_without("0")
    assert "3 passed, 2 skipped" in said
    assert "ran with: PostgreSQL 1, " in said, "a test on PostgreSQL counts, whoever asked for the cluster"
    assert "NOT RUN: 1 tests. LMS_TEST_PG_BIN" in said
    assert "NOT RUN: 1 tests. browser" in said


def test_what_is_missing_fails_where_it_is_required(run_without: Callable[[str], str]) -> None:
    assert "3 passed, 2 errors" in run_without("1")
