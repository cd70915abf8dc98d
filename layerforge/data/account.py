"""The account of the data as JSON: what was read, split, fitted, left out, and what looks odd."""

from __future__ import annotations

from collections.abc import Iterator
from typing import TYPE_CHECKING, Any, Final

from layerforge.data.holes import Filling, policy_of
from layerforge.data.leaks import leaks_of
from layerforge.data.prepared import Prepared
from layerforge.data.raw import Raw
from layerforge.data.splits import Split
from layerforge.data.windows import Windows
from layerforge.spec.policies import SPLITS
from layerforge.tables.cells import Column

if TYPE_CHECKING:
    from numpy.typing import NDArray

_MANY: Final = 50  # different values from which a target is measured and not counted
_CAPPED: Final = 0.01  # the share of rows at one end from which a target looks cut off


def account_of(
    prepared: Prepared, raw: Raw, split: Split, windows: Windows | None, filling: Filling
) -> dict[str, Any]:
    """Everything that was done to the rows of a file, in plain values; rows count from 0."""
    import numpy as np

    settings, file = prepared.settings, raw.file
    season, roles = prepared.season, raw.roles.by_column()
    return {
        "source": file.shown,
        "format": file.format,
        "task": settings.task,
        "rows": file.rows,
        "files": {part.shown: part.rows for part in file.parts} or {file.shown: file.rows},
        "rows_dropped": max(file.rows - raw.count, 0),
        "missing": settings.missing or "error",
        "columns": [
            _column(column, roles.get(name, ["calendar"])) for name, column in raw.columns.items()
        ],
        "filled": _filled(prepared, raw, filling),
        "unused_columns": [name for name in file.columns if name not in roles],
        "time": _time(raw),
        "split": {
            "how": split.how,
            "rows_unused": split.unused,
            **{part: _part(part, prepared, raw, split, windows) for part in SPLITS},
        },
        "statistics": _statistics(prepared),
        "season": {"length": season.length, "inferred": season.inferred, "why": season.why},
        "input_shape": list(prepared.input_shape),
        "inputs": {name: list(shape) for name, shape in prepared.input_shapes.items()},
        "series": None if raw.series is None else len(np.unique(raw.series.codes)),
        "window": _window(prepared),
        "target_shape": list(prepared.target_shape),
        "leaks": leaks_of(prepared, raw, split),
        "warnings": _warnings(prepared, raw, split),
    }


def _column(column: Column, roles: list[str]) -> dict[str, Any]:
    """A column's role, type, holes and range."""
    import numpy as np

    told = {"name": column.name, "roles": roles, "type": column.kind, "missing": column.missing}
    if column.kind == "category":
        words = column.texts().drop_nulls()
        return {**told, "values": words.n_unique()}
    numbers = column.numbers()
    known = numbers[~np.isnan(numbers)]  # none, where the rows with a value had no answer
    ends = (float(known.min()), float(known.max())) if len(known) else (np.nan, np.nan)
    return {**told, "min": ends[0], "max": ends[1]}


def _filled(prepared: Prepared, raw: Raw, filling: Filling) -> dict[str, dict[str, int]]:
    """Of each column whose holes were filled: how many, by what stands in them now."""
    encoded = {each.name for each in (*prepared.encoders, *prepared.target_encoders)}
    return {
        name: {"as unknown": column.missing}
        if column.kind == "category"
        else filling.counts(name, column.absent())
        for name, column in raw.columns.items()
        if name in encoded
        and column.missing
        and policy_of(prepared.settings, name) not in ("drop", "error")
    }


def _window(prepared: Prepared) -> dict[str, Any] | None:
    """The rows that a sample is made of, and whose past a test window may look at."""
    frame = prepared.frame
    if frame is None:
        return None
    return {
        "rows": frame.window,
        "sampling": frame.sampling,
        "stride": frame.stride,
        "gap": max(frame.answer - frame.span, 0),
        "steps": list(frame.chosen) if frame.chosen else frame.steps,
        "past": "validation and test windows look back into the rows before their part,"
        " never into another series",
    }


def _time(raw: Raw) -> dict[str, Any] | None:
    stamps = raw.stamps
    if stamps is None or not raw.count:
        return None
    clock = stamps.clock
    return {
        "column": clock.column,
        "format": clock.format or "whole number",
        "first": stamps.clock.text(int(stamps.values.min())),
        "last": stamps.clock.text(int(stamps.values.max())),
        "step": str(clock.step) if clock.step is not None else None,
    }


