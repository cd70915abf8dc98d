"""What every export but Keras's own is made from: a model as a function of tensors, as it answers."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any


def endpoint(model: Any, batch: int | None = None) -> tuple[list[Any], Callable[..., Any]]:
    """The tensors that the model takes, by name, for a batch of that size or of any; and the model.

    It is told that it does not train: layers that augment would by themselves believe that they do.
    """
    import tensorflow as tf

    specs = [
        tf.TensorSpec([batch or each.shape[0], *each.shape[1:]], each.dtype, name=each.name)
        for each in model.inputs
    ]

    def answer(*inputs: Any) -> Any:
        return model(list(inputs) if len(specs) > 1 else inputs[0], training=False)

    return specs, answer
