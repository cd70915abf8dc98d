"""A data file as found on disk: what it is, its columns, how many rows, and where a row stands.

One pass over the bytes of a text file, in pieces, finds what the reader of the values would pass
over or could not place: bytes that are no text, rows with too few or too many fields.
"""

from __future__ import annotations

import csv
import gzip
import io
import re
from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Literal, cast

from layerforge.diagnostics import SpecError

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECE = 1 << 22
MAX_HEADER = 1 << 20  # bytes in which the first line must end
MAX_FIELD = 1 << 20  # characters of one field
_SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?")
_FORMATS = {
    b"PK\x03\x04": "a ZIP archive (an .xlsx or .zip file)",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"\x89HDF": "an HDF5 file",
    b"ARROW1": "an Arrow or Feather file",
    b"SQLite": "an SQLite database",
    b"\x93NUMPY": "a NumPy file",
}


@dataclass(frozen=True, slots=True)
class File:
    """A data file that can be read: `columns` in its order, `rows` without the header.

    `shown` is what it is called in messages. `header_lines` and `quoted` say how rows and lines
    of a text correspond: without quotes, row 0 is line `header_lines + 1`.
    """

    path: Path
    shown: str
    format: Literal["text", "parquet"]
    columns: tuple[str, ...]
    rows: int
    separator: str = ","
    header_lines: int = 0
    quoted: bool = False

    @property
    def lacks_header(self) -> bool:
        """Whether the line that was taken for the column names is more likely a row of values."""
        return bool(self.header_lines) and all(_NUMBER.fullmatch(name) for name in self.columns)

    def row(self, row: int) -> str:
        """How a row, counted from 0, is called in messages: its line, or its number in Parquet."""
        if self.format == "parquet":
            return f"row {row + 1}"
        return f"line {self._line(row)}"

    def _line(self, row: int) -> int:
        if not self.quoted:
            return self.header_lines + row + 1
        wanted = row + (1 if self.header_lines else 0)
        for number, line, _ in _records(self.path, self.separator):
            if number == wanted:
                return line
        return self.header_lines + row + 1


def recognise(path: Path, shown: str, separator: str | None, header: bool) -> File:
    """What the file is. Raises SpecError, about `source`, where it is no table that can be read."""
    try:
        with _open(path) as stream:
            head = stream.read(MAX_HEADER)
    except (OSError, ValueError, EOFError) as error:
        raise _unreadable(path, shown, error) from None
    if head.startswith(b"PAR1") or path.suffix.lower() in (".parquet", ".pq"):
        return _recognise_parquet(path, shown, head)
    _check_text(head, shown)
    return _recognise_text(path, shown, head, separator, header)


def _open(path: Path) -> IO[bytes]:
    if not path.is_file() and path.exists():
        raise IsADirectoryError(0, "is a directory" if path.is_dir() else "is no regular file")
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return cast(IO[bytes], gzip.open(path, "rb")) if zipped else path.open("rb")


def _unreadable(path: Path, shown: str, error: Exception) -> SpecError:
    if isinstance(error, EOFError | gzip.BadGzipFile):
        return SpecError("unreadable-data", f"`{shown}` is a broken gzip file", "source")
    if isinstance(error, FileNotFoundError):
        message = f"there is no file `{shown}`; it is looked for beside the spec"
        if any(mark in shown for mark in "*?["):
            message = f"there is no file `{shown}`; one file is read, not a pattern of several"
        return SpecError("unreadable-data", message, "source", _nearest(path))
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return SpecError("unreadable-data", f"`{shown}` cannot be read: {reason}", "source")


def _nearest(path: Path) -> str | None:
    from layerforge.diagnostics import did_you_mean

    try:
        names = [each.name for each in path.parent.iterdir() if each.is_file()]
    except OSError:
        return None
    return did_you_mean(path.name, sorted(names))


def _recognise_parquet(path: Path, shown: str, head: bytes) -> File:
    import polars as pl

    try:
        frame = pl.scan_parquet(path, glob=False)
        columns = tuple(frame.collect_schema().names())
        rows = int(frame.select(pl.len()).collect().item())
    except (pl.exceptions.PolarsError, OSError) as error:
        known = "is no Parquet file" if not head.startswith(b"PAR1") else "is a broken Parquet file"
        raise SpecError("unreadable-data", f"`{shown}` {known}", "source") from error
    if rows == 0:
        raise SpecError("empty-data", f"`{shown}` has columns but no rows", "source")
    return File(path, shown, "parquet", columns, rows)


