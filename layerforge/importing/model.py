"""The configuration of a functional or Sequential model -> Graph, every fault of it told at once."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from layerforge.arguments import Arguments
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.graph import Call, Graph, Input, Ref, Tensors
from layerforge.importing.calls import Given, given_to, given_to_model
from layerforge.importing.configuration import Config
from layerforge.importing.faults import Faulty, refuse_class
from layerforge.importing.layers import layer_of
from layerforge.importing.needed import needed_nodes
from layerforge.importing.nodes import Node, is_input, is_model, is_operation
from layerforge.importing.operations import operation_of
from layerforge.importing.sequential import as_functional
from layerforge.importing.stepwise import INPUT, Step, steps_of
from layerforge.importing.tensors import Tensor, histories, shape_of, tensors_in
from layerforge.importing.translations import SCALED_SUM, scaled, translated
from layerforge.layers import FUNCTIONAL, Layer, find
from layerforge.records import record, replace
from layerforge.shapes import Shape
from layerforge.writing.order import in_reading_order
from layerforge.writing.values import NOWHERE


@record
class Imported:
    """What became of a model: its graph, None after a fault, and the classes put into other words."""

    graph: Graph | None
    found: tuple[Diagnostic, ...]
    translated: tuple[str, ...] = ()


# What reading a configuration comes upon that no program wrote: its parts are of any kind.
_STRANGE = (ArithmeticError, AttributeError, LookupError, RecursionError, TypeError, ValueError)


def import_model(config: Config) -> Imported:
    """The graph of a serialised model, such as the `config.json` of a .keras file.

    Nothing in it is run or made: a class that is not Keras's own is a fault, never code.
    """
    faulty = Faulty()
    graph = None
    try:
        graph = _graph(config, faulty, True)
    except SpecError as error:
        faulty.add(str(config.get("class_name")), error)
    except _STRANGE as error:
        lacking = f": it lacks {error}" if isinstance(error, KeyError) else ""
        message = f"is no configuration that Keras writes{lacking}"
        faulty.add(str(config.get("class_name")), SpecError("not-importable", message))
    found = tuple(faulty.diagnostics())
    return Imported(graph if not found else None, found, tuple(sorted(faulty.translated)))


def _graph(entry: Config, faulty: Faulty, trainable: bool) -> Graph:
    refuse_class(entry)
    config = entry["config"]
    if "input_layers" not in config:
        config = as_functional(entry)
    reading = _Reading(config, faulty, trainable and config.get("trainable", True) is not False)
    return reading.graph()


@record
class _Made:
    """One call before its tensors have names."""

    name: str
    layer: Layer
    given: Given
    outputs: int
    inner: Graph | None = None


class _Reading:
    """A model being read: what its calls are called, by layer and the number of the call."""

    def __init__(self, config: Config, faulty: Faulty, trainable: bool) -> None:
        self.config = config
        self.faulty = faulty
        self.trainable = trainable
        self.names: dict[tuple[str, int], str] = {}
        self.taken: set[str] = set()
        self.layers: dict[str, tuple[Layer, Graph | None]] = {}
        self.made: dict[str, _Made] = {}

    def graph(self) -> Graph:
        entries = {_name_of(entry): entry for entry in self.config["layers"]}
        outputs = [self._output(t, entries) for t in histories(self.config["output_layers"])]
        inputs = [self._input(entries[t.layer]) for t in histories(self.config["input_layers"])]
        for node in needed_nodes(self.config, outputs):
            try:
                self._node(node)
            except SpecError as error:
                self.faulty.add(node.layer, error)
        name = sane(str(self.config["name"]))
        if self.faulty:
            return Graph(name, tuple(inputs), (), ())
        calls = tuple(self._call(made) for made in self.made.values())
        graph = Graph(name, tuple(inputs), calls, tuple(self._ref(t) for t in outputs))
        return replace(graph, calls=in_reading_order(graph))

    def _output(self, tensor: Tensor, entries: Mapping[str, Config]) -> Tensor:
        """Keras counts the calls of a nested functional model from 1 here, and only here."""
        entry = entries[tensor.layer]
        is_functional = is_model(entry) and "input_layers" in entry["config"]
        return replace(tensor, call=tensor.call - 1) if is_functional else tensor

    def _input(self, entry: Config) -> Input:
        config = entry["config"]
        batch, *dims = config.get("batch_shape") or config["batch_input_shape"]
        name = self._free(_name_of(entry))
        self.names[(_name_of(entry), 0)] = name
        dtype = config.get("dtype")
        dtype = None if dtype == "float32" or not isinstance(dtype, str) else dtype
        return Input(name, shape_of(dims), dtype, batch, bool(config.get("sparse")), NOWHERE)

    def _node(self, node: Node) -> None:
        if is_input(node.entry):
            return
        name = self._free(node.layer if node.call == 0 else f"{node.layer}.again")
        self.names[node.key] = name
        if (node.entry.get("module"), node.entry.get("class_name")) == SCALED_SUM:
            self._scaled_sum(node, name)
        elif is_operation(node.entry):
            layer, inputs, named = operation_of(node.entry, name, _raw(node))
            self._add(name, layer, Given(inputs, named))
        elif is_model(node.entry):
            layer, inner = self._nested(node)
            assert inner is not None
            self.made[name] = _Made(name, layer, given_to_model(node), len(inner.outputs), inner)
        elif steps := steps_of(node.entry):
            self._in_steps(node, name, steps)
        else:
            layer = self._layer(node)
            self._add(name, layer, given_to(node, layer.type))

    def _scaled_sum(self, node: Node, name: str) -> None:
        first, second = tensors_in(node.args)
        rescaling, total = scaled(node.entry, name)
        self.faulty.translated.add("CustomScaleLayer as Rescaling and Add")
        inner = self._free(f"{name}_scale")
        self.names[(inner, 0)] = inner
        self._add(inner, replace(rescaling, name=inner), Given((second,)))
        part = Tensor(inner, 0, 0, second.shape)
        self._add(name, total, Given((first, part)))

    def _in_steps(self, node: Node, name: str, steps: list[Step]) -> None:
        """A model at each step as its layers at each step; the last is called as the whole was."""
        held = find("TimeDistributed")
        assert held is not None
        self.faulty.translated.add("TimeDistributed of a model as one of each of its layers")
        given = given_to(node, held)
        tensors = {INPUT: given.inputs[0]}
        for at, step in enumerate(steps):
            part = name if at == len(steps) - 1 else self._free(f"{name}_{at}")
            inputs = tuple(tensors[source] for source in step.sources)
            layer = self._of_step(f"{node.layer}/{at}", step, part, inputs)
            # What was said to the whole is said to the layers that take its input.
            told = given if INPUT in step.sources and layer.type is held else Given(())
            call = Given(inputs, told.named, given.options if layer.type is held else {})
            self._add(part, layer, call)
            self.names[(part, 0)] = part
            tensors[step.key] = Tensor(part, 0, 0, _shape_after(layer, call))

    def _of_step(self, key: str, step: Step, name: str, inputs: tuple[Tensor, ...]) -> Layer:
        """The layer of a step: the same one at each call of the whole."""
        if key not in self.layers:
            entry = find(str(step.entry["class_name"]))
            assert entry is not None
            shapes = tuple(t.shape for t in inputs if t.shape is not None)
            layer = layer_of(entry, step.entry["config"], name, shapes)
            self.layers[key] = self._frozen(layer), None
        return self.layers[key][0]

    def _layer(self, node: Node) -> Layer:
        """The layer of a node: the same one at each of its calls."""
        if node.layer not in self.layers:
            entry = translated(node.entry)
            if entry is not node.entry:
                self.faulty.translated.add(f"{node.entry['class_name']} as {entry['class_name']}")
            refuse_class(entry)
            found = find(str(entry["class_name"]))
            assert found is not None
            shapes = tuple(t.shape for t in tensors_in(node.args) if t.shape is not None)
            layer = layer_of(found, entry["config"], self.names[node.key], shapes)
            self.layers[node.layer] = self._frozen(layer), None
        return self.layers[node.layer][0]

    def _nested(self, node: Node) -> tuple[Layer, Graph | None]:
        if node.layer not in self.layers:
            inner = _graph(node.entry, self.faulty, self.trainable)
            layer = Layer(FUNCTIONAL, Arguments(), self.names[node.key])
            self.layers[node.layer] = layer, replace(inner, name=layer.name)
        return self.layers[node.layer]

    def _frozen(self, layer: Layer) -> Layer:
        """A model that is not trained trains none of its layers."""
        if self.trainable or layer.type.signature.parameter("trainable") is None:
            return layer
        return replace(layer, arguments=Arguments({**layer.values, "trainable": False}))

    def _add(self, name: str, layer: Layer, given: Given) -> None:
        outputs, has_weights = _effect(layer, given)
        if not has_weights and "trainable" in layer.values:
            values = {k: v for k, v in layer.values.items() if k != "trainable"}
            layer = replace(layer, arguments=Arguments(values))
        self.made[name] = _Made(name, layer, given, outputs)

    def _call(self, made: _Made) -> Call:
        inputs = tuple(self._ref(tensor) for tensor in made.given.inputs)
        named = {name: self._refs(value) for name, value in made.given.named.items()}
        options = made.given.options
        return Call(made.name, made.layer, inputs, NOWHERE, named, options, inner=made.inner)

    def _refs(self, value: Any) -> Tensors:
        if isinstance(value, Tensor):
            return self._ref(value)
        return tuple(self._ref(tensor) for tensor in tensors_in(value))

    def _ref(self, tensor: Tensor) -> Ref:
        name = self.names[(tensor.layer, tensor.call)]
        made = self.made.get(name)
        several = made is not None and made.outputs > 1
        return Ref(name, tensor.output if several else None)

    def _free(self, wish: str) -> str:
        """The wish as a name that a spec can bear and that no other call has."""
        name, count = sane(wish), 1
        while name in self.taken:
            name, count = f"{sane(wish)}_{count}", count + 1
        self.taken.add(name)
        return name


def _shape_after(layer: Layer, given: Given) -> Shape | None:
    """The shape of what a call gives, where it is known."""
    try:
        shapes = [tensor.shape for tensor in given.inputs if tensor.shape is not None]
        known = len(shapes) == len(given.inputs)
        return layer.effect(*shapes, options=given.options).outputs[0] if known else None
    except SpecError:
        return None


def _effect(layer: Layer, given: Given) -> tuple[int, bool]:
    """How many tensors a call gives, and whether the layer has weights."""
    shapes = [tensor.shape for tensor in given.inputs]
    named = {name: _shapes(value) for name, value in given.named.items()}
    if None in shapes:
        return 1, True
    known = [shape for shape in shapes if shape is not None]
    try:
        effect = layer.effect(*known, options=given.options, **named)
    except SpecError:
        return 1, True  # `infer` tells it, at the place in the spec
    return len(effect.outputs), bool(effect.weights or effect.fixed)


def _shapes(value: Any) -> Shape | tuple[Shape, ...] | None:
    if isinstance(value, Tensor):
        return value.shape
    return tuple(tensor.shape or () for tensor in tensors_in(value))


def _raw(node: Node) -> Config:
    return {"args": node.args, "kwargs": node.kwargs}


def _name_of(entry: Config) -> str:
    return str(entry.get("name") or entry["config"]["name"])


def sane(name: str) -> str:
    """The name with what a spec cannot bear in it replaced; the calls of `again` keep their point."""
    kept = re.sub(r"[^A-Za-z0-9_.-]", "_", name).replace(".", "_").replace("_again", ".again")
    return kept if re.match(r"[A-Za-z0-9_]", kept) else f"layer_{kept.lstrip('-')}"
