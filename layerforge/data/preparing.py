"""From the section `data` to arrays: read, split, fit on the training rows, place samples."""

from __future__ import annotations

from collections.abc import Sequence
from math import prod
from pathlib import Path
from typing import TYPE_CHECKING, Any

from layerforge.data.account import account_of
from layerforge.data.encoding import Encoder, apply_classes, encode, find_classes, fit
from layerforge.data.files import recognise
from layerforge.data.prepared import Prepared
from layerforge.data.raw import Raw, fill_of, holes_in, read_raw, without_holes
from layerforge.data.roles import Roles, assign
from layerforge.data.season import Season, find_season
from layerforge.data.splits import Split, split_rows
from layerforge.data.windows import Frame, Windows, check_windows, frame_of, place_windows
from layerforge.diagnostics import Faults, SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def prepare(settings: DataSettings, folder: Path) -> Prepared:
    """The data that the settings name, ready for a model; `source` is relative to `folder`.

    Raises Faults with every fault of a kind that can be told at once, each at its key in the spec.
    """
    found: list[SpecError] = []
    try:
        raw = read(settings, folder / settings.source, settings.source, found)
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
    path: Path,
    shown: str,
    found: list[SpecError],
    encoders: Sequence[Encoder] | None = None,
) -> Raw:
    """The values in use of one file, without the rows that cannot be samples.

    `encoders` are the features' from training; None where they are still to be fitted.
    """
    file = recognise(path, shown, settings.separator, settings.header)
    roles = assign(settings, file, found)
    _stop_on(settings, found)
    categories = None
    if encoders is not None:
        categories = [encoder.name for encoder in encoders if encoder.kind == "category"]
    raw = read_raw(settings, file, roles, found, categories)
    _stop_on(settings, found)
    return without_holes(settings, raw)


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
    split = split_rows(settings, raw.count, raw.stamps, indices)
    counts = None
    if classes is not None and indices is not None:
        counts = _count_classes(raw, classes, indices, split)
    encoders = _fit(settings, raw, raw.roles.features, split)
    by_name = {encoder.name: encoder for encoder in encoders}
    targets = () if classes is not None else raw.roles.targets
    missing = [name for name in targets if name not in by_name]
    by_name |= {e.name: e for e in _fit(settings, raw, missing, split)}
    fitted = (encoders, tuple(by_name[name] for name in targets))
    return assemble(settings, raw, split, fitted, classes, counts)


def _about(error: SpecError, roles: Roles) -> SpecError:
    """The same fault, about the place in the spec that names the target."""
    place = roles.written[roles.targets[0]]
    return SpecError(error.code, error.message, place, error.help)


def _count_classes(
    raw: Raw, classes: Sequence[str], indices: NDArray[np.int32], split: Split
) -> tuple[int, ...]:
    """How many training rows each class has; a class without any cannot be learnt."""
    import numpy as np

    known = indices[split.rows["train"]]
    counts = np.bincount(known[known >= 0], minlength=len(classes))
    unseen = [name for name, count in zip(classes, counts, strict=True) if not count]
    if unseen:
        name = raw.roles.targets[0]
        rows = int((indices == classes.index(unseen[0])).sum())
        message = f"the class `{unseen[0]}` of `{name}` has no training row"
        message += f" ({rows} in all, split {split.how})"
        raise SpecError("unseen-class", message, raw.roles.written[name])
    return tuple(int(count) for count in counts)


def _fit(
    settings: DataSettings, raw: Raw, names: Sequence[str], split: Split
) -> tuple[Encoder, ...]:
    encoders = []
    for name in names:
        try:
            encoders.append(fit(raw.columns[name], split.rows["train"], settings.scale))
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
    features = encode(raw.columns, encoders, fill_of(settings))
    check_shape(settings, features.shape[1], raw)
    targets: NDArray[Any]
    if classes is not None:
        labels = raw.columns[raw.roles.targets[0]]
        targets = apply_classes(labels, classes, raw.file, raw.file_row)
    else:
        targets = _targets(raw, encoders, target_encoders, features, settings)
    frame = frame_of(settings.window, settings.horizon) if settings.window else None
    windows = _windows(settings, raw, split, frame) if frame is not None else None
    prepared = Prepared(
        settings=settings,
        file=raw.file,
        features=features,
        targets=targets,
        positions=split.rows if windows is None else windows.positions,
        frame=frame,
        encoders=encoders,
        target_encoders=target_encoders,
        classes=classes,
        class_counts=class_counts,
        season=season or _season(settings, raw, split, targets),
        stamps=raw.stamps,
        kept=raw.kept,
    )
    return replace(prepared, account=account_of(prepared, raw, split, windows))


def _windows(settings: DataSettings, raw: Raw, split: Split, frame: Frame) -> Windows:
    before = holes_in(raw, raw.roles.features) if settings.missing == "drop" else None
    windows = place_windows(split, frame, before, holes_in(raw, raw.roles.targets))
    check_windows(windows, split, frame, raw.count, raw.file.shown)
    return windows


def _targets(
    raw: Raw,
    encoders: Sequence[Encoder],
    target_encoders: Sequence[Encoder],
    features: NDArray[np.float32],
    settings: DataSettings,
) -> NDArray[np.float32]:
    """The scaled targets: a view of the features where they stand there side by side."""
    names = [name for encoder in encoders for name in encoder.names]
    wanted = [encoder.name for encoder in target_encoders]
    if wanted[0] in names:
        first = names.index(wanted[0])
        if names[first : first + len(wanted)] == wanted:
            return features[:, first : first + len(wanted)]
    return encode(raw.columns, target_encoders, fill_of(settings))


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
    rows = split.stretch("train")
    step = raw.stamps.clock.step if raw.stamps is not None else None
    return find_season(step, targets[rows.start : rows.stop])
