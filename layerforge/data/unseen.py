"""New rows, treated as the training rows were: to be scored again, or to be predicted from."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerforge.data.choices import two_columns
from layerforge.data.encoding import Encoder, encode
from layerforge.data.prepared import VERSION, Prepared
from layerforge.data.preparing import assemble, check_shape, faults, read
from layerforge.data.raw import Raw, fill_of, holes_in
from layerforge.data.season import Season
from layerforge.data.splits import Split
from layerforge.data.stamps import Clock
from layerforge.data.windows import Frame, frame_of, place_windows
from layerforge.diagnostics import Diagnostic, Faults, SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def prepare_again(saved: Mapping[str, Any], source: Path, shown: str | None = None) -> Prepared:
    """Another file under a run's preprocessing, all its rows as the split `test`.

    Nothing is fitted again. `shown` is what messages call the file. Raises Faults as `prepare`
    does, without places: the spec is not at fault.
    """
    settings = _settings(saved, shown or str(source))
    encoders = _encoders(saved, "features")
    try:
        raw = read(settings, source, settings.source, [], encoders)
        classes, counts = saved["classes"], saved["class_counts"]
        return assemble(
            settings,
            raw,
            _all_rows(raw),
            (encoders, _encoders(saved, "targets")),
            None if classes is None else tuple(classes),
            None if counts is None else tuple(counts),
            Season(saved["season"]["length"], False, saved["season"]["why"]),
        )
    except SpecError as error:
        raise faults(settings, [error]) from None


def _settings(saved: Mapping[str, Any], shown: str) -> DataSettings:
    if saved.get("version") != VERSION:
        message = f"the run keeps its preprocessing in version {saved.get('version')}"
        raise Faults(Diagnostic("other-version", f"{message}; this layerforge reads {VERSION}"))
    kept: dict[str, Any] = {**saved["settings"], "source": shown}
    kept |= {key: tuple(value) for key, value in kept.items() if isinstance(value, list)}
    return DataSettings(**kept)


def _encoders(saved: Mapping[str, Any], role: str) -> tuple[Encoder, ...]:
    return tuple(Encoder.restored(each) for each in saved[role])


def _all_rows(raw: Raw) -> Split:
    import numpy as np

    none = np.arange(0, dtype=np.int64)
    rows = {"train": none, "validation": none, "test": np.arange(raw.count, dtype=np.int64)}
    return Split(rows, True, "every row of the file", 0)


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """What a model predicts from, and how its predictions are put back into the file's terms.

    Of a series that is forecast it is the last window alone, of a table every row, of labelled
    windows every window. `index` names each row of the answer: the stamps of the steps to come,
    or of each sample, or its number in the file.
    """

    features: NDArray[np.float32]
    positions: NDArray[np.int64]
    input_shape: tuple[int, ...]
    index_name: str
    index: tuple[str, ...]
    target_names: tuple[str, ...]
    targets: tuple[Encoder, ...]
    classes: tuple[str, ...] | None
    frame: Frame | None
    warnings: tuple[str, ...] = ()

    def inputs(self, positions: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """The inputs (n, *input_shape) of these positions, of all where none are given."""
        import numpy as np

        rows = self.positions if positions is None else positions
        if self.frame is not None:
            return np.take(self.features, rows[:, None] + np.arange(self.frame.window), axis=0)
        return self.features[rows].reshape(len(rows), *self.input_shape)

    def answers(self, predictions: NDArray[Any]) -> dict[str, list[Any]]:
        """The predictions as named columns: the index, then targets in their original units.

        Of classes it is the name of the likeliest, then the probability of each.
        """
        import numpy as np

        answer: dict[str, list[Any]] = {self.index_name: list(self.index)}
        if self.classes is not None:
            shares = two_columns(np.asarray(predictions).reshape(len(self.index), -1))
            chosen = [self.classes[i] for i in shares.argmax(axis=1)]
            answer[self.target_names[0]] = chosen
            columns = zip(self.classes, shares.T, strict=True)
            return answer | {f"probability of {name}": share.tolist() for name, share in columns}
        values = np.asarray(predictions, np.float64).reshape(len(self.index), len(self.targets))
        for encoder, column in zip(self.targets, values.T, strict=True):
            answer[encoder.name] = (column * encoder.scale + encoder.offset).tolist()
        return answer


def forecast_window(
    preprocessing: Mapping[str, Any], source: Path, shown: str | None = None
) -> NewRows:
    """What a run's model needs to predict from a file of new rows; the targets need not be there.

    Raises Faults where the file does not hold the columns, or enough rows, or whole ones.
    """
    settings = _settings(preprocessing, shown or str(source))
    encoders = _encoders(preprocessing, "features")
    names = settings.targets or ()
    # A forecast's targets are needed only where they are features too.
    settings = replace(settings, targets=())
    try:
        raw = read(settings, source, settings.source, [], encoders)
        features = encode(raw.columns, encoders, fill_of(settings))
        check_shape(settings, features.shape[1], raw)
        frame = frame_of(settings.window, settings.horizon) if settings.window else None
        positions = _positions(settings, raw, frame)
    except SpecError as error:
        raise faults(settings, [error]) from None
    shape = (settings.window, features.shape[1]) if settings.window else settings.shape
    clock = Clock.restored(preprocessing["time"]) if preprocessing["time"] else None
    classes = preprocessing["classes"]
    return NewRows(
        features=features,
        positions=positions,
        input_shape=shape or (features.shape[1],),
        index_name=_index_name(settings, clock),
        index=_index(settings, raw, frame, positions, clock),
        target_names=names,
        targets=_encoders(preprocessing, "targets"),
        classes=None if classes is None else tuple(classes),
        frame=frame,
        warnings=_warnings(raw, clock),
    )


def _positions(settings: DataSettings, raw: Raw, frame: Frame | None) -> NDArray[np.int64]:
    """The rows of a table, the labelled windows of a series, or the last window of one forecast."""
    import numpy as np

    if frame is None:
        return np.arange(raw.count, dtype=np.int64)
    if raw.count < frame.window:
        message = f"`{raw.file.shown}` has {raw.count:,} rows; the model looks at {frame.window:,}"
        raise SpecError("too-few-rows", message)
    holes = holes_in(raw, raw.roles.features) if settings.missing == "drop" else None
    if settings.horizon is None:
        return place_windows(_all_rows(raw), frame, holes).positions["test"]
    last = raw.count - frame.window
    if holes is not None and holes[last:].any():
        row = raw.file.row(last + int(holes[last:].argmax()))
        message = f"`{raw.file.shown}` {row}: a value is missing in the last window"
        raise SpecError("missing-value", message)
    return np.array([last], np.int64)


def _index_name(settings: DataSettings, clock: Clock | None) -> str:
    if clock is not None:
        return clock.column
    return "step" if settings.horizon is not None else "row"


def _index(
    settings: DataSettings,
    raw: Raw,
    frame: Frame | None,
    positions: NDArray[np.int64],
    clock: Clock | None,
) -> tuple[str, ...]:
    stamps = raw.stamps
    if settings.horizon is not None:
        if stamps is None or clock is None:
            return tuple(str(step + 1) for step in range(settings.horizon))
        # The file may be too short to show its step; the training rows did.
        known = replace(stamps.clock, step=clock.step)
        coming = known.after(int(stamps.values[-1]), settings.horizon)
        return tuple(known.text(value) for value in coming)
    rows = positions + (frame.answer if frame is not None else 0)
    if stamps is not None:
        return tuple(stamps.text(int(row)) for row in rows)
    return tuple(str(raw.file_row(int(row)) + 1) for row in rows)


def _warnings(raw: Raw, clock: Clock | None) -> tuple[str, ...]:
    """What differs from the training rows without being wrong."""
    if raw.stamps is None or clock is None:
        return ()
    here, there = raw.stamps.clock.step, clock.step
    found = raw.stamps.warnings
    if here is not None and there is not None and here != there:
        found += (f"the rows are {here} apart; those the model was trained on, {there}",)
    return found
