"""Graph -> Plan: every call's output shape, weights, multiply-adds and gates, without Keras."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping
from typing import Any

from layerforge.advice import advise
from layerforge.arguments import Found
from layerforge.diagnostics import Diagnostic, Related, Span, SpecError
from layerforge.graph import Call, Expectation, Graph, Input, Ref, Tensors
from layerforge.layers import Effect, Layer, Recurrence, snake_case
from layerforge.records import field, record, replace
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, differ, size, without_batch


@record
class Weight:
    """One weight: Keras's path (`lstm/lstm_cell/kernel`), its shape, whether training moves it."""

    path: str
    shape: tuple[int, ...]
    trainable: bool

    @property
    def name(self) -> str:
        """The last part of the path, as Keras's `Variable.name`."""
        return self.path.rpartition("/")[2]

    @property
    def params(self) -> int:
        count = size(self.shape)
        assert isinstance(count, int)
        return count


@record
class Step:
    """One call with what it takes and gives. The weights of a layer called again are listed once.

    `inner` is the plan of a nested model; the step's own figures include it.
    """

    call: Call
    sources: tuple[str, ...]
    input_shapes: tuple[Shape, ...]
    outputs: tuple[Shape, ...]
    weights: tuple[Weight, ...] = ()
    macs: Dim = 0
    recurrences: tuple[Recurrence, ...] = ()
    shared: bool = False
    inner: Plan | None = None

    @property
    def params(self) -> int:
        return sum(weight.params for weight in self.weights)

    @property
    def trainable_params(self) -> int:
        return sum(weight.params for weight in self.weights if weight.trainable)


@record
class Plan:
    """A model whose every shape is known: what tables print, and what Keras is held against."""

    graph: Graph
    steps: tuple[Step, ...]
    outputs: tuple[Shape, ...]
    complete: bool = True
    shapes: Mapping[str, tuple[Shape, ...]] = field(default_factory=dict, compare=False)

    @property
    def name(self) -> str:
        return self.graph.name

    @property
    def params(self) -> int:
        return sum(step.params for step in self.steps)

    @property
    def trainable_params(self) -> int:
        return sum(step.trainable_params for step in self.steps)

    def layers(self) -> Iterator[Layer]:
        """Every layer that is one and no operation, those inside layers and nested models too."""
        for step in self.steps:
            if step.inner is not None:
                yield from step.inner.layers()
            elif not step.call.layer.type.is_operation:
                yield from _with_inner([step.call.layer])

    @property
    def macs(self) -> Dim:
        total: Dim = 0
        for step in self.steps:
            total = total + step.macs
        return total


def _with_inner(values: Iterable[Any]) -> Iterator[Layer]:
    for value in values:
        if isinstance(value, Layer):
            yield value
            yield from _with_inner(value.values.values())
        elif isinstance(value, tuple):
            yield from _with_inner(value)


def infer(graph: Graph, found: Found) -> Plan:
    """The plan of a graph. A call that takes the result of a faulty one is passed over in silence."""
    work = _Inference(graph, found)
    for given in graph.inputs:
        work.shapes[given.name] = (input_shape(given),)
    for call in graph.calls:
        work.call(call)
    for each in graph.expected:
        work.expect(each)
    outputs = [work.shape(ref) for ref in graph.outputs]
    complete = None not in outputs and len(work.steps) == len(graph.calls) and bool(outputs)
    if complete and not found:
        _check_unused(graph, found)
    known = tuple(shape for shape in outputs if shape is not None)
    return Plan(graph, tuple(work.steps), known, complete, work.shapes)


def input_shape(each: Input) -> Shape:
    """The shape of an input with its batch axis."""
    return (UNKNOWN if each.batch_size is None else each.batch_size, *each.shape)


