"""The imports of a script: Keras, and the classes of layers that are not Keras's own."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from typing import Any

from layerforge.ejecting.layout import WIDTH
from layerforge.infer import Plan
from layerforge.layers import KERAS, Layer


def imports(plan: Plan, body: str) -> list[str]:
    """The lines that import what the body of a plan's script uses."""
    lines = ["import keras"]
    lines += ["import numpy as np"] if "np.array(" in body else []
    lines += ["from keras import layers"] if re.search(r"\blayers\.[A-Z]", body) else []
    return lines + _of_other_classes(plan)


def _of_other_classes(plan: Plan) -> list[str]:
    classes = {layer.type.name: layer.type.home for layer in _layers(plan)}
    homes: dict[str, list[str]] = {}
    for name, home in sorted(classes.items()):
        if home not in ("", KERAS):
            homes.setdefault(home, []).append(name)
    return ["", *(_import(home, names) for home, names in sorted(homes.items()))] if homes else []


def _import(home: str, names: list[str]) -> str:
    line = f"from {home} import {', '.join(names)}"
    if len(line) <= WIDTH:
        return line
    return "\n".join([f"from {home} import (", *(f"    {name}," for name in names), ")"])


def _layers(plan: Plan) -> Iterator[Layer]:
    """Every layer of a plan that is one, those inside layers and nested models too."""
    for step in plan.steps:
        if step.inner is not None:
            yield from _layers(step.inner)
        elif not step.call.layer.type.is_operation:
            yield from _with_inner([step.call.layer])


def _with_inner(values: Iterable[Any]) -> Iterator[Layer]:
    for value in values:
        if isinstance(value, Layer):
            yield value
            yield from _with_inner(value.values.values())
        elif isinstance(value, tuple):
            yield from _with_inner(value)