def _check_text(head: bytes, shown: str) -> None:
    """Refuses what is no UTF-8 text as far as its first bytes tell."""
    if not head.strip(b"\xef\xbb\xbf \r\n\t"):
        raise SpecError("empty-data", f"`{shown}` is empty", "source")
    known = next((what for magic, what in _FORMATS.items() if head.startswith(magic)), None)
    if known:
        message = f"`{shown}` is {known}; data are read from CSV or Parquet"
        raise SpecError("data-not-text", message, "source")
    if head[:2] in (b"\xff\xfe", b"\xfe\xff"):
        message = f"`{shown}` is UTF-16 text; save it as UTF-8"
        raise SpecError("data-not-text", message, "source")


def _recognise_text(
    path: Path, shown: str, head: bytes, separator: str | None, header: bool
) -> File:
    text = head.decode("utf-8-sig", errors="replace")
    if len(head) == MAX_HEADER and "\n" not in text:
        message = f"the first line of `{shown}` is longer than {MAX_HEADER:,} bytes; is it a table?"
        raise SpecError("data-not-text", message, "source")
    if "\r" in text and "\n" not in text:
        message = f"`{shown}` ends its lines with a carriage return alone; save it with line feeds"
        raise SpecError("data-not-text", message, "source")
    character = separator or _guess_separator(text, len(head) == MAX_HEADER)
    marks = _inspect(path, shown, character)
    first, lines = _first_record(text, character, shown)
    names = tuple(name.strip() for name in first) if header else tuple(map(str, range(len(first))))
    header_lines = lines if header else 0
    file = File(path, shown, "text", names, 0, character, header_lines, marks.quoted)
    rows = marks.records
    if marks.suspicious(len(names)):
        # Quotes inside unquoted fields look the same to the quick count: the csv module decides.
        rows = _check_records(file)
    rows -= marks.blank_lines + (1 if header else 0)
    if rows <= 0:
        message = f"`{shown}` has a header line but no rows below it"
        raise SpecError("empty-data", message, "source")
    return File(path, shown, "text", names, rows, character, header_lines, marks.quoted)


def _guess_separator(text: str, cut: bool) -> str:
    """The separator that splits the first lines into equally many fields, the more the better."""
    lines = text.splitlines()[:20]
    if cut and len(lines) < 20:
        lines = lines[:-1]
    filled = [line for line in lines if line.strip()]
    best, most = ",", 1
    for character in _SEPARATORS:
        counts = {len(row) for row in csv.reader(filled, delimiter=character)}
        if len(counts) == 1 and (count := counts.pop()) > most:
            best, most = character, count
    if most > 1:
        return best
    first = filled[0] if filled else ""
    return max(_SEPARATORS, key=lambda character: (first.count(character), character == ","))


def _first_record(text: str, separator: str, shown: str) -> tuple[list[str], int]:
    """The fields of the first line and how many lines they take: a name may hold line breaks."""
    reader = csv.reader(io.StringIO(text, newline=""), delimiter=separator)
    try:
        fields = next(reader)
    except (csv.Error, StopIteration) as error:
        message = f"`{shown}` line 1: cannot be read as column names: {error}"
        raise SpecError("ragged-row", message, "source") from None
    if not fields:
        message = f"`{shown}` line 1 is blank; its first line gives the column names"
        raise SpecError("ragged-row", message, "source")
    return fields, reader.line_num


@dataclass(slots=True)
class _Marks:
    """What the pass over the bytes counts; fields are counted by separators outside quotes."""

    separator: int
    records: int = 0
    quoted: bool = False
    inside: int = 0  # whether the last piece ended inside quotes
    pending: int = 0  # separators of the record that is not finished
    blank_lines: int = 0  # that end the file
    lines: int = 0
    odd: dict[int, int] = field(default_factory=dict)  # number of fields -> the first such record

    def suspicious(self, fields: int) -> bool:
        """Whether a record before the blank lines at the end has another number of fields."""
        last = self.records - self.blank_lines
        uneven = any(count != fields and record < last for count, record in self.odd.items())
        return uneven or bool(self.inside)

    def take(self, piece: bytes) -> None:
        import numpy as np

        codes = np.frombuffer(piece, np.uint8)
        marks = (codes == 10) | (codes == self.separator)
        if self.inside or b'"' in piece:
            self.quoted = True
            within = (np.cumsum(codes == 34, dtype=np.uint8) + self.inside) & 1
            marks &= within == 0
            self.inside = int(within[-1])
        ends = codes[np.flatnonzero(marks)] == 10
        self._count(np.flatnonzero(ends), len(ends))
        self._count_blank(piece)
        self.lines += piece.count(b"\n")

    def _count(self, ends: NDArray[np.intp], marks: int) -> None:
        """Takes the record ends among a piece's separators and ends."""
        import numpy as np

        if not len(ends):
            self.pending += marks
            return
        fields = np.diff(ends, prepend=-1)
        fields[0] += self.pending
        for count, first in zip(*np.unique(fields, return_index=True), strict=True):
            self.odd.setdefault(int(count), self.records + int(first))
        self.pending = marks - 1 - int(ends[-1])
        self.records += len(ends)

    def _count_blank(self, piece: bytes) -> None:
        body = piece.rstrip(b"\r\n")
        ending = piece[len(body) :].count(b"\n")
        # The line break that ends the last filled line makes no blank line.
        self.blank_lines = self.blank_lines + ending if not body else ending - 1


