"""Batches for Keras: positions in an order that is a function of (seed, pass), values gathered per batch.

Keras's own way with NumPy arrays would hold every window `window` times over, and in a seeded fit
repeats one permutation in every epoch (ArrayDataAdapter shuffles inside Dataset.map).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING, Any
from weakref import ReferenceType, ref

from layerforge.data.feeds import Feed
from layerforge.data.windows import Frame

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Table:
    """The rows that batches are gathered from.

    `features` are (rows, width), of which each of the `feeds` makes one input; several are given to
    the model by name. `targets` are (rows, columns), or class indices (rows); they become (batch,
    *target_shape), one-hot where `classes` says how many there are. `weights` are of each row;
    `class_weights` are of each class, in training alone.
    """

    features: NDArray[np.float32]
    targets: NDArray[Any] | None
    frame: Frame | None
    feeds: tuple[Feed, ...]
    target_shape: tuple[int, ...] = ()
    classes: int | None = None
    weights: NDArray[np.float32] | None = None
    class_weights: NDArray[np.float32] | None = None

    @property
    def in_training(self) -> Table:
        """The table with the weights that count in training."""
        if self.class_weights is None or self.targets is None:
            return self
        return replace(self, weights=self.class_weights[self.targets])


@dataclass(frozen=True, slots=True)
class Share:
    """Which part of each batch the devices of this process take: those from the `first` on of `of`."""

    of: int
    first: int
    here: int

    def pieces(self, batches: Any, gather: Callable[[Any], Any]) -> Any:
        """The dataset of the pieces of each batch of positions, with what to multiply their loss by.

        A loss is the mean over its piece, and of the pieces the mean is taken. Multiplied by the share
        of its piece in the batch that is the mean over the batch, also where pieces differ by a sample.
        A piece without samples is the batch's first one, whose share is nothing.
        """
        import tensorflow as tf

        def piece(batch: Any, device: Any) -> tuple[Any, Any]:
            own = batch[device :: self.of]
            share = tf.cast(tf.size(own) * self.of / tf.size(batch), tf.float32)
            return gather(tf.cond(tf.size(own) > 0, lambda: own, lambda: batch[:1])), share

        devices = tf.data.Dataset.range(self.first, self.first + self.here)
        parted = batches.flat_map(lambda batch: devices.map(lambda each: (batch, each)))
        return _gathered(parted, piece)


def training_batches(
    table: Table,
    positions: NDArray[np.int64],
    batch_size: int,
    seed: int,
    first_step: int = 0,
    share: Share | None = None,
) -> Any:
    """An endless dataset of (x, y), with weights where rows have them: pass after pass over the positions.

    Each pass has an order of its own.

    Step n is the same batch however many steps were skipped before it, so that a run can go on
    anywhere. The last batch of a pass may be smaller. Of a `share` they are the pieces of the batches.
    """
    import tensorflow as tf

    steps = steps_per_pass(len(positions), batch_size)
    everything = _tensor(positions)
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

    everyone = tf.data.Dataset.range(first_pass, tf.int64.max).flat_map(batches)
    gather = _gather_both(table.in_training)
    return _gathered(everyone, gather) if share is None else share.pieces(everyone, gather)


def ordered_batches(
    table: Table, positions: NDArray[np.int64], batch_size: int, share: Share | None = None
) -> Any:
    """A dataset of (x, y) over the positions in their order; of x alone where there are no targets.

    Of a `share` they are the pieces of the batches, of which none is smaller than there are devices.
    """
    import tensorflow as tf

    batches = tf.data.Dataset.from_tensor_slices(positions).batch(batch_size)
    gather = _gather_features(table) if table.targets is None else _gather_both(table)
    return _gathered(batches, gather) if share is None else share.pieces(batches, gather)


def steps_per_pass(samples: int, batch_size: int) -> int:
    """How many batches hold all samples once."""
    return -(-samples // batch_size)


def _gathered(batches: Any, gather: Callable[..., Any]) -> Any:
    import tensorflow as tf

    gathered = batches.map(gather, num_parallel_calls=tf.data.AUTOTUNE, deterministic=True)
    return gathered.prefetch(tf.data.AUTOTUNE)


def _gather_both(table: Table) -> Callable[[Any], Any]:
    features, targets = _gather_features(table), _gather_targets(table)
    if table.weights is None:
        return lambda positions: (features(positions), targets(positions))
    weights = _gather_weights(table)
    return lambda positions: (features(positions), targets(positions), weights(positions))


def _gather_features(table: Table) -> Callable[[Any], Any]:

    values = _tensor(table.features)
    gathers = {feed.name: _gather_feed(feed, values) for feed in table.feeds}
    if len(gathers) == 1:
        return next(iter(gathers.values()))
    return lambda positions: {name: gather(positions) for name, gather in gathers.items()}


def _gather_feed(feed: Feed, values: Any) -> Callable[[Any], Any]:
    """As `Feed.gather`, in a graph."""
    import tensorflow as tf

    offsets = None if feed.offsets is None else tf.constant(feed.offsets, tf.int64)
    last = int(values.shape[0]) - 1
    lengths = None if feed.lengths is None else tf.constant(feed.lengths.rows)

    def gather(positions: Any) -> Any:
        rows = positions if offsets is None else positions[:, None] + offsets
        found = tf.gather(values, tf.minimum(rows, last) if lengths is not None else rows)
        if feed.columns is not None:
            found = tf.gather(found, feed.columns, axis=-1)
        if offsets is not None and lengths is not None and feed.lengths is not None:
            inside = offsets[None, :] < tf.gather(lengths, positions)[:, None]
            found = tf.where(inside[..., None], found, feed.lengths.padding)
        return tf.reshape(found, (-1, *feed.shape))

    return gather


def _gather_weights(table: Table) -> Callable[[Any], Any]:
    """The weight of the row, or of the first row that is answered."""
    import tensorflow as tf

    values = _tensor(table.weights)
    answer = table.frame.answer if table.frame is not None else 0
    return lambda positions: tf.gather(values, positions + answer)


def _gather_targets(table: Table) -> Callable[[Any], Any]:
    import tensorflow as tf

    values, frame = _tensor(table.targets), table.frame

    def gather(positions: Any) -> Any:
        if frame is not None:
            positions = positions[:, None] + tf.constant(frame.future, tf.int64)
        found = tf.gather(values, positions)
        if table.classes is not None:
            found = tf.one_hot(found, table.classes)
        return tf.reshape(found, (-1, *table.target_shape))

    return gather


_tensors: dict[int, tuple[ReferenceType[Any], ReferenceType[Any]]] = {}


def _tensor(array: NDArray[Any] | None) -> Any:
    """TensorFlow's copy of an array: one for all datasets that want it, for as long as any of them lives."""
    import tensorflow as tf

    assert array is not None  # as wherever batches have targets or weights
    known = _tensors.get(id(array))
    tensor = known[1]() if known is not None and known[0]() is array else None
    if tensor is None:
        tensor = tf.constant(array)
        _tensors[id(array)] = ref(array), ref(tensor)
    return tensor
