"""A model judged from several origins: folds of the test rows, each scored alone, trained again or not."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import mean, stdev
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any

from layerforge.data import Prepared
from layerforge.data.splits import gap_of
from layerforge.data.windows import Frame
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import DataRead, Event, Listener, Note
from layerforge.pipeline import Compiled, compile_spec
from layerforge.records import replace
from layerforge.run import directory
from layerforge.run.chatter import told
from layerforge.run.code import check_code
from layerforge.run.scoring import data_folder, model_predictions, same_data, scored_split
from layerforge.run.training import train
from layerforge.scores import report
from layerforge.tables.series import firsts

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Fold:
    """The moments from `first` up to `stop`, and the samples whose answers lie within them.

    Moments are counted from the first: of one series they are its rows, of several what their split
    counts. `ends` are the rows of the first answer and the last.
    """

    number: int
    first: int
    stop: int
    ends: tuple[int, int]
    prepared: Prepared

    def told(self) -> dict[str, Any]:
        """Which it is, and from when to when."""
        stamps = self.prepared.stamps
        first, last = (stamps.text(row) if stamps else f"row {row + 1}" for row in self.ends)
        return {"fold": self.number, "from": first, "to": last}


def backtest(run: Path, count: int, refit: bool, listener: Listener) -> dict[str, Any]:
    """The scores of `count` folds of the test rows: `{"folds": [...], "refit", "summary"}`.

    Each fold is a report as `evaluate` gives it, with `fold`, `from` and `to`. With `refit` the spec
    is trained again for every fold, on all rows before it, of which the last are for validation,
    as many as in the run; else the run's model is scored. The summary has the mean and the standard
    deviation of each score over the folds. Raises Faults where there are no such folds.
    """
    record = directory.read_record(run)
    check_code(run, record)
    saved = directory.read_json(run / directory.PREPROCESSING)
    prepared = same_data(run, record, saved, listener)
    folds = folds_of(prepared, count)
    found = []
    for fold in folds:
        told_of = fold.told()
        listener(Note(f"fold {fold.number} of {count}: {told_of['from']} to {told_of['to']}"))
        scores = (
            _trained(run, record, fold, listener) if refit else _scored(run, record, fold, listener)
        )
        found.append({**told_of, **scores})
    return {"folds": found, "refit": refit, "summary": summary(found)}


def folds_of(prepared: Prepared, count: int) -> list[Fold]:
    """The time that is scored in so many equal stretches. Raises Faults where one has no sample."""
    import numpy as np

    if prepared.frame is None:
        message = "a backtest walks forward in time, and the rows of this table have no order"
        raise Faults(Diagnostic("bad-split", message, prepared.settings.span("task")))
    split, frame = scored_split(prepared), prepared.frame
    positions, moments = prepared.positions[split], _moments(prepared)
    starts = moments[positions + frame.answer]
    ends = moments[positions + frame.answer + frame.steps - 1]
    edges = np.linspace(starts.min(), ends.max() + 1, count + 1).astype(np.int64)
    folds = []
    for number, (first, stop) in enumerate(pairwise(edges), start=1):
        inside = (starts >= first) & (ends < stop)
        if not inside.any():
            raise _empty(number, count, frame, len(positions))
        own = positions[inside]
        rows = own[starts[inside].argmin()], own[ends[inside].argmax()] + frame.steps - 1
        limits = (int(rows[0]) + frame.answer, int(rows[1]) + frame.answer)
        kept = replace(prepared, positions={**prepared.positions, split: own})
        folds.append(Fold(number, int(first), int(stop), limits, kept))
    return folds


def _moments(prepared: Prepared) -> NDArray[np.int64]:
    """The number of each row's moment: its row, of several series its time or its place in its own."""
    import numpy as np

    rows = np.arange(len(prepared.features), dtype=np.int64)
    if prepared.series is None:
        return rows
    if prepared.stamps is None:
        return rows - firsts(prepared.series.codes)
    return np.unique(prepared.stamps.values, return_inverse=True)[1].astype(np.int64)


def _empty(number: int, count: int, frame: Frame, windows: int) -> Faults:
    message = f"fold {number} of {count} has no window of {frame.steps:,} steps"
    rows = windows + frame.steps - 1
    help = f"ask for {max(rows // (2 * frame.steps), 1):,} folds or fewer"
    return Faults(Diagnostic("too-few-rows", message, None, help))


def _scored(run: Path, record: Mapping[str, Any], fold: Fold, listener: Listener) -> dict[str, Any]:
    split = scored_split(fold.prepared)
    with told(listener):
        found = model_predictions(run, fold.prepared, split, record)
        return report(fold.prepared, split, found, record.get("quantiles"))


def _trained(
    run: Path, record: Mapping[str, Any], fold: Fold, listener: Listener
) -> dict[str, Any]:
    """The scores of the spec trained on what lies before the fold."""
    compiled = _compiled(run, record, fold)

    def hears(event: Event) -> None:
        if not isinstance(event, DataRead):
            listener(event)

    with TemporaryDirectory() as runs:
        trained = train(compiled, Path(runs), hears, ())
    if trained.state != "finished" or trained.scores is None:
        raise KeyboardInterrupt
    return trained.scores


def _compiled(run: Path, record: Mapping[str, Any], fold: Fold) -> Compiled:
    """The spec of the run on all rows up to the end of the fold, those of the fold for the test."""
    settings, validation = fold.prepared.settings, _validation(fold.prepared)
    gap = gap_of(settings)
    behind = validation + gap if validation else 0  # each part loses the gap at its beginning
    parts = {"train": fold.first - gap - behind, "validation": behind}
    parts |= {"test": fold.stop - fold.first + gap, "gap": gap}
    folder = data_folder(run, record)
    files = [
        str((folder / name).resolve()) for names in settings.sources.values() for name in names
    ]
    changed = [f"data.source={json.dumps(files)}", f"data.split={json.dumps(parts)}"]
    if settings.fold is not None:
        changed.append("data.fold=null")
    return compile_spec(run / directory.SPEC, (*record["overrides"], *changed), record["choices"])


def _validation(prepared: Prepared) -> int:
    """How many moments the run validates on."""
    if prepared.series is None:
        return int(prepared.account["split"]["validation"]["rows"])
    frame, positions = prepared.frame, prepared.positions["validation"]
    if frame is None or not len(positions):
        return 0
    moments = _moments(prepared)
    first, last = positions + frame.answer, positions + frame.answer + frame.steps - 1
    return int(moments[last].max() - moments[first].min()) + 1


def summary(folds: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    """The mean and the spread of each score that every fold has, of the model and each baseline."""
    names = [name for name in folds[0]["baselines"] if all(name in f["baselines"] for f in folds)]
    rivals = {name: _over([fold["baselines"][name] for fold in folds]) for name in names}
    return {"model": _over([fold["model"] for fold in folds]), "baselines": rivals}


def _over(scores: Sequence[Mapping[str, Any]]) -> dict[str, Any]:
    found: dict[str, Any] = {}
    for key in scores[0]:
        if key in ("scaled", "original"):
            found[key] = _over([each[key] for each in scores])
            continue
        values = [value for each in scores if isinstance(value := each.get(key), float)]
        if len(values) == len(scores):
            spread = stdev(values) if len(values) > 1 else None
            found[key] = {"mean": mean(values), "spread": spread}
    return found
