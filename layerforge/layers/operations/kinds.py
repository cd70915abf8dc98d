"""The kinds of arguments that operations take and layers do not."""

from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import (
    Choice,
    Either,
    Flag,
    Found,
    ListOf,
    Optional,
    Real,
    Whole,
    refuse,
)
from layerforge.records import record
from layerforge.source import Node, Scalar


@record
class Endless:
    """`inf` or `-inf`, as a number."""

    @property
    def noun(self) -> str:
        return "`inf` or `-inf`"

    def read(self, node: Node, found: Found) -> Any:
        """The number, or INVALID after telling that it is none."""
        word = node.text.replace(".", "") if isinstance(node, Scalar) else ""
        return float(word) if word in ("inf", "-inf") else refuse(found, node, self.noun)

    def schema(self) -> dict[str, Any]:
        return {"enum": ["inf", "-inf", ".inf", "-.inf"]}


DTYPES: Final = (
    "float16",
    "float32",
    "float64",
    "bfloat16",
    "float8_e4m3fn",
    "float8_e5m2",
    "int8",
    "int16",
    "int32",
    "int64",
    "uint8",
    "uint16",
    "uint32",
    "uint64",
    "bool",
    "string",
    "complex64",
    "complex128",
)
_AXIS: Final = Whole(-16, 16)
_AXES: Final = Either(
    (_AXIS, ListOf(_AXIS, at_least=1)), "a whole number from -16 to 16 or a list of them"
)
_SIZES: Final = Either((Whole(1), ListOf(Whole(1), at_least=1)))
_PAIR: Final = ListOf(Whole(0), length=2)

Axes: TypeAlias = Annotated[int | tuple[int, ...] | None, Optional(_AXES)]
RequiredAxes: TypeAlias = Annotated[int | tuple[int, ...], _AXES]
OptionalAxis: TypeAlias = Annotated[int | None, Optional(_AXIS)]
AxisList: TypeAlias = Annotated[tuple[int, ...] | None, Optional(ListOf(_AXIS, at_least=1))]
AxisTuple: TypeAlias = Annotated[tuple[int, ...], ListOf(_AXIS, at_least=1)]
TwoAxes: TypeAlias = Annotated[tuple[int, int], ListOf(_AXIS, length=2)]

Dtype: TypeAlias = Annotated[str, Choice(DTYPES)]
OptionalDtype: TypeAlias = Annotated[str | None, Optional(Choice(DTYPES))]
OptionalFlag: TypeAlias = Annotated[bool | None, Optional(Flag())]
OptionalNumber: TypeAlias = Annotated[float | None, Optional(Real())]
OptionalInteger: TypeAlias = Annotated[int | None, Optional(Whole())]
OptionalNonNegative: TypeAlias = Annotated[int | None, Optional(Whole(0))]
Limit: TypeAlias = Annotated[
    float | tuple[float, ...], Either((Real(), ListOf(Real(), at_least=1)))
]
Repeats: TypeAlias = Annotated[
    int | tuple[int, ...], Either((Whole(0), ListOf(Whole(0), at_least=1)))
]
Shifts: TypeAlias = Annotated[int | tuple[int, ...], Either((Whole(), ListOf(Whole(), at_least=1)))]
Sections: TypeAlias = Annotated[
    int | tuple[int, ...], Either((Whole(1), ListOf(Whole(0), at_least=1)))
]
Positions: TypeAlias = Annotated[tuple[float, ...] | None, Optional(ListOf(Real(), at_least=2))]
Dims: TypeAlias = Annotated[tuple[int, ...], ListOf(Whole(0), single=True)]
Extents: TypeAlias = Annotated[tuple[int, ...], ListOf(Whole(-1), at_least=1)]
Sizes: TypeAlias = Annotated[int | tuple[int, ...], _SIZES]
SizeList: TypeAlias = Annotated[tuple[int, ...], ListOf(Whole(1), at_least=1)]
OptionalSizes: TypeAlias = Annotated[int | tuple[int, ...] | None, Optional(_SIZES)]
Pair: TypeAlias = Annotated[int | tuple[int, int], Either((Whole(1), ListOf(Whole(1), length=2)))]
PaddingPair: TypeAlias = Annotated[int | tuple[int, int], Either((Whole(0), _PAIR))]
RealPair: TypeAlias = Annotated[tuple[float, float], ListOf(Real(0.0, open_bottom=True), length=2)]
SizePair: TypeAlias = Annotated[tuple[int, int], ListOf(Whole(1), length=2)]
PadWidth: TypeAlias = Annotated[
    tuple[tuple[int, int], ...],
    ListOf(
        _PAIR,
        at_least=1,
        name="a list of pairs [before, after], one for each axis, the batch's [0, 0] first",
    ),
]
ContractedAxes: TypeAlias = Annotated[
    int | tuple[tuple[int, ...], tuple[int, ...]],
    Either(
        (Whole(0, 16), ListOf(ListOf(_AXIS), length=2)),
        "a whole number, or two lists of axes: those of `x1` and those of `x2`",
    ),
]
Order: TypeAlias = Annotated[
    float | str | None,
    Optional(
        Either(
            (Endless(), Choice(("fro", "nuc")), Real()), "a number, `inf`, `-inf`, `fro` or `nuc`"
        )
    ),
]
Side: TypeAlias = Annotated[str, Choice(("left", "right"))]
Indexing: TypeAlias = Annotated[str, Choice(("xy", "ij"))]
QuantileMethod: TypeAlias = Annotated[
    str, Choice(("linear", "lower", "higher", "midpoint", "nearest"))
]
PadMode: TypeAlias = Annotated[str, Choice(("constant", "reflect", "symmetric"))]
SlidingMode: TypeAlias = Annotated[str, Choice(("valid", "same", "full"))]
Reduction: TypeAlias = Annotated[str | None, Optional(Choice(("add", "max", "min", "mul")))]
WindowName: TypeAlias = Annotated[str | None, Optional(Choice(("hann", "hamming")))]
Factorisation: TypeAlias = Annotated[str, Choice(("reduced", "complete"))]
Interpolation: TypeAlias = Annotated[
    str, Choice(("bilinear", "nearest", "bicubic", "lanczos3", "lanczos5", "area"))
]
Warping: TypeAlias = Annotated[str, Choice(("nearest", "bilinear"))]
DecodingStrategy: TypeAlias = Annotated[str, Choice(("greedy", "beam_search"))]
FillMode: TypeAlias = Annotated[str, Choice(("constant", "nearest", "wrap", "mirror", "reflect"))]
WarpingFill: TypeAlias = Annotated[str, Choice(("constant", "nearest", "wrap", "reflect"))]
ScalingMethod: TypeAlias = Annotated[
    str,
    Choice(
        (
            "linear",
            "bilinear",
            "trilinear",
            "cubic",
            "bicubic",
            "tricubic",
            "lanczos3",
            "lanczos5",
        )
    ),
]
OutputShape: TypeAlias = Annotated[tuple[int | None, ...], ListOf(Optional(Whole(1)), at_least=1)]
PadFill: TypeAlias = Annotated[str, Choice(("constant",))]
SplineOrder: TypeAlias = Annotated[int, Whole(0, 1)]
