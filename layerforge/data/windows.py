"""Where the windows lie: positions only; values are gathered when a batch is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerforge.data.splits import Split
from layerforge.diagnostics import SpecError
from layerforge.spec.data import SPLITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """The form of one window: `window` rows in, and the answer in the `steps` rows from `answer`.

    `answer` counts from the window's first row: `window` for a forecast, whose answer follows, and
    `window - 1` for a label, which stands in the window's last row.
    """

    window: int
    answer: int
    steps: int

    @property
    def length(self) -> int:
        """How many rows one window and its answer take."""
        return max(self.window, self.answer + self.steps)


@dataclass(frozen=True, slots=True)
class Windows:
    """The first row of each part's windows, and how many were not made: too little past, holes."""

    positions: Mapping[str, NDArray[np.int64]]
    without_past: Mapping[str, int]
    with_holes: Mapping[str, int]


def frame_of(window: int, horizon: int | None) -> Frame:
    """The form of a forecast's windows, or of labelled ones where there is no horizon."""
    return Frame(window, window, horizon) if horizon else Frame(window, window - 1, 1)


def place_windows(
    split: Split,
    frame: Frame,
    holes_before: NDArray[np.bool_] | None = None,
    holes_in_answer: NDArray[np.bool_] | None = None,
) -> Windows:
    """Every window whose answer lies within one part, at every row.

    The past of validation and test windows reaches back into the rows before their part, as in the
    long-horizon benchmark, so a part of n rows has n - steps + 1 windows however long the window.
    A window with a hole in its past or its answer is left out.
    """
    positions, short, holed = {}, {}, {}
    for part in SPLITS:
        stretch = split.stretch(part)
        first = max(stretch.start, frame.answer)
        answers = range(first, max(stretch.stop - frame.steps + 1, first))
        possible = max(len(stretch) - frame.steps + 1, 0)
        starts = _sound(answers, frame, holes_before, holes_in_answer)
        positions[part] = starts
        short[part] = possible - len(answers)
        holed[part] = len(answers) - len(starts)
    return Windows(positions, short, holed)


def _sound(
    answers: range,
    frame: Frame,
    holes_before: NDArray[np.bool_] | None,
    holes_in_answer: NDArray[np.bool_] | None,
) -> NDArray[np.int64]:
    import numpy as np

    starts = np.arange(answers.start, answers.stop, dtype=np.int64) - frame.answer
    sound = np.ones(len(starts), bool)
    if holes_before is not None:
        sound &= _count(holes_before, starts, frame.window) == 0
    if holes_in_answer is not None:
        sound &= _count(holes_in_answer, starts + frame.answer, frame.steps) == 0
    return starts if sound.all() else starts[sound]


def _count(holes: NDArray[np.bool_], starts: NDArray[np.int64], length: int) -> NDArray[np.int64]:
    """How many holes lie in the `length` rows from each start."""
    import numpy as np

    before = np.concatenate([[0], np.cumsum(holes)])
    counts: NDArray[np.int64] = before[starts + length] - before[starts]
    return counts


def check_windows(windows: Windows, split: Split, frame: Frame, rows: int, shown: str) -> None:
    """Raises SpecError, about `window`, where a part that has rows has no window."""
    empty = [p for p in SPLITS if len(split.rows[p]) and not len(windows.positions[p])]
    if not empty:
        return
    holed = next((part for part in empty if windows.with_holes[part]), None)
    if holed is not None:
        message = f"every window of the part `{holed}` has a missing value"
        raise SpecError("too-few-rows", message, "missing")
    takes = f"one window takes {frame.length:,} rows"
    if frame.answer == frame.window:
        takes += f" ({frame.window:,} + {frame.steps:,})"
    if rows < frame.length:
        message = f"`{shown}` has {rows:,} rows, but {takes}"
    else:
        parts = ", ".join(f"{part} {len(split.rows[part]):,}" for part in SPLITS)
        message = f"the part `{empty[0]}` has too few rows: {takes}, and there are {parts}"
        if empty[0] != "train":
            message += f"; a part needs {frame.steps:,} of its own"
    raise SpecError("too-few-rows", message, "window")
