"""The command: an address, many clients at once, an end in order; what cannot be served is one line."""

from __future__ import annotations

import http.client
import importlib.util
import json
import os
import signal
import socket
import subprocess
import sys
import threading
from collections.abc import Iterator
from contextlib import contextmanager

import pytest

pytest.importorskip("starlette", reason="the extra `serve`")

from layerforge.cli.main import main
from tests.run.conftest import Example

CLIENTS, EACH = 16, 40


@contextmanager
def server(run: str) -> Iterator[tuple[subprocess.Popen[str], int]]:
    words = [sys.executable, "-m", "layerforge", "serve", run, "--port", "0"]
    process = subprocess.Popen(words, stderr=subprocess.PIPE, text=True, env=os.environ)
    assert process.stderr is not None
    try:
        line = process.stderr.readline()
        yield process, int(line.split(":")[-1].split(",")[0])
    finally:
        process.kill()
        process.wait()
        process.stderr.close()


@pytest.mark.slow
def test_no_request_of_many_clients_is_lost_nor_at_the_end(blobs: Example) -> None:
    wrong: list[object] = []
    answered = threading.Barrier(CLIENTS + 1)

    def client(number: int, port: int) -> None:
        line = http.client.HTTPConnection("127.0.0.1", port, timeout=60)
        for at in range(EACH):
            if at == EACH - 1:
                answered.wait()
            value = 2.0 if (number + at) % 2 else 0.0
            body = json.dumps([{"x": value, "y": -value}])
            line.request("POST", "/predict", body, {"Content-Type": "application/json"})
            reply = line.getresponse()
            found = json.loads(reply.read())
            if reply.status != 200 or found["rows"][0]["colour"] != ("red" if value else "blue"):
                wrong.append(found)
        line.close()

    with server(str(blobs.trained.path)) as (process, port):
        threads = [threading.Thread(target=client, args=(i, port)) for i in range(CLIENTS)]
        for thread in threads:
            thread.start()
        answered.wait()
        for thread in threads:
            thread.join()
        process.send_signal(signal.SIGTERM)
        assert process.wait(60) == 0
        assert process.stderr is not None
        assert f"answered {CLIENTS * EACH} requests" in process.stderr.read()
    assert wrong == []


def test_an_address_that_is_taken(blobs: Example, capsys: pytest.CaptureFixture[str]) -> None:
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        assert main(["serve", str(blobs.trained.path), "--port", str(port)]) == 1
    said = capsys.readouterr().err
    assert f"cannot listen at 127.0.0.1, port {port}: address already in use" in said
    assert "--port 0" in said


@pytest.mark.parametrize(
    "host", ["no.such.host.invalid", "é" * 80, "::zz"], ids=["unknown", "no name", "no number"]
)
def test_an_address_that_is_none(
    blobs: Example, capsys: pytest.CaptureFixture[str], host: str
) -> None:
    assert main(["serve", str(blobs.trained.path), "--host", host]) == 1
    assert "cannot listen at" in capsys.readouterr().err


def test_without_the_extra_it_says_what_to_install(
    blobs: Example, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    found = importlib.util.find_spec
    monkeypatch.setattr(
        importlib.util, "find_spec", lambda name: None if name == "uvicorn" else found(name)
    )
    assert main(["serve", str(blobs.trained.path)]) == 1
    said = capsys.readouterr().err
    assert "`serve` needs uvicorn" in said
    assert "pip install 'layerforge[serve]'" in said


def test_a_run_that_is_not_there(capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["serve", "no-such-run", "--port", "0"]) == 1
    assert "no-such-run" in capsys.readouterr().err
