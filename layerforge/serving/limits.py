"""What a server takes, and how long it takes it."""

from __future__ import annotations

from layerforge.records import record


@record
class Limits:
    """`max_bytes` of a body, `max_rows` in it, `timeout` in seconds, `queue` requests that wait."""

    max_bytes: int = 10_000_000
    max_rows: int = 100_000
    timeout: float = 30.0
    queue: int = 1_000


class Refusal(Exception):  # noqa: N818 - it is an answer, with the status that HTTP has for it
    """A request that is not answered with predictions: the status, a line that says why, a cure."""

    def __init__(self, status: int, code: str, message: str, help: str | None = None) -> None:
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.help = help
