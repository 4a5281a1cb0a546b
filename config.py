"""The machine's settings: read once from the environment by `wsgi.py`, typed, frozen, all faults told at once.

What a *network* chooses (registration, review, smallest group ...) is not here: it is a row the coordinator edits.
"""

from __future__ import annotations

import os
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from urllib.parse import urlsplit

ROOT = Path(__file__).resolve().parent
#: Keys seen in examples and tutorials: a server that starts with one of them can be impersonated by anyone.
KNOWN_KEYS = frozenset({"secret", "changeme", "change-me", "dev", "development", "test", "password", "default", "key"})


class ConfigError(Exception):
    """One or more settings cannot be used. `faults` holds one sentence for each."""

    def __init__(self, faults: list[str]) -> None:
        super().__init__("Cordada cannot start with these settings:\n" + "\n".join(f"- {fault}" for fault in faults))
        self.faults = faults


@dataclass(frozen=True)
class Config:
    """Everything the machine decides. Build it with `Config.from_env`."""

    secret_key: str
    database_url: str
    redis_url: str | None
    base_url: str
    instance: Path
    courses: Path
    smtp_url: str | None
    sender: str
    proxies: int
    argon2: tuple[int, int, int]
    durability: str
    demo: bool

    @property
    def secure(self) -> bool:
        """Whether people reach the site over https (then cookies are Secure and HSTS is sent)."""
        return self.base_url.startswith("https://")

    @property
    def host(self) -> str:
        """The public host name, without port."""
        return urlsplit(self.base_url).hostname or "127.0.0.1"

    @classmethod
    def from_env(cls, env: Mapping[str, str] | None = None) -> Config:
        """Read the settings from `env` (the process's environment by default).

        Raises `ConfigError` naming every wrong setting at once. Creates the instance folder, and in it the secret key
        (mode 0600) where none is given.
        """
        env = os.environ if env is None else env
        faults: list[str] = []
        instance = Path(env.get("LMS_INSTANCE") or ROOT / "instance").absolute()
        courses = Path(env.get("LMS_COURSES") or ROOT / "courses").absolute()
        if not courses.is_dir():
            faults.append(f"LMS_COURSES: {courses} is not a folder; name the folder that holds the courses.")

        database_url = env.get("DATABASE_URL") or f"sqlite:///{instance / 'cordada.db'}"
        for old in ("postgres://", "postgresql://"):
            if database_url.startswith(old):
                database_url = "postgresql+psycopg://" + database_url[len(old) :]
        if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")):
            faults.append("DATABASE_URL: only sqlite:/// and postgresql:// addresses are understood.")
        if database_url in ("sqlite://", "sqlite:///", "sqlite:///:memory:"):
            faults.append("DATABASE_URL: an in-memory database would forget everybody; name a file.")

        redis_url = env.get("REDIS_URL") or None
        if redis_url and urlsplit(redis_url).scheme not in ("redis", "rediss", "unix"):
            faults.append("REDIS_URL: it must begin with redis://, rediss:// or unix://.")

        base_url = (env.get("BASE_URL") or "http://127.0.0.1:8000").rstrip("/")
        parts = urlsplit(base_url)
        if parts.scheme not in ("http", "https") or not parts.hostname or parts.path or parts.query or parts.username:
            faults.append("BASE_URL: give scheme and host alone, as in https://learn.example.org.")

        smtp_url = env.get("SMTP_URL") or None
        if smtp_url and (urlsplit(smtp_url).scheme not in ("smtp", "smtps") or not urlsplit(smtp_url).hostname):
            faults.append("SMTP_URL: write it as smtp://user:password@host:587 or smtps://host:465.")
        sender = env.get("LMS_SENDER") or f"Cordada <cordada@{parts.hostname or 'localhost'}>"
        if any(ord(sign) < 32 for sign in sender) or "@" not in sender:
            faults.append("LMS_SENDER: give one address, as in Cordada <cordada@example.org>.")

        proxies = _whole(env, "LMS_PROXIES", 0, 0, 5, faults)
        durability = env.get("LMS_DURABILITY") or "full"
        if durability not in ("full", "test"):
            faults.append("LMS_DURABILITY: full, or test in a test run.")
        try:
            memory, rounds, lanes = (int(part) for part in (env.get("LMS_ARGON2") or "19456,2,1").split(","))
        except ValueError:
            faults.append("LMS_ARGON2: three whole numbers: memory in KiB, rounds, lanes (19456,2,1).")
            memory, rounds, lanes = 19456, 2, 1

        key = env.get("SECRET_KEY") or ""
        if key and (len(key) < 32 or len(set(key)) < 8 or key.lower().strip("0123456789-_ ") in KNOWN_KEYS):
            faults.append(
                "SECRET_KEY: too weak; leave it empty to have one made, or give 32 random characters or more."
            )
        if faults:
            raise ConfigError(faults)
        instance.mkdir(parents=True, exist_ok=True)
        return cls(
            secret_key=key or _kept_secret(instance / "secret_key"),
            database_url=database_url,
            redis_url=redis_url,
            base_url=base_url,
            instance=instance,
            courses=courses,
            smtp_url=smtp_url,
            sender=sender,
            proxies=proxies,
            argon2=(memory, rounds, lanes),
            durability=durability,
            demo=env.get("LMS_DEMO", "") == "1",
        )


def _whole(env: Mapping[str, str], name: str, default: int, low: int, high: int, faults: list[str]) -> int:
    text = env.get(name) or str(default)
    if text.isascii() and text.isdigit() and low <= int(text) <= high:
        return int(text)
    faults.append(f"{name}: a whole number from {low} to {high}.")
    return default


def _kept_secret(path: Path) -> str:
    """The secret in `path`, made once with mode 0600; two processes starting together agree on one."""
    draft = path.with_name(f".{path.name}-{secrets.token_hex(4)}")
    if not path.exists():
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_hex(32))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
