"""Ctrl-C, SIGTERM and SIGHUP during a run: the first lets the step finish, the second stops at once."""

from __future__ import annotations

import signal
import threading
from types import TracebackType
from typing import Any, Final, Self

_ALWAYS: Final = (signal.SIGINT, signal.SIGTERM)
_SIGNALS: Final = {signal.SIGINT: "Ctrl-C", signal.SIGTERM: "SIGTERM"}
if hasattr(signal, "SIGHUP"):  # the terminal is gone; Windows knows no such signal
    _SIGNALS[signal.SIGHUP] = "SIGHUP"


class Interruption:
    """While entered, `asked` names the signal that came; a second one raises KeyboardInterrupt.

    Outside the main thread, where Python lets no one listen to signals, none ever comes.
    """

    def __init__(self) -> None:
        self.asked: str | None = None
        self._before: dict[signal.Signals, Any] = {}

    def __enter__(self) -> Self:
        if threading.current_thread() is threading.main_thread():
            for number in _SIGNALS:
                # nohup has SIGHUP ignored on purpose; a shell has Ctrl-C ignored for whatever is behind `&`,
                # and whoever sends SIGINT to that means it.
                if number in _ALWAYS or signal.getsignal(number) != signal.SIG_IGN:
                    self._before[number] = signal.signal(number, self._take)
        return self

    def __exit__(
        self,
        kind: type[BaseException] | None,
        error: BaseException | None,
        trace: TracebackType | None,
    ) -> None:
        for number, handler in self._before.items():
            signal.signal(number, handler)

    def _take(self, number: int, frame: object) -> None:
        if self.asked:
            raise KeyboardInterrupt
        self.asked = _SIGNALS[signal.Signals(number)]
