"""Random calls over the whole catalog: its cases, with arguments and shapes drawn anew."""

from __future__ import annotations

import json
from random import Random
from typing import Any, Final

from layerforge.arguments import Choice, Either, Flag, ListOf, Literal, Optional, Real, Whole, plain
from layerforge.arguments.kind import Kind
from layerforge.components import ComponentOf
from layerforge.layers import LayerType, find
from layerforge.records import replace
from layerforge.source import Mapping as MappingNode
from tests.layers.case import Case, Sample, nodes
from tests.layers.families import CASES as LAYERS
from tests.layers.operations.families import CASES as OPERATIONS

# What gives no floating-point numbers, so that other layers may not take it.
INTEGERS: Final = ("Hash", "Lookup", "TextVectorization", "Discretization")
NOTHING: Final = object()  # a kind whose values cannot be drawn: text with a form, nested layers
_COMPONENTS: Final = {
    "activations": ("relu", "tanh", "softmax", "gelu", "linear", "hard_sigmoid", "leaky_relu"),
    "initializers": ("zeros", "ones", "he_normal", "glorot_uniform", "random_normal"),
    "regularizers": ("l1", "l2", "L1L2"),
    "constraints": ("max_norm", "non_neg", "unit_norm"),
    "dtype_policies": ("float32", "mixed_float16", "mixed_bfloat16"),
}
_COMMON: Final = ("activity_regularizer", "autocast", "name")  # nothing of a shape hangs on these


def variation(dice: Random) -> Case:
    """A case of the catalog, of layers as often as of operations, with up to three changes."""
    case = dice.choice(LAYERS if dice.random() < 0.6 else OPERATIONS)
    for _ in range(dice.choice((1, 1, 2, 3))):
        case = _changed(case, dice)
    return case


def _changed(case: Case, dice: Random) -> Case:
    if dice.random() < 0.6:
        return _other_argument(case, dice)
    return _other_shape(case, dice)


def _other_argument(case: Case, dice: Random) -> Case:
    """The case with an argument drawn anew, or left out."""
    key, node = nodes(case.layer)
    entry = find(key.text)
    assert entry is not None
    fixed = {*_COMMON, "dtype"} if _is_typed(entry) else _COMMON
    parameters = [p for p in entry.signature.parameters if p.name not in fixed]
    if not parameters:
        return case
    values = _written(entry, node)
    parameter = dice.choice(parameters)
    drawn = draw(parameter.kind, dice)
    if dice.random() < 0.2:
        values.pop(parameter.name, None)
    elif drawn is not NOTHING:
        values[parameter.name] = drawn
    arguments = f": {json.dumps(values)}" if values else ""
    return replace(case, layer=f"{key.text}{arguments}") if values != {} else _bare(case, key.text)


def _is_typed(entry: LayerType) -> bool:
    """Whether some types are none that Keras can compute it in, which is no matter of shapes."""
    return entry.is_operation or any(word in entry.name for word in INTEGERS)


def _bare(case: Case, name: str) -> Case:
    return replace(case, layer=name)


def _written(entry: LayerType, node: Any) -> dict[str, Any]:
    """The arguments by name, also where the first stands alone."""
    if node is None:
        return {}
    names = [parameter.name for parameter in entry.signature.parameters]
    if isinstance(node, MappingNode) and set(node.keys()) & set(names):
        found: dict[str, Any] = plain(node)
        return dict(found)
    return {names[0]: plain(node)}


def draw(kind: Kind, dice: Random) -> Any:
    """A value of the kind as YAML (and JSON) would hold it; NOTHING where none can be drawn."""
    if isinstance(kind, Optional):
        return None if dice.random() < 0.25 else draw(kind.kind, dice)
    if isinstance(kind, Either):
        return draw(dice.choice(kind.kinds), dice)
    if isinstance(kind, ListOf):
        return _list(kind, dice)
    if isinstance(kind, Whole):
        return _whole(kind, dice)
    if isinstance(kind, Real):
        fitting = [n for n in (0, 0.1, 0.5, 1, 2, -1) if kind.minimum <= n <= kind.maximum]
        return dice.choice(fitting or [kind.minimum])
    return _word(kind, dice)


def _word(kind: Kind, dice: Random) -> Any:
    if isinstance(kind, Flag):
        return dice.random() < 0.5
    if isinstance(kind, Choice):
        return dice.choice(kind.words)
    if isinstance(kind, Literal):
        return kind.value
    if isinstance(kind, ComponentOf) and kind.category in _COMPONENTS:
        return dice.choice(_COMPONENTS[kind.category])
    return NOTHING


def _whole(kind: Whole, dice: Random) -> int:
    small = [n for n in (-2, -1, 0, 1, 1, 2, 2, 3, 4, 5, 6, 8) if kind.minimum <= n <= kind.maximum]
    return dice.choice(small or [kind.minimum])


def _list(kind: ListOf, dice: Random) -> Any:
    length = kind.length or dice.randrange(max(kind.at_least, 1), 4)
    items = [draw(kind.kind, dice) for _ in range(length)]
    return NOTHING if NOTHING in items else items


def _other_shape(case: Case, dice: Random) -> Case:
    """The case with one axis of one of its tensors of another length, free, gone or new."""
    places: list[tuple[str, int]] = [("", at) for at in range(len(case.shapes))]
    places += [(name, 0) for name, value in case.named.items() if not isinstance(value, list)]
    if not places:
        return case
    name, at = dice.choice(places)
    if name:
        return replace(case, named={**case.named, name: _reshaped(case.named[name], dice)})
    shapes = list(case.shapes)
    shapes[at] = _reshaped(shapes[at], dice)
    return replace(case, shapes=tuple(shapes))


def _reshaped(shape: Sample, dice: Random) -> Sample:
    axes = list(shape)
    kind = dice.random()
    if kind < 0.1 and axes:
        axes.pop(dice.randrange(len(axes)))
    elif kind < 0.2:
        axes.insert(dice.randrange(len(axes) + 1), dice.choice((1, 2, 5)))
    elif axes:
        axes[dice.randrange(len(axes))] = dice.choice((None, 1, 2, 3, 4, 5, 7, 8, 12))
    return tuple(axes)
