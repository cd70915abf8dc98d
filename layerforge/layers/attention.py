"""Attention: queries look up values by how well their keys match."""

from typing import Any, Final, TypeAlias

from layerforge.diagnostics import SpecError
from layerforge.layers.axes import axes_of
from layerforge.layers.catalog import OptionalShape, Shapes, layer
from layerforge.layers.effect import Effect, Weights
from layerforge.layers.kinds import (
    SWITCH,
    Constraint,
    Flag,
    Fraction,
    OptionalAxes,
    OptionalFlag,
    OptionalPositive,
    OutputShape,
    Positive,
    Regularizer,
    RequiredInitializer,
    ScoreMode,
    Seed,
)
from layerforge.shapes import (
    Dim,
    Shape,
    at_least,
    describe,
    differ,
    known,
    of_rank,
    size,
    without_batch,
)

_Heads: TypeAlias = tuple[int, int]  # how many, and how large each is
_SEQUENCE: Final = "a sequence (steps, features)"
_OPTIONS: Final[dict[str, Any]] = {
    "training": SWITCH,
    "return_attention_scores": SWITCH,
    "use_causal_mask": SWITCH,
}


@layer(**_OPTIONS)
def MultiHeadAttention(
    query: Shape,
    value: Shape,
    key: OptionalShape = None,
    query_mask: OptionalShape = None,
    value_mask: OptionalShape = None,
    key_mask: OptionalShape = None,
    attention_mask: OptionalShape = None,
    *,
    num_heads: Positive,
    key_dim: Positive,
    value_dim: OptionalPositive = None,
    dropout: Fraction = 0.0,
    use_bias: Flag = True,
    output_shape: OutputShape = None,
    attention_axes: OptionalAxes = None,
    sliding_window: OptionalPositive = None,
    flash_attention: OptionalFlag = None,
    kernel_initializer: RequiredInitializer = "glorot_uniform",
    bias_initializer: RequiredInitializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    use_gate: Flag = False,
    seed: Seed = None,
    return_attention_scores: Flag = False,
) -> Effect:
    """Several attentions side by side: softmax(Q K^T / sqrt(key_dim)) V in each head, then one projection.

    Parameters, C features, h heads of d: 3 (C h d + h d) + (h d C + C). Called on one tensor, it is
    query and value: self-attention. Source: Vaswani et al. 2017; Keras `MultiHeadAttention`.
    """
    key = value if key is None else key
    at_least(query, 3, _SEQUENCE)
    _check_alike(query, value, key)
    _check_dropout(flash_attention, dropout)
    _check_masks((query_mask, query), (value_mask, value), (key_mask, key))
    _check_attention_mask(attention_mask, query, value)
    heads = (num_heads, value_dim or key_dim)
    keys = (num_heads, key_dim)
    gate = (("gate", query, heads),) if use_gate else ()
    kernels = _projections(
        ("query", query, keys), ("key", key, keys), *gate, ("value", value, heads)
    )
    out = (output_shape,) if isinstance(output_shape, int) else output_shape or query[-1:]
    made = tuple(known(dim, "the number of features") for dim in out)
    kernels["attention_output"] = (*heads, *made)
    attended = axes_of(query, attention_axes or tuple(range(1, len(query) - 1)), "attention_axes")
    pairs = num_heads * _pairs(query, value, attended)
    # Keras gives the scores' shape with the query's steps twice, whatever the value has.
    scores = (query[0], num_heads, query[1], query[1])
    return Effect(
        (*query[:-1], *made),
        _weights(kernels, use_bias, len(made)),
        macs=_work(kernels, query, value, key) + pairs * (key_dim + heads[1]),
        more=(scores,) if return_attention_scores else (),
    )


def _pairs(query: Shape, value: Shape, attended: tuple[int, ...]) -> Dim:
    """How many places of the query meet how many of the value, in one head."""
    apart = size(dim for axis, dim in enumerate(query[1:-1], start=1) if axis not in attended)
    return apart * size(query[axis] for axis in attended) * size(value[axis] for axis in attended)


def _work(kernels: Weights, query: Shape, value: Shape, key: Shape) -> Dim:
    """The multiply-adds of the projections: each kernel at every place of its tensor."""
    tensors = {"key": key, "value": value}
    total: Dim = 0
    for name, kernel in kernels.items():
        total = total + size(tensors.get(name, query)[1:-1]) * size(kernel)
    return total


