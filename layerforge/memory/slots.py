"""What optimizers keep beside the weights: so many slots of a weight's size, and a few numbers."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from typing import Any, Final

from layerforge.components import Component
from layerforge.components.table import find
from layerforge.infer import Weight
from layerforge.records import record

_COUNTER: Final = 8  # `iterations`, an int64
_RATE: Final = 4  # the learning rate, a float32, unless a schedule computes it


@record
class Slotted:
    """A trainable weight and the bytes of one of its numbers, which are those of its slots too."""

    weight: Weight
    each: int

    @property
    def bytes(self) -> int:
        return self.weight.params * self.each


def optimizer_bytes(optimizer: Component, weights: Iterable[Slotted]) -> int:
    """The bytes of an optimizer's variables, once it is built for these trainable weights.

    Source: `build` of every class in `keras.src.optimizers`.
    """
    slotted = tuple(weights)
    entry = find(optimizer.category, optimizer.name)
    assert entry is not None  # it was read by the same table
    defaults = {each.name: each.default for each in entry.signature.parameters}
    values = {**defaults, **optimizer.values}
    name = entry.keras_class
    if name == "MultiOptimizer":
        return _of_several(values["optimizer_map"], slotted)
    if name == "LossScaleOptimizer":  # a counter and the scale, and those of its own base
        inner = optimizer_bytes(values["inner_optimizer"], slotted)
        return inner + _COUNTER + _RATE + _COUNTER + _RATE
    extra = sum(bool(values.get(key)) for key in ("use_ema", "gradient_accumulation_steps"))
    slots = sum(_RULES[name](values, each) + extra * each.bytes for each in slotted)
    product = slotted[0].each if name == "Nadam" and slotted else 0  # of its momenta so far
    return _COUNTER + _rate(values["learning_rate"]) + slots + product


def _rate(value: Any) -> int:
    return 0 if isinstance(value, Component) else _RATE


def _of_several(choice: Component, weights: tuple[Slotted, ...]) -> int:
    """Each weight belongs to the optimizer whose pattern is its path, or to the default one."""
    patterns: Mapping[str, Component] = choice.values.get("optimizer_map") or {}
    default = choice.values["default_optimizer"]
    groups: dict[str, list[Slotted]] = {pattern: [] for pattern in ("", *patterns)}
    for each in weights:
        groups[_pattern_of(each.weight.path, patterns)].append(each)
    inner = {"": default, **patterns}
    total = sum(optimizer_bytes(inner[pattern], group) for pattern, group in groups.items())
    return _COUNTER + _RATE + total


def _pattern_of(path: str, patterns: Iterable[str]) -> str:
    """The pattern that means the path: the same text first, as Keras's OptimizerMap looks."""
    known = list(patterns)
    if path in known:
        return path
    return next((pattern for pattern in known if re.fullmatch(pattern, path)), "")


def _times(*conditions: Callable[[Mapping[str, Any]], bool], always: int = 0) -> _Rule:
    """So many slots always, and one more for each condition that holds."""

    def rule(values: Mapping[str, Any], slotted: Slotted) -> int:
        return (always + sum(holds(values) for holds in conditions)) * slotted.bytes

    return rule


def _adafactor(values: Mapping[str, Any], slotted: Slotted) -> int:
    """A velocity; of matrices the means of their rows and columns, of vectors two int32 in their place."""
    shape = slotted.weight.shape
    if len(shape) < 2:
        return slotted.bytes + 2 * 4
    factored = slotted.weight.params // shape[-1] + slotted.weight.params // shape[-2]
    return slotted.bytes + factored * slotted.each


def _muon(values: Mapping[str, Any], slotted: Slotted) -> int:
    """A momentum; of what is no matrix, or excluded, the velocity of Adam too."""
    path = slotted.weight.path
    adam = len(slotted.weight.shape) != 2
    adam = adam or (values["exclude_embeddings"] and "embedding" in path.lower())
    adam = adam or any(re.search(each, path) for each in values["exclude_layers"] or ())
    return (2 if adam else 1) * slotted.bytes


_Rule = Callable[[Mapping[str, Any], Slotted], int]
_ADAM: Final = _times(lambda values: values["amsgrad"], always=2)
_RULES: Final[Mapping[str, _Rule]] = {
    "Adadelta": _times(always=2),
    "Adafactor": _adafactor,
    "Adagrad": _times(always=1),
    "Adam": _ADAM,
    "AdamW": _ADAM,
    "Adamax": _times(always=2),
    "Ftrl": _times(always=2),
    "Lamb": _times(always=2),
    "Lion": _times(always=1),
    "Muon": _muon,
    "Nadam": _times(always=2),
    "RMSprop": _times(
        lambda values: values["momentum"] > 0, lambda values: values["centered"], always=1
    ),
    "SGD": _times(lambda values: values["momentum"] != 0),
    "ScheduleFreeAdamW": _times(always=2),
}
