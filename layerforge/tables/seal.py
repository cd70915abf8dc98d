"""Whether a file is still the one that was looked at: it may grow, shrink, be replaced or vanish."""

from __future__ import annotations

from pathlib import Path
from typing import TypeAlias

from layerforge.diagnostics import SpecError

Seal: TypeAlias = tuple[int, int, int, int]  # device, number, bytes, nanoseconds of the last change


def seal_of(path: Path) -> Seal:
    """What tells a file from any that comes after it. Raises OSError."""
    found = path.stat()
    return found.st_dev, found.st_ino, found.st_size, found.st_mtime_ns


def check_seal(path: Path, shown: str, seal: Seal | None) -> None:
    """Raises SpecError, about `source`, where the file has been written to since, or is gone."""
    if seal is None:
        return
    try:
        same = seal_of(path) == seal
    except OSError:
        message = f"`{shown}` was taken away while it was read"
        raise SpecError("unreadable-data", message, "source") from None
    if not same:
        message = f"`{shown}` changed while it was read"
        help = "read a copy, or wait until nothing writes to it"
        raise SpecError("unreadable-data", message, "source", help)
