"""The Keras model of a job, compiled and built, with all that Keras refuses told before a run is made."""

from __future__ import annotations

import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path
from typing import Any

from layerforge.build.components import make_component
from layerforge.build.model import make_model
from layerforge.components import Component
from layerforge.diagnostics import Faults, SpecError
from layerforge.run import feeding
from layerforge.run.distribution import on_its_devices, spread_of, strategy_of, too_few_samples
from layerforge.run.preparation import Job


def make_trainable(job: Job) -> Any:
    """The compiled Keras model, with optimizer and metrics built. Raises Faults at what Keras refuses."""
    import keras

    keras.utils.clear_session()  # names made by Keras (`precision_1`) count from the start again
    keras.utils.set_random_seed(job.train.seed)
    strategy = strategy_of(job.train)
    if strategy is not None:
        fault = too_few_samples(job.train, strategy.num_replicas_in_sync, job.samples)
        if fault is not None:
            raise fault
    with strategy.scope() if strategy is not None else nullcontext():
        with _dtype_policy(job.train.dtype_policy):
            model = make_model(job.plan)
        metrics = [component(metric, job) for metric in job.objective.metrics]
        optimizer, loss = component(job.train.optimizer, job), component(job.objective.loss, job)
        jit = bool(
            job.train.execution.jit_compile
        )  # of the validation; steps are compiled elsewhere
        model.compile(optimizer=optimizer, loss=loss, metrics=metrics, jit_compile=jit)
    _check_callbacks(job)
    return model


@contextmanager
def _dtype_policy(name: str) -> Iterator[None]:
    """The policy of layers that write none, while a model is made. Keras scales the loss of float16."""
    import keras

    before = keras.config.dtype_policy()
    keras.config.set_dtype_policy(name)
    try:
        yield
    finally:
        keras.config.set_dtype_policy(before)


def component(described: Component, job: Job, folder: Path | None = None) -> Any:
    """The Keras object of a component of the section `train`. Raises Faults at what Keras refuses."""
    try:
        return make_component(described, folder)
    except SpecError as error:
        raise Faults(error.at(described.span(error.arg) or job.train.place)) from error


def build_all(model: Any, job: Job) -> float:
    """Makes the variables that Keras makes at the first step; the loss of a batch before it, unweighted.

    A checkpoint can be put back only into variables that are there. Nothing is compiled for this.
    """
    batch = x, y, *weights = sample_batch(job)
    with on_its_devices(model):
        spread = spread_of(model)
        if spread is not None:
            model._symbolic_build(data_batch=batch)  # of a step on each device all would build
        predicted = model(x, training=False)
        loss = model.compute_loss(x, y, predicted, training=False)
        if spread is not None:
            return float(loss) * spread.devices  # Keras has divided it by their number
        model.compute_metrics(x, y, predicted, *weights)
        model.reset_metrics()
        model.optimizer.build(model.trainable_variables)
    return float(loss)


def sample_batch(job: Job) -> Any:
    """Inputs, targets and, where there are any, weights of a batch spread evenly over the training rows.

    The first batch of the training would be as good, but for an order of all samples made for it alone.
    """
    import numpy as np

    positions = job.prepared.positions["train"]
    spread = np.linspace(0, len(positions) - 1, job.batch_size).astype(np.int64)
    return next(iter(feeding.ordered_batches(job.table, positions[spread], job.batch_size)))


def _check_callbacks(job: Job) -> None:
    """Makes the callbacks once for nothing: what they lack is told before the run has a directory."""
    with tempfile.TemporaryDirectory() as folder:
        for callback in job.train.callbacks:
            component(callback, job, Path(folder))
