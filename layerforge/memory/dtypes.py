"""Which type the numbers have: of weights by a layer's dtype policy, of what flows by what made it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from layerforge.components import Component
from layerforge.infer import Step
from layerforge.layers import Layer

DEFAULT: Final = "float32"
_BITS: Final = {"float8_e4m3fn": 8, "float8_e5m2": 8, "bfloat16": 16, "bool": 8}
# Layers that move values about and leave their type: whole numbers stay whole.
_MOVERS: Final = frozenset(
    (
        *("Flatten", "Reshape", "Permute", "RepeatVector", "Identity", "Concatenate"),
        *("Cropping1D", "Cropping2D", "Cropping3D"),
        *("ZeroPadding1D", "ZeroPadding2D", "ZeroPadding3D"),
        *("UpSampling1D", "UpSampling2D", "UpSampling3D"),
    )
)
_INDICES: Final = (
    "Hashing",
    "Discretization",
    "IntegerLookup",
    "StringLookup",
    "TextVectorization",
)
_TRUTHS: Final = frozenset(
    (
        *("equal", "not_equal", "less", "less_equal", "greater", "greater_equal", "isclose"),
        *("isfinite", "isinf", "isnan", "isposinf", "isneginf", "isreal", "any", "all", "isin"),
        *("logical_and", "logical_or", "logical_not", "logical_xor", "signbit", "in_top_k"),
    )
)
_PLACES: Final = ("argmax", "argmin", "argsort", "argpartition", "searchsorted", "digitize")


def size_of(dtype: str) -> int:
    """Bytes of one number; of a text, which lies elsewhere, as of a reference."""
    digits = "".join(filter(str.isdigit, dtype))
    return _BITS.get(dtype, int(digits) if digits else 64) // 8


def compute_dtype(layer: Layer, default: str = DEFAULT) -> str:
    """The type a layer computes in and gives: the half of `mixed_float16`."""
    return _policy(layer, default).removeprefix("mixed_")


def variable_dtype(layer: Layer, default: str = DEFAULT) -> str:
    """The type of a layer's weights: float32 under a mixed policy."""
    policy = _policy(layer, default)
    return "float32" if policy.startswith("mixed_") else policy


def _policy(layer: Layer, default: str) -> str:
    """The name of a layer's dtype policy; a quantised one stands for what it is made from."""
    value = layer.values.get("dtype")
    if value is None:
        inner = [each for each in layer.values.values() if isinstance(each, Layer)]
        return _policy(inner[0], default) if inner else default
    if isinstance(value, Component):
        named = value.values.get("name") or value.values.get("source_name")
        value = named or (value.name if value.name.islower() else default)
    return str(value).rpartition("_from_")[2]


def given_dtype(step: Step, taken: Sequence[str], policy: str = DEFAULT) -> str:
    """The type of what a call gives, from the types of what it takes and the policy of all layers."""
    layer = step.call.layer
    first = taken[0] if taken else DEFAULT
    if layer.type.is_operation:
        return _of_operation(layer.type.name.rpartition(".")[2], layer.values, taken)
    if layer.type.name in _INDICES:
        counts = layer.values.get("output_mode", "int") != "int"
        return compute_dtype(layer, policy) if counts else "int64"
    moved = layer.type.name in _MOVERS and not _is_float(first)
    return first if moved else compute_dtype(layer, policy)


def _of_operation(name: str, values: Any, taken: Sequence[str]) -> str:
    written = values.get("dtype")
    if isinstance(written, str):
        return written
    if name in _TRUTHS:
        return "bool"
    if name in _PLACES:
        return "int32"
    if name == "one_hot":
        return DEFAULT
    floats = [dtype for dtype in taken if _is_float(dtype)]
    return max(floats, key=size_of) if floats else (taken[0] if taken else DEFAULT)


def _is_float(dtype: str) -> bool:
    return "float" in dtype