def _part(
    part: str, prepared: Prepared, raw: Raw, split: Split, windows: Windows | None
) -> dict[str, Any]:
    """A part's rows, its samples, and the windows that were not made of it."""
    rows = split.rows[part]
    told: dict[str, Any] = {"rows": len(rows), "samples": prepared.samples(part)}
    if len(rows) and split.chronological:
        first, last = int(rows[0]), int(rows[-1])
        told |= {"first_row": raw.file_row(first), "last_row": raw.file_row(last)}
        if raw.stamps is not None:
            moments, text = raw.stamps.values[rows], raw.stamps.clock.text
            told |= {"from": text(int(moments.min())), "to": text(int(moments.max()))}
    if windows is not None:
        told["windows_discarded"] = {
            "too little past": windows.without_past[part],
            "missing values": windows.with_holes[part],
        }
    if prepared.classes is not None:
        told["classes"] = _class_counts(prepared, part)
    return told


def _class_counts(prepared: Prepared, part: str) -> dict[str, int]:
    """How many samples of a part each class has."""
    import numpy as np

    classes = prepared.classes or ()
    counts = np.bincount(_labels(prepared, part), minlength=len(classes))
    return {name: int(count) for name, count in zip(classes, counts, strict=True)}


def _labels(prepared: Prepared, part: str) -> NDArray[Any]:
    """The class of each sample of a part, without gathering its inputs."""
    return prepared.answers(prepared.positions[part])


def _statistics(prepared: Prepared) -> dict[str, Any]:
    encoders = {each.name: each for each in (*prepared.encoders, *prepared.target_encoders)}
    return {
        "scale": prepared.settings.scale or "none",
        "fitted_on": "the training rows",
        "columns": [encoder.saved() for encoder in encoders.values()],
    }


def _warnings(prepared: Prepared, raw: Raw, split: Split) -> list[str]:
    """What is allowed but seldom meant."""
    found = list(raw.notes)
    dressed = [f"`{each.name}`" for each in raw.columns.values() if each.stripped]
    if dressed:
        shown = ", ".join(dressed[:10]) + (", ..." if len(dressed) > 10 else "")
        found.append(f"blanks or other marks around the texts of {shown} were taken away")
    if raw.file.lacks_header and prepared.settings.columns is None:
        found.append("every column name is a number: if line 1 is a row, write `header: false`")
    if raw.stamps is not None:
        found += raw.stamps.warnings
    encoders = {each.name: each for each in (*prepared.encoders, *prepared.target_encoders)}
    constant = [f"`{name}`" for name, each in encoders.items() if each.constant]
    if constant:
        is_or_are = "is" if len(constant) == 1 else "are"
        shown = ", ".join(constant[:10]) + (", ..." if len(constant) > 10 else "")
        found.append(f"{shown} {is_or_are} constant in the training rows: {len(constant)} in all")
    if prepared.classes is None:
        found += [line for name in raw.roles.targets for line in _capped(name, raw, split)]
    if split.unused:
        where = "after the test part" if split.chronological else "in no part"
        where = (
            "between or after the parts" if (prepared.settings.split or {}).get("gap") else where
        )
        found.append(f"{split.unused:,} rows {where} are unused")
    if prepared.settings.task == "forecast" and prepared.season.length is None:
        found.append(f"no seasonal naive baseline: {prepared.season.why}")
    return found


def _capped(name: str, raw: Raw, split: Split) -> Iterator[str]:
    """A target that was cut off: its largest value, or a smallest one but 0, is by far the commonest."""
    import numpy as np

    values = raw.columns[name].take(split.rows["train"]).numbers()
    different, counts = np.unique(values[~np.isnan(values)], return_counts=True)
    if len(different) < _MANY:
        return
    common, second = np.argsort(counts)[::-1][:2]
    share = counts[common] / counts.sum()
    if share < _CAPPED or counts[common] < 3 * counts[second]:
        return
    value, end = different[common], None
    if common == len(different) - 1:
        end = "largest"
    elif common == 0 and value != 0:
        end = "smallest"
    if end is not None:
        where = f"in {share:.1%} of the training rows"
        yield f"`{name}` is {value:g}, its {end} value, {where}: is it capped?"
