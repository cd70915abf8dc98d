"""Operations to nodes of a functional model: keras.ops functions and indexing, under the plan's own names."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from layerforge.layers import Layer
from layerforge.layers.operations.operand import ARRAYS_ONLY, Array, Constant
from layerforge.layers.operations.registration import Rule
from layerforge.layers.operations.slices import NewAxis, Part, Rest, Selection, Stretch

# Functions whose tensors are arguments of their own, where others take them as one list.
_SPREAD = ("ops.einsum", "ops.meshgrid")


def call_operation(
    layer: Layer, inputs: Sequence[Any], keywords: Mapping[str, Any], name: str = ""
) -> Any:
    """What the operation gives for Keras tensors: one, or a list of several.

    The node is called `name`, or else as the layer is. Raises what Keras raises where it refuses.
    """
    made = _called(layer, inputs, keywords)
    if isinstance(made, list | tuple) and len(made) == 1:
        made = made[0]
    _name(made, name or layer.name)
    return made


def _called(layer: Layer, inputs: Sequence[Any], keywords: Mapping[str, Any]) -> Any:
    entry, rule = layer.type, layer.type.rule
    assert isinstance(rule, Rule), entry.name
    if entry.name == "slice":
        (tensor,) = (*inputs, *keywords.values())
        return tensor[_index(layer.values["key"])]
    positional, named = entry.placed(inputs, keywords)
    given = [*positional, *named.values()]
    values = {key: _argument(layer, key, value, given) for key, value in layer.values.items()}
    function = _function(entry.name)
    if entry.variadic:
        return _on_many(entry.name, function, positional, values)
    free = [slot for slot in rule.slots if slot not in named and slot not in values]
    if len(positional) > len(free):
        raise TypeError(f"{len(positional)} tensors for {', '.join(free)}")
    tensors = {**dict(zip(free, positional, strict=False)), **named}
    for key in entry.listed & tensors.keys():
        tensors[key] = tensors[key] if isinstance(tensors[key], list) else [tensors[key]]
    values.update(values.pop("axes_lengths", None) or {})
    return function(**tensors, **values)


def _on_many(name: str, function: Any, tensors: list[Any], values: dict[str, Any]) -> Any:
    """A function of any number of tensors; `subscripts` alone comes before them."""
    if name in _SPREAD:
        before = [values.pop("subscripts")] if "subscripts" in values else []
        return function(*before, *tensors, **values)
    return function(tensors, **values)


def _function(word: str) -> Any:
    """The function that `ops.mean` or `ops.image.resize` names."""
    import keras

    found: Any = keras
    for part in word.split("."):
        found = getattr(found, part)
    return found


def _argument(layer: Layer, key: str, value: Any, tensors: Sequence[Any]) -> Any:
    """The value as Keras takes it: constant operands as arrays where a list would have no shape."""
    rule = layer.type.rule
    assert isinstance(rule, Rule)
    if key not in rule.constants:
        return value
    # A 0-dimensional array would come back from a saved model as a plain number.
    alone = layer.type.name in ARRAYS_ONLY and not isinstance(value, Array)
    if not alone and not isinstance(value, Array):
        return value
    parameter = layer.type.signature.parameter(key)
    kind = parameter.kind if parameter else None
    whole = isinstance(kind, Constant) and kind.whole
    return _array((value,) if alone else value.values, [] if whole else tensors)


def _array(values: tuple[Any, ...], tensors: Sequence[Any]) -> Any:
    """The values as a NumPy array, which saved models keep: in the tensors' type where that is floating."""
    import numpy as np

    array = np.array(values)
    types = [str(tensor.dtype) for tensor in tensors if hasattr(tensor, "dtype")]
    floating = [each for each in types if "float" in each]
    if array.dtype.kind in "if" and floating:
        # NumPy lacks bfloat16, which float32 stands in for.
        return array.astype("float32" if floating[0] == "bfloat16" else floating[0])
    return array.astype({"f": "float32", "i": "int32"}.get(array.dtype.kind, array.dtype))


def _index(selection: Selection) -> tuple[Any, ...]:
    return tuple(_part(part) for part in selection.parts)


def _part(part: Part) -> Any:
    if isinstance(part, Stretch):
        return slice(part.start, part.stop, part.step)
    if isinstance(part, NewAxis):
        return None
    return ... if isinstance(part, Rest) else part


def _name(made: Any, name: str) -> None:
    """Gives the node its name in the plan, which summaries, graphs and saved models then show."""
    import keras

    _giver(keras.tree.flatten(made)[0]).name = name


def rename_others(tensors: Mapping[str, Any], outputs: Sequence[Any]) -> None:
    """Gives nodes that Keras adds by itself, to compute masks, names that the plan does not use.

    `tensors` is what the calls of the plan gave. Keras numbers its own nodes without a look at the
    names of layers, and refuses a model in which a name stands twice.
    """
    import keras

    ours = {id(_giver(tensor)) for tensor in keras.tree.flatten(dict(tensors))}
    taken = {_giver(tensor).name for tensor in keras.tree.flatten(dict(tensors))} | tensors.keys()
    for operation in _nodes(outputs):
        if id(operation) in ours:
            continue
        name, number = operation.name, 0
        while operation.name in taken:
            number += 1
            operation.name = f"{name}_mask_{number}"
        taken.add(operation.name)


def _nodes(outputs: Sequence[Any]) -> list[Any]:
    """Every layer and operation that the outputs depend on, each once."""
    waiting, found, seen = list(outputs), {}, set()
    while waiting:
        operation, index, _ = waiting.pop()._keras_history
        if (id(operation), index) not in seen:
            seen.add((id(operation), index))
            found[id(operation)] = operation
            waiting += operation._inbound_nodes[index].input_tensors
    return list(found.values())


def _giver(tensor: Any) -> Any:
    """The layer or operation that gave a symbolic tensor."""
    return tensor._keras_history.operation
