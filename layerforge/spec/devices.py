"""`train.devices`: several devices that share each batch, and what cannot be trained on them."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from layerforge.arguments import Either, Literal, Whole
from layerforge.components import Component
from layerforge.diagnostics import Diagnostic, Span

DEVICES: Final = Either(
    (Literal("all", "all"), Literal("cluster", "cluster"), Whole(1)),
    name="a number of devices, `all` or `cluster`",
)
# The first failed when tried; the second agreed as long as every gradient was finite, and its condition
# (loss_scale_optimizer.py) is one that devices may decide differently.
_REFUSED: Final = {
    "MultiOptimizer": "each of its optimizers would add the gradients of the devices for itself",
    "LossScaleOptimizer": "each device would decide for itself whether a gradient is finite",
}
_ARGUMENTS: Final = ("gradient_accumulation_steps", "ema_overwrite_frequency")


def device_faults(train: Any) -> Iterator[Diagnostic]:
    """Optimizers that devices cannot share. `train` are the settings of the section."""
    if train.devices in (None, 1):
        return
    for each in _optimizers(train.optimizer):
        place = each.span() or train.span("devices")
        if each.name in _REFUSED:
            message = f"`{each.name}` cannot be trained on several devices: {_REFUSED[each.name]}"
            yield _refused(message, place)
        for name in _ARGUMENTS:
            if each.values.get(name) is not None:
                message = (
                    f"`{name}` cannot be had on several devices: Keras decides it in a condition"
                )
                yield _refused(message, each.span(name) or place)
    if train.dtype_policy == "mixed_float16":
        message = f"`mixed_float16` scales the loss, and {_REFUSED['LossScaleOptimizer']}"
        yield _refused(message, train.span("dtype_policy"), "write `mixed_bfloat16`")


def _optimizers(optimizer: Component) -> Iterator[Component]:
    yield optimizer
    inner = optimizer.values.get("inner_optimizer")
    if isinstance(inner, Component):
        yield from _optimizers(inner)


def _refused(message: str, place: Span | None, help: str = "leave `devices` out") -> Diagnostic:
    return Diagnostic("not-shared", message, place, help)
