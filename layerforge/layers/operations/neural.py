"""Normalisation, attention and losses of keras.ops, whose weights, if any, are tensors or constants."""

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Epsilon, Flag, NonNegative, Positive
from layerforge.layers.operations.fitting import (
    ANY,
    broadcast,
    check_length,
    check_same,
    needs_rank,
    place,
    places,
    several,
)
from layerforge.layers.operations.kinds import (
    Axes,
    DecodingStrategy,
    OptionalNumber,
    RequiredAxes,
)
from layerforge.layers.operations.operand import (
    Indices,
    Operand,
    OptionalOperand,
    Value,
    named,
    shape_of,
)
from layerforge.layers.operations.registration import operation
from layerforge.shapes import Shape, differ, size


@operation()
def normalize(
    x: Shape, *, axis: Axes = -1, order: Positive = 2, epsilon: OptionalNumber = None
) -> Effect:
    """Divides the values by their length along the axes, so that it becomes 1."""
    if axis is not None:
        places(x, axis)
    return Effect(x)


@operation()
def layer_normalization(
    x: Shape,
    gamma: OptionalOperand = None,
    beta: OptionalOperand = None,
    *,
    axis: RequiredAxes = -1,
    epsilon: OptionalNumber = None,
) -> Effect:
    """Shifts and scales each sample to mean 0 and variance 1 along the axes, then by gamma and beta."""
    along = places(x, axis)
    for name, value in (("gamma", gamma), ("beta", beta)):
        _check_scale(x, along, value, name)
    return Effect(x)


@operation()
def rms_normalization(
    x: Shape,
    scale: OptionalOperand = None,
    *,
    axis: RequiredAxes = -1,
    epsilon: OptionalNumber = None,
) -> Effect:
    """Divides each sample by the root of its mean square along the axes, then multiplies with scale."""
    _check_scale(x, places(x, axis), scale, "scale")
    return Effect(x)


def _check_scale(x: Shape, axes: tuple[int, ...], value: Value | None, name: str) -> None:
    """Raises SpecError unless a scale or shift fits to the axes, or to the whole tensor."""
    if value is None:
        return
    wanted = tuple(x[axis] for axis in sorted(axes))
    shape = shape_of(value)
    if len(shape) == len(wanted) and not any(map(differ, shape, wanted)):
        return
    if len(shape) == len(x) and broadcast(x, shape, ("x", name)) == x:
        return
    message = (
        f"needs a `{name}` of the shape {wanted}, as the axes it normalises, not {named(value)}"
    )
    raise SpecError("shape-mismatch", message, name)


@operation()
def batch_normalization(
    x: Shape,
    mean: Operand,
    variance: Operand,
    *,
    axis: Axis,
    offset: OptionalOperand = None,
    scale: OptionalOperand = None,
    epsilon: Epsilon = 1e-3,
) -> Effect:
    """Takes the mean away and divides by the root of the variance, a number of each for every channel.

    Formula: (x - mean) / sqrt(variance + epsilon) scale + offset.
    """
    if offset is not None and scale is None:
        message = "takes an `offset` only together with a `scale`"
        raise SpecError("conflicting-arguments", message, "offset", "write a `scale` of ones")
    wanted = (x[place(x, axis)],)
    values = {"mean": mean, "variance": variance, "offset": offset, "scale": scale}
    for name, value in values.items():
        if value is not None and shape_of(value) != wanted:
            message = (
                f"needs a `{name}` of {wanted[0]} values, one for each channel, not {named(value)}"
            )
            raise SpecError("shape-mismatch", message, name)
    return Effect(x)


@operation()
def dot_product_attention(
    query: Operand,
    key: Operand,
    value: Operand,
    bias: OptionalOperand = None,
    mask: OptionalOperand = None,
    *,
    scale: OptionalNumber = None,
    is_causal: Flag = False,
) -> Effect:
    """Mixes values by how well their keys fit each query, for each head: tensors (steps, heads, size).

    Formula: softmax(query key^T scale) value, scale 1 / sqrt(size) by default.
    """
    tensors = {"query": query, "key": key, "value": value}
    q, k, _ = (needs_rank(tensor, 4, name=name) for name, tensor in tensors.items())
    for one, other, axes in (
        ("key", "value", (1, 2, 3)),
        ("query", "key", (3,)),
        ("query", "value", (0,)),
    ):
        for axis in axes:
            check_length(tensors[one], tensors[other], (axis, axis), (one, other))
    _check_heads(q, k)
    scores = (q[0], q[2], q[1], k[1])
    for name, extra in (("bias", bias), ("mask", mask)):
        if extra is not None and broadcast(scores, extra, ("the scores", name)) != scores:
            message = f"needs a `{name}` that fits to (heads, queries, keys), not {named(extra)}"
            raise SpecError("shape-mismatch", message, name)
    return Effect(q, macs=2 * size((*q[1:], k[1])))


