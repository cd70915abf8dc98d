"""Layers around another layer: Bidirectional, TimeDistributed, SpectralNormalization."""

from typing import Annotated, Final, TypeAlias

from layerforge.arguments import Optional
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import Layer, LayerOf, NestedLayer, OptionalShape, Shapes, layer
from layerforge.layers.cells import as_list
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import SWITCH, MergeMode, Positive
from layerforge.layers.recurrent import check_mask
from layerforge.records import replace
from layerforge.shapes import Shape, at_least

_RECURRENT: Final = LayerOf(
    "a recurrent layer",
    ("LSTM", "GRU", "SimpleRNN", "RNN", "ConvLSTM1D", "ConvLSTM2D", "ConvLSTM3D"),
)
Recurrent: TypeAlias = Annotated[Layer, _RECURRENT]
OptionalRecurrent: TypeAlias = Annotated[Layer | None, Optional(_RECURRENT)]


@layer(training=SWITCH)
def Bidirectional(
    sequence: Shape,
    initial_state: Shapes = None,
    mask: OptionalShape = None,
    *,
    layer: Recurrent,
    merge_mode: MergeMode = "concat",
    backward_layer: OptionalRecurrent = None,
) -> Effect:
    """Walks a sequence in both directions with a layer each, and merges what they give.

    Parameters: those of both layers. Without merging (null) the two outputs stand side by side.
    Source: Schuster & Paliwal 1997; Keras `Bidirectional`.
    """
    _check_directions(layer, backward_layer)
    states = as_list(initial_state)
    if len(states) % 2:
        message = f"needs states for both directions as `initial_state`, not {len(states)}"
        raise SpecError("missing-input", message)
    half = len(states) // 2
    forward = _direction(layer, "forward", "layer", sequence, states[:half], mask)
    if backward_layer is None:
        backward = _direction(layer, "backward", "layer", sequence, states[half:], mask)
    else:
        own = states[half:] or None
        backward = backward_layer.inside("backward_layer", sequence, initial_state=own, mask=mask)
        backward = _towards("backward", backward)
    if forward.weights.keys() & backward.weights.keys():
        message = "needs two layers of different names, since their weights lie side by side"
        raise SpecError("conflicting-arguments", message, "backward_layer")
    if forward.outputs != backward.outputs:
        message = "needs two layers that give the same shapes"
        raise SpecError("shape-mismatch", message, "backward_layer")
    return _merged(forward, backward, merge_mode)


def _check_directions(forward: Layer, backward: Layer | None) -> None:
    """Keras's `_verify_layer_config`: opposite ways, and alike in what is kept and returned."""
    backwards = forward.values.get("go_backwards", False)
    if backward is None:
        if backwards:
            message = "turns the second layer around itself: leave `go_backwards` away"
            raise SpecError("conflicting-arguments", message, "layer")
        return
    if backwards == backward.values.get("go_backwards", False):
        message = "needs layers that go opposite ways"
        help = "write `go_backwards: true` in `backward_layer`"
        raise SpecError("conflicting-arguments", message, "backward_layer", help)
    for flag in ("stateful", "return_sequences", "return_state"):
        if forward.values.get(flag, False) != backward.values.get(flag, False):
            message = f"needs the same `{flag}` in both layers"
            raise SpecError("conflicting-arguments", message, "backward_layer")


def _direction(
    layer: Layer,
    word: str,
    arg: str,
    sequence: Shape,
    states: tuple[Shape, ...],
    mask: OptionalShape,
) -> Effect:
    """One way through the sequence, by a copy of the layer named after the way as Keras does."""
    copy = layer.called(f"{word}_{layer.inner_name.removeprefix(f'{word}_')}")
    return _towards(word, copy.inside(arg, sequence, initial_state=states or None, mask=mask))


def _towards(word: str, effect: Effect) -> Effect:
    ways = tuple(replace(recurrence, direction=word) for recurrence in effect.recurrences)
    return replace(effect, recurrences=ways)


def _merged(forward: Effect, backward: Effect, mode: str | None) -> Effect:
    output, *states = forward.outputs
    more = (*states, *backward.more)
    if mode is None:
        more = (backward.output, *more)
    elif mode == "concat":
        output = (*output[:-1], output[-1] * 2)
    return Effect(
        output,
        {**forward.weights, **backward.weights},
        {**forward.fixed, **backward.fixed},
        forward.macs + backward.macs,
        more,
        forward.recurrences + backward.recurrences,
    )


@layer(training=SWITCH)
def TimeDistributed(x: Shape, mask: OptionalShape = None, *, layer: NestedLayer) -> Effect:
    """Applies one layer to every step of a sequence, with the same weights at each.

    Parameters: the inner layer's, once. Source: Keras `TimeDistributed`.
    """
    batch, steps, *rest = at_least(x, 3, "a sequence of at least vectors (steps, ..., features)")
    check_mask(mask, x)
    step = layer.inside("layer", (batch, *rest))
    if step.more:
        message = f"cannot hold a layer of several outputs, as this {layer.type.name} is"
        raise SpecError("conflicting-arguments", message, "layer")
    first, *sample = step.output
    return replace(step, output=(first, steps, *sample), macs=steps * step.macs)


@layer(training=SWITCH)
def SpectralNormalization(
    x: Shape, *, layer: NestedLayer, power_iterations: Positive = 1
) -> Effect:
    """Keeps the largest singular value of the layer's kernel at 1 while it trains.

    Parameters: the layer's, and a vector of the kernel's last axis that is not trained.
    Source: Miyato et al. 2018; Keras `SpectralNormalization`.
    """
    inner = layer.inside("layer", x)
    for path in (f"{layer.inner_name}/kernel", f"{layer.inner_name}/embeddings"):
        if kernel := {**inner.weights, **inner.fixed}.get(path):
            # The wrapper holds the kernel itself, so one that is not trained comes first of all.
            first = {} if layer.trainable else {path: kernel}
            vector = {"vector_u": (1, kernel[-1])}
            return replace(inner, fixed={**first, **vector, **inner.fixed})
    message = f"needs a layer with a kernel or embeddings, which {layer.type.name} has not"
    raise SpecError("conflicting-arguments", message, "layer")
