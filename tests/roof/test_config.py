"""The machine's settings: every fault told at once, safe defaults, a secret made once."""

from __future__ import annotations

import stat
import subprocess
import sys
from pathlib import Path

import pytest

from config import ROOT, Config, ConfigError

GOOD_KEY = "k7Qp-2vX_9sLmR4tYw8ZbN3cHdJfGaUe"


def faults(tmp_path: Path, **env: str) -> list[str]:
    with pytest.raises(ConfigError) as caught:
        Config.from_env({"LMS_INSTANCE": str(tmp_path / "i"), **env})
    assert not (tmp_path / "i").exists(), "a site that does not start leaves nothing behind"
    return caught.value.faults


def test_without_any_setting_it_starts(tmp_path: Path) -> None:
    found = Config.from_env({"LMS_INSTANCE": str(tmp_path / "i")})
    assert found.database_url == f"sqlite:///{tmp_path}/i/cordada.db"
    assert (found.base_url, found.host, found.secure) == ("http://127.0.0.1:8000", "127.0.0.1", False)
    assert (found.redis_url, found.smtp_url, found.proxies, found.durability) == (None, None, 0, "full")
    assert found.argon2 == (19456, 2, 1)
    assert found.courses == ROOT / "courses"
    assert not found.demo
    with pytest.raises(AttributeError):
        found.durability = "test"  # type: ignore[misc]


def test_every_wrong_setting_is_named_at_once(tmp_path: Path) -> None:
    wrong = {
        "LMS_COURSES": "/nowhere", "DATABASE_URL": "mysql://x/y", "REDIS_URL": "http://x", "BASE_URL": "learn.example.org",
        "SMTP_URL": "mail.example.org:25", "LMS_SENDER": "nobody", "LMS_PROXIES": "many", "LMS_DURABILITY": "maybe",
        "LMS_ARGON2": "a,b", "SECRET_KEY": "changeme",
    }  # fmt: skip
    assert [fault.split(":")[0] for fault in faults(tmp_path, **wrong)] == list(wrong)


ONE_WRONG = [
    ("DATABASE_URL", "sqlite://"),
    ("DATABASE_URL", "sqlite:///:memory:"),
    ("DATABASE_URL", "postgresql://host:port/x"),
    ("DATABASE_URL", "postgresql://[::1/x"),
    ("BASE_URL", "ftp://learn.example.org"),
    ("BASE_URL", "https://learn.example.org/lms"),
    ("BASE_URL", "https://user@learn.example.org"),
    ("BASE_URL", "https://learn.example.org?x=1"),
    ("BASE_URL", "https://"),
    ("BASE_URL", "http://[::1"),
    ("BASE_URL", "http://learn.example.org:99999"),
    ("REDIS_URL", "localhost:6379"),
    ("REDIS_URL", "redis://[::1"),
    ("SMTP_URL", "smtp://"),
    ("SMTP_URL", "smtp://mail:port"),
    ("SMTP_URL", "https://mail"),
    ("LMS_SENDER", "Cordada <nobody>"),
    ("LMS_SENDER", "Cordada <a@b.example>\nBcc: x@y.example"),
    ("LMS_SENDER", "Sept Vallées, réseau <r@example.org>"),
    ("LMS_PROXIES", "-1"),
    ("LMS_PROXIES", "6"),
    ("LMS_PROXIES", "²"),
    ("LMS_DURABILITY", "FULL"),
    ("LMS_ARGON2", "19456,2"),
    ("LMS_ARGON2", "19456,2,1,1"),
    ("LMS_ARGON2", "19456,0,1"),
    ("LMS_ARGON2", "4,1,1"),
    ("LMS_ARGON2", "-8,1,1"),
    ("SECRET_KEY", "short"),
    ("SECRET_KEY", "a" * 64),
    ("SECRET_KEY", "changeme" * 6),
    ("SECRET_KEY", "change-me-" * 4),
    ("SECRET_KEY", "development" * 4),
    ("SECRET_KEY", "password1234" * 4),
    ("SECRET_KEY", "your-secret-key-here-change-in-production"),
    ("SECRET_KEY", "django-insecure-super-secret-key-please-change-me"),
]


