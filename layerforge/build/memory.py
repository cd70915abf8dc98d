"""Whether a model's weights fit into the memory of this machine, asked before one is made."""

from __future__ import annotations

from typing import Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.infer import Plan
from layerforge.memory.machine import installed_memory

_FLOAT32: Final = 4  # bytes
_GIB: Final = 2**30


def check_memory(plan: Plan) -> None:
    """Raises Faults where the weights alone, in float32, are more than the machine's memory.

    Linux would promise the memory all the same, and end the process once it is written to.
    """
    needed, there = _FLOAT32 * plan.params, installed_memory()
    if there is not None and needed > there:
        sizes = f"{needed / _GIB:,.1f} GiB, and this machine has {there / _GIB:,.1f} GiB"
        message = f"the weights of `{plan.name}` take {sizes}"
        raise Faults(Diagnostic("out-of-memory", message, help="make the model smaller"))
