"""What is known of every spec in the zoo: its parameters, published or derived by hand, and its outputs."""

from __future__ import annotations

from dataclasses import dataclass

from layerforge.shapes import UNKNOWN

Shape = tuple[int | object, ...]


@dataclass(frozen=True, slots=True)
class Known:
    """All parameters, those that training does not move, the outputs' shapes without the batch."""

    params: int
    fixed: int
    outputs: tuple[Shape, ...]
    source: str = "derived layer by layer"


def dense(inputs: int, units: int) -> int:
    """A kernel and a bias."""
    return inputs * units + units


def conv(kernel: int, inputs: int, filters: int) -> int:
    """`kernel` is the number of its positions: 9 for 3 x 3. Transposed ones count the same."""
    return kernel * inputs * filters + filters


def lstm(inputs: int, units: int) -> int:
    """Four gates, each on the input and the state, with a bias."""
    return 4 * (units * (inputs + units) + units)


def gru(inputs: int, units: int) -> int:
    """Three gates; with `reset_after`, Keras's default, two biases each."""
    return 3 * (units * (inputs + units) + 2 * units)


def normal(channels: int) -> int:
    """BatchNormalization: scale, offset, and a mean and a variance that are not trained."""
    return 4 * channels


def attention(heads: int, key: int, width: int) -> int:
    """Query, key and value, and the way back."""
    return 3 * dense(width, heads * key) + dense(heads * key, width)


def _residual_1d(inputs: int, filters: int, widen: bool) -> int:
    shortcut = (conv(1, inputs, filters) if widen else 0) + normal(filters)
    convolutions = conv(8, inputs, filters) + conv(5, filters, filters) + conv(3, filters, filters)
    return shortcut + convolutions + 3 * normal(filters)


def _inception(inputs: int, bottleneck: bool) -> int:
    narrow = 32 if bottleneck else inputs
    kernels = (40 + 20 + 10) * narrow * 32
    return (inputs * 32 if bottleneck else 0) + kernels + inputs * 32 + normal(128)


def _unet(positions: int, up: int, inputs: int, first: int) -> int:
    """Four levels down from `first` filters, one below, four up; `up` are the positions of that kernel."""
    total, before = 0, inputs
    for filters in (first * 2**level for level in range(5)):
        total += conv(positions, before, filters) + conv(positions, filters, filters)
        before = filters
    for filters in (first * 2**level for level in range(4)):
        total += conv(up, 2 * filters, filters)
        total += conv(positions, 2 * filters, filters) + conv(positions, filters, filters)
    return total + conv(1, first, 1)


_TSMIXER_BLOCK = (
    2 * (2 * 336 * 7)  # two LayerNormalizations over time and channels
    + dense(336, 336)
    + dense(7, 64)
    + dense(64, 7)
)
_PATCHTST_LAYER = attention(16, 8, 128) + dense(128, 256) + dense(256, 128) + 2 * normal(128)
_SE_BLOCK = 2 * (9 * 64 * 64 + normal(64)) + dense(64, 4) + dense(4, 64)
_WAVENET_GATE = 2 * conv(2, 32, 32)
_NBEATS_HIDDEN = dense(120, 512) + 3 * dense(512, 512)

