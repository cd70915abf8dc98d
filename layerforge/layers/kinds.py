"""The kinds of layer arguments, under the names that rules annotate their parameters with."""

from typing import Annotated, Any, Final, TypeAlias

from layerforge.arguments import (
    INVALID,
    Choice,
    Either,
    Found,
    ListOf,
    Literal,
    Optional,
    Parameter,
    Real,
    Signature,
    Text,
    Whole,
    read_arguments,
    refuse,
)
from layerforge.arguments import (
    Flag as FlagKind,
)
from layerforge.components import ComponentOf
from layerforge.records import record
from layerforge.source import Mapping, Node


@record
class Numbers:
    """A mapping of a few names, any of which may be left out, to numbers."""

    title: str
    names: tuple[str, ...]

    @property
    def noun(self) -> str:
        return f"a mapping of {', '.join(self.names)} to numbers"

    def read(self, node: Node, found: Found) -> Any:
        if not isinstance(node, Mapping):
            return refuse(found, node, self.noun)
        parameters = tuple(Parameter(name, Real(), None) for name in self.names)
        section = Signature(self.title, parameters, "section")
        arguments = read_arguments(section, node, node.span, found, bare=False)
        return INVALID if arguments is None else dict(arguments.values)

    def schema(self) -> dict[str, Any]:
        properties = {name: Real().schema() for name in self.names}
        return {"type": "object", "properties": properties, "additionalProperties": False}


SWITCH: Final = FlagKind()  # the kind of a call option such as `training`

Positive: TypeAlias = Annotated[int, Whole(1)]
NonNegative: TypeAlias = Annotated[int, Whole(0)]
OptionalPositive: TypeAlias = Annotated[int | None, Optional(Whole(1))]
Integer: TypeAlias = Annotated[int, Whole()]
Number: TypeAlias = Annotated[float, Real()]
Epsilon: TypeAlias = Annotated[float, Real(0.0)]
Fraction: TypeAlias = Annotated[float, Real(0.0, 1.0)]
Flag: TypeAlias = Annotated[bool, FlagKind()]
Word: TypeAlias = Annotated[str, Text()]
Seed: TypeAlias = Annotated[int | None, Optional(Whole(0))]
Axis: TypeAlias = Annotated[int, Whole(-16, 16)]

OptionalNumber: TypeAlias = Annotated[float | None, Optional(Real())]
NonNegativeNumber: TypeAlias = Annotated[float, Real(0.0)]
OptionalNonNegativeNumber: TypeAlias = Annotated[float | None, Optional(Real(0.0))]
OptionalFlag: TypeAlias = Annotated[bool | None, Optional(FlagKind())]
OptionalWord: TypeAlias = Annotated[str | None, Optional(Text())]
_AXIS: Final = Whole(-16, 16)
Axes: TypeAlias = Annotated[int | tuple[int, ...], Either((_AXIS, ListOf(_AXIS, at_least=1)))]
AxisPair: TypeAlias = Annotated[int | tuple[int, int], Either((_AXIS, ListOf(_AXIS, length=2)))]
OptionalAxes: TypeAlias = Annotated[
    int | tuple[int, ...] | None, Optional(Either((_AXIS, ListOf(_AXIS, at_least=1))))
]
SampleAxes: TypeAlias = Annotated[  # counted from 1, since the batch is 0
    int | tuple[int, ...] | None, Optional(Either((Whole(1, 16), ListOf(Whole(1, 16)))))
]
Groups: TypeAlias = Annotated[int, Either((Whole(1), Literal("-1", -1)))]

# A size along each of n spatial axes: one number for all of them, or a list of n.
Sizes: TypeAlias = int | tuple[int, ...]
Sizes1: TypeAlias = Annotated[Sizes, Either((Whole(1), ListOf(Whole(1), length=1)))]
Sizes2: TypeAlias = Annotated[Sizes, Either((Whole(1), ListOf(Whole(1), length=2)))]
Sizes3: TypeAlias = Annotated[Sizes, Either((Whole(1), ListOf(Whole(1), length=3)))]
OptionalSizes1: TypeAlias = Annotated[
    Sizes | None, Optional(Either((Whole(1), ListOf(Whole(1), length=1))))
]
OptionalSizes2: TypeAlias = Annotated[
    Sizes | None, Optional(Either((Whole(1), ListOf(Whole(1), length=2))))
]
OptionalSizes3: TypeAlias = Annotated[
    Sizes | None, Optional(Either((Whole(1), ListOf(Whole(1), length=3))))
]

