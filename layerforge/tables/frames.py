"""Columns of a file as one type, read by polars, whole or in pieces, and only if the file stays as it is."""

from __future__ import annotations

import warnings
from collections.abc import Iterator, Sequence
from io import BytesIO
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layerforge.diagnostics import SpecError
from layerforge.memory.machine import installed_memory
from layerforge.tables.files import File, unreadable_row
from layerforge.tables.inspection import for_polars, pieces_of
from layerforge.tables.parquet import read_parquet
from layerforge.tables.seal import check_seal

if TYPE_CHECKING:
    import polars as pl

# What polars unpacks by itself, all at once: gzip, zlib, Zstandard.
_PACKED: Final = (b"\x1f\x8b", b"x\x01", b"x\x9c", b"x\xda", b"\x28\xb5\x2f\xfd")
_VALUE: Final = 12  # bytes of a number: as it is read, and scaled


def read_frame(file: File, names: Sequence[str], dtype: Any) -> pl.DataFrame:
    """These columns of the file as one type; a text that is no such value becomes null.

    Raises SpecError where the file cannot be read so, or has changed since it was recognised.
    """
    import polars as pl

    if not names:
        return pl.DataFrame()
    if file.parts:
        return pl.concat([read_frame(part, names, dtype) for part in file.parts])
    _check_memory(file, len(names))
    try:
        if file.format == "parquet":
            return read_parquet(file, names, dtype)
        return _read_text(file, names, dtype)
    finally:  # what changes meanwhile may look broken in any way
        check_seal(file.path, file.shown, file.seal)


def _check_memory(file: File, columns: int) -> None:
    """A small file may hold columns without end, such as one number a billion times in Parquet."""
    needed, there = _VALUE * file.rows * columns, installed_memory()
    if there is not None and needed > there:
        sizes = f"{needed:,} bytes, and there are {there:,}"
        message = f"the {file.rows:,} rows of `{file.shown}` take {sizes} of memory"
        help = "name fewer columns under `features`, or take a part of the rows"
        raise SpecError("out-of-memory", message, "source", help)


def _read_text(file: File, names: Sequence[str], dtype: Any) -> pl.DataFrame:
    import polars as pl

    # Columns are called by number: names in the file may repeat, and unread ones cost nothing.
    numbers = {name: str(i) for i, name in enumerate(file.columns)}
    schema: dict[str, Any] = dict.fromkeys(numbers.values(), pl.String)
    schema |= {numbers[name]: dtype for name in names}
    chosen = [pl.col(numbers[name]).alias(name) for name in names]
    frames, left = [], file.rows
    try:
        for source, lines in _sources(file):
            frame = _scanned(file, source, lines, schema, left).select(chosen).collect()
            frames.append(frame)
            left -= frame.height
            if not left:
                break
    except (pl.exceptions.PolarsError, OSError):
        raise unreadable_row(file) from None
    if left:
        raise unreadable_row(file)
    return frames[0] if len(frames) == 1 else pl.concat(frames)


def _scanned(
    file: File, source: Path | BytesIO, lines: int, schema: dict[str, Any], rows: int
) -> pl.LazyFrame:
    import polars as pl

    with warnings.catch_warnings():
        warnings.simplefilter("ignore")  # of malformed text, which the count of rows tells better
        return pl.scan_csv(
            source,
            glob=False,
            has_header=False,
            skip_lines=lines,
            schema=schema,
            separator=file.separator,
            quote_char=file.quote,
            decimal_comma=file.wording.decimal == ",",
            ignore_errors=True,
            n_rows=rows,
        )


def _sources(file: File) -> Iterator[tuple[Path | BytesIO, int]]:
    """The file itself, or what is packed in it piece by piece, and how many lines are none of rows."""
    with file.path.open("rb") as stream:
        packed = stream.read(4).startswith(_PACKED)
    if not packed:
        yield for_polars(file.path), file.header_lines
        return
    head = file.header_lines
    for piece in whole_rows(pieces_of(file.path, file.shown), file.quote):
        # The line break in front hides from polars what may look like one more packed file.
        yield BytesIO(b"\n" + piece), head + 1
        head = 0


def whole_rows(pieces: Iterator[bytes], quote: str | None) -> Iterator[bytes]:
    """The same bytes, cut behind the ends of rows; a line break between quotes ends none."""
    waiting: list[bytes] = []
    inside = 0
    for piece in pieces:
        end, quotes = _last_end(piece, inside if quote else None)
        inside ^= quotes
        if not end:
            waiting.append(piece)
            continue
        yield b"".join([*waiting, piece[:end]])
        waiting = [piece[end:]]
    rest = b"".join(waiting)
    if rest:
        yield rest


def _last_end(piece: bytes, inside: int | None) -> tuple[int, int]:
    """The place behind the last row end, 0 for none, and whether the number of quotes is odd."""
    if inside is None or (not inside and b'"' not in piece):
        return piece.rfind(b"\n") + 1, 0
    import numpy as np

    codes = np.frombuffer(piece, np.uint8)
    within = (np.cumsum(codes == 34, dtype=np.uint8) + inside) & 1
    ends = np.flatnonzero((codes == 10) & (within == 0))
    return int(ends[-1]) + 1 if len(ends) else 0, int(within[-1]) ^ inside
