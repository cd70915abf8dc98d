"""Multiply-adds of one sample, counted in the graph that TensorFlow makes of a layer."""

from __future__ import annotations

import math
from typing import Any

import tensorflow as tf

from layerforge.layers import Layer
from layerforge.records import replace
from tests.layers import in_keras
from tests.layers.case import Case

_CONVOLUTIONS = ("Conv2D", "Conv3D")
_TRANSPOSED = ("Conv2DBackpropInput", "Conv3DBackpropInputV2")
_FUNCTIONS = ("PartitionedCall", "StatefulPartitionedCall")
_PRODUCTS = ("MatMul", "BatchMatMul", "BatchMatMulV2", "BatchMatMulV3", "DepthwiseConv2dNative")


def multiply_adds(case: Case, layer: Layer) -> int:
    """What the matrix products and convolutions of the traced layer sum up to, loops unrolled.

    Traced as the layer predicts: what augmentation does to images while training is no work of the model.
    """
    single = replace(case, batch=1)
    made = in_keras.make(layer, "it")
    for part in made._flatten_layers():
        part.unroll, part.use_cudnn = True, False
    in_keras.call(single, made, layer.type)
    given = [_spec(single, shape) for shape in single.shapes]
    named = {name: _named(single, name, value) for name, value in single.named.items()}

    predicting = {"training": False} if "training" in layer.type.options else {}

    def called(given: list[Any], named: dict[str, Any]) -> Any:
        positional, keywords = layer.type.arranged(given, named)
        return made(*positional, **keywords, **(predicting | case.options))

    graph = tf.function(called, autograph=False).get_concrete_function(given, named).graph
    return _work_of(graph)


def _work_of(graph: Any) -> int:
    return sum(_work(operation) for operation in _needed(graph))


def _needed(graph: Any) -> set[Any]:
    """The operations that an output depends on: TensorFlow leaves out the others when it runs the graph."""
    waiting, needed = [tensor.op for tensor in graph.outputs], set()
    while waiting:
        operation = waiting.pop()
        if operation not in needed:
            needed.add(operation)
            waiting += [tensor.op for tensor in operation.inputs]
    return needed


def _named(case: Case, name: str, value: Any) -> Any:
    dtype = "bool" if "mask" in name else None
    if isinstance(value, list):
        return [_spec(case, shape, dtype) for shape in value]
    return _spec(case, value, dtype)


def _spec(case: Case, shape: tuple[int | None, ...], dtype: str | None = None) -> Any:
    return tf.TensorSpec((1, *shape), dtype or case.dtype or "float32")


def _work(operation: Any) -> int:
    """The multiply-adds of one operation, all of whose shapes must be known."""
    kind = operation.type
    assert kind not in ("While", "StatelessWhile"), "a loop, whose turns cannot be counted"
    if kind.endswith("PartitionedCall"):  # a function on its own, such as a grouped convolution
        inner = operation.graph._get_function(operation.get_attr("f").name).graph
        return sum(_work(each) for each in _needed(inner))
    if kind == "Einsum":
        return _einsum(operation)
    if kind in _FUNCTIONS:  # what TensorFlow compiles: a convolution in groups, for one
        return _work_of(operation.graph._get_function(operation.get_attr("f").name).graph)
    if kind not in (*_PRODUCTS, *_CONVOLUTIONS, *_TRANSPOSED):
        return 0
    made: list[int] = [math.prod(output.shape.as_list()) for output in operation.outputs]
    shapes: list[list[int]] = [tensor.shape.as_list() for tensor in operation.inputs]
    if kind == "MatMul":
        return made[0] * shapes[0][0 if operation.get_attr("transpose_a") else 1]
    if kind.startswith("BatchMatMul"):
        return made[0] * shapes[0][-2 if operation.get_attr("adj_x") else -1]
    if kind == "DepthwiseConv2dNative":
        return made[0] * math.prod(shapes[1][:2])
    if kind in _CONVOLUTIONS:
        return made[0] * math.prod(shapes[1][:-1])
    return math.prod(shapes[2]) * math.prod(shapes[1][:-1])  # a transposed convolution


def _einsum(operation: Any) -> int:
    """One product for each combination of letters, and of the axes that `...` stands for."""
    letters = operation.get_attr("equation").decode().split("->")[0].split(",")
    lengths: dict[str, int] = {}
    for term, tensor in zip(letters, operation.inputs, strict=True):
        shape = tensor.shape.as_list()
        before, dots, after = term.partition("...")
        end = len(shape) - len(after)
        lengths |= dict(zip(before, shape, strict=False))
        lengths |= dict(zip(after, shape[end:], strict=True))
        for place, length in enumerate(shape[len(before) : end] if dots else ()):
            lengths[f"...{place}"] = length
    return math.prod(lengths.values())
