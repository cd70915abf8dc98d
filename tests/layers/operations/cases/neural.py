"""Cases of convolutions, pools, normalisation, attention and losses."""

from tests.layers.case import bad, case


def _of(*sizes: int) -> str:
    """A constant tensor of these sizes as a spec writes it."""
    if not sizes:
        return "0.5"
    return "[" + ", ".join([_of(*sizes[1:])] * sizes[0]) + "]"


CASES = [
    *(case(f"ops.{name}: 2", (8, 3)) for name in ("max_pool", "average_pool")),
    *(case(f"ops.{name}: 3", (None, 3)) for name in ("max_pool", "average_pool")),
    *(
        case(f"ops.{name}: {{pool_size: [2, 3], strides: 1, padding: same}}", (9, 8, 3))
        for name in ("max_pool", "average_pool")
    ),
    case("ops.max_pool: {pool_size: 2, strides: [1, 2]}", (9, 8, 3)),
    case("ops.max_pool: 2", (4, 6, 8, 3)),
    case(f"ops.conv: {_of(3, 3, 4)}", (8, 3), macs=6 * 3 * 3 * 4),
    case(f"ops.conv: {{kernel: {_of(3, 3, 4)}, strides: 2, padding: same}}", (8, 3)),
    case(f"ops.conv: {{kernel: {_of(3, 3, 4)}, dilation_rate: 2}}", (None, 3)),
    case(f"ops.conv: {{kernel: {_of(3, 3, 2, 4)}, strides: [2, 1]}}", (8, 8, 2)),
    case(f"ops.conv: {_of(2, 2, 2, 1, 4)}", (4, 4, 4, 1)),
    case(f"ops.depthwise_conv: {_of(3, 3, 2)}", (8, 3), macs=6 * 3 * 3 * 2),
    case(
        f"ops.depthwise_conv: {{kernel: {_of(3, 3, 3, 2)}, strides: 2, padding: same}}", (8, 8, 3)
    ),
    case(
        f"ops.separable_conv: {{depthwise_kernel: {_of(3, 3, 2)}, pointwise_kernel: {_of(1, 6, 5)}}}",
        (8, 3),
        macs=6 * (3 * 3 * 2 + 6 * 5),
    ),
    case("ops.unfold: 3", (3, 8, 8), batch=2),
    case("ops.unfold: {kernel_size: [3, 2], stride: 2, padding: 1}", (3, 8, 8), batch=2),
    case("ops.fold: {output_size: [8, 8], kernel_size: 3}", (27, 36)),
    case("ops.fold: {output_size: 8, kernel_size: [2, 2], stride: 2}", (12, 16)),
    case("ops.depth_to_space: 2", (4, 4, 8)),
    case("ops.depth_to_space: 2", (None, 4, 8)),
    case("ops.space_to_depth: 2", (4, 4, 8)),
    case("ops.space_to_depth: {block_size: 2, data_format: channels_first}", (8, 4, 4)),
    case("ops.normalize", (6, 4)),
    case("ops.normalize: {axis: [1, 2], order: 2}", (6, 4)),
    case("ops.normalize: {axis: 1, order: 3}", (6, 4)),
    case("ops.layer_normalization", (6, 4)),
    case(f"ops.layer_normalization: {{gamma: {_of(4)}, beta: {_of(4)}}}", (6, 4)),
    case(f"ops.layer_normalization: {{gamma: {_of(6, 4)}, axis: [1, 2]}}", (6, 4)),
    case("ops.layer_normalization: {axis: 1, epsilon: 0.01}", (6, 4)),
    case("ops.rms_normalization", (6, 4)),
    case(f"ops.rms_normalization: {{scale: {_of(4)}}}", (6, 4)),
    case("ops.rms_normalization: {axis: [1, 2]}", (6, 4)),
    case(f"ops.batch_normalization: {{mean: {_of(4)}, variance: {_of(4)}, axis: -1}}", (6, 4)),
    case(
        f"ops.batch_normalization: {{mean: {_of(6)}, variance: {_of(6)}, axis: 1,"
        f" offset: {_of(6)}, scale: {_of(6)}}}",
        (6, 4),
    ),
    case("ops.dot_product_attention", (6, 2, 4), (7, 2, 4), (7, 2, 4), macs=2 * 2 * 6 * 7 * 4),
    case("ops.dot_product_attention", (None, 2, 4), (None, 2, 4), (None, 2, 4)),
    case("ops.dot_product_attention", (6, 4, 4), (7, 2, 4), (7, 2, 4)),
    case(
        "ops.dot_product_attention: {is_causal: true, scale: 0.5}", (6, 2, 4), (6, 2, 4), (6, 2, 4)
    ),
    case(
        "ops.dot_product_attention",
        query=(6, 2, 4),
        key=(7, 2, 4),
        value=(7, 2, 4),
        bias=(2, 6, 7),
    ),
    case(
        "ops.dot_product_attention",
        (6, 2, 4),
        (7, 2, 4),
        (7, 2, 4),
        mask=(1, 6, 7),
        dtype="float32 float32 float32 bool",
    ),
    case("ops.binary_crossentropy", (4,), (4,)),
    case("ops.binary_crossentropy: {from_logits: true}", (6, 4), (6, 4)),
    case("ops.categorical_crossentropy", (6, 4), (6, 4)),
    case("ops.categorical_crossentropy: {from_logits: true, axis: 2}", (6, 4), (6, 4)),
    case("ops.sparse_categorical_crossentropy", (), (4,), dtype="int32 float32"),
    case("ops.sparse_categorical_crossentropy", (6, 1), (6, 4), dtype="int32 float32"),
    case("ops.ctc_loss", (2,), (6, 5), (), (), dtype="int32 float32 int32 int32"),
    case("ops.ctc_decode", (6, 5), (), dtype="float32 int32"),
    case(
        "ops.ctc_decode: {strategy: beam_search, beam_width: 20}", (6, 5), (), dtype="float32 int32"
    ),
]

