"""How much a training sample of each class counts: `class_weight` for the classes that the data have."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING

from layerforge.data import Prepared
from layerforge.diagnostics import Diagnostic, did_you_mean
from layerforge.spec import TrainSettings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


def class_faults(train: TrainSettings, prepared: Prepared) -> list[Diagnostic]:
    """A fault for each weight of a class that the data do not have."""
    classes = prepared.classes or ()
    named = train.class_weight if isinstance(train.class_weight, Mapping) else {}
    found = []
    for name in named:
        if _place(name, classes) is None:
            message = f"the data have no class `{name}`"
            shown = ", ".join(classes[:10]) + (", ..." if len(classes) > 10 else "")
            help = did_you_mean(name, classes) or f"there are {shown}"
            place = train.span(f"class_weight.{name}")
            found.append(Diagnostic("unknown-class", message, place, help))
    return found


def class_weights(train: TrainSettings, prepared: Prepared) -> NDArray[np.float32] | None:
    """The weight of each class (classes,), or None where all count the same.

    `balanced` gives every class the same sum of weights, and a sample 1 on average: samples /
    (classes * samples of the class). A class that is not named counts 1, as in Keras's fit.
    """
    import numpy as np

    classes, wanted = prepared.classes, train.class_weight
    if classes is None or wanted is None:
        return None
    if not isinstance(wanted, Mapping):
        counts = np.maximum(np.asarray(prepared.class_counts, np.float64), 1.0)
        return np.asarray(counts.sum() / (len(classes) * counts), np.float32)
    weights = np.ones(len(classes), np.float32)
    for name, weight in wanted.items():
        weights[_place(name, classes)] = weight
    return weights


def _place(name: str, classes: Sequence[str]) -> int | None:
    """Where a class stands; one of numbers is known in every spelling, as `1` and `1.0`."""
    if name in classes:
        return classes.index(name)
    numbers = [_number(each) for each in classes]
    number = _number(name)
    return numbers.index(number) if number is not None and number in numbers else None


def _number(text: str) -> float | None:
    try:
        return float(text)
    except ValueError:
        return None
