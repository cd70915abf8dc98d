"""The standard streams of a command: always there, and dropped once nothing can be written to them."""

from __future__ import annotations

import os
import select
import sys
from collections.abc import Iterator
from contextlib import contextmanager
from io import BufferedWriter, FileIO, TextIOWrapper
from pathlib import Path
from typing import Any, Final

_NAMES: Final = ("stdin", "stdout", "stderr")


class Output(FileIO):
    """A descriptor to write on. `failure` is what the first failed write died of; the rest is dropped.

    So the work goes on to its end, whether its reader has gone away or the disk behind it is full.
    """

    def __init__(self, descriptor: int) -> None:
        super().__init__(descriptor, "wb", closefd=False)
        self.failure: OSError | None = None

    def write(self, content: Any) -> int:
        size = memoryview(content).nbytes
        if self.failure is not None:
            return size
        try:
            written = super().write(content)
            while written is None:  # whoever gave the pipe will not have it waited for
                select.select([], [self], [])
                written = super().write(content)
        except OSError as error:
            self.failure = error
            return size
        return written

    def flush(self) -> None:
        """Nothing is kept back here."""


@contextmanager
def standing_streams() -> Iterator[list[Output]]:
    """Meanwhile every standard stream can be written to; yields what is behind standard output.

    What cannot be encoded is written as an escape. A stream that somebody else has put there, as tests
    do, stays as it is.
    """
    _fill_descriptors()
    before = {name: getattr(sys, name) for name in _NAMES}
    try:
        sys.stdin = sys.stdin or _opened("r")
        behind = [_standing("stdout")]
        _standing("stderr")
        yield [output for output in behind if output is not None]
        sys.stdout.flush()
    finally:
        for name, stream in before.items():
            setattr(sys, name, stream)


def _fill_descriptors() -> None:
    """Nothing that is opened later gets the number of a standard stream that is closed."""
    for number in range(len(_NAMES)):
        try:
            os.fstat(number)
        except OSError:
            descriptor = os.open(os.devnull, os.O_RDWR)  # gets the lowest number that is free
            os.set_inheritable(descriptor, True)  # or the processes of trials would begin without


def _standing(name: str) -> Output | None:
    """Puts an `Output` behind a standard stream, if it is the process's own."""
    stream = getattr(sys, name)
    if stream is None:
        setattr(sys, name, _opened("w"))
        return None
    if not isinstance(stream, TextIOWrapper):
        return None
    stream.reconfigure(errors="backslashreplace")
    if type(stream) is not TextIOWrapper or not _has_descriptor(stream):
        return None
    output = Output(stream.fileno())
    lines = name == "stderr" or stream.line_buffering or stream.write_through
    text = TextIOWrapper(
        BufferedWriter(output),
        encoding=stream.encoding,
        errors="backslashreplace",
        line_buffering=lines,
    )
    setattr(sys, name, text)
    return output


def _has_descriptor(stream: TextIOWrapper) -> bool:
    try:
        return stream.fileno() >= 0
    except (OSError, ValueError):
        return False


def _opened(mode: str) -> Any:
    return Path(os.devnull).open(mode, encoding="utf-8")
