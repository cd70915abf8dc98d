"""What a page shows of a run's predictions: made once with Keras, kept in the run for the next time."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layerforge.data import Prepared
from layerforge.diagnostics import Faults
from layerforge.events import Listener, Note
from layerforge.run import directory
from layerforge.run.chatter import told
from layerforge.run.code import check_code
from layerforge.run.feeding import Table
from layerforge.run.files import finite, write_json
from layerforge.run.inputs import model_feeds, taken_by
from layerforge.run.scoring import load_model, predictions, same_data, scored_split
from layerforge.scores import look_closely

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

KEPT: Final = "closeup.json"
_FORM: Final = 1  # of what is kept


def closeup(run: Path, listener: Listener, rival: str | None = None) -> dict[str, Any]:
    """Predictions of the best model beside the truth, as `look_closely` gives them.

    What was seen is kept in the run, and taken from there while its best model is the same one. Raises
    Faults where the run has no model yet, or its data are no longer what they were.
    """
    of = {"form": _FORM, "rival": rival, "model": _mark(run / directory.BEST)}
    kept = _kept(run / KEPT)
    if kept.get("of") == of:
        return dict(kept["seen"])
    record = directory.read_record(run)
    check_code(run, record)
    saved = directory.read_json(run / directory.PREPROCESSING)
    name = f"{run.parent.name}/{run.name}"
    listener(Note(f"{name}: reading the data"))
    prepared = same_data(run, record, saved, listener)
    split = scored_split(prepared)
    with told(listener):
        listener(Note(f"{name}: Keras predicts samples of the part `{split}`"))
        seen = finite(_look(run, prepared, split, record, rival))
    _keep(run / KEPT, {"of": of, "seen": seen})
    return dict(seen)


def _look(
    run: Path, prepared: Prepared, split: str, record: Mapping[str, Any], rival: str | None
) -> dict[str, Any]:
    import numpy as np

    model = load_model(run)
    feeds = model_feeds(prepared.feeds, taken_by(model))
    table = Table(prepared.features, None, prepared.frame, feeds)

    def predict(positions: NDArray[np.int64]) -> NDArray[Any]:
        found = predictions(model, table, positions, record["logits"], record["batch_size"])
        return np.concatenate(list(found))

    kept = record.get("quantiles")
    quantiles = None if kept is None else tuple(kept)
    return look_closely(prepared, split, predict, quantiles, rival)


def _mark(path: Path) -> list[int] | None:
    """By this one model is told from another that was written in its place."""
    try:
        found = path.stat()
    except OSError:
        return None
    return [found.st_size, found.st_mtime_ns]


def _kept(path: Path) -> dict[str, Any]:
    try:
        return directory.read_json(path)
    except Faults:
        return {}


def _keep(path: Path, value: Mapping[str, Any]) -> None:
    try:
        write_json(path, value)
    except OSError:
        return  # a run that may only be read is looked at all the same
