"""The item `slice: "[:, -1:, :]"`: indexing in NumPy's notation, read by a parser of our own."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import INVALID, Found, refuse
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.records import record
from layerforge.shapes import Dim, Shape, describe
from layerforge.source import Node, Scalar, is_null
from layerforge.source import Sequence as SequenceNode

_NUMBER: Final = re.compile(r"[-+]?\d{1,9}")
_NEW: Final = ("None", "newaxis", "np.newaxis")
_EXAMPLE: Final = '"[:, -1:, :]"'


@record
class Stretch:
    """Part of an axis: `start:stop:step`, any of them left out."""

    start: int | None = None
    stop: int | None = None
    step: int | None = None

    @property
    def whole(self) -> bool:
        return self == Stretch()

    def length(self, dim: Dim) -> Dim:
        """How many positions of an axis it takes, as Python counts them."""
        if not isinstance(dim, int):
            return dim
        return len(range(*slice(self.start, self.stop, self.step).indices(dim)))


@record
class NewAxis:
    """A new axis of length 1: `None` or `newaxis`."""


@record
class Rest:
    """All axes that are not named: `...`."""


Part: TypeAlias = int | Stretch | NewAxis | Rest


@record
class Selection:
    """An index taken apart, and the text it was written as."""

    text: str
    parts: tuple[Part, ...]

    def __str__(self) -> str:
        return self.text


@record
class SelectionText:
    """An index in NumPy's notation."""

    @property
    def noun(self) -> str:
        return f"an index in NumPy's notation, such as {_EXAMPLE}"

    def read(self, node: Node, found: Found) -> Any:
        """The Selection, or INVALID after telling what is wrong with the text."""
        if not isinstance(node, Scalar) or is_null(node):
            help = "put it in quotation marks" if isinstance(node, SequenceNode) else None
            return refuse(found, node, self.noun, help)
        text = node.text.strip()
        if not (text.startswith("[") and text.endswith("]")):
            return refuse(found, node, self.noun, "write square brackets around it")
        try:
            return Selection(text, _parts(text[1:-1]))
        except SpecError as fault:
            found.append(Diagnostic(fault.code, fault.message, node.span, fault.help))
            return INVALID

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^\s*\[.*\]\s*$"}


Key: TypeAlias = Annotated[Selection, SelectionText()]


def _parts(text: str) -> tuple[Part, ...]:
    """The parts between the brackets. Raises SpecError for what is no part of an index."""
    words = [word.strip() for word in text.split(",")]
    if len(words) > 1 and not words[-1]:
        words.pop()  # Python allows a comma at the end
    parts = tuple(_part(word) for word in words)
    if parts.count(Rest()) > 1:
        raise SpecError("wrong-type", "expected `...` once at most")
    return parts


def _part(word: str) -> Part:
    if word == "...":
        return Rest()
    if word in _NEW:
        return NewAxis()
    if _NUMBER.fullmatch(word):
        return int(word)
    ends = [end.strip() for end in word.split(":")]
    if not 2 <= len(ends) <= 3 or not all(end == "" or _NUMBER.fullmatch(end) for end in ends):
        message = f"expected a number, `start:stop`, `...` or `None` between commas, not `{word}`"
        raise SpecError("wrong-type", message)
    stretch = Stretch(*(int(end) if end else None for end in ends))
    if stretch.step == 0:
        raise SpecError("out-of-range", f"expected a step other than 0, not `{word}`")
    return stretch


def selected(x: Shape, selection: Selection) -> Shape:
    """The shape of what an index takes. Raises SpecError where it takes the batch apart, or nothing.

    Source: `keras.src.ops.numpy.GetItem.compute_output_spec`.
    """
    parts = _spread(x, selection)
    if parts[0] != Stretch():
        message = f"must leave the batch whole, its first part `:`, not take `{selection}`"
        raise SpecError("wrong-axis", message, "key")
    dims: list[Dim] = []
    axis = 0
    for part in parts:
        if isinstance(part, NewAxis):
            dims.append(1)
            continue
        if isinstance(part, int):
            _check_position(x, axis, part)
        elif isinstance(part, Stretch):
            dims.append(_taken(x, axis, part))
        axis += 1
    return tuple(dims)


def _spread(x: Shape, selection: Selection) -> list[Part]:
    """The parts with `:` for every axis that `...`, or nothing, stands for."""
    parts = list(selection.parts)
    named = sum(not isinstance(part, NewAxis | Rest) for part in parts)
    if named > len(x):
        message = f"names {named} axes, the batch counted, but {describe(x)} has {len(x)}"
        raise SpecError("wrong-rank", message, "key")
    if Rest() not in parts:
        parts.append(Rest())
    at = parts.index(Rest())
    return [*parts[:at], *[Stretch()] * (len(x) - named), *parts[at + 1 :]]


def _check_position(x: Shape, axis: int, position: int) -> None:
    dim = x[axis]
    if isinstance(dim, int) and not -dim <= position < dim:
        message = (
            f"takes position {position} of axis {axis}, but {describe(x)} has {dim} there, from 0"
        )
        raise SpecError("out-of-range", message, "key")


def _taken(x: Shape, axis: int, stretch: Stretch) -> Dim:
    length = stretch.length(x[axis])
    if length == 0:
        message = f"takes nothing of axis {axis}, where {describe(x)} has {x[axis]}"
        raise SpecError("out-of-range", message, "key")
    return length
