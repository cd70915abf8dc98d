"""What each input of a model is given: which rows, seen from a sample, and which columns of them."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from math import prod
from typing import TYPE_CHECKING, Any

from layerforge.data.windows import Frame
from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True, eq=False)
class Lengths:
    """How many rows the sequence has that begins at a row; what stands behind its end; the longest."""

    rows: NDArray[np.int64]
    padding: float
    longest: int


@dataclass(frozen=True, slots=True, eq=False)
class Feed:
    """One input: `offsets` are its rows counted from the sample's position, None for that row alone.

    `columns` are those of the matrix, None for all; `shape` is what one sample becomes. With
    `lengths` the rows behind a sequence's end are padding.
    """

    name: str
    offsets: tuple[int, ...] | None
    columns: tuple[int, ...] | None
    shape: tuple[int, ...]
    lengths: Lengths | None = None

    @property
    def width(self) -> int:
        """How many numbers one sample is."""
        return prod(self.shape)

    def rows(self, positions: NDArray[np.int64]) -> NDArray[np.int64]:
        """The rows of these samples: (n,), or (n, steps)."""
        import numpy as np

        if self.offsets is None:
            return positions
        return positions[:, None] + np.asarray(self.offsets, np.int64)

    def gather(
        self, matrix: NDArray[np.float32], positions: NDArray[np.int64]
    ) -> NDArray[np.float32]:
        """The input (n, *shape) of these samples."""
        import numpy as np

        rows = np.minimum(self.rows(positions), len(matrix) - 1)
        found = np.take(matrix, rows, axis=0)
        if self.columns is not None:
            found = found[..., list(self.columns)]
        if self.lengths is not None:
            inside = np.arange(found.shape[1]) < self.lengths.rows[positions][:, None]
            found = np.where(inside[..., None], found, np.float32(self.lengths.padding))
        return np.asarray(found, np.float32).reshape(len(positions), *self.shape)

    def shaped(self, shape: Sequence[Any]) -> Feed:
        """The same in the form that a model takes, where that differs by axes of length 1 alone."""
        plain = [n for n in self.shape if n != 1]
        if len(shape) == len(self.shape) or any(not isinstance(n, int) for n in shape):
            return self
        fits = [n for n in shape if n != 1] == plain
        return replace(self, shape=tuple(shape)) if fits else self


def feeds_of(
    settings: DataSettings,
    places: Mapping[str, tuple[int, ...]],
    roles: Mapping[str, Sequence[str]],
    frame: Frame | None,
    lengths: Lengths | None,
) -> tuple[Feed, ...]:
    """The inputs that a section declares, or the only one, of all columns.

    `places` are the columns of the matrix that a column of the file has become, `roles` which
    columns an input of the `past`, the `future` or what is `static` has when it names none. Raises
    SpecError, about `inputs`, for columns that it cannot have.
    """
    if settings.inputs is None:
        width = sum(map(len, places.values()))
        return (_feed(settings, "input", "past", None, width, frame, lengths),)
    feeds = []
    for name, wanted in settings.inputs.items():
        rows, names = _wanted(wanted, roles, frame)
        _check_names(f"inputs.{name}", rows, names, places, roles)
        columns = tuple(at for each in names for at in places[each])
        feeds.append(_feed(settings, name, rows, columns, len(columns), frame, lengths))
    return tuple(feeds)


def _wanted(
    wanted: Any, roles: Mapping[str, Sequence[str]], frame: Frame | None
) -> tuple[str, Sequence[str]]:
    """Which rows an input takes, and the columns it is to have of them."""
    if isinstance(wanted, str):
        return wanted, roles[wanted]
    if not isinstance(wanted, Mapping):
        return "past", tuple(wanted)
    rows = next((key for key, names in wanted.items() if names), "past")
    return rows, wanted[rows] or ()


def _check_names(
    place: str,
    rows: str,
    names: Sequence[str],
    places: Mapping[str, tuple[int, ...]],
    roles: Mapping[str, Sequence[str]],
) -> None:
    if not names:
        key = {"future": "known` or `calendar", "static": "static"}.get(rows, "features")
        message = f"there is no column for an input of the {rows}: `{key}` names none"
        raise SpecError("unknown-column", message, place)
    for name in names:
        if name not in places:
            message = f"`{name}` is no column that a model is given"
            help = f"there are {', '.join(list(places)[:10])}"
            raise SpecError("unknown-column", message, place, help)
        if rows != "past" and name not in roles[rows]:
            what = "known ahead" if rows == "future" else "the same in all rows of a series"
            key = "known" if rows == "future" else "static"
            message = f"`{name}` is not declared to be {what}"
            raise SpecError("unknown-column", message, place, f"list it under `{key}`")


def _feed(
    settings: DataSettings,
    name: str,
    rows: str,
    columns: tuple[int, ...] | None,
    width: int,
    frame: Frame | None,
    lengths: Lengths | None,
) -> Feed:
    if lengths is not None and rows == "past":
        longest = lengths.longest
        return Feed(name, tuple(range(longest)), columns, (longest, width), lengths)
    if frame is None or rows == "static":
        shape = settings.shape if settings.shape and columns is None else None
        return Feed(name, None, columns, tuple(shape or (width,)))
    offsets = frame.past if rows == "past" else frame.future
    return Feed(name, offsets, columns, (len(offsets), width))