def _projections(*made: tuple[str, Shape, _Heads]) -> dict[str, tuple[int, ...]]:
    """The kernels that make each head's queries, keys and values: features of the tensor x heads x size."""
    return {
        name: (known(shape[-1], f"the number of features of the {name}"), *heads)
        for name, shape, heads in made
    }


def _weights(kernels: Weights, use_bias: bool, last: int) -> Weights:
    """The kernels and their biases; the last projection makes `last` axes, the others two."""
    weights: dict[str, tuple[int, ...]] = {}
    for name, kernel in kernels.items():
        weights[f"{name}/kernel"] = kernel
        if use_bias:
            axes = last if name == "attention_output" else 2
            weights[f"{name}/bias"] = kernel[len(kernel) - axes :]
    return weights


def _check_alike(query: Shape, value: Shape, key: Shape) -> None:
    """Raises SpecError unless query, value and key have as many axes, and value and key as many steps."""
    for name, shape in (("value", value), ("key", key)):
        if len(shape) != len(query):
            shapes = f"{describe(query)} as query, {describe(shape)} as {name}"
            raise SpecError("wrong-rank", f"needs a {name} of as many axes as the query: {shapes}")
    if value[1:-1] != key[1:-1]:  # Keras refuses a free axis against a known one too
        shapes = f"the value is {without_batch(value)}, the key {without_batch(key)}"
        raise SpecError("shape-mismatch", f"needs a value and a key of as many steps: {shapes}")


def _check_attention_mask(mask: OptionalShape, query: Shape, value: Shape) -> None:
    """Raises SpecError unless the mask says of each step of the query which of the value it may see.

    Source: `_masked_softmax` in keras/src/layers/attention/multi_head_attention.py, which broadcasts it.
    """
    if mask is None or len(query) != 3 or len(value) != 3:
        return
    wanted = (query[0], query[1], value[1])
    seen = mask if len(mask) == 3 else (mask[0], *mask[2:]) if len(mask) == 4 else ()
    if len(seen) != 3 or any(a != 1 and differ(a, b) for a, b in zip(seen, wanted, strict=True)):
        pairs = without_batch(wanted)
        message = f"needs an `attention_mask` of {pairs}, query steps by value steps, not {describe(mask)}"
        raise SpecError("shape-mismatch", message)


def _check_masks(*pairs: tuple[OptionalShape, Shape]) -> None:
    """Raises SpecError unless each mask given has one value for each step of its tensor."""
    for mask, x in pairs:
        if mask and (len(mask) != 2 or differ(mask[1], x[1]) or differ(mask[0], x[0])):
            message = (
                f"needs a mask (steps) as long as its tensor, {describe(x)}, not {describe(mask)}"
            )
            raise SpecError("shape-mismatch", message)


def _check_dropout(flash_attention: bool | None, dropout: float) -> None:
    if flash_attention and dropout > 0:
        message = "cannot have `dropout` together with `flash_attention`"
        raise SpecError("conflicting-arguments", message, "dropout")


@layer(alias="GroupedQueryAttention", **_OPTIONS)
def GroupQueryAttention(
    query: Shape,
    value: Shape,
    key: OptionalShape = None,
    query_mask: OptionalShape = None,
    value_mask: OptionalShape = None,
    key_mask: OptionalShape = None,
    attention_mask: OptionalShape = None,
    *,
    head_dim: Positive,
    num_query_heads: Positive,
    num_key_value_heads: Positive,
    dropout: Fraction = 0.0,
    use_bias: Flag = True,
    sliding_window: OptionalPositive = None,
    flash_attention: OptionalFlag = None,
    kernel_initializer: RequiredInitializer = "glorot_uniform",
    bias_initializer: RequiredInitializer = "zeros",
    kernel_regularizer: Regularizer = None,
    bias_regularizer: Regularizer = None,
    activity_regularizer: Regularizer = None,
    kernel_constraint: Constraint = None,
    bias_constraint: Constraint = None,
    use_gate: Flag = False,
    seed: Seed = None,
    return_attention_scores: Flag = False,
) -> Effect:
    """Multi-head attention in which groups of query heads share one head of keys and values.

    Parameters, C features, q and k heads of d: (C + 1) q d + 2 (C + 1) k d + (q d C + C).
    Source: Ainslie et al. 2023; Keras `GroupQueryAttention`.
    """
    key = value if key is None else key
    for shape in (query, value, key):
        of_rank(shape, 3, _SEQUENCE)
    _check_alike(query, value, key)
    _check_dropout(flash_attention, dropout)
    _check_groups(query, value, num_query_heads, num_key_value_heads)
    _check_masks((query_mask, query), (value_mask, value), (key_mask, key))
    _check_attention_mask(attention_mask, query, value)
    heads, groups = (num_query_heads, head_dim), (num_key_value_heads, head_dim)
    gate = (("gate", query, heads),) if use_gate else ()
    kernels = _projections(
        ("query", query, heads), ("key", key, groups), *gate, ("value", value, groups)
    )
    kernels["attention_output"] = (*heads, kernels["query"][0])
    pairs = num_query_heads * _pairs(query, value, (1,))
    scores = (query[0], num_query_heads, query[1], key[1])
    return Effect(
        query,
        _weights(kernels, use_bias, 1),
        macs=_work(kernels, query, value, key) + pairs * 2 * head_dim,
        more=(scores,) if return_attention_scores else (),
    )


