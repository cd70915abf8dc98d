"""Which operations must be named in a script, because Keras's own numbering would not do."""

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
