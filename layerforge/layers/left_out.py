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
