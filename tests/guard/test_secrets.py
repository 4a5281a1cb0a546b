"""Row W2 of the guard list: no key in the files of the project, nor in its history, nor in what it writes."""

from __future__ import annotations

import re
import stat
import subprocess
from pathlib import Path

import pytest

from config import Config
from tests.guard.world import SECRET

ROOT = Path(__file__).resolve().parents[2]
#: Shapes that keys have. Each has a sample below, so that the search is known to find one.
SHAPES: dict[str, str] = {
    "private key": r"-----BEGIN (?:RSA |EC |OPENSSH |DSA |PGP )?PRIVATE KEY",
    "AWS": r"\b(?:AKIA|ASIA)[0-9A-Z]{16}\b",
    "GitHub": r"\bgh[pousr]_[A-Za-z0-9]{36}\b|\bgithub_pat_[A-Za-z0-9_]{50,}\b",
    "GitLab": r"\bglpat-[A-Za-z0-9_-]{20}\b",
    "Slack": r"\bxox[baprs]-[A-Za-z0-9-]{10,}\b",
    "Stripe": r"\b[rs]k_live_[A-Za-z0-9]{20,}\b",
    "Google": r"\bAIza[0-9A-Za-z_-]{35}\b",
    "generic API": r"\bsk-[A-Za-z0-9_-]{32,}\b",
    "JWT": r"\beyJ[A-Za-z0-9_-]{10,}\.eyJ[A-Za-z0-9_-]{10,}\.[A-Za-z0-9_-]{10,}",
    "password in an address": r"\b(?:postgres(?:ql)?|redis|smtps?|mysql|amqp|https?)(?:\+\w+)?://[^\s:/@{}$<>'\"]+:[^\s@/{}$<>'\"]+@",
    "assigned": r"(?i)\b(?:secret_key|api_key|apikey|auth_token|access_token|client_secret|password)\b\s*[=:]\s*"
    r"[\"'][A-Za-z0-9+/_=-]{24,}[\"']",
}  # fmt: skip
SAMPLES: dict[str, str] = {
    "private key": "-----BEGIN " + "RSA PRIVATE KEY-----",
    "AWS": "AKIA" + "ABCDEFGHIJKLMNOP",
    "GitHub": "ghp_" + "a" * 36,
    "GitLab": "glpat-" + "a" * 20,
    "Slack": "xoxb-" + "1234567890",
    "Stripe": "sk_live_" + "a" * 24,
    "Google": "AIza" + "a" * 35,
    "generic API": "sk-" + "a" * 40,
    "JWT": "eyJ" + "a" * 12 + ".eyJ" + "b" * 12 + "." + "c" * 12,
    "password in an address": "postgresql://me:" + "hunter2@db/x",
    "assigned": "SECRET_KEY = '" + "0a1b2c3d4e5f" * 3 + "'",
}
#: What looks like a key and is none: made for tests or documentation, and said to be so where it stands.
NOT_KEYS = (
    SECRET,
    "user:password@",
    "user:pass",
    "name:word@",
    "u:p@",
    "localhost:80@",
    "localhost@",
    "a:b@",
    "me:word@",
    "me:p%40ss@mail.example.org",
    "me:pass@db:5432",
    "another-0123456789-abcdefghijklmnopqr",
    "another-secret-0123456789-abcdefghijkl",
)
FILES = (
    "*.pem",
    "*.key",
    "*.p12",
    "*.pfx",
    "id_rsa*",
    ".env*",
    "*.sqlite*",
    "*.db",
    "secret_key",
    "demo_password",
    "*.kdbx",
)


def found_in(text: str) -> list[str]:
    """The lines of `text` that hold something shaped like a key."""
    bad = []
    for line in text.splitlines():
        for name, shape in SHAPES.items():
            match = re.search(shape, line)
            if match and not any(known in line for known in NOT_KEYS):
                bad.append(f"{name}: {line.strip()[:80]}")
    return bad


def git(*arguments: str) -> str:
    try:
        done = subprocess.run(
            ["git", *arguments],
            cwd=ROOT,
            capture_output=True,
            check=False,
            timeout=60,
            encoding="utf-8",
            errors="replace",
        )
    except FileNotFoundError:
        pytest.skip("needs git to read the history")
    if done.returncode:
        pytest.skip("this is no clone: there is no history to read")
    return done.stdout


@pytest.mark.parametrize("name", SHAPES)
def test_W2_the_search_finds_what_it_is_for(name: str) -> None:
    assert found_in(SAMPLES[name])


def test_W2_no_tracked_file_holds_a_key() -> None:
    bad = []
    for name in git("ls-files", "-z").split("\0"):
        path = ROOT / name
        if not name or not path.is_file() or path.suffix in (".png", ".jpg", ".webp", ".woff2", ".avif"):
            continue
        bad += [f"{name}: {what}" for what in found_in(path.read_text(encoding="utf-8", errors="replace"))]
    assert bad == []


def test_W2_no_file_that_keeps_secrets_is_tracked_or_ever_was() -> None:
    names = {name for name in git("log", "--all", "--pretty=", "--name-only", "--diff-filter=A").splitlines() if name}
    assert [name for name in names for kind in FILES if Path(name).match(kind)] == []
    assert not [name for name in names if name.startswith(("instance/", ".venv/"))]


def test_W2_no_line_that_was_ever_written_holds_a_key() -> None:
    """The last two thousand commits, added lines only; locked requirements hold hashes and nothing else."""
    log = git(
        "log", "-2000", "-p", "--no-color", "--unified=0", "--", ".", ":(exclude)*requirements*.txt", ":(exclude)*.po"
    )
    added = "\n".join(line[1:] for line in log.splitlines() if line.startswith("+") and not line.startswith("+++"))
    assert found_in(added) == []


def test_W2_what_a_start_makes_is_for_its_owner_alone_and_never_tracked(tmp_path: Path) -> None:
    made = Config.from_env({"LMS_INSTANCE": str(tmp_path / "instance")})
    kept = tmp_path / "instance" / "secret_key"
    assert stat.S_IMODE(kept.stat().st_mode) == 0o600
    assert made.secret_key == kept.read_text()
    assert len(made.secret_key) >= 64
    assert "instance/" in (ROOT / ".gitignore").read_text().split()
    assert Config.from_env({"LMS_INSTANCE": str(tmp_path / "other")}).secret_key != made.secret_key
