"""How windows slide over the steps, rows and columns of a tensor: kernels and pools alike."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.records import record
from layerforge.shapes import Dim, Shape, of_rank

# What lies along the axes of a sequence, an image and a volume: words of messages.
_AXES: Final = {1: ("steps",), 2: ("rows", "columns"), 3: ("slices", "rows", "columns")}
_NOUNS: Final = {1: "a sequence", 2: "an image", 3: "a volume"}


@record
class Grid:
    """A tensor as a window sees it: a batch of places (steps; rows and columns; ...) with channels each."""

    batch: Dim
    places: Shape
    channels: Dim
    channels_first: bool

    def with_places(self, places: Iterable[Dim], channels: Dim) -> Shape:
        """The shape of a tensor with these places and channels, in the same data format."""
        if self.channels_first:
            return (self.batch, channels, *places)
        return (self.batch, *places, channels)


def grid_of(x: Shape, rank: int, data_format: str | None) -> Grid:
    """The tensor of `rank` spatial axes that the shape is. Raises SpecError for any other rank."""
    first = data_format == "channels_first"
    axes = _AXES[rank]
    named = ", ".join(("channels", *axes) if first else (*axes, "channels"))
    batch, *sizes = of_rank(x, rank + 2, f"{_NOUNS[rank]} ({named})")
    if first:
        return Grid(batch, tuple(sizes[1:]), sizes[0], first)
    return Grid(batch, tuple(sizes[:-1]), sizes[-1], first)


@record
class Window:
    """A window that slides over the places: its taps, strides and dilation along each axis.

    `arg` is the argument that gives its size; it names the window in messages.
    """

    taps: tuple[int, ...]
    strides: tuple[int, ...]
    dilation: tuple[int, ...]
    arg: str = "kernel_size"

    @property
    def reach(self) -> tuple[int, ...]:
        """How many places it spans along each axis: k_eff = (k - 1) d + 1."""
        return tuple((k - 1) * d + 1 for k, d in zip(self.taps, self.dilation, strict=True))

    def slid(self, places: Shape, padding: str) -> Shape:
        """How many positions it takes along each axis; SpecError where it is larger than the input.

        `valid`: floor((n - k_eff) / s) + 1; `same` and `causal`: ceil(n / s).
        Source: `keras.src.ops.operation_utils.compute_conv_output_shape`.
        """
        if padding != "valid":
            return tuple(-(-n // s) for n, s in zip(places, self.strides, strict=True))
        for axis, (n, reach) in enumerate(zip(places, self.reach, strict=True)):
            if n < reach:
                raise self._too_large(places, axis)
        spans = zip(places, self.reach, self.strides, strict=True)
        return tuple((n - reach) // s + 1 for n, reach, s in spans)

    def _too_large(self, places: Shape, axis: int) -> SpecError:
        """The fault of a window that does not fit into the input along an axis."""
        reach, noun = self.reach[axis], "pool" if self.arg == "pool_size" else "kernel"
        things = _AXES[len(places)][axis]
        made_of = ""
        if self.dilation[axis] > 1:
            made_of = f" ({self.taps[axis]} taps, dilation {self.dilation[axis]})"
        needed = f"needs at least {reach} {things} for its {noun}{made_of}"
        message = f"{needed}, but the input has {places[axis]}"
        smaller = f"a smaller `{self.arg}`"
        if made_of:
            smaller += " or `dilation_rate`"
        help = f"choose {smaller}, or `padding: same`, which fills up what is missing"
        return SpecError("kernel-too-large", message, self.arg, help)


def check_strides(strides: Iterable[int], dilation: Iterable[int]) -> None:
    """Raises SpecError where a window both strides and is dilated, which Keras refuses."""
    if max(strides) > 1 and max(dilation) > 1:
        message = "cannot have `strides` above 1 together with a `dilation_rate` above 1"
        raise SpecError("conflicting-arguments", message, "dilation_rate")
