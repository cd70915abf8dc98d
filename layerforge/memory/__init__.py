"""How much memory a model takes for a batch: its weights, what flows through it, what training adds."""

from layerforge.memory.estimate import Memory, estimate
from layerforge.memory.slots import optimizer_bytes

__all__ = ["Memory", "estimate", "optimizer_bytes"]
