"""Rows D4, S7 and Y2 of the guard list at the real server: what it refuses before the application sees it, and what it logs."""

from __future__ import annotations

import http.client
import re
import socket
import time

from tests.browser import Live
from tests.guard.test_errors import LYING_ABOUT


def talk(live: Live, request: bytes, *, more: bytes = b"") -> bytes:
    """What the server answers to raw bytes, and what stands on the line when it has closed it."""
    host, port = live.url.removeprefix("http://").split(":")
    began = time.perf_counter()
    with socket.create_connection((host, int(port)), timeout=5) as line:
        line.sendall(request)
        if more:
            try:
                for _again in range(64):
                    line.sendall(more)
            except OSError:
                pass  # the server has closed its ear already
        found = b""
        try:
            while piece := line.recv(65536):
                found += piece
        except OSError:
            pass
    assert time.perf_counter() - began < 10, "the server hangs"
    return found


def status(answer: bytes) -> int:
    return int(answer.split(b" ", 2)[1]) if answer.startswith(b"HTTP/") else 0


def test_D4_the_server_refuses_what_the_application_never_sees(live: Live) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    get = b"GET /help HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    claims = head + b"Content-Type: application/x-www-form-urlencoded\r\nContent-Length: 1073741824\r\n\r\n"
    assert status(talk(live, claims)) == 413, "at once, before a byte of it has come"
    assert status(talk(live, claims, more=b"a" * 65536)) in (0, 413)
    assert status(talk(live, get + b"X-Long: " + b"a" * 300_000 + b"\r\n\r\n")) in (400, 413, 431)
    assert status(talk(live, get + b"X-Long: " + b"a" * 8000 + b"\r\n\r\n")) in (200, 400, 431)
    assert status(talk(live, get + b"".join(b"X-%d: a\r\n" % number for number in range(200)) + b"\r\n")) in (
        200,
        400,
        431,
    )
    assert status(talk(live, b"GET /" + b"a" * 300_000 + b" HTTP/1.1\r\nHost: 127.0.0.1\r\n\r\n")) in (
        400,
        413,
        414,
        431,
    )
    assert status(talk(live, head + b"Content-Length: -1\r\n\r\n")) == 400
    assert status(talk(live, head + b"Content-Length: 5\r\nContent-Length: 6\r\n\r\nabcdef")) == 400
    assert status(talk(live, head + b"Content-Length: 5\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n")) == 400
    assert status(talk(live, head + b"Transfer-Encoding: chunked\r\n\r\nzz\r\n")) == 400
    assert status(talk(live, b"GET /help\r\n\r\n")) in (0, 400)
    assert status(talk(live, b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + b"\r\n\r\n")) in (0, 400)
    assert b"Traceback" not in live.words.encode()
    assert status(talk(live, get + b"\r\n")) == 200, "and it still serves"


def test_D4_chunks_without_a_length_are_limited_too(live: Live) -> None:
    head = b"POST /sign-in HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: close\r\n"
    body = head + b"Content-Type: application/x-www-form-urlencoded\r\nTransfer-Encoding: chunked\r\n\r\n"
    chunk = b"100000\r\n" + b"a" * 0x100000 + b"\r\n"
    answer = talk(live, body, more=chunk)
    ended = talk(live, body + chunk * 3 + b"0\r\n\r\n")
    assert status(answer) in (0, 400, 413)
    assert status(ended) in (0, 400, 413)


def test_Y2_the_served_site_is_as_closed(live: Live) -> None:
    """The same at the real server, whose static files are found before the application is asked."""
    host = live.url.removeprefix("http://")
    for path in (
        *LYING_ABOUT,
        "../config.py",
        "static/../../secret_key",
        "..%2f..%2fsecret_key",
        "static/%2e%2e/secret_key",
    ):
        line = http.client.HTTPConnection(host, timeout=5)
        line.putrequest("GET", f"/{path}", skip_host=True)
        line.putheader("Host", "127.0.0.1")
        line.endheaders()
        answer = line.getresponse()
        body = answer.read()
        line.close()
        assert answer.status in (308, 400, 404), (path, answer.status)
        assert b"SECRET_KEY" not in body
        assert answer.getheader("Server") is None


def test_S7_the_log_of_the_served_site_cannot_be_forged(live: Live) -> None:
    """Raw control characters in the request line, the headers and a form: every line of the log is one of ours."""
    forged = b"2026-01-01 00:00:00,000 INFO lms: all is well \x1b[31m\x07"
    host = b"Host: 127.0.0.1\r\nConnection: close\r\n"
    talk(live, b"GET /%0d%0a" + forged.replace(b" ", b"%20") + b" HTTP/1.1\r\n" + host + b"\r\n")
    talk(live, b"GET /\x1b[31m HTTP/1.1\r\n" + host + b"User-Agent: " + forged + b"\r\n\r\n")
    talk(live, b"GET / HTTP/1.1\r\n" + host + b"User-Agent: x\r\n\t" + forged + b"\r\n\r\n")
    body = b"email=" + forged.replace(b" ", b"+") + b"%0a&password=x"
    head = b"POST /sign-in HTTP/1.1\r\n" + host + b"Content-Type: application/x-www-form-urlencoded\r\n"
    talk(live, head + b"Content-Length: %d\r\n\r\n" % len(body) + body)
    assert "\x1b" not in live.words
    assert "\x07" not in live.words
    for line in live.words.splitlines():
        assert re.match(r"\d{4}-\d\d-\d\d [\d:,]+ [A-Z]+ [\w.]+: |  \| |cordada: |lms: ", line) or not line.strip(), (
            line
        )
        assert not line.startswith("2026-01-01"), line
