"""Cases of operations on two tensors, or on one and a constant."""

from layerforge.layers.operations.pairwise import BITS, BROADCAST, BROADCAST_ARRAYS, BROADCAST_KNOWN
from tests.layers.case import bad, case

_WHOLE = {*BITS, *BROADCAST_KNOWN}


def _dtype(name: str) -> str | None:
    return "int32" if name in _WHOLE else "bool" if name.startswith("logical") else None


CASES = [
    *(case(f"ops.{name}", (6, 4), (6, 4), dtype=_dtype(name)) for name in (*BROADCAST, *BITS)),
    *(case(f"ops.{name}: 2", (6, 4), dtype=_dtype(name)) for name in (*BROADCAST, *BITS)),
    *(case(f"ops.{name}: {{x1: 2}}", (6, 4), dtype=_dtype(name)) for name in BROADCAST),
    case("ops.ldexp", (6, 4), (6, 4), dtype="float32 int32"),
    case("ops.ldexp: [1, 2, 3, 4]", (6, 4)),
    case("ops.ldexp: {x1: 2}", (6, 4), dtype="int32"),
    *(case(f"ops.{name}", (6, 4), (6, 4), dtype="int32", batch=3) for name in BROADCAST_KNOWN),
    *(case(f"ops.{name}: 2", (6, 4), dtype="int32", batch=3) for name in BROADCAST_KNOWN),
    *(case(f"ops.{name}", (6, 1), (1, 4)) for name in BROADCAST_ARRAYS),
    *(case(f"ops.{name}: 0.5", (6, 4)) for name in BROADCAST_ARRAYS),
    *(case(f"ops.{name}: [1, 2, 3, 1]", (6, 4), dtype="int32") for name in BITS),
    case("ops.add", (None, 4), (1, 4)),
    case("ops.add", (None, 4), (6, 4)),
    case("ops.add", (6, 4), (6, 4), batch=2),
    case("ops.add", (1, 4), (4,)),
    case("ops.add", (4,), (1, 4)),
    case("ops.add", (), ()),
    case("ops.add", x1=(6, 4), x2=(6, 1)),
    case("ops.multiply: 0.5", (6, 4)),
    case("ops.multiply: 0.5", (6, 4), dtype="float16"),
    case("ops.multiply: [0.5, 1]", (6, 1), dtype="float16"),
    case("ops.multiply: [1, 2, 3]", (6, 1)),
    case("ops.multiply: [[1.5], [2]]", (2, 4)),
    case("ops.multiply: {x2: [[[1], [2]], [[3], [4]]]}", (2, 2, 1)),
    case("ops.subtract: {x1: 1.0}", (6, 4)),
    case("ops.subtract: {x1: [1, 2, 3, 4]}", (6, 1)),
    case("ops.equal: true", (6, 4), dtype="bool"),
    case("ops.minimum: inf", (6, 4)),
    case("ops.maximum: -inf", (6, 4)),
    case("ops.bitwise_and", (6, 4), (1, 4), dtype="int32"),
    case("ops.left_shift: 1", (6, 4), dtype="int32"),
    case("ops.isclose", (6, 4), (6, 1)),
    case("ops.isclose: {x2: 0.5, rtol: 0.1, atol: 0, equal_nan: true}", (6, 4)),
    case("ops.allclose", (6, 4), (6, 4)),
    case("ops.allclose: {x2: 0.5, rtol: 0.1}", (6, 4)),
    case("ops.where", (6, 4), (6, 1), (1, 4)),
    case("ops.where: {x1: 1.0, x2: 0.0}", (6, 4), dtype="bool"),
    case("ops.where: {x1: [1, 2, 3, 4], x2: -inf}", (6, 1), dtype="bool"),
    case("ops.where: {x2: 0}", (6, 4), (6, 4), dtype="bool float32"),
    case("ops.where: {x2: 0}", condition=(6, 4), x1=(6, 1)),
    case("ops.polar", (6, 4), (6, 4)),
    case("ops.polar: 0.5", (6, 4)),
]

BAD = [
    bad("unknown-dimension", "ops.gcd: 2", (6, 4), dtype="int32", late=True),
    bad("missing-input", "ops.add", (6, 4)),
    bad("too-many-inputs", "ops.add", (6, 4), (6, 4), (6, 4)),
    bad("too-many-inputs", "ops.add: 1", (6, 4), (6, 4)),
    bad("shape-mismatch", "ops.add", (6, 4), (6, 3)),
    bad("shape-mismatch", "ops.add: [1, 2, 3]", (6, 4)),
    bad("shape-mismatch", "ops.multiply", (6, 4), (4,), late=True),
    bad("wrong-type", "ops.add: two", (6, 4)),
    bad("wrong-length", "ops.add: [[1, 2], [3]]", (6, 2)),
    bad("wrong-length", "ops.add: []", (6, 2)),
    bad("unknown-input", "ops.add", x1=(6, 4), y=(6, 4)),
    bad("shape-mismatch", "ops.bitwise_and", (6, 1), (6, 4), dtype="int32", late=True),
    bad("shape-mismatch", "ops.where: {x1: 1, x2: [1, 2, 3]}", (6, 4)),
    bad("missing-input", "ops.where: 1", (6, 4)),
    bad("conflicting-arguments", "ops.add: {x2: 1}", x1=(6, 4), x2=(6, 4)),
]