# Zeros allowed: what a transposed convolution adds at the end of each axis.
OutputPadding1: TypeAlias = Annotated[
    Sizes | None, Optional(Either((Whole(0), ListOf(Whole(0), length=1))))
]
OutputPadding2: TypeAlias = Annotated[
    Sizes | None, Optional(Either((Whole(0), ListOf(Whole(0), length=2))))
]
OutputPadding3: TypeAlias = Annotated[
    Sizes | None, Optional(Either((Whole(0), ListOf(Whole(0), length=3))))
]

Padding: TypeAlias = Annotated[str, Choice(("valid", "same"))]
CausalPadding: TypeAlias = Annotated[str, Choice(("valid", "same", "causal"))]
DataFormat: TypeAlias = Annotated[str | None, Optional(Choice(("channels_last", "channels_first")))]
MergeMode: TypeAlias = Annotated[str | None, Optional(Choice(("concat", "sum", "mul", "ave")))]
CudnnChoice: TypeAlias = Annotated[bool | str, Either((FlagKind(), Literal("auto", "auto")))]
TargetShape: TypeAlias = Annotated[tuple[int, ...], ListOf(Whole(-1), single=True)]
OutputShape: TypeAlias = Annotated[
    int | tuple[int, ...] | None, Optional(Either((Whole(1), ListOf(Whole(1), at_least=1))))
]
PartialShape: TypeAlias = Annotated[
    int | tuple[int | None, ...], Either((Whole(1), ListOf(Optional(Whole(1)), at_least=1)))
]
NoiseShape: TypeAlias = Annotated[
    tuple[int | None, ...] | None, Optional(ListOf(Optional(Whole(1))))
]
Clipping: TypeAlias = Annotated[
    dict[str, float] | None, Optional(Numbers("renorm_clipping", ("rmax", "rmin", "dmax")))
]
Permutation: TypeAlias = Annotated[tuple[int, ...], ListOf(Whole(), single=True)]
Interpolation: TypeAlias = Annotated[
    str, Choice(("nearest", "bilinear", "bicubic", "lanczos3", "lanczos5"))
]
ScoreMode: TypeAlias = Annotated[str, Choice(("dot", "concat"))]

# How much to cut or add at both ends of n axes: a number for all, or for each axis one or two.
Margins: TypeAlias = int | tuple[int | tuple[int, int], ...]
_ENDS: Final = Either((Whole(0), ListOf(Whole(0), length=2)))
Margins1: TypeAlias = Annotated[int | tuple[int, int], _ENDS]
Margins2: TypeAlias = Annotated[Margins, Either((Whole(0), ListOf(_ENDS, length=2)))]
Margins3: TypeAlias = Annotated[Margins, Either((Whole(0), ListOf(_ENDS, length=3)))]

Activation: TypeAlias = Annotated[Any, Optional(ComponentOf("activations"))]
RequiredActivation: TypeAlias = Annotated[Any, ComponentOf("activations")]
Initializer: TypeAlias = Annotated[Any, Optional(ComponentOf("initializers"))]
RequiredInitializer: TypeAlias = Annotated[Any, ComponentOf("initializers")]
Regularizer: TypeAlias = Annotated[Any, Optional(ComponentOf("regularizers"))]
Constraint: TypeAlias = Annotated[Any, Optional(ComponentOf("constraints"))]


def each(sizes: Sizes, rank: int) -> tuple[int, ...]:
    """The sizes along `rank` axes."""
    return (sizes,) * rank if isinstance(sizes, int) else sizes


def margins(given: Margins, rank: int) -> tuple[tuple[int, int], ...]:
    """What is cut or added at the start and the end of `rank` axes."""
    every = (given,) * rank if isinstance(given, int) else given
    return tuple((ends, ends) if isinstance(ends, int) else ends for ends in every)
