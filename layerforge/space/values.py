"""The values one hyperparameter may take: how many, which, one drawn, one near another.

KerasTuner's kinds and samplings (keras_tuner/src/engine/hyperparameters/hp_types), in decimal arithmetic
where they step, so that `hp.Float: [0, 0.5, 0.1]` reaches 0.5 and says 0.3, not 0.30000000000000004.
"""

from __future__ import annotations

import math
from decimal import Decimal
from random import Random
from typing import Any, Final

from layerforge.expressions import Value
from layerforge.spec import Hyperparameter

GRID: Final = 10  # values of a continuous hyperparameter in a grid, as KerasTuner has it
_NEAR: Final = 0.2  # the spread of a mutation, as a part of the whole range


def count(hp: Hyperparameter) -> int | None:
    """The number of values, or None where they are continuous."""
    if hp.kind == "hp.Fixed":
        return 1
    if hp.kind == "hp.Boolean":
        return 2
    if hp.kind == "hp.Choice":
        return len(_choices(hp))
    low, high, step, sampling = _range(hp)
    if low == high:
        return 1
    if step is None:
        return int(high - low) + 1 if hp.kind == "hp.Int" else None
    if sampling == "linear":
        return int((high - low) // step) + 1
    return int(math.log(high / low, float(step)) + 1e-8) + 1


def level(hp: Hyperparameter, index: int) -> Value:
    """The value of that number, in ascending order or as written, of a hyperparameter that has a `count`."""
    if hp.kind == "hp.Fixed":
        return hp.default
    if hp.kind == "hp.Boolean":
        return bool(index)
    if hp.kind == "hp.Choice":
        return _choices(hp)[index]
    low, high, step, sampling = _range(hp)
    if step is None:
        return _number(hp, low + index)
    if sampling == "linear":
        return _number(hp, low + index * step)
    if sampling == "log":
        return _number(hp, low * step**index)
    return _number(hp, high + low - low * step ** ((count(hp) or 1) - 1 - index))


def at(hp: Hyperparameter, share: float) -> Value:
    """The value at a share of the range, in [0, 1]; levels have equal shares, a scale its own."""
    several = count(hp)
    if several == 1 or (several is not None and not _is_scaled(hp)):
        return level(hp, min(int(share * several), several - 1))
    low, high, _, sampling = _range(hp)
    top = high + 1 if several is not None else high  # a whole number owns the interval above it
    value = _sampled(float(low), float(top), share, sampling)
    value = max(float(low), min(float(high), value))  # rounding may lead out of the range
    return math.floor(value) if several is not None else value


def share_of(hp: Hyperparameter, value: Value) -> float:
    """Where a value lies in the range: the middle of what `at` gives it for."""
    several = count(hp)
    if several == 1:
        return 0.5
    if several is not None and not _is_scaled(hp):
        return (index_of(hp, value) + 0.5) / several
    low, high, _, sampling = _range(hp)
    assert isinstance(value, int | float)
    width = 1 if several is not None else 0
    return _unsampled(float(low), float(high) + width, float(value) + width / 2, sampling)


def index_of(hp: Hyperparameter, value: Value) -> int:
    """The number of a value among the levels, or of the nearest where a default lies between two."""
    several = count(hp)
    assert several is not None
    if hp.kind == "hp.Int" and _range(hp)[2] is None:
        assert isinstance(value, int)
        return value - int(_range(hp)[0])
    levels = [level(hp, index) for index in range(several)]
    same = [index for index, each in enumerate(levels) if _same(each, value)]
    if same or not _has_order(hp):
        return same[0]
    return min(range(several), key=lambda index: abs(float(levels[index]) - float(value)))  # type: ignore[arg-type]


def draw(hp: Hyperparameter, dice: Random) -> Value:
    """A value at random, evenly over the levels or over the sampling's scale."""
    return at(hp, dice.random())


def grid(hp: Hyperparameter) -> list[Value]:
    """The values of a grid: each level, or ten even shares of what is continuous, its ends among them."""
    several = count(hp)
    if several is not None:
        return [level(hp, index) for index in range(several)]
    return [at(hp, index / (GRID - 1)) for index in range(GRID)]


def neighbour(hp: Hyperparameter, value: Value, dice: Random) -> Value:
    """Another value: a near one where values have an order, else any other."""
    several = count(hp)
    if several == 1:
        return value
    if several is not None and not _has_order(hp):
        others = [other for other in grid(hp) if not _same(other, value)]
        return dice.choice(others)
    share = share_of(hp, value)
    while True:
        moved = dice.gauss(share, _NEAR)
        if 0 <= moved <= 1 and not _same(near := at(hp, moved), value):
            return near


def _same(one: Value, other: Value) -> bool:
    return one == other and isinstance(one, bool) is isinstance(other, bool)


def _choices(hp: Hyperparameter) -> list[Value]:
    kept: list[Value] = []
    for value in hp.arguments["values"]:
        if not any(_same(value, other) for other in kept):
            kept.append(value)
    return kept


def _has_order(hp: Hyperparameter) -> bool:
    """Numbers have an order unless `ordered: false`; KerasTuner's rule."""
    if hp.kind in ("hp.Int", "hp.Float"):
        return True
    if hp.kind != "hp.Choice" or hp.arguments.get("ordered") is False:
        return False
    return all(isinstance(v, int | float) and not isinstance(v, bool) for v in _choices(hp))


def _is_scaled(hp: Hyperparameter) -> bool:
    """Whether whole numbers without a step are drawn on a scale that is not even."""
    return hp.kind == "hp.Int" and _range(hp)[2] is None and _range(hp)[3] != "linear"


def _range(hp: Hyperparameter) -> tuple[Decimal, Decimal, Decimal | None, str]:
    values: dict[str, Any] = hp.arguments
    low, high, step = (
        None if values.get(key) is None else Decimal(str(values[key]))
        for key in ("min_value", "max_value", "step")
    )
    assert low is not None
    assert high is not None
    return low, high, step, values.get("sampling") or "linear"


def _number(hp: Hyperparameter, value: Decimal) -> int | float:
    return int(value) if hp.kind == "hp.Int" else float(f"{value:.12g}")


def _sampled(low: float, high: float, share: float, sampling: str) -> float:
    if sampling == "linear":
        return low + share * (high - low)
    if sampling == "log":
        return low * math.pow(high / low, share)
    return high + low - low * math.pow(high / low, 1 - share)


def _unsampled(low: float, high: float, value: float, sampling: str) -> float:
    if sampling == "linear":
        return (value - low) / (high - low)
    if sampling == "log":
        return math.log(value / low) / math.log(high / low)
    return 1 - math.log((high + low - value) / low) / math.log(high / low)
