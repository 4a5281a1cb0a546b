"""Static files under addresses that change with their content, compressed once, kept by browsers for ever.

All rooms may have a `static` folder; their files share one flat set of names. At start they are copied, with `.br`
and `.gz` beside them, to `<instance>/static/<digest>/`, where the digest is that of all names and contents. Folders
of former releases stay: a page that a browser or a slow worker still holds finds its style sheet.
"""

from __future__ import annotations

import gzip
import hashlib
import shutil
import tempfile
from collections.abc import Mapping
from pathlib import Path

import brotli
from flask import Flask
from whitenoise import WhiteNoise

FOLDERS = sorted(Path(__file__).resolve().parents[1].glob("*/static"))
SMALL = 300  # bytes; below this a compressed copy saves less than its header costs


def collect(folders: list[Path]) -> dict[str, bytes]:
    """Reads all files of the folders by name. Raises ValueError when two rooms claim the same name."""
    found: dict[str, bytes] = {}
    for folder in folders:
        for file in sorted(folder.iterdir()):
            if not file.is_file() or file.name.startswith("."):
                continue
            if file.name in found:
                raise ValueError(f"two static files are called {file.name}; the second is {file}")
            found[file.name] = file.read_bytes()
    return found


def digest_of(files: Mapping[str, bytes]) -> str:
    """A short digest of all names and contents."""
    total = hashlib.sha256()
    for name, content in sorted(files.items()):
        total.update(f"{name}\0{len(content)}\0".encode() + content)
    return total.hexdigest()[:16]


def publish(files: Mapping[str, bytes], root: Path) -> str:
    """Writes the files and their compressed copies to `root/<digest>` unless they are there, and gives the digest.

    The folder appears at once and whole: it is filled under another name and renamed, so two processes that start
    together cannot harm each other, and a process that dies leaves nothing half done under the final name.
    """
    digest = digest_of(files)
    target = root / digest
    if target.is_dir():
        return digest
    root.mkdir(parents=True, exist_ok=True)
    work = Path(tempfile.mkdtemp(prefix=".new-", dir=root))
    try:
        for name, content in files.items():
            (work / name).write_bytes(content)
            if len(content) >= SMALL:
                (work / f"{name}.br").write_bytes(brotli.compress(content, quality=11))
                (work / f"{name}.gz").write_bytes(gzip.compress(content, 9, mtime=0))
        work.chmod(0o755)
        work.rename(target)
    except OSError:
        if not target.is_dir():  # not the other process, but a real fault: no room, no right
            raise
    finally:
        shutil.rmtree(work, ignore_errors=True)
    return digest


def install(app: Flask, instance: Path, headers: Mapping[str, str] | None = None) -> None:
    """Serves the static files of all rooms in front of the application and gives templates `static(name)`.

    `headers` go on every static answer (the application's own hooks do not see them). `static` raises KeyError for a
    name that does not exist, so a wrong name is found by the first test that renders the page.
    """
    files = collect(FOLDERS)
    root = instance / "static"
    digest = publish(files, root)
    addresses = {name: f"/static/{digest}/{name}" for name in files}

    def more(sent: Mapping[str, str], path: str, url: str) -> None:
        for key, value in (headers or {}).items():
            sent[key] = value  # type: ignore[index]  # whitenoise hands over wsgiref's Headers, which can be written

    app.wsgi_app = WhiteNoise(  # type: ignore[method-assign]
        app.wsgi_app,
        root=str(root),
        prefix="static/",
        immutable_file_test=lambda path, url: True,
        allow_all_origins=False,
        add_headers_function=more,
    )
    app.jinja_env.globals["static"] = addresses.__getitem__
