"""Training on several devices at once: each takes a share of every batch, and all stay equal.

The steps are our own, by `tf.distribute`: Keras clips gradients before those of the devices are added,
averages metrics over devices that had samples of other numbers, and its functions for several machines
fail (keras issue 20585). Here gradients are added first, and metrics are of all samples.
"""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from functools import cache, partial
from typing import TYPE_CHECKING, Any

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.run.cluster import given_cluster
from layerforge.run.execution import is_random
from layerforge.run.feeding import Share, Table, ordered_batches, steps_per_pass
from layerforge.run.watch import number
from layerforge.spec import Execution, TrainSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


@dataclass(frozen=True, slots=True)
class Spread:
    """The devices of a training: TensorFlow's strategy, how many take part, which are of this process."""

    strategy: Any
    devices: int
    first: int
    here: int

    def distributed(self, batches: Callable[[Share], Any]) -> Any:
        """The dataset of what `batches` gives for the share of this process, on its devices."""
        share = Share(self.devices, self.first, self.here)
        return self.strategy.distribute_datasets_from_function(lambda _: batches(share))

    def steps(self, model: Any, batches: Any) -> Callable[[Any, int], tuple[int, Any]]:
        """What makes the next step of a training on these distributed batches."""
        factor = threading.local()
        _scale_loss_by(factor, model.optimizer)
        _clip_what_is_added(model.optimizer)

        def step(data: Any) -> None:
            batch, factor.value = data
            model.train_step(batch)

        function = self._function(model, step, batches)
        return lambda iterator, _: (1, function(iterator.get_next()))

    def validation(
        self, model: Any, table: Table, positions: NDArray[np.int64], batch_size: int
    ) -> Callable[[Any], Mapping[str, float]] | None:
        """What evaluates the model on samples, telling callbacks as Keras does; None for no samples."""
        if not len(positions):
            return None
        size = _whole_size(len(positions), batch_size, self.devices)
        batches = self.distributed(partial(ordered_batches, table, positions, size))
        steps = steps_per_pass(len(positions), size)
        function = self._function(model, lambda data: model.test_step(data[0]), batches)

        def validate(told: Any) -> Mapping[str, float]:
            told.on_test_begin()
            model.reset_metrics()
            iterator, logs = iter(batches), None
            for step in range(steps):
                told.on_test_batch_begin(step)
                logs = function(iterator.get_next())
                told.on_test_batch_end(step, logs)
            told.on_test_end(logs)
            return {name: number(value) for name, value in (logs or {}).items()}

        return validate

    def _function(
        self, model: Any, step: Callable[[Any], Any], batches: Any
    ) -> Callable[[Any], Any]:
        """A compiled step on all devices, which gives the metrics of all samples since their reset.

        It is traced for pieces of any size: traced for pieces that differ, devices would differ in
        what they add, and wait for each other.
        """
        import tensorflow as tf

        def every(data: Any) -> Any:
            self.strategy.run(step, args=(data,))
            return model.get_metrics_result()

        compiled: Callable[[Any], Any] = tf.function(
            every, input_signature=[batches.element_spec], autograph=False
        )
        return compiled


def strategy_of(train: TrainSettings) -> Any | None:
    """TensorFlow's strategy for the devices that a training asks for; None for a single one.

    To be called before TensorFlow has computed anything. Raises Faults where there are fewer devices.
    """
    wanted = train.devices
    if wanted == "cluster":
        given_cluster(train.span("devices"))  # its faults in words, before TensorFlow's
        return _strategy(())
    names = _devices(train) if wanted is not None else []
    return _strategy(tuple(names)) if len(names) > 1 else None


@cache
def _strategy(names: tuple[str, ...]) -> Any:
    """One for all trainings of the process: two would count what they add by the same numbers."""
    import tensorflow as tf

    if not names:
        return tf.distribute.MultiWorkerMirroredStrategy()
    return tf.distribute.MirroredStrategy(names)


