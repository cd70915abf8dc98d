"""The one thread that asks the model, and the queue before it: whoever waits is answered together."""

from __future__ import annotations

import queue
from concurrent.futures import Future
from threading import Thread
from typing import Any, Final, Protocol

from layerforge.serving.bodies import Body
from layerforge.serving.limits import Refusal
from layerforge.serving.model import Reply

_TOGETHER: Final = 256  # requests that are answered by one call


class Answering(Protocol):
    """What a worker asks."""

    def answer_all(self, bodies: list[Body]) -> list[Reply]: ...


class Worker:
    """Takes bodies from many threads or tasks, and answers them in the order in which they came."""

    def __init__(self, model: Answering, waiting: int) -> None:
        self._model = model
        self._queue: queue.Queue[tuple[Body, Future[Reply]] | None] = queue.Queue(waiting)
        self._thread = Thread(target=self._work, name="model", daemon=True)
        self._thread.start()

    @property
    def alive(self) -> bool:
        return self._thread.is_alive()

    def submit(self, body: Body) -> Future[Reply]:
        """The reply to come. Raises Refusal, 503, where too many wait already."""
        future: Future[Reply] = Future()
        try:
            self._queue.put_nowait((body, future))
        except queue.Full:
            raise Refusal(503, "busy", "too many requests wait already; try again soon") from None
        return future

    def stop(self) -> None:
        """Answers what waits, and ends."""
        self._queue.put(None)
        self._thread.join()

    def _work(self) -> None:
        while (first := self._queue.get()) is not None:
            jobs, ends = [first], False
            while len(jobs) < _TOGETHER and not ends:
                try:
                    more = self._queue.get_nowait()
                except queue.Empty:
                    break
                if more is None:
                    ends = True
                else:
                    jobs.append(more)
            self._answer([job for job in jobs if job[1].set_running_or_notify_cancel()])
            if ends:
                return

    def _answer(self, jobs: list[tuple[Body, Future[Reply]]]) -> None:
        if not jobs:
            return
        replies: list[Any]
        try:
            replies = self._model.answer_all([body for body, _ in jobs])
        except (
            Exception
        ) as error:  # of ours or of TensorFlow: who asked is told, and the next are answered
            for _, future in jobs:
                future.set_exception(error)
            return
        for (_, future), reply in zip(jobs, replies, strict=True):
            future.set_result(reply)
