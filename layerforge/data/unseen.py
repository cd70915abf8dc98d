"""New rows, treated as the training rows were: to be scored again, or to be predicted from."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerforge.data.coming import Course, course_of, with_coming
from layerforge.data.encoding import Encoder, encode, two_columns
from layerforge.data.feeds import Feed, feeds_of
from layerforge.data.holes import filling_of
from layerforge.data.latest import all_rows, every_sample
from layerforge.data.prepared import VERSION, Prepared
from layerforge.data.preparing import (
    assemble,
    check_shape,
    faults,
    input_roles,
    places_of,
    read,
)
from layerforge.data.raw import Raw
from layerforge.data.season import Season
from layerforge.data.sequences import lengths_of
from layerforge.data.windows import Frame, frame_of
from layerforge.diagnostics import Diagnostic, Faults, SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.tables.cells import cell, quoted
from layerforge.tables.files import File
from layerforge.tables.sources import find_files
from layerforge.tables.stamps import Clock

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
        step = Clock.restored(saved["time"]).step if saved["time"] else None
        raw = read(settings, _file(settings, source), [], encoders, step=step)
        classes, counts = saved["classes"], saved["class_counts"]
        return assemble(
            settings,
            raw,
            all_rows(raw),
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
    kept = {key: tuple(value) if isinstance(value, list) else value for key, value in kept.items()}
    return DataSettings(**kept)


def _encoders(saved: Mapping[str, Any], role: str) -> tuple[Encoder, ...]:
    return tuple(Encoder.restored(each) for each in saved[role])


def _file(settings: DataSettings, source: Path, folder: Path = Path()) -> File:
    """The new file as the spec reads its own; several are given as a pattern."""
    shown = str(settings.source)
    return replace(find_files(replace(settings, source=str(source)), folder), shown=shown)


@dataclass(frozen=True, slots=True, eq=False)
class NewRows:
    """What a model predicts from, and how its predictions are put back into the file's terms.

    Of a series that is forecast it is the last window alone, with the rows to come; of a table
    every row, of labelled windows every window. `index` names each row of the answer: the stamps of
    the steps to come, or of each sample, or its number in the file. `course` says how far a
    forecast goes, None where nothing is forecast. A model of `quantiles` gives that many values for
    each target.
    """

    features: NDArray[np.float32]
    positions: NDArray[np.int64]
    feeds: tuple[Feed, ...]
    index_name: str
    index: tuple[str, ...]
    target_names: tuple[str, ...]
    targets: tuple[Encoder, ...]
    classes: tuple[str, ...] | None
    frame: Frame | None
    warnings: tuple[str, ...] = ()
    course: Course | None = None
    quantiles: tuple[float, ...] | None = None
    groups: tuple[str, ...] | None = None  # whose each row of the answer is, of several series
    group_name: str = "group"

    @property
    def input_shape(self) -> tuple[int, ...]:
        """The shape of one sample of the first input, batch left out."""
        return self.feeds[0].shape

    def inputs(self, positions: NDArray[np.int64] | None = None) -> Any:
        """The inputs of these positions, of all where none are given, as `Prepared.inputs`."""
        rows = self.positions if positions is None else positions
        found = {feed.name: feed.gather(self.features, rows) for feed in self.feeds}
        return found if len(self.feeds) > 1 else found[self.feeds[0].name]

    def after(self, predictions: NDArray[Any]) -> NewRows:
        """The same with a forecast taken for what has happened: the windows end where it ended."""
        import numpy as np

        assert self.course is not None
        assert self.frame is not None
        shape = (len(self.positions), -1, len(self.targets), len(self.quantiles or (0.5,)))
        values = np.asarray(predictions, np.float32).reshape(shape)[..., self._middle]
        rows = self.positions[:, None] + np.asarray(self.frame.future)
        features = self.features.copy()
        for column, target in self.course.fed_back:
            features[rows, column] = values[..., target]
        return replace(self, features=features, positions=self.positions + self.frame.steps)

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

        answer: dict[str, list[Any]] = {}
        if self.groups is not None:
            answer[self.group_name] = list(self.groups)
        answer[self.index_name] = list(self.index)
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
    folder: Path = Path(),
    numbered: bool = False,
) -> NewRows:
    """What a run's model needs to predict from a file of new rows; the targets need not be there.

    `steps` is how far a forecast shall go, the horizon where it is None; `source` is relative to
    `folder`. With `numbered` messages count rows and not the lines of the text. Raises Faults where the
    file does not hold the columns, or enough rows, or whole ones, or where nothing says what the
    features will be that a longer forecast needs.
    """
    settings = _settings(preprocessing, shown or str(source))
    encoders = _encoders(preprocessing, "features")
    names = settings.targets or ()
    # A forecast's targets are needed only where they are features too.
    settings = replace(settings, targets=())
    clock = Clock.restored(preprocessing["time"]) if preprocessing["time"] else None
    frame, course = frame_of(settings), None
    try:
        if steps is not None and settings.horizon is None:
            raise SpecError("unused-key", "`--steps` has a meaning only for a forecast")
        file = replace(_file(settings, source, folder), numbered=numbered)
        step = clock.step if clock is not None else None
        raw = seen = read(settings, file, [], encoders, frame is not None, step)
        feeds = _feeds(settings, raw, encoders, frame)
        if frame is not None and settings.horizon is not None:
            course = course_of(settings, raw, frame, feeds, places_of(encoders), names, steps)
            raw, positions = with_coming(settings, raw, frame, course, clock)
        else:
            positions = every_sample(settings, raw, frame)
        features = encode(raw.columns, encoders, filling_of(settings, raw.codes), raw.cell)
        check_shape(settings, features.shape[1], raw)
    except SpecError as error:
        raise faults(settings, [error]) from None
    classes = preprocessing["classes"]
    rows = NewRows(
        features=features,
        positions=positions,
        feeds=feeds,
        index_name=_index_name(settings, clock),
        index=_index(settings, raw, frame, positions, course),
        target_names=names,
        targets=_encoders(preprocessing, "targets"),
        classes=None if classes is None else tuple(classes),
        frame=frame,
        warnings=(*_warnings(seen, clock, course), *_unknown_categories(seen, encoders)),
        course=course,
        groups=_groups(settings, raw, positions, course),
        group_name=", ".join(settings.group or ()),
    )
    return rows if course is None else _cut(rows, course)


def _feeds(
    settings: DataSettings, raw: Raw, encoders: Sequence[Encoder], frame: Frame | None
) -> tuple[Feed, ...]:
    lengths = lengths_of(settings, raw) if settings.is_sequences else None
    return feeds_of(settings, places_of(encoders), input_roles(settings, raw), frame, lengths)


def _cut(rows: NewRows, course: Course) -> NewRows:
    """The last windows and the rows behind them alone, with what is static carried on."""
    import numpy as np

    assert rows.frame is not None
    length = rows.frame.span + course.length
    within = rows.positions[:, None] + np.arange(length)
    features = rows.features[within]
    for column in course.static:
        features[..., column] = features[:, :1, column]
    positions = np.arange(len(within), dtype=np.int64) * length
    return replace(rows, features=features.reshape(-1, features.shape[-1]), positions=positions)


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


def _groups(
    settings: DataSettings, raw: Raw, positions: NDArray[np.int64], course: Course | None
) -> tuple[str, ...] | None:
    """The series of each row of the answer, where samples are windows of several."""
    if raw.series is None or settings.window is None:
        return None
    names = [raw.series.names[code] for code in raw.series.codes[positions]]
    return tuple(name for name in names for _ in range(course.steps if course else 1))


def _index_name(settings: DataSettings, clock: Clock | None) -> str:
    if settings.is_sequences:
        return ", ".join(settings.group or ())
    if clock is not None:
        return clock.column
    return "step" if settings.horizon is not None else "row"


def _index(
    settings: DataSettings,
    raw: Raw,
    frame: Frame | None,
    positions: NDArray[np.int64],
    course: Course | None,
) -> tuple[str, ...]:
    if settings.is_sequences and raw.series is not None:
        names = raw.series.names
        return tuple(names[code] for code in raw.series.codes[positions])
    if course is not None and frame is not None:
        ahead = [*frame.future, *range(frame.future[-1] + 1, frame.span + course.length)]
        ahead = ahead[: course.steps]
        if raw.stamps is None:
            return tuple(str(offset - frame.span + 1) for _ in positions for offset in ahead)
        return tuple(
            raw.stamps.text(int(first) + offset) for first in positions for offset in ahead
        )
    rows = positions + (frame.answer if frame is not None else 0)
    if raw.stamps is not None:
        return tuple(raw.stamps.text(int(row)) for row in rows)
    return tuple(str(raw.file_row(int(row)) + 1) for row in rows)


def _warnings(raw: Raw, clock: Clock | None, course: Course | None) -> tuple[str, ...]:
    """What differs from the training rows without being wrong."""
    if raw.stamps is None or clock is None:
        return ()
    here, there = raw.stamps.clock.step, clock.step
    found = raw.stamps.warnings
    if here is not None and there is not None and here != there:
        found += (f"the rows are {here} apart; those the model was trained on, {there}",)
    if found and there is not None and course is not None:
        found += (f"the times of the forecast go on by {there} each, and leave nothing out",)
    return found
