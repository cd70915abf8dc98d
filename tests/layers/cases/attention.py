"""Cases of attention."""

from tests.layers.case import bad, case

SCORES = {"return_attention_scores": True}
CAUSAL = {"use_causal_mask": True}

CASES = [
    case(
        "MultiHeadAttention: {num_heads: 4, key_dim: 8}",
        (10, 16),
        params=3 * (16 * 4 * 8 + 4 * 8) + 4 * 8 * 16 + 16,
        macs=4 * 10 * 16 * 32 + 2 * 10 * 10 * 32,
    ),
    case(
        "MultiHeadAttention: {num_heads: 2, key_dim: 3}",
        (10, 16),
        (7, 5),
        macs=10 * 16 * 6 + 2 * 7 * 5 * 6 + 2 * 10 * 7 * 6 + 10 * 6 * 16,
    ),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, 16), (7, 5), (7, 4)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, value_dim: 5}", (10, 16), (7, 5)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, output_shape: 9}", (None, 16), (None, 5)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, output_shape: [4, 5]}", (10, 16)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, use_bias: false}", (10, 16)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, value_dim: 4, use_gate: true}", (10, 16)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, attention_axes: [1, 2]}", (4, 5, 6)),
    case(
        "MultiHeadAttention: {num_heads: 2, key_dim: 3, attention_axes: 2}",
        (4, 5, 6),
        macs=20 * 6 * 6 * 4 + 4 * 5 * 5 * 2 * 6,
    ),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, dropout: 0.1, seed: 1}", (10, 16)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, sliding_window: 4}", (10, 16)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, 16), options=SCORES),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, 16), options=CAUSAL),
    case(
        "MultiHeadAttention: {num_heads: 2, key_dim: 3}",
        (10, 16),
        (7, 16),
        query_mask=(10,),
        value_mask=(7,),
        attention_mask=(10, 7),
    ),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, 16), value=(7, 5), key=(7, 4)),
    case("MultiHeadAttention: {num_heads: 2, key_dim: 3, trainable: false}", (10, 16)),
    case(
        "GroupQueryAttention: {head_dim: 8, num_query_heads: 4, num_key_value_heads: 2}",
        (10, 16),
        params=(16 + 1) * 32 + 2 * (16 + 1) * 16 + 32 * 16 + 16,
        macs=2 * 10 * 16 * 32 + 2 * 10 * 16 * 16 + 2 * 10 * 10 * 32,
    ),
    case(
        "GroupQueryAttention: {head_dim: 3, num_query_heads: 4, num_key_value_heads: 1, "
        "use_bias: false, use_gate: true}",
        (10, 16),
        (7, 16),
    ),
    case(
        "GroupedQueryAttention: {head_dim: 3, num_query_heads: 2, num_key_value_heads: 2}",
        (None, 16),
        (7, 16),
        (7, 5),
        options=SCORES,
    ),
    case("Attention", (10, 16), (7, 16), macs=2 * 10 * 7 * 16),
    case("Attention", (10, 16), (7, 5), (7, 16), macs=10 * 7 * (16 + 5)),
    case("Attention", (10, 16), macs=2 * 10 * 10 * 16),
    case("Attention", (10, 16), value=(7, 5), key=(7, 16)),
    case(
        "Attention: {use_scale: true, score_mode: concat, dropout: 0.1, seed: 1}", (10, 16), (7, 16)
    ),
    case("Attention: {score_mode: concat}", (None, 16), (7, 16), macs=None),
    case("Attention", (10, 16), (7, 16), mask=[(10,), (7,)], options=CAUSAL),
    case("Attention", (10, 16), (7, 5), (7, 16), options=SCORES),
    case("AdditiveAttention", (10, 16), (7, 16), params=16, macs=10 * 7 * 16),
    case("AdditiveAttention: {use_scale: false, dropout: 0.1}", (10, 16), (7, 5), (7, 16)),
    case("AdditiveAttention: {seed: 3}", (None, 16), (7, 16), options=SCORES),
]

BAD = [
    bad(
        "wrong-type",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3, bias_initializer: null}",
        (10, 16),
    ),
    bad("missing-argument", "MultiHeadAttention: 4", (10, 16)),
    bad("unknown-dimension", "MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, None)),
    bad("wrong-rank", "MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, 16), (16,), late=True),
    bad(
        "shape-mismatch", "MultiHeadAttention: {num_heads: 2, key_dim: 3}", (10, 16), (7, 5), (6, 5)
    ),
    bad(
        "shape-mismatch",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3}",
        (10, 16),
        (None, 5),
        (7, 5),
    ),
    bad(
        "shape-mismatch",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3}",
        (10, 16),
        (7, 5),
        value_mask=(6,),
        late=True,
    ),
    bad(
        "conflicting-arguments",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3, dropout: 0.1, flash_attention: true}",
        (10, 16),
    ),
    bad("out-of-range", "MultiHeadAttention: {num_heads: 0, key_dim: 3}", (10, 16)),
    bad(
        "out-of-range",
        "MultiHeadAttention: {num_heads: 2, key_dim: 3, sliding_window: 0}",
        (10, 16),
    ),
    bad(
        "bad-groups",
        "GroupQueryAttention: {head_dim: 3, num_query_heads: 3, num_key_value_heads: 2}",
        (10, 16),
    ),
    bad(
        "shape-mismatch",
        "GroupQueryAttention: {head_dim: 3, num_query_heads: 2, num_key_value_heads: 2}",
        (10, 16),
        (7, 5),
    ),
    bad(
        "wrong-rank",
        "GroupQueryAttention: {head_dim: 3, num_query_heads: 2, num_key_value_heads: 2}",
        (16,),
    ),
    bad("shape-mismatch", "Attention", (10, 16), (7, 5), late=True),
    bad("wrong-type", "Attention: {score_mode: sum}", (10, 16)),
    bad("too-many-inputs", "Attention", (10, 16), (7, 16), (7, 16), (7, 16), (7, 16)),
    bad("shape-mismatch", "AdditiveAttention", (10, 16), (7, 5), late=True),
]
