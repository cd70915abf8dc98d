"""Operations on two tensors, value by value; either may be a constant."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Flag, Number
from layerforge.layers.operations.fitting import all_known, broadcast
from layerforge.layers.operations.operand import Indices, Operand, Value, as_array, named, shape_of
from layerforge.layers.operations.registration import operation, register
from layerforge.shapes import Shape

BROADCAST: Final = {
    "add": "Adds two tensors, or a constant to one.",
    "arctan2": "Gives the angle of the point (x2, x1), between -pi and pi.",
    "divide": "Divides x1 by x2.",
    "divide_no_nan": "Divides x1 by x2, with 0 where x2 is 0.",
    "equal": "Says where both values are equal.",
    "floor_divide": "Divides x1 by x2 and rounds down.",
    "fmax": "Keeps the larger of two values, and the other one where one is NaN.",
    "fmin": "Keeps the smaller of two values, and the other one where one is NaN.",
    "fmod": "Gives the rest of a division, with the sign of x1.",
    "greater": "Says where x1 is larger than x2.",
    "greater_equal": "Says where x1 is at least as large as x2.",
    "less": "Says where x1 is smaller than x2.",
    "less_equal": "Says where x1 is at most as large as x2.",
    "logaddexp": "Takes log(exp(x1) + exp(x2)), exact for large values too.",
    "logaddexp2": "Takes log2(2^x1 + 2^x2), exact for large values too.",
    "logical_and": "Says where both are true.",
    "logical_or": "Says where one of both is true.",
    "logical_xor": "Says where exactly one of both is true.",
    "maximum": "Keeps the larger of two values.",
    "minimum": "Keeps the smaller of two values.",
    "mod": "Gives the rest of a division, with the sign of x2.",
    "multiply": "Multiplies two tensors, or one with a constant.",
    "nextafter": "Gives the next floating-point number after x1, towards x2.",
    "not_equal": "Says where both values differ.",
    "power": "Takes x1 to the power of x2.",
    "subtract": "Takes x2 away from x1; `{x1: 1.0}` gives 1 - x.",
    "true_divide": "Divides x1 by x2; the same as `ops.divide`.",
}
BROADCAST_ARRAYS: Final = {
    "heaviside": "Gives 0 for negative values of x1, 1 for positive ones, and x2 for 0.",
    "hypot": "Gives the long side of a right triangle: sqrt(x1^2 + x2^2).",
}
BROADCAST_KNOWN: Final = {
    "gcd": "Gives the largest number that divides both integers.",
    "lcm": "Gives the smallest number that both integers divide.",
}
BITS: Final = {
    "bitwise_and": "Keeps the bits that both integers have.",
    "bitwise_left_shift": "Moves the bits of x to the left by y places.",
    "bitwise_or": "Keeps the bits that one of both integers has.",
    "bitwise_right_shift": "Moves the bits of x to the right by y places.",
    "bitwise_xor": "Keeps the bits that exactly one of both integers has.",
    "left_shift": "Moves the bits of x to the left by y places; the same as `ops.bitwise_left_shift`.",
    "right_shift": "Moves the bits of x to the right by y places; the same as `ops.bitwise_right_shift`.",
}


def _broadcast(x1: Operand, x2: Operand) -> Effect:
    return Effect(broadcast(x1, x2))


def _of_arrays(x1: Operand, x2: Operand) -> Effect:
    return Effect(broadcast(as_array(x1), as_array(x2)))


def _of_known(x1: Operand, x2: Operand) -> Effect:
    return Effect(all_known(broadcast(x1, x2)))


def _of_bits(x: Operand, y: Operand) -> Effect:
    return Effect(within(x, as_array(y), ("x", "y")))


for _name, _doc in BROADCAST.items():
    register(_name, _broadcast, _doc)
for _name, _doc in BROADCAST_ARRAYS.items():
    register(_name, _of_arrays, _doc)
for _name, _doc in BROADCAST_KNOWN.items():
    register(_name, _of_known, _doc)
for _name, _doc in BITS.items():
    register(_name, _of_bits, _doc)


def within(x: Value, y: Value, names: tuple[str, str]) -> Shape:
    """The shape of the first operand, which the second must fit into.

    Keras plans that shape without looking at the second, and would be wrong for a larger one.
    """
    shape = broadcast(x, y, names)
    if len(shape) != len(shape_of(x)) or any(
        dim == 1 and other != 1 for dim, other in zip(shape_of(x), shape, strict=True)
    ):
        message = f"needs a `{names[1]}` that fits into the shape of `{names[0]}`, {named(x)}, not {named(y)}"
        raise SpecError("shape-mismatch", message)
    return shape_of(x)


@operation()
def isclose(
    x1: Operand,
    x2: Operand,
    *,
    rtol: Number = 1e-5,
    atol: Number = 1e-8,
    equal_nan: Flag = False,
) -> Effect:
    """Says where both values differ by no more than atol + rtol |x2|."""
    return Effect(broadcast(x1, x2))


@operation()
def ldexp(x1: Operand, x2: Indices) -> Effect:
    """Takes x1 times 2 to the power of x2, which are whole numbers."""
    return Effect(broadcast(x1, x2))


@operation()
def allclose(
    x1: Operand,
    x2: Operand,
    *,
    rtol: Number = 1e-5,
    atol: Number = 1e-8,
    equal_nan: Flag = False,
) -> Effect:
    """Says whether all values differ by no more than atol + rtol |x2|: one answer for the batch."""
    broadcast(x1, x2)
    return Effect(())


@operation()
def where(condition: Operand, x1: Operand, x2: Operand) -> Effect:
    """Takes values from x1 where the condition holds, and from x2 elsewhere."""
    chosen = broadcast(condition, x1, ("condition", "x1"))
    return Effect(broadcast(chosen, x2, ("condition", "x2")))


@operation()
def polar(abs_: Operand, angle: Operand) -> Effect:
    """Makes complex numbers of lengths and angles."""
    return Effect(within(as_array(abs_), as_array(angle), ("abs_", "angle")))
