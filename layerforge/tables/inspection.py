"""One pass over the bytes of a text file, in pieces: what the reader of values would not notice.

Bytes that are no text, and rows with too few or too many fields, of which polars tells no line.
"""

from __future__ import annotations

import gzip
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field
from io import BytesIO
from pathlib import Path
from typing import IO, TYPE_CHECKING, Any, Final, cast

from layerforge.diagnostics import SpecError, did_you_mean
from layerforge.memory.machine import installed_memory

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PIECE = 1 << 22
MAX_LINE: Final = 1 << 28  # bytes of one row: all of it is in memory at once


def open_file(path: Path) -> IO[bytes]:
    """A regular file's bytes, unpacked where they are gzip. Raises OSError or ValueError."""
    if not path.is_file() and path.exists():
        raise IsADirectoryError(0, "is a directory" if path.is_dir() else "is no regular file")
    with path.open("rb") as stream:
        zipped = stream.read(2) == b"\x1f\x8b"
    return cast("IO[bytes]", gzip.open(path, "rb")) if zipped else path.open("rb")


def for_polars(path: Path) -> Path | BytesIO:
    """What Polars reads the file by: it takes a leading `~` for a home, and no name that is not Unicode."""
    path = path.absolute()
    try:
        str(path).encode()
    except UnicodeEncodeError:
        return BytesIO(path.read_bytes())
    return path


def unreadable(path: Path, shown: str, error: Exception) -> SpecError:
    """The fault, about `source`, of a file that could not be opened or read to its end."""
    if isinstance(error, EOFError | gzip.BadGzipFile | zlib.error):
        return SpecError("unreadable-data", f"`{shown}` is a broken gzip file", "source")
    if isinstance(error, FileNotFoundError) and path.is_symlink():
        message = f"`{shown}` is a link to `{path.readlink()}`, and that is not there"
        return SpecError("unreadable-data", message, "source")
    if isinstance(error, FileNotFoundError):
        message = f"there is no file `{shown}`; it is looked for beside the spec"
        if any(mark in shown for mark in "*?["):
            message = f"there is no file `{shown}`; one file is read, not a pattern of several"
        return SpecError("unreadable-data", message, "source", _nearest(path))
    reason = (getattr(error, "strerror", None) or str(error)).lower()
    return SpecError("unreadable-data", f"`{shown}` cannot be read: {reason}", "source")


def _nearest(path: Path) -> str | None:
    try:
        names = [each.name for each in path.parent.iterdir() if each.is_file()]
    except OSError:
        return None
    return did_you_mean(path.name, sorted(names))


@dataclass(slots=True)
class Marks:
    """What the pass over the bytes counts; fields are counted by separators outside quotes."""

    separator: int
    records: int = 0
    quoted: bool = False
    inside: int = 0  # whether the last piece ended inside quotes
    pending: int = 0  # separators of the record that is not finished
    blank_lines: int = 0  # that end the file
    lines: int = 0
    last: int = 10  # the last byte of the last piece
    stray: bool = False
    returned: bool = False  # whether a carriage return stands within a row, outside quotes
    unended: int = 0  # bytes behind the last line end
    odd: dict[int, int] = field(default_factory=dict)  # number of fields -> the first such record

    def suspicious(self, fields: int) -> bool:
        """Whether the count can be wrong, or a record has another number of fields.

        Blank lines at the end are no records.
        """
        last = self.records - self.blank_lines
        uneven = any(count != fields and record < last for count, record in self.odd.items())
        return uneven or self.stray or bool(self.inside)

    def take(self, piece: bytes) -> None:
        import numpy as np

        codes = np.frombuffer(piece, np.uint8)
        marks = (codes == 10) | (codes == self.separator)
        self._check_returns(piece, codes)
        if self.inside or b'"' in piece:
            self.quoted = True
            self._check_quotes(codes)
            within = (np.cumsum(codes == 34, dtype=np.uint8) + self.inside) & 1
            marks &= within == 0
            self.inside = int(within[-1])
        ends = codes[np.flatnonzero(marks)] == 10
        self._count(np.flatnonzero(ends), len(ends))
        self._count_blank(piece)
        self.lines += piece.count(b"\n")
        end = piece.rfind(b"\n")
        self.unended = self.unended + len(piece) if end < 0 else len(piece) - end - 1
        self.last = piece[-1]

    def _check_returns(self, piece: bytes, codes: NDArray[np.uint8]) -> None:
        """Looks for carriage returns that end no line with a line feed, outside quotes."""
        import numpy as np

        # To look for one byte is ten times as quick as for two, and most files have none.
        if self.last != 13 and (b"\r" not in piece or piece.count(b"\r") == piece.count(b"\r\n")):
            return
        lone = (codes == 13) & (np.append(codes[1:], 10) != 10)
        if self.inside or b'"' in piece:
            lone &= (np.cumsum(codes == 34, dtype=np.uint8) + self.inside) & 1 == 0
        self.returned |= bool(lone.any()) or (
            self.last == 13 and codes[0] != 10 and not self.inside
        )

    def _check_quotes(self, codes: NDArray[np.uint8]) -> None:
        """Looks for a quote that opens in the middle of a field; a doubled one opens behind another."""
        import numpy as np

        opening = np.flatnonzero(codes == 34)[self.inside :: 2]
        before = np.where(opening > 0, codes[opening - 1], self.last)
        self.stray |= bool((~np.isin(before, (10, 34, self.separator))).any())

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


