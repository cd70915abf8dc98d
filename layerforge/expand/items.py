"""The walk over a stack: each item repeated, skipped, or turned into a call, its arguments read."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any

from layerforge.arguments import INVALID, Arguments, Found, Whole, plain, read_arguments, shown
from layerforge.diagnostics import Diagnostic, Related, did_you_mean
from layerforge.expand.blocks import bind_arguments, bind_inputs
from layerforge.expand.bounds import MAX_BLOCK_DEPTH, MAX_CALLS, Bounds
from layerforge.expand.frame import Frame, bare_condition, flat, place_of_name, unresolved
from layerforge.expand.inputs import DataShape, read_input, read_inputs
from layerforge.expand.names import Names
from layerforge.expand.unread import check_unread
from layerforge.graph import Call, Expectation, Graph, Input, Ref, Tensors
from layerforge.layers import FUNCTIONAL, Layer, find, unknown_layer
from layerforge.layers.catalog import snake_case
from layerforge.records import replace
from layerforge.shapes import UNKNOWN
from layerforge.source import Mapping, Node, Scalar, Sequence, is_null
from layerforge.spec import Block, Item, Scope, Spec, resolve


def expand(
    spec: Spec,
    scope: Scope,
    found: Found,
    data: DataShape | None = None,
    data_faulty: bool = False,
) -> Graph:
    """The graph of the model. Items with faults are left out of it, so that one fault gives one message.

    `data` is the shape of a sample as the section `data` says it, and where it says so; a model
    without `input` takes it. Where the section has faults (`data_faulty`), a missing input is none.
    """
    work = _Expansion(spec, found, Bounds(found), set())
    frame = Frame("", spec.items, found)
    for each in read_inputs(spec, scope, found, data):
        work.add_input(each, frame)
    if work.inputs:
        frame.previous, frame.started = Ref(work.inputs[0].name), True
    elif spec.inputs is not None or not is_null(spec.input) or data_faulty:
        frame.started = True  # there is an input, and its fault was told
    work.walk(spec.items, frame, scope)
    if (
        work.bounds.full
    ):  # its fault was told; to infer the part that fits would take long for nothing
        return Graph(spec.name, tuple(work.inputs), (), ())
    check_unread(spec, work.read, found)
    outputs = frame.results(spec.outputs) or ()
    return Graph(spec.name, tuple(work.inputs), tuple(work.calls), outputs, tuple(work.expected))


class _Told(Exception):  # noqa: N818 - a signal: the fault of this item has been told
    pass


class _Expansion:
    """The graph so far."""

    def __init__(self, spec: Spec, found: Found, bounds: Bounds, read: set[str]) -> None:
        self.spec = spec
        self.found = found
        self.bounds = bounds
        self.read = read  # the paths of the items that were read
        self.inputs: list[Input] = []
        self.calls: list[Call] = []
        self.by_name: dict[str, Call] = {}
        self.names = Names(found)
        self.expected: list[Expectation] = []

    def add_input(self, each: Input, frame: Frame) -> None:
        self.inputs.append(each)
        self.names.take(each.name, each.span)
        frame.named[each.name] = Ref(each.name)

    def walk(self, items: tuple[Item, ...], frame: Frame, scope: Scope) -> None:
        for item in items:
            try:
                self._item(item, frame, scope)
            except _Told:
                frame.bind(self._written_name(item, scope), None)
                frame.lose(item)

    def _item(self, item: Item, frame: Frame, scope: Scope) -> None:
        for here in self._times(item, scope):
            if not self.bounds.meet(item.span):
                return
            if self._holds(item, here):
                self.read.add(item.path)
                value = self._value(self._connected(item, here), frame, here)
                self._bind(self._written_name(item, here), value, frame)
                item = _chained(item)
            elif "name" in item.modifiers:
                # A skipped item lets through what it was given, and so does its name.
                sources = frame.sources(self._connected(item, here))
                frame.pass_through(self._written_name(item, here), sources)

    def _bind(self, name: str | None, value: Tensors | None, frame: Frame) -> None:
        frame.bind(name, value)
        if name is not None and frame.prefix + name in self.names.repeated:
            frame.named[name] = None  # its fault was told; which one is meant, nobody knows

    def _times(self, item: Item, scope: Scope) -> Iterable[Scope]:
        """The scopes of an item's repetitions: one without `i` where it has no `repeat`."""
        node = item.modifiers.get("repeat")
        if node is None:
            return [scope]
        resolved = self._resolved(node, scope, f"{item.path}.repeat")
        count = Whole(0).read(resolved, self.found)
        if count is INVALID:
            raise _Told
        if count > MAX_CALLS:
            message = f"`repeat: {count}` makes more than {MAX_CALLS:,} layers"
            self.found.append(Diagnostic("too-many-layers", message, node.span))
            raise _Told
        return (scope.within(i=i) for i in range(count))

    def _holds(self, item: Item, scope: Scope) -> bool:
        node = item.modifiers.get("when")
        if node is None:
            return True
        word = self._resolved(node, scope, f"{item.path}.when")
        if isinstance(word, Scalar) and word.text.lower() in ("true", "false"):
            return word.text.lower() == "true"
        message = f"`when` must be true or false, not {shown(word)}"
        self.found.append(Diagnostic("wrong-type", message, node.span, bare_condition(node)))
        raise _Told

    def _connected(self, item: Item, scope: Scope) -> Item:
        """The item with the names that its `from` computes: `from: stage_$(i - 1)`."""
        node = item.modifiers.get("from")
        if node is None:
            return item
        resolved = self._resolved(node, scope, f"{item.path}.from")
        same = resolved is node
        return item if same else replace(item, modifiers={**item.modifiers, "from": resolved})

    def _value(self, item: Item, frame: Frame, scope: Scope) -> Tensors | None:
        word = item.key.text
        if word in self.spec.blocks:
            return self._block(item, self.spec.blocks[word], frame, scope)
        if word == "use":
            return self._use(item, frame, scope)
        if word == "Input":
            return self._input(item, frame, scope)
        layer = self._layer(item, frame, scope)
        return self._call(item, layer, layer.name, frame, scope)

    def _layer(self, item: Item, frame: Frame, scope: Scope) -> Layer:
        word = item.key.text
        entry = find(word)
        if entry is None:
            self.found.append(unknown_layer(item.key, tuple(self.spec.blocks)))
            raise _Told
        node = item.arguments
        if node is not None:
            node = self._resolved(node, scope, f"{item.path}.{word}")
        arguments = read_arguments(entry.signature, node, item.span, self.found)
        if arguments is None:
            raise _Told
        return Layer(entry, arguments, self._name(item, snake_case(entry.name), frame, scope))

    def _call(
        self,
        item: Item,
        layer: Layer,
        name: str,
        frame: Frame,
        scope: Scope,
        inner: Graph | None = None,
    ) -> Ref | None:
        """Adds the call of a layer; None where what it should be called on has a fault."""
        keywords = self._keywords(item, layer, frame)
        inputs = flat(frame.sources(item)) if keywords == {} else ()
        options = self._options(item, layer, scope)
        expect = self._expect(item, scope)
        if inputs is None or keywords is None:
            return None
        if not self.bounds.add(item.span):
            raise _Told
        place = item.modifiers["expect"].span if "expect" in item.modifiers else None
        call = Call(
            name, layer, inputs, item.span, keywords, options, expect, place, inner, frame.site
        )
        self.calls.append(call)
        self.by_name[name] = call
        return Ref(name)

    def _keywords(self, item: Item, layer: Layer, frame: Frame) -> dict[str, Tensors] | None:
        """The tensors that `from` gives by name; empty where it gives them by place, None after a fault."""
        node = item.modifiers.get("from")
        if not isinstance(node, Mapping):
            return {}
        keywords: dict[str, Tensors] = {}
        for key, value in node.entries:
            tensor = frame.tensor(value)
            if key.text not in layer.type.tensors:
                known = ", ".join(layer.type.tensors)
                help = did_you_mean(key.text, layer.type.tensors) or f"it is called on {known}"
                message = f"{layer.type.name} is not called on a tensor `{key.text}`"
                self.found.append(Diagnostic("unknown-input", message, key.span, help))
                return None
            if tensor is None:
                return None
            keywords[key.text] = tensor
        return keywords

    def _use(self, item: Item, frame: Frame, scope: Scope) -> Tensors | None:
        """`use: NAME` calls a layer again, with the weights it has."""
        word = item.arguments
        if not isinstance(word, Scalar) or is_null(word):
            message = "`use` names a layer above, to call it again"
            self.found.append(Diagnostic("wrong-type", message, item.span))
            raise _Told
        value = frame.value(word)
        if value is None:
            return None
        shared = self.by_name.get(value.name) if isinstance(value, Ref) else None
        if shared is None:
            message = f"`{word.text}` is not one layer that could be called again"
            self.found.append(Diagnostic("not-shareable", message, word.span))
            raise _Told
        again = f"{shared.layer.name}.again".removeprefix(frame.prefix)
        name = self._name(item, again, frame, scope)
        return self._call(item, shared.layer, name, frame, scope, shared.inner)

    def _input(self, item: Item, frame: Frame, scope: Scope) -> Tensors | None:
        """`- Input: [96, 7]` as an item, the way a Sequential model begins."""
        if frame.prefix or is_null(item.arguments) or item.arguments is None:
            message = "`Input` needs a shape, and stands in the model's own stack"
            self.found.append(Diagnostic("missing-argument", message, item.span))
            raise _Told
        node = self._resolved(item.arguments, scope, f"{item.path}.Input")
        name = self._name(item, "input", frame, scope)
        each = read_input(name, node, item.span, self.found)
        if each is None:
            raise _Told
        self.add_input(each, frame)
        return Ref(each.name)

    def _block(self, item: Item, block: Block, frame: Frame, scope: Scope) -> Tensors | None:
        """The items of a block in a frame of its own, its arguments bound."""
        name = block.name.text
        self._check_depth(item, block, frame)
        inside = bind_arguments(item, block, scope, self.found)
        given = bind_inputs(item, block, frame)
        if inside is None or given is None:
            return None
        label = self._name(item, name, frame, scope)
        blocks = (*frame.open_blocks, name)
        if block.as_model:
            return self._nested(item, block, label, given, inside, blocks)
        first = next(iter(given.values()))
        inner = Frame(f"{label}.", block.items, self.found, dict(given), first, True, blocks)
        inner.site = item.span
        self.walk(block.items, inner, inside)
        results = inner.results(block.outputs)
        self._expect_of(item, results, scope)
        return results[0] if results and len(results) == 1 else results

    def _expect_of(self, item: Item, results: tuple[Ref, ...] | None, scope: Scope) -> None:
        """Notes the shape that a block must give, and refuses what only a layer can have beside it."""
        if node := item.modifiers.get("call"):
            message = f"`call` has no meaning here: the block {item.key.text} is no layer"
            help = "write it below a layer of the block, or `as: model` in the block"
            self.found.append(Diagnostic("unknown-key", message, node.span, help))
        expect = self._expect(item, scope)
        if expect is None or not results:
            return
        place = item.modifiers["expect"].span
        if len(results) > 1:
            message = f"`expect` is one shape, and the block gives {len(results)} tensors"
            self.found.append(Diagnostic("wrong-type", message, place))
            return
        self.expected.append(Expectation(results[0], expect, place))

    def _check_depth(self, item: Item, block: Block, frame: Frame) -> None:
        """Raises _Told for a block inside itself, or inside more blocks than any model has."""
        name = block.name.text
        if name in frame.open_blocks:
            circle = " -> ".join([*frame.open_blocks, name])
            message = f"the block `{name}` contains itself: {circle}"
            related = (Related("the block is here", block.name.span),)
            self.found.append(Diagnostic("recursive-block", message, item.span, None, related))
        elif len(frame.open_blocks) >= MAX_BLOCK_DEPTH:
            message = f"blocks inside blocks, more than {MAX_BLOCK_DEPTH} deep"
            self.found.append(Diagnostic("too-deep", message, item.span))
        else:
            return
        self.bounds.full = True
        raise _Told

    def _nested(
        self,
        item: Item,
        block: Block,
        label: str,
        given: dict[str, Tensors | None],
        scope: Scope,
        blocks: tuple[str, ...],
    ) -> Ref | None:
        """A block `as: model`: its items are a graph of their own, called as one layer."""
        work = _Expansion(self.spec, self.found, self.bounds, self.read)
        inputs = {name: Ref(f"{label}.{name}") for name in block.inputs}
        frame = Frame(f"{label}.", block.items, self.found, dict(inputs), None, True, blocks)
        frame.previous = inputs[block.inputs[0]]
        for ref in inputs.values():
            work.inputs.append(Input(ref.name, (), None, None, False, item.span))
            work.names.take(ref.name)
        work.walk(block.items, frame, scope)
        results = frame.results(block.outputs)
        tensors = flat(list(given.values()))
        if not results or tensors is None or len(tensors) != len(inputs):
            return None
        graph = Graph(label, tuple(work.inputs), tuple(work.calls), results, tuple(work.expected))
        layer = Layer(FUNCTIONAL, Arguments(), label)
        options, expect = self._options(item, layer, scope), self._expect(item, scope)
        if not self.bounds.add(item.span):
            raise _Told
        call = Call(label, layer, tensors, item.span, {}, options, expect, inner=graph)
        self.calls.append(call)
        self.by_name[label] = call
        return Ref(label)

    def _options(self, item: Item, layer: Layer, scope: Scope) -> dict[str, Any]:
        """The call's arguments that are no tensors: `call: {training: false}`."""
        node = item.modifiers.get("call")
        if node is None:
            return {}
        node = self._resolved(node, scope, f"{item.path}.call")
        signature = layer.type.call_signature
        arguments = read_arguments(signature, node, item.span, self.found, bare=False)
        if arguments is None:
            raise _Told
        return dict(arguments.values)

    def _expect(self, item: Item, scope: Scope) -> tuple[Any, ...] | None:
        node = item.modifiers.get("expect")
        if node is None:
            return None
        dims = plain(self._resolved(node, scope, f"{item.path}.expect"))
        dims = dims if isinstance(dims, list) else [dims]
        if all(dim is None or (type(dim) is int and dim >= 0) for dim in dims):
            return tuple(UNKNOWN if dim is None else dim for dim in dims)
        message = "`expect` is a shape, batch left out: a list of whole numbers or null"
        self.found.append(Diagnostic("wrong-type", message, node.span))
        return None

    def _name(self, item: Item, automatic: str, frame: Frame, scope: Scope) -> str:
        """The name of what an item makes: the one it was given, else the automatic one with a number."""
        own = self._written_name(item, scope)
        if own is not None:
            place = place_of_name(item)
            return self.names.written(frame.prefix + own, place, "repeat" in item.modifiers)
        name = self.names.automatic(frame.prefix + automatic, frame.reserved)
        frame.nameless[name.removeprefix(frame.prefix)] = item
        return name

    def _written_name(self, item: Item, scope: Scope) -> str | None:
        """The name an item was given, beside the layer or among its arguments, or None."""
        node = item.modifiers.get("name")
        if node is None and isinstance(item.arguments, Mapping):
            node = item.arguments.get("name") if item.key.text not in self.spec.blocks else None
        if node is None:
            return None
        word = resolve(node, scope, [], f"{item.path}.name")
        return word.text if isinstance(word, Scalar) and "$(" not in word.text else None

    def _resolved(self, node: Node, scope: Scope, path: str) -> Node:
        """The node with its expressions computed. Raises _Told where one could not be."""
        before = len(self.found)
        resolved = resolve(node, scope, self.found, path)
        if len(self.found) > before or unresolved(resolved):
            raise _Told
        return resolved


def _chained(item: Item) -> Item:
    """The item as its next repetition: it takes what this one gave, not again what `from` names.

    Repetitions whose names are computed stand side by side, each on what `from` names. So do those that
    take `previous` or name their tensors: what `from` says of them holds each time.
    """
    if "repeat" not in item.modifiers:
        return item
    taken, name = item.modifiers.get("from"), item.modifiers.get("name")
    nodes = taken.items if isinstance(taken, Sequence) else (taken,)
    words = [node.text for node in nodes if isinstance(node, Scalar)]
    computed = isinstance(name, Scalar) and "$(" in name.text
    if not words or "previous" in words or computed:
        return item
    others = {key: node for key, node in item.modifiers.items() if key != "from"}
    return replace(item, modifiers=others)
