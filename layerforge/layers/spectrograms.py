"""Layers that turn sound into pictures: spectrograms by the short-time Fourier transform."""

from typing import Annotated, Final, TypeAlias

from layerforge.arguments import Choice, Either, ListOf, Optional, Real
from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import (
    DataFormat,
    Epsilon,
    Flag,
    Number,
    OptionalPositive,
    Padding,
    Positive,
)
from layerforge.layers.windows import Window, grid_of
from layerforge.shapes import Shape, differ, known, of_rank, size

# The windows of scipy.signal.get_window that need no parameter.
_WINDOWS: Final = (
    "hann", "hamming", "barthann", "bartlett", "blackman", "blackmanharris", "bohman", "boxcar",
    "cosine", "exponential", "flattop", "lanczos", "nuttall", "parzen", "taylor", "triang", "tukey",
)  # fmt: skip
_SAMPLES: Final = ListOf(Real(), at_least=1)

AnyWindow: TypeAlias = Annotated[
    str | tuple[float, ...] | None, Optional(Either((Choice(_WINDOWS), _SAMPLES)))
]
PlainWindow: TypeAlias = Annotated[
    str | tuple[float, ...] | None, Optional(Either((Choice(("hann", "hamming")), _SAMPLES)))
]
Mode: TypeAlias = Annotated[
    str, Choice(("log", "magnitude", "psd", "real", "imag", "angle", "stft"))
]
Scaling: TypeAlias = Annotated[str | None, Optional(Choice(("density", "spectrum")))]
OptionalFrequency: TypeAlias = Annotated[float | None, Optional(Real(0.0, open_bottom=True))]


@layer()
def STFTSpectrogram(
    x: Shape,
    *,
    mode: Mode = "log",
    frame_length: Positive = 256,
    frame_step: OptionalPositive = None,
    fft_length: OptionalPositive = None,
    window: AnyWindow = "hann",
    periodic: Flag = False,
    scaling: Scaling = "density",
    padding: Padding = "valid",
    expand_dims: Flag = False,
    data_format: DataFormat = None,
) -> Effect:
    """Gives the frequencies of each frame of a signal, by a convolution with sines and cosines.

    Frames as the output steps of Conv1D; fft_length / 2 + 1 frequencies of each channel, twice as many
    with `stft`. Parameters: 2 x frame_length x frequencies, trained unless `trainable: false`; half of
    that with `real` or `imag`. Source: Keras `STFTSpectrogram`.
    """
    step = frame_length // 2 if frame_step is None else frame_step
    # The smallest power of two that holds a frame.
    length = 1 << (frame_length - 1).bit_length() if fft_length is None else fft_length
    _check_frames(frame_length, step, length)
    _check_window(window, frame_length)
    grid = grid_of(x, 1, data_format)
    channels = known(grid.channels, "the number of channels")
    frames = Window((frame_length,), (step,), (1,), "frame_length").slid(grid.places, padding)
    kernel = (frame_length, 1, length // 2 + 1)
    unused = {"real": "imag", "imag": "real"}.get(mode)
    weights = {f"{side}_kernel": kernel for side in ("real", "imag") if side != unused}
    macs = size(frames) * size(kernel) * channels * len(weights)
    bins = kernel[-1] * (2 if mode == "stft" else 1)
    if not expand_dims:
        return Effect(grid.with_places(frames, channels * bins), weights, macs=macs)
    return Effect(grid.with_places((*frames, bins), channels), weights, macs=macs)


def _check_frames(frame_length: int, step: int, fft_length: int) -> None:
    """Raises SpecError unless frames leave no gaps and fit into the transform."""
    if not 1 <= step <= frame_length:
        message = f"needs a `frame_step` from 1 to the `frame_length`, {frame_length}, not {step}"
        raise SpecError("out-of-range", message, "frame_step")
    if fft_length < frame_length:
        message = f"needs an `fft_length` of at least the `frame_length`, {frame_length}"
        raise SpecError("out-of-range", f"{message}, not {fft_length}", "fft_length")


def _check_window(window: str | tuple[float, ...] | None, length: int) -> None:
    if isinstance(window, tuple) and len(window) != length:
        message = f"needs a `window` of {length} values, one for each sample of a frame"
        raise SpecError("wrong-length", f"{message}, not {len(window)}", "window")


@layer()
def MelSpectrogram(
    x: Shape,
    *,
    fft_length: Positive = 2048,
    sequence_stride: Positive = 512,
    sequence_length: OptionalPositive = None,
    window: PlainWindow = "hann",
    sampling_rate: Positive = 16000,
    num_mel_bins: Positive = 128,
    min_freq: Epsilon = 20.0,
    max_freq: OptionalFrequency = None,
    power_to_db: Flag = True,
    top_db: Number = 80.0,
    mag_exp: Number = 2.0,
    min_power: Epsilon = 1e-10,
    ref_power: Number = 1.0,
) -> Effect:
    """Gives the loudness of a signal over time, in bands as wide as the ear tells apart.

    (samples) becomes (bands, time). Time steps: floor(samples / sequence_stride) + 1 for an even
    fft_length; the signal is mirrored at its ends. Source: Stevens et al. 1937; Keras `MelSpectrogram`.
    """
    length = fft_length if sequence_length is None else sequence_length
    if length > fft_length:
        message = f"needs a `sequence_length` up to the `fft_length`, {fft_length}, not {length}"
        raise SpecError("out-of-range", message, "sequence_length")
    _check_window(window, length)
    batch, samples = of_rank(x, 2, "a signal (samples)")
    half = fft_length // 2
    if samples <= half:
        message = (
            f"needs at least {half + 1} samples to mirror at the ends, but the input has {samples}"
        )
        raise SpecError("kernel-too-large", message, "fft_length", "choose a smaller `fft_length`")
    steps = (samples + 2 * half - fft_length) // sequence_stride + 1
    said = (samples + sequence_stride + 1) // sequence_stride
    if differ(steps, said):
        message = f"cannot be built right: it gives {steps} time steps, but Keras says {said}"
        help = "another `sequence_stride`, or a signal of one sample more, makes the two agree"
        raise SpecError("untrue-shape", message, "sequence_stride", help)
    return Effect((batch, num_mel_bins, steps), macs=steps * (half + 1) * num_mel_bins)
