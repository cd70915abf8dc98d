"""The tensors of a configuration: which layer gave them, at which call, as which output."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from layerforge.records import record
from layerforge.shapes import UNKNOWN, Shape


@record
class Tensor:
    """What Keras calls a tensor's history, and its shape with the batch where it is known."""

    layer: str
    call: int
    output: int
    shape: Shape | None = None


def structure(value: Any) -> Any:
    """The arguments of a call with its tensors read, in the lists and mappings they stand in."""
    if isinstance(value, Mapping):
        if value.get("class_name") == "__keras_tensor__":
            return _tensor(value["config"])
        if value.get("class_name") in ("__tuple__", "__list__"):
            return [structure(each) for each in value.get("items", value.get("config"))]
        if "class_name" in value:
            return value
        return {key: structure(each) for key, each in value.items()}
    if isinstance(value, list | tuple):
        return [structure(each) for each in value]
    return value


def _tensor(config: Mapping[str, Any]) -> Tensor:
    layer, call, output = config["keras_history"]
    shape = config.get("shape")
    known = None if shape is None else shape_of(shape)
    return Tensor(str(layer), int(call), int(output), known)


def shape_of(dims: Any) -> Shape:
    """A shape of a configuration, null for what is free."""
    return tuple(UNKNOWN if dim is None else int(dim) for dim in dims)


def is_tensor(value: Any) -> bool:
    """Whether there is a tensor in the value."""
    return next(tensors_in(value), None) is not None


def tensors_in(value: Any) -> Iterator[Tensor]:
    """Every tensor in a value, in order."""
    if isinstance(value, Tensor):
        yield value
    elif isinstance(value, Mapping):
        # Keras flattens mappings by the order of their keys (keras.tree).
        for _, each in sorted(value.items()):
            yield from tensors_in(each)
    elif isinstance(value, list | tuple):
        for each in value:
            yield from tensors_in(each)


def histories(value: Any) -> list[Tensor]:
    """The tensors of `input_layers` or `output_layers`: `[layer, call, output]`, or several of them."""
    if isinstance(value, list | tuple):
        if len(value) == 3 and isinstance(value[0], str) and isinstance(value[1], int):
            return [Tensor(value[0], value[1], int(value[2]))]
        return [tensor for each in value for tensor in histories(each)]
    if isinstance(value, Mapping):
        return [tensor for _, each in sorted(value.items()) for tensor in histories(each)]
    return []
