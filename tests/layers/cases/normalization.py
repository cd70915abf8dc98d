"""Cases of layers that bring values to a common scale."""

from tests.layers.case import bad, case

CASES = [
    case("BatchNormalization", (32,), params=128),
    case("BatchNormalization", (None, 5)),
    case("BatchNormalization: 1", (6, 5)),
    case("BatchNormalization: {axis: -2, center: false}", (6, 5)),
    case("BatchNormalization: {scale: false, momentum: 0.9, epsilon: 0.01}", (6, 5)),
    case("BatchNormalization: {center: false, scale: false}", (8, 8, 3)),
    case("BatchNormalization: {renorm: true, renorm_clipping: {rmax: 3, rmin: 0.3}}", (6, 5)),
    case("BatchNormalization: {trainable: false}", (6, 5)),
    case("BatchNormalization: {beta_regularizer: L2, gamma_initializer: zeros}", (6, 5)),
    case("BatchNormalization", (6, 5), mask=(6,)),
    case("LayerNormalization", (6, 5), params=10),
    case("LayerNormalization: [1, 2]", (6, 5), params=60),
    case("LayerNormalization: [-1, 1]", (6, 5)),
    case("LayerNormalization: [2, 1]", (6, 5)),
    case("LayerNormalization: {axis: -2, center: false}", (6, 5)),
    case("LayerNormalization: {scale: false, epsilon: 1.0e-6}", (None, 5)),
    case("RMSNormalization", (6, 5), params=5),
    case("RMSNormalization: [1, 2]", (6, 5), params=30),
    case("RMSNormalization: {axis: -1, epsilon: 0.001}", (None, 5)),
    case("GroupNormalization: 4", (8, 8, 12), params=24),
    case("GroupNormalization", (8, 8, 64)),
    case("GroupNormalization: {groups: -1, center: false}", (None, 12)),
    case("GroupNormalization: {groups: 2, axis: 1, scale: false}", (4, 8, 8)),
    case("UnitNormalization", (6, 5)),
    case("UnitNormalization: [1, 2]", (6, 5)),
    case("UnitNormalization: {axis: 1}", (None, 5)),
]

BAD = [
    bad("wrong-axis", "BatchNormalization: 3", (6, 5)),
    bad("wrong-axis", "BatchNormalization: 0", (6, 5)),
    bad("unknown-dimension", "BatchNormalization: 1", (None, 5)),
    bad(
        "unknown-argument",
        "BatchNormalization: {renorm: true, renorm_clipping: {rmaks: 3}}",
        (6, 5),
    ),
    bad("wrong-axis", "LayerNormalization: 3", (6, 5)),
    bad("wrong-axis", "LayerNormalization: [0, 1]", (6, 5)),
    bad("unknown-dimension", "LayerNormalization: 1", (None, 5)),
    bad("wrong-axis", "RMSNormalization: 3", (6, 5)),
    bad("bad-groups", "GroupNormalization: 5", (8, 8, 12)),
    bad("bad-groups", "GroupNormalization", (8, 8, 12)),
    bad("out-of-range", "GroupNormalization: 0", (8, 8, 12)),
    bad("unknown-dimension", "GroupNormalization: 4", (8, None)),
    bad("wrong-axis", "UnitNormalization: 3", (6, 5)),
    bad("wrong-type", "UnitNormalization: last", (6, 5)),
]
