"""Parquet files: what they say of themselves, their columns, and what polars does at broken ones."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

from layerforge.aside import standard_error_aside
from layerforge.diagnostics import SpecError
from layerforge.tables.inspection import for_polars
from layerforge.tables.pages import sound_pages

if TYPE_CHECKING:
    import polars as pl

    from layerforge.tables.files import File

_T = TypeVar("_T")


def columns_and_rows(path: Path, shown: str) -> tuple[tuple[str, ...], int]:
    """What the end of a Parquet file says. Raises SpecError, about `source`."""
    import polars as pl

    def look() -> tuple[tuple[str, ...], int]:
        frame = pl.scan_parquet(for_polars(path), glob=False)
        names = tuple(frame.collect_schema().names())
        return names, int(frame.select(pl.len()).collect().item())

    return _unbroken(shown, look)


def parquet_types(file: File) -> dict[str, pl.DataType]:
    """The types that a Parquet file declares for its columns; empty for a text file."""
    import polars as pl

    if file.parts:
        return parquet_types(file.parts[0])
    if file.format != "parquet":
        return {}
    schema = _unbroken(
        file.shown, pl.scan_parquet(for_polars(file.path), glob=False).collect_schema
    )
    return dict(schema)


def strange_types(file: File) -> dict[str, str]:
    """The columns of a Parquet file that are neither numbers, texts nor times, and what they are."""
    import polars as pl

    plain = (pl.Boolean, pl.String, pl.Categorical, pl.Enum, pl.Date, pl.Datetime, pl.Null)
    types = parquet_types(file)
    return {
        name: str(kind.base_type()).lower()
        for name, kind in types.items()
        if not (kind.is_numeric() or kind in plain)
    }


def read_parquet(file: File, names: Sequence[str], dtype: Any) -> pl.DataFrame:
    """The columns as one type. Raises SpecError, about `source`, for lists and the like."""
    import polars as pl

    types, strange = parquet_types(file), strange_types(file)
    chosen = []
    for name in names:
        as_text = dtype == pl.String and types[name] in (pl.Time, pl.Binary)
        if name in strange and not as_text:
            message = f"`{file.shown}`, column `{name}`: holds values of type {strange[name]}"
            raise SpecError("not-a-number", f"{message}, not numbers", "source")
        column = pl.col(name)
        if types[name] in (pl.Categorical, pl.Enum):
            column = column.cast(pl.String)
        chosen.append(column.cast(dtype, strict=False))
    if not _unbroken(file.shown, lambda: sound_pages(file.path, names)):
        raise _broken(file.shown)
    frame = pl.scan_parquet(for_polars(file.path), glob=False).select(chosen)
    found = _unbroken(file.shown, frame.collect)
    if found.height < file.rows:
        raise _broken(file.shown)
    return found.head(file.rows)


def _unbroken(shown: str, read: Callable[[], _T]) -> _T:
    """What is read from a Parquet file. Raises SpecError, about `source`, where it is broken.

    Polars panics at some: that is no Exception, and writes to standard error before it is raised.
    """
    import polars as pl

    panic = getattr(pl.exceptions, "PanicException", pl.exceptions.PolarsError)
    try:
        with standard_error_aside("success"):
            return read()
    except (pl.exceptions.PolarsError, OSError, OverflowError, panic) as error:
        raise _broken(shown) from error


def _broken(shown: str) -> SpecError:
    return SpecError("unreadable-data", f"`{shown}` is a broken Parquet file", "source")
