"""Connections that are too slow, too long, unread or too many are told why and cut off; the server lives."""

from __future__ import annotations

import asyncio
import json
import socket
import threading
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `serve`")

import uvicorn
from uvicorn.protocols.http import auto
from uvicorn.protocols.http.h11_impl import H11Protocol

from layerforge.serving.app import Service
from layerforge.serving.connections import most_connections
from layerforge.serving.limits import Limits
from layerforge.serving.model import Model
from layerforge.serving.server import configured
from tests.run.conftest import Example

LIMITS = Limits(max_bytes=20_000, timeout=0.5)
POST = b"POST /predict HTTP/1.1\r\nHost: a\r\nContent-Type: application/json\r\n"
ROWS = b'[{"x": 1.0, "y": 0.5}]'
GOOD = POST + b"Connection: close\r\nContent-Length: %d\r\n\r\n" % len(ROWS) + ROWS
CHUNKED = POST + b"Transfer-Encoding: chunked\r\n\r\n"


@contextmanager
def listening(app: Any, most: int = 50, limits: Limits = LIMITS) -> Iterator[int]:
    """The port of a server in a thread of its own."""
    listener = socket.create_server(("127.0.0.1", 0))
    server = uvicorn.Server(configured(app, limits, most))
    thread = threading.Thread(target=lambda: asyncio.run(server.serve(sockets=[listener])))
    thread.start()
    try:
        yield listener.getsockname()[1]
    finally:
        server.should_exit = True
        thread.join()
        listener.close()


@pytest.fixture(params=["httptools", "h11"])
def port(
    request: pytest.FixtureRequest, blobs: Example, monkeypatch: pytest.MonkeyPatch
) -> Iterator[int]:
    if request.param == "h11":
        monkeypatch.setattr(auto, "AutoHTTPProtocol", H11Protocol)
    service = Service(Model(blobs.trained.path), LIMITS, "0")
    with listening(service.app()) as port:
        yield port
        assert any(b" 200 " in said_to(port, GOOD) for _ in range(50)), (
            "the server no longer answers"
        )
        assert service.held == 0


def said_to(port: int, *pieces: bytes) -> bytes:
    """All that comes until the other side closes, which it must; pieces are sent as long as they go."""
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        found = b""
        try:
            for piece in pieces:
                line.sendall(piece)
            while part := line.recv(65536):
                found += part
        except (BrokenPipeError, ConnectionResetError):
            pass  # a reply that was in the way is lost with the connection
        return found


def error(reply: bytes) -> dict[str, Any]:
    head, _, body = reply.partition(b"\r\n\r\n")
    assert b"application/json" in head
    found: dict[str, Any] = json.loads(body)["error"]
    return {"status": int(head.split()[1]), **found}


@pytest.mark.parametrize(
    "sent",
    [b"", b"POST /pre", POST, POST + b"Content-Length: 500\r\n\r\n[", CHUNKED + b"5\r\n[\r\n"],
    ids=["nothing", "half a line", "half a head", "half a body", "half a chunk"],
)
def test_what_does_not_come_to_an_end_is_given_up(sent: bytes, port: int) -> None:
    reply = error(said_to(port, sent))
    assert (reply["status"], reply["code"]) == (408, "timed-out")


def test_who_sends_byte_by_byte_has_no_more_time_than_others(port: int) -> None:
    with closing(socket.create_connection(("127.0.0.1", port), timeout=30)) as line:
        line.settimeout(0.05)
        for _ in range(600):
            try:
                line.sendall(b"X")
                if line.recv(1000):
                    return
            except TimeoutError:
                continue
            except OSError:
                return
    pytest.fail("a head may come for half a minute")


@pytest.mark.parametrize(
    "sent",
    [
        b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03" + bytes(100),
        b"hello\r\n\r\n",
        POST + b"Content-Length: -5\r\n\r\n",
        POST + b"Content-Length: 22\r\nContent-Length: 5\r\n\r\n" + ROWS,
        CHUNKED + b"zz\r\n",
    ],
    ids=["TLS", "a word", "a length below 0", "two lengths", "no chunk"],
)
def test_what_is_no_http_is_told_so(sent: bytes, port: int) -> None:
    reply = error(said_to(port, sent))
    assert (reply["status"], reply["code"]) == (400, "not-http")


def test_a_head_without_end_is_not_kept(port: int) -> None:
    reply = said_to(port, POST, *[b"".join(b"X-%d: 1\r\n" % i for i in range(500))] * 2_000)
    assert not reply or error(reply)["status"] in (400, 431)  # h11 has a limit of its own


@pytest.mark.parametrize(
    "pieces",
    [
        (b"400\r\n" + b" " * 1024 + b"\r\n",),
        (b"1\r\n[\r\n0\r\n", b"X: 1\r\n" * 100),
        (b"1;", b"a" * 1024),
    ],
    ids=["chunks", "trailers", "an extension"],
)
def test_a_body_without_end_is_not_kept(pieces: tuple[bytes, ...], port: int) -> None:
    *begin, more = pieces
    reply = said_to(port, CHUNKED, *begin, *[more] * 20_000)
    assert not reply or error(reply)["status"] in (400, 413)


def test_a_body_that_is_a_little_too_long_is_read_so_that_its_reply_is(port: int) -> None:
    head = POST + b"Connection: close\r\nContent-Length: 30000\r\n\r\n"
    assert error(said_to(port, head + b" " * 30_000))["status"] == 413


@pytest.mark.parametrize("protocol", [auto.AutoHTTPProtocol, H11Protocol])
def test_requests_that_come_together_are_answered_one_after_the_other(
    protocol: type, blobs: Example, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(auto, "AutoHTTPProtocol", protocol)
    patient = Limits(timeout=60)
    keep = GOOD.replace(b"Connection: close\r\n", b"")
    app = Service(Model(blobs.trained.path), patient, "0").app()
    with listening(app, limits=patient) as port:
        assert said_to(port, keep * 99 + GOOD).count(b" 200 ") == 100


def test_connections_have_a_number_that_they_cannot_exceed(blobs: Example) -> None:
    app = Service(Model(blobs.trained.path), LIMITS, "0").app()
    with listening(app, most=3) as port:
        lines = [socket.create_connection(("127.0.0.1", port)) for _ in range(3)]
        reply = error(said_to(port))
        assert (reply["status"], reply["code"]) == (503, "busy")
        for line in lines:
            line.close()
        assert any(b" 200 " in said_to(port, GOOD) for _ in range(50))
    assert 0 < most_connections() <= 3_000


def test_an_answer_that_nobody_reads_is_given_up(monkeypatch: pytest.MonkeyPatch) -> None:
    given_up = threading.Event()
    lost: Callable[..., None] = auto.AutoHTTPProtocol.connection_lost

    def told(protocol: Any, error: Exception | None) -> None:
        lost(protocol, error)
        given_up.set()

    async def app(scope: Any, receive: Any, send: Any) -> None:
        await send({"type": "http.response.start", "status": 200, "headers": []})
        await send({"type": "http.response.body", "body": bytes(100_000_000)})

    monkeypatch.setattr(auto.AutoHTTPProtocol, "connection_lost", told)
    with listening(app) as port, closing(socket.create_connection(("127.0.0.1", port))) as line:
        line.sendall(b"GET / HTTP/1.1\r\nHost: a\r\n\r\n")
        assert given_up.wait(60)
