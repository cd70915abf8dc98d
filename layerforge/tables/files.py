"""A data file as found on disk: what it is, its columns, how many rows, and where a row stands."""

from __future__ import annotations

import csv
import gzip
import io
import re
import zlib
from collections.abc import Iterator
from dataclasses import dataclass
from itertools import count, islice, takewhile
from pathlib import Path
from shlex import quote
from typing import Final, Literal

from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.tables.inspection import has_quoted_field, inspect, open_file, unreadable
from layerforge.tables.parquet import columns_and_rows
from layerforge.tables.seal import Seal, check_seal, seal_of

MAX_HEADER = 1 << 20  # bytes in which the first line must end
MAX_FIELD = 1 << 26  # characters of one field, where the csv module has to read it
_ABOVE: Final = 30  # lines of titles and notes above the names of the columns, at most
_ALIKE: Final = 5  # lines below them that show how many fields a row has
_SEPARATORS = (",", ";", "\t", "|")
_NUMBER = re.compile(r"[-+]?(\d+(\.\d*)?|\.\d+)([eE][-+]?\d+)?", re.A)
_FORMATS = {
    b"PK\x03\x04": "a ZIP archive (an .xlsx or .zip file)",
    b"\xd0\xcf\x11\xe0": "an old Excel file (.xls)",
    b"\x89HDF": "an HDF5 file",
    b"ARROW1": "an Arrow or Feather file",
    b"SQLite": "an SQLite database",
    b"\x93NUMPY": "a NumPy file",
    b"BZh": "a bzip2 file",
    b"\xfd7zXZ": "an xz file",
    b"\x28\xb5\x2f\xfd": "a Zstandard file",
    b"%PDF-": "a PDF",
    b"PAR1": "a Parquet file packed with gzip",
}


@dataclass(frozen=True, slots=True)
class Wording:
    """How the fields of a text say things: the decimal mark, what is missing, what is only dress.

    `strip` are characters taken away at both ends of a text, after blanks; `thousands` is the mark
    between every three digits.
    """

    decimal: str = "."
    sentinels: tuple[str | float, ...] = ()
    strip: str | None = None
    thousands: str | None = None


@dataclass(frozen=True, slots=True)
class File:
    """A data file that can be read: `columns` in its order, `rows` without the header.

    Several files of the same columns are one, with each of them among `parts`; `part` is then the
    split that a file was given for, or "".

    `shown` is what it is called in messages. `header_lines` and `quoted` say how rows and lines
    of a text correspond: without quotes, row 0 is line `header_lines + 1`. `quote` is None where
    quotes are characters like any other. `seal` is what the file was when it was looked at. The rows
    of a text that is `numbered` are called by their numbers, since nobody has seen its lines.
    """

    path: Path
    shown: str
    format: Literal["text", "parquet"]
    columns: tuple[str, ...]
    rows: int
    separator: str = ","
    header_lines: int = 0
    quoted: bool = False
    quote: str | None = '"'
    wording: Wording = Wording()
    part: str = ""
    parts: tuple[File, ...] = ()
    seal: Seal | None = None
    numbered: bool = False

    @property
    def paths(self) -> tuple[Path, ...]:
        """Every file that rows are read from."""
        return tuple(part.path for part in self.parts) or (self.path,)

    def place(self, row: int) -> str:
        """The file and the row of it, as messages name them."""
        for part in self.parts:
            if row < part.rows:
                return part.place(row)
            row -= part.rows
        return f"`{self.shown}` {self.row(row)}"

    @property
    def lacks_header(self) -> bool:
        """Whether the line that was taken for the column names is more likely a row of values."""
        return bool(self.header_lines) and all(_NUMBER.fullmatch(name) for name in self.columns)

    def row(self, row: int) -> str:
        """How a row, counted from 0, is called in messages: its line, or its number in Parquet."""
        if self.parts:
            return self.place(row)
        if self.format == "parquet" or self.numbered:
            return f"row {row + 1}"
        return f"line {self._line(row)}"

    def _line(self, row: int) -> int:
        if not self.quoted:
            return self.header_lines + row + 1
        wanted = row + (1 if self.header_lines else 0)
        for number, line, _ in _records(self):
            if number == wanted:
                return line
        return self.header_lines + row + 1


def recognise(
    path: Path, shown: str, separator: str | None, header: bool, decimal: str = "."
) -> File:
    """What the file is. Raises SpecError, about `source`, where it is no table that can be read."""
    try:
        with open_file(path) as stream:
            seal = seal_of(path)
            head = stream.read(MAX_HEADER)
        packed = isinstance(stream, gzip.GzipFile)
    except (OSError, ValueError, EOFError, zlib.error) as error:
        raise unreadable(path, shown, error) from None
    try:
        called_so = path.suffix.lower() in (".parquet", ".pq")
        if not packed and (head.startswith(b"PAR1") or called_so):
            return replace(_recognise_parquet(path, shown, head), seal=seal)
        _check_text(head, shown)
        file = _recognise_text(path, shown, head, separator, header, decimal)
        return replace(file, seal=seal)
    finally:  # a file that changes may look broken in any way
        check_seal(path, shown, seal)


