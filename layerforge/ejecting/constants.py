"""Constants of operations as NumPy arrays, in the type that the model's tensors have."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any, Final

from layerforge.ejecting.layout import Expression, arguments
from layerforge.ejecting.values import literal, value
from layerforge.graph import Call, Graph
from layerforge.layers import Layer
from layerforge.layers.operations.operand import ARRAYS_ONLY, Array, Constant
from layerforge.layers.operations.registration import Rule

# Layers that may give integers or texts whatever they are given.
_CODES: Final = frozenset(
    ("CategoryEncoding", "Discretization", "HashedCrossing", "Hashing", "IntegerLookup")
) | {"StringLookup", "TextVectorization"}
# Operations that give float32 for float32.
# fmt: off
_KEEPING: Final = frozenset((
    "slice",
    "ops.abs", "ops.add", "ops.concatenate", "ops.cos", "ops.cumsum", "ops.divide",
    "ops.einsum", "ops.exp", "ops.expand_dims", "ops.flip", "ops.log", "ops.log1p",
    "ops.matmul", "ops.max", "ops.maximum", "ops.mean", "ops.min", "ops.minimum",
    "ops.moveaxis", "ops.multiply", "ops.negative", "ops.power", "ops.prod", "ops.relu",
    "ops.repeat", "ops.reshape", "ops.roll", "ops.rsqrt", "ops.sigmoid", "ops.silu",
    "ops.sin", "ops.softmax", "ops.split", "ops.sqrt", "ops.square", "ops.squeeze",
    "ops.stack", "ops.std", "ops.subtract", "ops.sum", "ops.swapaxes", "ops.tanh", "ops.tile",
    "ops.transpose", "ops.var",
))
# fmt: on


def floating(graph: Graph) -> set[str]:
    """The calls and inputs that surely give float32: those where nothing says another type."""
    sure = {each.name for each in graph.inputs if each.dtype in (None, "float32")}
    for call in graph.calls:
        if _keeps(call) and all(ref.name in sure for ref in call.refs()):
            sure.add(call.name)
    return sure


def _keeps(call: Call) -> bool:
    if call.inner is not None or "dtype" in call.layer.values:
        return False
    name = call.layer.type.name
    return name in _KEEPING if call.layer.type.is_operation else name not in _CODES


def constant(layer: Layer, key: str, given: Any, tensors: list[str], sure: bool) -> Expression:
    """The value of an operation's argument; lists that stand for tensors become arrays.

    `tensors` are the variables of the operation's tensors, `sure` says that all are float32.
    """
    rule = layer.type.rule
    assert isinstance(rule, Rule)
    alone = layer.type.name in ARRAYS_ONLY and not isinstance(given, Array)
    if key not in rule.constants or not (alone or isinstance(given, Array)):
        return value(given)
    values = [given] if alone else list(given.values)
    parameter = layer.type.signature.parameter(key)
    kind = parameter.kind if parameter else None
    whole = isinstance(kind, Constant) and kind.whole
    word = "float" if any(isinstance(each, float) for each in _leaves(values)) else "int"
    dtype = literal(f"{word}32")
    if all(isinstance(each, bool) for each in _leaves(values)):
        dtype = literal("bool")
    elif sure and tensors and not whole:
        dtype = literal("float32")
    elif tensors and not whole:
        types = ", ".join(f"{name}.dtype" for name in tensors)
        dtype = f"keras.backend.result_type({types}, {word})"
    return ("np.array", arguments([value(values), (dtype,)]))


def _leaves(values: Any) -> Iterator[Any]:
    if isinstance(values, list | tuple):
        for each in values:
            yield from _leaves(each)
    else:
        yield values
