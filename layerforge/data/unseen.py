"""New rows, treated as the training rows were: to be scored again, or to be predicted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerforge.data.cells import cell, quoted
from layerforge.data.choices import two_columns
from layerforge.data.encoding import Encoder, encode
from layerforge.data.prepared import VERSION, Prepared
from layerforge.data.preparing import assemble, check_shape, faults, read
from layerforge.data.raw import Raw, fill_of, holes_in
from layerforge.data.roles import listed
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
    or of each sample, or its number in the file. `fed_back` says for each feature which target it
    is; None where a feature is none, so that no forecast can go on from a forecast. `steps` is
    how far a forecast goes. A model of `quantiles` gives that many values for each target.
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
    fed_back: tuple[int, ...] | None = None
    steps: int | None = None
    quantiles: tuple[float, ...] | None = None

    def inputs(self, positions: NDArray[np.int64] | None = None) -> NDArray[np.float32]:
        """The inputs (n, *input_shape) of these positions, of all where none are given."""
        import numpy as np

        rows = self.positions if positions is None else positions
        if self.frame is not None:
            return np.take(self.features, rows[:, None] + np.arange(self.frame.window), axis=0)
        return self.features[rows].reshape(len(rows), *self.input_shape)

    def after(self, predictions: NDArray[Any]) -> NewRows:
        """The same with a forecast taken for what has happened: the window ends where it ended."""
        import numpy as np

        assert self.fed_back is not None
        shape = (-1, len(self.targets), len(self.quantiles or (0.5,)))
        values = np.asarray(predictions, np.float32).reshape(shape)[..., self._middle]
        coming = values[:, list(self.fed_back)]
        window = self.inputs()[0]
        rows = np.concatenate([window, coming])[-len(window) :]
        return replace(self, features=rows, positions=np.zeros(1, np.int64))

    @property
    def _middle(self) -> int:
        """The place of the quantile that is nearest the median."""
        levels = self.quantiles or (0.5,)
        return min(range(len(levels)), key=lambda place: abs(levels[place] - 0.5))

    def answers(self, predictions: NDArray[Any]) -> dict[str, list[Any]]:
        """The predictions as named columns: the index, then targets in their original units.

        A quantile of 0.1 is in a column with `_q10` behind the target's name. Of classes it is the
        name of the likeliest, then the probability of each.
        """
        import numpy as np

        answer: dict[str, list[Any]] = {self.index_name: list(self.index)}
        if self.classes is not None:
            shares = two_columns(np.asarray(predictions).reshape(len(self.index), -1))
            chosen = [self.classes[i] for i in shares.argmax(axis=1)]
            answer[self.target_names[0]] = chosen
            columns = zip(self.classes, shares.T, strict=True)
            return answer | {f"probability of {name}": share.tolist() for name, share in columns}
        endings = [""] if self.quantiles is None else [f"_q{100 * q:g}" for q in self.quantiles]
        wanted = [(encoder, ending) for encoder in self.targets for ending in endings]
        values = np.asarray(predictions, np.float64).reshape(len(self.index), len(wanted))
        for (encoder, ending), column in zip(wanted, values.T, strict=True):
            answer[encoder.name + ending] = (column * encoder.scale + encoder.offset).tolist()
        return answer


def forecast_window(
    preprocessing: Mapping[str, Any],
    source: Path,
    shown: str | None = None,
    steps: int | None = None,
) -> NewRows:
    """What a run's model needs to predict from a file of new rows; the targets need not be there.

    `steps` is how far a forecast shall go, the horizon where it is None. Raises Faults where the
    file does not hold the columns, or enough rows, or whole ones, or where nothing says what the
    features will be that a longer forecast needs.
    """
    settings = _settings(preprocessing, shown or str(source))
    encoders = _encoders(preprocessing, "features")
    names = settings.targets or ()
    fed_back = _fed_back(encoders, names)
    # A forecast's targets are needed only where they are features too.
    settings = replace(settings, targets=())
    try:
        steps = _steps(settings, steps, encoders, names)
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
        index=_index(raw, frame, positions, clock, steps),
        target_names=names,
        targets=_encoders(preprocessing, "targets"),
        classes=None if classes is None else tuple(classes),
        frame=frame,
        warnings=(*_warnings(raw, clock), *_unknown_categories(raw, encoders)),
        fed_back=fed_back,
        steps=steps,
    )


def _fed_back(encoders: Sequence[Encoder], targets: Sequence[str]) -> tuple[int, ...] | None:
    """For each feature its place among the targets; None where one is not among them."""
    if not encoders or any(each.name not in targets for each in encoders):
        return None
    return tuple(targets.index(each.name) for each in encoders)


def _steps(
    settings: DataSettings, steps: int | None, encoders: Sequence[Encoder], targets: Sequence[str]
) -> int | None:
    """How many steps are forecast, None where nothing is. Raises SpecError where they cannot be."""
    horizon = settings.horizon
    if steps is None or steps == horizon:
        return horizon
    if horizon is None:
        raise SpecError("unused-key", "`--steps` has a meaning only for a forecast")
    unknown = [each.name for each in encoders if each.name not in targets]
    if steps > horizon and unknown:
        message = f"{steps:,} steps are more than the {horizon:,} the model forecasts"
        message += f", and nothing predicts the features {listed(unknown)} it would go on from"
        help = f"ask for {horizon:,} steps or fewer, or train with `targets` that are the features"
        raise SpecError("cannot-go-on", message, None, help)
    return steps


def _unknown_categories(raw: Raw, encoders: Sequence[Encoder]) -> tuple[str, ...]:
    """A line for each column with a category that no training row had."""
    found = []
    for encoder in encoders:
        if encoder.kind != "category":
            continue
        texts = raw.columns[encoder.name].texts()
        strange = (~texts.is_in(encoder.categories)).fill_null(False)
        if count := int(strange.sum()):
            row = strange.arg_max() or 0
            place = cell(raw.file, raw.file_row(row), encoder.name)
            more = f", the first of {count:,}," if count > 1 else ""
            word = quoted(str(texts[row]))
            found.append(f"{place}: {word}{more} was in no training row; it is taken as unknown")
    return tuple(found)


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
    raw: Raw,
    frame: Frame | None,
    positions: NDArray[np.int64],
    clock: Clock | None,
    steps: int | None,
) -> tuple[str, ...]:
    stamps = raw.stamps
    if steps is not None:
        if stamps is None or clock is None:
            return tuple(str(step + 1) for step in range(steps))
        # The file may be too short to show its step; the training rows did.
        known = replace(stamps.clock, step=clock.step)
        coming = known.after(int(stamps.values[-1]), steps)
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
