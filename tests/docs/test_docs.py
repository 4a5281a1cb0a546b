"""The commands of docs/ are run as they are written, so that a page cannot promise what the program does not do."""

from __future__ import annotations

import json
import os
import re
import shlex
import signal
import subprocess
import sys
import time
import urllib.request
from pathlib import Path

import pytest

from lms.__main__ import parser
from lms.content.making import sample
from tests.conftest import Apps
from tests.servers import Valkey, free_port

ROOT = Path(__file__).resolve().parents[2]
BIN = Path(sys.executable).parent
#: Commands that go on until they are stopped: each is started and has to come up.
LASTING = ("python3 -m lms serve", "gunicorn", "celery")


def commands(page: str) -> list[str]:
    """The lines of the `sh` blocks of a page, in their order."""
    blocks = re.findall(r"^```sh\n(.*?)^```", (ROOT / "docs" / page).read_text(), re.M | re.S)
    return [line for block in blocks for line in block.strip().splitlines()]


def environment(folder: Path, **more: str) -> dict[str, str]:
    settings = {**os.environ, **Apps.settings(folder / "instance"), "PATH": f"{BIN}:{os.environ['PATH']}", **more}
    return {name: value for name, value in settings.items() if name != "LMS_DURABILITY"}


def run(line: str, env: dict[str, str]) -> subprocess.CompletedProcess[str]:
    return subprocess.run(shlex.split(line), cwd=ROOT, env=env, capture_output=True, text=True, timeout=60, check=False)


@pytest.mark.parametrize("page", ["operator.md", "trainer.md"])
def test_commands_do_what_the_page_says(page: str, tmp_path: Path) -> None:
    env = environment(tmp_path)
    answers = tmp_path / "answers.json"
    answers.write_text(json.dumps({}))
    course = trainers_course(tmp_path / "my-course")
    people = tmp_path / "people.csv"
    people.write_text("Name,Email\nAna Ruiz,ana@example.net\n")
    named = {"answers.json": str(answers), "my-course": str(course), "people.csv": str(people)}
    assert run("flask --app wsgi db upgrade", env).returncode == 0
    lines = [line for line in commands(page) if not line.startswith(LASTING)]
    assert len(lines) >= 4
    for line in lines:
        if "roster people.csv" in line:
            settle(env)
        for word, real in named.items():
            line = line.replace(word, real)
        done = run(line, env)
        assert done.returncode == 0, f"{line}\n{done.stdout}\n{done.stderr}"
        if "users invite" in line:
            link = done.stdout.strip()
            assert re.fullmatch(r"http://localhost/join/[\w-]{32}\?lang=fr", link), link
            accept(env, link)
        if found := re.search(r"import_id\W+([\w-]{22})", done.stdout):
            named["IMPORT"] = found[1]


def trainers_course(folder: Path) -> Path:
    """The course of the trainer's page before its commands: one unit in two languages."""
    unit = folder / "units" / "welcome"
    unit.mkdir(parents=True)
    (folder / "course.yml").write_text(
        "dialect: 1\nid: my-course\nsource: en\nlanguages: [en, fr]\ntitle: {en: My course, fr: Mon cours}\n"
        "domain: mediation\nunits: [welcome]\n"
    )
    for lang in ("en", "fr"):
        (unit / f"lesson.{lang}.md").write_text(sample("lesson", lang, "welcome"), encoding="utf-8")
    return folder


def settle(env: dict[str, str]) -> None:
    """Have the space and the courses that the page speaks of."""
    script = (
        "from config import Config; from lms.app import create_app; from lms.foundation.db import db, upsert, writing;"
        "from lms.catalogue.service import sync; from lms.spaces.models import Space, Territory;"
        "app = create_app(Config.from_env());\n"
        "with app.app_context():\n"
        " with writing():\n"
        "  upsert(Territory, [dict(id='t', name='T', country='FR')], key=['id'])\n"
        "  upsert(Space, [dict(id='la-bobine', name='La Bobine', place='Prades', territory_id='t', lang='fr',"
        " zone='Europe/Paris', latitude=None, longitude=None, desks=8)], key=['id'])\n"
        " sync(app.config['CORDADA'].courses)\n"
    )
    done = subprocess.run([sys.executable, "-c", script], cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def accept(env: dict[str, str], link: str) -> None:
    """Become the invited person, so that the commands after it have somebody to act on."""
    script = (
        "import sys; from config import Config; from lms.app import create_app; from lms.foundation.db import writing;"
        "from lms.spaces import service; app = create_app(Config.from_env());\n"
        "with app.test_request_context(), writing(): service.accept_invitation(sys.argv[1], name='Anna', lang='fr')"
    )
    token = link.rpartition("/")[2].partition("?")[0]
    done = subprocess.run([sys.executable, "-c", script, token], cwd=ROOT, env=env, capture_output=True, check=False)
    assert done.returncode == 0, done.stderr.decode()


def test_the_commands_of_the_readme_are_those_of_the_front_door() -> None:
    named = set(re.findall(r"python3 -m lms (\w+)", (ROOT / "README.md").read_text()))
    help_text = parser().format_help()
    assert named == {"serve", "test", "bench", "lint"}
    assert all(name in help_text for name in named)


def test_gunicorn_serves(tmp_path: Path) -> None:
    line = next(line for line in commands("operator.md") if line.startswith("gunicorn"))
    port = free_port()
    env = environment(tmp_path)
    with subprocess.Popen(
        [*shlex.split(line), "--bind", f"127.0.0.1:{port}"], cwd=ROOT, env=env, stderr=subprocess.DEVNULL
    ) as server:
        try:
            assert answer(f"http://127.0.0.1:{port}/healthz") == "ok"
        finally:
            server.terminate()


def answer(url: str) -> str:
    for _ in range(600):
        try:
            with urllib.request.urlopen(url, timeout=5) as found:
                return str(found.read().decode())
        except OSError:
            time.sleep(0.1)
    return "nothing"


@pytest.mark.parametrize("part", ["worker", "beat"])
def test_celery_comes_up(part: str, tmp_path: Path, valkey: Valkey) -> None:
    line = next(line for line in commands("operator.md") if line.startswith("celery") and part in line)
    env = environment(tmp_path, REDIS_URL=valkey.url, PYTHONUNBUFFERED="1")
    extra = [] if part == "beat" else ["--concurrency", "1"]
    log = tmp_path / "log"
    with (
        log.open("w") as out,
        subprocess.Popen(
            [*shlex.split(line), *extra, "--loglevel", "info"], cwd=ROOT, env=env, stdout=out, stderr=out
        ) as process,
    ):
        sign = "ready" if part == "worker" else "beat: Starting"
        for _ in range(600):
            if sign in log.read_text() or process.poll() is not None:
                break
            time.sleep(0.1)
        process.send_signal(signal.SIGTERM)
        process.wait(60)
    assert sign in log.read_text(), log.read_text()
