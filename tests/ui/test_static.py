"""Static files: addresses by content, compressed copies, kept for ever, safe beside a second process. Pages
compressed.
"""

from __future__ import annotations

import gzip
import re
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

import brotli
import pytest
from flask import Flask, Response

from lms.foundation.security import HEADERS
from lms.ui import compress, static

FILES = {"a.css": b"p{margin:0}" * 100, "tiny.svg": b"<svg/>"}


def address(app: Flask, name: str) -> str:
    return str(app.jinja_env.globals["static"](name))


def test_files_travel_compressed_and_are_kept_for_ever(bare: Flask) -> None:
    client, url = bare.test_client(), address(bare, "cordada.css")
    plain = client.get(url)
    assert re.fullmatch(r"/static/[0-9a-f]{16}/cordada\.css", url)
    assert plain.status_code == 200
    assert plain.mimetype == "text/css"
    assert "Content-Encoding" not in plain.headers
    assert "immutable" in plain.headers["Cache-Control"]
    assert "max-age=315360000" in plain.headers["Cache-Control"]
    assert plain.headers["Vary"] == "Accept-Encoding"
    small = client.get(url, headers={"Accept-Encoding": "gzip, br"})
    assert small.headers["Content-Encoding"] == "br"
    assert brotli.decompress(small.data) == plain.data
    middle = client.get(url, headers={"Accept-Encoding": "gzip"})
    assert middle.headers["Content-Encoding"] == "gzip"
    assert gzip.decompress(middle.data) == plain.data
    assert len(small.data) < 6_000


def test_static_answers_carry_the_headers_of_the_house_once(bare: Flask) -> None:
    answer = bare.test_client().get(address(bare, "favicon.svg"))
    assert answer.mimetype == "image/svg+xml"
    for name, value in HEADERS.items():
        assert answer.headers.getlist(name) == [value]


@pytest.mark.parametrize(
    "path", ["/static/nothing.css", "/static/../cordada.css", "/static/0123456789abcdef/cordada.css", "/static/"]
)
def test_other_addresses_are_not_served(bare: Flask, path: str) -> None:
    assert bare.test_client().get(path).status_code == 404


def test_an_unknown_name_is_a_fault_of_the_page(bare: Flask) -> None:
    with pytest.raises(KeyError):
        address(bare, "nothing.css")


def test_digest_follows_names_and_contents() -> None:
    base = static.digest_of(FILES)
    assert base == static.digest_of(dict(reversed(FILES.items())))
    assert base != static.digest_of({**FILES, "a.css": b"x"}) != static.digest_of({**FILES, "b.css": b"x"})
    assert static.digest_of({"ab": b"c"}) != static.digest_of({"a": b"bc"})


def test_publish_writes_whole_folders_and_keeps_former_ones(tmp_path: Path) -> None:
    first = static.publish(FILES, tmp_path)
    second = static.publish({**FILES, "a.css": b"q{}"}, tmp_path)
    assert {p.name for p in tmp_path.iterdir()} == {first, second}
    assert {p.name for p in (tmp_path / first).iterdir()} == {"a.css", "a.css.br", "a.css.gz", "tiny.svg"}
    assert brotli.decompress((tmp_path / first / "a.css.br").read_bytes()) == FILES["a.css"]
    assert static.publish(FILES, tmp_path) == first


def test_processes_that_start_together_do_not_harm_each_other(tmp_path: Path) -> None:
    with ThreadPoolExecutor(8) as pool:
        digests = set(pool.map(lambda _i: static.publish(FILES, tmp_path / "new"), range(24)))
    assert len(digests) == 1
    assert [p.name for p in (tmp_path / "new").iterdir()] == list(digests)


def test_a_real_fault_is_told(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")
    with pytest.raises(FileExistsError):
        static.publish(FILES, tmp_path / "file")


def test_two_rooms_may_not_claim_one_name(tmp_path: Path) -> None:
    for room in ("one", "two"):
        (tmp_path / room).mkdir()
        (tmp_path / room / "x.js").write_text(room)
        (tmp_path / room / ".hidden").write_text(room)
    assert static.collect([tmp_path / "one"]) == {"x.js": b"one"}
    with pytest.raises(ValueError, match=r"x\.js"):
        static.collect([tmp_path / "one", tmp_path / "two"])


@pytest.fixture
def small() -> Flask:
    app = Flask("small", static_folder=None)
    compress.install(app)
    app.add_url_rule("/long", "long", lambda: "lorem " * 200)
    app.add_url_rule("/short", "short", lambda: "lorem")
    app.add_url_rule("/image", "image", lambda: Response(b"x" * 1000, mimetype="image/png"))
    app.add_url_rule("/stream", "stream", lambda: Response(("x" * 600 for _ in range(3)), mimetype="text/csv"))

    @app.get("/tag")
    def tag() -> Response:
        answer = Response("lorem " * 200, mimetype="text/html")
        answer.set_etag("v1")
        return answer

    return app


@pytest.mark.parametrize(
    ("asked", "got"),
    [
        ("br", "br"),
        ("gzip, deflate, br, zstd", "br"),
        ("gzip, deflate", "gzip"),
        ("br;q=0, gzip", "gzip"),
        ("deflate", None),
        ("", None),
    ],
)
def test_pages_travel_as_the_browser_takes_them(small: Flask, asked: str, got: str | None) -> None:
    answer = small.test_client().get("/long", headers={"Accept-Encoding": asked})
    assert answer.headers.get("Content-Encoding") == got
    assert answer.headers["Vary"] == "Accept-Encoding"
    unpack = {"br": brotli.decompress, "gzip": gzip.decompress, None: bytes}[got]
    assert unpack(answer.data) == b"lorem " * 200
    assert int(answer.headers["Content-Length"]) == len(answer.data)


@pytest.mark.parametrize("path", ["/short", "/image", "/stream"])
def test_what_is_short_streamed_or_no_text_is_left_alone(small: Flask, path: str) -> None:
    assert "Content-Encoding" not in small.test_client().get(path, headers={"Accept-Encoding": "br"}).headers


def test_a_compressed_page_has_a_weak_tag(small: Flask) -> None:
    client = small.test_client()
    assert client.get("/tag", headers={"Accept-Encoding": "br"}).headers["ETag"] == 'W/"v1"'
    assert client.get("/tag").headers["ETag"] == '"v1"'
