"""Operations that give each value of one tensor a new value by itself."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Integer, Number
from layerforge.layers.operations.fitting import ANY, broadcast, needs_rank
from layerforge.layers.operations.kinds import (
    Dtype,
    Limit,
    OptionalDtype,
    OptionalFlag,
    OptionalNumber,
)
from layerforge.layers.operations.operand import Array, Operand
from layerforge.layers.operations.registration import operation, register
from layerforge.shapes import Shape

OF_ONE_TENSOR: Final = {
    "abs": "Takes the sign away.",
    "absolute": "Takes the sign away; the same as `ops.abs`.",
    "angle": "Gives the angle of each complex number; 0 or pi for real ones.",
    "arccos": "Gives the angle between 0 and pi whose cosine each value is.",
    "arccosh": "Undoes the hyperbolic cosine, for values from 1.",
    "arcsin": "Gives the angle between -pi/2 and pi/2 whose sine each value is.",
    "arcsinh": "Undoes the hyperbolic sine.",
    "arctan": "Gives the angle between -pi/2 and pi/2 whose tangent each value is.",
    "arctanh": "Undoes the hyperbolic tangent, for values between -1 and 1.",
    "bitwise_invert": "Turns every bit of each integer around.",
    "bitwise_not": "Turns every bit of each integer around; the same as `ops.bitwise_invert`.",
    "cbrt": "Takes the cube root.",
    "ceil": "Rounds up to a whole number.",
    "conj": "Turns the sign of the imaginary part around.",
    "conjugate": "Turns the sign of the imaginary part around; the same as `ops.conj`.",
    "copy": "Gives the tensor again.",
    "cos": "Takes the cosine of angles in radians.",
    "cosh": "Takes the hyperbolic cosine.",
    "deg2rad": "Turns degrees into radians.",
    "erf": "Takes the error function: twice the chance that a normal value lies between 0 and x sqrt(2).",
    "erfc": "Takes 1 minus the error function.",
    "erfinv": "Undoes the error function.",
    "exp": "Takes e to the power of each value.",
    "exp2": "Takes 2 to the power of each value.",
    "expm1": "Takes exp(x) - 1, exact for small values too.",
    "fabs": "Takes the sign away and gives floating-point values.",
    "floor": "Rounds down to a whole number.",
    "i0": "Takes the modified Bessel function of the first kind, of order 0.",
    "imag": "Takes the imaginary part.",
    "isfinite": "Says which values are neither infinite nor NaN.",
    "isinf": "Says which values are infinite.",
    "isnan": "Says which values are NaN.",
    "isneginf": "Says which values are minus infinity.",
    "isposinf": "Says which values are plus infinity.",
    "isreal": "Says which values have no imaginary part.",
    "log": "Takes the natural logarithm.",
    "log10": "Takes the logarithm to base 10.",
    "log1p": "Takes log(1 + x), exact for small values too.",
    "log2": "Takes the logarithm to base 2.",
    "logical_not": "Turns true into false and false into true.",
    "negative": "Turns the sign around.",
    "rad2deg": "Turns radians into degrees.",
    "real": "Takes the real part.",
    "reciprocal": "Takes 1 / x.",
    "rsqrt": "Takes 1 / sqrt(x).",
    "sign": "Gives -1, 0 or 1.",
    "signbit": "Says which values are negative, -0.0 among them.",
    "sin": "Takes the sine of angles in radians.",
    "sinc": "Takes sin(pi x) / (pi x), 1 at 0.",
    "sinh": "Takes the hyperbolic sine.",
    "sqrt": "Takes the square root.",
    "square": "Multiplies each value with itself.",
    "tan": "Takes the tangent of angles in radians.",
    "tanh": "Takes the hyperbolic tangent.",
    "trunc": "Cuts off what stands behind the decimal point.",
}
LIKE_ONE_TENSOR: Final = {
    "array": "Gives the tensor again, in another type if `dtype` says so.",
    "empty_like": "Gives a tensor of the same shape whose values are left open.",
    "ones_like": "Gives a tensor of ones of the same shape.",
    "zeros_like": "Gives a tensor of zeros of the same shape.",
}
TRIANGLES: Final = {
    "tril": "Keeps what lies on and below the diagonal k of the last two axes, 0 elsewhere.",
    "triu": "Keeps what lies on and above the diagonal k of the last two axes, 0 elsewhere.",
}


def _same(x: Shape) -> Effect:
    return Effect(x)


def _like(x: Shape, *, dtype: OptionalDtype = None) -> Effect:
    return Effect(x)


def _triangle(x: Shape, *, k: Integer = 0) -> Effect:
    return Effect(needs_rank(x, 2, ANY))


for _name, _doc in OF_ONE_TENSOR.items():
    register(_name, _same, _doc)
for _name, _doc in LIKE_ONE_TENSOR.items():
    register(_name, _like, _doc)
for _name, _doc in TRIANGLES.items():
    register(_name, _triangle, _doc)


@operation()
def stop_gradient(variable: Shape) -> Effect:
    """Gives the tensor again, but nothing before it is trained by what comes after."""
    return Effect(variable)


@operation()
def round_(x: Shape, *, decimals: Integer = 0) -> Effect:
    """Rounds to so many decimals, halves to the even neighbour."""
    return Effect(x)


@operation()
def clip(x: Shape, *, x_min: Limit, x_max: Limit) -> Effect:
    """Raises values below `x_min` to it and lowers those above `x_max`."""
    for name, limit in (("x_min", x_min), ("x_max", x_max)):
        limits = Array(limit, (len(limit),)) if isinstance(limit, tuple) else limit
        if broadcast(x, limits, ("x", name)) != x:
            message = f"needs no more limits in `{name}` than the last axis of its input is long"
            raise SpecError("shape-mismatch", message, name)
    return Effect(x)


@operation()
def nan_to_num(
    x: Shape,
    *,
    nan: Number = 0.0,
    posinf: OptionalNumber = None,
    neginf: OptionalNumber = None,
) -> Effect:
    """Puts numbers in the place of NaN and of the infinities, the largest there are by default."""
    return Effect(x)


@operation()
def cast(x: Shape, *, dtype: Dtype) -> Effect:
    """Turns the values into another type."""
    return Effect(x)


@operation()
def saturate_cast(x: Shape, *, dtype: Dtype) -> Effect:
    """Turns the values into another type; what is too large for it becomes its largest value."""
    return Effect(x)


@operation()
def convert_to_tensor(
    x: Shape,
    *,
    dtype: OptionalDtype = None,
    sparse: OptionalFlag = None,
    ragged: OptionalFlag = None,
) -> Effect:
    """Gives the tensor again, dense or in another type if the arguments say so."""
    return Effect(x)


@operation()
def full_like(x: Shape, fill_value: Operand, *, dtype: OptionalDtype = None) -> Effect:
    """Gives a tensor of the same shape that is filled with one value."""
    if broadcast(x, fill_value, ("x", "fill_value")) != x:
        message = "needs a `fill_value` that fits into the shape of `x`"
        raise SpecError("shape-mismatch", message, "fill_value")
    return Effect(x)
