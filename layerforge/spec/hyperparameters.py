"""Hyperparameters as a spec writes them: `{hp.Int: [32, 128, 32]}` in the place of any scalar."""

from __future__ import annotations

from typing import Any, TypeAlias

from layerforge.arguments import (
    Choice,
    Either,
    Flag,
    Found,
    ListOf,
    Optional,
    Parameter,
    Real,
    Signature,
    Text,
    Whole,
    read_arguments,
)
from layerforge.diagnostics import Diagnostic, Span, did_you_mean
from layerforge.expressions import Value
from layerforge.records import field, record
from layerforge.source import Mapping, Node, Scalar, Sequence

_SAMPLING = Parameter("sampling", Optional(Choice(("linear", "log", "reverse_log"))), "linear")
_SCALAR = Either((Whole(), Real(), Flag(), Text()), "a number, a word, true or false")


def _signature(name: str, *parameters: Parameter) -> Signature:
    own_name = Parameter("name", Optional(Text()), None)
    return Signature(name, (*parameters, own_name), "hyperparameter")


KINDS: dict[str, Signature] = {
    "hp.Int": _signature(
        "hp.Int",
        Parameter("min_value", Whole()),
        Parameter("max_value", Whole()),
        Parameter("step", Optional(Whole(1)), None),
        _SAMPLING,
        Parameter("default", Optional(Whole()), None),
    ),
    "hp.Float": _signature(
        "hp.Float",
        Parameter("min_value", Real()),
        Parameter("max_value", Real()),
        Parameter("step", Optional(Real(0.0, open_bottom=True)), None),
        _SAMPLING,
        Parameter("default", Optional(Real()), None),
    ),
    "hp.Choice": _signature(
        "hp.Choice",
        Parameter("values", ListOf(_SCALAR, at_least=1)),
        Parameter("ordered", Optional(Flag()), None),
        Parameter("default", Optional(_SCALAR), None),
    ),
    "hp.Boolean": _signature("hp.Boolean", Parameter("default", Flag(), False)),
    "hp.Fixed": _signature("hp.Fixed", Parameter("value", _SCALAR)),
}


@record
class Hyperparameter:
    """One dimension of the search space: its name, its KerasTuner kind and arguments, its place."""

    name: str
    kind: str
    arguments: dict[str, Any] = field(compare=False)
    span: Span = field(compare=False)

    @property
    def default(self) -> Value:
        """KerasTuner's rule: the `default`, else the minimum or the first choice."""
        values = self.arguments
        if self.kind == "hp.Fixed":
            return values["value"]  # type: ignore[no-any-return]
        if values.get("default") is not None:
            return values["default"]  # type: ignore[no-any-return]
        if self.kind == "hp.Boolean":
            return False
        return values["values"][0] if self.kind == "hp.Choice" else values["min_value"]  # type: ignore[no-any-return]


Written: TypeAlias = tuple[Scalar, Node]


def written(node: Node) -> Written | None:
    """The kind and the arguments where the node is a hyperparameter: a mapping of one key `hp.…`."""
    if isinstance(node, Mapping) and len(node.entries) == 1:
        key, value = node.entries[0]
        if key.text.startswith("hp."):
            return key, value
    return None


def read_hyperparameter(key: Scalar, node: Node, name: str, found: Found) -> Hyperparameter | None:
    """The hyperparameter that `key: node` writes; None after adding to `found` what is wrong."""
    signature = KINDS.get(key.text)
    if signature is None:
        help = did_you_mean(key.text, KINDS) or "there are " + ", ".join(KINDS)
        message = f"there is no hyperparameter kind `{key.text}`"
        found.append(Diagnostic("unknown-hyperparameter", message, key.span, help))
        return None
    arguments = read_arguments(signature, _spread(signature, node), key.span, found)
    if arguments is None:
        return None
    values = dict(arguments.values)
    low, high = values.get("min_value"), values.get("max_value")
    if low is not None and high is not None and low > high:
        message = f"the minimum {low} is above the maximum {high}"
        found.append(Diagnostic("empty-range", message, arguments.place("min_value", key.span)))
        return None
    wrong = _wrong(values)
    if wrong is not None:
        at, message = wrong
        found.append(Diagnostic("out-of-range", message, arguments.place(at, key.span)))
        return None
    return Hyperparameter(values.pop("name", None) or name, key.text, values, key.span)


def _wrong(values: dict[str, Any]) -> tuple[str, str] | None:
    """What of the values no search can take, and the argument to blame: KerasTuner's rules."""
    low, high, step = (values.get(name) for name in ("min_value", "max_value", "step"))
    sampling, default = values.get("sampling") or "linear", values.get("default")
    if low is not None and sampling != "linear":
        if low <= 0:
            return "min_value", f"`sampling: {sampling}` needs a minimum above 0, not {low}"
        if step is not None and step <= 1:
            return "step", f"with `sampling: {sampling}` the step multiplies: above 1, not {step}"
    if default is None:
        return None
    if low is not None and not low <= default <= high:
        return "default", f"the default {default} is not between {low} and {high}"
    if "values" in values and default not in values["values"]:
        return "default", f"the default {as_written(default)} is none of the values"
    return None


def _spread(signature: Signature, node: Node) -> Node:
    """The short list forms `[min, max]` and `[min, max, step]` as the mapping they stand for."""
    if not isinstance(node, Sequence) or signature.name not in ("hp.Int", "hp.Float"):
        return node
    names = [parameter.name for parameter in signature.parameters[:3]]
    if not 2 <= len(node.items) <= 3:
        return node
    pairs = zip(names, node.items, strict=False)
    return Mapping(tuple((Scalar(n, False, item.span), item) for n, item in pairs), node.span)


def as_written(value: Any) -> str:
    """A value as the text of a scalar that reads back as it."""
    if value is None:
        return "null"
    if isinstance(value, bool):
        return "true" if value else "false"
    return repr(value) if isinstance(value, float) else str(value)