BAD = [
    bad("wrong-rank", "ops.max_pool: 2", (6,), late=True),
    bad("kernel-too-large", "ops.max_pool: 9", (8, 3)),
    bad("wrong-length", "ops.max_pool: [2, 2]", (8, 3), late=True),
    bad("wrong-type", "ops.max_pool: {pool_size: 2, padding: causal}", (8, 3)),
    bad("shape-mismatch", f"ops.conv: {_of(3, 2, 4)}", (8, 3)),
    bad("wrong-rank", f"ops.conv: {_of(3, 3, 3, 4)}", (8, 3)),
    bad("kernel-too-large", f"ops.conv: {_of(9, 3, 4)}", (8, 3)),
    bad("wrong-type", f"ops.conv: {{kernel: {_of(3, 3, 4)}, padding: causal}}", (8, 3), late=True),
    bad(
        "conflicting-arguments",
        f"ops.conv: {{kernel: {_of(3, 3, 4)}, strides: 2, dilation_rate: 2}}",
        (8, 3),
        late=True,
    ),
    bad("missing-input", "ops.conv", (8, 3)),
    bad("shape-mismatch", f"ops.depthwise_conv: {_of(3, 2, 4)}", (8, 3)),
    bad(
        "shape-mismatch",
        f"ops.separable_conv: {{depthwise_kernel: {_of(3, 3, 2)}, pointwise_kernel: {_of(1, 5, 5)}}}",
        (8, 3),
        late=True,
    ),
    bad("wrong-rank", "ops.unfold: 3", (8, 8)),
    bad("unknown-dimension", "ops.unfold: 3", (3, None, 8)),
    bad("unknown-dimension", "ops.unfold: 3", (3, 8, 8), late=True),
    bad("shape-mismatch", "ops.fold: {output_size: 8, kernel_size: 3}", (26, 36)),
    bad("shape-mismatch", "ops.fold: {output_size: 8, kernel_size: 3}", (27, 30), late=True),
    bad("shape-mismatch", "ops.depth_to_space: 2", (4, 4, 6)),
    bad("shape-mismatch", "ops.space_to_depth: 3", (4, 4, 6)),
    bad("out-of-range", "ops.depth_to_space: 1", (4, 4, 8)),
    bad("wrong-rank", "ops.space_to_depth: 2", (4, 4)),
    bad("out-of-range", "ops.normalize: {order: 0}", (6, 4), late=True),
    bad("shape-mismatch", f"ops.layer_normalization: {{gamma: {_of(3)}}}", (6, 4), late=True),
    bad("shape-mismatch", f"ops.rms_normalization: {{scale: {_of(3)}}}", (6, 4), late=True),
    bad(
        "shape-mismatch",
        f"ops.batch_normalization: {{mean: {_of(3)}, variance: {_of(4)}, axis: -1}}",
        (6, 4),
    ),
    bad(
        "conflicting-arguments",
        f"ops.batch_normalization: {{mean: {_of(4)}, variance: {_of(4)}, axis: -1, offset: {_of(4)}}}",
        (6, 4),
    ),
    bad("wrong-rank", "ops.dot_product_attention", (6, 4), (7, 4), (7, 4), late=True),
    bad("shape-mismatch", "ops.dot_product_attention", (6, 2, 4), (7, 2, 3), (7, 2, 3), late=True),
    bad("shape-mismatch", "ops.dot_product_attention", (6, 2, 4), (7, 2, 4), (8, 2, 4), late=True),
    bad("shape-mismatch", "ops.dot_product_attention", (6, 3, 4), (7, 2, 4), (7, 2, 4), late=True),
    bad(
        "shape-mismatch",
        "ops.dot_product_attention",
        (6, 2, 4),
        (7, 2, 4),
        (7, 2, 4),
        bias=(2, 6, 5),
        late=True,
    ),
    bad("shape-mismatch", "ops.binary_crossentropy", (4,), (3,)),
    bad("shape-mismatch", "ops.categorical_crossentropy", (4,), (3,)),
    bad(
        "shape-mismatch", "ops.sparse_categorical_crossentropy", (5,), (6, 4), dtype="int32 float32"
    ),
    bad(
        "wrong-axis",
        "ops.sparse_categorical_crossentropy: {axis: 1}",
        (4,),
        (6, 4),
        dtype="int32 float32",
        late=True,
    ),
    bad("wrong-rank", "ops.ctc_decode", (6,), (), dtype="float32 int32", late=True),
]
