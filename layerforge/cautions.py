"""What a sound model does in silence and its author may not want: warnings, told beside no fault."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Final

from layerforge.components import Component
from layerforge.diagnostics import Diagnostic, Related, Span
from layerforge.graph import Call
from layerforge.infer import Plan, Step
from layerforge.layers import Layer

# Arguments with which an LSTM or GRU leaves cuDNN's kernel, and the values that keep it:
# `cudnn_ok` in keras/src/backend/tensorflow/rnn.py, `inner_loop` in keras/src/layers/rnn/lstm.py.
_CUDNN: Final = {
    "activation": "tanh",
    "recurrent_activation": "sigmoid",
    "use_bias": True,
    "unroll": False,
    "recurrent_dropout": 0,
    "reset_after": True,
}
# Layers that look at a mask: without it they read the padding like any other step.
_READERS: Final = frozenset(
    {
        *("SimpleRNN", "GRU", "LSTM", "RNN", "Bidirectional"),
        *("ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D", "GlobalAveragePooling1D"),
        *("MultiHeadAttention", "GroupQueryAttention", "Attention", "AdditiveAttention"),
    }
)
# Layers that join any number of tensors.
_MERGING: Final = frozenset(("Add", "Average", "Concatenate", "Maximum", "Minimum", "Multiply"))
# Layers that hand a mask on: those of keras.layers with `supports_masking`.
KEEPERS: Final = frozenset(
    {
        *("Activation", "ActivityRegularization", "Add", "AlphaDropout", "Average"),
        *("BatchNormalization", "Concatenate", "Dense", "Dropout", "ELU", "GaussianDropout"),
        *("GaussianNoise", "GroupNormalization", "Identity", "LayerNormalization", "LeakyReLU"),
        *("Masking", "Maximum", "Minimum", "Multiply", "Normalization", "PReLU", "ReLU"),
        *("Rescaling", "Softmax", "SpatialDropout1D", "SpatialDropout2D", "SpatialDropout3D"),
        *("Subtract", "TimeDistributed", "UnitNormalization"),
    }
)


def cautions(plan: Plan, shared: bool = False) -> Iterator[Diagnostic]:
    """The warnings about a plan without faults, nested models included.

    `shared` says that several devices are to share each batch.
    """
    yield from _lost_masks(plan)
    yield from _merging_nothing(plan)
    for step in plan.steps:
        if step.inner is not None:
            yield from cautions(step.inner, shared)
        elif not step.shared:
            for layer in _within(step.call.layer):
                yield from _leaves_cudnn(layer, step.call.span)
                if shared:
                    yield from _looks_alone(layer, step.call.span)


def _within(layer: Layer) -> Iterator[Layer]:
    """The layer and those that it holds."""
    yield layer
    for value in layer.values.values():
        for each in value if isinstance(value, tuple) else (value,):
            if isinstance(each, Layer):
                yield from _within(each)


def _leaves_cudnn(layer: Layer, place: Span) -> Iterator[Diagnostic]:
    if layer.type.name not in ("LSTM", "GRU") or layer.values.get("use_cudnn") is False:
        return
    for name, kept in _CUDNN.items():
        value = layer.values.get(name, kept)
        value = value.name if isinstance(value, Component) and not value.values else value
        if value != kept:
            message = f"`{name}` takes this {layer.type.name} off the fast cuDNN kernel of a GPU"
            shown = str(kept).lower() if isinstance(kept, bool) else kept
            help = f"where a GPU trains it, keep `{name}: {shown}`"
            span = layer.arguments.spans.get(name, place)
            yield Diagnostic("leaves-cudnn", message, span, help, severity="warning")


def _looks_alone(layer: Layer, place: Span) -> Iterator[Diagnostic]:
    """Normalization over a batch of which each device has a part."""
    if layer.type.name == "BatchNormalization" and not layer.values.get("synchronized"):
        message = "each device normalizes by its own part of the batch"
        help = "write `BatchNormalization: {synchronized: true}` for the results of one device"
        yield Diagnostic("own-statistics", message, place, help, severity="warning")


def _lost_masks(plan: Plan) -> Iterator[Diagnostic]:
    """The first layers that drop a mask which a layer behind them would have read."""
    masked: dict[str, Call] = {}  # calls whose result has a mask, and where the mask was made
    for step in plan.steps:
        call = step.call
        sources = [masked[ref.name] for ref in call.refs() if ref.name in masked]
        if _makes_mask(call.layer):
            masked[call.name] = call
        elif sources and _keeps(step):
            masked[call.name] = sources[0]
            yield from _beside_a_state(call, sources[0])
        elif sources and call.layer.type.name not in _READERS:
            reader = _reader_behind(plan, call.name)
            if reader is not None:
                yield _lost(call, sources[0], reader)
        elif sources:
            yield from _beside_a_state(call, sources[0])


def _beside_a_state(call: Call, maker: Call) -> Iterator[Diagnostic]:
    """Keras hands no mask to a call on several tensors (`Layer.__call__`, step 6), attention apart."""
    stated = "initial_state" in call.keywords or len(call.inputs) > 1
    word = call.layer.type.name
    if word not in _READERS or "Attention" in word or not stated or "mask" in call.keywords:
        return
    message = (
        f"Keras gives a {word} with an `initial_state` no mask, so it reads the padding as data"
    )
    help = "give it: `mask: NAME` in `from`, of an item such as `ops.not_equal: 0` on the tokens"
    related = (Related(f"this {maker.layer.type.name} makes the mask", maker.span),)
    yield Diagnostic("lost-mask", message, call.span, help, related, "warning")


def _merging_nothing(plan: Plan) -> Iterator[Diagnostic]:
    """Merging layers that are given one tensor: most often a `from` was forgotten."""
    for step in plan.steps:
        call = step.call
        if call.layer.type.variadic and call.layer.type.name in _MERGING and len(call.inputs) == 1:
            word = call.layer.type.name
            message = f"this {word} is given one tensor, and gives it back as it is"
            help = "name what it joins: `from: [previous, NAME]`"
            yield Diagnostic("one-input", message, call.span, help, severity="warning")


def _makes_mask(layer: Layer) -> bool:
    return layer.type.name == "Masking" or layer.values.get("mask_zero") is True


def _keeps(step: Step) -> bool:
    """Whether the result carries the mask of the input on; of a sequence alone a mask has a meaning."""
    layer = step.call.layer
    if layer.type.name in _READERS:
        inner = layer.values.get("layer")
        holder = inner if isinstance(inner, Layer) else layer
        return holder.values.get("return_sequences") is True or "Attention" in layer.type.name
    return layer.type.name in KEEPERS


def _reader_behind(plan: Plan, name: str) -> Call | None:
    """The first layer that looks at masks among those that follow from a call, if no mask comes anew."""
    reached = {name}
    for step in plan.steps:
        call = step.call
        if call.name not in reached and any(ref.name in reached for ref in call.refs()):
            if call.layer.type.name in _READERS:
                return None if "mask" in call.keywords else call
            reached.add(call.name)
    return None


def _lost(call: Call, maker: Call, reader: Call) -> Diagnostic:
    word, behind = call.layer.type.name, reader.layer.type.name
    message = f"the mask ends at this {word}, so the {behind} behind it reads the padding as data"
    related = (
        Related(f"this {maker.layer.type.name} makes the mask", maker.span),
        Related(f"this {behind} would look at it", reader.span),
    )
    return Diagnostic("lost-mask", message, call.span, None, related, "warning")
