"""What is often got wrong about a layer, and an example of it small enough to count by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerforge.records import record


@record
class Remark:
    """A paragraph for the reader, and an example: an item of a stack and the shape of its input."""

    text: str
    item: str
    shape: str


_OVERLAP: Final = (
    "`strides` is the pool_size unless it is written; a smaller one makes the windows overlap, as in"
    " `{name}: {{pool_size: 3, strides: 2}}`. No layer of one's own is needed for that. What does not"
    " fill a window at the end is dropped; `padding: same` keeps it."
)
_WINDOW: Final = (
    "Without padding the output length is rounded down: floor((n - kernel_size) / strides) + 1, and"
    " not (n - kernel_size / strides) + 1, as it is often printed. With `padding: same` it is rounded"
    " up: ceil(n / strides)."
)

REMARKS: Final[Mapping[str, Remark]] = {
    "BilinearPooling": Remark(
        "It forgets where two features met and keeps that they did: a vector of channels x channels, whatever"
        " the size of the image. Two streams are joined by `from: [one, other]`; their places must be the"
        " same. 512 channels make 262,144 numbers, most of them for the Dense that follows.",
        "BilinearPooling",
        "[14, 14, 64]",
    ),
    "MeanShiftPooling1D": Remark(
        "The mean of a window moves to where its values crowd, so that a single spike does not pull it"
        " along, as it does an average, nor wins, as it does in MaxPooling1D. `bandwidth` says how near"
        " counts as near, in the unit of the values: after a BatchNormalization 1 is a good beginning.",
        "MeanShiftPooling1D: {pool_size: 4, bandwidth: 0.5}",
        "[96, 7]",
    ),
    "ReversibleInstanceNormalization": Remark(
        "It gives three tensors: called `revin`, the window on its own scale is `revin.0`, and a forecast"
        " made of that is brought back by `InstanceDenormalization:` with `from: [previous, revin.1,"
        " revin.2]`. So a model need not learn levels that differ from window to window.",
        "ReversibleInstanceNormalization",
        "[336, 7]",
    ),
    "BatchNormalization": Remark(
        "Four numbers for each channel: gamma and beta are trained, the moving mean and variance are"
        " not; they follow the batches while training and stand still when the model predicts.",
        "BatchNormalization",
        "[96, 64]",
    ),
    "Bidirectional": Remark(
        "Two layers of one kind read the sequence from both ends. The sequence that the backward one"
        " gives is turned around before both are joined, so that step 5 meets step 5; `merge_mode`"
        " joins them by concat (the default), sum, mul or ave, and null gives both.",
        "Bidirectional: {layer: {LSTM: 32}}",
        "[64, 32]",
    ),
    "Conv1D": Remark(_WINDOW, "Conv1D: {filters: 8, kernel_size: 5}", "[20, 1]"),
    "Conv2D": Remark(_WINDOW, "Conv2D: {filters: 1, kernel_size: 3}", "[4, 4, 1]"),
    "Conv2DTranspose": Remark(
        "A convolution backwards: it makes images larger by a kernel that is learned, as in"
        " super-resolution, denoising and segmentation. With `padding: same` the output is exactly"
        " strides times as large.",
        "Conv2DTranspose: {filters: 1, kernel_size: 3, strides: 2, padding: same}",
        "[2, 2, 1]",
    ),
    "Dense": Remark(
        "It acts on the last axis alone, whatever stands before it: on (28, 28, 1) it gives a vector"
        " of `units` for each pixel, with the same weights everywhere. Only where one vector for the"
        " whole sample is meant does a Flatten belong before it.",
        "Dense: 10",
        "[28, 28, 1]",
    ),
    "Dropout": Remark(
        "It works only while the model trains: each value is set to zero with probability `rate`, and"
        " the others grow by 1 / (1 - rate), so that sums stay what they were on average. When the"
        " model predicts, it passes its input on. It has no weights and changes no shape. On"
        " sequences, SpatialDropout1D drops whole channels instead of single values.",
        "Dropout: 0.3",
        "[14, 32]",
    ),
    "Flatten": Remark(
        "It writes the values of a sample in a row, the last axis fastest; the batch stays.",
        "Flatten",
        "[28, 28, 3]",
    ),
    "GRU": Remark(
        "With `reset_after: true`, the default, each gate has two bias vectors: one for the input and"
        " one for the state.",
        "GRU: 32",
        "[64, 32]",
    ),
    "LSTM": Remark(
        "Four parts of one size, three gates and the cell, and no fifth: an LSTM has no output matrix,"
        " its output is the state itself. A (32, 32) matrix behind an `LSTM: 32` is a Dense of its own,"
        " `Dense: {units: 32, use_bias: false}`, and then there are 8,320 + 1,024 = 9,344 parameters.",
        "LSTM: 32",
        "[64, 32]",
    ),
    "MaxPooling1D": Remark(_OVERLAP.format(name="MaxPooling1D"), "MaxPooling1D: 2", "[7, 1]"),
    "MaxPooling2D": Remark(
        _OVERLAP.format(name="MaxPooling2D"),
        "MaxPooling2D: {pool_size: 3, strides: 2}",
        "[28, 28, 16]",
    ),
    "MultiHeadAttention": Remark(
        "It needs a query and a value; given one tensor, layerforge takes it for both: self-attention."
        " Others are named: `from: {query: x, value: memory}`.",
        "MultiHeadAttention: {num_heads: 4, key_dim: 16}",
        "[96, 64]",
    ),
    "Permute": Remark(
        "Axes count from 1, since axis 0 is the batch, which never moves.",
        "Permute: [2, 1]",
        "[96, 7]",
    ),
    "RepeatVector": Remark(
        "It hands one vector to every step of what follows: the bridge from an encoder to a decoder.",
        "RepeatVector: 24",
        "[32]",
    ),
    "TimeDistributed": Remark(
        "The same layer, with the same weights, at every step. Around a Dense it changes nothing:"
        " a Dense does that by itself.",
        "TimeDistributed: {layer: {Dense: 8}}",
        "[96, 32]",
    ),
}
