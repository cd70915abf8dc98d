"""`ops.einsum`: sums of products, written with a letter for each axis."""

import re
from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import INVALID, Found, refuse
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.operations.fitting import broadcast
from layerforge.layers.operations.registration import operation
from layerforge.records import record
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, differ, size
from layerforge.source import Node, Scalar, is_null

_TERM: Final = re.compile(r"[a-z]*(\.\.\.)?[a-z]*")


@record
class Subscripts:
    """An equation such as `bij,bjk->bik`; blanks between its signs are left out."""

    @property
    def noun(self) -> str:
        return "an equation of small letters, such as `bij,bjk->bik`"

    def read(self, node: Node, found: Found) -> Any:
        """The equation without blanks, or INVALID after telling why it is none."""
        if not isinstance(node, Scalar) or is_null(node):
            return refuse(found, node, self.noun)
        text = "".join(node.text.split())
        sides = text.split("->")
        terms = [*sides[0].split(","), *sides[1:]]
        fault = None if len(sides) <= 2 and all(map(_TERM.fullmatch, terms)) else self.noun
        if fault is None and len(sides) == 1 and "..." in text:
            fault = "an equation whose output is written behind `->`, since it has `...`"
        if fault is not None:
            found.append(
                Diagnostic("bad-equation", f"expected {fault}, not `{node.text}`", node.span)
            )
            return INVALID
        return text

    def schema(self) -> dict[str, Any]:
        return {"type": "string", "pattern": r"^[a-z., ]*(->[a-z. ]*)?$"}


Equation: TypeAlias = Annotated[str, Subscripts()]


@operation()
def einsum(*operands: Shape, subscripts: Equation) -> Effect:
    """Multiplies tensors and sums over every letter that is not in the output.

    `bij,bjk->bik` multiplies matrices; `...` stands for any further axes. Multiply-adds: the product of
    the lengths of all letters, the first operand's first axis, the batch, left out.
    """
    left, arrow, output = subscripts.partition("->")
    terms = left.split(",")
    if len(terms) != len(operands):
        message = f"needs a tensor for each part of `{left}`: {len(terms)}, not {len(operands)}"
        raise SpecError("missing-input", message, "subscripts")
    if not arrow:
        output = "".join(sorted(letter for letter in {*left} - {","} if left.count(letter) == 1))
    lengths: dict[str, Dim] = {}
    rest: Shape = ()
    for term, shape in zip(terms, operands, strict=True):
        rest = broadcast(rest, _read_term(term, shape, lengths), ("the tensors before", "the next"))
    _check_output(output, lengths)
    before, dots, after = output.partition("...")
    middle = rest if dots else ()
    made = (*(lengths[c] for c in before), *middle, *(lengths[c] for c in after))
    return Effect(made, macs=_macs(terms[0], lengths, rest) if len(terms) > 1 else 0)


def _read_term(term: str, shape: Shape, lengths: dict[str, Dim]) -> Shape:
    """Notes the length of each letter of one operand; gives the axes that `...` stands for."""
    before, dots, after = term.partition("...")
    letters = before + after
    extra = len(shape) - len(letters)
    if extra < 0 or (extra and not dots):
        least = "at least " if dots else ""
        message = f"needs {least}{len(letters)} axes for `{term}`, the batch counted, not {describe(shape)}"
        raise SpecError("wrong-rank", message, "subscripts")
    end = len(before) + extra
    own: dict[str, Dim] = {}
    for letter, dim in zip(letters, (*shape[: len(before)], *shape[end:]), strict=True):
        for known in (own.get(letter, UNKNOWN), lengths.get(letter, UNKNOWN)):
            if differ(known, dim):
                message = f"needs one length for `{letter}`, not {known} and {dim}"
                raise SpecError("shape-mismatch", message, "subscripts")
        # Of a letter that stands twice Keras takes the first axis, free or not (numpy.py: Einsum).
        own.setdefault(letter, dim)
    for letter, dim in own.items():
        if lengths.get(letter, UNKNOWN) is UNKNOWN:
            lengths[letter] = dim
    return shape[len(before) : end]


def _check_output(output: str, lengths: dict[str, Dim]) -> None:
    for letter in output.replace("...", ""):
        if letter not in lengths:
            message = f"needs `{letter}` of its output in one of its operands too"
            raise SpecError("bad-equation", message, "subscripts")
        if output.count(letter) > 1:
            raise SpecError("bad-equation", f"has `{letter}` twice in its output", "subscripts")


def _macs(first: str, lengths: dict[str, Dim], rest: Shape) -> Dim:
    """The products for one sample: the first axis of the first operand is the batch."""
    if first.startswith("..."):
        return size((*rest[1:], *lengths.values()))
    return size((*rest, *(dim for letter, dim in lengths.items() if letter != first[:1])))
