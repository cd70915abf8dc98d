"""Batches: every sample once in a pass, orders by seed and pass, values as the data room gathers them."""

from __future__ import annotations

from itertools import chain, islice
from typing import Any

import numpy as np
import pytest

from layerforge.build.backend import load_keras
from layerforge.data.feeds import Feed
from layerforge.data.windows import Frame
from layerforge.run.feeding import Table, ordered_batches, steps_per_pass, training_batches

load_keras()
ROWS = 30
FEATURES = np.arange(ROWS * 2, dtype=np.float32).reshape(ROWS, 2)


def _table(frame: bool = False, targets: Any = None, **more: Any) -> Table:
    # The target of row i is i, so that batches tell which samples they hold.
    targets = np.arange(ROWS, dtype=np.float32)[:, None] if targets is None else targets
    shape = more.pop("target_shape", (3,) if frame else (1,))
    form = Frame(4, 4, 3) if frame else None
    feed = Feed("input", (0, 1, 2, 3), None, (4, 2)) if frame else Feed("input", None, None, (2,))
    return Table(FEATURES, targets, form, (more.pop("feed", feed),), shape, **more)


def _samples(batches: Any, steps: int) -> list[list[int]]:
    return [[int(v) for v in y.numpy()[:, 0]] for _, y in islice(iter(batches), steps)]


def test_a_pass_holds_every_sample_once_with_a_smaller_last_batch() -> None:
    positions = np.arange(5, 22)
    assert steps_per_pass(len(positions), 5) == 4
    batches = _samples(training_batches(_table(), positions, 5, seed=3), 8)
    assert [len(batch) for batch in batches] == [5, 5, 5, 2] * 2
    for number in (0, 1):
        one_pass = batches[4 * number : 4 * number + 4]
        assert sorted(chain(*one_pass)) == positions.tolist()


def test_every_pass_has_an_order_of_its_own_and_a_seed_repeats_them() -> None:
    positions = np.arange(20)
    first = _samples(training_batches(_table(), positions, 20, seed=1), 6)
    assert len({tuple(batch) for batch in first}) == 6
    assert first == _samples(training_batches(_table(), positions, 20, seed=1), 6)
    other = _samples(training_batches(_table(), positions, 20, seed=2), 6)
    assert not {tuple(batch) for batch in first} & {tuple(batch) for batch in other}


@pytest.mark.parametrize("first_step", [1, 3, 4, 5, 11])
def test_a_run_that_goes_on_anywhere_sees_the_same_batches(first_step: int) -> None:
    positions = np.arange(17)
    whole = _samples(training_batches(_table(), positions, 5, seed=9), 16)
    rest = training_batches(_table(), positions, 5, seed=9, first_step=first_step)
    assert _samples(rest, 16 - first_step) == whole[first_step:]


def test_windows_are_the_rows_behind_each_other_and_the_answer_follows() -> None:
    x, y = next(iter(ordered_batches(_table(frame=True), np.array([0, 7]), 8)))
    assert x.shape == (2, 4, 2)
    np.testing.assert_array_equal(x[1], FEATURES[7:11])
    np.testing.assert_array_equal(y, [[4, 5, 6], [11, 12, 13]])


@pytest.mark.parametrize("shape", [(3,), (3, 1)])
def test_answers_have_the_shape_of_the_models_output(shape: tuple[int, ...]) -> None:
    table = _table(frame=True, target_shape=shape)
    _, y = next(iter(ordered_batches(table, np.array([0, 7]), 8)))
    assert y.shape == (2, *shape)


def test_classes_are_fed_as_indices_or_one_hot() -> None:
    labels = np.arange(ROWS, dtype=np.int32) % 3
    _, y = next(iter(ordered_batches(_table(targets=labels, target_shape=()), np.arange(4), 4)))
    assert y.numpy().tolist() == [0, 1, 2, 0]
    table = _table(targets=labels, target_shape=(3,), classes=3)
    _, y = next(iter(ordered_batches(table, np.arange(4), 4)))
    np.testing.assert_array_equal(y, np.eye(3)[[0, 1, 2, 0]])


def test_rows_are_reshaped_to_sequences_without_a_copy_of_the_table() -> None:
    table = Table(FEATURES, None, None, (Feed("input", None, None, (2, 1)),))
    batches = list(ordered_batches(table, np.arange(ROWS), 8))
    assert [batch.shape[0] for batch in batches] == [8, 8, 8, 6]
    assert batches[0].shape == (8, 2, 1)