def _inspect(path: Path, shown: str, separator: str) -> _Marks:
    """Counts records and fields; refuses bytes that are no UTF-8 text, naming the line."""
    import codecs

    decoder: Any = codecs.getincrementaldecoder("utf-8")()
    marks = _Marks(ord(separator))
    last = b"\n"
    for piece in _pieces(path, shown):
        _check_bytes(piece, decoder, marks.lines, shown)
        marks.take(piece)
        last = piece[-1:]
    if decoder.getstate()[0]:
        message = f"`{shown}` ends in the middle of a character; it is cut off, or not UTF-8"
        raise SpecError("data-not-text", message, "source")
    if last != b"\n":
        marks.take(b"\n")
    marks.blank_lines = max(marks.blank_lines, 0)
    return marks


def _pieces(path: Path, shown: str) -> Iterator[bytes]:
    try:
        with _open(path) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except (OSError, EOFError) as error:
        raise _unreadable(path, shown, error) from None


def _check_bytes(piece: bytes, decoder: Any, lines: int, shown: str) -> None:
    nul = piece.find(b"\0")
    if nul >= 0:
        line = lines + piece.count(b"\n", 0, nul) + 1
        message = f"`{shown}` line {line}: a zero byte; this is a binary file, not CSV text"
        raise SpecError("data-not-text", message, "source")
    # ASCII needs no decoding unless a character was cut at the end of the last piece.
    if piece.isascii() and not decoder.getstate()[0]:
        return
    try:
        decoder.decode(piece)
    except UnicodeDecodeError as error:
        # `error.object` begins with what was left of the last piece.
        line = lines + error.object.count(b"\n", 0, error.start) + 1
        found = f"byte 0x{error.object[error.start]:02x} is not UTF-8 text"
        help = "save the file as UTF-8"
        raise SpecError(
            "data-not-text", f"`{shown}` line {line}: {found}", "source", help
        ) from None


def _records(path: Path, separator: str) -> Iterator[tuple[int, int, list[str]]]:
    """Number, first line and fields of each record: slow, for finding the place of a fault."""
    csv.field_size_limit(MAX_FIELD)
    with _open(path) as stream:
        text = io.TextIOWrapper(stream, "utf-8-sig", newline="")
        reader = csv.reader(text, delimiter=separator, strict=True)
        line = 1
        for number, fields in enumerate(reader):
            yield number, line, fields
            line = reader.line_num + 1


def _check_records(file: File) -> int:
    """How many records the csv module finds; raises SpecError at the first with a wrong count."""
    wanted = len(file.columns)
    number, line, blank = -1, 0, 0
    try:
        for number, line, fields in _records(file.path, file.separator):  # noqa: B007 - used after
            if len(fields) == wanted or (wanted == 1 and not fields):
                if blank:
                    raise _ragged(file, blank, 0)
            elif fields:
                raise _ragged(file, blank or line, 0 if blank else len(fields))
            else:
                blank = blank or line
    except csv.Error as error:
        raise _broken_quote(file, line + 1, error) from None
    return number + 1


def _ragged(file: File, line: int, fields: int) -> SpecError:
    count = len(file.columns)
    source = "the header" if file.header_lines else "the first line"
    found = f"{fields} field{'' if fields == 1 else 's'}" if fields else "a blank line"
    message = f"`{file.shown}` line {line}: {found}, where {source} has {count} fields"
    return SpecError("ragged-row", message, "source")


def _broken_quote(file: File, line: int, error: csv.Error) -> SpecError:
    reason = str(error)
    if "unexpected end" in reason or "field larger" in reason:
        message = f"`{file.shown}` line {line}: a quote in this row is never closed"
    else:
        message = f"`{file.shown}` line {line}: a quote inside a quoted field must be doubled"
    return SpecError("ragged-row", message, "source")


def unreadable_row(file: File) -> SpecError:
    """Why a text that looked sound could not be read after all: most often a stray quote."""
    try:
        _check_records(file)
    except SpecError as error:
        return error
    return SpecError("unreadable-data", f"`{file.shown}` cannot be read as CSV", "source")
