"""Low-rank adaptation: a weight is fixed, and two small ones beside it are trained."""

from __future__ import annotations

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.records import replace


def adapted(effect: Effect, rank: int | None, constraint: object, weight: str = "kernel") -> Effect:
    """The effect with `lora_rank` r: W of (..., n) stays, A of (..., r) and B of (r, n) are trained.

    Raises SpecError where the weight is constrained, which Keras does not allow.
    Source: Hu et al. 2021; `enable_lora` of Keras's layers.
    """
    if rank is None:
        return effect
    if constraint is not None:
        argument = f"{weight}_constraint"
        message = f"cannot have `{argument}` together with `lora_rank`"
        raise SpecError("conflicting-arguments", message, argument)
    weights = dict(effect.weights)
    *rest, last = fixed = weights.pop(weight)
    weights |= {f"lora_{weight}_a": (*rest, rank), f"lora_{weight}_b": (rank, last)}
    return replace(effect, weights=weights, fixed={weight: fixed, **effect.fixed})
