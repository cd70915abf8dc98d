"""The equations of EinsumDense, such as `abc,cd->abd`: the kernel and the output they ask for."""

from __future__ import annotations

import re
from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.records import record
from layerforge.shapes import UNKNOWN, Dim, Shape, describe, known, size

_FORMS: Final = (
    re.compile(r"([a-zA-Z]+),([a-zA-Z]+)->([a-zA-Z]+)"),
    re.compile(r"\.\.\.([a-zA-Z]+),([a-zA-Z]+)->\.\.\.([a-zA-Z]+)"),
    re.compile(r"([a-zA-Z]{2,})\.\.\.,([a-zA-Z]+)->([a-zA-Z]+)\.\.\."),
)


@record
class Equation:
    """An equation taken apart: the letters of input, kernel and output, and on which side `...` stands."""

    input: str
    kernel: str
    output: str
    elided_left: bool
    elided_right: bool


@record
class Resolved:
    """An equation on an input of known rank: the length of each letter in the input and in the output."""

    equation: Equation
    given: dict[str, Dim]
    made: dict[str, Dim]
    output: Shape
    rest: Shape  # the axes that `...` stands for, the batch left out

    def kernel(self) -> tuple[int, ...]:
        """The shape of the kernel; a letter of the output wins, as in Keras."""
        return tuple(
            known(self.made.get(letter, self.given.get(letter, UNKNOWN)), f"axis `{letter}`")
            for letter in self.equation.kernel
        )

    def bias(self, axes: str) -> tuple[int, ...]:
        """The shape of a bias along these letters of the output, 1 along the others behind the first."""
        if not axes or not set(axes) <= set(self.equation.output):
            message = (
                f"needs letters of the output `{self.equation.output}` in `bias_axes`, not `{axes}`"
            )
            raise SpecError("bad-equation", message, "bias_axes")
        start = min(self.equation.output.index(letter) for letter in axes)
        lengths = tuple(
            known(self.made[letter], f"axis `{letter}`") if letter in axes else 1
            for letter in self.equation.output[start:]
        )
        return lengths if self.equation.elided_left else lengths + (1,) * len(self.rest)

    def macs(self) -> Dim:
        """One multiply-add for each value of the output and each letter that is summed over."""
        # Keras leaves open what only the input says of the output; for the count the input's is taken.
        lengths = {**self.made, **self.given}
        letters = self.equation.output if self.equation.elided_left else self.equation.output[1:]
        summed = set(self.equation.input) - set(self.equation.output)
        return size((*self.rest, *(lengths[letter] for letter in (*letters, *sorted(summed)))))


def parse(text: str) -> Equation:
    """The equation of a text. Raises SpecError where it has none of the three forms that Keras knows."""
    for place, form in enumerate(_FORMS):
        if found := form.fullmatch(text):
            return Equation(found[1], found[2], found[3], place == 1, place == 2)
    message = (
        f"needs an equation like `abc,cd->abd`, `...x,xy->...y` or `ab...,bc->ac...`, not `{text}`"
    )
    raise SpecError("bad-equation", message, "equation")


def resolve(equation: Equation, x: Shape, partial: tuple[int | None, ...]) -> Resolved:
    """The lengths of an equation's letters, for an input and an output shape without batch, null where free.

    Raises SpecError where they do not go together.
    Source: `keras.src.layers.core.einsum_dense._analyze_split_string`.
    """
    elided = _elided(equation, x)
    wanted: list[Dim] = [UNKNOWN if dim is None else dim for dim in partial]
    rest = x[1:elided] if equation.elided_left else x[len(x) - elided :]
    # On the left Keras inserts these axes one before the other, and so turns several of them around.
    made_of = (*reversed(rest), *wanted) if equation.elided_left else (*wanted, *rest)
    output = (x[0], *made_of)
    before = elided if equation.elided_left else 0
    named = output[before : before + len(equation.output)]
    if len(output) != len(equation.output) + elided:
        axes = len(equation.output) + max(elided - 1, 0) * equation.elided_left
        message = f"needs an `output_shape` for the {axes} axes of `{equation.output}`, the batch left out"
        raise SpecError("wrong-length", message, "output_shape")
    given = dict(zip(equation.input, x[before : before + len(equation.input)], strict=True))
    made = dict(zip(equation.output, named, strict=True))
    _check_letters(equation, given, made)
    return Resolved(equation, given, made, output, rest)


def _elided(equation: Equation, x: Shape) -> int:
    """How many axes `...` stands for."""
    elided = len(x) - len(equation.input)
    open_ended = equation.elided_left or equation.elided_right
    if elided < 0 or (elided and not open_ended):
        count = len(equation.input)
        many = f"at least {count}" if open_ended else str(count)
        message = f"needs {many} axes for `{equation.input}`, the batch counted, not {describe(x)}"
        raise SpecError("wrong-rank", message, "equation")
    return elided


def _check_letters(equation: Equation, given: dict[str, Dim], made: dict[str, Dim]) -> None:
    for letter in equation.kernel:
        if letter not in given and letter not in made:
            message = f"needs `{letter}` of the kernel in the input or the output too"
            raise SpecError("bad-equation", message, "equation")
    for letter in equation.output:
        if letter not in given and letter not in equation.kernel:
            message = f"needs `{letter}` of the output in the input or the kernel too"
            raise SpecError("bad-equation", message, "equation")
    for letter, length in given.items():
        if made.get(letter, UNKNOWN) not in (UNKNOWN, length):
            lengths = f"{length} in the input, {made[letter]} in `output_shape`"
            message = f"needs one length for `{letter}`: {lengths}"
            raise SpecError("shape-mismatch", message, "output_shape")
