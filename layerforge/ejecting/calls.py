"""One call of a plan as a Python expression: a layer made and called, an operation, an index."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layerforge.ejecting.constants import constant
from layerforge.ejecting.layout import Expression, Group, arguments, keyword
from layerforge.ejecting.values import index, keywords, literal
from layerforge.graph import Ref
from layerforge.infer import Step
from layerforge.layers import Layer
from layerforge.layers.operations.registration import Rule

# Functions whose tensors are arguments of their own, where others take them as one list.
_SPREAD: Final = ("ops.einsum", "ops.meshgrid")
# Functions that give a list even of one tensor.
_LISTS: Final = ("ops.split", "ops.array_split", "ops.unstack", "ops.meshgrid", "ops.nonzero")
# A function with other arguments between its tensors, which go by their names.
_MIXED: Final = ("ops.image.scale_and_translate",)

Tensors = str | list[str]


def call_of(callee: Expression, step: Step, tensors: Mapping[Ref, str]) -> Expression:
    """The call of a layer or nested model."""
    call = step.call
    given = [tensors[ref] for ref in call.inputs]
    options = [keyword(name, (literal(each),)) for name, each in call.options.items()]
    if call.inner is not None:
        first: Tensors = given[0] if len(given) == 1 else given
        return (*callee, arguments([_tensors(first), *options]))
    positional, named = call.layer.type.arranged(given, _by_name(step, tensors))
    items = [_tensors(each) for each in positional]
    items += [keyword(name, _tensors(each)) for name, each in named.items()]
    made: Expression = (*callee, arguments([*items, *options]))
    return ("keras.tree.flatten", arguments([made])) if _is_nested(step) else made


def operation_of(step: Step, tensors: Mapping[Ref, str], sure: bool) -> Expression:
    """The call of a function of keras.ops, or an index; `sure` says that its tensors are float32."""
    call, entry = step.call, step.call.layer.type
    rule = entry.rule
    given, by_name = [tensors[ref] for ref in call.inputs], _by_name(step, tensors)
    if entry.name == "slice":
        return (*given, *map(str, by_name.values()), index(call.layer.values["key"]))
    assert isinstance(rule, Rule), entry.name
    positional, named = entry.placed(given, by_name)
    values = _values(call.layer, [tensors[ref] for ref in call.refs()], sure)
    if entry.variadic:
        items = _on_many(entry.name, positional, values)
    else:
        items = _on_slots(call.layer, rule, positional, named, values)
    return (f"keras.{entry.name}", arguments(items))


def gives_a_list(step: Step) -> bool:
    """Whether what the call gives has to be taken apart."""
    return len(step.outputs) > 1 or step.call.layer.type.name in _LISTS


def _values(layer: Layer, tensors: list[str], sure: bool) -> dict[str, Expression]:
    values = {}
    for key, given in layer.values.items():
        if key != "axes_lengths":
            values[key] = constant(layer, key, given, tensors, sure)
    return values


def _on_many(name: str, tensors: Sequence[str], values: dict[str, Expression]) -> list[Expression]:
    """The arguments of a function of any number of tensors; `subscripts` alone comes before them."""
    if name not in _SPREAD:
        return [_tensors(list(tensors)), *_named(values)]
    before = [values.pop("subscripts")] if "subscripts" in values else []
    return [*before, *((tensor,) for tensor in tensors), *_named(values)]


def _on_slots(
    layer: Layer,
    rule: Rule,
    positional: Sequence[str],
    named: Mapping[str, Any],
    values: dict[str, Expression],
) -> list[Expression]:
    """The arguments of a function: by place as long as every slot is filled, then by name."""
    free = [slot for slot in rule.slots if slot not in named and slot not in values]
    tensors = {**dict(zip(free, positional, strict=False)), **named}
    for key in layer.type.listed & tensors.keys():
        tensors[key] = tensors[key] if isinstance(tensors[key], list) else [tensors[key]]
    filled = {key: _tensors(each) for key, each in tensors.items()} | values
    items = []
    slots = rule.slots[:1] if layer.type.name in _MIXED else rule.slots
    for slot in slots:
        if slot not in filled:
            break
        items.append(filled.pop(slot))
    lengths = layer.values.get("axes_lengths") or {}
    return [*items, *_named(filled), *keywords(lengths)]


def _named(values: Mapping[str, Expression]) -> list[Expression]:
    return [keyword(name, each) for name, each in values.items()]


def _by_name(step: Step, tensors: Mapping[Ref, str]) -> dict[str, Tensors]:
    named: dict[str, Tensors] = {}
    for name, each in step.call.keywords.items():
        named[name] = tensors[each] if isinstance(each, Ref) else [tensors[ref] for ref in each]
    return named


def _tensors(given: Tensors) -> Expression:
    if isinstance(given, str):
        return (given,)
    return (Group("[", tuple((each,) for each in given), "]"),)


def _is_nested(step: Step) -> bool:
    """Whether Keras gives lists in lists: the states of cells, which a plan has in a row."""
    layer = step.call.layer
    return len(step.outputs) > 1 and (layer.type.name.endswith("Cell") or _holds_stack(layer))


def _holds_stack(given: Any) -> bool:
    if isinstance(given, tuple):
        return True
    if not isinstance(given, Layer):
        return False
    inner = [given.values[name] for name in ("cell", "layer") if name in given.values]
    return given.type.name == "StackedRNNCells" or any(_holds_stack(each) for each in inner)
