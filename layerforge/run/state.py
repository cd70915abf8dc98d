"""How a run stands: what its record says, and whether the process that said so is still there."""

from __future__ import annotations

import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.run.directory import RECORD, is_refused, read_json
from layerforge.run.process import is_alive

_TRIES: Final = 20  # whoever asks how a run stands holds its lock for a moment
_PAUSE: Final = 0.05


def state_of(run: Path) -> str:
    """`finished`, `interrupted`, `failed`, `running`, `killed`, or `unreadable`.

    A record that says `running` is believed only while its process is there. Raises Faults where the
    disk does not give it.
    """
    try:
        record = read_json(run / RECORD)
    except Faults as stop:
        if is_refused(stop):
            raise
        return "unreadable"
    state = str(record.get("state", "unknown"))
    return "killed" if state == "running" and not _is_running(run, record.get("process")) else state


@contextmanager
def held(run: Path) -> Iterator[None]:
    """Nobody else trains in the run meanwhile; the system lets it go when the process dies.

    The folder itself is locked: no file of a run outlives its replacement. Raises Faults where
    another process holds it.
    """
    descriptor = _lock(run, exclusive=True, tries=_TRIES)
    if descriptor is None:
        message = f"`{run}` is being trained by another process"
        help = "wait for it, or stop it with Ctrl-C or SIGTERM"
        raise Faults(Diagnostic("run-in-use", message, help=help))
    try:
        yield
    finally:
        if descriptor >= 0:
            os.close(descriptor)


def _is_running(run: Path, process: Any) -> bool:
    """Whether somebody works on the run; of a process of another machine, or container, the lock tells."""
    if not is_alive(process):
        return False
    if process["host"] == socket.gethostname():
        return True
    descriptor = _lock(run, exclusive=False, tries=1)
    if descriptor is not None and descriptor >= 0:
        os.close(descriptor)
    return descriptor is None or descriptor < 0


def _lock(run: Path, exclusive: bool, tries: int) -> int | None:
    """An open descriptor with the lock, None where another process has it, -1 where there are none."""
    try:
        import fcntl

        descriptor = os.open(run, os.O_RDONLY)
    except (ImportError, OSError):
        return -1
    kind = fcntl.LOCK_EX if exclusive else fcntl.LOCK_SH
    for left in reversed(range(tries)):
        try:
            fcntl.flock(descriptor, kind | fcntl.LOCK_NB)
            return descriptor
        except BlockingIOError:
            time.sleep(_PAUSE if left else 0)
        except OSError:
            os.close(descriptor)
            return -1
    os.close(descriptor)
    return None
