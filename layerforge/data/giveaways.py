"""Columns of a file that say what the target says, as far as a look at its first rows tells."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Final

from layerforge.data.leaks import given_away
from layerforge.data.survey import Survey
from layerforge.records import replace
from layerforge.tables.cells import Column
from layerforge.tables.frames import read_frame
from layerforge.tables.numerals import numbers_of

if TYPE_CHECKING:
    import polars as pl

_MOST: Final = 20_000_000  # values that are compared; more would take long


def giveaways(seen: Survey, target: str, names: Sequence[str], classes: bool) -> dict[str, str]:
    """For each of these columns that gives the target away how, as the verb of a sentence."""
    import polars as pl

    if seen.looked * len(names) > _MOST:
        return {}
    head = replace(seen.file, rows=seen.looked)
    every = [target, *names]
    numeric = [
        name for name in every if seen.column(name).numeric and (name != target or not classes)
    ]
    numbers = numbers_of(head, numeric)
    texts = read_frame(head, [name for name in every if name not in numeric], pl.String)
    answer = _column(target, numbers, texts)
    found = {name: given_away(_column(name, numbers, texts), answer, classes) for name in names}
    return {name: how for name, how in found.items() if how}


def _column(name: str, numbers: pl.DataFrame, texts: pl.DataFrame) -> Column:
    import polars as pl

    if name in numbers.columns:
        finite = pl.when(pl.col(name).is_finite()).then(pl.col(name)).alias(name)
        known = numbers.select(finite)[name]
        return Column(name, "number", known.fill_null(float("nan")).to_numpy(), known.null_count())
    words = texts[name].str.strip_chars()
    return Column(name, "category", words, words.null_count())
