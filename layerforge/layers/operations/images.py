"""The operations of keras.ops.image: sizes, colours, patches and warps of batches of images."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import DataFormat, Flag, Number, Padding, Positive
from layerforge.layers.operations.convolving import each_axis
from layerforge.layers.operations.fitting import all_known, check_same, needs_rank, places
from layerforge.layers.operations.kinds import (
    AxisTuple,
    FillMode,
    Interpolation,
    OptionalNonNegative,
    OptionalSizes,
    OutputShape,
    PadFill,
    RealPair,
    ScalingMethod,
    SizePair,
    Sizes,
    SplineOrder,
    Warping,
    WarpingFill,
)
from layerforge.layers.operations.operand import Operand, named, shape_of
from layerforge.layers.operations.registration import operation
from layerforge.layers.windows import Grid, Window, check_strides, grid_of
from layerforge.shapes import UNKNOWN, Dim, Shape, differ, known

IMAGE: Final = "image"


def grid_of_images(images: Shape, data_format: str | None, channels: tuple[int, ...] = ()) -> Grid:
    """A batch of images, of one of these numbers of channels if there are any.

    Keras would take a tensor of three axes for one image, and its batch for the rows.
    """
    grid = grid_of(images, 2, data_format)
    if channels and isinstance(grid.channels, int) and grid.channels not in channels:
        wanted = " or ".join(map(str, channels))
        raise SpecError("shape-mismatch", f"needs images of {wanted} channels, not {grid.channels}")
    return grid


@operation(IMAGE)
def resize(
    images: Shape,
    *,
    size: SizePair,
    interpolation: Interpolation = "bilinear",
    antialias: Flag = False,
    crop_to_aspect_ratio: Flag = False,
    pad_to_aspect_ratio: Flag = False,
    fill_mode: PadFill = "constant",
    fill_value: Number = 0.0,
    data_format: DataFormat = None,
) -> Effect:
    """Gives images another size [rows, columns]: stretched, or cropped or padded to keep proportions."""
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        message = "takes `crop_to_aspect_ratio` or `pad_to_aspect_ratio`, not both"
        raise SpecError("conflicting-arguments", message, "pad_to_aspect_ratio")
    grid = grid_of_images(images, data_format)
    return Effect(grid.with_places(size, grid.channels))


@operation(IMAGE)
def rgb_to_grayscale(images: Shape, *, data_format: DataFormat = None) -> Effect:
    """Turns colours into brightness, one channel."""
    grid = grid_of_images(images, data_format, (1, 3))
    return Effect(grid.with_places(grid.places, 1))


@operation(IMAGE)
def rgb_to_hsv(images: Shape, *, data_format: DataFormat = None) -> Effect:
    """Turns red, green and blue into hue, saturation and value."""
    grid_of_images(images, data_format, (3,))
    return Effect(images)


@operation(IMAGE)
def hsv_to_rgb(images: Shape, *, data_format: DataFormat = None) -> Effect:
    """Turns hue, saturation and value into red, green and blue."""
    grid_of_images(images, data_format, (3,))
    return Effect(images)


@operation(IMAGE)
def affine_transform(
    images: Shape,
    transform: Operand,
    *,
    interpolation: Warping = "bilinear",
    fill_mode: WarpingFill = "constant",
    fill_value: Number = 0,
    data_format: DataFormat = None,
) -> Effect:
    """Moves, turns, scales and shears images, by the 8 numbers [a0, a1, a2, b0, b1, b2, c0, c1]."""
    grid_of_images(images, data_format)
    numbers = needs_rank(transform, 1, 2, "transform")
    if differ(numbers[-1], 8):
        raise SpecError(
            "shape-mismatch", f"needs 8 numbers in `transform`, not {numbers[-1]}", "transform"
        )
    return Effect(images)


@operation(IMAGE)
def perspective_transform(
    images: Shape,
    start_points: Operand,
    end_points: Operand,
    *,
    interpolation: Warping = "bilinear",
    fill_value: Number = 0,
    data_format: DataFormat = None,
) -> Effect:
    """Warps images so that four points come to lie at four others, each a list of 4 pairs."""
    grid_of_images(images, data_format)
    for name, points in (("start_points", start_points), ("end_points", end_points)):
        if needs_rank(points, 2, 3, name)[-2:] != (4, 2):
            message = f"needs 4 pairs in `{name}`, not {named(points)}"
            raise SpecError("shape-mismatch", message, name)
    check_same(start_points, end_points, ("start_points", "end_points"))
    return Effect(images)


@operation(IMAGE)
def gaussian_blur(
    images: Shape,
    *,
    kernel_size: SizePair = (3, 3),
    sigma: RealPair = (1.0, 1.0),
    data_format: DataFormat = None,
) -> Effect:
    """Averages each pixel with its neighbours, by the weights of a bell."""
    grid_of_images(images, data_format)
    return Effect(images)


@operation(IMAGE)
def sobel_edges(images: Shape, *, data_format: DataFormat = None) -> Effect:
    """Gives the slope of the brightness along rows and columns, on a new last axis of 2."""
    grid_of_images(images, data_format)
    return Effect((*images, 2))


@operation(IMAGE)
def ssim(
    image1: Operand,
    image2: Operand,
    *,
    max_val: Number = 1.0,
    filter_size: Positive = 11,
    filter_sigma: Number = 1.5,
    k1: Number = 0.01,
    k2: Number = 0.03,
    data_format: DataFormat = None,
) -> Effect:
    """Says how alike two images are in brightness, contrast and structure: 1 for the same.

    Source: Wang et al. 2004.
    """
    check_same(image1, image2, ("image1", "image2"))
    grid = grid_of_images(shape_of(image1), data_format)
    for length in grid.places:
        if length < filter_size:
            message = f"needs images of at least {filter_size} rows and columns, not {length}"
            raise SpecError("kernel-too-large", message, "filter_size")
    return Effect((grid.batch,))


@operation(IMAGE)
def extract_patches(
    images: Shape,
    *,
    size: Sizes,
    strides: OptionalSizes = None,
    dilation_rate: Sizes = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Lays each patch of an image, or of a volume for three sizes, in a row of its values."""
    rank = 3 if isinstance(size, tuple) and len(size) == 3 else 2
    return _patches(images, rank, size, strides, dilation_rate, padding, data_format)