def inspect(path: Path, shown: str, separator: str) -> Marks:
    """Counts records and fields; refuses bytes that are no UTF-8 text, naming the line."""
    import codecs

    decoder: Any = codecs.getincrementaldecoder("utf-8")()
    marks = Marks(ord(separator))
    last = b""
    for piece in pieces_of(path, shown):
        _check_bytes(piece, decoder, marks.lines, shown)
        body = piece if last else piece.removeprefix(b"\xef\xbb\xbf")
        if body:
            marks.take(body)
        last = piece[-1:]
        _check_size(marks, shown)
    if decoder.getstate()[0]:
        message = f"`{shown}` ends in the middle of a character; it is cut off, or not UTF-8"
        raise SpecError("data-not-text", message, "source")
    if last != b"\n":
        marks.take(b"\n")
    marks.blank_lines = max(marks.blank_lines, 0)
    return marks


def pieces_of(path: Path, shown: str) -> Iterator[bytes]:
    """The bytes of a file, a few megabytes at a time."""
    try:
        with open_file(path) as stream:
            while piece := stream.read(PIECE):
                yield piece
    except (OSError, EOFError, zlib.error) as error:
        raise unreadable(path, shown, error) from None


def _check_size(marks: Marks, shown: str) -> None:
    """Ends the reading of what a small packed file may hold without end: one row, or rows."""
    if marks.unended > MAX_LINE:
        message = (
            f"`{shown}` line {marks.lines + 1}: longer than {MAX_LINE:,} bytes; is it a table?"
        )
        raise SpecError("data-not-text", message, "source")
    there = installed_memory()
    if there is not None and 8 * marks.records > there:
        message = (
            f"`{shown}` has more than {marks.records:,} rows: one column of them would not fit"
        )
        raise SpecError("out-of-memory", f"{message} into {there:,} bytes of memory", "source")


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
        help = f"save the file as UTF-8{_as_it_reads(error.object)}"
        raise SpecError(
            "data-not-text", f"`{shown}` line {line}: {found}", "source", help
        ) from None


def _as_it_reads(piece: bytes) -> str:
    """What the bytes would be in the encoding of an older system, and the command that turns it."""
    head = piece[: piece.rfind(b"\n", 0, 65_536) + 1] or piece
    try:
        text = head.decode("gb18030")
        foreign = [each for each in text if not each.isascii()]
        likely = sum("\u4e00" <= each <= "\u9fff" for each in foreign) * 2 > len(foreign)
    except UnicodeDecodeError:
        likely = False
    name = "GB18030" if likely and _in_pairs(head) else "WINDOWS-1252"
    return f"; it may be {name}, and `iconv -f {name} -t UTF-8 old.csv > new.csv` turns that"


def _in_pairs(text: bytes) -> bool:
    """Whether letters beyond ASCII mostly stand side by side: between ASCII, they are of Europe."""
    alone = re.findall(rb"(?<![\x80-\xff])[\x80-\xff](?![\x80-\xff])", text)
    return len(alone) * 10 < len(re.findall(rb"[\x80-\xff]+", text))


def has_quoted_field(path: Path, shown: str, separator: str) -> bool:
    """Whether any field begins with a quote; else quotes are characters like any other."""
    mark, last = separator.encode(), b"\n"
    for piece in pieces_of(path, shown):
        joined = last + piece
        if mark + b'"' in joined or b'\n"' in joined:
            return True
        last = piece[-1:]
    return False
