"""The endpoint itself: routes, limits of size and time, replies as JSON or CSV."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Mapping
from typing import Any, Final

from starlette.applications import Starlette
from starlette.exceptions import HTTPException
from starlette.requests import ClientDisconnect, Request
from starlette.responses import HTMLResponse, JSONResponse, Response
from starlette.routing import Route

from layerforge.render.record import plain
from layerforge.serving.bodies import CSV, JSON, Body, read_body
from layerforge.serving.describing import openapi
from layerforge.serving.limits import Limits, Refusal
from layerforge.serving.model import Answer, Model
from layerforge.serving.page import page
from layerforge.serving.worker import Worker

_BODIES: Final = 16  # of the largest size, that come at once
_EXAMPLE_ROWS: Final = 2  # on the page, where a forecast does not need more


class Service:
    """What the routes share: the worker, what it has done so far, the limits."""

    def __init__(self, model: Model, limits: Limits, version: str) -> None:
        self.model = model
        self.limits = limits
        self.worker = Worker(model, limits.queue)
        self.document = openapi(model, limits, version)
        self.began = time.monotonic()
        self.answered = self.refused = self.failed = 0
        self.held = 0  # bytes of bodies that have not come to their end

    def app(self) -> Starlette:
        """The application, for any server of ASGI."""
        routes = [
            Route("/", self.show_page),
            Route("/health", self.tell_health),
            Route("/openapi.json", self.tell_openapi),
            Route("/predict", self.predict, methods=["POST"]),
        ]
        handlers: Any = {HTTPException: _told}
        return Starlette(routes=routes, exception_handlers=handlers)

    async def show_page(self, request: Request) -> Response:
        rows = self.model.fewest if self.model.saved["settings"]["window"] else _EXAMPLE_ROWS
        origin = str(request.base_url).rstrip("/")
        return HTMLResponse(page(self.document, rows, origin))

    async def tell_openapi(self, request: Request) -> Response:
        return JSONResponse(self.document)

    async def tell_health(self, request: Request) -> Response:
        """200 as long as the model answers, 503 when it no longer does."""
        alive = self.worker.alive
        record = {
            "status": "ok" if alive else "stopped",
            "run": str(self.model.run),
            "answered": self.answered,
            "refused": self.refused,
            "failed": self.failed,
            "uptime_seconds": round(time.monotonic() - self.began, 3),
        }
        return JSONResponse(record, 200 if alive else 503)

    async def predict(self, request: Request) -> Response:
        """Answers one request; whatever it lacks is told with the status that HTTP has for it."""
        try:
            body = await self._body(request)
            future = self.worker.submit(body)
            reply = await asyncio.wait_for(asyncio.wrap_future(future), self.limits.timeout)
        except Refusal as refusal:
            return self._refuse(refusal)
        except TimeoutError:
            message = f"no answer within {self.limits.timeout:g} seconds"
            return self._refuse(Refusal(504, "timed-out", message, "send fewer rows"))
        except ClientDisconnect:
            return self._refuse(Refusal(400, "disconnected", "the body ended too early"))
        except Exception as error:  # of ours or of TensorFlow
            self.failed += 1
            first = next(iter(str(error).splitlines()), type(error).__name__)
            message = f"the model could not be asked: {first}"
            return _fault(Refusal(500, "failed", message))
        if isinstance(reply, Refusal):
            return self._refuse(reply)
        self.answered += 1
        return _answer(reply, _wanted(request, body))

    def _refuse(self, refusal: Refusal) -> Response:
        self.refused += 1
        return _fault(refusal)

    async def _body(self, request: Request) -> Body:
        """The body of a request. Raises Refusal where it is too large, too slow or no table."""
        media_type = request.headers.get("content-type", JSON).partition(";")[0].strip().lower()
        if media_type not in (JSON, CSV):
            message = f"`{media_type}` is not taken"
            raise Refusal(415, "wrong-media-type", message, f"send {JSON} or {CSV}")
        packing = request.headers.get("content-encoding", "identity").strip().lower()
        if packing != "identity":
            message = f"a body in `{packing}` is not taken"
            raise Refusal(415, "wrong-media-type", message, "send it as it is, not packed")
        steps = self._steps(request.query_params)
        try:
            raw = await asyncio.wait_for(self._bytes(request), self.limits.timeout)
        except TimeoutError:
            message = f"the body did not come within {self.limits.timeout:g} seconds"
            raise Refusal(408, "timed-out", message) from None
        taken = self.model.taken
        return await asyncio.to_thread(read_body, raw, media_type, self.limits, steps, taken)

    def _steps(self, parameters: Mapping[str, str]) -> int | None:
        """How far a forecast shall go. Raises Refusal for what the model cannot be asked."""
        for name in parameters:
            if name != "steps":
                raise Refusal(400, "unknown-key", f"there is no parameter `{name[:40]}`")
        word, most = parameters.get("steps"), self.model.farthest
        if word is None:
            return None
        if most is None:
            raise Refusal(400, "unused-key", "`steps` has a meaning only for a forecast")
        if not (word.isascii() and word.isdigit() and len(word) < 9 and 0 < int(word) <= most):
            raise Refusal(400, "wrong-type", f"`steps` is a whole number from 1 to {most:,}")
        return int(word)

    async def _bytes(self, request: Request) -> bytes:
        """The body, counted as it comes, alone and together with those of all others."""
        most = self.limits.max_bytes
        said = request.headers.get("content-length", "0")
        if said.isdigit() and int(said) > most:
            raise _too_large(most)
        parts, size = [], 0
        try:
            async for part in request.stream():
                size += len(part)
                self.held += len(part)
                if size > most:
                    raise _too_large(most)
                if self.held > most * _BODIES:
                    raise Refusal(503, "busy", "too much comes at once; try again soon")
                parts.append(part)
            return b"".join(parts)
        finally:
            self.held -= size


def _too_large(most: int) -> Refusal:
    return Refusal(413, "too-large", f"the body has more than {most:,} bytes")


def _wanted(request: Request, body: Body) -> str:
    """The form of the reply: what is accepted, or that of the body."""
    accepted = request.headers.get("accept", "")
    if CSV in accepted and JSON not in accepted:
        return CSV
    if JSON in accepted and CSV not in accepted:
        return JSON
    return JSON if body.is_json else CSV


def _answer(reply: Answer, form: str) -> Response:
    found = reply.predictions
    if form == CSV:
        return Response(found.csv(), media_type=CSV)
    record = {"columns": list(found.columns), "rows": found.records(), "warnings": reply.warnings}
    return Response(json.dumps(plain(record), separators=(",", ":")), media_type=JSON)


def _fault(refusal: Refusal) -> Response:
    headers = {"Retry-After": "1"} if refusal.status == 503 else None
    return JSONResponse(refusal.record, refusal.status, headers)


async def _told(request: Request, error: Exception) -> Response:
    """What Starlette itself refuses, in the form of every refusal."""
    assert isinstance(error, HTTPException)
    words = {404: "there is nothing here", 405: "this path takes another method"}
    message = words.get(error.status_code, str(error.detail))
    help = "POST rows to /predict; / says what they hold"
    refusal = Refusal(error.status_code, "no-such-page", f"{request.url.path}: {message}", help)
    reply = _fault(refusal)
    for name, value in (error.headers or {}).items():
        reply.headers[name] = value
    return reply
