"""Cases of operations that make few values of many."""

from layerforge.layers.operations.reductions import (
    ALONG_AXES,
    EXTREMES,
    POSITIONS,
    QUANTILES,
    SEGMENTS,
)
from tests.layers.case import bad, case

CASES = [
    *(case(f"ops.{name}", (6, 4)) for name in (*ALONG_AXES, *EXTREMES, *POSITIONS)),
    *(case(f"ops.{name}: 1", (6, 4)) for name in (*ALONG_AXES, *EXTREMES, *POSITIONS)),
    *(case(f"ops.{name}: [1, -1]", (6, 4)) for name in (*ALONG_AXES, *EXTREMES)),
    *(
        case(f"ops.{name}: {{axis: -1, keepdims: true}}", (None, 4))
        for name in (*ALONG_AXES, *EXTREMES, *POSITIONS)
    ),
    *(case(f"ops.{name}: {{axis: 1, initial: 0.5}}", (6, 4)) for name in EXTREMES),
    *(case(f"ops.{name}: 0.5", (6, 4)) for name in QUANTILES),
    *(case(f"ops.{name}: {{q: [0.1, 0.9], axis: 1}}", (6, 4)) for name in QUANTILES),
    *(case(f"ops.{name}: {{q: [0.5], axis: 1}}", (6, 4)) for name in QUANTILES),
    *(
        case(f"ops.{name}: {{q: 0.5, axis: [1, 2], keepdims: true, method: nearest}}", (6, 4))
        for name in QUANTILES
    ),
    *(
        case(f"ops.{name}: {{num_segments: 4}}", (6, 4), (), dtype="float32 int32")
        for name in SEGMENTS
    ),
    case("ops.segment_sum: {segment_ids: [0, 0, 1], num_segments: 2}", (6, 4), batch=3),
    case("ops.segment_sum", (6, 4), (), dtype="float32 int32"),
    case("ops.mean: 0", (6, 4)),
    case("ops.mean: [0, 1]", (6, 4)),
    case("ops.mean: {axis: [2, 1], keepdims: true}", (6, None, 4)),
    case("ops.prod", (6, 4)),
    case("ops.prod: {axis: 1, dtype: float32}", (6, 4)),
    case("ops.count_nonzero", (6, 4)),
    case("ops.count_nonzero: [1, 2]", (6, 4)),
    case("ops.average", (6, 4)),
    case("ops.average: 1", (6, 4)),
    case("ops.average: {axis: -1, weights: [1, 2, 3, 4]}", (6, 4)),
    case("ops.average: 1", x=(6, 4), weights=(6, 4)),
    case("ops.norm: {axis: 1}", (6, 4)),
    case("ops.norm", (6,)),
    case("ops.norm: {ord: 1, axis: -1, keepdims: true}", (6, 4)),
    case("ops.norm: {ord: inf, axis: 1}", (6, 4)),
    case("ops.norm: {ord: -.inf, axis: [1, 2]}", (6, 4)),
    case("ops.norm: {ord: fro, axis: [1, 2]}", (6, 4)),
    case("ops.norm: {ord: nuc, axis: [1, 2]}", (6, 4)),
    case("ops.norm: {ord: 2.5, axis: 1}", (6, 4)),
    case("ops.moments: 1", (6, 4)),
    case("ops.moments: {axes: [1, 2], keepdims: true}", (6, 4)),
    case("ops.trapezoid", (6, 4)),
    case("ops.trapezoid: {axis: 1, dx: 0.5}", (6, 4)),
    case("ops.trapezoid: {x: [0, 1, 3, 4]}", (6, 4)),
    case("ops.size", (6, 4)),
    case("ops.psnr: {max_val: 1}", (6, 4, 3), (6, 4, 3)),
    case("ops.psnr: {max_val: 1}", x1=(6, 4, 3), x2=(6, 4, 3)),
]

BAD = [
    bad("wrong-axis", "ops.mean: 3", (6, 4)),
    bad("wrong-axis", "ops.mean: [1, -2]", (6, 4), late=True),
    bad("wrong-type", "ops.argmax: [1, 2]", (6, 4), late=True),
    bad("wrong-axis", "ops.argmax: -4", (6, 4)),
    bad("wrong-type", "ops.sum: {axis: one}", (6, 4)),
    bad("wrong-rank", "ops.quantile: {q: [[0.5]], axis: 1}", (6, 4), late=True),
    bad("missing-input", "ops.quantile: {axis: 1}", (6, 4)),
    bad("shape-mismatch", "ops.average: {axis: 1, weights: [1, 2, 3]}", (6, 4)),
    bad("shape-mismatch", "ops.average: {weights: [1, 2, 3]}", (6, 4)),
    bad("out-of-range", "ops.norm: {ord: fro, axis: 1}", (6, 4)),
    bad("out-of-range", "ops.norm: {ord: 3, axis: [1, 2]}", (6, 4)),
    bad("wrong-axis", "ops.norm", (6, 4), late=True),
    bad("missing-argument", "ops.moments", (6, 4)),
    bad("wrong-axis", "ops.trapezoid: {axis: 7}", (6, 4), late=True),
    bad("wrong-length", "ops.trapezoid: {x: [0, 1, 3]}", (6, 4), late=True),
    bad("shape-mismatch", "ops.segment_sum: {segment_ids: [0, 1]}", (6, 4), batch=3),
    bad("wrong-rank", "ops.segment_sum", (6, 4), (6,), dtype="float32 int32"),
    bad("shape-mismatch", "ops.psnr: {max_val: 1}", (6, 4, 3), (6, 4, 1), late=True),
]
