"""Convolutions, pools and patches of keras.ops: windows whose kernel, if any, is a tensor or a constant."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import DataFormat, Padding, Positive
from layerforge.layers.operations.fitting import known_dim, needs_rank
from layerforge.layers.operations.kinds import (
    OptionalSizes,
    PaddingPair,
    Pair,
    Sizes,
)
from layerforge.layers.operations.operand import Operand, named, shape_of
from layerforge.layers.operations.registration import operation, register
from layerforge.layers.windows import Grid, Window, check_strides, grid_of
from layerforge.shapes import Shape, differ, known, size

POOLS: Final = {
    "average_pool": "Keeps the mean of each window of values.",
    "max_pool": "Keeps the largest of each window of values.",
}


def grid_for(x: Shape, data_format: str | None) -> Grid:
    """The sequence, image or volume that the tensor is, by its number of axes."""
    rank = len(needs_rank(x, 3, 5)) - 2
    return grid_of(x, rank, data_format)


def each_axis(sizes: int | tuple[int, ...], rank: int, arg: str) -> tuple[int, ...]:
    """A size along each of `rank` axes. Raises SpecError for a list of another length."""
    if isinstance(sizes, int):
        return (sizes,) * rank
    if len(sizes) != rank:
        message = f"needs one number or {rank} in `{arg}`, not {len(sizes)}"
        raise SpecError("wrong-length", message, arg)
    return sizes


def _pool(
    inputs: Shape,
    *,
    pool_size: Sizes,
    strides: OptionalSizes = None,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    grid = grid_for(inputs, data_format)
    rank = len(grid.places)
    taps = each_axis(pool_size, rank, "pool_size")
    steps = taps if strides is None else each_axis(strides, rank, "strides")
    window = Window(taps, steps, (1,) * rank, "pool_size")
    return Effect(grid.with_places(window.slid(grid.places, padding), grid.channels))


for _name, _doc in POOLS.items():
    register(_name, _pool, _doc)


def _window(grid: Grid, kernel: Shape, strides: Sizes, dilation_rate: Sizes) -> Window:
    """The kernel as a window, its sizes checked against the axes of the input."""
    rank = len(grid.places)
    taps = tuple(known(dim, "the size of the kernel") for dim in kernel[:rank])
    steps = each_axis(strides, rank, "strides")
    dilation = each_axis(dilation_rate, rank, "dilation_rate")
    check_strides(steps, dilation)
    return Window(taps, steps, dilation, "kernel")


def _kernel(grid: Grid, kernel: Operand, name: str, channels: str) -> Shape:
    """The shape of a kernel for the channels of the input."""
    shape = shape_of(kernel)
    rank = len(grid.places)
    if len(shape) != rank + 2:
        message = f"needs a `{name}` of {rank + 2} axes, {channels}, not {named(kernel)}"
        raise SpecError("wrong-rank", message, name)
    if differ(shape[-2], grid.channels):
        message = f"needs a `{name}` for {grid.channels} channels, not for {shape[-2]}"
        raise SpecError("shape-mismatch", message, name)
    return shape


@operation()
def conv(
    inputs: Shape,
    kernel: Operand,
    *,
    strides: Sizes = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes = 1,
) -> Effect:
    """Slides a kernel (sizes, channels, filters) over a sequence, image or volume."""
    grid = grid_for(inputs, data_format)
    shape = _kernel(grid, kernel, "kernel", "(sizes, channels, filters)")
    window = _window(grid, shape, strides, dilation_rate)
    places = window.slid(grid.places, padding)
    return Effect(grid.with_places(places, shape[-1]), macs=size((*places, *shape)))


@operation()
def depthwise_conv(
    inputs: Shape,
    kernel: Operand,
    *,
    strides: Sizes = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes = 1,
) -> Effect:
    """Slides a kernel (sizes, channels, multiplier) over each channel by itself."""
    grid = grid_for(inputs, data_format)
    shape = _depthwise(grid, kernel, "kernel")
    window = _window(grid, shape, strides, dilation_rate)
    places = window.slid(grid.places, padding)
    channels = shape[-2] * shape[-1]
    return Effect(grid.with_places(places, channels), macs=size((*places, *shape)))


def _depthwise(grid: Grid, kernel: Operand, name: str) -> Shape:
    """The shape of a depthwise kernel, for sequences and images alone."""
    if len(grid.places) > 2:
        raise SpecError("wrong-rank", "works on sequences and images, not on volumes")
    return _kernel(grid, kernel, name, "(sizes, channels, multiplier)")


@operation()
def separable_conv(
    inputs: Shape,
    depthwise_kernel: Operand,
    pointwise_kernel: Operand,
    *,
    strides: Sizes = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
    dilation_rate: Sizes = 1,
) -> Effect:
    """Slides a kernel over each channel by itself, then mixes the channels at each place."""
    grid = grid_for(inputs, data_format)
    shape = _depthwise(grid, depthwise_kernel, "depthwise_kernel")
    window = _window(grid, shape, strides, dilation_rate)
    places = window.slid(grid.places, padding)
    wanted = (*(1 for _ in places), shape[-2] * shape[-1])
    point = shape_of(pointwise_kernel)
    if len(point) != len(shape) or any(map(differ, point[:-1], wanted)):
        message = (
            f"needs a `pointwise_kernel` of {(*wanted, 'filters')}, not {named(pointwise_kernel)}"
        )
        raise SpecError("shape-mismatch", message, "pointwise_kernel")
    macs = size((*places, *shape)) + size((*places, *point))
    return Effect(grid.with_places(places, point[-1]), macs=macs)


@operation()
def unfold(
    x: Shape,
    *,
    kernel_size: Pair,
    dilation: Pair = 1,
    padding: PaddingPair = 0,
    stride: Pair = 1,
) -> Effect:
    """Lays each patch of an image (channels, rows, columns) in a row: (channels x patch, patches)."""
    needs_rank(x, 4)
    why = "Keras unfolds images of known size, their channels first, and a known batch of them"
    batch, *sizes = (known_dim(x, axis, why) for axis in range(4))
    taps = each_axis(kernel_size, 2, "kernel_size")
    places = _folds(tuple(sizes[1:]), taps, dilation, padding, stride, "kernel_size")
    return Effect((batch, sizes[0] * taps[0] * taps[1], places))


@operation()
def fold(
    x: Shape,
    *,
    output_size: Pair,
    kernel_size: Pair,
    dilation: Pair = 1,
    padding: PaddingPair = 0,
    stride: Pair = 1,
) -> Effect:
    """Undoes `ops.unfold`: adds patches up to images (channels, rows, columns)."""
    batch, rows, count = needs_rank(x, 3)
    sizes = each_axis(output_size, 2, "output_size")
    taps = each_axis(kernel_size, 2, "kernel_size")
    if isinstance(rows, int) and rows % (taps[0] * taps[1]):
        message = f"needs a multiple of {taps[0] * taps[1]} values in each patch, not {rows}"
        raise SpecError("shape-mismatch", message, "kernel_size")
    places = _folds(sizes, taps, dilation, padding, stride, "output_size")
    if differ(count, places):
        message = f"needs {places} patches for images of {sizes[0]} x {sizes[1]}, not {count}"
        raise SpecError("shape-mismatch", message, "output_size")
    return Effect((batch, rows // (taps[0] * taps[1]), *sizes))


def _folds(
    sizes: tuple[int, ...],
    taps: tuple[int, ...],
    dilation: int | tuple[int, int],
    padding: int | tuple[int, int],
    stride: int | tuple[int, int],
    arg: str,
) -> int:
    """How many patches an image of this size has: floor((n + 2 p - d (k - 1) - 1) / s) + 1 each way."""
    count = 1
    pairs = (each_axis(pair, 2, "padding") for pair in (dilation, padding, stride))
    for n, k, d, p, s in zip(sizes, taps, *pairs, strict=True):
        reach = d * (k - 1) + 1
        if n + 2 * p < reach:
            message = f"needs at least {reach} rows and columns for its kernel, but has {n + 2 * p}"
            raise SpecError("kernel-too-large", message, arg)
        count *= (n + 2 * p - reach) // s + 1
    return count


@operation()
def depth_to_space(
    x: Shape, *, block_size: Positive, data_format: DataFormat = "channels_last"
) -> Effect:
    """Lays the channels of each place out as a block of places with fewer channels."""
    grid = _blocks(x, block_size, data_format)
    area = block_size * block_size
    if isinstance(grid.channels, int) and grid.channels % area:
        message = f"needs a multiple of {area} channels, not {grid.channels}"
        raise SpecError("shape-mismatch", message, "block_size")
    places = (place * block_size for place in grid.places)
    return Effect(grid.with_places(places, grid.channels // area))


@operation()
def space_to_depth(
    x: Shape, *, block_size: Positive, data_format: DataFormat = "channels_last"
) -> Effect:
    """Lays each block of places out as the channels of one place."""
    grid = _blocks(x, block_size, data_format)
    for length in grid.places:
        if isinstance(length, int) and length % block_size:
            message = f"needs a multiple of {block_size} rows and columns, not {length}"
            raise SpecError("shape-mismatch", message, "block_size")
    places = (place // block_size for place in grid.places)
    return Effect(grid.with_places(places, grid.channels * block_size * block_size))


def _blocks(x: Shape, block_size: int, data_format: str | None) -> Grid:
    if block_size < 2:
        raise SpecError("out-of-range", "needs a `block_size` of at least 2, not 1", "block_size")
    return grid_of(x, 2, data_format)
