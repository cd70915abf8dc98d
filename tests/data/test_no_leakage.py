"""Whatever is asked for, no row, window or group stands in two splits, and no statistic sees test rows."""

from __future__ import annotations

from typing import Any

import numpy as np
from hypothesis import given
from hypothesis import strategies as st

from layerforge.data.holes import Filling
from layerforge.data.splits import Candidates, Split, split_rows
from layerforge.data.windows import frame_of, place_windows
from layerforge.diagnostics import SpecError
from layerforge.spec.data import DataSettings
from layerforge.spec.policies import SPLITS

_SIZES = st.lists(st.integers(1, 30), min_size=1, max_size=6)
_SHARES = st.sampled_from([{"train": 0.6, "test": 0.4}, {"train": 0.5, "validation": 0.2}, None])


def split_of(settings: DataSettings, sizes: list[int], labels: Any = None) -> Split | None:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    try:
        return split_rows(settings, Candidates(int(sum(sizes)), None, labels, codes))
    except SpecError:
        return None  # too few rows for the shares: refused, and nothing to look at


@given(_SIZES, _SHARES, st.integers(0, 99), st.booleans())
def test_a_group_never_stands_in_two_splits(
    sizes: list[int], shares: dict[str, float] | None, seed: int, shuffle: bool
) -> None:
    settings = DataSettings(
        "d", "classification", group=("g",), split=shares, seed=seed, shuffle=shuffle
    )
    labels = np.arange(sum(sizes), dtype=np.int32) % 2
    split = split_of(settings, sizes, labels)
    if split is None:
        return
    codes = np.repeat(np.arange(len(sizes)), sizes)
    groups = [set(codes[split.rows[part]].tolist()) for part in SPLITS]
    assert not groups[0] & groups[1]
    assert not groups[0] & groups[2]
    assert not groups[1] & groups[2]
    assert sum(map(len, split.rows.values())) + split.unused == sum(sizes)


@given(
    _SIZES,
    _SHARES,
    st.integers(1, 6),
    st.integers(1, 5),
    st.integers(0, 3),
    st.integers(1, 3),
    st.integers(1, 3),
    st.integers(0, 4),
)
def test_no_window_crosses_a_series_and_no_answer_a_split(
    sizes: list[int],
    shares: dict[str, float] | None,
    window: int,
    horizon: int,
    gap: int,
    sampling: int,
    stride: int,
    between: int,
) -> None:
    split_keys: Any = {**(shares or {"train": 0.6, "test": 0.4}), "gap": between}
    settings = DataSettings(
        "d",
        "forecast",
        group=("g",),
        split=split_keys,
        window=window,
        horizon=horizon,
        gap=gap,
        sampling=sampling,
        stride=stride,
    )
    split, frame = split_of(settings, sizes), frame_of(settings)
    if split is None or frame is None:
        return
    codes = np.repeat(np.arange(len(sizes)), sizes)
    part_of = np.full(sum(sizes), -1)
    for number, part in enumerate(SPLITS):
        assert (part_of[split.rows[part]] == -1).all()
        part_of[split.rows[part]] = number
    placed = place_windows(split, frame)
    for number, part in enumerate(SPLITS):
        for start in placed.positions[part].tolist():
            rows = [start + offset for offset in (*frame.past, *frame.future)]
            assert len({int(codes[row]) for row in rows}) == 1
            assert {int(part_of[start + offset]) for offset in frame.future} == {number}
            if part == "train":
                assert {int(part_of[row]) for row in rows} == {0}


@given(st.lists(st.floats(-100, 100) | st.none(), min_size=8, max_size=40), st.data())
def test_what_fills_training_holes_does_not_depend_on_later_rows(
    values: list[float | None], data: Any
) -> None:
    numbers = np.array([np.nan if v is None else v for v in values])
    train = data.draw(st.integers(1, len(values) - 1))
    changed = numbers.copy()
    changed[train:] = data.draw(st.floats(-100, 100))
    fillings = Filling(lambda _: "interpolate", None, np.arange(train))
    first, second = (fillings.filled("x", each, 0.0) for each in (numbers, changed))
    np.testing.assert_array_equal(first[:train], second[:train])
    # And no row is filled by what comes after it, beyond the training rows.
    at = data.draw(st.integers(train, len(values) - 1))
    later = numbers.copy()
    later[at + 1 :] = 5.0
    np.testing.assert_array_equal(fillings.filled("x", later, 0.0)[: at + 1], first[: at + 1])
