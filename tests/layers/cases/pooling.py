"""Cases of pooling: sliding, global, adaptive."""

from tests.layers.case import bad, case

_SLIDING = [
    case("MaxPooling1D", (6, 1)),
    case("MaxPooling1D: 3", (431, 64)),
    case("MaxPooling1D: {pool_size: 3, strides: 2}", (7, 2)),
    case("MaxPooling1D: {pool_size: 3, padding: same}", (7, 2)),
    case("MaxPooling1D: {pool_size: [2], data_format: channels_first}", (7, 2)),
    case("MaxPooling1D: 2", (None, 2)),
    case("MaxPooling1D: 2", (4, None)),
    case("MaxPool1D: 2", (7, 2)),
    case("AveragePooling1D: 2", (7, 2)),
    case("AveragePooling1D: {pool_size: 3, strides: 1, padding: same}", (3, 1)),
    case("AveragePooling1D: {pool_size: 3, strides: [5]}", (None, 2)),
    case("AvgPool1D: {pool_size: 2, data_format: channels_first}", (3, 9)),
    case("MaxPooling2D", (28, 28, 6)),
    case("MaxPooling2D: {pool_size: 3, strides: 2}", (7, 8, 2)),
    case("MaxPooling2D: {pool_size: [2, 3], strides: 1}", (7, 8, 2)),
    case("MaxPooling2D: {pool_size: 3, strides: [1, 2], padding: same}", (None, 8, 2)),
    case("MaxPool2D: {data_format: channels_first}", (2, 7, 8)),
    case("AveragePooling2D: 3", (7, 8, 2)),
    case("AveragePooling2D: {pool_size: 3, strides: 2, padding: same}", (7, 8, 2)),
    case("AvgPool2D: {pool_size: [7, 1], data_format: channels_first}", (2, 7, 8)),
    case("MaxPooling3D", (7, 2, 2, 1)),
    case("MaxPooling3D: {strides: [1, 2, 1]}", (7, 2, 4, 1)),
    case("MaxPool3D: {pool_size: [1, 2, 3], padding: same}", (7, None, 4, 1)),
    case("AveragePooling3D: {pool_size: 2, data_format: channels_first}", (7, 2, 2, 5)),
    case("AvgPool3D: {pool_size: [3, 1, 2], strides: 1}", (7, 2, 4, 1)),
]

_GLOBAL = [
    case("GlobalAveragePooling1D", (96, 64)),
    case("GlobalAveragePooling1D: {keepdims: true}", (None, 2)),
    case("GlobalAveragePooling1D: channels_first", (7, 2)),
    case("GlobalAveragePooling1D", (7, 2), mask=(7,)),
    case("GlobalAvgPool1D", (7, None)),
    case("GlobalMaxPooling1D", (None, 2)),
    case("GlobalMaxPool1D: {data_format: channels_first, keepdims: true}", (7, 2)),
    case("GlobalAveragePooling2D", (7, 7, 1024)),
    case("GlobalAvgPool2D: {data_format: channels_first, keepdims: true}", (3, 7, 8)),
    case("GlobalMaxPooling2D: {keepdims: true}", (7, 8, 3)),
    case("GlobalMaxPool2D: channels_first", (3, None, 8)),
    case("GlobalAveragePooling3D: {keepdims: true}", (7, 2, 3, 4)),
    case("GlobalAvgPool3D", (7, 2, 3, 4)),
    case("GlobalMaxPooling3D", (7, 2, None, 4)),
    case("GlobalMaxPool3D: {data_format: channels_first, keepdims: true}", (7, 2, 3, 4)),
]

_ADAPTIVE = [
    case(f"Adaptive{kind}Pooling{layer}", shape)
    for kind in ("Average", "Max")
    for layer, shape in (
        ("1D: 3", (7, 2)),
        ("1D: [20]", (7, 2)),
        ("1D: 3", (None, 2)),
        ("1D: {output_size: 4, data_format: channels_first}", (2, 9)),
        ("2D: 2", (7, 8, 2)),
        ("2D: [3, 4]", (None, 8, 2)),
        ("2D: {output_size: [2, 9], data_format: channels_first}", (2, 7, 8)),
        ("3D: 2", (7, 8, 9, 2)),
        ("3D: {output_size: [2, 3, 9], data_format: channels_first}", (2, 7, 8, 9)),
    )
]

CASES = [*_SLIDING, *_GLOBAL, *_ADAPTIVE]

BAD = [
    bad("kernel-too-large", "MaxPooling1D: 8", (7, 2)),
    bad("kernel-too-large", "AveragePooling1D: 8", (7, 2)),
    bad("kernel-too-large", "MaxPooling2D: [2, 9]", (7, 8, 2)),
    bad("kernel-too-large", "AveragePooling2D: 3", (7, 2, 2)),
    bad("kernel-too-large", "MaxPooling3D", (7, 1, 2, 2)),
    bad("kernel-too-large", "AveragePooling3D: [8, 1, 1]", (7, 1, 2, 2)),
    bad("wrong-rank", "MaxPooling1D: 2", (7,)),
    bad("wrong-rank", "AveragePooling2D: 2", (7, 8)),
    bad("wrong-rank", "MaxPooling3D: 2", (7, 8, 9)),
    bad("out-of-range", "MaxPooling1D: 0", (7, 2)),
    bad("wrong-length", "MaxPooling2D: [2, 2, 2]", (7, 8, 2)),
    bad("wrong-type", "MaxPooling1D: {pool_size: 2, padding: causal}", (7, 2)),
    bad("missing-argument", "AveragePooling1D", (7, 2)),
    bad("wrong-rank", "GlobalAveragePooling1D", (7,)),
    bad("wrong-rank", "GlobalMaxPooling2D", (7, 2)),
    bad("wrong-type", "GlobalMaxPooling1D: {keepdims: 2}", (7,)),
    bad("shape-mismatch", "GlobalAveragePooling1D", (7, 2), mask=(6,), late=True),
    bad("wrong-rank", "AdaptiveAveragePooling1D: 3", (7,), late=True),
    bad("wrong-rank", "AdaptiveMaxPooling3D: 2", (7, 8, 9), late=True),
    bad("out-of-range", "AdaptiveAveragePooling1D: 1", (7, 2), late=True),
    bad("out-of-range", "AdaptiveMaxPooling2D: [3, 1]", (7, 8, 2), late=True),
    bad("kernel-too-large", "AdaptiveMaxPooling1D: 3", (1, 2), late=True),
    bad("wrong-length", "AdaptiveMaxPooling2D: [3]", (7, 8, 2)),
    bad("missing-argument", "AdaptiveMaxPooling2D", (7, 8, 2)),
]
