"""Ctrl-C during a run: the first lets the step finish, the second stops at once."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any, Self


class Interruption:
    """While entered, `asked` says whether Ctrl-C was pressed; pressed again, it raises KeyboardInterrupt.

    Outside the main thread, where Python lets no one listen to signals, it never is.
    """

    def __init__(self) -> None:
        self.asked = False
        self._before: Any = None
        self._listens = threading.current_thread() is threading.main_thread()

    def __enter__(self) -> Self:
        if self._listens:
            self._before = signal.signal(signal.SIGINT, lambda *_: self._take())
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        if self._listens:
            signal.signal(signal.SIGINT, self._before)

    def _take(self) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = True
