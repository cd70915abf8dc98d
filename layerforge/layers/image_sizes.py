"""Layers that bring images to a size: by scaling, or by cutting from the middle or anywhere."""

from typing import Annotated, TypeAlias

from layerforge.arguments import Choice
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    SWITCH,
    DataFormat,
    Flag,
    Interpolation,
    Number,
    Positive,
    Seed,
)
from layerforge.layers.windows import grid_of
from layerforge.shapes import Shape

OnlyConstant: TypeAlias = Annotated[str, Choice(("constant",))]


@layer(training=SWITCH)
def Resizing(
    x: Shape,
    *,
    height: Positive,
    width: Positive,
    interpolation: Interpolation = "bilinear",
    crop_to_aspect_ratio: Flag = False,
    pad_to_aspect_ratio: Flag = False,
    fill_mode: OnlyConstant = "constant",
    fill_value: Number = 0.0,
    antialias: Flag = False,
    data_format: DataFormat = None,
) -> Effect:
    """Scales images to height x width; the sides' ratio is lost unless the image is cropped or padded.

    Source: Keras `Resizing`.
    """
    if crop_to_aspect_ratio and pad_to_aspect_ratio:
        message = "cannot both crop images to the sides' ratio and pad them to it"
        raise SpecError("conflicting-arguments", message, "pad_to_aspect_ratio")
    return _sized(x, height, width, data_format)


@layer(training=SWITCH)
def CenterCrop(
    x: Shape, *, height: Positive, width: Positive, data_format: DataFormat = None
) -> Effect:
    """Cuts height x width from the middle of images; one that is smaller is scaled up.

    Source: Keras `CenterCrop`.
    """
    return _sized(x, height, width, data_format)


@layer(training=SWITCH)
def RandomCrop(
    x: Shape,
    *,
    height: Positive,
    width: Positive,
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Cuts height x width from anywhere in images while the model trains.

    Outside training Keras hands the image on uncut, whatever shape it says: a CenterCrop of the same
    size after it gives one size in both. Source: Keras `RandomCrop`.
    """
    return _sized(x, height, width, data_format)


def _sized(x: Shape, height: int, width: int, data_format: str | None) -> Effect:
    grid = grid_of(x, 2, data_format)
    return Effect(grid.with_places((height, width), grid.channels))
