"""Columns to what a model takes: scaled numbers, one-hot categories, class indices.

What an encoder needs to know is fitted on the training rows alone and kept with the run.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Final, Literal

from layerforge.data.holes import Filling
from layerforge.diagnostics import SpecError
from layerforge.memory.machine import installed_memory
from layerforge.tables.cells import Column, called, cell, quoted
from layerforge.tables.files import File

if TYPE_CHECKING:
    import numpy as np
    import polars as pl
    from numpy.typing import NDArray

MAX_CATEGORIES: Final = 1_000
MAX_CLASSES: Final = 1_000
UNKNOWN_CATEGORY: Final = "[UNK]"  # as Keras's StringLookup calls it, and first as there


@dataclass(frozen=True, slots=True)
class Encoder:
    """One column's way into the matrix: (x - offset) / scale, or a column per category.

    `mean` is that of the training rows, in the column's own units; `fitted_on` is how many of
    them had a value. `constant` says that these were all the same.
    """

    name: str
    kind: Literal["number", "flag", "category"]
    offset: float = 0.0
    scale: float = 1.0
    mean: float = 0.0
    categories: tuple[str, ...] = ()
    fitted_on: int = 0
    constant: bool = False
    coded: bool = False  # a category that is its place, for an Embedding, not a column for each

    @property
    def names(self) -> tuple[str, ...]:
        """The names of the matrix columns that this one becomes."""
        if self.kind != "category" or self.coded:
            return (self.name,)
        return tuple(f"{self.name}={each}" for each in (UNKNOWN_CATEGORY, *self.categories))

    def saved(self) -> dict[str, Any]:
        """The same as JSON."""
        kept: dict[str, Any] = {"name": self.name, "kind": self.kind, "fitted_on": self.fitted_on}
        if self.kind == "category":
            coded = {"coded": True} if self.coded else {}
            return {**kept, **coded, "categories": list(self.categories)}
        return {**kept, "offset": self.offset, "scale": self.scale, "mean": self.mean}

    @staticmethod
    def restored(saved: Mapping[str, Any]) -> Encoder:
        """An encoder from `saved()`."""
        return Encoder(**{**saved, "categories": tuple(saved.get("categories", ()))})


def fit(column: Column, rows: NDArray[np.int64], scale: str | None, coded: bool = False) -> Encoder:
    """The encoder of a column, from these rows of it, the training ones.

    Raises SpecError without `arg` for a column that cannot be scaled or has too many categories.
    """
    seen = column.take(rows)
    fitted_on = len(rows) - seen.missing
    if column.kind == "category":
        words = _vocabulary(seen, None if coded else MAX_CATEGORIES)
        return Encoder(column.name, "category", categories=words, fitted_on=fitted_on, coded=coded)
    import numpy as np

    values = seen.numbers()
    values = values[~np.isnan(values)] if seen.missing else values
    if not len(values):
        message = f"column {called(column.name)} has no value in the training rows"
        raise SpecError("missing-value", message)
    with np.errstate(over="ignore"):
        low, high, mean = float(values.min()), float(values.max()), float(values.mean())
    # An exact test: the deviation of 0.1 repeated is not exactly 0 in floating point.
    constant = low == high
    offset, width = 0.0, 1.0
    with np.errstate(over="ignore", invalid="ignore"):
        if scale == "standard":
            offset, width = mean, float(values.std())
        elif scale == "minmax":
            offset, width = low, high - low
    if not np.isfinite([offset, width]).all():
        message = f"column {called(column.name)} holds numbers too large to scale"
        raise SpecError("not-finite", message)
    width = 1.0 if constant or not width else width
    return Encoder(column.name, column.kind, offset, width, mean, (), fitted_on, constant)


def _vocabulary(seen: Column, most: int | None) -> tuple[str, ...]:
    words = seen.texts().drop_nulls().unique().sort().to_list()
    if most is not None and len(words) > most:
        message = f"column {called(seen.name)} holds {len(words):,} different texts"
        message += f", too many for a one-hot encoding (at most {most:,})"
        help = f"`encode: {{{seen.name}: index}}` gives each its number, for an Embedding"
        raise SpecError("too-many-categories", message, None, help)
    return tuple(words)


def encode(
    columns: Mapping[str, Column],
    encoders: Sequence[Encoder],
    filling: Filling,
    place: Callable[[int, str], str],
) -> NDArray[np.float32]:
    """The matrix (rows, width) of the encoded columns, with every hole filled.

    `place` names a row and column in messages. Raises SpecError for what float32 cannot hold.
    """
    import numpy as np

    rows = len(columns[encoders[0].name].values) if encoders else 0
    width = sum(len(each.names) for each in encoders)
    _check_matrix(rows, width, encoders)
    matrix = np.zeros((rows, width), np.float32)
    at = 0
    for encoder in encoders:
        column = columns[encoder.name]
        if encoder.kind == "category":
            chosen = _category_codes(column.texts(), encoder.categories)
            if encoder.coded:
                matrix[:, at] = chosen
            else:
                matrix[np.arange(rows), at + chosen] = 1.0
        else:
            values = column.numbers()
            if column.missing:
                values = filling.filled(encoder.name, values, encoder.mean)
            with np.errstate(over="ignore"):
                scaled = ((values - encoder.offset) / encoder.scale).astype(np.float32)
            if not np.isfinite(scaled).all():
                row = int((~np.isfinite(scaled)).argmax())
                message = f"{place(row, encoder.name)}: {values[row]:g} is too large for float32"
                message += " once it is scaled" if encoder.scale != 1.0 else ""
                raise SpecError("not-finite", message)
            matrix[:, at] = scaled
        at += len(encoder.names)
    return matrix


def _check_matrix(rows: int, width: int, encoders: Sequence[Encoder]) -> None:
    """Raises SpecError where the matrix would fill the memory, most often by one-hot columns."""
    needed, there = 4 * rows * width, installed_memory()
    if there is None or needed <= there:
        return
    widest = max(encoders, key=lambda encoder: len(encoder.names))
    message = f"{rows:,} rows of {width:,} numbers take {needed:,} bytes, and there are {there:,}"
    help = f"`encode: {{{widest.name}: index}}` makes one column of {len(widest.names):,}"
    raise SpecError("out-of-memory", message, None, help if len(widest.names) > 1 else None)


def _category_codes(texts: pl.Series, categories: Sequence[str]) -> NDArray[np.int64]:
    """0 for a text that is missing or was not seen in training, else 1 + its place."""
    import polars as pl

    places = {word: i + 1 for i, word in enumerate(categories)}
    codes = texts.replace_strict(places, default=0, return_dtype=pl.Int64)
    return codes.fill_null(0).to_numpy()


@dataclass(frozen=True, slots=True)
class Labels:
    """The classes, sorted, and each row's place among them (-1 where the label is missing)."""

    classes: tuple[str, ...]
    indices: NDArray[np.int32]


