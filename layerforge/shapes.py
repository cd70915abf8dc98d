"""Dimensions, unknown dimensions and shapes: pure arithmetic."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Final, TypeAlias, final

from layerforge.diagnostics import SpecError


@final
class Unknown:
    """A dimension that is only known when data come: the batch, a free time axis.

    Every sum and product with it is unknown again and every comparison is false, so that a rule
    that complains `if length < kernel` stays silent without asking whether the length is known.
    """

    __slots__ = ()

    def _absorb(self, other: object) -> Unknown:
        return self

    __add__ = __radd__ = __sub__ = __rsub__ = __mul__ = __rmul__ = _absorb
    __floordiv__ = __rfloordiv__ = __mod__ = __rmod__ = _absorb

    def __neg__(self) -> Unknown:
        return self

    def _never(self, other: object) -> bool:
        return False

    __lt__ = __le__ = __gt__ = __ge__ = _never

    def __repr__(self) -> str:
        return "None"

    def __reduce__(self) -> str:
        return "UNKNOWN"


UNKNOWN: Final = Unknown()
Dim: TypeAlias = int | Unknown
Shape: TypeAlias = tuple[Dim, ...]  # the batch axis first, as in Keras


def size(dims: Iterable[Dim]) -> Dim:
    """The product of the dimensions: 1 for none of them, unknown as soon as one is."""
    product: Dim = 1
    for dim in dims:
        product = product * dim
    return product


def differ(a: Dim, b: Dim) -> bool:
    """Whether both are known and unequal."""
    return isinstance(a, int) and isinstance(b, int) and a != b


def known(dim: Dim, what: str) -> int:
    """The dimension as a number, which weights need; `what` names it in the message."""
    if isinstance(dim, int):
        return dim
    message = f"needs {what} to make its weights, but that is free (null)"
    raise SpecError("unknown-dimension", message)


def at_least(shape: Shape, rank: int, wanted: str = "") -> Shape:
    """The shape itself if it has `rank` axes or more, the batch counted."""
    if len(shape) >= rank:
        return shape
    form = wanted or f"at least {rank} axes, the batch counted"
    raise SpecError("wrong-rank", f"needs {form}, not {describe(shape)}")


def of_rank(shape: Shape, rank: int, wanted: str) -> Shape:
    """The shape itself if it has exactly `rank` axes, the batch counted; `wanted` says which, in words."""
    if len(shape) == rank:
        return shape
    raise SpecError("wrong-rank", f"needs {wanted}, not {describe(shape)}")


def text(shape: Iterable[Dim]) -> str:
    """The shape as Keras writes it: `(None, 96, 7)`, `(None,)`."""
    dims = [str(dim) for dim in shape]
    return f"({', '.join(dims)}{',' if len(dims) == 1 else ''})"


def without_batch(shape: Shape) -> str:
    """The shape of one sample, as people say it: `(96, 7)`, `(32)`."""
    return f"({', '.join('any' if dim is UNKNOWN else str(dim) for dim in shape[1:])})"


_NOUNS = {
    0: "one number for the whole batch",
    1: "a single number",
    2: "a vector",
    3: "a sequence",
    4: "an image",
    5: "a volume",
}


def describe(shape: Shape) -> str:
    """What a tensor of this shape is called, with its dimensions: `a vector (32)`."""
    noun = _NOUNS.get(len(shape), f"a tensor of {len(shape) - 1} axes")
    return f"{noun} {without_batch(shape)}" if len(shape) > 1 else noun
