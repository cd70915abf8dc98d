"""The values of the columns in use: numbers, flags and categories, read by polars.

A text file is read as numbers at once, which is fast; only columns where that leaves a hole are
read again as text, to tell a missing value from a text that does not belong there.
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Collection, Iterable, Iterator, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Final, Literal

from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.tables.files import File, Wording
from layerforge.tables.formats import formats_of
from layerforge.tables.frames import read_frame
from layerforge.tables.parquet import parquet_types
from layerforge.tables.roles import Roles

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MISSING: Final = ("", "NA", "N/A", "n/a", "nan", "NaN", "NAN", "null", "Null", "NULL")
_SHOWN = 40
_FAULTS = 100  # told of one file


@dataclass(frozen=True, slots=True)
class Column:
    """A column's values in the order of the file.

    Numbers and flags (0 and 1) are float64 with NaN where missing; categories are texts with
    None where missing.
    """

    name: str
    kind: Literal["number", "flag", "category"]
    values: NDArray[np.float64] | pl.Series
    missing: int
    stripped: bool = False  # whether something was taken away around its texts

    def numbers(self) -> NDArray[np.float64]:
        """The values of a column that holds no categories."""
        import numpy as np

        return np.asarray(self.values, np.float64)

    def texts(self) -> pl.Series:
        """The values of a column of categories."""
        import polars as pl

        return self.values if isinstance(self.values, pl.Series) else pl.Series(self.values)

    def absent(self) -> NDArray[np.bool_]:
        """Where a value is missing."""
        import numpy as np

        if self.kind == "category":
            return self.texts().is_null().to_numpy()
        return np.isnan(self.numbers())

    def take(self, rows: NDArray[np.int64]) -> Column:
        """The same column with these rows alone."""

        if self.kind == "category":
            return self._with(self.texts()[rows])
        return self._with(self.numbers()[rows])

    def spread(self, rows: NDArray[np.int64]) -> Column:
        """The same column with these rows, missing where a row is negative."""
        import numpy as np
        import polars as pl

        inserted = rows < 0
        if self.kind == "category":
            return self._with(self.texts()[np.maximum(rows, 0)].set(pl.Series(inserted), None))
        return self._with(np.where(inserted, np.nan, self.numbers()[rows]))

    def _with(self, values: NDArray[np.float64] | pl.Series) -> Column:
        import numpy as np

        if isinstance(values, np.ndarray):
            return replace(self, values=values, missing=int(np.isnan(values).sum()))
        return replace(self, values=values, missing=values.null_count())


def read_cells(
    file: File,
    roles: Roles,
    open_kind: Collection[str],
    labels: Collection[str],
    found: list[SpecError],
    known: bool = False,
) -> dict[str, Column]:
    """The columns in use. Those of `open_kind` may turn out to be categories, `labels` always are.

    A column without any value is a fault, but not of rows whose columns are `known` from training.

    A value that fits no number, where one is expected, goes to `found` with its line and column.
    """
    numeric = _numeric_names(file, roles, labels, found)
    columns = dict(_read_numbers(file, numeric))
    doubtful = [name for name in numeric if name not in columns]
    for name, series, stripped in _read_texts(file, [*doubtful, *labels]):
        column: Column | None
        if name in labels:
            column = Column(name, "category", series, series.null_count())
        elif len(found) < _FAULTS:
            column = _from_text(file, series, name in open_kind, roles, found)
        else:
            break  # the reader has enough to mend, and there may be columns without end
        if column is not None:
            dressed = stripped and column.kind == "category"
            columns[name] = replace(column, stripped=dressed)
    for column in columns.values():
        if not (known and column.missing == file.rows):
            _check_values(file, column, roles, found)
    return {name: columns[name] for name in roles.used if name in columns}


def read_text(file: File, name: str) -> pl.Series:
    """One column as text, blanks around it taken away; None where it is missing."""
    return next(series for _, series, _ in _read_texts(file, [name]))


def _numeric_names(
    file: File, roles: Roles, labels: Collection[str], found: list[SpecError]
) -> list[str]:
    """The columns that could be numbers; a Parquet file says of some that they are not."""
    import polars as pl

    kinds = parquet_types(file)
    names = []
    for name in roles.used:
        kind = kinds.get(name)
        if name in labels:
            continue
        text_or_flag = kind in (pl.Boolean, pl.String, pl.Categorical, pl.Enum)
        if kind is None or kind.is_numeric() or text_or_flag:
            names.append(name)
        else:
            held = str(kind.base_type()).lower()
            message = f"`{file.shown}`, column `{name}`: holds values of type {held}, not numbers"
            help = f"if this is the time of the rows, write `time: {name}`"
            help_if_time = help if kind.is_temporal() else None
            found.append(SpecError("not-a-number", message, roles.written[name], help_if_time))
    return names


def _read_numbers(file: File, names: Sequence[str]) -> Iterable[tuple[str, Column]]:
    """The columns that are numbers in every row, or by the type that Parquet declares."""
    import numpy as np
    import polars as pl

    if file.wording.thousands and file.format == "text":
        return  # the quick reader of numbers knows no thousands, and might take `1.234` for a fraction
    kinds = parquet_types(file)
    texts = (pl.String, pl.Categorical, pl.Enum)
    declared = [name for name in names if kinds.get(name) not in texts]
    for name, series in _one_by_one(read_frame(file, declared, pl.Float64)):
        values = series.to_numpy()  # NaN where polars has none
        if file.format == "text" and np.isnan(values).any():
            continue
        if file.wording.sentinels:
            values = _without_sentinels(file, series).to_numpy()
        holes = int(np.isnan(values).sum())
        flag = name in kinds and kinds[name] == pl.Boolean
        yield name, Column(name, "flag" if flag else "number", values, holes)


def _one_by_one(frame: pl.DataFrame) -> Iterator[tuple[str, pl.Series]]:
    """The columns of a frame, which lets go of each that is taken."""
    columns = deque(frame.get_columns())
    del frame
    while columns:
        series = columns.popleft()
        yield series.name, series


def _without_sentinels(file: File, numbers: pl.Series) -> pl.Series:
    """Numbers that stand for a missing value, such as -9999, taken away."""
    words = [float(each) for each in file.wording.sentinels if not isinstance(each, str)]
    return numbers.set(numbers.is_in(words).fill_null(value=False), None) if words else numbers


def _read_texts(file: File, names: Sequence[str]) -> Iterable[tuple[str, pl.Series, bool]]:
    """Columns as text, and whether anything was taken away around what they say."""
    import polars as pl

    wording = file.wording
    absent = [*MISSING, *(each for each in wording.sentinels if isinstance(each, str))]
    for name, written in _one_by_one(read_frame(file, names, pl.String)):
        series = written.str.strip_chars()
        gone = series.is_in(absent).fill_null(value=False)
        if wording.strip:
            series = series.str.strip_chars(wording.strip)
        dressed = bool((written != series).any())
        yield name, series.set(gone, None), dressed


def _from_text(
    file: File, text: pl.Series, may_be_category: bool, roles: Roles, found: list[SpecError]
) -> Column | None:
    """What a column is that holds more than numbers; None where texts stand among its numbers."""
    import polars as pl

    numbers = plain(text, file.wording).cast(pl.Float64, strict=False).fill_nan(None)
    wrong = text.is_not_null() & numbers.is_null()
    count, missing = int(wrong.sum()), text.null_count()
    if not count:
        numbers = _without_sentinels(file, numbers)
        missing = numbers.null_count()
        values = numbers.fill_null(float("nan")).to_numpy()
        return Column(text.name, "number", values, missing)
    words = text.str.to_lowercase()
    if int(words.is_in(["true", "false"]).sum()) == len(text) - missing:
        flags = (words == "true").cast(pl.Float64).fill_null(float("nan")).to_numpy()
        return Column(text.name, "flag", flags, missing)
    dated = bool(formats_of(str(text[wrong.arg_max() or 0])))
    dressed = dated or _has_decimal_commas(text) or _has_thousands(text)
    if may_be_category and count * 2 > len(text) - missing and not dressed:
        return Column(text.name, "category", text, missing)
    found.append(_text_among_numbers(file, text, wrong, roles, may_be_category))
    return None


def plain(text: pl.Series, wording: Wording) -> pl.Series:
    """Numbers as Polars reads them; a mark of thousands that parts no three digits makes no number."""
    mark, decimal = wording.thousands, wording.decimal
    if mark:
        grouped = rf"^[-+]?\d{{1,3}}({re.escape(mark)}\d{{3}})+({re.escape(decimal)}\d*)?$"
        wrong = text.str.contains(mark, literal=True) & ~text.str.contains(grouped)
        text = text.set(wrong.fill_null(value=False), None)
        text = text.str.replace_all(mark, "", literal=True)
    return text.str.replace(",", ".", literal=True) if decimal == "," else text


def _has_thousands(text: pl.Series) -> bool:
    """Whether the texts are numbers in which commas part every three digits."""
    known = text.drop_nulls()
    grouped = known.str.contains(r"^[-+]?\d{1,3}(,\d{3})+(\.\d+)?$")
    return bool(grouped.any() and (grouped | known.str.contains(r"^[-+]?\d+(\.\d+)?$")).all())


def _has_decimal_commas(text: pl.Series) -> bool:
    """Whether the texts are numbers as much of Europe writes them, which no one means as names."""
    known = text.drop_nulls()
    return bool(known.str.contains(r"^[-+]?\d+(,\d+)?$").all())


def _text_among_numbers(
    file: File, text: pl.Series, wrong: pl.Series, roles: Roles, may_be_category: bool
) -> SpecError:
    row = wrong.arg_max() or 0
    word, count = str(text[row]), int(wrong.sum())
    message = f"{cell(file, row, text.name)}: found {quoted(word)}, where a number was expected"
    if count > 1:
        message += f"; {count:,} values of this column are no numbers"
    place, help = roles.written[text.name], None
    if _has_thousands(text):
        help = 'write `thousands: ","` if the comma parts thousands, `decimal: ","` if it is the decimal mark'
    elif _has_decimal_commas(text):
        help = 'write `decimal: ","` for numbers with a decimal comma'
    elif formats_of(word):
        help = f"if this is the time of the rows, write `time: {text.name}`"
    elif not may_be_category and count == len(text) - text.null_count():
        key, _, item = place.partition(".")
        help = f"list the columns to use under `{key}`, without `{text.name}`"
        help = f"leave `{text.name}` out of `{key}`" if item else help
    return SpecError("not-a-number", message, place, help)


def _check_values(file: File, column: Column, roles: Roles, found: list[SpecError]) -> None:
    """Refuses a column with nothing in it, and one with infinite numbers."""
    import numpy as np

    if column.missing == file.rows:
        message = f"`{file.shown}`, column `{column.name}`: every value is missing"
        found.append(SpecError("missing-value", message, roles.written[column.name]))
    elif column.kind == "number":
        infinite = np.isinf(column.numbers())
        if infinite.any():
            place = cell(file, int(infinite.argmax()), column.name)
            message = f"{place}: an infinite number, one of {int(infinite.sum()):,} in this column"
            found.append(SpecError("not-finite", message, roles.written[column.name]))


def cell(file: File, row: int, column: str) -> str:
    """A place in the file, as messages name it."""
    return f"{file.place(row)}, column {called(column)}"


def called(name: str) -> str:
    """The name of a column for a message, cut where it is longer than any name is."""
    return quoted(name, 100)


def quoted(text: str, most: int = _SHOWN) -> str:
    """A text of the file for a message: on one line, and not longer than a glance."""
    plain = "".join(c if c.isprintable() else " " for c in text[: most + 1])
    return f"`{plain[:most]}...`" if len(plain) > most else f"`{plain}`"
