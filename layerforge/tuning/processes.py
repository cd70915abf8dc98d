"""Trials in processes of this machine, one process each, so that nothing of one is left in the next."""

from __future__ import annotations

import multiprocessing
import os
import signal
import sys
from collections.abc import Iterator
from multiprocessing.connection import wait
from typing import Any, Final, Protocol

from layerforge.tuning.orders import Done, Failed, Interrupted, Link, Lost, Message, Order
from layerforge.tuning.worker import work

_LAST: Final = (Done, Failed, Interrupted)
_ENOUGH: Final = 10.0  # seconds for a process that has said its last word


class Engine(Protocol):
    """Where trials are trained: processes of this machine, or something that reaches further."""

    def start(self, order: Order) -> None:
        """Begins a trial."""
        ...

    def messages(self, seconds: float) -> Iterator[Message]:
        """What trials have said, after waiting for so many seconds at most."""
        ...

    def answer(self, number: int, go_on: bool) -> None:
        """The answer to a trial that asks after an epoch whether to go on."""
        ...

    def stop(self) -> None:
        """Asks every trial to save its state and end."""
        ...

    def close(self) -> None:
        """Ends what is left."""
        ...


class Processes:
    """An engine of processes forked from one that has loaded Keras and has trained nothing.

    So a trial begins at once, and what it takes of memory goes with it.
    """

    def __init__(self) -> None:
        method = "forkserver" if sys.platform != "win32" else "spawn"
        self._context = multiprocessing.get_context(method)
        if method == "forkserver":
            self._context.set_forkserver_preload(
                ["layerforge.tuning.preloaded", "layerforge.tuning.worker"]
            )
        self._running: dict[Link, tuple[int, Any]] = {}

    def start(self, order: Order) -> None:
        ours, theirs = self._context.Pipe()
        process: Any = self._context.Process(target=work, args=(order, theirs), daemon=True)  # type: ignore[attr-defined]
        process.start()
        theirs.close()
        self._running[ours] = order.number, process

    def messages(self, seconds: float) -> Iterator[Message]:
        ready: list[Link] = wait(list(self._running), seconds)
        for link in ready:
            number, process = self._running[link]
            try:
                message: Message = link.recv()
            except (EOFError, OSError):
                message = Lost(number, _why(process))
            if isinstance(message, (*_LAST, Lost)):
                self._forget(link)
            yield message

    def answer(self, number: int, go_on: bool) -> None:
        for link, (running, _) in self._running.items():
            if running == number:
                try:
                    link.send(go_on)
                except OSError:
                    return  # it has died, which its silence will tell
                return

    def stop(self) -> None:
        for _, process in self._running.values():
            if process.pid is not None and process.is_alive():
                os.kill(process.pid, signal.SIGTERM)

    def close(self) -> None:
        for link, (_, process) in list(self._running.items()):
            process.kill()
            process.join(_ENOUGH)
            link.close()
        self._running.clear()

    def _forget(self, link: Link) -> None:
        _, process = self._running.pop(link)
        link.close()
        process.join(_ENOUGH)
        if process.is_alive():
            process.kill()
            process.join(_ENOUGH)


def _why(process: Any) -> str:
    process.join(_ENOUGH)
    code = process.exitcode
    if code is not None and code < 0:
        name = signal.Signals(-code).name
        full = ", as the system does where memory runs out" if name == "SIGKILL" else ""
        return f"its process was ended by {name}{full}"
    return f"its process ended with status {code}"
