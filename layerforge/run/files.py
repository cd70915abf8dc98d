"""Files that are whole or not there: written under another name, flushed to disk, then renamed."""

from __future__ import annotations

import json
import math
import os
import re
import secrets
import stat
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any, Final

_TEMPORARY: Final = re.compile(r"\.[0-9a-f]{8}\..")
_ENDING: Final = 40  # characters of a name that the other name keeps: both fit into 255 bytes


@contextmanager
def replacing(path: Path, asked: bool = False) -> Iterator[Path]:
    """A name in the folder of `path`; what is written there becomes `path` at the end, all at once.

    After an exception `path` is as it was. The endings stay, since Keras tells formats by them. The new file
    has the mode of the old one, or what the umask leaves.

    Of a file that was `asked` for by name, what a symbolic link points at is replaced, and not the link;
    a pipe or a device is written to itself. No other file leads out of its folder.
    """
    if asked and _is_stream(path):
        yield path
        return
    path = Path(os.path.realpath(path)) if asked and path.is_symlink() else path
    temporary = path.with_name(f".{secrets.token_hex(4)}.{path.name[-_ENDING:]}")
    try:
        _make(temporary, _mode_of(path))
        yield temporary
        _flush(temporary)
        temporary.replace(path)
        _flush(path.parent)
    except OSError as error:
        if error.filename in (None, str(temporary)):  # what nobody knows by that name
            error.filename = str(path)
        raise
    finally:
        with suppress(OSError):  # of a disk that can only be read; what failed before says more
            temporary.unlink(missing_ok=True)


def _is_stream(path: Path) -> bool:
    """Whether something is there that is not to be replaced: `/dev/null`, `/dev/stdout`, a named pipe."""
    return path.exists() and not path.is_file() and not path.is_dir()


def _mode_of(path: Path) -> int | None:
    try:
        there = path.lstat().st_mode
    except OSError:
        return None
    return stat.S_IMODE(there) if stat.S_ISREG(there) else None


def _make(path: Path, mode: int | None) -> None:
    """An empty file that was not there before, readable by no one who may not read the one it replaces."""
    flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL
    descriptor = os.open(path, flags, 0o666 if mode is None else mode & 0o600)
    try:
        if mode is not None and hasattr(os, "fchmod"):
            os.fchmod(descriptor, mode)
    finally:
        os.close(descriptor)


def sweep(folder: Path) -> None:
    """Removes what a process that was killed had begun to write, in the folder and below it."""
    for path in folder.rglob(".*"):
        if _TEMPORARY.match(path.name):
            path.unlink(missing_ok=True)


def write_text(path: Path, text: str, asked: bool = False) -> None:
    """Writes a text file whole; a byte of a file's name that is no UTF-8 is written as an escape."""
    with replacing(path, asked) as temporary:
        temporary.write_text(text, encoding="utf-8", errors="backslashreplace", newline="\n")


def write_bytes(path: Path, content: bytes, asked: bool = False) -> None:
    """Writes a file of any kind whole."""
    with replacing(path, asked) as temporary:
        temporary.write_bytes(content)


def write_json(path: Path, value: Any, asked: bool = False) -> None:
    """Writes a JSON file whole; numbers that JSON does not have (NaN, Infinity) become null."""
    write_text(path, json.dumps(finite(value), indent=1, ensure_ascii=False) + "\n", asked)


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
