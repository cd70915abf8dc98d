"""Layers that make categories numbers: bins, hashes, one-hot codes, all without learning anything."""

from itertools import pairwise
from typing import Annotated, TypeAlias

from layerforge.arguments import Choice, Either, ListOf, Optional, Real, Text, Whole
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import OptionalShape, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Epsilon, Flag, OptionalPositive, Positive
from layerforge.shapes import Shape, describe, differ

Encoding: TypeAlias = Annotated[str, Choice(("one_hot", "multi_hot", "count"))]
Encodings: TypeAlias = Annotated[str, Choice(("int", "one_hot", "multi_hot", "count"))]
CrossEncoding: TypeAlias = Annotated[str, Choice(("int", "one_hot"))]
Boundaries: TypeAlias = Annotated[tuple[float, ...] | None, Optional(ListOf(Real()))]
OptionalCount: TypeAlias = Annotated[int | None, Optional(Whole(0))]
MaskValue: TypeAlias = Annotated[int | str | None, Optional(Either((Whole(), Text())))]
Salt: TypeAlias = Annotated[
    int | tuple[int, ...] | None, Optional(Either((Whole(0), ListOf(Whole(0), length=2))))
]


def encoded(x: Shape, mode: str, depth: int) -> Shape:
    """The shape of categories as codes of `depth` numbers; SpecError where Keras would mix samples up.

    `int` keeps the shape; `one_hot` gives each category a code, on a new axis unless the last has one
    place; the others make one code of all categories of a sample.
    Source: `keras.src.utils.numerical_utils.encode_categorical_inputs`.
    """
    if mode == "int":
        return x
    if mode == "one_hot":
        return (*(x[:-1] if len(x) > 1 and x[-1] == 1 else x), depth)
    if len(x) != 2:
        # Of more axes Keras counts over the first, but says the last; of none it counts over the batch.
        message = f"needs the categories of a sample in one list for `{mode}`, not {describe(x)}"
        raise SpecError("wrong-rank", message, "output_mode")
    return (x[0], depth)


def check_sparse(sparse: bool, mode: str) -> None:
    """Raises SpecError for a sparse tensor of what is no code."""
    if sparse and mode == "int":
        message = "cannot be `sparse` with `output_mode: int`, which makes no codes"
        raise SpecError("conflicting-arguments", message, "sparse")


@layer()
def CategoryEncoding(
    x: Shape,
    count_weights: OptionalShape = None,
    *,
    num_tokens: OptionalPositive = None,
    output_mode: Encoding = "multi_hot",
    sparse: Flag = False,
) -> Effect:
    """Makes codes of `num_tokens` numbers of categories that are whole numbers from 0 on.

    Source: Keras `CategoryEncoding`.
    """
    if num_tokens is None:
        raise SpecError("missing-argument", "needs `num_tokens`, how many categories there are")
    if sparse and output_mode != "one_hot":
        # TensorFlow's sparse count does not take the numbers that Keras makes of the categories.
        message = f"cannot be `sparse` with `{output_mode}`, which Keras builds but fails to run"
        raise SpecError("conflicting-arguments", message, "sparse")
    output = encoded(x, output_mode, num_tokens)
    if count_weights is not None:
        _check_count_weights(x, count_weights, output_mode)
    return Effect(output)


def _check_count_weights(x: Shape, weights: Shape, mode: str) -> None:
    """Raises SpecError unless there is a weight for every category that is counted."""
    if mode != "count":
        message = "takes `count_weights` only with `output_mode: count`"
        raise SpecError("conflicting-arguments", message, "output_mode")
    if len(weights) != len(x) or any(map(differ, x, weights)):
        message = f"needs `count_weights` of the shape of its input, not {describe(weights)}"
        raise SpecError("shape-mismatch", message)


@layer(common=("dtype", "name"))
def Discretization(
    x: Shape,
    *,
    bin_boundaries: Boundaries = None,
    num_bins: OptionalCount = None,
    epsilon: Epsilon = 0.01,
    output_mode: Encodings = "int",
    sparse: Flag = False,
) -> Effect:
    """Sorts numbers into bins: n boundaries make n + 1 of them.

    Source: Keras `Discretization`.
    """
    check_sparse(sparse, output_mode)
    if bin_boundaries is not None and num_bins is not None:
        message = "takes `bin_boundaries` or `num_bins`, not both"
        raise SpecError("conflicting-arguments", message, "num_bins")
    if bin_boundaries is None:
        message = "needs `bin_boundaries`"
        if num_bins is not None:
            message += "; to find `num_bins` of them Keras must have seen data before"
        raise SpecError("missing-argument", message, "num_bins")
    for low, high in pairwise(bin_boundaries):
        if low > high:
            message = f"needs `bin_boundaries` that rise, but {low:g} stands before {high:g}"
            raise SpecError("not-ascending", message, "bin_boundaries")
    depth = len(bin_boundaries) + 1
    if output_mode in ("multi_hot", "count") and len(x) > 2:
        return Effect(
            (x[0], *x[2:], depth)
        )  # here Keras says itself that it counts over the first axis
    return Effect(encoded(x, output_mode, depth))


@layer()
def Hashing(
    x: Shape,
    *,
    num_bins: Positive,
    mask_value: MaskValue = None,
    salt: Salt = None,
    output_mode: Encodings = "int",
    sparse: Flag = False,
) -> Effect:
    """Sorts categories, texts or whole numbers, into `num_bins` bins by a hash; different ones may meet.

    Source: Weinberger et al. 2009; Keras `Hashing`.
    """
    check_sparse(sparse, output_mode)
    if output_mode == "one_hot" and (len(x) == 1 or x[-1] != 1):
        # compute_output_spec puts the code in the place of the last axis, `call` behind it.
        message = (
            "cannot be built right with `one_hot`: it gives "
            f"{describe((*x, num_bins))}, but Keras says {describe((*x[:-1], num_bins))}"
        )
        codes = f"CategoryEncoding: {{num_tokens: {num_bins}, output_mode: one_hot}}"
        help = f"write `Hashing: {num_bins}`, then `{codes}`"
        raise SpecError("untrue-shape", message, "output_mode", help)
    return Effect(encoded(x, output_mode, num_bins))


@layer(packed=2)
def HashedCrossing(
    first: Shape,
    second: Shape,
    *,
    num_bins: Positive,
    output_mode: CrossEncoding = "int",
    sparse: Flag = False,
) -> Effect:
    """Sorts pairs of categories into `num_bins` bins by a hash of both.

    Source: Keras `HashedCrossing`.
    """
    for x in (first, second):
        if len(x) > 2 or (len(x) == 2 and x[1] != 1):
            message = f"needs one category per sample, () or (1), not {describe(x)}"
            raise SpecError("wrong-rank", message)
    if len(first) != len(second) or differ(first[0], second[0]):
        message = f"needs two inputs of one shape, not {describe(first)} and {describe(second)}"
        raise SpecError("shape-mismatch", message)
    return Effect(encoded(first, output_mode, num_bins))
