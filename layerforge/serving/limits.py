"""What a server takes, and how long it takes it."""

from __future__ import annotations

from typing import Final

from layerforge.records import record
from layerforge.render.characters import visible

_LONGEST: Final = 1_000  # letters of a message, whatever names it repeats


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
        message = visible(message[:_LONGEST])  # names of columns hold what JSON can say
        super().__init__(message)
        self.status = status
        self.code = code
        self.message = message
        self.help = help

    @property
    def record(self) -> dict[str, dict[str, str | None]]:
        """The body of the reply."""
        return {"error": {"code": self.code, "message": self.message, "help": self.help}}
