"""What an operation works on: the shape of a tensor, or a constant written in the spec."""

from __future__ import annotations

import re
from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import INVALID, Found, refuse
from layerforge.arguments.numbers import REAL, WHOLE
from layerforge.diagnostics import Diagnostic
from layerforge.records import record
from layerforge.shapes import Shape, describe, text
from layerforge.source import Node, Scalar
from layerforge.source import Sequence as SequenceNode

_WORDS: Final = {"true": True, "false": False}
_ENDLESS: Final = re.compile(r"([-+]?)\.?(inf|nan)")


@record
class Array:
    """A constant tensor, written as a list or as lists within lists; it has no batch axis."""

    values: tuple[Any, ...]
    shape: tuple[int, ...]

    def __str__(self) -> str:
        return _written(self.values)


Value: TypeAlias = Shape | Array | float  # float: any number, or true and false


def shape_of(value: Value) -> Shape:
    """The shape of an operand; a number has no axes."""
    if isinstance(value, Array):
        return value.shape
    return value if isinstance(value, tuple) else ()


# Operations that ask their operands for a shape or a type, which a plain number has not: there the
# model holds a list of one number in its place.
ARRAYS_ONLY: Final = frozenset(
    {
        "ops.heaviside",
        "ops.hypot",
        "ops.polar",
        "ops.bitwise_and",
        "ops.bitwise_or",
        "ops.bitwise_xor",
        "ops.bitwise_left_shift",
        "ops.bitwise_right_shift",
        "ops.left_shift",
        "ops.right_shift",
    }
)


def as_array(value: Value) -> Value:
    """The operand with a number as an array of that one value."""
    return value if isinstance(value, Array | tuple) else Array((value,), (1,))


def is_constant(value: Value) -> bool:
    """Whether the operand is written in the spec, and no tensor of the graph."""
    return not isinstance(value, tuple)


def named(value: Value) -> str:
    """The operand in a few words, for a message."""
    if isinstance(value, Array):
        return f"the constant {text(value.shape)}"
    return describe(value) if isinstance(value, tuple) else f"the number {value}"


@record
class Constant:
    """A number, or a list of numbers or of such lists, as a tensor that does not change."""

    whole: bool = False

    @property
    def noun(self) -> str:
        numbers = "whole number" if self.whole else "number"
        return f"a {numbers} or a list of {numbers}s"

    def read(self, node: Node, found: Found) -> Any:
        """A number, an Array, or INVALID after telling why it is neither."""
        if not isinstance(node, SequenceNode):
            return self._number(node, found)
        before = len(found)
        values = [self.read(item, found) for item in node.items]
        if len(found) > before:
            return INVALID
        shapes = {value.shape if isinstance(value, Array) else () for value in values}
        if len(shapes) != 1:
            message = "expected lists of one length each" if shapes else "expected numbers in it"
            found.append(Diagnostic("wrong-length", message, node.span))
            return INVALID
        inner = tuple(value.values if isinstance(value, Array) else value for value in values)
        return Array(inner, (len(values), *shapes.pop()))

    def _number(self, node: Node, found: Found) -> Any:
        if not isinstance(node, Scalar) or node.quoted:
            return refuse(found, node, self.noun)
        word = node.text.lower()
        if WHOLE.fullmatch(word):
            return int(word)
        if word in _WORDS:
            return _WORDS[word]
        if REAL.fullmatch(word) and not self.whole:
            return float(word)
        if (endless := _ENDLESS.fullmatch(word)) and not self.whole:
            return float(endless[1] + endless[2])
        return refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        one = "integer" if self.whole else "number"
        kinds = [{"type": one}, {"type": "boolean"}, {"type": "array", "minItems": 1}]
        endless = {"enum": ["inf", "-inf", ".inf", "-.inf", "nan", ".nan"]}
        return {"anyOf": kinds if self.whole else [*kinds, endless]}


def _written(values: Any) -> str:
    """The values as YAML has them."""
    if isinstance(values, tuple):
        return f"[{', '.join(_written(value) for value in values)}]"
    return str(values).lower() if isinstance(values, bool) else str(values)


# What rules annotate their operands with: always a tensor, or a constant too, or one that may be left out.
Operand: TypeAlias = Annotated[Value, Constant()]
Indices: TypeAlias = Annotated[Value, Constant(whole=True)]
OptionalOperand: TypeAlias = Annotated[Value | None, Constant()]