class _Inference:
    """The shapes so far, by the name of the call that gives them."""

    def __init__(self, graph: Graph, found: Found) -> None:
        self.found = found
        self.shapes: dict[str, tuple[Shape, ...]] = {}
        self.calls = {call.name: call for call in graph.calls}
        self.inputs = {each.name: each for each in graph.inputs}
        self.counted: dict[str, tuple[Call, Effect]] = {}
        self.steps: list[Step] = []
        self.told: set[tuple[str, str, Span | None]] = set()

    def call(self, call: Call) -> None:
        shapes = [self.shape(ref, call) for ref in call.inputs]
        tensors = {name: self._shapes(value, call) for name, value in call.keywords.items()}
        if None in shapes or None in tensors.values():
            return
        given = tuple(shape for shape in shapes if shape is not None)
        inner = None
        try:
            if call.inner is not None:
                inner = self._nested(call.inner, given)
                effect = _effect_of(inner)
            else:
                _check_alone(call)
                effect = call.layer.effect(*given, options=call.options, **tensors)
            self._check_shared(call, effect)
        except SpecError as error:
            if error.code:
                self._tell(self._fault(call, error))
            return
        self._check_expected(call, effect)
        self.shapes[call.name] = effect.outputs
        keyword_shapes = tuple(s for ref in _keyword_refs(call) if (s := self.shape(ref)))
        self.steps.append(self._step(call, effect, given + keyword_shapes, inner))

    def expect(self, wanted: Expectation) -> None:
        """Holds what a block gives against what was said of it."""
        shape = self.shape(wanted.ref)
        if shape is not None:
            self._hold(shape, wanted.shape, wanted.span, "block")

    def shape(self, ref: Ref, taker: Call | None = None) -> Shape | None:
        """The shape a reference stands for; None where it is not known, its fault told at the taker."""
        outputs = self.shapes.get(ref.name)
        if outputs is None:
            return None
        if ref.output is None:
            if len(outputs) > 1:
                self._several(ref, len(outputs), taker)
                return None
            return outputs[0]
        if ref.output >= len(outputs):
            count = "one tensor" if len(outputs) == 1 else f"{len(outputs)} tensors, counted from 0"
            message = f"`{ref.name}` gives {count}; there is no `{ref}`"
            self.found.append(Diagnostic("unknown-name", message, ref.span))
            return None
        return outputs[ref.output]

    def _shapes(self, value: Tensors, taker: Call) -> Shape | tuple[Shape, ...] | None:
        if isinstance(value, Ref):
            return self.shape(value, taker)
        shapes = [self.shape(ref, taker) for ref in value]
        return None if None in shapes else tuple(shape for shape in shapes if shape is not None)

    def _several(self, ref: Ref, count: int, taker: Call | None) -> None:
        giver = self.calls[ref.name]
        place = ref.span or (taker or giver).span
        name, word = ref.name.rpartition(".")[2], giver.layer.type.name
        parts = ", ".join(f"{name}.{i}" for i in range(min(count, 4)))
        message = f"`{name}` gives {count} tensors; say which: {parts}"
        related = (Related(f"this {word} gives them", giver.span),) if place != giver.span else ()
        where = "`from: " if taker is not None else "`outputs: "
        help = f"write {where}{name}.0`"
        if re.sub(r"_\d+$", "", name) == snake_case(word):
            help += f", and `name: {name}` below the {word}"
        self.found.append(Diagnostic("several-outputs", message, place, help, related))

    def _nested(self, graph: Graph, shapes: tuple[Shape, ...]) -> Plan:
        """The plan of a nested model on inputs of these shapes. Raises SpecError once its faults are told."""
        inputs = tuple(
            replace(
                each, shape=shape[1:], batch_size=shape[0] if isinstance(shape[0], int) else None
            )
            for each, shape in zip(graph.inputs, shapes, strict=True)
        )
        plan = infer(replace(graph, inputs=inputs), self.found)
        if not plan.complete:
            raise SpecError("", "")
        return plan

    def _check_shared(self, call: Call, effect: Effect) -> None:
        """A layer called again keeps its weights, so what it is called on must fit them."""
        first = self.counted.setdefault(call.layer.name, (call, effect))
        if {**effect.weights, **effect.fixed} == {**first[1].weights, **first[1].fixed}:
            return
        here = ", ".join(describe(shape) for ref in call.refs() if (shape := self.shape(ref)))
        before = ", ".join(describe(s) for ref in first[0].refs() if (s := self.shape(ref)))
        raise SpecError(
            "shape-mismatch",
            f"`{call.layer.name}` has weights for {before}, and cannot be called again on {here}",
            related=(Related("it is made here", first[0].span),),
        )

    def _step(
        self, call: Call, effect: Effect, shapes: tuple[Shape, ...], inner: Plan | None
    ) -> Step:
        again = self.counted[call.layer.name][0] is not call
        # A nested model's weights are named by its own layers, as in Keras.
        prefix = "" if inner else f"{call.layer.name}/"
        weights = [Weight(f"{prefix}{path}", s, True) for path, s in effect.weights.items()]
        weights += [Weight(f"{prefix}{path}", s, False) for path, s in effect.fixed.items()]
        return Step(
            call,
            tuple(str(ref) for ref in call.refs()),
            shapes,
            effect.outputs,
            () if again else tuple(weights),
            effect.macs,
            () if again else effect.recurrences,
            again,
            inner,
        )

    def _fault(self, call: Call, error: SpecError) -> Diagnostic:
        """The fault of a rule at its place, with the layers that led to it."""
        span = call.layer.arguments.place(error.arg, call.span)
        message = error.message
        if message[:1].islower():
            message = f"{call.layer.type.name} {message}"
        related, help = advise(call, error, self.calls, self.inputs, self.shapes)
        if call.site is not None:
            related += (Related("the block is called here", call.site),)
        return Diagnostic(error.code, message, span, error.help or help, error.related + related)

    def _tell(self, fault: Diagnostic) -> None:
        """Adds a fault, of a block that is called often the first time alone."""
        known = fault.code, fault.message, fault.span
        if known not in self.told:
            self.told.add(known)
            self.found.append(fault)

    def _check_expected(self, call: Call, effect: Effect) -> None:
        if call.expect is not None and call.expect_span is not None:
            self._hold(effect.output, call.expect, call.expect_span, call.layer.type.name)

    def _hold(self, shape: Shape, wanted: tuple[Dim, ...], place: Span, giver: str) -> None:
        """Tells where a shape is not the one that was expected, batch left out."""
        dims = shape[1:]
        same = len(dims) == len(wanted) and not any(
            differ(a, b) or (a is UNKNOWN) != (b is UNKNOWN)
            for a, b in zip(dims, wanted, strict=True)
        )
        if not same:
            said = without_batch((UNKNOWN, *wanted))
            message = f"expected {said}, but this {giver} gives {describe(shape)}"
            self.found.append(Diagnostic("unexpected-shape", message, place))


