"""The cases of the catalog, a module per family, picked up by the lists below.

A family's module holds `CASES` (layers that Keras takes, on shapes without batch) and `BAD` (layers
that it refuses). To add a family, write `cases/<family>.py` and name it in `_FAMILIES`; every case is
then checked for output shapes, weights, gates and golden numbers, and every bad one for its code.
"""

from typing import Final

from layerforge.layers import ALIASES, CATALOG, LayerType
from tests.layers.case import BadCase, Case
from tests.layers.cases import (
    activation,
    attention,
    convolution,
    convolutional_recurrent,
    core,
    images,
    merging,
    normalization,
    own,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)

_FAMILIES: Final = (
    activation,
    attention,
    convolution,
    convolutional_recurrent,
    core,
    images,
    merging,
    normalization,
    own,
    pooling,
    preprocessing,
    recurrent,
    regularization,
    reshaping,
    wrappers,
)

# Families that transform data before the model, with loops and tables that are no products of weights.
_DATA: Final = (images, preprocessing)

CASES: Final[list[Case]] = [case for family in _FAMILIES for case in family.CASES]
MODELLED: Final[list[Case]] = [
    c for family in _FAMILIES if family not in _DATA for c in family.CASES
]
BAD: Final[list[BadCase]] = [bad for family in _FAMILIES for bad in family.BAD]

# The catalog without the functions of keras.ops, which have tests of their own.
LAYERS: Final[dict[str, LayerType]] = {
    name: entry for name, entry in CATALOG.items() if not entry.is_operation
}
SECOND_NAMES: Final[dict[str, str]] = {
    alias: name for alias, name in ALIASES.items() if name in LAYERS
}