def _check_heads(query: Shape, key: Shape) -> None:
    """Raises SpecError unless the heads of the keys serve equal groups of the queries' heads."""
    heads, shared = query[2], key[2]
    if not isinstance(heads, int) or not isinstance(shared, int) or heads == shared:
        return
    if heads % shared or shared == 1:
        message = (
            f"needs as many heads in `key` as in `query`, {heads}, or an even part, not {shared}"
        )
        raise SpecError("shape-mismatch", message, "key")


@operation()
def binary_crossentropy(target: Operand, output: Operand, *, from_logits: Flag = False) -> Effect:
    """Gives the cross-entropy of each value with its target, 0 or 1."""
    check_same(target, output, ("target", "output"))
    return Effect(shape_of(output))


@operation()
def categorical_crossentropy(
    target: Operand, output: Operand, *, from_logits: Flag = False, axis: Axis = -1
) -> Effect:
    """Gives the cross-entropy of distributions on the last axis with their targets."""
    check_same(target, output, ("target", "output"))
    return Effect(_classes_last(output, axis)[:-1])


def _classes_last(output: Value, axis: int) -> Shape:
    """The shape of what holds a distribution on its last axis, the only one that Keras plans well."""
    shape = needs_rank(output, 1, ANY, "output")
    if place(shape, axis) != len(shape) - 1:
        message = f"works along the last axis in a functional model, not along axis {axis}"
        raise SpecError("wrong-axis", message, "axis", "move the classes to the end first")
    return shape


@operation()
def sparse_categorical_crossentropy(
    target: Indices, output: Operand, *, from_logits: Flag = False, axis: Axis = -1
) -> Effect:
    """Gives the cross-entropy of distributions on the last axis with the number of the true class."""
    wanted, given = _classes_last(output, axis)[:-1], shape_of(target)
    if len(given) == len(wanted) + 1 and given[-1] == 1:
        given = given[:-1]
    if given != wanted:
        message = f"needs a class for each distribution of {named(output)}, not {named(target)}"
        raise SpecError("shape-mismatch", message, "target")
    return Effect(wanted)


@operation()
def ctc_loss(
    target: Indices,
    output: Operand,
    target_length: Indices,
    output_length: Indices,
    *,
    mask_index: NonNegative = 0,
) -> Effect:
    """Gives each sample's loss over all ways in which its target could be spread over the steps.

    Source: Graves et al. 2006.
    """
    labels, steps = needs_rank(target, 2, name="target"), needs_rank(output, 3, name="output")
    lengths = {"target_length": target_length, "output_length": output_length}
    for name, value in (("output", output), *lengths.items()):
        rank = 3 if name == "output" else 1
        if needs_rank(value, rank, name=name)[0] != labels[0]:
            message = f"needs one batch: {labels[0]} samples in `target`, {shape_of(value)[0]} in `{name}`"
            raise SpecError("shape-mismatch", message, name)
    return Effect(steps[:1])


@operation()
def ctc_decode(
    inputs: Operand,
    sequence_lengths: Indices,
    *,
    strategy: DecodingStrategy = "greedy",
    beam_width: Positive = 100,
    top_paths: Positive = 1,
    merge_repeated: Flag = True,
    mask_index: NonNegative = 0,
) -> Effect:
    """Gives the likeliest sequences of labels, and as output 1 how likely they are.

    Source: Graves et al. 2006.
    """
    batch, steps, _ = needs_rank(inputs, 3, name="inputs")
    needs_rank(sequence_lengths, 1, name="sequence_lengths")
    paths = 1 if strategy == "greedy" else top_paths
    return several(((paths, batch, steps), (batch, paths)))
