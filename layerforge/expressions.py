"""The closed arithmetic of `$(...)`: numbers, words and variables in, one value out, at bounded cost.

Python's own parser reads the text (it runs nothing); what the tree may hold is listed here and
everything else is refused.
"""

from __future__ import annotations

import ast
import math
import operator
import re
import warnings
from collections.abc import Callable, Mapping
from functools import lru_cache
from typing import Any, Final, TypeAlias

from layerforge.diagnostics import SpecError, did_you_mean

Value: TypeAlias = int | float | bool | str | None
Lookup: TypeAlias = Callable[[str], Value]

MAX_LENGTH: Final = 2_000
MAX_DEPTH: Final = 60
_MAX_BITS: Final = 128
_MAX_TEXT: Final = 1_000
_WHOLE: Final = re.compile(r"[-+]?\d+(_\d+)*")

_MAX_DIGITS: Final = 400  # behind or before the point; no float has more


def _rounded(value: Any, digits: Any = None) -> Any:
    """Python's `round`, which computes 10 to the power of the digits, however many they are."""
    if isinstance(digits, int) and abs(digits) > _MAX_DIGITS:
        raise SpecError("expression-too-large", f"no number has {digits} digits to round to")
    return round(value, digits)


FUNCTIONS: Final[Mapping[str, Callable[..., Any]]] = {
    "min": min,
    "max": max,
    "abs": abs,
    "round": _rounded,
    "int": int,
    "float": float,
    "len": len,
    "log2": math.log2,
    "ceil": math.ceil,
    "floor": math.floor,
}
_BINARY: Final[Mapping[type[ast.operator], Callable[[Any, Any], Any]]] = {
    ast.Add: operator.add,
    ast.Sub: operator.sub,
    ast.Mult: operator.mul,
    ast.Div: operator.truediv,
    ast.FloorDiv: operator.floordiv,
    ast.Mod: operator.mod,
    ast.Pow: operator.pow,
}
_UNARY: Final[Mapping[type[ast.unaryop], Callable[[Any], Any]]] = {
    ast.USub: operator.neg,
    ast.UAdd: operator.pos,
    ast.Not: operator.not_,
}
_COMPARE: Final[Mapping[type[ast.cmpop], Callable[[Any, Any], bool]]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


_MARK: Final = re.compile(r"""[()'"]""")


def split(text: str) -> list[str]:
    """The text cut at its expressions: words at even places, the insides of `$(...)` at odd ones.

    Raises SpecError where a `$(` has no matching `)`.
    """
    parts, rest = [], text
    while (start := rest.find("$(")) >= 0:
        end = _matching(rest, start + 2)
        if end < 0:
            raise _cut(rest[start:])
        parts += [rest[:start], rest[start + 2 : end]]
        rest = rest[end + 1 :]
    return [*parts, rest]


def literal(text: str) -> Value:
    """What a word of the file means as a value of the arithmetic: a number, true, false, null or text."""
    fixed: dict[str, Value] = {"true": True, "false": False, "null": None, "~": None, "": None}
    if text.lower() in fixed:
        return fixed[text.lower()]
    if _WHOLE.fullmatch(text) and len(text) <= 40:
        return int(text)
    try:
        return float(text) if len(text) <= 40 else text
    except ValueError:
        return text


def evaluate(text: str, lookup: Lookup) -> Value:
    """The value of one expression, its names looked up by `lookup` only where they are reached.

    Raises SpecError: `bad-expression` for what the arithmetic does not have, `expression-too-large`
    for what would not end or not fit.
    """
    if len(text) > MAX_LENGTH:
        raise SpecError(
            "expression-too-large", f"an expression of {len(text):,} characters is too long"
        )
    try:
        value: Value = _value(_parsed(text), lookup, 0)
    except ZeroDivisionError:
        raise SpecError("bad-expression", f"`$({text})` divides by zero") from None
    except (TypeError, ValueError) as error:
        raise SpecError("bad-expression", f"`$({text})`: {error}") from None
    except (OverflowError, RecursionError):
        raise SpecError("expression-too-large", f"`$({text})` is too large to compute") from None
    return value


@lru_cache(maxsize=1_000)  # in a block and under `repeat`, the same text is read again and again
def _parsed(text: str) -> ast.expr:
    try:
        with warnings.catch_warnings():
            warnings.simplefilter("ignore", SyntaxWarning)
            return ast.parse(text.strip(), mode="eval").body
    except (SyntaxError, ValueError, RecursionError, MemoryError):
        raise SpecError("bad-expression", f"`$({text})` is not an expression") from None


def _matching(text: str, start: int) -> int:
    depth, quote = 1, ""
    for mark in _MARK.finditer(text, start):
        character = mark.group()
        if quote:
            quote = "" if character == quote else quote
        elif character in "'\"":
            quote = character
        else:
            depth += 1 if character == "(" else -1
            if depth == 0:
                return mark.start()
    return -1


def _cut(text: str) -> SpecError:
    if "(" not in text[2:]:
        return SpecError("cut-expression", f"`{text}` has no closing parenthesis", help="add `)`")
    message = f"`{text}` was cut in two by a comma or a `: ` inside braces"
    help = 'put the whole expression in quotes: "$(min(a, b))"'
    return SpecError("cut-expression", message, help=help)


def _value(node: ast.AST, lookup: Lookup, depth: int) -> Any:
    if depth > MAX_DEPTH:
        raise SpecError(
            "expression-too-large", f"an expression nested more than {MAX_DEPTH} levels deep"
        )
    reader = _READERS.get(type(node))
    if reader is None:
        raise SpecError(
            "bad-expression",
            f"`{ast.unparse(node)[:60]}` is not part of the arithmetic of `$(...)`",
            help="numbers, names, + - * / // % **, comparisons, and/or/not, `x if c else y`, "
            + ", ".join(FUNCTIONS),
        )
    return _bounded(reader(node, lookup, depth + 1))


def _bounded(value: Any) -> Any:
    if isinstance(value, int) and value.bit_length() > _MAX_BITS:
        raise SpecError("expression-too-large", f"a number of more than {_MAX_BITS} bits")
    if isinstance(value, float) and not math.isfinite(value):
        raise OverflowError
    if isinstance(value, str) and len(value) > _MAX_TEXT:
        raise SpecError("expression-too-large", f"a text of more than {_MAX_TEXT:,} characters")
    return value


def _constant(node: Any, lookup: Lookup, depth: int) -> Any:
    if node.value is None or type(node.value) in (int, float, bool, str):
        return node.value
    raise SpecError("bad-expression", f"`{ast.unparse(node)[:60]}` is not a number or a word")


def _name(node: Any, lookup: Lookup, depth: int) -> Any:
    if node.id in ("true", "false", "null"):
        return {"true": True, "false": False, "null": None}[node.id]
    return lookup(node.id)


def _binary(node: Any, lookup: Lookup, depth: int) -> Any:
    apply = _BINARY.get(type(node.op))
    left, right = _value(node.left, lookup, depth), _value(node.right, lookup, depth)
    if apply is None:
        raise SpecError("bad-expression", f"`{ast.unparse(node)[:60]}` uses an unknown operator")
    if isinstance(left, str) != isinstance(right, str) or (
        isinstance(left, str) and not isinstance(node.op, ast.Add)
    ):
        raise SpecError("bad-expression", f"`{ast.unparse(node)[:60]}` mixes text and arithmetic")
    if isinstance(node.op, ast.Pow):
        _check_power(left, right)
    result = apply(left, right)
    if isinstance(result, complex):
        raise SpecError("bad-expression", f"`{ast.unparse(node)[:60]}` is not a real number")
    return result


def _check_power(base: Any, exponent: Any) -> None:
    whole = isinstance(base, int) and isinstance(exponent, int)
    if whole and base.bit_length() * abs(exponent) > 4 * _MAX_BITS and abs(base) > 1:
        raise SpecError("expression-too-large", f"{base} ** {exponent} is too large to compute")


def _unary(node: Any, lookup: Lookup, depth: int) -> Any:
    apply = _UNARY.get(type(node.op))
    if apply is None:
        raise SpecError("bad-expression", f"`{ast.unparse(node)[:60]}` uses an unknown operator")
    return apply(_value(node.operand, lookup, depth))


def _boolean(node: Any, lookup: Lookup, depth: int) -> Any:
    stop_at = isinstance(node.op, ast.Or)
    value: Any = None
    for part in node.values:
        value = _value(part, lookup, depth)
        if bool(value) is stop_at:
            break
    return value


def _comparison(node: Any, lookup: Lookup, depth: int) -> bool:
    left = _value(node.left, lookup, depth)
    for op, part in zip(node.ops, node.comparators, strict=True):
        right = _value(part, lookup, depth)
        apply = _COMPARE.get(type(op))
        if apply is None:
            raise SpecError(
                "bad-expression", f"`{ast.unparse(node)[:60]}` uses an unknown comparison"
            )
        if not apply(left, right):
            return False
        left = right
    return True


def _choice(node: Any, lookup: Lookup, depth: int) -> Any:
    return _value(node.body if _value(node.test, lookup, depth) else node.orelse, lookup, depth)


def _call(node: Any, lookup: Lookup, depth: int) -> Any:
    name = node.func.id if isinstance(node.func, ast.Name) else ast.unparse(node.func)[:60]
    if name not in FUNCTIONS or node.keywords:
        help = did_you_mean(name, FUNCTIONS) or "there are " + ", ".join(FUNCTIONS)
        raise SpecError("bad-expression", f"`{name}` is not a function of `$(...)`", help=help)
    return FUNCTIONS[name](*(_value(argument, lookup, depth) for argument in node.args))


_READERS: Final[Mapping[type[ast.AST], Callable[[Any, Lookup, int], Any]]] = {
    ast.Constant: _constant,
    ast.Name: _name,
    ast.BinOp: _binary,
    ast.UnaryOp: _unary,
    ast.BoolOp: _boolean,
    ast.Compare: _comparison,
    ast.IfExp: _choice,
    ast.Call: _call,
}
