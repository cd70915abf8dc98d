"""Signatures: the arguments of anything written `Name: {argument: value}`, and their reading.

Reading one reports every fault in it, each at the narrowest text.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from typing import Any, Final

from layerforge.arguments.kind import INVALID, REQUIRED, Found, Kind, shown
from layerforge.diagnostics import Diagnostic, Span, did_you_mean
from layerforge.records import field, record
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, is_null

_Tried = dict[int, tuple[Any, Found]]  # by id of the node: what was read of it, and the faults


@record
class Parameter:
    """One argument: its Keras name, its kind, and its default (REQUIRED when it has none)."""

    name: str
    kind: Kind
    default: Any = REQUIRED
    doc: str = ""


@record
class Signature:
    """The arguments of something written `Name: {argument: value}`, in Keras's order.

    `noun` is what it is called in messages ("layer", "optimizer", "section").
    """

    name: str
    parameters: tuple[Parameter, ...]
    noun: str = "layer"
    doc: str = ""

    def parameter(self, name: str) -> Parameter | None:
        return next((p for p in self.parameters if p.name == name), None)


@record
class Arguments:
    """What was written for a signature: the values by name, and where each key and value stands."""

    values: Mapping[str, Any] = field(default_factory=dict)
    spans: Mapping[str, Span] = field(default_factory=dict)

    def place(self, arg: str | None, otherwise: Span) -> Span:
        """Where the argument's value stands, or `otherwise` for one that was not written."""
        return self.spans.get(arg, otherwise) if arg is not None else otherwise


def read_arguments(
    signature: Signature, node: Node | None, owner: Span, found: Found, bare: bool = True
) -> Arguments | None:
    """The arguments written in `node` for the signature; None after any fault.

    A scalar or list, or a mapping none of whose keys is an argument while the first argument takes
    mappings, is the first argument alone, unless `bare` forbids it.
    """
    before = len(found)
    tried: _Tried = {}
    entries = _entries(signature, node, found, bare, tried)
    if entries is None:
        return None
    values: dict[str, Any] = {}
    spans: dict[str, Span] = {}
    for key, value in entries:
        parameter = signature.parameter(key.text)
        if parameter is None:
            found.append(unknown_argument(signature, key))
            continue
        spans[key.text] = value.span if not _is_blank(value) else key.span
        values[key.text] = _read_one(parameter, key, value, found, tried)
    if len(found) == before:  # else a misspelt key was told, and most often it is the missing one
        found.extend(_missing(signature, entries, owner))
    return Arguments(values, spans) if len(found) == before else None


def _missing(
    signature: Signature, entries: Sequence[tuple[Scalar, Node]], owner: Span
) -> Iterator[Diagnostic]:
    """The diagnostic of the first argument that must be written and is not; its help has them all."""
    written = {key.text: value.text for key, value in entries if isinstance(value, Scalar)}
    names = [key.text for key, _ in entries]
    needed = [each for each in signature.parameters if each.default is REQUIRED]
    said = [*names, *(each.name for each in needed if each.name not in names)]
    pairs = ", ".join(f"{name}: {written.get(name, '...')}" for name in said)
    help = f"write `{signature.name}: {{{pairs}}}`" if signature.noun == "layer" else None
    for parameter in [each for each in needed if each.name not in names][:1]:
        message = f"{signature.name} needs `{parameter.name}`: {parameter.kind.noun}"
        yield Diagnostic("missing-argument", message, owner, help)


def _read_one(parameter: Parameter, key: Scalar, value: Node, found: Found, tried: _Tried) -> Any:
    """One value, its faults told in the name of its argument."""
    read, faults = tried.get(id(value)) or _try(parameter.kind, value)
    for fault in faults:
        span = fault.span
        if span == value.span and _is_blank(value):
            span = key.span
        message = fault.message
        if message.startswith("expected "):
            message = f"`{parameter.name}` must be {message.removeprefix('expected ')}"
        found.append(Diagnostic(fault.code, message, span, fault.help, fault.related))
    return read