def _recognise_parquet(path: Path, shown: str, head: bytes) -> File:
    if not head.startswith(b"PAR1"):
        raise SpecError("unreadable-data", f"`{shown}` is no Parquet file", "source")
    columns, rows = columns_and_rows(path, shown)
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
    path: Path,
    shown: str,
    head: bytes,
    separator: str | None,
    header: bool,
    decimal: str,
) -> File:
    text = head.decode("utf-8-sig", errors="replace")
    if len(head) == MAX_HEADER and "\n" not in text:
        message = f"the first line of `{shown}` is longer than {MAX_HEADER:,} bytes; is it a table?"
        raise SpecError("data-not-text", message, "source")
    if "\r" in text and "\n" not in text:
        message = f"`{shown}` ends its lines with a carriage return alone; save it with line feeds"
        raise SpecError("data-not-text", message, "source")
    known = tuple(each for each in _SEPARATORS if each != decimal)
    character = separator or _guess_separator(text, len(head) == MAX_HEADER, known)
    marks = inspect(path, shown, character)
    first, lines = _first_record(text, len(head) == MAX_HEADER, character, shown)
    names = tuple(name.strip() for name in first) if header else tuple(map(str, range(len(first))))
    header_lines = lines if header else 0
    file = File(path, shown, "text", names, marks.records, character, header_lines, marks.quoted)
    if marks.returned:
        raise _stray_return(file)
    if marks.suspicious(len(names)):
        file = _look_closer(file)
    rows = file.rows - marks.blank_lines - (1 if header else 0)
    if rows <= 0:
        message = f"`{shown}` has a header line but no rows below it"
        raise SpecError("empty-data", message, "source")
    return replace(file, rows=rows)


def _look_closer(file: File) -> File:
    """The file as the csv module sees it, where the quick count of fields did not come out even.

    Raises SpecError where a row is at fault. Quotes within fields, as in `5" pipe`, are sound
    where no field is quoted; beside quoted fields no two readers agree on what they mean.
    """
    if file.quoted and not has_quoted_field(file.path, file.shown, file.separator):
        file = replace(file, quoted=False, quote=None)
    records = _check_records(file)
    if file.quote is not None:
        raise _stray_quote(file)
    return replace(file, rows=records)


def _guess_separator(text: str, cut: bool, known: tuple[str, ...]) -> str:
    """The separator that splits the first lines into equally many fields, the more the better."""
    lines = text.split("\n", 20)[:20]
    if cut and len(lines) < 20:
        lines = lines[:-1]
    filled = [line.removesuffix("\r") for line in lines if line.strip()]
    best, most = known[0], 1
    for character in known:
        counts = set(_counts(filled, character))
        if len(counts) == 1 and (count := counts.pop()) > most:
            best, most = character, count
    if most > 1:
        return best
    first = filled[0] if filled else ""
    return max(known, key=lambda character: (first.count(character), character == ","))


def _counts(lines: list[str], separator: str) -> Iterator[int]:
    """How many fields each line has; none where a quote opens what is no field."""
    csv.field_size_limit(MAX_FIELD)
    try:
        yield from (len(row) for row in csv.reader(lines, delimiter=separator))
    except csv.Error:
        yield from (0, 1)


def _first_record(text: str, cut: bool, separator: str, shown: str) -> tuple[list[str], int]:
    """The fields of the first line and how many lines they take: a name may hold line breaks."""
    csv.field_size_limit(MAX_FIELD)
    # Lines end with a line feed alone, as for polars.
    reader = csv.reader(io.StringIO(text, newline="\n"), delimiter=separator)
    try:
        fields = next(reader)
        if cut and reader.line_num > text.count("\n"):
            raise csv.Error(f"they do not end within {MAX_HEADER:,} bytes")
    except (csv.Error, StopIteration) as error:
        message = f"`{shown}` line 1: cannot be read as column names: {error}"
        raise SpecError("ragged-row", message, "source") from None
    if not fields:
        message = f"`{shown}` line 1 is blank; its first line gives the column names"
        raise SpecError("ragged-row", message, "source")
    return fields, reader.line_num


def _records(file: File) -> Iterator[tuple[int, int, list[str]]]:
    """Number, first line and fields of each record: slow, for finding the place of a fault.

    Raises SpecError where quotes make no record.
    """
    csv.field_size_limit(MAX_FIELD)
    with open_file(file.path) as stream:
        text = io.TextIOWrapper(stream, "utf-8-sig", newline="\n")
        reader = csv.reader(text, delimiter=file.separator, quotechar=file.quote, strict=True)
        line = 1
        for number in count():
            try:
                fields = next(reader)
            except StopIteration:
                return
            except csv.Error as error:
                raise _broken_quote(file, line, error) from None
            yield number, line, fields
            line = reader.line_num + 1


