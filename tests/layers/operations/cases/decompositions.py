"""Cases of linear algebra."""

from tests.layers.case import bad, case

_SQUARE = ("cholesky", "cholesky_inverse", "det", "logdet", "eig", "eigh", "inv")

CASES = [
    *(case(f"ops.{name}", (3, 3)) for name in _SQUARE),
    *(case(f"ops.{name}", (2, 3, 3)) for name in _SQUARE),
    case("ops.cholesky: true", (3, 3)),
    case("ops.pinv", (3, 5)),
    case("ops.pinv: 0.1", (5, 3)),
    case("ops.matrix_rank", (3, 5)),
    case("ops.matrix_rank: 0.1", (3, 3)),
    case("ops.qr", (5, 3)),
    case("ops.qr", (3, 5)),
    case("ops.qr: complete", (5, 3)),
    case("ops.svd", (5, 3)),
    case("ops.svd: {full_matrices: false}", (3, 5)),
    case("ops.svd: {compute_uv: false}", (5, 3)),
    case("ops.solve", (3, 3), (3, 2)),
    case("ops.solve", (3, 3), (3,)),
    case("ops.solve_triangular: {lower: true}", (3, 3), (3, 2)),
    case("ops.solve_triangular", (3, 3), (3,)),
    case("ops.lstsq", (3,), (), batch=6),
    case("ops.lstsq: {rcond: 0.1}", (3,), (2,), batch=6),
]

BAD = [
    *(bad("shape-mismatch", f"ops.{name}", (3, 4)) for name in _SQUARE if name != "logdet"),
    bad("wrong-rank", "ops.inv", ()),
    bad("wrong-rank", "ops.pinv", ()),
    bad("unknown-dimension", "ops.qr", (None, 3)),
    bad("unknown-dimension", "ops.svd", (None, 3)),
    bad("wrong-type", "ops.qr: full", (5, 3)),
    bad("shape-mismatch", "ops.solve", (3, 3), (4, 2)),
    bad("shape-mismatch", "ops.solve", (3, 4), (3, 2)),
    bad("shape-mismatch", "ops.solve_triangular", (3, 3), (4,), late=True),
    bad("unknown-dimension", "ops.lstsq", (3,), (2,), late=True),
    bad("wrong-rank", "ops.lstsq", (3, 3), (3, 2)),
]
