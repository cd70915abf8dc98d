"""The headers of Parquet's pages: polars trusts their numbers, and a negative one ends the whole process."""

from __future__ import annotations

from collections.abc import Collection, Iterator
from io import BytesIO
from pathlib import Path
from typing import IO, Any, Final, TypeVar

# Written in Thrift's compact protocol; numbers of fields and types are those of `parquet.thrift`.
_FOOTER: Final = (
    1 << 24
)  # bytes; a larger one is of so many columns that reading it here takes seconds
_HEADER: Final = 1 << 16  # bytes in which a page's header must end
_GROUPS, _COLUMNS, _META = 4, 1, 3  # of a file, of a group of rows, of a column in it
_PATH, _VALUES, _COMPRESSED, _DATA, _DICTIONARY = 3, 5, 7, 9, 11  # of what is said of such a column
_UNPACKED, _PACKED = 2, 3  # sizes of a page
_KINDS: Final = (5, 7, 8)  # its header as data, as a dictionary, as data of version 2
_DEEPEST: Final = 12  # structures within structures
_MOST: Final = 1_000_000  # items of a list


_T = TypeVar("_T")


class _UnknownError(Exception):
    """Something that this reader does not know: polars is left to say what it is."""


def sound_pages(path: Path, names: Collection[str]) -> bool:
    """Whether no page of these columns has a count or size below 0, or more values than its column.

    What cannot be read here counts as sound. Raises OSError.
    """
    try:
        with path.open("rb") as stream:
            size = stream.seek(0, 2)
            return all(_sound(stream, size, chunk) for chunk in _chunks(stream, size, set(names)))
    except _UnknownError:
        return True


def _chunks(stream: IO[bytes], size: int, names: set[str]) -> Iterator[dict[int, Any]]:
    """What the end of the file says of the parts of columns that pages are of."""
    stream.seek(max(size - 8, 0))
    length = int.from_bytes(stream.read(4), "little")
    if not 0 < length <= min(_FOOTER, size - 8):
        raise _UnknownError
    stream.seek(size - 8 - length)
    for group in _of(_structure(BytesIO(stream.read(length))), _GROUPS, list):
        for column in _of(group, _COLUMNS, list):
            chunk = _of(column, _META, dict)
            path = b"".join(_of({1: each}, 1, bytes) for each in _of(chunk, _PATH, list)[:1])
            if path.decode("utf-8", "replace") in names:
                yield chunk


def _of(structure: Any, field: int, kind: type[_T], absent: _T | None = None) -> _T:
    """A field of a structure, if it is one, and of this kind."""
    found = structure.get(field, absent) if isinstance(structure, dict) else None
    if not isinstance(found, kind):
        raise _UnknownError
    return found


def _sound(stream: IO[bytes], size: int, chunk: dict[int, Any]) -> bool:
    """Whether the pages of one part of a column are sound, one behind the other."""
    starts = [_of(chunk, field, int, 0) for field in (_DATA, _DICTIONARY)]
    at, values = min(filter(None, starts), default=0), _of(chunk, _VALUES, int, 0)
    end = at + _of(chunk, _COMPRESSED, int, 0)
    if not 0 <= at <= end <= size or values < 0:
        return False
    while at < end:
        stream.seek(at)
        head = BytesIO(stream.read(_HEADER))
        page = _structure(head)
        packed, unpacked = _of(page, _PACKED, int, -1), _of(page, _UNPACKED, int, -1)
        inner = [_of(page, kind, dict) for kind in _KINDS if kind in page]
        count = _of(inner[0], 1, int, -1) if inner else 0
        most = 8 * unpacked if _KINDS[1] in page else values
        if packed < 0 or unpacked < 0 or not 0 <= count <= most:
            return False
        at += head.tell() + packed
    return True


def _structure(stream: BytesIO, depth: int = 0) -> dict[int, Any]:
    """The fields of a structure by their numbers."""
    found: dict[int, Any] = {}
    field = 0
    while (kind := _byte(stream)) != 0:
        field = field + (kind >> 4) if kind >> 4 else _number(stream)
        found[field] = _value(stream, kind & 15, depth)
    return found


def _value(stream: BytesIO, kind: int, depth: int) -> Any:
    if depth > _DEEPEST:
        raise _UnknownError
    if kind in (1, 2):
        return kind == 1
    if kind == 3:
        return _byte(stream)
    if kind in (4, 5, 6):
        return _number(stream)
    if kind == 7:
        return stream.read(8)
    if kind == 8:
        return stream.read(_natural(stream))
    if kind in (9, 10):
        return _items(stream, depth)
    if kind == 12:
        return _structure(stream, depth + 1)
    raise _UnknownError


def _items(stream: BytesIO, depth: int) -> list[Any]:
    head = _byte(stream)
    count, kind = head >> 4, head & 15
    count = _natural(stream) if count == 15 else count
    if count > _MOST:
        raise _UnknownError
    # A truth value has a byte of its own in a list.
    return [_value(stream, 3 if kind in (1, 2) else kind, depth + 1) for _ in range(count)]


def _byte(stream: BytesIO) -> int:
    found = stream.read(1)
    if not found:
        raise _UnknownError
    return found[0]


def _natural(stream: BytesIO) -> int:
    """A number of seven bits a byte, the lowest first."""
    found = shift = 0
    while True:
        byte = _byte(stream)
        found |= (byte & 127) << shift
        if byte < 128:
            return found
        shift += 7
        if shift > 63:
            raise _UnknownError


def _number(stream: BytesIO) -> int:
    """One that may be below 0: 0, -1, 1, -2 are written as 0, 1, 2, 3."""
    found = _natural(stream)
    return (found >> 1) ^ -(found & 1)
