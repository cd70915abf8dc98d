"""Predictions from a file of new rows, and their CSV."""

from __future__ import annotations

import csv
import io
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from layerforge.data import forecast_window
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import Listener, Note
from layerforge.run import directory
from layerforge.run.chatter import told
from layerforge.run.feeding import Table
from layerforge.run.files import write_text
from layerforge.run.scoring import load_model, predictions


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

    def write(self, path: Path) -> None:
        """Writes the CSV whole or not at all. Raises Faults where it cannot be written."""
        try:
            write_text(path, self.csv())
        except OSError as error:
            reason = (error.strerror or str(error)).lower()
            raise Faults(Diagnostic("unwritable-file", f"`{path}`: {reason}")) from None


def _written(value: Any) -> Any:
    return f"{value:.9g}" if isinstance(value, float) else value


def predict(run: Path, data: Path, listener: Listener) -> Predictions:
    """What a run's best model says of new rows, in the original units.

    A forecast is of the `horizon` steps after the file's last row, with their stamps; of a table
    each row has a prediction, a class with the probability of each. Raises Faults for a run or a
    file that cannot be read; columns that the run did not use may be there.
    """
    record = directory.read_record(run)
    saved = directory.read_json(run / directory.PREPROCESSING)
    rows = forecast_window(saved, data)
    for warning in rows.warnings:
        listener(Note(warning))
    shape = rows.input_shape if rows.frame is None else None
    table = Table(rows.features, None, rows.frame, shape)
    with told(listener):
        model = load_model(run)
        found = predictions(model, table, rows.positions, record["logits"], record["batch_size"])
        import numpy as np

        return Predictions(rows.answers(np.concatenate(list(found))))
