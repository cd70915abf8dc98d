"""How much memory there is for this process: the machine's, or less where the system says so."""

from __future__ import annotations

import os
from collections.abc import Iterator
from functools import cache
from pathlib import Path
from typing import Final

# Where Linux tells a container's limit, of version 2 and of version 1.
_LIMITS: Final = ("/sys/fs/cgroup/memory.max", "/sys/fs/cgroup/memory/memory.limit_in_bytes")


@cache
def installed_memory() -> int | None:
    """The memory in bytes that this process may have; None where the system does not say."""
    return min(_bounds(), default=None)


def _bounds() -> Iterator[int]:
    try:
        yield os.sysconf("SC_PAGE_SIZE") * os.sysconf("SC_PHYS_PAGES")
    except (AttributeError, ValueError, OSError):
        return  # not POSIX
    for place in _LIMITS:
        try:
            text = Path(place).read_text(encoding="ascii").strip()
        except OSError:
            continue  # no container
        if text.isdigit():
            yield int(text)
    import resource

    limit, _ = resource.getrlimit(resource.RLIMIT_AS)
    if limit != resource.RLIM_INFINITY:
        yield limit