KNOWN = {
    "lstm": Known(5_153, 0, ((1,),), "Keras's summary"),
    "cnn-lstm": Known(conv(3, 7, 64) + normal(64) + lstm(64, 32) + dense(32, 24), 2 * 64, ((24,),)),
    "conv-lstm": Known(
        4 * (conv(25, 1 + 64, 64) + conv(9, 64 + 64, 64) + conv(1, 64 + 64, 64))
        + 2 * normal(64)
        + conv(27, 64, 1),
        2 * 2 * 64,
        ((UNKNOWN, 64, 64, 1),),
    ),
    "encoder-decoder-repeat": Known(lstm(7, 64) + lstm(64, 64) + dense(64, 7), 0, ((24, 7),)),
    "encoder-decoder-states": Known(lstm(7, 64) + lstm(4, 64) + dense(64, 1), 0, ((24, 1),)),
    "bilstm-attention": Known(
        2 * lstm(7, 64) + dense(128, 64) + 64 + dense(128, 5), 0, ((5,), (96, 1))
    ),
    "tcn": Known(
        conv(3, 7, 32) + 11 * conv(3, 32, 32) + conv(1, 7, 32) + dense(32, 24), 0, ((24,),)
    ),
    "wavenet": Known(
        conv(2, 1, 32)
        + 10 * (_WAVENET_GATE + conv(1, 32, 32))
        + 9 * conv(1, 32, 32)
        + conv(1, 32, 64)
        + conv(1, 64, 256),
        0,
        ((1024, 256),),
    ),
    "nbeats": Known(
        6 * (_NBEATS_HIDDEN + dense(512, 24)) + 5 * dense(512, 120),
        0,
        ((24,),),
    ),
    "nlinear": Known(336 * 96 + 96, 0, ((96, 7),)),
    "revin-linear": Known(2 * 7 + dense(336, 96), 0, ((96, 7),)),
    "dlinear": Known(2 * (336 * 96 + 96), 0, ((96, 7),)),
    "tsmixer": Known(2 * _TSMIXER_BLOCK + dense(336, 96), 0, ((96, 7),)),
    "patchtst": Known(
        (16 + 42) * 128 + 3 * _PATCHTST_LAYER + dense(42 * 128, 96), 3 * 2 * 2 * 128, ((96, 7),)
    ),
    "segrnn": Known(dense(48, 128) + gru(128, 128) + 2 * 128 + dense(128, 48), 0, ((96,),)),
    "lstnet": Known(
        conv(6, 8, 100) + gru(100, 100) + gru(100, 5) + dense(100 + 24 * 5, 8) + dense(24, 1),
        0,
        ((8,),),
    ),
    "inception-time": Known(
        _inception(1, bottleneck=False)
        + 5 * _inception(128, bottleneck=True)
        + (1 + 128) * 128
        + 2 * normal(128)
        + dense(128, 5),
        8 * 2 * 128,
        ((5,),),
    ),
    "fcn": Known(
        25_858, 25_858 - 25_474, ((2,),), "keras.io, Timeseries classification from scratch"
    ),
    "resnet-time-series": Known(
        _residual_1d(1, 64, widen=True)
        + _residual_1d(64, 128, widen=True)
        + _residual_1d(128, 128, widen=False)
        + dense(128, 5),
        4 * 2 * (64 + 128 + 128),
        ((5,),),
    ),
    "lstm-fcn": Known(
        lstm(140, 8)
        + conv(8, 1, 128)
        + conv(5, 128, 256)
        + conv(3, 256, 128)
        + normal(128 + 256 + 128)
        + dense(128 + 8, 5),
        2 * (128 + 256 + 128),
        ((5,),),
    ),
    "transformer-encoder": Known(
        93_130, 0, ((2,),), "keras.io, Timeseries classification with a Transformer model"
    ),
    "unet-1d": Known(_unet(3, 2, 1, 16), 0, ((1024, 1),)),
    "unet-2d": Known(
        31_031_745, 0, ((256, 256, 1),), "the usual padded U-Net of 64 to 1,024 filters"
    ),
    "vgg16": Known(138_357_544, 0, ((1000,),), "keras.applications.VGG16"),
    "resnet-20": Known(
        274_442, 274_442 - 273_066, ((10,),), "Keras, Trains a ResNet on the CIFAR10 dataset"
    ),
    "mobilenet": Known(
        4_253_864, 4_253_864 - 4_231_976, ((1000,),), "keras.applications.MobileNet"
    ),
    "se-resnet": Known(conv(9, 3, 64) + 3 * _SE_BLOCK + dense(64, 10), 3 * 2 * 2 * 64, ((10,),)),
    "vit": Known(
        86_567_656 - 768,
        0,
        ((1000,),),
        "ViT-B/16 as published, its class token held in the table of positions",
    ),
    "wide-and-deep": Known(
        1000 + 5000 * 16 + dense(8 * 16 + 6, 256) + dense(256, 128) + dense(128, 64) + dense(64, 1),
        0,
        ((1,),),
    ),
    "deepfm": Known(
        10_000 * (1 + 10) + dense(20 * 10, 400) + 2 * dense(400, 400) + dense(400, 1), 0, ((1,),)
    ),
    "cross-network": Known(
        3 * dense(39, 39) + dense(39, 256) + dense(256, 128) + dense(39 + 128, 1), 0, ((1,),)
    ),
    "autoencoder-denoising": Known(
        conv(9, 1, 32) + 3 * conv(9, 32, 32) + conv(9, 32, 1),
        0,
        ((28, 28, 1),),
    ),
    "autoencoder-lstm": Known(
        lstm(3, 64) + lstm(64, 16) + lstm(16, 16) + lstm(16, 64) + dense(64, 3), 0, ((48, 3),)
    ),
    "siamese": Known(
        conv(9, 1, 32) + conv(9, 32, 64) + dense(5 * 5 * 64, 128) + dense(128, 1), 0, ((1,),)
    ),
    "highway": Known(dense(784, 50) + 50 * 2 * dense(50, 50) + dense(50, 10), 0, ((10,),)),
    "mixture-of-experts": Known(dense(20, 8) + 8 * (dense(20, 64) + dense(64, 3)), 0, ((3,),)),
    "multi-task": Known(
        conv(5, 7, 32) + gru(32, 64) + dense(64, 24) + dense(64, 32) + dense(32, 3) + dense(64, 1),
        0,
        ((24,), (3,), (1,)),
    ),
    "bilinear-cnn": Known(
        2 * (conv(9, 3, 32) + conv(9, 32, 64) + conv(9, 64, 64)) + dense(64 * 64, 200), 0, ((200,),)
    ),
    "lenet-5": Known(61_706, 0, ((10,),), "LeCun et al. 1998, the usual padded form"),
    "mnist-convnet": Known(34_826, 0, ((10,),), "keras.io, Simple MNIST convnet"),
}
