"""Files that are whole or not there: written under another name, flushed to disk, then renamed."""

from __future__ import annotations

import json
import math
import os
import re
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from pathlib import Path
from typing import Any, Final

_TEMPORARY: Final = re.compile(r"\.[0-9a-f]{8}\..")


@contextmanager
def replacing(path: Path) -> Iterator[Path]:
    """A name in the folder of `path`; what is written there becomes `path` at the end, all at once.

    After an exception `path` is as it was. The endings stay, since Keras tells formats by them.
    """
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name}")
    try:
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    finally:
        temporary.unlink(missing_ok=True)


def sweep(folder: Path) -> None:
    """Removes what a process that was killed had begun to write, in the folder and below it."""
    for path in folder.rglob(".*"):
        if _TEMPORARY.match(path.name):
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str) -> None:
    """Writes a text file whole."""
    with replacing(path) as temporary:
        temporary.write_text(text, encoding="utf-8", newline="\n")


def write_bytes(path: Path, content: bytes) -> None:
    """Writes a file of any kind whole."""
    with replacing(path) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any) -> None:
    """Writes a JSON file whole; numbers that JSON does not have (NaN, Infinity) become null."""
    write_text(path, json.dumps(finite(value), indent=1, ensure_ascii=False) + "\n")


def finite(value: Any) -> Any:
    """The value with null for every number that JSON cannot write."""
    if isinstance(value, float):
        return value if math.isfinite(value) else None
    if isinstance(value, Mapping):
        return {str(key): finite(each) for key, each in value.items()}
    if isinstance(value, Sequence) and not isinstance(value, str):
        return [finite(each) for each in value]
    return value


def _flush(path: Path) -> None:
    """Makes the system write the file, or the names in the folder, to disk now."""
    if path.is_dir() and os.name != "posix":
        return  # only POSIX opens folders
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
