"""Cases of Dense and its neighbours."""

from tests.layers.case import bad, case

CASES = [
    case("Dense: 24", (32,), params=792, macs=768),
    case("Dense: {units: 8, use_bias: false}", (5, 7), macs=5 * 7 * 8),
    case("Dense: 10", (28, 28, 1), params=20),
    case("Dense: {units: 4, activation: relu, kernel_regularizer: L2}", (None, 3)),
    case("Dense: {units: 6, lora_rank: 2}", (5,)),
    case("Dense: {units: 6, lora_rank: 2, use_bias: false, lora_alpha: 4}", (5,)),
    case("Dense: {units: 6, trainable: false}", (5,)),
    case("Dense: {units: 32, use_bias: false}", (32,), params=1_024),
    case("Dense: {units: 6, activity_regularizer: L2, bias_constraint: NonNeg}", (5,)),
    case("EinsumDense: {equation: 'ab,bc->ac', output_shape: 64}", (32,), params=2_048, macs=2_048),
    case(
        "EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 64], bias_axes: d}",
        (96, 7),
        params=7 * 64 + 64,
        macs=96 * 7 * 64,
    ),
    case("EinsumDense: {equation: 'abc,cd->abd', output_shape: [6, 4]}", (6, 3)),
    case("EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 4]}", (None, 3)),
    case("EinsumDense: {equation: '...x,xy->...y', output_shape: 4, bias_axes: y}", (6, 3)),
    case("EinsumDense: {equation: '...x,xy->...y', output_shape: 4}", (2, 5, 3), macs=10 * 12),
    case("EinsumDense: {equation: '...x,xy->...y', output_shape: 4}", (3,), macs=12),
    case("EinsumDense: {equation: 'ab...,bc->ac...', output_shape: 4, bias_axes: c}", (3, 5, 6)),
    case(
        "EinsumDense: {equation: 'abc,cde->abde', output_shape: [null, 2, 4], bias_axes: de}",
        (6, 3),
    ),
    case("EinsumDense: {equation: 'abc,bc->abc', output_shape: [6, 3], bias_axes: b}", (6, 3)),
    case("EinsumDense: {equation: 'abc,bd->adc', output_shape: [4, null]}", (6, 3), macs=4 * 3 * 6),
    case("EinsumDense: {equation: 'ab,bc->ac', output_shape: [4], lora_rank: 2}", (3,)),
    case("Embedding: {input_dim: 100, output_dim: 16}", (12,), dtype="int32", params=1_600, macs=0),
    case("Embedding: {input_dim: 100, output_dim: 16, mask_zero: true}", (None,), dtype="int32"),
    case("Embedding: {input_dim: 10, output_dim: 4, lora_rank: 2}", (3, 5), dtype="int32"),
    case("Embedding: {input_dim: 10, output_dim: 4}", (), dtype="int32"),
    case("ReversibleEmbedding: {input_dim: 10, output_dim: 4}", (6,), dtype="int32", params=40),
    case(
        "ReversibleEmbedding: {input_dim: 10, output_dim: 4, tie_weights: false}",
        (None,),
        dtype="int32",
        params=80,
    ),
    case(
        "ReversibleEmbedding: {input_dim: 10, output_dim: 4, logit_soft_cap: 30}",
        (6, 4),
        options={"reverse": True},
        macs=6 * 40,
    ),
    case("Masking: 0", (6, 3)),
    case("Masking: {mask_value: -1.5}", (None, 3)),
    case("Identity", (6, 3)),
    case("Identity: {name: same}", (None,)),
]

BAD = [
    bad("unknown-dimension", "Dense: 4", (5, None)),
    bad("wrong-rank", "Dense: 4", ()),
    bad("out-of-range", "Dense: 0", (5,)),
    bad("out-of-range", "Dense: -3", (5,)),
    bad("wrong-type", "Dense: 2.5", (5,)),
    bad("wrong-type", "Dense: many", (5,)),
    bad("missing-argument", "Dense", (5,)),
    bad(
        "conflicting-arguments", "Dense: {units: 4, lora_rank: 2, kernel_constraint: NonNeg}", (5,)
    ),
    bad("bad-equation", "EinsumDense: {equation: 'ab-bc', output_shape: 64}", (32,)),
    bad("bad-equation", "EinsumDense: {equation: 'ab,bc->ad', output_shape: 64}", (32,)),
    bad("bad-equation", "EinsumDense: {equation: 'ab,bcd->ac', output_shape: 64}", (32,)),
    bad(
        "bad-equation", "EinsumDense: {equation: 'ab,bc->ac', output_shape: 4, bias_axes: x}", (3,)
    ),
    bad("shape-mismatch", "EinsumDense: {equation: 'abc,cd->abd', output_shape: [5, 4]}", (6, 3)),
    bad(
        "shape-mismatch", "EinsumDense: {equation: 'abc,cd->abd', output_shape: [5, 4]}", (None, 3)
    ),
    bad("wrong-length", "EinsumDense: {equation: 'abc,cd->abd', output_shape: 4}", (6, 3)),
    bad("unknown-dimension", "EinsumDense: {equation: 'ab,bc->ac', output_shape: 64}", (None,)),
    bad("wrong-rank", "EinsumDense: {equation: 'abc,cd->abd', output_shape: [null, 4]}", (6,)),
    bad("missing-argument", "Embedding: 100", (12,)),
    bad("out-of-range", "Embedding: {input_dim: 0, output_dim: 4}", (12,)),
    bad(
        "conflicting-arguments",
        "Embedding: {input_dim: 10, output_dim: 4, lora_rank: 2, embeddings_constraint: NonNeg}",
        (12,),
    ),
    bad(
        "shape-mismatch",
        "ReversibleEmbedding: {input_dim: 10, output_dim: 4}",
        (6, 5),
        options={"reverse": True},
        late=True,
    ),
]
