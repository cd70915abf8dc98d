"""The loop of epochs and steps: what Keras's fit does, begun at any step of any epoch.

`fit` begins an epoch at its first step and forgets its callbacks when it begins. Called twice, for the
rest of an epoch and for those after it, it would finalize the optimizer in between (which averages the
weights of an optimizer with `use_ema`) and tell callbacks of an end that is none.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any, NamedTuple


class Position(NamedTuple):
    """Where a training stands: epochs that are done, and steps done of the next one."""

    epoch: int = 0
    step: int = 0


@dataclass(frozen=True, slots=True)
class Course:
    """The way of a training: its batches, how long it is, and where it begins.

    `training` is an endless dataset that begins with the batch of the position `start`; `restore`
    puts model and callbacks into the state that they had there.
    """

    training: Any
    validation: Any | None
    steps: int
    epochs: int
    start: Position
    restore: Callable[[], None] | None = None


def run_course(
    model: Any, course: Course, callbacks: list[Any], passed: Callable[[Position], None]
) -> None:
    """Trains the compiled model as fit does; `passed` is called after each step and after each epoch.

    A step is one call of Keras's train function, which is `steps_per_execution` batches.
    """
    import keras

    told = keras.callbacks.CallbackList(
        callbacks, model=model, epochs=course.epochs, steps=course.steps, verbose=0
    )
    model.stop_training = False
    model.make_train_function()
    told.on_train_begin()
    _begin(model, course, told)
    logs = None
    batches = iter(model.distribute_strategy.experimental_distribute_dataset(course.training))
    for epoch in range(course.start.epoch, course.epochs):
        if model.stop_training:
            break
        logs = _epoch(model, course, told, batches, epoch, passed)
    model.optimizer.finalize_variable_values(model.trainable_weights)
    told.on_train_end(logs)


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
    batches: Any,
    epoch: int,
    passed: Callable[[Position], None],
) -> dict[str, float]:
    """One epoch, or the rest of the one that was begun; its logs."""
    begun = course.start.step if epoch == course.start.epoch else 0
    if not begun:
        model.reset_metrics()
        told.on_epoch_begin(epoch)
    stride = model.steps_per_execution
    for step in range(begun, course.steps, stride):
        told.on_train_batch_begin(step)
        told.on_train_batch_end(step + stride - 1, model.train_function(batches))
        passed(Position(epoch, step + stride))
        if model.stop_training:
            break
    logs = dict(model.get_metrics_result())
    if course.validation is not None:
        found = model.evaluate(course.validation, callbacks=told, return_dict=True)
        logs |= {f"val_{name}": value for name, value in found.items()}
    told.on_epoch_end(epoch, logs)
    passed(Position(epoch + 1))
    return logs
