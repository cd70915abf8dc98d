"""Layers that move the pixels of images while the model trains: flips, turns, shifts, zooms, bends."""

from typing import Annotated, TypeAlias

from layerforge.arguments import Choice
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.images import (
    FillMode,
    Grain,
    OptionalZoom,
    Share,
    Signed,
    ValueRange,
    Zoom,
    unchanged,
)
from layerforge.layers.kinds import SWITCH, DataFormat, Fraction, Number, Seed
from layerforge.shapes import Shape

FlipMode: TypeAlias = Annotated[str, Choice(("horizontal", "vertical", "horizontal_and_vertical"))]


@layer(training=SWITCH)
def RandomFlip(
    x: Shape,
    *,
    mode: FlipMode = "horizontal_and_vertical",
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Mirrors images left to right, upside down, or both, at random.

    Source: Keras `RandomFlip`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomRotation(
    x: Shape,
    *,
    factor: Signed,
    fill_mode: FillMode = "reflect",
    interpolation: Grain = "bilinear",
    seed: Seed = None,
    fill_value: Number = 0.0,
    data_format: DataFormat = None,
) -> Effect:
    """Turns images by a random angle of up to `factor` full turns either way.

    Source: Keras `RandomRotation`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomTranslation(
    x: Shape,
    *,
    height_factor: Signed,
    width_factor: Signed,
    fill_mode: FillMode = "reflect",
    interpolation: Grain = "bilinear",
    seed: Seed = None,
    fill_value: Number = 0.0,
    data_format: DataFormat = None,
) -> Effect:
    """Shifts images by random fractions of their height and width.

    Source: Keras `RandomTranslation`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomZoom(
    x: Shape,
    *,
    height_factor: Zoom,
    width_factor: OptionalZoom = None,
    fill_mode: FillMode = "reflect",
    interpolation: Grain = "bilinear",
    seed: Seed = None,
    fill_value: Number = 0.0,
    data_format: DataFormat = None,
) -> Effect:
    """Zooms out of images (factors above 0) or into them (below 0), at random; the size stays.

    Source: Keras `RandomZoom`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomShear(
    x: Shape,
    *,
    x_factor: Share = 0.0,
    y_factor: Share = 0.0,
    interpolation: Grain = "bilinear",
    fill_mode: FillMode = "reflect",
    fill_value: Number = 0.0,
    data_format: DataFormat = None,
    seed: Seed = None,
) -> Effect:
    """Slants images along their rows and columns, at random.

    Source: Keras `RandomShear`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomPerspective(
    x: Shape,
    *,
    factor: Share = 1.0,
    scale: Fraction = 1.0,
    interpolation: Grain = "bilinear",
    fill_value: Number = 0.0,
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Shows images as if seen from the side, by moving their corners at random.

    Source: Keras `RandomPerspective`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomElasticTransform(
    x: Shape,
    *,
    factor: Share = 1.0,
    scale: Share = 1.0,
    interpolation: Grain = "bilinear",
    fill_mode: FillMode = "reflect",
    fill_value: Number = 0.0,
    value_range: ValueRange = (0, 255),
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Bends images like rubber, by a smooth random displacement of their pixels.

    Source: Simard et al. 2003; Keras `RandomElasticTransform`.
    """
    return unchanged(x, data_format)
