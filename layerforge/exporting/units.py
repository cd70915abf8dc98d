"""Scaling put into a model: it takes and gives numbers in the units of the file."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Final

from layerforge.data import Prepared
from layerforge.data.feeds import Feed

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_FAR: Final = 1e4  # deviations from 0: beyond, float32 loses the fourth digit of a scaled value


def why_outside(prepared: Prepared, feeds: Sequence[Feed]) -> str | None:
    """Why the scaling cannot be inside the model; None where it can."""
    if any(feed.lengths is not None for feed in feeds):
        return "sequences of different lengths are padded after scaling"
    numbers = (*prepared.encoders, *prepared.target_encoders)
    far = [f"`{each.name}`" for each in numbers if abs(each.offset) > _FAR * each.scale]
    if far:
        return f"{', '.join(far[:3])} would lose digits in float32, so far from 0 as it is"
    return None


def with_units(
    model: Any, prepared: Prepared, feeds: Sequence[Feed], logits: bool, inside: bool
) -> Any:
    """A Keras model of the same inputs and outputs by name, scaling `inside` where it can be.

    Numbers come and go in the units of the file, categories as the matrix has them. Of classes it gives
    probabilities, whatever the model gives.
    """
    import keras

    given = [keras.Input(shape[1:], name=name) for name, shape in _inputs(model)]
    by_name = {feed.name: feed for feed in feeds}
    taken = [
        _rescaled(each, *_of_inputs(prepared, by_name[name])) if inside else each
        for each, (name, _) in zip(given, _inputs(model), strict=True)
    ]
    answer = model(taken if len(taken) > 1 else taken[0])
    if prepared.classes is not None:
        if logits:
            last = "sigmoid" if answer.shape[-1] == 1 else "softmax"
            answer = keras.layers.Activation(last, dtype="float32")(answer)
    elif inside:
        answer = _rescaled(answer, *_of_outputs(prepared, tuple(answer.shape[1:])))
    return keras.Model(given, answer, name=model.name)


def raw_inputs(
    prepared: Prepared, feeds: Sequence[Feed], positions: NDArray[np.int64], inside: bool
) -> dict[str, NDArray[np.float32]]:
    """The inputs of samples as the exported model takes them."""
    found = {}
    for feed in feeds:
        values = feed.gather(prepared.features, positions)
        if inside:
            scale, offset = _of_inputs(prepared, feed)
            values = ((values.astype("float64") - offset) / scale).astype("float32")
        found[feed.name] = values
    return found


def target_scale(prepared: Prepared, shape: tuple[int, ...]) -> NDArray[np.float64]:
    """By how much an answer of this shape was divided when it was scaled."""
    return _of_outputs(prepared, shape)[0]


def in_units(prepared: Prepared, answers: NDArray[Any]) -> NDArray[np.float64]:
    """Scaled answers in the units of the file."""
    scale, offset = _of_outputs(prepared, answers.shape[1:])
    found: NDArray[np.float64] = answers.astype("float64") * scale + offset
    return found


def _inputs(model: Any) -> list[tuple[str, tuple[Any, ...]]]:
    return [(each.name, tuple(each.shape)) for each in model.inputs]


def _rescaled(tensor: Any, scale: NDArray[Any], offset: NDArray[Any]) -> Any:
    import keras

    if (scale == 1).all() and (offset == 0).all():
        return tensor
    layer = keras.layers.Rescaling(scale.tolist(), offset.tolist(), dtype="float32")
    return layer(tensor)


def _of_inputs(prepared: Prepared, feed: Feed) -> tuple[NDArray[Any], NDArray[Any]]:
    """What scaled values of a sample are of raw ones: times the first plus the second."""
    import numpy as np

    scale, offset = [], []
    for encoder in prepared.encoders:
        number = encoder.kind != "category"
        scale += [1 / encoder.scale if number else 1.0] * len(encoder.names)
        offset += [-encoder.offset / encoder.scale if number else 0.0] * len(encoder.names)
    columns = list(feed.columns) if feed.columns is not None else slice(None)
    both = np.asarray([scale, offset])[:, columns]
    steps = 1 if feed.offsets is None else len(feed.offsets)
    whole = np.broadcast_to(both[:, None, :], (2, steps, both.shape[1]))
    first, second = whole.reshape(2, *feed.shape)
    return first, second


def _of_outputs(prepared: Prepared, shape: tuple[int, ...]) -> tuple[NDArray[Any], NDArray[Any]]:
    """What raw values of an answer are of scaled ones: times the first plus the second.

    A model's answer holds steps, then targets, then quantiles, with or without axes of their own.
    """
    import numpy as np

    values = np.asarray(
        [[e.scale for e in prepared.target_encoders], [e.offset for e in prepared.target_encoders]],
        np.float64,
    )
    steps = prepared.horizon or 1
    each = int(np.prod(shape)) // (steps * values.shape[1])
    whole = np.broadcast_to(values[:, None, :, None], (2, steps, values.shape[1], each))
    first, second = whole.reshape(2, *shape)
    return first, second
