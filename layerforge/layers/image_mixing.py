"""Layers that augment images by mixtures: of samples, of patches, of several changes in a row."""

from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.images import (
    GREY_OR_RGB,
    Colors,
    Grain,
    Share,
    ValueRange,
    unchanged,
)
from layerforge.layers.kinds import (
    SWITCH,
    DataFormat,
    Epsilon,
    Flag,
    Integer,
    NonNegative,
    Positive,
    Seed,
)
from layerforge.shapes import Shape


@layer(training=SWITCH)
def MixUp(
    x: Shape, *, alpha: Epsilon = 0.2, data_format: DataFormat = None, seed: Seed = None
) -> Effect:
    """Blends each image with another of its batch; inside a model the labels stay as they are.

    Source: Zhang et al. 2018; Keras `MixUp`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def CutMix(
    x: Shape, *, factor: Share = 1.0, seed: Seed = None, data_format: DataFormat = None
) -> Effect:
    """Pastes a patch of another image of its batch into each; inside a model the labels stay as they are.

    Source: Yun et al. 2019; Keras `CutMix`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def RandomErasing(
    x: Shape,
    *,
    factor: Share = 1.0,
    scale: Share = (0.02, 0.33),
    fill_value: Colors = None,
    value_range: ValueRange = (0, 255),
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Covers a random rectangle of each image.

    Source: Zhong et al. 2020; Keras `RandomErasing`.
    """
    return unchanged(x, data_format)


@layer(training=SWITCH)
def AugMix(
    x: Shape,
    *,
    value_range: ValueRange = (0, 255),
    num_chains: Positive = 3,
    chain_depth: Positive = 3,
    factor: Share = 0.3,
    alpha: Epsilon = 1.0,
    all_ops: Flag = True,
    interpolation: Grain = "bilinear",
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Mixes several chains of random changes of an image with the image itself.

    Source: Hendrycks et al. 2020; Keras `AugMix`.
    """
    return unchanged(x, data_format, GREY_OR_RGB if all_ops else ())


@layer(training=SWITCH)
def RandAugment(
    x: Shape,
    *,
    value_range: ValueRange = (0, 255),
    num_ops: NonNegative = 2,
    factor: Share = 0.5,
    interpolation: Grain = "bilinear",
    seed: Seed = None,
    data_format: DataFormat = None,
) -> Effect:
    """Changes each image in `num_ops` ways drawn from eleven: turns, shears, colours, contrast, ....

    Source: Cubuk et al. 2020; Keras `RandAugment`.
    """
    return unchanged(x, data_format, GREY_OR_RGB)


@layer(training=SWITCH)
def MaxNumBoundingBoxes(x: Shape, *, max_number: Positive, fill_value: Integer = -1) -> Effect:
    """Brings the boxes that come with an image to one number; inside a model images pass as they are.

    Source: Keras `MaxNumBoundingBoxes`.
    """
    return unchanged(x)
