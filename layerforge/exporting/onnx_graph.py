"""A Keras model as an ONNX file: its graph frozen, then translated by tf2onnx, and what tf2onnx lacks."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any, Final

from layerforge.exporting.endpoint import endpoint

_OPSET: Final = 18
_SHUT: Final = ("_XlaMustCompile", "_noinline")  # what a function that is not to be opened carries


def write_onnx(model: Any, path: Path) -> None:
    """Writes the model as it answers, not as it trains. Raises what TensorFlow or tf2onnx raise."""
    import tensorflow as tf
    import tf2onnx

    specs, answer = endpoint(model)
    function = tf.function(answer).get_concrete_function(*specs)
    inputs = [each.name for each in function.inputs[: len(specs)]]
    outputs = [each.name for each in function.outputs]
    given = list(model.output_names)
    if len(set(given)) < len(given):  # several of one layer
        given = [f"output_{at}" for at in range(len(given))]
    names = [each.name for each in model.inputs] + given
    tf2onnx.convert.from_graph_def(
        _frozen(function, inputs, outputs),
        name=model.name,
        input_names=inputs,
        output_names=outputs,
        tensors_to_rename=dict(zip(inputs + outputs, names, strict=True)),
        opset=_OPSET,
        custom_op_handlers={name: (rule, []) for name, rule in _RULES.items()},
        output_path=str(path),
    )


def _frozen(function: Any, inputs: list[str], outputs: list[str]) -> Any:
    """The graph with every weight, and every other tensor that it takes from outside, as a constant.

    Keras compiles a convolution of several groups by XLA; such a function is opened like any other.
    """
    import tensorflow as tf
    from tf2onnx import tf_loader

    graph = tf_loader.from_function(function, inputs, outputs)
    outside = {
        inner.op.name: value
        for value, inner in function.graph.captures
        if value.dtype != tf.resource
    }
    for node in graph.node:
        if node.op == "Placeholder" and node.name in outside:
            value = tf.make_tensor_proto(outside[node.name].numpy())
            node.op = "Const"
            node.attr.clear()
            node.attr["dtype"].type = value.dtype
            node.attr["value"].tensor.CopyFrom(value)
    for each in (*graph.node, *graph.library.function):
        for name in _SHUT:
            each.attr.pop(name, None)
    return graph


def _erfc(graph: Any, node: Any, name: str, args: Any) -> None:
    """1 - erf(x), of which TensorFlow makes GELU."""
    _replace(graph, node, "Sub", [_one(graph, node), _made(graph, "Erf", node.input)])


def _expm1(graph: Any, node: Any, name: str, args: Any) -> None:
    """exp(x) - 1, of which CELU is made."""
    _replace(graph, node, "Sub", [_made(graph, "Exp", node.input), _one(graph, node)])


def _bucketize(graph: Any, node: Any, name: str, args: Any) -> None:
    """How many boundaries are at or below each value."""
    import numpy as np

    float32 = 1  # as ONNX numbers its types
    bounds = np.asarray(node.get_attr_value("boundaries"), np.float32)
    last = _constant(graph, np.asarray([-1], np.int64))
    values = _made(graph, "Cast", node.input, to=float32)
    values = _made(graph, "Unsqueeze", [values, last])
    reached = _made(graph, "GreaterOrEqual", [values, _constant(graph, bounds)])
    reached = _made(graph, "Cast", [reached], to=6)  # int32
    _replace(graph, node, "ReduceSum", [reached, last], keepdims=0)


_RULES: Final[Mapping[str, Callable[..., None]]] = {
    "Bucketize": _bucketize,
    "Erfc": _erfc,
    "Expm1": _expm1,
}


def _constant(graph: Any, value: Any) -> str:
    from tf2onnx.utils import make_name

    return str(graph.make_const(make_name("constant"), value).output[0])


def _one(graph: Any, node: Any) -> str:
    import numpy as np
    from tf2onnx.utils import map_onnx_to_numpy_type

    return _constant(graph, np.ones((), map_onnx_to_numpy_type(graph.get_dtype(node.output[0]))))


def _made(graph: Any, operation: str, inputs: Any, **attributes: Any) -> str:
    return str(graph.make_node(operation, list(inputs), attr=attributes).output[0])


def _replace(graph: Any, node: Any, operation: str, inputs: Any, **attributes: Any) -> None:
    """Puts another operation where a node was, under its name and those of its outputs."""
    shapes, dtypes = node.output_shapes, node.output_dtypes
    graph.remove_node(node.name)
    graph.make_node(
        operation,
        inputs,
        attr=attributes,
        name=node.name,
        outputs=node.output,
        shapes=shapes,
        dtypes=dtypes,
    )
