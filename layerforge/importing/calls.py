"""What a layer is called on and with: tensors by place, tensors by name, and options."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Final

from layerforge.arguments import INVALID, Found
from layerforge.diagnostics import SpecError
from layerforge.importing.configuration import node_of
from layerforge.importing.nodes import Node
from layerforge.importing.tensors import Tensor, is_tensor, tensors_in
from layerforge.layers import LayerType
from layerforge.records import field, record

# Where `training` is false, or true, in Keras's own signature of `call`: there it says nothing.
TRAINING_FALSE: Final = (
    *("Attention", "AdditiveAttention", "SpectralNormalization"),
    *("SimpleRNN", "LSTM", "GRU", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
    *("Dropout", "AlphaDropout", "GaussianDropout", "GaussianNoise"),
    *("SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
)
TRAINING_TRUE: Final = (
    *("RandomBrightness", "RandomContrast", "RandomSaturation", "RandomHue", "RandomColorJitter"),
    *("RandomColorDegeneration", "RandomGrayscale", "RandomInvert", "RandomPosterization"),
    *("Solarization", "AutoContrast", "Equalization", "RandomSharpness", "RandomGaussianBlur"),
    *("ContrastLimitedAdaptiveHistogramEqualization", "RandomFlip", "RandomRotation"),
    *("RandomTranslation", "RandomZoom", "RandomShear", "RandomPerspective", "RandomErasing"),
    *("RandomElasticTransform", "MixUp", "CutMix", "AugMix", "RandAugment"),
    *("MaxNumBoundingBoxes", "Resizing", "CenterCrop", "RandomCrop", "Pipeline"),
)
# Keras's own names for the first tensor of a call.
_FIRST: Final = ("inputs", "sequences", "data", "x")


@record
class Given:
    """What one call is given."""

    inputs: tuple[Tensor, ...]
    named: dict[str, Any] = field(default_factory=dict)  # a Tensor, or a list of them
    options: dict[str, Any] = field(default_factory=dict)


def given_to(node: Node, entry: LayerType) -> Given:
    """What a layer of the catalog is called on and with. Raises SpecError where no spec can say it."""
    inputs, named = _by_place(node.args, entry)
    options: dict[str, Any] = {}
    for name, value in node.kwargs.items():
        if is_tensor(value):
            if name in _FIRST or name in entry.tensors[:1]:
                inputs = [*tensors_in(value), *inputs]
            else:
                named[name] = value
        elif _says_something(name, value, entry.name):
            options[name] = _option(name, value, entry)
    if entry.attends and not named and len(inputs) == 2 and inputs[0] == inputs[1]:
        inputs = inputs[:1]
    return Given(tuple(inputs), named, options)


def given_to_model(node: Node) -> Given:
    """What a nested model is called on; of options it knows `training` alone."""
    options = {}
    for name, value in node.kwargs.items():
        if name == "training" and value is not None:
            options[name] = value
        elif name not in ("training", "mask", "inputs") and value is not None:
            raise SpecError("not-importable", f"is a model called with `{name}`")
    return Given(tuple(tensors_in([node.args, node.kwargs])), {}, options)


def _by_place(args: Sequence[Any], entry: LayerType) -> tuple[list[Tensor], dict[str, Any]]:
    if entry.variadic or entry.packed:
        return list(tensors_in(args)), {}
    inputs: list[Tensor] = []
    named: dict[str, Any] = {}
    for at, value in enumerate(args):
        if at == len(inputs) and isinstance(value, Tensor):
            inputs.append(value)
        elif at == 0 and is_tensor(value):
            inputs += tensors_in(value)
        elif is_tensor(value) and at < len(entry.tensors):
            named[entry.tensors[at]] = value
        elif value is not None and value is not False:
            raise SpecError("not-importable", f"is called with `{value}` at place {at + 1}")
    return inputs, named


def _says_something(name: str, value: Any, layer: str) -> bool:
    """Whether an option differs from its default."""
    if name == "training":
        silent = False if layer in TRAINING_FALSE else True if layer in TRAINING_TRUE else None
        return value is not silent and value is not None
    return value is not None and value is not False


def _option(name: str, value: Any, entry: LayerType) -> Any:
    kind = entry.options.get(name)
    if kind is None:
        raise SpecError("not-importable", f"is called with `{name}`, which a spec does not have")
    found: Found = []
    read = kind.read(node_of(value), found)
    if read is INVALID:
        raise SpecError("not-importable", f"is called with a `{name}` that no spec can hold")
    return read
