"""Layers that change the colours of images: brightness, contrast, hue, histogram, sharpness."""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.images import (
    GREY_OR_RGB,
    RGB,
    Bits,
    Ends,
    OptionalShare,
    OptionalSigned,
    Share,
    Signed,
    Tiles,
    ValueRange,
    unchanged,
)
from layerforge.layers.kinds import SWITCH, DataFormat, Fraction, Number, Positive, Seed
from layerforge.layers.windows import grid_of
from layerforge.shapes import Shape


@layer(training=SWITCH)
def RandomBrightness(
    x: Shape,
    *,
    factor: Signed,
    value_range: ValueRange = (0, 255),
    seed: Seed = None,
    data_format: DataFormat = "channels_last",
) -> Effect:
    """Makes images lighter or darker by a random share of their range of values.

    Source: Keras `RandomBrightness`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomContrast(
    x: Shape,
    *,
    factor: Share,
    value_range: ValueRange = (0, 255),
    seed: Seed = None,
    data_format: DataFormat = "channels_last",
) -> Effect:
    """Moves the values of images away from their mean or towards it, at random.

    Source: Keras `RandomContrast`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomSaturation(
    x: Shape,
    *,
    factor: Signed,
    value_range: ValueRange = (0, 255),
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Makes the colours of images stronger or paler, at random.

    Source: Keras `RandomSaturation`.
    """
    return unchanged(x, data_format, RGB)


@layer(training=SWITCH)
def RandomHue(
    x: Shape,
    *,
    factor: Share,
    value_range: ValueRange = (0, 255),
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Turns the colours of images around the colour circle, at random.

    Source: Keras `RandomHue`.
    """
    return unchanged(x, data_format, RGB)


@layer(training=SWITCH)
def RandomColorJitter(
    x: Shape,
    *,
    value_range: ValueRange = (0, 255),
    brightness_factor: OptionalSigned = None,
    contrast_factor: OptionalShare = None,
    saturation_factor: OptionalSigned = None,
    hue_factor: OptionalShare = None,
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Changes brightness, contrast, saturation and hue of images, each at random.

    Saturation and hue want the three channels last, whatever `data_format` says: Keras does not
    hand it on to them. Source: Keras `RandomColorJitter`.
    """
    if saturation_factor is not None or hue_factor is not None:
        return unchanged(x, None, RGB)
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomColorDegeneration(
    x: Shape,
    *,
    factor: Signed,
    value_range: ValueRange = (0, 255),
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Mixes images with their grey version, at random.

    Source: Keras `RandomColorDegeneration`.
    """
    return unchanged(x, data_format, RGB)


@layer(training=SWITCH)
def RandomGrayscale(
    x: Shape, *, factor: Fraction = 0.5, data_format: DataFormat = None, seed: Seed = None
) -> Effect:
    """Takes the colour out of images with the probability `factor`; they keep their channels.

    Source: Keras `RandomGrayscale`.
    """
    return unchanged(x, data_format, GREY_OR_RGB)


@layer(training=SWITCH)
def RandomInvert(
    x: Shape,
    *,
    factor: Share = 1.0,
    value_range: ValueRange = (0, 255),
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Turns images into their negative, at random.

    Source: Keras `RandomInvert`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomPosterization(
    x: Shape,
    *,
    factor: Bits,
    value_range: ValueRange = (0, 255),
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Keeps only the `factor` highest of the 8 bits of each value.

    Source: Keras `RandomPosterization`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def Solarization(
    x: Shape,
    *,
    addition_factor: Share = 0.0,
    threshold_factor: Share = 0.0,
    value_range: ValueRange = (0, 255),
    seed: Seed = None,
    data_format: DataFormat = "channels_last",
) -> Effect:
    """Adds to the values of images, then inverts those above a threshold, both at random.

    Source: Keras `Solarization`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def AutoContrast(
    x: Shape, *, value_range: ValueRange = (0, 255), data_format: DataFormat = "channels_last"
) -> Effect:
    """Stretches each channel of an image over the whole range of values.

    Source: Keras `AutoContrast`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH, holder="Pipeline")
def Equalization(
    x: Shape,
    *,
    value_range: ValueRange = (0, 255),
    bins: Positive = 256,
    data_format: DataFormat = None,
) -> Effect:
    """Spreads the values of each channel evenly, by its histogram.

    Keras cannot make a model of it (`compute_output_spec` gives the input itself, which ties the graph
    into a knot), but runs it inside a Pipeline. Source: Keras `Equalization`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def ContrastLimitedAdaptiveHistogramEqualization(
    x: Shape,
    *,
    value_range: ValueRange = (0, 255),
    clip_limit: Number = 4.0,
    tile_grid_size: Tiles = (8, 8),
    data_format: DataFormat = None,
) -> Effect:
    """Spreads the values of each tile of an image evenly, as far as a limit on contrast allows.

    Source: Zuiderveld 1994; Keras `ContrastLimitedAdaptiveHistogramEqualization`.
    """
    for size, tiles in zip(grid_of(x, 2, data_format).places, tile_grid_size, strict=True):
        # Keras mirrors the image to fill the last tiles up, and can at most double it.
        if 2 * size < tiles:
            message = f"needs an image of at least {-(-tiles // 2)} pixels along each axis for {tiles} tiles"
            raise SpecError("kernel-too-large", f"{message}, not {size}", "tile_grid_size")
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomSharpness(
    x: Shape,
    *,
    factor: Share,
    value_range: ValueRange = (0, 255),
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Makes images sharper or smoother, at random.

    Source: Keras `RandomSharpness`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomGaussianBlur(
    x: Shape,
    *,
    factor: Share = 1.0,
    kernel_size: Ends = 3,
    sigma: Share = 1.0,
    value_range: ValueRange = (0, 255),
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Blurs images by a bell-shaped kernel of random width.

    Source: Keras `RandomGaussianBlur`.
    """
    sizes = kernel_size if isinstance(kernel_size, tuple) else (kernel_size,)
    even = next((size for size in sizes if size % 2 == 0), None)
    if even is not None:
        raise SpecError("out-of-range", f"needs an odd `kernel_size`, not {even}", "kernel_size")
    return unchanged(x, data_format)
