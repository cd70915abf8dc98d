"""Folds: every row validates once, or all that trains lies before; the test rows are in none."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.cli.main import main
from layerforge.data import prepare
from layerforge.data.folds import folded
from layerforge.data.splits import Candidates, Split, split_rows
from layerforge.diagnostics import SpecError
from layerforge.pipeline import compile_spec
from layerforge.records import replace
from layerforge.spec.data import DataSettings
from layerforge.spec.folds import Fold


def folds(settings: DataSettings, given: Candidates, of: int) -> tuple[Split, list[Split]] | None:
    """The split and each fold of it; None where there are too few rows."""
    try:
        split = split_rows(settings, given)
        return split, [folded(settings, given, split, Fold(n + 1, of)) for n in range(of)]
    except SpecError:
        return None  # too few for the shares or the folds: refused, and nothing to look at


def _rows(split: Split, *parts: str) -> set[int]:
    return {int(row) for part in parts for row in split.rows[part]}


@given(st.integers(4, 120), st.integers(2, 7), st.integers(0, 9), st.booleans(), st.booleans())
def test_every_row_of_a_table_validates_once_and_trains_in_the_other_folds(
    count: int, of: int, seed: int, classes: bool, stratify: bool
) -> None:
    labels = (np.arange(count) % 3).astype(np.int32) if classes else None
    settings = DataSettings("d", "classification", seed=seed, stratify=stratify)
    found = folds(settings, Candidates(count, None, labels), of)
    if found is None:
        return
    split, parts = found
    pool = _rows(split, "train", "validation")
    held = [row for fold in parts for row in fold.rows["validation"].tolist()]
    assert sorted(held) == sorted(pool)
    for fold in parts:
        assert _rows(fold, "test") == _rows(split, "test")
        assert _rows(fold, "train") == pool - _rows(fold, "validation")
        if labels is not None and stratify:
            shares = np.bincount(labels[fold.rows["validation"]], minlength=3)
            assert shares.max() - shares.min() <= 2


@given(
    st.lists(st.integers(1, 12), min_size=4, max_size=30),
    st.integers(2, 4),
    st.integers(0, 5),
    st.booleans(),
)
def test_a_group_stands_in_one_part_of_a_fold(
    sizes: list[int], of: int, seed: int, shuffle: bool
) -> None:
    codes = np.repeat(np.arange(len(sizes)), sizes)
    settings = DataSettings("d", "regression", group=("g",), seed=seed, shuffle=shuffle)
    found = folds(settings, Candidates(int(sum(sizes)), None, None, codes), of)
    if found is None:
        return
    split, parts = found
    for fold in parts:
        groups = [set(codes[fold.rows[part]].tolist()) for part in ("train", "validation", "test")]
        assert not groups[0] & groups[1]
        assert not (groups[0] | groups[1]) & groups[2]
    held = [row for fold in parts for row in fold.rows["validation"].tolist()]
    assert sorted(held) == sorted(_rows(split, "train", "validation"))


@given(st.integers(10, 200), st.integers(2, 5), st.integers(0, 3))
def test_in_time_all_that_trains_lies_before_what_validates(count: int, of: int, gap: int) -> None:
    share: dict[str, Any] = {"train": 0.6, "validation": 0.2, "test": 0.2, "gap": gap}
    settings = DataSettings("d", "forecast", window=2, horizon=1, split=share)
    found = folds(settings, Candidates(count, None, None), of)
    if found is None:
        return
    split, parts = found
    last = 0
    for fold in parts:
        train, held = fold.rows["train"], fold.rows["validation"]
        assert train.min() == 0
        assert train.max() + gap < held.min()
        assert held.max() < split.rows["test"].min()
        assert len(train) > last
        last = len(train)
    assert parts[-1].rows["validation"].max() == max(_rows(split, "train", "validation"))


@given(st.integers(2, 4), st.integers(12, 40), st.integers(2, 4))
def test_several_series_are_folded_at_the_same_places(many: int, each: int, of: int) -> None:
    codes = np.repeat(np.arange(many), each)
    settings = DataSettings("d", "forecast", window=2, horizon=1, group=("g",))
    found = folds(settings, Candidates(many * each, None, None, codes), of)
    assert found is not None
    place = np.tile(np.arange(each), many)
    for fold in found[1]:
        train, held = place[fold.rows["train"]], place[fold.rows["validation"]]
        assert train.max() < held.min()
        for part in ("train", "validation"):
            counts = np.bincount(codes[fold.rows[part]], minlength=many)
            assert counts.min() == counts.max() > 0


def test_more_folds_than_rows_are_refused() -> None:
    settings = DataSettings("d", "regression")
    given = Candidates(8, None, None)
    with pytest.raises(SpecError) as error:
        folded(settings, given, split_rows(settings, given), Fold(1, 9))
    assert error.value.code == "bad-split"
    assert "9 folds need 9 rows" in error.value.message


SPEC = """
data: {source: rows.csv, task: regression, targets: [y], split: {train: 30, validation: 10, test: 10}}
model: {layers: [{Dense: 1}]}
"""


@pytest.fixture
def spec(tmp_path: Path) -> Path:
    rows = "\n".join(f"{i},{3 * i}" for i in range(50))
    (tmp_path / "rows.csv").write_text(f"x,y\n{rows}\n", encoding="utf-8")
    path = tmp_path / "spec.yaml"
    path.write_text(SPEC, encoding="utf-8")
    return path


def test_the_statistics_of_a_fold_are_of_its_training_rows(spec: Path) -> None:
    settings = compile_spec(spec).data
    assert settings is not None
    means = set()
    for number in range(1, 5):
        found = prepare(replace(settings, fold=Fold(number, 4)), spec.parent)
        own = found.features[found.positions["train"], 0]
        assert abs(float(own.mean())) < 1e-5
        assert len(own) == 30
        means.add(round(float(found.features[:, 0].mean()), 6))
        assert f"fold {number} of 4" in found.account["split"]["how"]
    assert len(means) == 4


def test_data_shows_a_fold(spec: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert main(["data", str(spec), "--fold", "2/4"]) == 0
    assert "fold 2 of 4" in capsys.readouterr().out
    assert main(["data", str(spec), "--fold", "5/4"]) == 1
    assert "must be a fold I/K" in capsys.readouterr().err
    assert main(["data", str(spec), "--fold", "1/90"]) == 1
    assert "90 folds need" in capsys.readouterr().err
