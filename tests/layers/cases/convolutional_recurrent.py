"""Cases of LSTMs whose states are images."""

from tests.layers.case import bad, case

CASES = [
    case(
        "ConvLSTM1D: {filters: 4, kernel_size: 3}",
        (5, 10, 2),
        params=3 * 2 * 16 + 3 * 4 * 16 + 16,
        macs=5 * 8 * 3 * (2 + 4) * 16,
    ),
    case("ConvLSTM1D: {filters: 4, kernel_size: 3, padding: same, use_bias: false}", (5, 10, 2)),
    case("ConvLSTM1D: {filters: 4, kernel_size: [3], strides: 2, return_state: true}", (5, 10, 2)),
    case(
        "ConvLSTM1D: {filters: 4, kernel_size: 3, dilation_rate: 2, return_sequences: true}",
        (None, 10, 2),
    ),
    case(
        "ConvLSTM1D: {filters: 4, kernel_size: 3, data_format: channels_first, return_sequences: true}",
        (5, 2, 10),
    ),
    case("ConvLSTM1D: {filters: 4, kernel_size: 3}", (5, 10, 2), initial_state=[(8, 4), (8, 4)]),
    case("ConvLSTM2D: {filters: 4, kernel_size: 3, return_sequences: true}", (5, 8, 9, 2)),
    case("ConvLSTM2D: {filters: 4, kernel_size: [3, 1], padding: same}", (None, 8, 9, 2)),
    case("ConvLSTM2D: {filters: 4, kernel_size: 3, unit_forget_bias: false}", (5, 8, 9, 2)),
    case("ConvLSTM2D: {filters: 4, kernel_size: 3, stateful: true}", (5, 8, 9, 2), batch=2),
    case("ConvLSTM2D: {filters: 4, kernel_size: 3, trainable: false}", (5, 8, 9, 2)),
    case("ConvLSTM3D: {filters: 2, kernel_size: 3}", (3, 4, 5, 6, 2)),
    case(
        "ConvLSTM3D: {filters: 2, kernel_size: [1, 2, 3], return_sequences: true, return_state: true}",
        (3, 4, 5, 6, 2),
    ),
]

BAD = [
    bad(
        "conflicting-arguments",
        "ConvLSTM1D: {filters: 4, kernel_size: 3, bias_initializer: null}",
        (5, 10, 2),
    ),
    bad("wrong-rank", "ConvLSTM1D: {filters: 4, kernel_size: 3}", (5, 10)),
    bad("wrong-rank", "ConvLSTM2D: {filters: 4, kernel_size: 3}", (5, 8, 2)),
    bad("wrong-rank", "ConvLSTM3D: {filters: 4, kernel_size: 3}", (5, 8, 9, 2)),
    bad("unknown-dimension", "ConvLSTM2D: {filters: 4, kernel_size: 3}", (5, None, 9, 2)),
    bad("unknown-dimension", "ConvLSTM1D: {filters: 4, kernel_size: 3}", (5, 10, None)),
    bad("kernel-too-large", "ConvLSTM1D: {filters: 4, kernel_size: 11}", (5, 10, 2)),
    bad(
        "conflicting-arguments",
        "ConvLSTM1D: {filters: 4, kernel_size: 3, strides: 2, dilation_rate: 2}",
        (5, 10, 2),
    ),
    bad("missing-argument", "ConvLSTM2D: 4", (5, 8, 9, 2)),
]
