"""Where the windows lie: positions only; values are gathered when a batch is made."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from layerforge.data.splits import Split
from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings
from layerforge.spec.policies import SPLITS

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Frame:
    """The form of one window: `window` rows in, and the answer in the `steps` rows from `answer`.

    Of every `sampling` rows one is looked at. `answer` counts from the window's first row: behind
    the window and the gap for a forecast, and at the window's last row for a label. `chosen` are
    the steps that are answered, counted from 1, None for all; windows begin `stride` rows apart.
    """

    window: int
    answer: int
    steps: int
    sampling: int = 1
    chosen: tuple[int, ...] | None = None
    stride: int = 1

    @property
    def span(self) -> int:
        """How many rows the window reaches over."""
        return (self.window - 1) * self.sampling + 1

    @property
    def length(self) -> int:
        """How many rows one window and its answer take."""
        return max(self.span, self.answer + self.steps)

    @property
    def past(self) -> tuple[int, ...]:
        """The rows looked at, counted from the window's first."""
        return tuple(range(0, self.span, self.sampling))

    @property
    def future(self) -> tuple[int, ...]:
        """The rows answered, counted from the window's first."""
        steps = self.chosen or range(1, self.steps + 1)
        return tuple(self.answer + step - 1 for step in steps)


@dataclass(frozen=True, slots=True)
class Windows:
    """The first row of each part's windows, and how many were not made: too little past, holes."""

    positions: Mapping[str, NDArray[np.int64]]
    without_past: Mapping[str, int]
    with_holes: Mapping[str, int]


def frame_of(settings: DataSettings) -> Frame | None:
    """The form of a forecast's windows, of labelled ones without a horizon; None of single rows."""
    if settings.window is None:
        return None
    sampling, stride = settings.sampling, settings.stride
    span = (settings.window - 1) * sampling + 1
    if settings.horizon is None:
        return Frame(settings.window, span - 1, 1, sampling, None, stride)
    chosen = settings.horizon if isinstance(settings.horizon, tuple) else None
    steps = chosen[-1] if chosen else settings.horizon
    assert isinstance(steps, int)
    return Frame(settings.window, span + settings.gap, steps, sampling, chosen, stride)


def place_windows(
    split: Split,
    frame: Frame,
    holes_before: NDArray[np.bool_] | None = None,
    holes_in_answer: NDArray[np.bool_] | None = None,
) -> Windows:
    """Every window whose answer lies within one part of one series, `stride` rows apart.

    The past of validation and test windows reaches back into the rows before their part, as in the
    long-horizon benchmark, so a part of n rows has n - steps + 1 windows however long the window;
    never into another series. A window with a hole in its past or its answer is left out.
    """
    import numpy as np

    positions, short, holed = {}, {}, {}
    for part in SPLITS:
        made, possible, lost = [np.arange(0, dtype=np.int64)], 0, 0
        for stretch in split.stretches(part):
            begin = split.first_of_series(stretch.start)
            first = max(stretch.start, begin + frame.answer)
            answers = range(first, max(stretch.stop - frame.steps + 1, first), frame.stride)
            all_of = range(stretch.start, max(stretch.stop - frame.steps + 1, stretch.start))
            starts = _sound(answers, frame, holes_before, holes_in_answer)
            made.append(starts)
            possible += len(all_of[:: frame.stride]) - len(answers)
            lost += len(answers) - len(starts)
        positions[part] = np.concatenate(made)
        short[part], holed[part] = possible, lost
    return Windows(positions, short, holed)


def _sound(
    answers: range,
    frame: Frame,
    holes_before: NDArray[np.bool_] | None,
    holes_in_answer: NDArray[np.bool_] | None,
) -> NDArray[np.int64]:
    import numpy as np

    starts = np.arange(answers.start, answers.stop, answers.step, dtype=np.int64) - frame.answer
    sound = np.ones(len(starts), bool)
    if holes_before is not None:
        sound &= ~_any(holes_before, starts, frame.past)
    if holes_in_answer is not None:
        sound &= ~_any(holes_in_answer, starts, frame.future)
    return starts if sound.all() else starts[sound]


def _any(
    holes: NDArray[np.bool_], starts: NDArray[np.int64], offsets: tuple[int, ...]
) -> NDArray[np.bool_]:
    """Whether a hole stands in any of the rows that lie so far from each start."""
    import numpy as np

    step = offsets[1] - offsets[0] if len(offsets) > 1 else 1
    if step == 1 and offsets[-1] - offsets[0] == len(offsets) - 1:
        return _count(holes, starts + offsets[0], len(offsets)) > 0
    found = np.zeros(len(starts), bool)
    for offset in offsets:
        found |= holes[starts + offset]
    return found


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
    if frame.answer >= frame.span:
        gap = f" + {frame.answer - frame.span:,}" if frame.answer > frame.span else ""
        takes += f" ({frame.span:,}{gap} + {frame.steps:,})"
    if rows < frame.length:
        message = f"`{shown}` has {rows:,} rows, but {takes}"
    else:
        parts = ", ".join(f"{part} {len(split.rows[part]):,}" for part in SPLITS)
        message = f"the part `{empty[0]}` has too few rows: {takes}, and there are {parts}"
        if empty[0] != "train":
            message += f"; a part needs {frame.steps:,} of its own"
    raise SpecError("too-few-rows", message, "window")
