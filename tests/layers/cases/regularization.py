"""Cases of Dropout and its kin."""

from tests.layers.case import bad, case

CASES = [
    case("Dropout: 0.5", (5,)),
    case("Dropout: {rate: 0, seed: 3}", (None, 4)),
    case("Dropout: {rate: 0.3, noise_shape: [null, 1, 4]}", (6, 4)),
    case("Dropout: 1.0", (6, 4, 2)),
    case("AlphaDropout: 0.2", (5,)),
    case("AlphaDropout: {rate: 0.2, noise_shape: [null, 1], seed: 1}", (5,)),
    case("GaussianDropout: 0.2", (None, 5)),
    case("GaussianDropout: {rate: 0.2, seed: 1}", (5,)),
    case("GaussianNoise: 0.1", (5,)),
    case("GaussianNoise: {stddev: 0, seed: 1}", (None, 5)),
    case("SpatialDropout1D: 0.2", (6, 3)),
    case("SpatialDropout1D: {rate: 0.2, seed: 1, name: drop, dtype: float32}", (None, 3)),
    case("SpatialDropout2D: 0.2", (6, 6, 3)),
    case("SpatialDropout2D: {rate: 0.2, data_format: channels_first}", (3, None, None)),
    case("SpatialDropout3D: 0.2", (6, 6, 6, 3)),
    case("SpatialDropout3D: {rate: 0.2, data_format: channels_first, seed: 1}", (3, 6, 6, 6)),
    case("ActivityRegularization: 0.01", (5,)),
    case("ActivityRegularization: {l1: 0.01, l2: 0.02, trainable: false}", (None, 5)),
]

BAD = [
    bad("out-of-range", "Dropout: 1.5", (5,)),
    bad("out-of-range", "Dropout: -0.1", (5,)),
    bad("out-of-range", "Dropout: {rate: 0.2, noise_shape: [null, 0]}", (5,)),
    bad(
        "shape-mismatch",
        "Dropout: {rate: 0.2, noise_shape: [null, 4]}",
        (5,),
        late=True,
        options={"training": True},
    ),
    bad("out-of-range", "AlphaDropout: 1.5", (5,)),
    bad("out-of-range", "GaussianDropout: -1", (5,)),
    bad("out-of-range", "GaussianNoise: 2", (5,)),
    bad("wrong-rank", "SpatialDropout1D: 0.2", (5,)),
    bad("wrong-rank", "SpatialDropout2D: 0.2", (6, 3)),
    bad("wrong-rank", "SpatialDropout3D: 0.2", (6, 6, 3)),
    bad("unknown-argument", "SpatialDropout1D: {rate: 0.2, trainable: false}", (6, 3)),
    bad("unknown-argument", "ActivityRegularization: {l1: 0.1, activity_regularizer: L2}", (5,)),
]
