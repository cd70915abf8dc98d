"""What layers on images have in common: the shape they keep, and the kinds of their arguments."""

from __future__ import annotations

from typing import Annotated, Final, TypeAlias

from layerforge.arguments import Choice, Either, ListOf, Optional, Real, Whole
from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.windows import grid_of
from layerforge.shapes import Shape


def _factor(number: Real) -> Either:
    """A strength: a number, or a list of the two ends of the range that it is drawn from."""
    return Either((number, ListOf(number, length=2)))


_SHARE: Final = _factor(Real(0.0, 1.0))
_SIGNED: Final = _factor(Real(-1.0, 1.0))

Factor: TypeAlias = float | tuple[float, ...]
Share: TypeAlias = Annotated[Factor, _SHARE]
OptionalShare: TypeAlias = Annotated[Factor | None, Optional(_SHARE)]
Signed: TypeAlias = Annotated[Factor, _SIGNED]
OptionalSigned: TypeAlias = Annotated[Factor | None, Optional(_SIGNED)]
Bits: TypeAlias = Annotated[Factor, _factor(Real(1.0, 8.0))]
# -1 would zoom in until nothing is left.
Zoom: TypeAlias = Annotated[Factor, _factor(Real(-1.0, 1.0, open_bottom=True))]
OptionalZoom: TypeAlias = Annotated[
    Factor | None, Optional(_factor(Real(-1.0, 1.0, open_bottom=True)))
]

ValueRange: TypeAlias = Annotated[tuple[float, ...], ListOf(Real(), length=2)]
Grain: TypeAlias = Annotated[str, Choice(("nearest", "bilinear"))]
FillMode: TypeAlias = Annotated[str, Choice(("reflect", "wrap", "constant", "nearest"))]
Tiles: TypeAlias = Annotated[tuple[int, ...], ListOf(Whole(1), length=2)]
Ends: TypeAlias = Annotated[int | tuple[int, ...], Either((Whole(1), ListOf(Whole(1), length=2)))]
Colors: TypeAlias = Annotated[Factor | None, Optional(Either((Real(), ListOf(Real(), at_least=1))))]

RGB: Final = (3,)
GREY_OR_RGB: Final = (1, 3)
_SAID: Final = {
    RGB: "3 channels (red, green, blue)",
    GREY_OR_RGB: "1 channel (grey) or 3 (red, green, blue)",
}


def unchanged(x: Shape, data_format: str | None = None, channels: tuple[int, ...] = ()) -> Effect:
    """The effect of a layer that gives an image of the same shape; SpecError unless it has these channels.

    Keras takes (rows, columns) without complaint, as one image whose rows are the samples of a batch.
    """
    grid = grid_of(x, 2, data_format)
    if channels and isinstance(grid.channels, int) and grid.channels not in channels:
        message = f"needs an image of {_SAID[channels]}, not of {grid.channels}"
        raise SpecError("wrong-size", message)
    return Effect(x)
