"""Batches for Keras: positions in an order that is a function of (seed, pass), values gathered per batch.

Keras's own way with NumPy arrays would hold every window `window` times over, and in a seeded fit
repeats one permutation in every epoch (ArrayDataAdapter shuffles inside Dataset.map).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from layerforge.data.windows import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that batches are gathered from.

    `features` are (rows, width) and become (batch, window, width) by `frame`, or (batch, width)
    without one; then `sample_shape` if given. `targets` are (rows, columns), or class indices (rows);
    they become (batch, *target_shape), one-hot where `classes` says how many there are.
    """

    features: NDArray[np.float32]
    targets: NDArray[Any] | None
    frame: Frame | None
    sample_shape: tuple[int, ...] | None
    target_shape: tuple[int, ...] = ()
    classes: int | None = None


def training_batches(
    table: Table, positions: NDArray[np.int64], batch_size: int, seed: int, first_step: int = 0
) -> Any:
    """An endless dataset of (x, y): pass after pass over the positions, each in an order of its own.

    Step n is the same batch however many steps were skipped before it, so that a run can go on
    anywhere. The last batch of a pass may be smaller.
    """
    import tensorflow as tf

    steps = steps_per_pass(len(positions), batch_size)
    everything = tf.constant(positions)
    first_pass, skipped = divmod(first_step, steps)

    def batches(number: Any) -> Any:
        # The generator is named, since the default one differs between devices.
        order = tf.random.experimental.stateless_shuffle(
            everything, [tf.constant(seed, tf.int64), number], alg="philox"
        )
        start = tf.where(number == first_pass, tf.constant(skipped, tf.int64), 0)
        return tf.data.Dataset.range(start, steps).map(
            lambda step: order[step * batch_size : (step + 1) * batch_size]
        )

    passes = tf.data.Dataset.range(first_pass, tf.int64.max)
    return _gathered(passes.flat_map(batches), _gather_both(table))


def ordered_batches(table: Table, positions: NDArray[np.int64], batch_size: int) -> Any:
    """A dataset of (x, y) over the positions in their order; of x alone where there are no targets."""
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices(positions).batch(batch_size)
    gather = _gather_features(table) if table.targets is None else _gather_both(table)
    return _gathered(batches, gather)


def steps_per_pass(samples: int, batch_size: int) -> int:
    """How many batches hold all samples once."""
    return -(-samples // batch_size)


def _gathered(batches: Any, gather: Callable[[Any], Any]) -> Any:
    import tensorflow as tf

    gathered = batches.map(gather, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return gathered.prefetch(tf.data.AUTOTUNE)


def _gather_both(table: Table) -> Callable[[Any], Any]:
    features, targets = _gather_features(table), _gather_targets(table)
    return lambda positions: (features(positions), targets(positions))


def _gather_features(table: Table) -> Callable[[Any], Any]:
    import tensorflow as tf

    values = tf.constant(table.features)

    def gather(positions: Any) -> Any:
        if table.frame is not None:
            positions = positions[:, None] + tf.range(table.frame.window, dtype=tf.int64)
        found = tf.gather(values, positions)
        return found if table.sample_shape is None else tf.reshape(found, (-1, *table.sample_shape))

    return gather


def _gather_targets(table: Table) -> Callable[[Any], Any]:
    import tensorflow as tf

    values, frame = tf.constant(table.targets), table.frame

    def gather(positions: Any) -> Any:
        if frame is not None:
            answer = tf.range(frame.answer, frame.answer + frame.steps, dtype=tf.int64)
            positions = positions[:, None] + answer
        found = tf.gather(values, positions)
        if table.classes is not None:
            found = tf.one_hot(found, table.classes)
        return tf.reshape(found, (-1, *table.target_shape))

    return gather