def _effect_of(plan: Plan) -> Effect:
    """A nested model as one layer: its layers' weights, work and gates together."""
    weights = [weight for step in plan.steps for weight in step.weights]
    return Effect(
        plan.outputs[0],
        {weight.path: weight.shape for weight in weights if weight.trainable},
        {weight.path: weight.shape for weight in weights if not weight.trainable},
        plan.macs,
        plan.outputs[1:],
        tuple(recurrence for step in plan.steps for recurrence in step.recurrences),
    )


def _keyword_refs(call: Call) -> list[Ref]:
    return list(call.refs())[len(call.inputs) :]


def _check_alone(call: Call) -> None:
    """Raises SpecError for a layer that Keras builds, but runs only inside another."""
    if holder := call.layer.type.holder:
        message = f"cannot be an item of its own: Keras runs it only inside a {holder}"
        help = f"put it into one: `{holder}: [{call.layer.type.name}]`"
        raise SpecError("cannot-stand-alone", message, help=help)


def _check_unused(graph: Graph, found: Found) -> None:
    """Every call and input must lead to an output: Keras would leave it out without a word."""
    calls = {call.name: call for call in graph.calls}
    waiting, used = [ref.name for ref in graph.outputs], set()
    while waiting:
        name = waiting.pop()
        if name not in used:
            used.add(name)
            waiting += [ref.name for ref in calls[name].refs()] if name in calls else []
    unused = [call for call in graph.calls if call.name not in used]
    taken = {ref.name for call in unused for ref in call.refs()}
    for call in unused:
        if call.name not in taken:  # what others take is unused because they are
            message = (
                f"nothing uses the result of `{call.name}`, so it would not be part of the model"
            )
            help = "take it up by `from:`, name it under `outputs:`, or delete it"
            found.append(Diagnostic("unused-item", message, call.span, help))
    for each in graph.inputs:
        if each.name not in used and each.name not in taken:
            message = f"nothing uses the input `{each.name}`"
            found.append(Diagnostic("unused-item", message, each.span))
