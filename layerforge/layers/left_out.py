"""The classes of keras.layers that a spec does not have, and what to write instead."""

from typing import Final

_CODE: Final = "it holds code of another framework"
LEFT_OUT: Final[dict[str, str]] = {
    "Lambda": "it holds Python code; write `ops.NAME` items, `slice`, or a named layer",
    "Layer": "it is the base of all layers; write one of them",
    "Wrapper": "it is the base of wrappers; write `TimeDistributed` or `Bidirectional`",
    "InputLayer": "inputs are written as `input: SHAPE`, or under `inputs:`",
    "FlaxLayer": _CODE,
    "JaxLayer": _CODE,
    "TorchModuleWrapper": _CODE,
    "TFSMLayer": "it holds a saved program, whose shapes only TensorFlow knows",
}

_CUDNN: Final = "which takes cuDNN's kernel by itself where there is a GPU"
# Layers of earlier versions of Keras, and what to write instead.
FORMER: Final[dict[str, str]] = {
    "CuDNNLSTM": f"write `LSTM`, {_CUDNN}",
    "CuDNNGRU": f"write `GRU`, {_CUDNN}",
    "ThresholdedReLU": "write `ReLU: {threshold: 1.0}`",
    "Merge": "write `Add`, `Concatenate`, `Average`, `Maximum`, `Minimum`, `Multiply` or `Dot`",
    "Sequential": "write its layers one below the other, or a block `as: model`",
    "Model": "write its layers one below the other, or a block `as: model`",
}
