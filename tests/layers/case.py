"""What a case of the catalog is: a layer as a spec writes it, and the shapes it is called on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Any, TypeAlias

from layerforge.arguments import INVALID
from layerforge.diagnostics import Diagnostic
from layerforge.layers import Effect, Layer, read_layer
from layerforge.shapes import UNKNOWN, Shape
from layerforge.source import Mapping, Node, Scalar, read

Sample: TypeAlias = tuple[int | None, ...]  # a shape without batch, None for a free dimension


@dataclass(frozen=True, slots=True)
class Case:
    """One layer on inputs of some shapes, which Keras takes and layerforge must see alike.

    `layer` is the text of a stack's item. `shapes` leave the batch out; `named` are tensors given by
    name, one or a list of them; `options` the call's arguments that are no tensors. `params` and
    `macs`, where given, are golden numbers.
    """

    layer: str
    shapes: tuple[Sample, ...]
    named: dict[str, Any] = field(default_factory=dict)
    dtype: str | None = None
    batch: int | None = None
    params: int | None = None
    macs: int | None = None
    options: dict[str, Any] = field(default_factory=dict)

    def __str__(self) -> str:
        named = [f"{name}={value}" for name, value in self.named.items()]
        named += [f"{name}={value}" for name, value in self.options.items()]
        named += [f"batch={self.batch}"] if self.batch else []
        return " ".join([self.layer, "on", *map(str, self.shapes), *named])


@dataclass(frozen=True, slots=True)
class BadCase:
    """One layer that neither Keras nor layerforge takes, and the code layerforge says so with.

    `late` marks what Keras builds without a word and fails at only when data come.
    """

    case: Case
    code: str
    late: bool = False

    def __str__(self) -> str:
        return f"{self.case}: {self.code}"


def case(layer: str, *shapes: Sample, **rest: Any) -> Case:
    """A case; keywords other than the fields of Case are tensors given by name."""
    fields = ("dtype", "batch", "params", "macs", "options")
    own = {name: rest.pop(name) for name in fields if name in rest}
    return Case(layer, shapes, rest, **own)


def bad(code: str, layer: str, *shapes: Sample, late: bool = False, **rest: Any) -> BadCase:
    """A case that both refuse, layerforge with `code`, and Keras at once or, if `late`, with data."""
    return BadCase(case(layer, *shapes, **rest), code, late)


def nodes(layer: str) -> tuple[Scalar, Node | None]:
    """The key and the arguments of an item's text."""
    tree = read(layer, "case", [])
    if isinstance(tree, Mapping):
        return tree.entries[0]
    assert isinstance(tree, Scalar), layer
    return tree, None


def read_case(case: Case, found: list[Diagnostic]) -> Layer | None:
    """The layer of a case, or None after adding to `found` what is wrong with its text."""
    layer = read_layer(*nodes(case.layer), found)
    if layer is INVALID:
        return None
    assert isinstance(layer, Layer)
    return layer


def the_layer(case: Case) -> Layer:
    """The layer of a case that has no fault."""
    found: list[Diagnostic] = []
    layer = read_case(case, found)
    assert layer is not None, found
    return layer


def batched(case: Case, sample: Sample) -> Shape:
    """The shape as rules take it: the batch first, free dimensions unknown."""
    return tuple(UNKNOWN if dim is None else dim for dim in (case.batch, *sample))


def effect_of(layer: Layer, case: Case) -> Effect:
    """The layer's effect on the tensors of the case."""
    shapes = [batched(case, shape) for shape in case.shapes]
    named = {name: _each(case, value) for name, value in case.named.items()}
    return layer.effect(*shapes, options=case.options, **named)


def _each(case: Case, value: Sample | Sequence[Sample]) -> Any:
    if isinstance(value, list):
        return tuple(batched(case, sample) for sample in value)
    return batched(case, value)  # type: ignore[arg-type]
