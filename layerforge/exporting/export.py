"""`export`: the best model of a run written in a format, loaded again, and compared on real rows."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeVar

from layerforge.data import Prepared
from layerforge.data.feeds import Feed
from layerforge.diagnostics import Diagnostic, Faults, reason_of
from layerforge.events import Listener, Note
from layerforge.exporting.formats import FORMATS, Answer, Format, Inputs, missing
from layerforge.exporting.units import in_units, raw_inputs, target_scale, why_outside, with_units
from layerforge.run import directory
from layerforge.run.chatter import told
from layerforge.run.code import check_code
from layerforge.run.feeding import Table
from layerforge.run.files import write_json
from layerforge.run.inputs import model_feeds, taken_by
from layerforge.run.record import clock_fault
from layerforge.run.scoring import load_model, predictions, same_data, scored_split

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_T = TypeVar("_T")
_ROWS: Final = 64  # samples that are compared
_FEW: Final = 2  # with which a way of converting is tried
_MOST: Final = 1e-3  # how far an answer may be from Keras's: of scaled values, of a probability


@dataclass(frozen=True, slots=True)
class Exported:
    """What was written: the model, and a JSON file beside it that says what it takes and gives.

    `difference` is the largest one from the Keras model on `samples` of the part `split`: of scaled
    values, or of a probability. `notes` say what a user of the model has to know.
    """

    path: Path
    described: Path
    difference: float
    samples: int
    split: str
    scaling: str
    notes: tuple[str, ...]


def export(run: Path, format: str, out: Path | None, listener: Listener) -> Exported:
    """Writes the best model of a run as `keras`, `savedmodel`, `onnx` or `tflite`.

    Scaling is put inside where it can be. The file is whole or not there; what differs from the Keras model
    by more than a thousandth is not kept. Raises Faults.
    """
    form = FORMATS[format]
    lacking = missing(form)
    if lacking is not None:
        raise lacking
    record = directory.read_record(run)
    check_code(run, record)
    saved = directory.read_json(run / directory.PREPROCESSING)
    prepared = same_data(run, record, saved, listener)
    path = _target(run, form, out)
    with told(listener):
        model = load_model(run)
        feeds = model_feeds(prepared.feeds, taken_by(model))
        outside = why_outside(prepared, feeds)
        whole = with_units(model, prepared, feeds, record["logits"], outside is None)
        listener(Note(f"writing {path}, and comparing it with Keras"))
        how, difference, samples = _written(
            whole, form, path, _Rows(prepared, feeds, model, record, outside is None)
        )
    notes = [] if outside is None else [f"scaling is not inside: {outside}; the JSON file says it"]
    notes += [how] if how else []
    done = Exported(
        path,
        path.with_name(f"{path.name}.json"),
        difference,
        samples,
        scored_split(prepared),
        "inside" if outside is None else "outside",
        tuple(notes),
    )
    _describe(done, _described(run, format, prepared, feeds, record, done))
    return done


@dataclass(frozen=True, slots=True)
class _Rows:
    """Real rows that an exported model is tried on, beside the Keras model."""

    prepared: Prepared
    feeds: Sequence[Feed]
    model: Any
    record: Mapping[str, Any]
    inside: bool

    def difference(self, answer: Answer) -> tuple[float, int]:
        """The largest difference, and of how many samples."""
        import numpy as np

        positions = self._positions(_ROWS)
        found = answer(raw_inputs(self.prepared, self.feeds, positions, self.inside))
        expected = self._expected(positions)
        if found.size != expected.size:
            raise ValueError(f"an answer of the shape {found.shape}, not {expected.shape}")
        apart = np.abs(found.astype(np.float64).reshape(expected.shape) - expected)
        if self.prepared.classes is None and self.inside:
            apart = apart / target_scale(self.prepared, expected.shape[1:])
        return float(apart.max()), len(positions)

    def some(self) -> Inputs:
        """What the model takes of a few samples."""
        return raw_inputs(self.prepared, self.feeds, self._positions(_FEW), self.inside)

    def _positions(self, most: int) -> NDArray[np.int64]:
        import numpy as np

        every = self.prepared.positions[scored_split(self.prepared)]
        return every[np.linspace(0, len(every) - 1, min(most, len(every))).astype(np.int64)]

    def _expected(self, positions: NDArray[np.int64]) -> NDArray[Any]:
        import numpy as np

        table = Table(self.prepared.features, None, self.prepared.frame, tuple(self.feeds))
        said = predictions(
            self.model, table, positions, self.record["logits"], self.record["batch_size"]
        )
        answers = np.concatenate(list(said))
        plain = self.prepared.classes is not None or not self.inside
        return answers.astype(np.float64) if plain else in_units(self.prepared, answers)


def _target(run: Path, form: Format, out: Path | None) -> Path:
    """Where the model is written. Raises Faults where something else is there."""
    path = out if out is not None else Path(f"{run.parent.name}-{run.name}{form.ending}")
    if form.ending and path.suffix != form.ending:
        message = f"`{path}` does not end in `{form.ending}`, by which its readers know it"
        raise Faults(Diagnostic("unwritable-file", message))
    strange = path.is_dir() and (form.ending or not (path / "saved_model.pb").is_file())
    if strange or (not form.ending and path.exists() and not path.is_dir()):
        raise Faults(Diagnostic("unwritable-file", f"`{path}` is there, and is something else"))
    return path


def _written(model: Any, form: Format, path: Path, rows: _Rows) -> tuple[str | None, float, int]:
    """Writes the model beside its place, tries what was written, and puts it there if it is right."""
    try:
        path.parent.mkdir(parents=True, exist_ok=True)
        with TemporaryDirectory(dir=path.parent, prefix=".export.") as folder:
            temporary = Path(folder) / path.name
            inputs = rows.some()
            how = _attempt("hold the model", lambda: form.write(model, temporary, inputs))
            difference, samples = _attempt(
                "answer as Keras does", lambda: rows.difference(form.read(temporary))
            )
            if not difference <= _MOST:
                message = (
                    f"what was written answers otherwise than Keras, by up to {difference:.3g}"
                )
                raise Faults(Diagnostic("not-exported", message))
            if path.is_dir():
                path.rename(Path(folder) / "before")
            temporary.replace(path)
    except OSError as error:
        message = f"`{path}` cannot be written: {reason_of(error)}"
        raise Faults(Diagnostic("unwritable-file", message)) from None
    return how, difference, samples


def _attempt(what: str, work: Callable[[], _T]) -> _T:
    try:
        return work()
    except OSError:
        raise
    except Exception as error:  # converters and runtimes raise whatever their C++ does
        if (clock := clock_fault(error, "not-exported", "and try again")) is not None:
            raise Faults(clock) from error
        first = next(iter(str(error).strip().splitlines()), type(error).__name__)
        message = f"this format cannot {what}: {first[:200]}"
        raise Faults(Diagnostic("not-exported", message)) from error


def _describe(done: Exported, said: Mapping[str, Any]) -> None:
    try:
        write_json(done.described, said)
    except OSError as error:
        message = f"`{done.described}` cannot be written: {reason_of(error)}"
        raise Faults(Diagnostic("unwritable-file", message)) from None


def _described(
    run: Path,
    format: str,
    prepared: Prepared,
    feeds: Sequence[Feed],
    record: Mapping[str, Any],
    done: Exported,
) -> dict[str, Any]:
    """What somebody needs to know who has the file alone."""
    names = prepared.feature_names
    inputs = [
        {
            "name": feed.name,
            "shape": [None, *feed.shape],
            "columns": list(names) if feed.columns is None else [names[i] for i in feed.columns],
            "rows": None if feed.offsets is None else list(feed.offsets),
        }
        for feed in feeds
    ]
    saved = prepared.preprocessing()
    answers = {
        "targets": list(prepared.target_names),
        "steps": list(prepared.step_names),
        "classes": list(prepared.classes) if prepared.classes else None,
        "quantiles": record.get("quantiles"),
    }
    return {
        "format": format,
        "run": str(run),
        "spec": record["name"],
        "inputs": inputs,
        "answers": answers,
        "scaling": done.scaling,
        "features": saved["features"],
        "targets": saved["targets"],
        "padding": prepared.settings.padding,
        "notes": list(done.notes),
        "compared": {
            "split": done.split,
            "samples": done.samples,
            "largest_difference": done.difference,
        },
        "data": record["data"],
        "versions": record.get("versions"),
    }
