"""The imports of a script: Keras, and the classes of layers that are not Keras's own."""

from __future__ import annotations

import re

from layerforge.ejecting.layout import WIDTH
from layerforge.infer import Plan
from layerforge.layers import KERAS


def imports(plan: Plan, body: str) -> list[str]:
    """The lines that import what the body of a plan's script uses."""
    lines = ["import keras"]
    lines += ["import numpy as np"] if "np.array(" in body else []
    lines += ["from keras import layers"] if re.search(r"\blayers\.[A-Z]", body) else []
    return lines + _of_other_classes(plan)


def _of_other_classes(plan: Plan) -> list[str]:
    classes = {layer.type.name: layer.type.home for layer in plan.layers()}
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
