"""The activation functions of keras.ops."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Flag, Number
from layerforge.layers.operations.fitting import known_dim, place, with_dim
from layerforge.layers.operations.kinds import OptionalAxis
from layerforge.layers.operations.registration import operation, register
from layerforge.shapes import Shape

PLAIN: Final = {
    "hard_sigmoid": "Straightens the sigmoid: relu6(x + 3) / 6.",
    "hard_silu": "Straightens silu: x hard_sigmoid(x).",
    "hard_swish": "Straightens silu: x hard_sigmoid(x); the same as `ops.hard_silu`.",
    "hard_tanh": "Cuts values off below -1 and above 1.",
    "log_sigmoid": "Takes the logarithm of the sigmoid, exact for large negative values too.",
    "relu": "Keeps positive values; negative ones become 0.",
    "relu6": "Keeps values between 0 and 6 and cuts the others off there.",
    "selu": "Scales elu so that deep stacks of Dense layers keep mean 0 and variance 1.",
    "sigmoid": "Squeezes values between 0 and 1: 1 / (1 + exp(-x)).",
    "silu": "Gates each value with its own sigmoid: x sigmoid(x).",
    "softplus": "Takes log(1 + exp(x)), a smooth relu.",
    "softsign": "Squeezes values between -1 and 1: x / (1 + |x|).",
    "sparse_plus": "Gives 0 below -1, x above 1, and (x + 1)^2 / 4 between.",
    "sparse_sigmoid": "Gives 0 below -1, 1 above 1, and a straight line between.",
    "swish": "Gates each value with its own sigmoid: x sigmoid(x); the same as `ops.silu`.",
    "tanh_shrink": "Takes x - tanh(x).",
}
WITH_THRESHOLD: Final = {
    "hard_shrink": "Makes values between -threshold and threshold 0.",
    "soft_shrink": "Moves values towards 0 by the threshold, as far as 0.",
}
WITH_ALPHA: Final = {
    "celu": "Keeps positive values; negative ones become alpha (exp(x / alpha) - 1).",
    "elu": "Keeps positive values; negative ones become alpha (exp(x) - 1).",
}
OVER_AXIS: Final = {
    "log_softmax": "Takes the logarithm of softmax, exact for small chances too.",
    "softmax": "Makes values along an axis positive with sum 1: exp(x) / sum(exp(x)).",
}


def _plain(x: Shape) -> Effect:
    return Effect(x)


def _with_threshold(x: Shape, *, threshold: Number = 0.5) -> Effect:
    return Effect(x)


def _with_alpha(x: Shape, *, alpha: Number = 1.0) -> Effect:
    return Effect(x)


def _over_axis(x: Shape, *, axis: OptionalAxis = -1) -> Effect:
    if axis is not None:
        place(x, axis)
    return Effect(x)


for _name, _doc in PLAIN.items():
    register(_name, _plain, _doc)
for _name, _doc in WITH_THRESHOLD.items():
    register(_name, _with_threshold, _doc)
for _name, _doc in WITH_ALPHA.items():
    register(_name, _with_alpha, _doc)
for _name, _doc in OVER_AXIS.items():
    register(_name, _over_axis, _doc)


@operation()
def sparsemax(x: Shape, *, axis: Axis = -1) -> Effect:
    """Makes values along an axis a distribution in which small ones are exactly 0."""
    place(x, axis)
    return Effect(x)


@operation()
def leaky_relu(x: Shape, *, negative_slope: Number = 0.2) -> Effect:
    """Keeps positive values and multiplies negative ones with a small slope."""
    return Effect(x)


@operation()
def gelu(x: Shape, *, approximate: Flag = True) -> Effect:
    """Weighs each value with the chance that a normal value lies below it."""
    return Effect(x)


@operation()
def squareplus(x: Shape, *, b: Number = 4) -> Effect:
    """Takes (x + sqrt(x^2 + b)) / 2, a smooth relu without exponentials."""
    return Effect(x)


@operation()
def threshold(x: Shape, *, threshold: Number, default_value: Number) -> Effect:
    """Keeps values above the threshold and puts `default_value` in the place of the others."""
    return Effect(x)


@operation()
def glu(x: Shape, *, axis: Axis = -1) -> Effect:
    """Halves an axis and gates its first half with the sigmoid of the second.

    Formula: a sigmoid(b), with a and b the halves of x.
    """
    at = place(x, axis)
    length = known_dim(x, at, "TensorFlow halves an axis of known length")
    if length % 2:
        message = f"needs an even length on axis {at} to cut it in two, not {length}"
        raise SpecError("shape-mismatch", message, "axis")
    return Effect(with_dim(x, at, length // 2))