@operation(IMAGE)
def extract_patches_3d(
    volumes: Shape,
    *,
    size: Sizes,
    strides: OptionalSizes = None,
    dilation_rate: Sizes = 1,
    padding: Padding = "valid",
    data_format: DataFormat = None,
) -> Effect:
    """Lays each block of a volume in a row of its values."""
    return _patches(volumes, 3, size, strides, dilation_rate, padding, data_format)


def _patches(
    x: Shape,
    rank: int,
    size: Sizes,
    strides: OptionalSizes,
    dilation_rate: Sizes,
    padding: str,
    data_format: str | None,
) -> Effect:
    """The patches of a grid; the values of each make its channels."""
    grid = grid_of(x, rank, data_format)
    taps = each_axis(size, rank, "size")
    steps = taps if strides is None else each_axis(strides, rank, "strides")
    dilation = each_axis(dilation_rate, rank, "dilation_rate")
    check_strides(steps, dilation)
    channels = known(grid.channels, "the number of channels")
    for tap in taps:
        channels *= tap
    places = Window(taps, steps, dilation, "size").slid(grid.places, padding)
    return Effect(grid.with_places(places, channels))


@operation(IMAGE)
def pad_images(
    images: Shape,
    *,
    top_padding: OptionalNonNegative = None,
    left_padding: OptionalNonNegative = None,
    bottom_padding: OptionalNonNegative = None,
    right_padding: OptionalNonNegative = None,
    target_height: OptionalNonNegative = None,
    target_width: OptionalNonNegative = None,
    data_format: DataFormat = None,
) -> Effect:
    """Puts zeros around images: two of top, bottom and height are named, two of left, right and width."""
    grid = grid_of_images(images, data_format)
    rows = {
        "top_padding": top_padding,
        "bottom_padding": bottom_padding,
        "target_height": target_height,
    }
    columns = {
        "left_padding": left_padding,
        "right_padding": right_padding,
        "target_width": target_width,
    }
    height, width = _side(grid.places[0], rows, 1), _side(grid.places[1], columns, 1)
    return Effect(grid.with_places((height, width), grid.channels))


