"""The calls in a model's configuration, as they stand there."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any

from layerforge.importing.configuration import Config
from layerforge.importing.tensors import Tensor, tensors_in
from layerforge.records import record


@record
class Node:
    """One call: the entry of its layer or operation, which of its calls it is, what it is called with."""

    entry: Config
    call: int
    args: Sequence[Any]
    kwargs: Mapping[str, Any]

    @property
    def layer(self) -> str:
        return str(self.entry.get("name") or self.entry["config"]["name"])

    @property
    def key(self) -> tuple[str, int]:
        return self.layer, self.call


def is_operation(entry: Config) -> bool:
    """Whether an entry is an operation: it may have the class name of a layer, but not its module."""
    module = str(entry.get("module") or "")
    return module.startswith(("keras.src.ops", "keras.ops"))


def is_model(entry: Config) -> bool:
    """Whether an entry is a nested model."""
    config = entry.get("config")
    return isinstance(config, Mapping) and isinstance(config.get("layers"), list)


def is_input(entry: Config) -> bool:
    return entry.get("class_name") == "InputLayer"


def given(node: Node) -> Iterator[Tensor]:
    """Every tensor that a call takes."""
    return tensors_in([node.args, node.kwargs])


def call_of(tensor: Tensor) -> tuple[str, int]:
    """The key of the call that gave a tensor."""
    return tensor.layer, tensor.call
