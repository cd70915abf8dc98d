"""Connections that cost more than they ask: too slow, with no end to their headers, unread, too many."""

from __future__ import annotations

import json
from collections.abc import Callable
from http import HTTPStatus
from math import inf
from typing import Any, Final

from layerforge.serving.limits import Limits, Refusal

_Any: Any = object  # the base is known when uvicorn is
_HEAD: Final = 65_536  # bytes of a request line and its headers
_MORE: Final = 1_000_000  # bytes of a request beside twice its body: sizes of chunks, trailers
_SPARED: Final = 100  # files that the rest of the process may have open
_AT_ONCE: Final = 3_000  # connections, where the system lets a process have as many


def most_connections() -> int:
    """How many connections can be open at once: no more than there are descriptors for."""
    try:
        import resource
    except ImportError:  # not POSIX
        return _AT_ONCE
    limit, _ = resource.getrlimit(resource.RLIMIT_NOFILE)
    return max(min(limit - _SPARED, _AT_ONCE), 1) if limit > 0 else _AT_ONCE


class _Guard(_Any):  # type: ignore[misc]
    """What is looked after on top of a protocol of uvicorn's, whose names without underscore these are.

    `taken` are the bytes since the last answer; `timer` ends what goes on now.
    """

    limits: Limits
    most: int

    _taken = 0
    _unread: float = inf
    _in_head = False
    _timer: Any = None

    def connection_made(self, transport: Any) -> None:
        super().connection_made(transport)
        if len(self.connections) > self.most:
            self._refuse(Refusal(503, "busy", "too many connections; try again soon"))
        else:
            self._begin_head()

    def connection_lost(self, exc: Exception | None) -> None:
        self._stop()
        super().connection_lost(exc)

    def data_received(self, data: bytes) -> None:
        before = self.cycle
        super().data_received(data)
        if self.transport.is_closing():
            return
        self._taken += len(data)
        if self.cycle is not before and self._answers:
            self._begin_answer()
        elif not self._answers and not self._in_head:
            self._begin_head()
        most = _HEAD if self._reads_head else 2 * self.limits.max_bytes + _MORE
        if self._taken > most:
            what = "head" if self._reads_head else "body"
            status = 431 if self._reads_head else 413
            self._refuse(Refusal(status, "too-large", f"the {what} has more than {most:,} bytes"))

    def on_response_complete(self) -> None:
        super().on_response_complete()
        self._taken, self._unread, self._in_head = 0, inf, False
        if self._answers:  # the next, which came together with this one
            self._begin_answer()
        else:
            self._within(self.limits.timeout, self._look_whether_read)

    def send_400_response(self, msg: str) -> None:
        self._refuse(Refusal(400, "not-http", "this is no request of HTTP/1.1"))

    @property
    def _answers(self) -> bool:
        return self.cycle is not None and not self.cycle.response_complete

    @property
    def _reads_head(self) -> bool:
        """Not what is left of a body that was refused before its end."""
        return not self._answers and not (self.cycle is not None and self.cycle.more_body)

    @property
    def _has_begun(self) -> bool:
        """Whether some of an answer is written, of this request or of one that came before it."""
        return bool(self.cycle.response_started or getattr(self, "pipeline", ()))

    def _begin_head(self) -> None:
        self._in_head = True
        message = f"the request did not come within {self.limits.timeout:g} seconds"
        late = Refusal(408, "timed-out", message)
        self._within(self.limits.timeout, lambda: self._refuse(late))

    def _begin_answer(self) -> None:
        self._in_head = False
        self._within(3 * self.limits.timeout, self.transport.abort)

    def _look_whether_read(self) -> None:
        left = self.transport.get_write_buffer_size()
        if left >= self._unread:
            self.transport.abort()
        elif left:
            self._unread = left
            self._within(self.limits.timeout, self._look_whether_read)

    def _refuse(self, refusal: Refusal) -> None:
        """Says why, where no answer has begun, and closes: soon, or when that is not read."""
        if self._reads_head or (self._answers and not self._has_begun):
            self.transport.write(_written(refusal))
        self.transport.close()
        self._within(self.limits.timeout, self.transport.abort)

    def _within(self, seconds: float, end: Callable[[], None]) -> None:
        self._stop()
        self._timer = self.loop.call_later(seconds, end)

    def _stop(self) -> None:
        if self._timer is not None:
            self._timer.cancel()
            self._timer = None


def guarded(limits: Limits, most: int) -> type:
    """uvicorn's protocol for HTTP, under these limits, with at most so many connections at once.

    The head of a request has `timeout` to come, and 64 KiB; from its head to its answer a request has
    three times that, for its body, its turn and its answer; an answer waits as long as some of it is
    read. Who takes longer is told where no answer has begun, and cut off.
    """
    from uvicorn.protocols.http.auto import AutoHTTPProtocol

    return type("Guarded", (_Guard, AutoHTTPProtocol), {"limits": limits, "most": most})


def _written(refusal: Refusal) -> bytes:
    """A whole response, for a connection of which nothing more is wanted."""
    body = json.dumps(refusal.record).encode()
    lines = (
        f"HTTP/1.1 {refusal.status} {HTTPStatus(refusal.status).phrase}",
        "content-type: application/json",
        f"content-length: {len(body)}",
        "connection: close",
    )
    return "".join(f"{line}\r\n" for line in (*lines, "")).encode() + body
