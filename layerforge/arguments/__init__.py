"""What an argument may be, and how the text of a spec becomes its value: kinds, parameters, signatures."""

from layerforge.arguments.kind import INVALID, REQUIRED, Found, Kind, refuse, shown
from layerforge.arguments.numbers import LARGEST, Real, Whole
from layerforge.arguments.signature import (
    Arguments,
    Parameter,
    Signature,
    read_arguments,
    signature_of,
    unknown_argument,
)
from layerforge.arguments.words import (
    Anything,
    Choice,
    Either,
    Flag,
    ListOf,
    Literal,
    Optional,
    Text,
    TypeName,
    plain,
)

__all__ = [
    "INVALID",
    "LARGEST",
    "REQUIRED",
    "Anything",
    "Arguments",
    "Choice",
    "Either",
    "Flag",
    "Found",
    "Kind",
    "ListOf",
    "Literal",
    "Optional",
    "Parameter",
    "Real",
    "Signature",
    "Text",
    "TypeName",
    "Whole",
    "plain",
    "read_arguments",
    "refuse",
    "shown",
    "signature_of",
    "unknown_argument",
]