def _entries(
    signature: Signature, node: Node | None, found: Found, bare: bool, tried: _Tried
) -> Sequence[tuple[Scalar, Node]] | None:
    if node is None or (is_null(node) and not (isinstance(node, Scalar) and node.text)):
        return ()
    first = signature.parameters[0] if signature.parameters else None
    if isinstance(node, MappingNode):
        names = {parameter.name for parameter in signature.parameters}
        alone = bare and first is not None and node.entries and not names.intersection(node.keys())
        if not (alone and first is not None and _takes_mapping(first.kind, node, tried)):
            return node.entries
    if first is None or not bare:
        message = f"{signature.name} takes named arguments, not {shown(node)}"
        if not signature.parameters:
            message = f"{signature.name} takes no arguments, but was given {shown(node)}"
        found.append(Diagnostic("wrong-type", message, node.span))
        return None
    return ((Scalar(first.name, False, node.span), node),)


def _takes_mapping(kind: Kind, node: MappingNode, tried: _Tried) -> bool:
    """Whether a mapping could be a value of this kind: tried by reading it, once.

    What was read is kept in `tried`: to read it again would double the work with every level.
    """
    value, faults = tried[id(node)] = _try(kind, node)
    if any(fault.code == "unknown-component" and fault.help is None for fault in faults):
        return False  # `Adam: {lr: 0.1}` means an argument, not a schedule of that name
    return value is not INVALID or all(fault.span != node.span for fault in faults)


def _try(kind: Kind, node: Node) -> tuple[Any, Found]:
    faults: Found = []
    return kind.read(node, faults), faults


def _is_blank(node: Node) -> bool:
    return isinstance(node, Scalar) and node.text == "" and not node.quoted


_RATE: Final = "write `optimizer: {Adam: {learning_rate: 0.001}}`"
_STOPPING: Final = "write `callbacks: [{EarlyStopping: {patience: 5, restore_best_weights: true}}]`"
_SPLIT: Final = "write `split: {train: 0.7, validation: 0.1, test: 0.2}` under `data:`"
_INPUT: Final = "a spec says it once, above the layers: `input: [96, 7]` under `model:`"
_FORMER: Final = {  # what layers and optimizers of earlier versions of Keras took
    "input_shape": _INPUT,
    "batch_input_shape": _INPUT,
    "input_dim": _INPUT,
    "input_length": _INPUT,
    "alpha": "did you mean `negative_slope`?",
    "lr": "did you mean `learning_rate`?",
}
_ELSEWHERE: Final = {  # what people look for in a section, and where it is said
    ("train", "lr"): _RATE,
    ("train", "learning_rate"): _RATE,
    ("train", "early_stopping"): _STOPPING,
    ("train", "patience"): _STOPPING,
    ("train", "validation_split"): _SPLIT,
}


def unknown_argument(signature: Signature, key: Scalar) -> Diagnostic:
    """The diagnostic of a key that the signature does not have."""
    names = [parameter.name for parameter in signature.parameters]
    help = _ELSEWHERE.get((signature.name, key.text)) or did_you_mean(key.text, names)
    former = _FORMER.get(key.text)
    if former and (former is _INPUT or former.split("`")[1] in names):
        help = former
    if help is None and names:
        most = ", ".join(names[:8]) + (", ..." if len(names) > 8 else "")
        help = f"{signature.name} takes {most}"
    message = f"{signature.name} has no argument `{key.text}`"
    if signature.noun == "section":
        message = f"`{signature.name}` has no key `{key.text}`"
    return Diagnostic("unknown-argument", message, key.span, help)


def signature_of(rule: Callable[..., Any], noun: str = "layer") -> Signature:
    """The signature of a rule's keyword-only parameters `name: Annotated[type, Kind] = default`."""
    defaults = rule.__kwdefaults__ or {}
    code = rule.__code__
    names = code.co_varnames[code.co_argcount : code.co_argcount + code.co_kwonlyargcount]
    parameters = tuple(
        Parameter(name, rule.__annotations__[name].__metadata__[0], defaults.get(name, REQUIRED))
        for name in names
    )
    return Signature(rule.__name__, parameters, noun, rule.__doc__ or "")