def _check_groups(query: Shape, value: Shape, heads: int, groups: int) -> None:
    """Raises SpecError unless the heads fall into equal groups, and query and value have as many features."""
    if heads % groups:
        message = f"cannot split {heads} query heads into {groups} equal groups"
        raise SpecError("bad-groups", message, "num_key_value_heads")
    if query[-1] != value[-1]:
        shapes = f"{describe(query)} as query, {describe(value)} as value"
        message = f"needs a query and a value of as many features: {shapes}"
        raise SpecError("shape-mismatch", message)


@layer(packed=3, **_OPTIONS)
def Attention(
    query: Shape,
    value: Shape,
    key: OptionalShape = None,
    mask: Shapes = None,
    *,
    use_scale: Flag = False,
    score_mode: ScoreMode = "dot",
    dropout: Fraction = 0.0,
    seed: Seed = None,
    return_attention_scores: Flag = False,
) -> Effect:
    """Looks up values by the product of query and key: softmax(Q K^T) V.

    Parameters: one with `use_scale`, one with `score_mode: concat`. `mask` is a list, for query and
    value. Source: Luong et al. 2015; Keras `Attention`.
    """
    key = value if key is None else key
    _check_lookup(query, value, key)
    weights: dict[str, tuple[int, ...]] = {"scale": ()} if use_scale else {}
    if score_mode == "concat":
        weights["concat_score_weight"] = ()
    depth = known(query[-1], "the number of features") if score_mode == "dot" else 0
    return _looked_up(query, value, weights, depth, return_attention_scores)


@layer(packed=3, **_OPTIONS)
def AdditiveAttention(
    query: Shape,
    value: Shape,
    key: OptionalShape = None,
    mask: Shapes = None,
    *,
    use_scale: Flag = True,
    dropout: Fraction = 0.0,
    seed: Seed = None,
    return_attention_scores: Flag = False,
) -> Effect:
    """Looks up values by a learned sum of query and key: softmax(sum(w tanh(Q + K))) V.

    Parameters: features with `use_scale`. `mask` is a list, for query and value.
    Source: Bahdanau et al. 2015; Keras `AdditiveAttention`.
    """
    key = value if key is None else key
    _check_lookup(query, value, key)
    features = known(query[-1], "the number of features")
    weights: dict[str, tuple[int, ...]] = {"scale": (features,)} if use_scale else {}
    return _looked_up(query, value, weights, 0, return_attention_scores)


def _check_lookup(query: Shape, value: Shape, key: Shape) -> None:
    at_least(query, 3, _SEQUENCE)
    _check_alike(query, value, key)
    if differ(query[-1], key[-1]):
        shapes = f"the query is {without_batch(query)}, the key {without_batch(key)}"
        raise SpecError("shape-mismatch", f"needs a query and a key of as many features: {shapes}")


def _looked_up(
    query: Shape, value: Shape, weights: dict[str, tuple[int, ...]], depth: int, scored: bool
) -> Effect:
    """The effect of one attention; `depth` counts the products that make one score."""
    pairs = size(query[1:-1]) * value[-2]
    more = ((*query[:-1], value[-2]),) if scored else ()
    return Effect((*query[:-1], value[-1]), weights, macs=pairs * (depth + value[-1]), more=more)