@operation(IMAGE)
def crop_images(
    images: Shape,
    *,
    top_cropping: OptionalNonNegative = None,
    left_cropping: OptionalNonNegative = None,
    bottom_cropping: OptionalNonNegative = None,
    right_cropping: OptionalNonNegative = None,
    target_height: OptionalNonNegative = None,
    target_width: OptionalNonNegative = None,
    data_format: DataFormat = None,
) -> Effect:
    """Cuts images at their sides: two of top, bottom and height are named, two of left, right and width."""
    grid = grid_of_images(images, data_format)
    rows = {
        "top_cropping": top_cropping,
        "bottom_cropping": bottom_cropping,
        "target_height": target_height,
    }
    columns = {
        "left_cropping": left_cropping,
        "right_cropping": right_cropping,
        "target_width": target_width,
    }
    height, width = _side(grid.places[0], rows, -1), _side(grid.places[1], columns, -1)
    return Effect(grid.with_places((height, width), grid.channels))


def _side(length: Dim, given: dict[str, int | None], sign: int) -> Dim:
    """The new length of a side; `sign` is 1 where it grows and -1 where it shrinks."""
    names = list(given)
    if list(given.values()).count(None) != 1:
        told = f"`{names[0]}`, `{names[1]}` and `{names[2]}`"
        raise SpecError("missing-argument", f"needs exactly two of {told}")
    first, second, target = given.values()
    if target is None:
        made = length + sign * ((first or 0) + (second or 0))
        rest = made
    else:
        made = target
        rest = sign * (target - length) - (first or 0) - (second or 0)
    if length is UNKNOWN and sign > 0 and target is not None:
        message = f"needs `{names[0]}` and `{names[1]}`, since the side of the images is free"
        raise SpecError("unknown-dimension", message, names[2])
    if length is UNKNOWN and sign < 0 and target is None:
        message = f"needs `{names[2]}`, since the side of the images is free"
        raise SpecError("unknown-dimension", message)
    if rest < 0:
        verb = "pad" if sign > 0 else "crop"
        raise SpecError("out-of-range", f"cannot {verb} a side of {length} in this way", names[2])
    return made


@operation(IMAGE)
def map_coordinates(
    inputs: Shape,
    coordinates: Operand,
    *,
    order: SplineOrder,
    fill_mode: FillMode = "constant",
    fill_value: Number = 0,
) -> Effect:
    """Reads values between the others, at `coordinates`: a position on each axis, the batch's first."""
    axes, *shape = needs_rank(coordinates, 2, 16, "coordinates")
    all_known(inputs)
    if axes != len(inputs):
        message = f"needs a row for each of the {len(inputs)} axes in `coordinates`, not {axes}"
        raise SpecError("shape-mismatch", message, "coordinates")
    return Effect(tuple(shape))


@operation(IMAGE)
def scale_and_translate(
    images: Shape,
    scale: Operand,
    translation: Operand,
    *,
    output_shape: OutputShape,
    spatial_dims: AxisTuple,
    method: ScalingMethod,
    antialias: Flag = True,
) -> Effect:
    """Scales and moves images along some axes, into a tensor of a given shape, the batch named as null."""
    axes = places(images, spatial_dims, "spatial_dims")
    for name, value in (("scale", scale), ("translation", translation)):
        if shape_of(value) != (len(axes),):
            message = (
                f"needs {len(axes)} numbers in `{name}`, one for each axis, not {named(value)}"
            )
            raise SpecError("shape-mismatch", message, name)
    wanted: Shape = tuple(UNKNOWN if dim is None else dim for dim in output_shape)
    if len(wanted) != len(images) or any(
        differ(dim, images[at]) for at, dim in enumerate(wanted) if at not in axes
    ):
        message = "needs an `output_shape` that differs from the input only on `spatial_dims`"
        raise SpecError("shape-mismatch", message, "output_shape")
    return Effect(wanted)
