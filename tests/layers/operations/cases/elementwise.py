"""Cases of operations that work value by value on one tensor."""

from layerforge.layers.operations.activations import (
    OVER_AXIS,
    PLAIN,
    WITH_ALPHA,
    WITH_THRESHOLD,
)
from layerforge.layers.operations.elementwise import LIKE_ONE_TENSOR, OF_ONE_TENSOR
from tests.layers.case import bad, case

_WHOLE = {"bitwise_invert", "bitwise_not"}

CASES = [
    *(
        case(f"ops.{name}", (6, 4), dtype="int32" if name in _WHOLE else None)
        for name in (*OF_ONE_TENSOR, *LIKE_ONE_TENSOR, *PLAIN)
    ),
    *(case(f"ops.{name}: float16", (6, 4)) for name in LIKE_ONE_TENSOR),
    *(case(f"ops.{name}: 0.3", (None, 4)) for name in (*WITH_ALPHA, *WITH_THRESHOLD)),
    *(case(f"ops.{name}", (4,)) for name in (*WITH_ALPHA, *WITH_THRESHOLD)),
    *(case(f"ops.{name}", (6, 4)) for name in OVER_AXIS),
    *(case(f"ops.{name}: 1", (6, 4)) for name in OVER_AXIS),
    *(case(f"ops.{name}: null", (6, 4)) for name in OVER_AXIS),
    case("ops.relu", ()),
    case("ops.logical_not", (3,), dtype="bool"),
    case("ops.tril", (6, 4)),
    case("ops.tril: -1", (6, 4)),
    case("ops.triu: {k: 1}", (None, 4)),
    case("ops.stop_gradient", (6, 4)),
    case("ops.round", (6, 4)),
    case("ops.round: 2", (6, 4)),
    case("ops.clip: {x_min: 0, x_max: 0.5}", (6, 4)),
    case("ops.clip: {x_min: [0, 0.1], x_max: 0.5}", (6, 2)),
    case("ops.nan_to_num", (6, 4)),
    case("ops.nan_to_num: {nan: 1, posinf: 9, neginf: -9}", (6, 4)),
    case("ops.cast: int32", (6, 4)),
    case("ops.cast: complex64", (6, 4)),
    case("ops.saturate_cast: uint8", (6, 4)),
    case("ops.convert_to_tensor", (6, 4)),
    case("ops.convert_to_tensor: {dtype: float16, sparse: false}", (6, 4)),
    case("ops.full_like: 2", (6, 4)),
    case("ops.full_like: {fill_value: [1, 2, 3, 4], dtype: float32}", (6, 4)),
    case("ops.full_like", (6, 4), (1, 4)),
    case("ops.sparsemax", (6, 4)),
    case("ops.sparsemax: 1", (6, 4)),
    case("ops.leaky_relu: 0.1", (6, 4)),
    case("ops.gelu: false", (6, 4)),
    case("ops.squareplus: 2", (6, 4)),
    case("ops.threshold: {threshold: 0.5, default_value: 0}", (6, 4)),
    case("ops.glu", (6, 4)),
    case("ops.glu: 1", (6, 4)),
    case("ops.glu", (None, 4)),
]

BAD = [
    bad("wrong-type", "ops.relu: 3", (6, 4)),
    bad("unknown-argument", "ops.relu: {alpha: 3}", (6, 4)),
    bad("unknown-dimension", "ops.glu: 1", (None, 4), late=True),
    bad("too-many-inputs", "ops.relu", (6, 4), (6, 4)),
    bad("missing-argument", "ops.cast", (6, 4)),
    bad("wrong-type", "ops.cast: int33", (6, 4)),
    bad("wrong-axis", "ops.softmax: 3", (6, 4)),
    bad("wrong-type", "ops.softmax: [1, 2]", (6, 4), late=True),
    bad("wrong-axis", "ops.sparsemax: -4", (6, 4)),
    bad("shape-mismatch", "ops.glu", (6, 5)),
    bad("wrong-axis", "ops.glu: 5", (6, 4)),
    bad("wrong-rank", "ops.tril", (), late=True),
    bad("missing-argument", "ops.clip: 0.5", (6, 4)),
    bad("shape-mismatch", "ops.clip: {x_min: [0, 0, 0], x_max: 0.5}", (6, 4), late=True),
    bad("missing-input", "ops.full_like", (6, 4)),
    bad("shape-mismatch", "ops.full_like: [1, 2, 3]", (6, 4), late=True),
]
