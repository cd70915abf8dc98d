"""The operations of keras.ops as entries of the catalog, a module per family, and the item `slice`."""

from layerforge.layers.catalog import CATALOG
from layerforge.layers.catalog import LEFT_OUT as _NO_LAYERS
from layerforge.layers.effect import Effect
from layerforge.layers.operations import (
    activations,
    convolving,
    decompositions,
    elementwise,
    equations,
    images,
    indexing,
    joining,
    matrices,
    neural,
    ordering,
    pairwise,
    rearranging,
    reductions,
    shaping,
    signals,
)
from layerforge.layers.operations.left_out import LEFT_OUT
from layerforge.layers.operations.registration import entry_of
from layerforge.layers.operations.slices import Key, selected
from layerforge.shapes import Shape

_NO_LAYERS.update(LEFT_OUT)


def _slice(x: Shape, *, key: Key) -> Effect:
    """Takes part of each sample, in NumPy's notation: `"[:, -1:, :]"` keeps the last step.

    Between commas stand a position, `start:stop:step`, `...` or `None`; the batch is always `:`.
    Source: NumPy's basic indexing; Keras `GetItem`.
    """
    return Effect(selected(x, key))


CATALOG["slice"] = entry_of("slice", _slice, _slice.__doc__ or "")

__all__ = [
    "activations",
    "convolving",
    "decompositions",
    "elementwise",
    "equations",
    "images",
    "indexing",
    "joining",
    "matrices",
    "neural",
    "ordering",
    "pairwise",
    "rearranging",
    "reductions",
    "shaping",
    "signals",
]
