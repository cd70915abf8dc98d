"""The loop of epochs and steps: what Keras's fit does, begun at any step of any epoch.

`fit` begins an epoch at its first step and forgets its callbacks when it begins. Called twice, for the
rest of an epoch and for those after it, it would finalize the optimizer in between (which averages the
weights of an optimizer with `use_ema`) and tell callbacks of an end that is none.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from functools import partial
from typing import Any, NamedTuple


class Position(NamedTuple):
    """Where a training stands: epochs that are done, and steps done of the next one."""

    epoch: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """The way of a training: its batches, how long it is, and where it begins.

    `training` is an endless dataset that begins with the batch of the position `start`; `restore`
    puts model and callbacks into the state that they had there. `validate` stands in for Keras's
    evaluation of the `validation` data: it tells the callbacks, and gives the logs.
    """

    training: Any
    validation: Any | None
    steps: int
    epochs: int
    start: Position
    restore: Callable[[], None] | None = None
    validate: Callable[[Any], Mapping[str, float]] | None = None


# Makes some of the steps that are left of an epoch: how many, and the logs after the last of them.
Execute = Callable[[Any, int], tuple[int, Any]]


def run_course(
    model: Any,
    course: Course,
    callbacks: list[Any],
    passed: Callable[[Position], None],
    execute: Execute | None = None,
) -> None:
    """Trains the compiled model as fit does; `passed` is called after each call of steps and each epoch.

    Without `execute` each call is Keras's own train function, one step.
    """
    import keras

    told = keras.callbacks.CallbackList(
        callbacks, model=model, epochs=course.epochs, steps=course.steps, verbose=0
    )
    model.stop_training = False
    told.on_train_begin()
    _begin(model, course, told)
    logs = None
    execute = execute or _keras_steps(model)
    batches = iter(course.training)
    for epoch in range(course.start.epoch, course.epochs):
        if model.stop_training:
            break
        logs = _epoch(model, course, told, partial(execute, batches), epoch, passed)
    model.optimizer.finalize_variable_values(model.trainable_weights)
    told.on_train_end(logs)


def _keras_steps(model: Any) -> Execute:
    model.make_train_function()
    return lambda batches, _: (1, model.train_function(batches))


def _begin(model: Any, course: Course, told: Any) -> None:
    """What has happened before the first step that is still to be made."""
    if course.start.step:
        model.reset_metrics()
        told.on_epoch_begin(course.start.epoch)
    if course.restore is not None:
        course.restore()


def _epoch(
    model: Any,
    course: Course,
    told: Any,
    execute: Callable[[int], tuple[int, Any]],
    epoch: int,
    passed: Callable[[Position], None],
) -> dict[str, float]:
    """One epoch, or the rest of the one that was begun; its logs."""
    step = course.start.step if epoch == course.start.epoch else 0
    if not step:
        model.reset_metrics()
        told.on_epoch_begin(epoch)
    while step < course.steps and not model.stop_training:
        told.on_train_batch_begin(step)
        made, batch_logs = execute(course.steps - step)
        step += made
        told.on_train_batch_end(step - 1, batch_logs)
        passed(Position(epoch, step))
    logs = dict(model.get_metrics_result())
    found: Mapping[str, float] = {}
    if course.validate is not None:
        found = course.validate(told)
    elif course.validation is not None:
        found = model.evaluate(course.validation, callbacks=told, return_dict=True)
    logs |= {f"val_{name}": value for name, value in found.items()}
    told.on_epoch_end(epoch, logs)
    passed(Position(epoch + 1))
    return logs
