"""A model inside a TimeDistributed, in layers: each layer at each step is the whole model at each step."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any, Final

from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import Config
from layerforge.importing.needed import needed_nodes
from layerforge.importing.nodes import Node, is_model, is_operation
from layerforge.importing.tensors import Tensor, histories, tensors_in
from layerforge.records import record

INPUT: Final = ""  # what the whole model is called on, among the sources of a step

# Layers of several tensors that do the same at every place, so at every step too.
_POINTWISE: Final = ("Add", "Average", "Maximum", "Minimum", "Multiply", "Subtract")


@record
class Step:
    """One layer of the model, as an entry to call on what other steps give."""

    key: str
    entry: Config
    sources: tuple[str, ...]


def steps_of(entry: Config) -> list[Step] | None:
    """The layers of the model that a TimeDistributed holds, in the model's order; None for any other entry.

    Raises SpecError where the model does more than calling layers once on what is in it.
    """
    held = entry["config"].get("layer") if entry.get("class_name") == "TimeDistributed" else None
    if not isinstance(held, Mapping) or not is_model(held):
        return None
    if "input_layers" in held["config"]:
        return _of_functional(entry, held["config"])
    inside = [each for each in held["config"]["layers"] if each["class_name"] != "InputLayer"]
    names = [str(each["config"]["name"]) for each in inside]
    before = [INPUT, *names]
    return [
        Step(name, _on_each_step(entry, each), (source,))
        for name, each, source in zip(names, inside, before, strict=False)
    ]


def _of_functional(entry: Config, config: Config) -> list[Step]:
    inputs, outputs = histories(config["input_layers"]), histories(config["output_layers"])
    if len(inputs) != 1 or len(outputs) != 1:
        raise SpecError("not-importable", "is a TimeDistributed of a model of several tensors")
    nodes = needed_nodes(config, outputs)
    steps = [_step(entry, node, inputs[0].layer) for node in nodes]
    # The last step bears the name of the whole, so the output must be what comes last.
    last = next((step for step in steps if step.key == outputs[0].layer), None)
    if last is None:
        raise SpecError("not-importable", "is a TimeDistributed of a model that gives its input")
    return [*(step for step in steps if step is not last), last]


def _step(entry: Config, node: Node, start: str) -> Step:
    given = list(tensors_in(node.args))
    name = str(node.entry.get("class_name"))
    if is_operation(node.entry) or node.call or next(tensors_in(node.kwargs), None) is not None:
        what = f"calls `{node.layer}` in a way that no layer of a single step has"
        raise SpecError("not-importable", f"is a TimeDistributed of a model that {what}")
    sources = tuple(INPUT if tensor.layer == start else tensor.layer for tensor in given)
    if len(given) == 1:
        return Step(node.layer, _on_each_step(entry, node.entry), sources)
    if name not in (*_POINTWISE, "Concatenate") or len(_ranks(given)) != 1:
        message = f"is a TimeDistributed of a model with a `{name}` of several tensors"
        raise SpecError("not-importable", message)
    return Step(node.layer, _merging(node.entry), sources)


def _ranks(given: list[Tensor]) -> set[int | None]:
    return {None if tensor.shape is None else len(tensor.shape) for tensor in given}


def _merging(entry: Config) -> Config:
    """A merging layer for tensors that have the steps as one axis more, behind the batch."""
    config: dict[str, Any] = {k: v for k, v in entry["config"].items() if k != "name"}
    if config.get("axis", -1) > 0:
        config["axis"] += 1
    return {**entry, "config": config}


def _on_each_step(entry: Config, layer: Config) -> Config:
    kept = {key: entry["config"][key] for key in ("trainable", "dtype") if key in entry["config"]}
    return {**entry, "config": {**kept, "layer": layer}}
