"""Operations on signals: Fourier transforms, windows over time, values spaced evenly."""

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Axis, Flag, Number, OptionalPositive, Positive
from layerforge.layers.operations.fitting import (
    ANY,
    broadcast,
    check_same,
    known_dim,
    needs_rank,
    place,
    several,
)
from layerforge.layers.operations.kinds import OptionalDtype, WindowName
from layerforge.layers.operations.operand import Operand
from layerforge.layers.operations.registration import operation
from layerforge.shapes import Dim, Shape, describe


def _parts(x: tuple[Shape, ...], least: int = 1) -> Shape:
    """The shape of a complex tensor, which comes as two tensors: real and imaginary part."""
    if len(x) != 2:
        message = f"needs two tensors, the real and the imaginary part, not {len(x)}"
        raise SpecError("missing-input", message, help="write `from: [real, imaginary]`")
    check_same(x[0], x[1], ("the real part", "the imaginary part"))
    return needs_rank(x[0], least, ANY)


def _transformed(x: tuple[Shape, ...], axes: int) -> Effect:
    shape = _parts(x, axes)
    for axis in range(len(shape) - axes, len(shape)):
        known_dim(shape, axis, "Keras transforms axes of known length")
    return several((shape, shape))


@operation()
def fft(*x: Shape) -> Effect:
    """Takes the Fourier transform along the last axis of a real and an imaginary part.

    It gives two parts again, the outputs 0 and 1.
    """
    return _transformed(x, 1)


@operation()
def fft2(*x: Shape) -> Effect:
    """Takes the Fourier transform along the last two axes of a real and an imaginary part.

    It gives two parts again, the outputs 0 and 1.
    """
    return _transformed(x, 2)


@operation()
def ifft2(*x: Shape) -> Effect:
    """Undoes `ops.fft2`; it gives a real and an imaginary part, the outputs 0 and 1."""
    return _transformed(x, 2)


@operation()
def rfft(x: Shape, *, fft_length: OptionalPositive = None) -> Effect:
    """Takes the Fourier transform of real values along the last axis: length / 2 + 1 frequencies.

    It gives a real and an imaginary part, the outputs 0 and 1.
    """
    length: Dim = needs_rank(x, 1, ANY)[-1] if fft_length is None else fft_length
    shape = (*x[:-1], length // 2 + 1)
    return several((shape, shape))


@operation()
def irfft(*x: Shape, fft_length: OptionalPositive = None) -> Effect:
    """Undoes `ops.rfft`: real values of a real and an imaginary part."""
    shape = _parts(x)
    return Effect((*shape[:-1], (shape[-1] - 1) * 2 if fft_length is None else fft_length))


@operation()
def stft(
    x: Shape,
    *,
    sequence_length: Positive,
    sequence_stride: Positive,
    fft_length: Positive,
    window: WindowName = "hann",
    center: Flag = True,
) -> Effect:
    """Takes the Fourier transform of pieces of the last axis that begin `sequence_stride` apart.

    It gives a real and an imaginary part, the outputs 0 and 1, each (pieces, fft_length / 2 + 1).
    """
    _check_lengths(sequence_length, fft_length)
    length = needs_rank(x, 1, ANY)[-1]
    half = fft_length // 2 if center else 0
    if length < fft_length and not center:
        message = f"needs at least {fft_length} values on the last axis of {describe(x)}"
        raise SpecError("out-of-range", message, "fft_length")
    if isinstance(length, int) and center and length <= half:
        message = (
            f"mirrors {half} values at both ends, but the last axis of {describe(x)} has {length}"
        )
        raise SpecError("out-of-range", message, "fft_length", "write `center: false`")
    count = (length + 2 * half - fft_length) // sequence_stride + 1
    shape = (*x[:-1], count, fft_length // 2 + 1)
    return several((shape, shape))


@operation()
def istft(
    *x: Shape,
    sequence_length: Positive,
    sequence_stride: Positive,
    fft_length: Positive,
    length: OptionalPositive = None,
    window: WindowName = "hann",
    center: Flag = True,
) -> Effect:
    """Undoes `ops.stft`: a signal of a real and an imaginary part, each (pieces, frequencies)."""
    _check_lengths(sequence_length, fft_length)
    shape = _parts(x, 2)
    half = fft_length // 2 if center else 0
    made: Dim = (shape[-2] - 1) * sequence_stride + fft_length - 2 * half
    return Effect((*shape[:-2], made if length is None else length))


def _check_lengths(sequence_length: int, fft_length: int) -> None:
    if fft_length < sequence_length:
        message = f"needs a `fft_length` of at least {sequence_length}, the length of a piece"
        raise SpecError("out-of-range", message, "fft_length")


@operation()
def view_as_real(x: Shape) -> Effect:
    """Lays real and imaginary part of complex numbers beside each other, on a new last axis of 2."""
    return Effect((*x, 2))


def _spaced(start: Operand, stop: Operand, num: int, axis: int) -> Effect:
    """`num` values from start to stop, on a new axis."""
    shape = broadcast(start, stop, ("start", "stop"))
    at = place((1, *shape), axis)
    return Effect((*shape[:at], num, *shape[at:]))


@operation()
def linspace(
    start: Operand,
    stop: Operand,
    *,
    num: Positive = 50,
    endpoint: Flag = True,
    dtype: OptionalDtype = None,
    axis: Axis = 0,
) -> Effect:
    """Gives `num` values from start to stop, as far from each other, on a new axis."""
    return _spaced(start, stop, num, axis)


@operation()
def logspace(
    start: Operand,
    stop: Operand,
    *,
    num: Positive = 50,
    endpoint: Flag = True,
    base: Number = 10,
    dtype: OptionalDtype = None,
    axis: Axis = 0,
) -> Effect:
    """Gives `num` powers of `base`, their exponents evenly from start to stop, on a new axis."""
    return _spaced(start, stop, num, axis)


@operation()
def geomspace(
    start: Operand,
    stop: Operand,
    *,
    num: Positive = 50,
    endpoint: Flag = True,
    dtype: OptionalDtype = None,
    axis: Axis = 0,
) -> Effect:
    """Gives `num` values from start to stop, each as many times the one before, on a new axis in front."""
    if axis != 0:
        message = f"works along axis 0, not along axis {axis}: TensorFlow's version fails there"
        raise SpecError("wrong-axis", message, "axis", "move the axis with `ops.moveaxis`")
    return _spaced(start, stop, num, axis)
