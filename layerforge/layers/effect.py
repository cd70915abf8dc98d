"""What one layer does to shapes: its output, its weights by name, its multiply-adds, its gates."""

from __future__ import annotations

from collections.abc import Mapping, Sequence

from layerforge.records import field, record, replace
from layerforge.shapes import Dim, Shape

Weights = Mapping[str, tuple[int, ...]]


@record
class Recurrence:
    """How the weights of one recurrent direction split into gates, each as large as the others.

    `biases` is the number of bias vectors a gate has: 0 without bias, 2 for a GRU with `reset_after`.
    `kernel` and `recurrent_kernel` are the positions of a convolution's kernel, 1 for plain cells.
    """

    gates: tuple[str, ...]
    features: int
    units: int
    biases: int
    direction: str = ""
    kernel: int = 1
    recurrent_kernel: int = 1

    @property
    def per_gate(self) -> int:
        inputs = self.kernel * self.features + self.recurrent_kernel * self.units
        return self.units * inputs + self.biases * self.units

    @property
    def params(self) -> int:
        return len(self.gates) * self.per_gate


@record
class Effect:
    """The outcome of a layer rule. Shapes carry the batch axis first; weights do not have one.

    `weights` are the trainable ones and `fixed` the others, both by Keras's path inside the layer,
    in Keras's order. `macs` counts multiply-adds for one sample: products of weights or tensors
    inside matrix products and convolutions, without biases, activations, element-wise work and
    what is done once for a whole batch (low-rank products).
    `more` holds the outputs after the first, for a layer that returns several tensors; what Keras
    nests in lists (the states of stacked cells) stands here in a row, as `keras.tree.flatten` has it.
    """

    output: Shape
    weights: Weights = field(default_factory=dict)
    fixed: Weights = field(default_factory=dict)
    macs: Dim = 0
    more: tuple[Shape, ...] = ()
    recurrences: tuple[Recurrence, ...] = ()

    @property
    def outputs(self) -> tuple[Shape, ...]:
        return (self.output, *self.more)

    def within(self, name: str) -> Effect:
        """The same effect of a layer that is part of another: its weights' paths begin with `name`."""
        weights = {f"{name}/{path}": shape for path, shape in self.weights.items()}
        fixed = {f"{name}/{path}": shape for path, shape in self.fixed.items()}
        return replace(self, weights=weights, fixed=fixed)


def stacked(output: Shape, effects: Sequence[Effect]) -> Effect:
    """Several layers that work one after the other inside one: their weights, work and states together."""
    return Effect(
        output,
        {path: shape for effect in effects for path, shape in effect.weights.items()},
        {path: shape for effect in effects for path, shape in effect.fixed.items()},
        sum((effect.macs for effect in effects), start=0),
        tuple(state for effect in effects for state in effect.more),
        tuple(way for effect in effects for way in effect.recurrences),
    )
