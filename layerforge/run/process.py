"""Which process works on a run, so that another can tell whether it still does."""

from __future__ import annotations

import os
import socket
from pathlib import Path
from typing import Any, Final

_BOOT: Final = Path("/proc/sys/kernel/random/boot_id")


def this_process() -> dict[str, Any]:
    """As JSON, what tells this process from every other, of this machine and since it was started."""
    pid = os.getpid()
    return {"pid": pid, "started": _started(pid), "boot": _boot(), "host": socket.gethostname()}


def is_alive(process: Any) -> bool:
    """Whether the process that `this_process()` described still runs.

    Of another machine nobody can tell, so it is taken to run; what no process wrote does not.
    """
    if not isinstance(process, dict) or not isinstance(pid := process.get("pid"), int):
        return False
    if process.get("host") != socket.gethostname():
        return True
    return process.get("boot") == _boot() and _exists(pid) and process["started"] == _started(pid)


def _exists(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except OSError:
        return True  # it belongs to somebody else
    return True


def _started(pid: int) -> int | None:
    """Clock ticks from the boot to the start of the process; None where the system does not say.

    Numbers of processes are used again, so the number alone would not do (proc(5), field 22).
    """
    try:
        fields = Path(f"/proc/{pid}/stat").read_text(encoding="ascii", errors="replace")
        return int(fields.rpartition(")")[2].split()[19])
    except (OSError, ValueError, IndexError):
        return None


def _boot() -> str | None:
    try:
        return _BOOT.read_text(encoding="ascii").strip()
    except OSError:
        return None
