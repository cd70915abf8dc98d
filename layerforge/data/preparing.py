"""From the section `data` to arrays: read, split, fit on the training rows, place samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerforge.data.account import account_of
from layerforge.data.calendar import calendar_columns, calendar_encoders, names_of
from layerforge.data.encoding import Encoder, apply_classes, encode, find_classes, fit
from layerforge.data.feeds import feeds_of
from layerforge.data.folds import folded
from layerforge.data.holes import Filling, dropped, filling_of, holes_in
from layerforge.data.ordering import arranged
from layerforge.data.prepared import Prepared
from layerforge.data.raw import Raw, read_raw, without_holes
from layerforge.data.season import Season, find_season, naive_error
from layerforge.data.sequences import check_static, first_rows, lengths_of
from layerforge.data.splits import Candidates, Split, split_rows
from layerforge.data.windows import Frame, Windows, check_windows, frame_of, place_windows
from layerforge.diagnostics import Faults, SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.tables.cells import cell, quoted
from layerforge.tables.files import File
from layerforge.tables.roles import Roles, assign
from layerforge.tables.sources import find_files
from layerforge.tables.steps import Step

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def prepare(settings: DataSettings, folder: Path) -> Prepared:
    """The data that the settings name, ready for a model; `source` is relative to `folder`.

    Raises Faults with every fault of a kind that can be told at once, each at its key in the spec.
    """
    found: list[SpecError] = []
    try:
        raw = read(settings, find_files(settings, folder), found)
        return _prepare(settings, raw)
    except SpecError as error:
        raise faults(settings, [error]) from None


def faults(settings: DataSettings, found: Sequence[SpecError]) -> Faults:
    """The faults at the places in the spec that they are about.

    What is about a key that was left out, such as all columns being features, is told at `source`.
    """
    places = [error.arg or "source" for error in found]
    written = [arg if arg.split(".")[0] in settings.spans else "source" for arg in places]
    return Faults(*[e.at(settings.span(arg)) for e, arg in zip(found, written, strict=True)])


def read(
    settings: DataSettings,
    file: File,
    found: list[SpecError],
    encoders: Sequence[Encoder] | None = None,
    coming: bool = False,
    step: Step | None = None,
) -> Raw:
    """The values in use of a file, in order, without the rows that cannot be samples.

    `encoders` are the features' from training, and `step` is that of its rows; None where they
    are still to be found. With `coming` the last rows may be those that are forecast, which have
    no values but the known ones.
    """
    roles = assign(settings, file, found)
    _stop_on(settings, found)
    categories = None
    if encoders is not None:
        categories = [encoder.name for encoder in encoders if encoder.kind == "category"]
    raw = read_raw(settings, file, roles, found, categories, coming)
    _stop_on(settings, found)
    if step is not None and raw.stamps is not None:
        clock = replace(raw.stamps.clock, step=step)
        raw = replace(raw, stamps=replace(raw.stamps, clock=clock))
    raw = without_holes(settings, arranged(settings, raw))
    return _with_calendar(settings, raw)


def _with_calendar(settings: DataSettings, raw: Raw) -> Raw:
    """The columns of the calendar beside those of the file."""
    if not settings.calendar or raw.stamps is None:
        return raw
    own = calendar_columns(raw.stamps, settings.calendar)
    for name in own:
        if name in raw.columns:
            message = f"the file has a column `{name}` already"
            raise SpecError("repeated-column", message, "calendar")
    return replace(raw, columns={**raw.columns, **own})


def _stop_on(settings: DataSettings, found: Sequence[SpecError]) -> None:
    if found:
        raise faults(settings, found)


def _prepare(settings: DataSettings, raw: Raw) -> Prepared:
    classes, indices = None, None
    if settings.task == "classification":
        try:
            labels = find_classes(raw.columns[raw.roles.targets[0]])
        except SpecError as error:
            raise _about(error, raw.roles) from None
        classes, indices = labels.classes, labels.indices
    check_static(raw)
    candidates = Candidates(raw.count, raw.stamps, indices, raw.codes, raw.parts)
    split = split_rows(settings, candidates)
    if settings.fold is not None:
        split = folded(settings, candidates, split, settings.fold)
    counts = None
    if classes is not None and indices is not None:
        counts = _count_classes(raw, classes, indices, split, settings)
    encoders = _fit(settings, raw, raw.roles.looked_at, split)
    by_name = {encoder.name: encoder for encoder in encoders}
    targets = () if classes is not None else raw.roles.targets
    missing = [name for name in targets if name not in by_name]
    by_name |= {e.name: e for e in _fit(settings, raw, missing, split)}
    derived = {name: raw.columns[name] for name in names_of(settings.calendar or ())}
    encoders += calendar_encoders(derived, split.rows["train"])
    fitted = (encoders, tuple(by_name[name] for name in targets))
    return assemble(settings, raw, split, fitted, classes, counts)


def _about(error: SpecError, roles: Roles) -> SpecError:
    """The same fault, about the place in the spec that names the target."""
    place = roles.written[roles.targets[0]]
    return SpecError(error.code, error.message, place, error.help)


def _count_classes(
    raw: Raw,
    classes: Sequence[str],
    indices: NDArray[np.int32],
    split: Split,
    settings: DataSettings,
) -> tuple[int, ...]:
    """How many training rows each class has; a class without any cannot be learnt."""
    import numpy as np

    rows = split.rows["train"]
    known = indices[first_rows(rows, raw.codes) if settings.is_sequences else rows]
    counts = np.bincount(known[known >= 0], minlength=len(classes))
    unseen = [name for name, count in zip(classes, counts, strict=True) if not count]
    if unseen:
        name = raw.roles.targets[0]
        of_class = indices == classes.index(unseen[0])
        place = cell(raw.file, raw.file_row(int(of_class.argmax())), name)
        message = f"{place}: the class {quoted(unseen[0])} has no training row"
        message += f" ({int(of_class.sum())} in all, split {split.how})"
        help = f'`strip: "{unseen[0][-1]}"` takes such marks away'
        marked = unseen[0][:-1] in classes and not unseen[0][-1].isalnum()
        raise SpecError("unseen-class", message, raw.roles.written[name], help if marked else None)
    return tuple(int(count) for count in counts)


def _fit(
    settings: DataSettings, raw: Raw, names: Sequence[str], split: Split
) -> tuple[Encoder, ...]:
    encoders = []
    coded = {name for name, how in (settings.encode or {}).items() if how == "index"}
    for name in names:
        try:
            encoders.append(
                fit(raw.columns[name], split.rows["train"], settings.scale, name in coded)
            )
        except SpecError as error:
            message = f"`{raw.file.shown}`: {error.message}"
            raise SpecError(error.code, message, raw.roles.written[name], error.help) from None
    return tuple(encoders)


def assemble(
    settings: DataSettings,
    raw: Raw,
    split: Split,
    fitted: tuple[tuple[Encoder, ...], tuple[Encoder, ...]],
    classes: tuple[str, ...] | None,
    class_counts: tuple[int, ...] | None,
    season: Season | None = None,
) -> Prepared:
    """The arrays and samples of rows whose encoders are known, with their account.

    A `season` of None is found in the training rows.
    """
    encoders, target_encoders = fitted
    filling = filling_of(settings, raw.codes, split.rows["train"])
    features = encode(raw.columns, encoders, filling, raw.cell)
    check_shape(settings, features.shape[1], raw)
    targets: NDArray[Any]
    if classes is not None:
        labels = raw.columns[raw.roles.targets[0]]
        targets = apply_classes(labels, classes, raw.file, raw.file_row)
    else:
        targets = _targets(raw, encoders, target_encoders, features, filling)
    frame = frame_of(settings)
    windows = _windows(settings, raw, split, frame) if frame is not None else None
    lengths = lengths_of(settings, raw) if settings.is_sequences else None
    feeds = feeds_of(settings, places_of(encoders), input_roles(settings, raw), frame, lengths)
    season = season or _season(settings, raw, split, targets)
    prepared = Prepared(
        settings=settings,
        file=raw.file,
        features=features,
        targets=targets,
        positions=_positions(settings, raw, split) if windows is None else windows.positions,
        frame=frame,
        encoders=encoders,
        target_encoders=target_encoders,
        classes=classes,
        class_counts=class_counts,
        season=season,
        stamps=raw.stamps,
        roles=raw.roles,
        feeds=feeds,
        series=raw.series,
        weights=_weights(raw),
        kept=raw.kept,
        naive=_naive(settings, raw, split, season, targets),
    )
    return replace(prepared, account=account_of(prepared, raw, split, windows, filling))


def _windows(settings: DataSettings, raw: Raw, split: Split, frame: Frame) -> Windows:
    columns = raw.columns
    before = holes_in(columns, dropped(settings, raw.roles.looked_at))
    windows = place_windows(split, frame, before, holes_in(columns, raw.roles.targets))
    check_windows(windows, split, frame, raw.count, raw.file.shown)
    return windows


def _targets(
    raw: Raw,
    encoders: Sequence[Encoder],
    target_encoders: Sequence[Encoder],
    features: NDArray[np.float32],
    filling: Filling,
) -> NDArray[np.float32]:
    """The scaled targets: a view of the features where they stand there side by side."""
    names = [name for encoder in encoders for name in encoder.names]
    wanted = [encoder.name for encoder in target_encoders]
    if wanted[0] in names:
        first = names.index(wanted[0])
        if names[first : first + len(wanted)] == wanted:
            return features[:, first : first + len(wanted)]
    return encode(raw.columns, target_encoders, filling, raw.cell)


def places_of(encoders: Sequence[Encoder]) -> dict[str, tuple[int, ...]]:
    """The columns of the matrix that each column of the file has become."""
    places: dict[str, tuple[int, ...]] = {}
    at = 0
    for encoder in encoders:
        width = len(encoder.names)
        places[encoder.name] = tuple(range(at, at + width))
        at += width
    return places


def input_roles(settings: DataSettings, raw: Raw) -> dict[str, Sequence[str]]:
    """The columns that inputs of the past, of the future and of what is static have by themselves."""
    ahead = (*raw.roles.known, *names_of(settings.calendar or ()))
    past = tuple(dict.fromkeys((*raw.roles.features, *ahead)))
    return {"past": past, "future": ahead, "static": raw.roles.static}


def _positions(settings: DataSettings, raw: Raw, split: Split) -> dict[str, NDArray[np.int64]]:
    """The rows of each part, or the first row of each of its sequences."""
    if not settings.is_sequences:
        return dict(split.rows)
    return {part: first_rows(rows, raw.codes) for part, rows in split.rows.items()}


def _weights(raw: Raw) -> NDArray[np.float32] | None:
    """How much each row counts. Raises SpecError, about `weights`, at one below nothing."""
    import numpy as np

    name = raw.roles.weights
    if name is None:
        return None
    column = raw.columns[name]
    values = column.numbers()
    wrong = ~((values >= 0) & (values <= np.finfo(np.float32).max))
    if wrong.any():
        row = int(wrong.argmax())
        bound = "no more than float32 holds" if values[row] > 0 else "0 or more"
        message = f"{raw.cell(row, name)}: a weight must be {bound}"
        raise SpecError("out-of-range", message, "weights")
    return values.astype(np.float32)


def check_shape(settings: DataSettings, width: int, raw: Raw) -> None:
    shape = settings.shape
    if shape is None or prod(shape) == width:
        return
    columns = len(raw.roles.features)
    takes = f"{columns:,} feature column{'' if columns == 1 else 's'}"
    if columns != width:
        takes += f", {width:,} numbers once categories are encoded"
    message = f"`shape: {list(shape)}` holds {prod(shape):,} values, but a row has {takes}"
    raise SpecError("bad-reshape", message, "shape")


def _naive(
    settings: DataSettings, raw: Raw, split: Split, season: Season, targets: NDArray[Any]
) -> NDArray[np.float64] | None:
    if settings.task != "forecast":
        return None
    absent = holes_in(raw.columns, raw.roles.targets)
    return naive_error(season, targets, split.stretches("train"), absent)


def _season(
    settings: DataSettings,
    raw: Raw,
    split: Split,
    targets: NDArray[Any],
) -> Season:
    if settings.task != "forecast":
        return Season(None, False, "a season has a meaning only for a forecast")
    if settings.season is not None:
        return Season(settings.season, False, "given as `season`")
    rows = max(split.stretches("train"), key=len)
    step = raw.stamps.clock.step if raw.stamps is not None else None
    return find_season(step, targets[rows.start : rows.stop])
