"""Splits come first: no row, window or statistic of one part depends on another part."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.data.splits import Candidates, Split, count_rows, shuffled_order, split_rows
from layerforge.data.windows import Frame, frame_of, place_windows
from layerforge.diagnostics import SpecError
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.spec.policies import SPLITS
from tests.data.conftest import Prepare

TABLE = DataSettings("d.csv", "regression", targets=("y",))
CLASSES = DataSettings("d.csv", "classification", targets=("y",))
SERIES = DataSettings("d.csv", "forecast", window=2, horizon=1)


COUNTS: list[tuple[dict[str, int | float | None], int, tuple[int, int, int]]] = [
    ({"train": 0.7, "validation": 0.1, "test": 0.2}, 7588, (5311, 760, 1517)),
    ({"train": 0.29, "validation": 0.21, "test": 0.5}, 100, (29, 21, 50)),
    ({"train": 0.8, "test": 0.2}, 7, (6, 0, 1)),
    ({"train": 0.7, "test": 0.2}, 100, (70, 10, 20)),
    ({"train": 0.6}, 10, (6, 0, 4)),
    ({"test": 0.25}, 8, (6, 0, 2)),
    ({"train": 0.5, "validation": 0.2, "test": 0.1}, 10, (5, 2, 1)),
    ({"train": 0.8, "validation": 0, "test": 0.2}, 10, (8, 0, 2)),
    ({"train": 8640, "validation": 2880, "test": 2880}, 17420, (8640, 2880, 2880)),
    ({"train": 6, "test": 2}, 10, (6, 2, 2)),
    ({"train": 6, "validation": None}, 10, (6, 0, 4)),
]


@pytest.mark.parametrize(("shares", "rows", "expected"), COUNTS)
def test_shares_become_these_numbers_of_rows(
    shares: dict[str, int | float | None], rows: int, expected: tuple[int, int, int]
) -> None:
    counts = count_rows(shares, rows)
    assert tuple(counts[part] for part in SPLITS) == expected


fractions = st.tuples(*[st.integers(0, 100)] * 3).filter(lambda parts: 0 < sum(parts) <= 100)


@given(fractions, st.integers(1, 3000))
def test_no_fractions_give_more_rows_than_there_are(parts: tuple[int, int, int], rows: int) -> None:
    shares = dict(zip(SPLITS, [part / 100 for part in parts], strict=True))
    counts = count_rows(shares, rows)
    assert all(count >= 0 for count in counts.values())
    if sum(parts) == 100:
        assert sum(counts.values()) == rows
    else:
        assert sum(counts.values()) <= rows


def stretches(counts: tuple[int, int, int]) -> Split:
    settings = replace(SERIES, split=dict(zip(SPLITS, counts, strict=True)))
    return split_rows(settings, Candidates(sum(counts), None, None))


def framed(window: int, horizon: int | None) -> Frame:
    frame = frame_of(replace(SERIES, window=window, horizon=horizon))
    assert frame is not None
    return frame


parts = st.tuples(st.integers(1, 60), st.integers(0, 40), st.integers(0, 40))
windows = st.tuples(st.integers(1, 20), st.integers(1, 12) | st.none())


@given(parts, windows)
def test_every_answer_lies_in_one_part_and_no_training_window_sees_beyond(
    counts: tuple[int, int, int], form: tuple[int, int | None]
) -> None:
    split, frame = stretches(counts), framed(*form)
    placed = place_windows(split, frame)
    for part in SPLITS:
        rows = split.rows[part].tolist()
        for start in placed.positions[part].tolist():
            answer = range(start + frame.answer, start + frame.answer + frame.steps)
            assert answer[0] in rows
            assert answer[-1] in rows
            assert start >= 0
            if part == "train":
                assert start in rows
                assert start + frame.window - 1 in rows


@given(parts, windows)
def test_every_possible_window_is_made_or_counted(
    counts: tuple[int, int, int], form: tuple[int, int | None]
) -> None:
    split, frame = stretches(counts), framed(*form)
    placed = place_windows(split, frame)
    for part in SPLITS:
        possible = max(len(split.rows[part]) - frame.steps + 1, 0)
        assert len(placed.positions[part]) + placed.without_past[part] == possible
        assert len(set(placed.positions[part].tolist())) == len(placed.positions[part])


@given(
    st.lists(st.integers(0, 3), min_size=10, max_size=200),
    st.integers(0, 2**32),
    st.booleans(),
)
def test_a_shuffled_split_gives_every_row_to_one_part(
    labels: list[int], seed: int, stratify: bool
) -> None:
    settings = replace(CLASSES, seed=seed, stratify=stratify)
    classes = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    split = split_rows(settings, Candidates(len(labels), None, classes))
    together = np.concatenate([split.rows[part] for part in SPLITS])
    assert sorted(together.tolist()) == list(range(len(labels)))


@given(
    st.lists(st.integers(0, 12), min_size=10, max_size=200),
    st.integers(0, 2**32),
)
def test_a_stratified_split_has_each_class_in_its_share_to_within_a_row(
    labels: list[int], seed: int
) -> None:
    classes = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    split = split_rows(replace(CLASSES, seed=seed), Candidates(len(labels), None, classes))
    counts = {part: np.bincount(classes[split.rows[part]], minlength=20) for part in SPLITS}
    left = np.bincount(classes, minlength=20)
    rare = (left > 0) & (left * len(split.rows["train"]) < len(labels))
    if rare.sum() <= len(split.rows["train"]):
        assert (counts["train"][rare] >= 1).all()
    for part in SPLITS:
        share = counts[part].sum() / max(left.sum(), 1)
        if part != "train" or not rare.any():
            assert (np.abs(counts[part] - share * left) < 1).all()
        left -= counts[part]


@given(
    st.lists(st.integers(0, 12), min_size=10, max_size=200),
    st.integers(2, 5),
    st.integers(0, 2**32),
)
def test_every_fold_has_as_much_of_a_class_as_another_to_within_a_row_or_two(
    labels: list[int], folds: int, seed: int
) -> None:
    classes = np.unique(labels, return_inverse=True)[1].astype(np.int32)
    edges = np.linspace(0, len(labels), folds + 1).astype(np.int64)
    order = shuffled_order(len(labels), classes, np.diff(edges).tolist(), seed, train=False)
    assert sorted(order.tolist()) == list(range(len(labels)))
    counts = np.array(
        [np.bincount(classes[fold], minlength=13) for fold in np.split(order, edges[1:-1])]
    )
    # Folds of one size differ by one row; those that have a row more may have one of this class more.
    assert (np.ptp(counts, axis=0) <= 1 + bool(len(labels) % folds)).all()


def test_the_many_of_a_class_do_not_make_room_for_the_few_of_others() -> None:
    classes = np.array([0] * 1_000 + list(range(1, 101)) * 5, np.int32)
    split = split_rows(CLASSES, Candidates(len(classes), None, classes))
    train = np.bincount(classes[split.rows["train"]])
    share = len(split.rows["train"]) / len(classes)
    assert abs(train[0] - 1_000 * share) < 1
    assert (np.abs(train[1:] - 5 * share) < 1).all()


def test_the_same_seed_gives_the_same_split_and_another_seed_another() -> None:
    first, again, other = (
        split_rows(replace(TABLE, seed=seed), Candidates(100, None, None)).rows["test"]
        for seed in (3, 3, 4)
    )
    assert first.tolist() == again.tolist()
    assert first.tolist() != other.tolist()


def test_rows_with_a_time_are_not_shuffled(prepared: Prepare) -> None:
    rows = "".join(f"2020-01-{i:02},{i},{i}\n" for i in range(1, 31))
    section = "source: d.csv\ntask: regression\ntargets: [y]\ntime: t\n"
    data = prepared(section, d_csv="t,x,y\n" + rows)
    assert data.positions["test"].tolist() == list(range(24, 30))
    assert data.account["split"]["how"] == "in order of time"
    assert data.account["split"]["test"]["from"] == "2020-01-25"
    shuffled = prepared(section + "shuffle: true")
    assert shuffled.account["split"]["how"] == "shuffled with seed 0"


def test_a_date_stands_for_the_whole_of_its_day_or_month(prepared: Prepare) -> None:
    import datetime

    start = datetime.datetime(2020, 1, 30)
    hours = [start + datetime.timedelta(hours=i) for i in range(24 * 40)]
    rows = "".join(f"{hour:%Y-%m-%d %H:%M},{i % 24}\n" for i, hour in enumerate(hours))
    section = """\
        source: d.csv
        task: forecast
        time: t
        window: 24
        horizon: 1
        split: {train: 2020-01-31, validation: 2020-02, test: 2020-03-01 11:00}
    """
    told = prepared(section, d_csv="t,y\n" + rows).account["split"]
    assert told["train"]["to"] == "2020-01-31 23:00"
    assert (told["validation"]["from"], told["validation"]["to"]) == (
        "2020-02-01 00:00",
        "2020-02-29 23:00",
    )
    assert told["test"]["rows"] == 12
    assert told["rows_unused"] == 24 * 40 - 24 * 31 - 12


def test_windows_with_holes_are_left_out_and_counted() -> None:
    holes = np.zeros(30, bool)
    holes[12] = True
    split = stretches((20, 5, 5))
    placed = place_windows(split, Frame(4, 4, 2), holes, holes)
    assert not any(start <= 12 < start + 6 for start in placed.positions["train"].tolist())
    assert placed.with_holes == {"train": 6, "validation": 0, "test": 0}


def test_only_answers_need_to_be_whole_where_holes_are_filled() -> None:
    holes = np.zeros(30, bool)
    holes[12] = True
    placed = place_windows(stretches((20, 5, 5)), Frame(4, 4, 2), None, holes)
    assert placed.with_holes["train"] == 2


@given(
    st.lists(st.floats(-1e6, 1e6), min_size=12, max_size=60),
    st.floats(-1e6, 1e6),
    st.integers(0, 100),
    st.sampled_from(["standard", "minmax"]),
)
def test_no_statistic_depends_on_rows_outside_the_training_part(
    values: list[float], other: float, place: int, scale: str
) -> None:
    from layerforge.data.encoding import fit
    from layerforge.tables.cells import Column

    rows = split_rows(TABLE, Candidates(len(values), None, None)).rows
    changed = np.array(values)
    outside = np.concatenate([rows["validation"], rows["test"]])
    changed[outside[place % len(outside)]] = other
    fitted = [
        fit(Column("x", "number", np.array(each), 0), rows["train"], scale)
        for each in (values, changed)
    ]
    assert fitted[0] == fitted[1]


def test_what_a_run_keeps_does_not_change_with_its_test_rows(prepared: Prepare) -> None:
    """The whole way from the file: categories, classes, means, season and all."""
    table = "source: d.csv\ntask: classification\ntargets: [y]\nshuffle: false\n"
    rows = "".join(f"{i % 5},{'ab'[i % 2]},{'no' if i % 3 else 'yes'}\n" for i in range(40))
    plain = prepared(table, d_csv="x,kind,y\n" + rows + "1,a,no\n" * 10)
    other = prepared(table, d_csv="x,kind,y\n" + rows + "-700,new,yes\n" * 10)
    assert plain.preprocessing() == other.preprocessing()
    series = "source: d.csv\ntask: forecast\nwindow: 3\nhorizon: 2\n"
    waves = "".join(f"{i % 6},{-(i % 6)}\n" for i in range(80))
    plain = prepared(series, d_csv="a,b\n" + waves + "1,2\n" * 20)
    other = prepared(series, d_csv="a,b\n" + waves + "900,-5000\n" * 20)
    assert plain.preprocessing() == other.preprocessing()
    assert plain.season.length == 6


@pytest.mark.parametrize("part", SPLITS)
def test_a_part_that_was_asked_for_and_has_no_rows_is_refused(part: str) -> None:
    shares: dict[str, int | float | None] = {"train": 0.5, "validation": 0.2, "test": 0.3}
    settings = replace(TABLE, split={**shares, part: 0.001})
    with pytest.raises(SpecError, match=f"the part `{part}` has no rows"):
        split_rows(settings, Candidates(20, None, None))
