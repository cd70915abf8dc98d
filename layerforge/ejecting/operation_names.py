"""Names of operations: which a script must give, and which Keras must not take for its own."""

from __future__ import annotations

import re
from typing import Final

from layerforge.graph import Call, Graph
from layerforge.layers import snake_case

# Where Keras's class is not called as its function is.
_CLASSES: Final = {
    "slice": "get_item",
    "ops.abs": "absolute",
    "ops.conj": "conjugate",
    "ops.swish": "silu",
    "ops.hard_swish": "hard_silu",
    "ops.cdist": "c_dist",
    "ops.layer_normalization": "layer_norm",
    "ops.rms_normalization": "rms_norm",
    "ops.batch_normalization": "batch_norm",
    "ops.searchsorted": "search_sorted",
    "ops.allclose": "all_close",
}
# What layers compute masks with: `compute_mask` in keras/src/layers.
_IN_MASKS: Final = frozenset(
    ("all", "any", "broadcast_to", "cast", "concatenate", "expand_dims", "logical_and")
) | {
    "logical_or",
    "not_equal",
    "ones_like",
    "reshape",
    "squeeze",
    "transpose",
    "where",
    "zeros_like",
}


def must_be_named(graph: Graph) -> set[str]:
    """The operations with a name of their user's, and all of them where Keras might give a name twice."""
    operations = [call for call in graph.calls if call.layer.type.is_operation]
    own = {call.name for call in operations if not _is_automatic(call)}
    stems = {_automatic(call) for call in operations}
    others = {each.name for each in graph.inputs} | own
    others |= {call.layer.name for call in graph.calls if not call.layer.type.is_operation}
    if stems & {_stem(name) for name in others}:
        return {call.name for call in operations}
    return own


def _is_automatic(call: Call) -> bool:
    """Whether the name is what the language makes up, inside a block (`residual_1.mean`) too."""
    name = call.name.rpartition(".")[2]
    return _stem(name) == _stem(snake_case(call.layer.type.name))


def _automatic(call: Call) -> str:
    name = call.layer.type.name
    return _stem(_CLASSES.get(name, snake_case(name)))


def _stem(name: str) -> str:
    return re.sub(r"(_\d+)+$", "", name)


def makes_masks(graph: Graph) -> bool:
    """Whether some layer of the model, or of one nested in it, makes a mask."""
    for call in graph.calls:
        values = call.layer.values
        if call.layer.type.name == "Masking" or values.get("mask_zero") is True:
            return True
        if call.inner is not None and makes_masks(call.inner):
            return True
    return False


def reserved(graph: Graph) -> dict[str, int]:
    """How many of Keras's automatic names are taken by layers and inputs, by what they begin with.

    Keras numbers the operations that it adds to compute masks without a look at the names of
    layers, and refuses a model in which a name stands twice.
    """
    numbers: dict[str, int] = {}
    for name in [*(each.name for each in graph.inputs), *(call.name for call in graph.calls)]:
        stem, _, number = name.rpartition("_") if name[-1].isdigit() else (name, "", "0")
        if stem in _IN_MASKS and number.isdigit():
            numbers[stem] = max(numbers.get(stem, 0), int(number) + 1)
    return numbers
