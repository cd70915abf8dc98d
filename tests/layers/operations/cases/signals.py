"""Cases of Fourier transforms and of evenly spaced values."""

from tests.layers.case import bad, case

_PIECES = "sequence_length: 8, sequence_stride: 4, fft_length: 8"

CASES = [
    case("ops.fft", (6,), (6,)),
    case("ops.fft", (3, 8), (3, 8)),
    case("ops.fft2", (4, 5), (4, 5)),
    case("ops.ifft2", (4, 5), (4, 5)),
    case("ops.rfft", (8,)),
    case("ops.rfft", (3, 7)),
    case("ops.rfft", (None,)),
    case("ops.rfft: 12", (8,)),
    case("ops.irfft", (5,), (5,)),
    case("ops.irfft", (None,), (None,)),
    case("ops.irfft: 6", (5,), (5,)),
    case(f"ops.stft: {{{_PIECES}}}", (32,)),
    case(f"ops.stft: {{{_PIECES}, center: false}}", (2, 32)),
    case(f"ops.stft: {{{_PIECES}, window: null}}", (None,)),
    case("ops.stft: {sequence_length: 6, sequence_stride: 4, fft_length: 9}", (33,)),
    case(f"ops.istft: {{{_PIECES}}}", (9, 5), (9, 5)),
    case(f"ops.istft: {{{_PIECES}, length: 30, window: hamming}}", (9, 5), (9, 5)),
    case(f"ops.istft: {{{_PIECES}, center: false}}", (None, 5), (None, 5)),
    case("ops.view_as_real", (6,), dtype="complex64"),
    case("ops.linspace", (4,), (4,)),
    case("ops.linspace: {stop: 1.0, num: 5, axis: -1, endpoint: false}", (4,)),
    case("ops.linspace: {start: 0, num: 5, axis: 1}", (4,)),
    case("ops.linspace: {start: [0, 0, 0, 1], num: 5, dtype: float32}", (4,)),
    case("ops.logspace: {num: 5, axis: -1}", (4,), (4,)),
    case("ops.logspace: {stop: 1.0, base: 2}", (4,)),
    case("ops.geomspace: {num: 5}", (4,), (4,)),
    case("ops.geomspace: {stop: 1.0, endpoint: false}", (4,)),
]

BAD = [
    bad("missing-input", "ops.fft", (6,)),
    bad("shape-mismatch", "ops.fft", (6,), (5,)),
    bad("unknown-dimension", "ops.fft", (None,), (None,)),
    bad("wrong-rank", "ops.fft2", (), ()),
    bad("unknown-dimension", "ops.fft2", (None, 4), (None, 4)),
    bad("missing-input", "ops.irfft", (6,)),
    bad("shape-mismatch", "ops.irfft", (6,), (5,)),
    bad("out-of-range", f"ops.stft: {{{_PIECES}}}", (4,), late=True),
    bad("missing-argument", "ops.stft: 8", (32,)),
    bad(
        "out-of-range",
        "ops.stft: {sequence_length: 10, sequence_stride: 4, fft_length: 8}",
        (32,),
        late=True,
    ),
    bad("wrong-axis", "ops.linspace: {stop: 1.0, axis: 3}", (4,)),
    bad("wrong-axis", "ops.geomspace: {stop: 1.0, axis: -1}", (4,), late=True),
    bad("shape-mismatch", "ops.linspace", (4,), (3,)),
]