def _devices(train: TrainSettings) -> list[str]:
    """The devices by TensorFlow's names: GPUs where there are any, else the parts of the CPU."""
    import tensorflow as tf

    gpus = tf.config.list_physical_devices("GPU")
    count = len(gpus) or 1 if train.devices == "all" else int(train.devices or 1)
    if gpus:
        if count > len(gpus):
            message = f"`devices` is {count}, and this machine has {len(gpus)} GPUs"
            raise Faults(Diagnostic("too-few-devices", message, train.span("devices")))
        return [f"GPU:{number}" for number in range(count)]
    parts = [tf.config.LogicalDeviceConfiguration() for _ in range(count)]
    try:
        tf.config.set_logical_device_configuration(tf.config.list_physical_devices("CPU")[0], parts)
    except RuntimeError:
        if len(tf.config.list_logical_devices("CPU")) < count:
            message = f"the CPU cannot be parted in {count}: TensorFlow has begun already"
            help = "train in a process of its own"
            place = train.span("devices")
            raise Faults(Diagnostic("too-few-devices", message, place, help)) from None
    return [f"CPU:{number}" for number in range(count)]


def too_few_samples(
    train: TrainSettings, devices: int, samples: Mapping[str, int]
) -> Faults | None:
    """The faults of parts that have not a sample for each device."""
    found = [
        Diagnostic(
            "too-few-devices",
            f"{devices} devices cannot share the {count:,} samples for {part}",
            train.span("devices"),
        )
        for part, count in samples.items()
        if part in ("train", "validation") and 0 < count < devices
    ]
    return Faults(*found) if found else None


def spread_of(model: Any) -> Spread | None:
    """The devices that a model was made for; None for a single one."""
    strategy = model.distribute_strategy
    if strategy.num_replicas_in_sync == 1:
        return None
    here = len(strategy.extended.worker_devices)
    resolver = strategy.cluster_resolver
    rank = int(resolver.task_id or 0) if resolver is not None else 0
    return Spread(strategy, strategy.num_replicas_in_sync, rank * here, here)


def spread_notes(model: Any, train: TrainSettings) -> Iterator[str]:
    """What a reader should know of a training on several devices."""
    spread = spread_of(model)
    if spread is None:
        if train.devices == "all":
            yield "this machine has one device: nothing is shared"
        return
    parts = "CPU" in spread.strategy.extended.worker_devices[0].upper()
    kind = "parts of the CPU" if parts and spread.devices == spread.here else "devices"
    yield f"{spread.devices} {kind} share each batch" + (
        ", for trying it out: they share the cores too" if kind != "devices" else ""
    )
    if train.execution != Execution():
        yield "`execution` has no effect where devices share a batch"
    if is_random(model):
        yield "random numbers are the same on every device, and others than on a single one"


@contextmanager
def on_its_devices(model: Any) -> Iterator[None]:
    """As long as it lasts, variables of the model are those of all its devices."""
    if spread_of(model) is None:
        yield
        return
    with model.distribute_strategy.scope():
        yield


def _whole_size(samples: int, batch_size: int, devices: int) -> int:
    """A size of batches, the asked one or one near it, of which none has fewer samples than devices."""
    smaller = range(batch_size, devices - 1, -1)
    sizes: list[int] = [*smaller, *range(max(batch_size + 1, devices), samples + 1)]
    return next(size for size in sizes if not 0 < samples % size < devices)


def _scale_loss_by(factor: threading.local, optimizer: Any) -> None:
    """Has an optimizer multiply the loss of each device by the `factor.value` that it set.

    TensorFlow traces a step once for each device, in a thread of its own, and changes between them.
    """
    import keras

    scale = optimizer.scale_loss
    optimizer.scale_loss = lambda loss: scale(loss * keras.ops.cast(factor.value, loss.dtype))


def _clip_what_is_added(optimizer: Any) -> None:
    """Has an optimizer clip the sum of all devices' gradients in place of each device's own."""
    clip, add = optimizer._clip_gradients, optimizer._all_reduce_sum_gradients

    def clip_sum(gradients: Any) -> Any:
        added = add([(each, None) for each in gradients])
        return clip([gradient for gradient, _ in added])

    optimizer._clip_gradients = clip_sum
    optimizer._all_reduce_sum_gradients = lambda pairs: pairs