def find_classes(column: Column) -> Labels:
    """The classes of a column of labels: numbers sorted as numbers, anything else as text.

    Raises SpecError without `arg` for a column that cannot be a class.
    """
    texts = column.texts()
    words = _as_numbers(texts)
    words = texts if words is None else words
    known = words.drop_nulls().unique().to_list()
    if len(known) > MAX_CLASSES:
        message = f"column {called(column.name)} holds {len(known):,} different values, no classes"
        raise SpecError("too-many-classes", message, None, "is this `task: regression`?")
    if len(known) < 2:
        message = f"column {called(column.name)} holds {quoted(str(known[0]))} alone"
        message += "; that is no choice"
        raise SpecError("single-class", message)
    numeric = words is not texts
    classes = tuple(sorted(known, key=lambda word: (float(word), word) if numeric else word))
    return Labels(classes, _indices(words, classes))


def apply_classes(
    column: Column, classes: Sequence[str], file: File, file_row: Callable[[int], int]
) -> NDArray[np.int32]:
    """The places of a file's labels among classes known from training.

    Raises SpecError, about `targets`, at the first label that is none of them; `file_row` gives
    the row of the file that a row of the column is.
    """
    texts = column.texts()
    numbers = _as_numbers(texts)
    indices = _indices(texts, classes)
    if numbers is not None and (indices < 0).any():
        indices = _indices(numbers, classes)
    strange = (indices < 0) & ~column.absent()
    if strange.any():
        row = int(strange.argmax())
        word = quoted(str(texts[row]))
        message = f"{cell(file, file_row(row), column.name)}: {word} is none of the classes"
        known = ", ".join(name[:40] for name in classes[:10])
        help = f"the model knows {known}{', ...' if len(classes) > 10 else ''}"
        raise SpecError("unseen-class", message, "targets", help)
    return indices


def _as_numbers(texts: pl.Series) -> pl.Series | None:
    """Labels that are all numbers, each written one way: `1` for `1.0` and `01`; else None."""
    import polars as pl

    numbers = texts.cast(pl.Float64, strict=False)
    if numbers.null_count() != texts.null_count() or not numbers.drop_nulls().is_finite().all():
        return None
    whole = (numbers.drop_nulls() % 1 == 0).all() and (numbers.drop_nulls().abs() < 2**53).all()
    return (numbers.cast(pl.Int64) if whole else numbers).cast(pl.String)


def _indices(words: pl.Series, classes: Sequence[str]) -> NDArray[np.int32]:
    import polars as pl

    places = {word: i for i, word in enumerate(classes)}
    found = words.replace_strict(places, default=-1, return_dtype=pl.Int32)
    return found.fill_null(-1).to_numpy()


def two_columns(shares: NDArray[Any]) -> NDArray[np.float64]:
    """Probabilities (n, classes); one column alone is the second class's."""
    import numpy as np

    values = np.asarray(shares, np.float64)
    return np.hstack([1 - values, values]) if values.shape[1] == 1 else values
