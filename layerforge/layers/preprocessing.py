"""Layers that bring raw numbers to a scale, and Pipeline, which holds preprocessing layers in a row."""

from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import INVALID, Either, Found, ListOf, Optional, Real, Whole
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers.axes import axes_of
from layerforge.layers.catalog import Layer, LayerOf, OptionalShape, inner_names, layer
from layerforge.layers.effect import Effect, stacked
from layerforge.layers.kinds import SWITCH, Flag
from layerforge.records import record
from layerforge.shapes import UNKNOWN, Shape, describe, known
from layerforge.source import Node, Sequence


@record
class Array:
    """A number, or numbers in lists of equal length, nested as deep as need be."""

    noun: str = "a number or a list of numbers"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, Sequence):
            return Real().read(node, found)
        values = tuple([self.read(item, found) for item in node.items])
        if any(value is INVALID for value in values):
            return INVALID
        if len({extent(value) for value in values}) > 1:
            message = "expected lists of equal length"
            found.append(Diagnostic("wrong-length", message, node.span))
            return INVALID
        return values

    def schema(self) -> dict[str, Any]:
        return {"type": ["number", "array"]}


def extent(value: Any) -> tuple[int, ...]:
    """The shape of nested lists of numbers: () for a number, (3,) for three of them."""
    if not isinstance(value, tuple):
        return ()
    return (len(value), *(extent(value[0]) if value else ()))


Numbers: TypeAlias = Annotated[Any, Array()]
OptionalNumbers: TypeAlias = Annotated[Any, Optional(Array())]
OptionalAxes: TypeAlias = Annotated[
    int | tuple[int, ...] | None, Optional(Either((Whole(-16, 16), ListOf(Whole(-16, 16)))))
]


@layer()
def Rescaling(x: Shape, *, scale: Numbers, offset: Numbers = 0.0) -> Effect:
    """Multiplies every value by `scale` and adds `offset`, one number for all or one for each channel.

    Source: Keras `Rescaling`.
    """
    _check_spread(x, scale, "scale")
    _check_spread(x, offset, "offset")
    return Effect(x)


def _check_spread(x: Shape, value: Any, arg: str) -> None:
    """Raises SpecError where the numbers cannot be spread over the tensor, or would make it larger."""
    sizes = extent(value)
    pairs = zip(reversed(x), reversed(sizes), strict=False)
    if len(sizes) > len(x) or any(n not in (1, dim) and dim is not UNKNOWN for dim, n in pairs):
        message = f"cannot spread a `{arg}` of {_shown(sizes)} over {describe(x)}"
        raise SpecError("shape-mismatch", message, arg)


def _shown(sizes: tuple[int, ...]) -> str:
    return f"({', '.join(map(str, sizes))})"


@layer()
def Normalization(
    x: Shape,
    *,
    axis: OptionalAxes = -1,
    mean: OptionalNumbers = None,
    variance: OptionalNumbers = None,
    invert: Flag = False,
) -> Effect:
    """Subtracts a mean and divides by a standard deviation, each known beforehand and never trained.

    Parameters: 2 x the sizes of `axis` + 1, none of them trained; none with `mean` and `variance`.
    Without the two it hands values on unchanged until Keras's `adapt` has seen data.
    Source: Keras `Normalization`.
    """
    axes = sorted(axes_of(x, () if axis is None else axis, batch=True))
    if len(set(axes)) < len(axes):
        raise SpecError("wrong-axis", "needs each axis once in `axis`", "axis")
    kept = tuple(known(x[each], f"the size of axis {each}") for each in axes)
    if mean is None and variance is None:
        return Effect(x, fixed={"mean": kept, "variance": kept, "count": ()})
    _check_moments(mean, variance, kept)
    return Effect(x)


def _check_moments(mean: Any, variance: Any, kept: tuple[int, ...]) -> None:
    """Raises SpecError unless both are given, of one shape, which fits the axes that are kept."""
    if mean is None or variance is None:
        missing, given = ("mean", "variance") if mean is None else ("variance", "mean")
        message = f"needs `{missing}` beside `{given}`, or neither"
        raise SpecError("conflicting-arguments", message, given)
    sizes = extent(mean)
    if sizes != extent(variance):
        message = (
            "needs a `mean` and a `variance` of one shape, "
            f"not of {_shown(sizes)} and {_shown(extent(variance))}"
        )
        raise SpecError("shape-mismatch", message, "variance")
    pairs = zip(reversed(kept), reversed(sizes), strict=False)
    if len(sizes) > len(kept) or any(n not in (1, dim) for dim, n in pairs):
        message = f"cannot spread a `mean` of {_shown(sizes)} over the axes of {_shown(kept)}"
        raise SpecError("shape-mismatch", message, "mean")


@record
class LayersOf:
    """A list of layers, each under a name of its own, since their weights lie side by side."""

    noun: str = "a list of layers"

    def read(self, node: Node, found: Found) -> Any:
        layers = ListOf(LayerOf(), at_least=1, name=self.noun).read(node, found)
        if layers is INVALID:
            return INVALID
        return tuple(
            each.called(name) for each, name in zip(layers, inner_names(layers), strict=True)
        )

    def schema(self) -> dict[str, Any]:
        return {"type": "array", "items": LayerOf().schema(), "minItems": 1}


_LAYERS: Final = LayersOf()
Layers: TypeAlias = Annotated[tuple[Layer, ...], _LAYERS]


@layer(common=("name",), training=SWITCH)
def Pipeline(x: Shape, mask: OptionalShape = None, *, layers: Layers) -> Effect:
    """Applies layers one after the other, as one: most often the augmentation of images.

    Parameters: those of the layers. Source: Keras `Pipeline`.
    """
    effects: list[Effect] = []
    for each in layers:
        effects.append(each.inside("layers", x))
        if effects[-1].more:
            message = f"cannot hold a layer of several outputs, as this {each.type.name} is"
            raise SpecError("conflicting-arguments", message, "layers")
        x = effects[-1].output
    return stacked(x, effects)
