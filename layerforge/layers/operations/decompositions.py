"""Linear algebra on the last two axes of a tensor: inverses, factors, determinants, solutions."""

from typing import Final

from layerforge.diagnostics import SpecError
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Flag
from layerforge.layers.operations.fitting import (
    ANY,
    all_known,
    check_length,
    known_dim,
    needs_rank,
    several,
)
from layerforge.layers.operations.kinds import Factorisation, OptionalNumber
from layerforge.layers.operations.operand import Operand, shape_of
from layerforge.layers.operations.registration import operation, register
from layerforge.shapes import Shape, text

TRIANGULAR: Final = {
    "cholesky": "Splits a positive definite matrix into a triangular one and its transpose.",
    "cholesky_inverse": "Gives the inverse of the matrix whose triangular factor this is.",
}
OF_SPECTRUM: Final = {
    "eig": "Gives the eigenvalues of a matrix, and as output 1 its eigenvectors.",
    "eigh": "Gives the eigenvalues of a symmetric matrix, and as output 1 its eigenvectors.",
}
DETERMINANTS: Final = {
    "det": "Takes the determinant of a matrix.",
    "logdet": "Takes the logarithm of the determinant of a positive definite matrix.",
}


def square(x: Shape) -> Shape:
    """The shape if its last two axes make a square. Raises SpecError otherwise."""
    rows, columns = needs_rank(x, 2, ANY)[-2:]
    if rows != columns:
        message = f"needs square matrices on its last two axes, not {rows} x {columns}"
        raise SpecError("shape-mismatch", message)
    return x


def _matrix(x: Shape) -> tuple[int, int]:
    """The rows and columns of a matrix whose size must be known."""
    rank, why = len(needs_rank(x, 2, ANY)), "Keras factors matrices of known size"
    return known_dim(x, rank - 2, why), known_dim(x, rank - 1, why)


def _triangular(x: Shape, *, upper: Flag = False) -> Effect:
    return Effect(square(x))


def _spectrum(x: Shape) -> Effect:
    return several((square(x)[:-1], x))


def _determinant(x: Shape) -> Effect:
    return Effect(square(x)[:-2])


for _name, _doc in TRIANGULAR.items():
    register(_name, _triangular, _doc)
for _name, _doc in OF_SPECTRUM.items():
    register(_name, _spectrum, _doc)
for _name, _doc in DETERMINANTS.items():
    register(_name, _determinant, _doc)


@operation()
def inv(x: Shape) -> Effect:
    """Gives the inverse of a matrix."""
    return Effect(square(x))


@operation()
def pinv(x: Shape, *, rcond: OptionalNumber = None) -> Effect:
    """Gives the pseudo-inverse of a matrix, which need not be square; small singular values are left out."""
    rows, columns = needs_rank(x, 2, ANY)[-2:]
    return Effect((*x[:-2], columns, rows))


@operation()
def matrix_rank(x: Shape, *, tol: OptionalNumber = None) -> Effect:
    """Counts the singular values of a matrix that lie above the tolerance."""
    return Effect(needs_rank(x, 2, ANY)[:-2])


@operation()
def qr(x: Shape, *, mode: Factorisation = "reduced") -> Effect:
    """Splits a matrix into an orthogonal one, and as output 1 a triangular one."""
    rows, columns = _matrix(x)
    inner = min(rows, columns) if mode == "reduced" else rows
    return several(((*x[:-2], rows, inner), (*x[:-2], inner, columns)))


@operation()
def svd(x: Shape, *, full_matrices: Flag = True, compute_uv: Flag = True) -> Effect:
    """Splits a matrix into rotation, singular values and rotation, the outputs 0, 1 and 2.

    With `compute_uv: false` it gives the singular values alone.
    """
    rows, columns = _matrix(x)
    few = min(rows, columns)
    values = (*x[:-2], few)
    if not compute_uv:
        return Effect(values)
    u = (*x[:-2], rows, rows if full_matrices else few)
    v = (*x[:-2], columns if full_matrices else few, columns)
    return several((u, values, v))


@operation()
def solve(a: Operand, b: Operand) -> Effect:
    """Gives the x with a x = b, for a square matrix a."""
    return _solved(shape_of(a), shape_of(b))


@operation()
def solve_triangular(a: Operand, b: Operand, *, lower: Flag = False) -> Effect:
    """Gives the x with a x = b, for a triangular matrix a."""
    return _solved(shape_of(a), shape_of(b))


def _solved(a: Shape, b: Shape) -> Effect:
    """The shape of b, whose matrices or vectors must be as long as those of a."""
    square(a)
    if len(b) not in (len(a) - 1, len(a)):
        message = f"needs in `b` as many axes as in `a`, {len(a)}, or one less, not {len(b)}"
        raise SpecError("wrong-rank", message, "b")
    at = len(a) - 2
    if a[at] != b[at]:
        message = (
            f"needs in `b` as many rows as in `a`: {text(a)} and {text(b)} have {a[at]} and {b[at]}"
        )
        raise SpecError("shape-mismatch", message, "b")
    return Effect(b)


@operation()
def lstsq(a: Operand, b: Operand, *, rcond: OptionalNumber = None) -> Effect:
    """Gives the x for which a x comes closest to b; the rows are the samples of the batch."""
    rows, right = needs_rank(a, 2, name="a"), needs_rank(b, 1, 2, "b")
    check_length(a, b, (0, 0), ("a", "b"))
    all_known((*rows, *right))
    return Effect((rows[1], *right[1:]))
