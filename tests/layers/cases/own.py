"""Cases of the layers that layerforge adds to Keras's."""

from tests.layers.case import bad, case

_POOLS = [
    case(f"{kind}Pooling{layer}", shape)
    for kind in ("L2", "MeanShift")
    for layer, shape in (
        ("1D", (6, 1)),
        ("1D: 3", (431, 64)),
        ("1D: {pool_size: 3, strides: 2}", (7, 2)),
        ("1D: {pool_size: 3, padding: same}", (7, 2)),
        ("1D: {pool_size: 2, strides: 5, padding: same}", (7, 2)),
        ("1D: {pool_size: [2], data_format: channels_first}", (7, 2)),
        ("1D: {pool_size: 3, padding: same}", (None, 2)),
        ("1D: 2", (None, 2)),
        ("2D", (28, 28, 6)),
        ("2D: {pool_size: [2, 3], strides: 1}", (7, 8, 2)),
        ("2D: {pool_size: 3, strides: [1, 2], padding: same}", (None, 8, 2)),
        ("2D: {data_format: channels_first}", (2, 7, 8)),
    )
]

CASES = [
    *_POOLS,
    case("MeanShiftPooling1D: {pool_size: 5, bandwidth: 0.5, iterations: 10}", (20, 3)),
    case("BilinearPooling", (7, 7, 16), macs=7 * 7 * 16 * 16),
    case("BilinearPooling: {signed_sqrt: false, normalize: false}", (12, 8)),
    case("BilinearPooling", (7, 7, 16), (7, 7, 4), macs=7 * 7 * 16 * 4),
    case("BilinearPooling", (None, None, 5), other=(None, None, 3)),
    case("BilinearPooling: {epsilon: 1e-10}", (2, 3, 4, 5)),
    case("ReversibleInstanceNormalization", (96, 7), params=14),
    case("ReversibleInstanceNormalization: {center: false, subtract_last: true}", (None, 7)),
    case("ReversibleInstanceNormalization: {scale: false, epsilon: 1e-3}", (96, 7)),
    case("ReversibleInstanceNormalization: {trainable: false}", (96, 7)),
    case("InstanceDenormalization", (24, 7), (1, 7), (1, 7)),
    case("InstanceDenormalization", (24, 1), scale=(1, 1), location=(1, 1)),
    case("InstanceDenormalization", (None, 7), (1, 1), (1, 7)),
    case("QuantileHead: 24", (16,), params=17 * 24 * 3, macs=16 * 24 * 3),
    case("QuantileHead: {units: 2, quantiles: [0.05, 0.25, 0.5, 0.95]}", (24, 8)),
    case("QuantileHead: {units: 1, quantiles: 0.9, use_bias: false}", (None, 8)),
    case("QuantileHead: {units: 3, kernel_initializer: zeros, bias_initializer: ones}", (8,)),
]

BAD = [
    bad("kernel-too-large", "L2Pooling1D: 8", (7, 2)),
    bad("kernel-too-large", "MeanShiftPooling2D: [2, 9]", (7, 8, 2)),
    bad("wrong-rank", "L2Pooling2D: 2", (7, 8)),
    bad("wrong-rank", "MeanShiftPooling1D", (7,)),
    bad("wrong-length", "L2Pooling2D: [2, 2, 2]", (7, 8, 2)),
    bad("wrong-type", "L2Pooling1D: {padding: causal}", (7, 2)),
    bad("out-of-range", "L2Pooling1D: 0", (7, 2)),
    bad("out-of-range", "MeanShiftPooling1D: {bandwidth: 0}", (7, 2)),
    bad("out-of-range", "MeanShiftPooling1D: {iterations: 0}", (7, 2)),
    bad("wrong-rank", "BilinearPooling", (7,)),
    bad("shape-mismatch", "BilinearPooling", (2, 6, 3), (3, 4, 3)),
    bad("shape-mismatch", "BilinearPooling", (12, 3), (3, 4, 3)),
    bad("wrong-rank", "ReversibleInstanceNormalization", (7,)),
    bad("shape-mismatch", "InstanceDenormalization", (24, 1), (1, 7), (1, 7)),
    bad("shape-mismatch", "InstanceDenormalization", (24,), (1, 7), (1, 7)),
    bad("missing-input", "InstanceDenormalization", (24, 7), (1, 7)),
    bad("not-ascending", "QuantileHead: {units: 2, quantiles: [0.5, 0.1]}", (8,)),
    bad("not-ascending", "QuantileHead: {units: 2, quantiles: [0.5, 0.5]}", (8,)),
    bad("out-of-range", "QuantileHead: {units: 2, quantiles: [0.5, 1]}", (8,)),
    bad("out-of-range", "QuantileHead: {units: 2, quantiles: [0, 0.5]}", (8,)),
    bad("missing-argument", "QuantileHead", (8,)),
    bad("unknown-dimension", "QuantileHead: 2", (8, None)),
]
