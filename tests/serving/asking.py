"""Asks an application of ASGI as a server would, without one: for tests in one process."""

from __future__ import annotations

import asyncio
import json
from collections.abc import Awaitable, Callable, Iterable
from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Response:
    """What came back."""

    status: int
    headers: dict[str, str]
    content: bytes

    @property
    def json(self) -> Any:
        return json.loads(self.content)

    @property
    def error(self) -> dict[str, Any]:
        found: dict[str, Any] = self.json["error"]
        return found


def ask(
    app: Callable[..., Awaitable[None]],
    path: str = "/predict",
    body: object = b"",
    method: str = "POST",
    **headers: str,
) -> Response:
    """One request: a body that is not bytes is sent as JSON, a list of bytes in pieces."""
    return asyncio.run(_asked(app, path, body, method, headers))


async def _asked(
    app: Callable[..., Awaitable[None]],
    path: str,
    body: object,
    method: str,
    headers: dict[str, str],
) -> Response:
    pieces = _pieces(body)
    sent: list[dict[str, Any]] = []

    async def receive() -> dict[str, Any]:
        if not pieces:
            return {"type": "http.disconnect"}
        return {"type": "http.request", "body": pieces.pop(0), "more_body": bool(pieces)}

    async def send(message: dict[str, Any]) -> None:
        sent.append(message)

    path, _, query = path.partition("?")
    named = {name.replace("_", "-"): text for name, text in headers.items()}
    await app(
        {
            "type": "http",
            "asgi": {"version": "3.0"},
            "http_version": "1.1",
            "method": method,
            "scheme": "http",
            "path": path,
            "raw_path": path.encode(),
            "root_path": "",
            "query_string": query.encode(),
            "headers": [(name.encode(), text.encode()) for name, text in named.items()],
            "server": ("127.0.0.1", 8000),
            "client": ("127.0.0.1", 1),
        },
        receive,
        send,
    )
    start = sent[0]
    found = {name.decode(): text.decode() for name, text in start["headers"]}
    content = b"".join(message.get("body", b"") for message in sent[1:])
    return Response(start["status"], found, content)


def _pieces(body: object) -> list[bytes]:
    if isinstance(body, bytes):
        return [body]
    if isinstance(body, Iterable) and not isinstance(body, dict | str):
        listed = list(body)
        if all(isinstance(each, bytes) for each in listed) and listed:
            return listed
        return [json.dumps(listed).encode()]
    return [json.dumps(body).encode()]
