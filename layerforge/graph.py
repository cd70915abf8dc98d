"""The graph: inputs, layer calls in order, outputs; what tables, builder and importer all speak."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any, TypeAlias

from layerforge.diagnostics import Span
from layerforge.layers import Layer
from layerforge.records import field, record
from layerforge.shapes import Dim


@record
class Ref:
    """The result of a call or input: all of it, or with `output` one of the several tensors it returns."""

    name: str
    output: int | None = None
    span: Span | None = field(default=None, compare=False)

    def __str__(self) -> str:
        return self.name if self.output is None else f"{self.name}.{self.output}"


Tensors: TypeAlias = Ref | tuple[Ref, ...]


@record
class Input:
    """What `keras.Input` takes. `shape` leaves the batch out."""

    name: str
    shape: tuple[Dim, ...]
    dtype: str | None
    batch_size: int | None
    sparse: bool
    span: Span


@record
class Call:
    """One layer called once. `inputs` are its positional tensors, `keywords` those given by name.

    `options` are the call's arguments that are no tensors (`training: false`). Calls that share a
    layer have the same `layer`; `name` is the call's own. `inner` is the graph of a nested model: the
    shapes of its inputs are those of the tensors it is called on.
    """

    name: str
    layer: Layer
    inputs: tuple[Ref, ...]
    span: Span
    keywords: Mapping[str, Tensors] = field(default_factory=dict)
    options: Mapping[str, Any] = field(default_factory=dict)
    expect: tuple[Dim, ...] | None = None
    expect_span: Span | None = None
    inner: Graph | None = None
    site: Span | None = None  # where the block is called that this is in

    def refs(self) -> Iterator[Ref]:
        """Every tensor the call takes."""
        yield from self.inputs
        for tensors in self.keywords.values():
            yield from (tensors,) if isinstance(tensors, Ref) else tensors


@record
class Expectation:
    """The shape, batch left out, that a block was said to give, and where that stands."""

    ref: Ref
    shape: tuple[Dim, ...]
    span: Span


@record
class Graph:
    """A model before shapes are known. Calls stand in an order in which they can be made."""

    name: str
    inputs: tuple[Input, ...]
    calls: tuple[Call, ...]
    outputs: tuple[Ref, ...]
    expected: tuple[Expectation, ...] = ()
