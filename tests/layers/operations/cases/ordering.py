"""Cases of operations that sort, accumulate, count and look up."""

from layerforge.layers.operations.ordering import RUNNING, SORTED
from tests.layers.case import bad, case

CASES = [
    *(case(f"ops.{name}", (6, 4)) for name in (*RUNNING, *SORTED)),
    *(case(f"ops.{name}: 1", (6, 4)) for name in (*RUNNING, *SORTED)),
    *(case(f"ops.{name}: {{axis: null}}", (6, 4)) for name in SORTED),
    *(case(f"ops.{name}", (6, 4), batch=3) for name in RUNNING),
    *(case(f"ops.{name}: {{axis: -1, dtype: float32}}", (None, 4)) for name in RUNNING),
    case("ops.top_k: 2", (6, 4)),
    case("ops.top_k: {k: 4, sorted: false}", (6, 4)),
    case("ops.top_k: 2", (6, None)),
    case("ops.in_top_k: {k: 2}", (), (5,), dtype="int32 float32"),
    case("ops.in_top_k: {targets: [0, 1, 2], k: 2}", (5,), batch=3),
    case("ops.searchsorted: {sorted_sequence: [0.1, 0.5]}", ()),
    case("ops.searchsorted: {values: [0.1, 0.5], side: right}", ()),
    case("ops.digitize: [0.1, 0.5]", (6, 4)),
    case("ops.digitize: {bins: [0.1, 0.5, 0.7]}", (None, 4)),
    case("ops.bincount", (6,), dtype="int32"),
    case("ops.bincount: {minlength: 6}", (6,), dtype="int32"),
    case("ops.bincount", (), dtype="int32"),
    case("ops.unique", (6,), dtype="int32"),
    case("ops.unique: {axis: 1}", (6,), dtype="int32"),
    case("ops.unique: {size: 4, fill_value: 9}", (6,), dtype="int32"),
    case(
        "ops.unique: {return_index: true, return_inverse: true, return_counts: true}",
        (6,),
        dtype="int32",
    ),
    case("ops.unique: {axis: 1, return_inverse: true}", (6,), dtype="int32"),
    case("ops.nonzero", (6, 4)),
    case("ops.nonzero", ()),
]

BAD = [
    bad("wrong-axis", "ops.cumsum: 3", (6, 4)),
    bad("wrong-axis", "ops.sort: 3", (6, 4)),
    bad("out-of-range", "ops.top_k: 5", (6, 4), late=True),
    bad("wrong-rank", "ops.in_top_k: {k: 2}", (), (), dtype="int32 float32", late=True),
    bad("wrong-rank", "ops.searchsorted: {sorted_sequence: [[1, 2]]}", ()),
    bad("wrong-rank", "ops.searchsorted: {sorted_sequence: [1, 2]}", (6,), late=True),
    bad("wrong-rank", "ops.digitize: [[0.1], [0.5]]", (6, 4)),
    bad("wrong-rank", "ops.bincount", (6, 4), dtype="int32", late=True),
    bad("wrong-axis", "ops.unique: {axis: 3}", (6,), dtype="int32"),
]
