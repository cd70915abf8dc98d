"""The type of a nested model: a block `as: model`, which Keras holds as one layer."""

from typing import Final

from layerforge.arguments import Signature
from layerforge.layers.catalog import LayerType
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import SWITCH
from layerforge.shapes import Shape

_DOC: Final = """Runs the layers of a block `as: model`, which the model holds as one layer.

Parameters: those of its layers together, counted once however often `use` calls it."""


def _planned(*inputs: Shape) -> Effect:
    raise AssertionError(f"a nested model on {inputs} is inferred from its graph, not by a rule")


FUNCTIONAL: Final = LayerType(
    "Functional",
    Signature("Functional", (), doc=_DOC),
    _planned,
    (),
    0,
    False,
    {"training": SWITCH},
    frozenset(),
)
