"""Predictions from a file of new rows, and the files they are written to."""

from __future__ import annotations

import csv
import io
from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layerforge.data import Course, NewRows, forecast_window
from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.events import Listener, Note
from layerforge.records import replace
from layerforge.run import directory
from layerforge.run.chatter import told
from layerforge.run.code import check_code
from layerforge.run.feeding import Table
from layerforge.run.files import write_bytes, write_json, write_text
from layerforge.run.inputs import model_feeds, taken_by
from layerforge.run.scoring import load_model, predictions
from layerforge.tables.export import parquet_bytes

if TYPE_CHECKING:
    from numpy.typing import NDArray


_FORMULA: Final = ("=", "+", "-", "@", "\t", "\r")  # what formulas begin with, in any spreadsheet


@dataclass(frozen=True, slots=True)
class Predictions:
    """Named columns of equal length: the time or number of each row, then what was predicted."""

    values: Mapping[str, list[Any]]

    @property
    def columns(self) -> tuple[str, ...]:
        return tuple(self.values)

    @property
    def rows(self) -> Iterator[tuple[Any, ...]]:
        return zip(*self.values.values(), strict=True)

    def csv(self) -> str:
        """The table as CSV; numbers to nine digits, which is all that float32 holds."""
        text = io.StringIO()
        writer = csv.writer(text, lineterminator="\n")
        writer.writerow(self.columns)
        writer.writerows([_written(value) for value in row] for row in self.rows)
        return text.getvalue()

    def records(self) -> list[dict[str, Any]]:
        """A mapping for each row, as JSON has it."""
        return [dict(zip(self.columns, row, strict=True)) for row in self.rows]

    def write(self, path: str | Path) -> None:
        """Writes CSV, or Parquet or JSON where the name ends so, whole or not at all.

        Raises Faults where it cannot be written.
        """
        path = Path(path)
        try:
            if path.suffix == ".parquet":
                write_bytes(path, parquet_bytes(self.values), asked=True)
            elif path.suffix == ".json":
                write_json(path, self.records(), asked=True)
            else:
                write_text(path, self.csv(), asked=True)
        except OSError as error:
            reason = reason_of(error)
            raise Faults(Diagnostic("unwritable-file", f"`{path}`: {reason}")) from None


def _written(value: Any) -> Any:
    return f"{value:.9g}" if isinstance(value, float) else value


def predict(run: Path, data: Path, listener: Listener, steps: int | None = None) -> Predictions:
    """What a run's best model says of new rows, in the original units.

    A forecast is of the `horizon` steps after the file's last row, with their stamps, or of
    another number of `steps`: beyond the horizon it goes on from its own forecast. Of a table
    each row has a prediction, a class with the probability of each. Raises Faults for a run or a
    file that cannot be read; columns that the run did not use may be there.
    """
    record = directory.read_record(run)
    check_code(run, record)
    saved = directory.read_json(run / directory.PREPROCESSING)
    rows = replace(forecast_window(saved, data, steps=steps), quantiles=quantiles_of(record))
    for warning in rows.warnings:
        listener(Note(warning))
    with told(listener):
        model = load_model(run)
        found = answered(rows, lambda each: _answer(model, each, record))
    for line in formulas_in(found.values):
        listener(Note(line))
    return found


def formulas_in(values: Mapping[str, list[Any]]) -> Iterator[str]:
    """A line for each column with a text that a spreadsheet would run as a formula; numbers are none."""
    for name, cells in values.items():
        texts = dict.fromkeys(each for each in (name, *cells) if isinstance(each, str))
        found = [text for text in texts if text.startswith(_FORMULA) and not _is_number(text)]
        if found:
            shown = f"{found[0][:40]!r} in the column {name[:40]!r}"
            yield f"a spreadsheet takes {shown} for a formula: import the column as text"


def _is_number(text: str) -> bool:
    try:
        float(text)
    except ValueError:
        return False
    return True


def answered(rows: NewRows, answer: Callable[[NewRows], NDArray[Any]]) -> Predictions:
    """The predictions of rows, a forecast gone on from its own end as often as it takes."""
    found = answer(rows) if rows.course is None else _forecast(rows, rows.course, answer)
    return Predictions(rows.answers(found))


def quantiles_of(record: Mapping[str, Any]) -> tuple[float, ...] | None:
    """The quantiles that a run's model gives, by its `run.json`; None where it gives one value."""
    kept = record.get("quantiles")
    return None if kept is None else tuple(kept)


def _answer(model: Any, rows: NewRows, record: Mapping[str, Any]) -> NDArray[Any]:
    import numpy as np

    feeds = model_feeds(rows.feeds, taken_by(model))
    table = Table(rows.features, None, rows.frame, feeds)
    found = predictions(model, table, rows.positions, record["logits"], record["batch_size"])
    return np.concatenate(list(found))


def _forecast(
    rows: NewRows, course: Course, answer: Callable[[NewRows], NDArray[Any]]
) -> NDArray[Any]:
    """The forecasts of each series, one after the other, gone on from their own ends as often as needed.

    They are (series * steps, targets * quantiles).
    """
    import numpy as np

    width = len(rows.targets) * len(rows.quantiles or (0.5,))
    found = [answer(rows).reshape(len(rows.positions), -1, width)]
    for _ in range(course.rounds - 1):
        rows = rows.after(found[-1])
        found.append(answer(rows).reshape(found[0].shape))
    return np.concatenate(found, axis=1)[:, : course.steps].reshape(-1, width)
