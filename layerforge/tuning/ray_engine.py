"""Trials as tasks of Ray, on this machine or on a cluster that shares a file system with it."""

from __future__ import annotations

import contextlib
import os
import time
from collections.abc import Iterator
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.tuning.orders import Done, Failed, Interrupted, Lost, Message, Order
from layerforge.tuning.worker import worked

LOCAL: Final = "local"
_LAST: Final = (Done, Failed, Interrupted)
_PAUSE: Final = 0.1  # seconds between two looks at what trials have said


class RayEngine:
    """An engine whose trials are tasks of Ray, each in a process that ends with it.

    `address` is that of a cluster, as `ray.init` takes it (`auto`, `ray://host:10001`), or `local` for
    one that lives as long as the search, on the loopback interface of this machine. Raises Faults
    where Ray is not installed, or no cluster answers.
    """

    def __init__(self, address: str = LOCAL) -> None:
        ray = _ray(address)
        self._ray = ray
        self._board = ray.remote(_Board).options(num_cpus=0).remote()
        # Ray would begin a task that died again by itself, and the journal would not know.
        self._task = ray.remote(max_retries=0, max_calls=1)(_trial)
        self._running: dict[Any, int] = {}

    def start(self, order: Order) -> None:
        task = self._task.options(num_cpus=order.threads, name=f"trial {order.number}")
        self._running[task.remote(order, str(Path.cwd()), self._board)] = order.number

    def messages(self, seconds: float) -> Iterator[Message]:
        until = time.monotonic() + seconds
        while time.monotonic() < until:
            said = self._ray.get(self._board.take.remote())
            done, _ = self._ray.wait(list(self._running), timeout=0) if self._running else ([], [])
            if said or done:
                yield from said
                for task in done:
                    yield self._last(task)
                return
            time.sleep(_PAUSE)

    def answer(self, number: int, go_on: bool) -> None:
        self._board.answer.remote(number, go_on)

    def stop(self) -> None:
        for task in self._running:
            self._ray.cancel(task, force=False)  # which the trial hears as Ctrl-C

    def close(self) -> None:
        for task in self._running:
            self._ray.cancel(task, force=True)
        self._running.clear()
        self._ray.shutdown()

    def _last(self, task: Any) -> Message:
        """The last word of a trial; a task that has died has none."""
        number = self._running.pop(task)
        try:
            message: Message = self._ray.get(task)
        except self._ray.exceptions.TaskCancelledError:
            return Interrupted(number)
        except self._ray.exceptions.RayError as error:
            return Lost(number, f"its process died: {type(error).__name__}")
        return message


class _Board:
    """An actor on which trials write what they have to say, and read what they are answered."""

    def __init__(self) -> None:
        self._said: list[Message] = []
        self._answers: dict[int, list[bool]] = {}

    def say(self, message: Message) -> None:
        self._said.append(message)

    def take(self) -> list[Message]:
        """What was said since the last time."""
        said, self._said = self._said, []
        return said

    def answer(self, number: int, go_on: bool) -> None:
        self._answers.setdefault(number, []).append(go_on)

    def answered(self, number: int) -> bool | None:
        """The answer to a trial, None where there is none yet."""
        waiting = self._answers.get(number)
        return waiting.pop(0) if waiting else None


class _Line:
    """The board as a trial's link to the search."""

    def __init__(self, board: Any, number: int) -> None:
        self._board, self._number = board, number

    def send(self, message: Message) -> None:
        import ray

        ray.get(self._board.say.remote(message))

    def recv(self) -> bool:
        import ray

        while True:
            answer: bool | None = ray.get(self._board.answered.remote(self._number))
            if answer is not None:
                return answer
            time.sleep(_PAUSE)


def _trial(order: Order, folder: str, board: Any) -> Message:
    """A trial in a process of Ray's, in the folder of the search as seen from there."""
    from layerforge.build.backend import load_keras

    os.chdir(folder)
    load_keras()
    return worked(order, _Line(board, order.number))


def _ray(address: str) -> Any:
    """The module `ray`, connected. It reports no usage to anybody."""
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    try:
        import ray
    except ImportError:
        help = "`pip install 'layerforge[ray]'`, or leave `--ray` out"
        raise Faults(Diagnostic("missing-package", "Ray is not installed", help=help)) from None
    options: dict[str, Any] = {"log_to_driver": False, "logging_level": "error"}
    if address == LOCAL:
        options |= {"include_dashboard": False, "_node_ip_address": "127.0.0.1"}
    else:
        options["address"] = address
    try:
        # What Ray prints of itself is none of the answer of a command.
        with contextlib.redirect_stdout(None):
            ray.init(**options)
    except (ConnectionError, RuntimeError, ValueError, OSError) as error:
        first = next(iter(str(error).splitlines()), type(error).__name__)
        message = f"no Ray answers at `{address}`: {first}"
        raise Faults(
            Diagnostic("run-failed", message, help="start one: `ray start --head`")
        ) from None
    return ray
