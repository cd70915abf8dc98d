"""A node of a Keras operation -> Layer of the catalog's `ops.*`, or of `slice`."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from layerforge.arguments import Arguments
from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config, node_of
from layerforge.importing.layers import read_values
from layerforge.importing.tensors import Tensor, is_tensor
from layerforge.layers import Layer, LayerType, find, whole_catalog
from layerforge.source import Node, Scalar
from layerforge.writing.plain import plain_values
from layerforge.writing.values import NOWHERE

# Operations that Keras's classes name otherwise than its functions.
_RENAMED: Final = {"gatheritem": "take"}
_WHOLE: Final = ":"


def operation_type(class_name: str) -> LayerType | None:
    """The catalog's entry for the class of an operation: `ExpandDims` is `ops.expand_dims`."""
    return _by_class().get(class_name.lower())


@cache
def _by_class() -> Mapping[str, LayerType]:
    """The operations of the catalog by the names of Keras's classes, case and underscores aside.

    The plain ones come before those of a module of their own, such as `ops.linalg.norm`.
    """
    names = sorted(
        (n for n in whole_catalog() if n.startswith("ops.")), key=lambda n: -n.count(".")
    )
    return {name.rpartition(".")[2].replace("_", ""): whole_catalog()[name] for name in names}


def operation_of(
    config: Config, name: str, node: Config
) -> tuple[Layer, tuple[Tensor, ...], dict[str, Any]]:
    """The layer of one node of an operation, the tensors it takes by place, and those by name.

    Raises SpecError for an operation that the catalog does not have.
    """
    class_name = str(config["class_name"])
    if class_name == "GetItem":
        return _slice(name, node)
    entry = operation_type(class_name)
    if entry is None:
        message = f"is the operation `{class_name}`, which a spec does not have"
        raise SpecError("not-importable", message)
    nodes = {k: node_of(v) for k, v in config["config"].items() if _counts(entry, k, v)}
    inputs, named = _operands(entry, node, nodes)
    layer = Layer(entry, Arguments(plain_values(entry, read_values(entry, nodes))), name)
    return layer, inputs, named


def _counts(entry: LayerType, name: str, value: Any) -> bool:
    if entry.signature.parameter(name) is not None:
        return True
    if name in ("name", "dtype") or value is None:
        return False
    raise SpecError("not-importable", f"has `{name}`, which {entry.name} does not take")


def _operands(
    entry: LayerType, node: Config, nodes: dict[str, Node]
) -> tuple[tuple[Tensor, ...], dict[str, Any]]:
    """The tensors of a node by place and by name; constants go into `nodes`."""
    args, kwargs = node["args"], node["kwargs"]
    if entry.variadic:
        flat = args[0] if len(args) == 1 and isinstance(args[0], list | tuple) else args
        return tuple(flat), {}
    given = {**dict(zip(entry.tensors, args, strict=False)), **kwargs}
    inputs: list[Tensor] = []
    named: dict[str, Any] = {}
    for slot, value in given.items():
        if isinstance(value, Tensor) and slot in entry.tensors:
            inputs.append(value)
        elif is_tensor(value):
            named[slot] = value
        elif value is not None:
            nodes[slot] = node_of(value)
    return tuple(inputs), named


def _slice(name: str, node: Config) -> tuple[Layer, tuple[Tensor, ...], dict[str, Any]]:
    entry = find("slice")
    if entry is None:
        raise SpecError("not-importable", "is an index, which a spec does not have yet")
    tensor, key = node["args"][:2]
    if not isinstance(tensor, Tensor):
        raise SpecError("not-importable", "is the index of something that is no tensor")
    keys = key if isinstance(key, list | tuple) else [key]
    text = f"[{', '.join(_key(each) for each in keys)}]"
    first = entry.signature.parameters[0].name
    values = read_values(entry, {first: Scalar(text, True, NOWHERE)})
    return Layer(entry, Arguments(values), name), (tensor,), {}


def _key(value: Any) -> str:
    """One index in NumPy's notation."""
    if value is None:
        return "None"
    if isinstance(value, Mapping) and value.get("class_name") == "__ellipsis__":
        return "..."
    if isinstance(value, Mapping) and value.get("class_name") == "__slice__":
        config = value["config"]
        start, stop, step = (config.get(each) for each in ("start", "stop", "step"))
        text = f"{_part(start)}{_WHOLE}{_part(stop)}"
        return text if step is None else f"{text}{_WHOLE}{_part(step)}"
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise SpecError("not-importable", "is an index by something else than numbers and slices")


def _part(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, int) and not isinstance(value, bool):
        return str(value)
    raise SpecError("not-importable", "is a slice whose ends are no whole numbers")
