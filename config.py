"""The machine's settings: read once from the environment by `wsgi.py`, typed, frozen, all faults told at once.

What a *network* chooses (registration, review, smallest group ...) is not here: it is a row the coordinator edits.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass
from email.utils import parseaddr
from pathlib import Path
from urllib.parse import SplitResult, urlsplit

# NumPy reads this once, when it is loaded. Its matrices are small here, and on a machine that does other things too, threads
# that wait for each other made the same sums take ten to a hundred times as long.
os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")

ROOT = Path(__file__).resolve().parent
#: Words of keys seen in examples and tutorials: what is left of such a key without them is no secret.
EXAMPLE_WORDS = re.compile(
    "secret|change|default|password|development|production|insecure|django|flask|example|please|string|random|super|"
    "replace|your|this|here|test|dev|key|me|my|in|to|0?123456789|1234567890|[-_ .]",
    re.IGNORECASE,
)
#: A key is at least so long, and of so many different signs; and so long still without the words of examples.
KEY_SHORTEST, KEY_SIGNS, KEY_LEFT = 32, 8, 20


#: The file of the instance folder in which `serve` leaves its address: without BASE_URL, commands make links from it.
SERVED = "address"


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
        if not database_url.startswith(("sqlite:///", "postgresql+psycopg://")) or _parts(database_url) is None:
            faults.append("DATABASE_URL: only sqlite:/// and postgresql:// addresses are understood.")
        elif database_url in ("sqlite:///", "sqlite:///:memory:"):
            faults.append("DATABASE_URL: an in-memory database would forget everybody; name a file.")

        redis_url = env.get("REDIS_URL") or None
        redis = _parts(redis_url or "")
        if redis_url and (redis is None or redis.scheme not in ("redis", "rediss", "unix")):
            faults.append("REDIS_URL: it must begin with redis://, rediss:// or unix://.")

        base_url = (env.get("BASE_URL") or _served(instance) or "http://127.0.0.1:8000").rstrip("/")
        parts = _parts(base_url)
        host = parts.hostname if parts else None
        if parts is None or parts.scheme not in ("http", "https") or not host or base_url != _bare(parts):
            faults.append("BASE_URL: give scheme and host alone, as in https://learn.example.org.")

        smtp_url = env.get("SMTP_URL") or None
        smtp = _parts(smtp_url or "")
        if smtp_url and (smtp is None or smtp.scheme not in ("smtp", "smtps") or not smtp.hostname):
            faults.append("SMTP_URL: write it as smtp://user:password@host:587 or smtps://host:465.")
        sender = env.get("LMS_SENDER") or f"Cordada <cordada@{host if host and ':' not in host else 'localhost'}>"
        if any(ord(sign) < 32 for sign in sender) or not re.fullmatch(r"[^\s@]+@[^\s@]+", parseaddr(sender)[1]):
            faults.append(
                'LMS_SENDER: give one address, as in Cordada <cordada@example.org>; a name with a comma in "".'
            )

        proxies = _whole(env, "LMS_PROXIES", 0, 0, 5, faults)
        durability = env.get("LMS_DURABILITY") or "full"
        if durability not in ("full", "test"):
            faults.append("LMS_DURABILITY: full, or test in a test run.")
        try:
            memory, rounds, lanes = (int(part) for part in (env.get("LMS_ARGON2") or "19456,2,1").split(","))
            if lanes < 1 or rounds < 1 or memory < 8 * lanes:
                raise ValueError
        except ValueError:
            faults.append("LMS_ARGON2: three whole numbers: memory in KiB (8 or more for each lane), rounds, lanes.")
            memory, rounds, lanes = 19456, 2, 1

        key = env.get("SECRET_KEY") or ""
        if key and (len(key) < KEY_SHORTEST or len(set(key)) < KEY_SIGNS or len(EXAMPLE_WORDS.sub("", key)) < KEY_LEFT):
            faults.append(
                "SECRET_KEY: too weak; leave it empty to have one made, or give 32 random characters or more."
            )
        above = next(folder for folder in (instance, *instance.parents) if folder.exists())
        if not above.is_dir():
            faults.append(f"LMS_INSTANCE: {above} is a file; name a folder for what this site keeps.")
        if faults:
            raise ConfigError(faults)
        try:
            instance.mkdir(mode=0o700, parents=True, exist_ok=True)  # people, sessions and mails are in it
        except OSError as error:
            raise ConfigError([f"LMS_INSTANCE: {instance} cannot be made ({error.strerror}); name another."]) from error
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


def _parts(url: str) -> SplitResult | None:
    """The parts of an address, None for one that cannot be read (a port that is no number, half an IPv6 address)."""
    try:
        parts = urlsplit(url)
        _ = parts.port
    except ValueError:
        return None
    return parts


def _served(instance: Path) -> str:
    """The address under which `serve` was reached the last time, empty before it has run."""
    try:
        return (instance / SERVED).read_text().strip()
    except OSError:
        return ""


def _bare(parts: SplitResult) -> str:
    """An address without path, query or user."""
    return f"{parts.scheme}://{parts.netloc.rpartition('@')[2]}"


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