def _check_records(file: File) -> int:
    """How many records the csv module finds; raises SpecError at the first with a wrong count."""
    wanted = len(file.columns)
    number, blank = -1, 0
    for number, line, fields in _records(file):  # noqa: B007 - used after
        if len(fields) == wanted or (wanted == 1 and not fields):
            if blank:
                raise _ragged(file, blank, 0)
        elif fields:
            raise _ragged(file, blank or line, 0 if blank else len(fields))
        else:
            blank = blank or line
    return number + 1


def _ragged(file: File, line: int, fields: int) -> SpecError:
    wanted = _fields(len(file.columns))
    source = "the header" if file.header_lines else "the first line"
    found = _fields(fields) if fields else "a blank line"
    message = f"`{file.shown}` line {line}: {found}, where {source} has {wanted}"
    first = _header_below(file) if file.header_lines and line <= _ABOVE + 1 else None
    help = None
    if first is not None:
        help = (
            f"if the names of the columns stand in line {first}, write a file that begins there: "
        )
        help += f"`{without_lines(file.path, f'1,{first - 1}')}`"
    return SpecError("ragged-row", message, "source", help)


def _header_below(file: File) -> int | None:
    """The line from which on all have as many fields, where some above, such as titles, have others."""
    with io.TextIOWrapper(open_file(file.path), "utf-8-sig", newline="\n") as text:
        lines = list(islice(text, _ABOVE * 4))
    for separator in _SEPARATORS:
        try:
            rows = list(csv.reader(lines, delimiter=separator))
        except csv.Error:
            continue
        wanted = len(rows[-1])
        alike = len(list(takewhile(wanted.__eq__, map(len, reversed(rows)))))
        above = len(rows) - alike
        if wanted < 2 or not 0 < above <= _ABOVE or alike < _ALIKE or len(rows) != len(lines):
            continue
        names, values = rows[above], rows[above + 1]
        if not any(map(_NUMBER.fullmatch, names)) and any(map(_NUMBER.fullmatch, values)):
            return above + 1
    return None


def without_lines(path: Path, lines: str) -> str:
    """The command that writes a file beside this one without some lines, as `sed` counts them."""
    rest = quote(str(path.with_name(path.name.split(".")[0] + "-rows.csv")))
    if path.suffix == ".gz":
        return f"gzip -dc {quote(str(path))} | sed {lines}d > {rest}"
    return f"sed {lines}d {quote(str(path))} > {rest}"


def _fields(count: int) -> str:
    return "1 field" if count == 1 else f"{count} fields"


def _broken_quote(file: File, line: int, error: csv.Error) -> SpecError:
    reason = str(error)
    if "field larger" in reason:
        message = f"`{file.shown}` line {line}: a field of more than {MAX_FIELD:,} characters"
        message += ", or a quote in this row is never closed"
    elif "unexpected end" in reason:
        message = f"`{file.shown}` line {line}: a quote in this row is never closed"
    else:
        message = f"`{file.shown}` line {line}: a quote inside a quoted field must be doubled"
    return SpecError("ragged-row", message, "source")


def _stray_quote(file: File) -> SpecError:
    """The first line with a quote inside a field that does not begin with one."""
    mark = re.escape(file.separator)
    line = _first_line(file, re.compile(f'(?:^|{mark})[^{mark}"\n]+"'))
    message = f"`{file.shown}` line {line}: a quote inside a field that does not begin with one"
    help = 'put the field in quotes and double those inside: "5"" pipe"'
    return SpecError("ragged-row", message, "source", help)


def _stray_return(file: File) -> SpecError:
    """The first line with a carriage return before its end; half of all readers end a row there."""
    line = _first_line(file, re.compile("\r(?!\n)"))
    message = f"`{file.shown}` line {line}: a carriage return within the line"
    help = "end every line in the same way, and put a field with a line break into quotes"
    return SpecError("ragged-row", message, "source", help)


def _first_line(file: File, wanted: re.Pattern[str]) -> int:
    """The number of the first line in which something is found."""
    with open_file(file.path) as stream:
        lines = enumerate(io.TextIOWrapper(stream, "utf-8-sig", newline="\n"), 1)
        return next((number for number, text in lines if wanted.search(text)), 1)


def unreadable_row(file: File) -> SpecError:
    """Why a text that looked sound could not be read after all: most often a stray quote."""
    try:
        _check_records(file)
    except SpecError as error:
        return error
    return SpecError("unreadable-data", f"`{file.shown}` cannot be read as CSV", "source")
