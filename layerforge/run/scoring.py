"""Scores of a trained model beside the baselines: on the run's own test samples, or on another file."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any, Final

from layerforge.build.backend import load_keras
from layerforge.data import Prepared, prepare, prepare_again
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import DataRead, Listener, Note
from layerforge.pipeline import Compiled, compile_spec
from layerforge.records import replace
from layerforge.run import directory, feeding
from layerforge.run.chatter import told
from layerforge.run.code import check_code
from layerforge.run.fingerprint import digest
from layerforge.run.inputs import model_feeds, taken_by, with_inputs
from layerforge.scores import report
from layerforge.spec import DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_VALUES_AT_ONCE: Final = 16_000_000  # of predictions in memory


def baseline(
    compiled: Compiled, listener: Listener | None = None, by: str | None = None
) -> dict[str, Any]:
    """What a model must beat: the scores of the baselines on the test samples, without TensorFlow.

    Raises Faults where the spec has any, has no data, or the data have.
    """
    prepared = prepare(data_settings(compiled), compiled.path.parent)
    if listener is not None:
        listener(DataRead(prepared.account))
        for line in data_notes(prepared):
            listener(Note(line))
    return report(prepared, scored_split(prepared), by=by)


def data_notes(prepared: Prepared) -> list[str]:
    """Lines for the reader about the data: the season that was found, and what to look out for."""
    season = prepared.season
    found = season.inferred and season.length is not None
    notes = [f"season {season.length}: {season.why}"] if found else []
    leaks = prepared.account.get("leaks") or {"told": ()}
    return [*notes, *prepared.account.get("warnings", ()), *leaks["told"]]


def data_settings(compiled: Compiled) -> DataSettings:
    """The section `data` of a spec without faults. Raises Faults."""
    if not compiled.clean:
        raise Faults(*compiled.found)
    settings = with_inputs(compiled)
    if settings is None:
        message = "there is no section `data`, and without data nothing can be trained or scored"
        help = "add `data:` with `source`, `task` and `targets`"
        raise Faults(Diagnostic("missing-argument", message, help=help))
    return settings


def scored_split(prepared: Prepared) -> str:
    """The split that scores are of: `test`, or where it is empty the nearest that is not.

    Of a fold it is what the fold holds back; the test rows are for the model that is chosen at last.
    """
    order = ("test", "validation", "train")
    if prepared.settings.fold is not None:
        order = ("validation", "test", "train")
    return next(split for split in order if prepared.samples(split))


def evaluate(
    run: Path, data: Path | None, listener: Listener, by: str | None = None
) -> dict[str, Any]:
    """The scores of a run's best model, in the one form of scores.

    Without `data` they are of the test samples of the run's own file, and equal those of `train`.
    With it they are of every sample of that file, which is treated by the statistics of the run;
    the split is then called `data`, and the baselines that learn are fitted on the training rows of
    the run, where these are still to be had. `by` is as `report` takes it. Raises Faults for a run
    or a file that cannot be read.
    """
    record = directory.read_record(run)
    check_code(run, record)
    saved = directory.read_json(run / directory.PREPROCESSING)
    if data is None:
        prepared = same_data(run, record, saved, listener)
    else:
        training = _training_data(run, record, saved, listener)
        prepared = replace(prepare_again(saved, data), training=training)
    with told(listener):
        scores = score_model(run, prepared, record, by)
    return scores if data is None else {**scores, "split": "data"}


def _training_data(
    run: Path, record: Mapping[str, Any], saved: Mapping[str, Any], listener: Listener
) -> Prepared | None:
    """The data of the run; None, which is told, where they are no longer what they were."""
    try:
        return same_data(run, record, saved, listener)
    except Faults as stop:
        why = stop.diagnostics[0].message
        listener(Note(f"no baseline that learns stands beside the model: {why}"))
        return None


def same_data(
    run: Path, record: Mapping[str, Any], saved: Mapping[str, Any], listener: Listener
) -> Prepared:
    """The data of the run, split as then. Raises Faults where the training rows are others now."""
    overrides = tuple(record["overrides"])
    compiled = compile_spec(run / directory.SPEC, overrides, record["choices"])
    settings = with_inputs(compiled)
    if settings is None:
        message = f"`{run / directory.SPEC}` has no section `data` that can be read"
        raise Faults(Diagnostic("broken-run", message))
    prepared = prepare(settings, data_folder(run, record))
    if digest(prepared.file) == record["data"]["sha256"]:
        return prepared
    shown = prepared.file.shown
    now = prepared.preprocessing()
    if any(now[key] != saved[key] for key in ("features", "targets", "classes")):
        message = f"`{shown}` has changed since the run, and its training rows with it"
        help = f"`--data {shown}` scores every row of it with the statistics of the run"
        raise Faults(Diagnostic("data-changed", message, help=help))
    listener(Note(f"`{shown}` has changed since the run; its training rows are the same"))
    return prepared


def data_folder(run: Path, record: Mapping[str, Any]) -> Path:
    """The folder the source is relative to: where it lay as seen from the run, or on the machine."""
    beside, absolute = run / str(record["folder"]), Path(record["spec"]).parent
    first = str(record["data"]["source"]).split(", ")[0]
    if Path(first).is_absolute():
        return absolute  # which does not matter, and `glob` takes no absolute pattern
    return beside if any(beside.glob(first)) else absolute


def score_model(
    run: Path, prepared: Prepared, record: Mapping[str, Any], by: str | None = None
) -> dict[str, Any]:
    """The scores of the best model of a run on the scored split; `record` is its `run.json`."""
    split = scored_split(prepared)
    found = model_predictions(run, prepared, split, record)
    return report(prepared, split, found, record.get("quantiles"), by)


def model_predictions(
    run: Path, prepared: Prepared, split: str, record: Mapping[str, Any]
) -> Iterator[NDArray[np.float32]]:
    """What the best model of a run says of the samples of a split, in pieces."""
    positions = prepared.positions[split]
    model = load_model(run)
    feeds = model_feeds(prepared.feeds, taken_by(model))
    table = feeding.Table(prepared.features, None, prepared.frame, feeds)
    return predictions(model, table, positions, record["logits"], record["batch_size"])


def load_model(run: Path) -> Any:
    """The best model of a run. Raises Faults where there is none, or none that can be read."""
    path = run / directory.BEST
    if not path.is_file():
        message = f"`{run}` has no {directory.BEST}: no epoch of it was completed"
        raise Faults(Diagnostic("broken-run", message))
    keras = load_keras()
    try:
        return keras.saving.load_model(path, compile=False, safe_mode=True)
    except (ValueError, TypeError, OSError, KeyError) as error:
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        raise Faults(Diagnostic("broken-run", f"`{path}` cannot be loaded: {first}")) from error


def predictions(
    model: Any, table: feeding.Table, positions: NDArray[np.int64], logits: bool, batch_size: int
) -> Iterator[NDArray[np.float32]]:
    """The model's outputs at these positions, in pieces of bounded size; probabilities for logits."""
    import numpy as np

    values = prod(dim or 1 for dim in model.output_shape[1:])
    chunk = max(_VALUES_AT_ONCE // values // batch_size, 1) * batch_size
    for start in range(0, len(positions), chunk):
        batches = feeding.ordered_batches(table, positions[start : start + chunk], batch_size)
        found = np.asarray(model.predict(batches, verbose=0)).astype(np.float32, copy=False)
        yield probabilities(found) if logits else found


def probabilities(logits: NDArray[np.float32]) -> NDArray[np.float32]:
    """Sigmoid of one column of logits, softmax of several."""
    import numpy as np

    if logits.shape[-1] == 1:
        return np.asarray(0.5 * (1 + np.tanh(0.5 * logits)))
    powers = np.exp(logits - logits.max(axis=-1, keepdims=True))
    return np.asarray(powers / powers.sum(axis=-1, keepdims=True))