@pytest.mark.parametrize(("name", "value"), ONE_WRONG)
def test_each_wrong_setting_is_a_sentence(tmp_path: Path, name: str, value: str) -> None:
    (fault,) = faults(tmp_path, **{name: value})
    assert fault.startswith(f"{name}: ")
    assert fault.endswith(".")
    assert name != "SECRET_KEY" or value not in fault, "a key is not repeated, weak or not"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("DATABASE_URL", "postgres://me:pass@db:5432/lms"),
        ("DATABASE_URL", "postgresql:///lms?host=/run/postgresql"),
        ("REDIS_URL", "unix:///run/redis.sock"),
        ("BASE_URL", "https://learn.example.org:8443/"),
        ("BASE_URL", "http://[::1]:8000"),
        ("SMTP_URL", "smtps://me:p%40ss@mail.example.org:465"),
        ("LMS_SENDER", '"Sept Vallées, réseau" <r@example.org>'),
        ("LMS_SENDER", "r@example.org"),
        ("LMS_PROXIES", "2"),
        ("LMS_ARGON2", "8,1,1"),
        ("SECRET_KEY", GOOD_KEY),
        ("SECRET_KEY", "0f" * 4 + "a1b2c3d4e5968778" * 4),
        ("SECRET_KEY", "only-for-tests-0123456789-abcdefghijklm"),
    ],
)
def test_right_settings_are_taken(tmp_path: Path, name: str, value: str) -> None:
    Config.from_env({"LMS_INSTANCE": str(tmp_path), name: value})


def test_addresses_of_postgresql_name_their_driver(tmp_path: Path) -> None:
    for given in ("postgres://h/d", "postgresql://h/d", "postgresql+psycopg://h/d"):
        found = Config.from_env({"LMS_INSTANCE": str(tmp_path), "DATABASE_URL": given})
        assert found.database_url == "postgresql+psycopg://h/d"


def test_an_instance_folder_that_cannot_be_made_is_a_sentence(tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    for instance in (tmp_path / "file", tmp_path / "file/below"):
        with pytest.raises(ConfigError) as caught:
            Config.from_env({"LMS_INSTANCE": str(instance), "LMS_PROXIES": "x"})
        assert [fault.split(":")[0] for fault in caught.value.faults] == ["LMS_PROXIES", "LMS_INSTANCE"]


# --- the secret ------------------------------------------------------------------------------------------------------


def test_the_secret_is_made_once_for_its_owner_alone(tmp_path: Path) -> None:
    env = {"LMS_INSTANCE": str(tmp_path / "new/i")}
    first, second = Config.from_env(env).secret_key, Config.from_env(env).secret_key
    kept = tmp_path / "new/i/secret_key"
    assert first == second == kept.read_text()
    assert len(first) == 64
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert stat.S_IMODE(kept.parent.stat().st_mode) == 0o700
    assert [path.name for path in kept.parent.iterdir()] == ["secret_key"]
    assert Config.from_env({**env, "SECRET_KEY": GOOD_KEY}).secret_key == GOOD_KEY


def test_processes_that_start_together_agree_on_one(tmp_path: Path) -> None:
    program = (
        "import sys, time; from pathlib import Path; import config; "
        "print('ready', flush=True); sys.stdin.readline(); "
        "print(config.Config.from_env({'LMS_INSTANCE': sys.argv[1]}).secret_key)"
    )
    several = [
        subprocess.Popen(
            [sys.executable, "-c", program, str(tmp_path / "i")], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True,
            cwd=ROOT,
        )
        for _ in range(4)
    ]  # fmt: skip
    for one in several:
        assert one.stdout is not None
        assert one.stdout.readline() == "ready\n"
    for one in several:
        assert one.stdin is not None
        one.stdin.write("go\n")
        one.stdin.flush()
    keys = {one.communicate(timeout=20)[0].strip() for one in several}
    assert keys == {(tmp_path / "i/secret_key").read_text()}
    assert [path.name for path in (tmp_path / "i").iterdir()] == ["secret_key"]
