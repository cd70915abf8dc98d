"""The inputs of a model: from `model.input`, `model.inputs`, an `Input` item, or the section `data`."""

from __future__ import annotations

from typing import Any

from layerforge.arguments import (
    INVALID,
    Choice,
    Either,
    Flag,
    Found,
    ListOf,
    Optional,
    Parameter,
    Signature,
    Text,
    Whole,
    read_arguments,
)
from layerforge.diagnostics import Diagnostic, Related, Span
from layerforge.graph import Input
from layerforge.shapes import UNKNOWN, Dim, differ, without_batch
from layerforge.source import Mapping, Node, Scalar, Sequence, is_null
from layerforge.spec import Scope, Spec, resolve
from layerforge.spec.parse import name_text

_DIM = Optional(Whole(1))
_SHAPE = ListOf(_DIM, name="a shape: a list of positive whole numbers or null")
_DTYPES = (
    "float32 float64 float16 bfloat16 int8 int16 int32 int64 uint8 uint16 uint32 uint64 bool string"
)
SIGNATURE = Signature(
    "Input",
    (
        Parameter("shape", Either((_SHAPE, _DIM), _SHAPE.noun)),
        Parameter("batch_size", Optional(Whole(1)), None),
        Parameter("dtype", Optional(Choice(tuple(_DTYPES.split()))), None),
        Parameter("sparse", Optional(Flag()), None),
        Parameter("batch_shape", Optional(_SHAPE), None),
        Parameter("name", Optional(Text()), None),
        Parameter("optional", Flag(), False),
    ),
    "input",
)
DataShape = tuple[tuple[int, ...], Span]


def read_inputs(spec: Spec, scope: Scope, found: Found, data: DataShape | None) -> list[Input]:
    """The model's inputs in order. None at all is no fault here: the stack may begin with `Input`."""
    if spec.inputs is not None:
        entries = spec.inputs.entries
        if not entries:
            message = "`inputs` names no input"
            help = "write `input: [steps, features]`, or a name and its shape below `inputs`"
            found.append(Diagnostic("no-input", message, spec.inputs.span, help))
        each = [
            read_input(
                key.text, resolve(node, scope, found, f"model.inputs.{key.text}"), key.span, found
            )
            for key, node in entries
            if name_text(key, found)
        ]
        return [one for one in each if one is not None]
    if not is_null(spec.input) and spec.input is not None:
        node = resolve(spec.input, scope, found, "model.input")
        one = read_input("input", node, node.span, found)
        if one is None:
            return []
        _agree(one, data, found)
        return [one]
    starts_itself = any(item.key.text == "Input" for item in spec.items[:1])
    if data is None or starts_itself:
        return []
    shape, span = data
    return [Input("input", shape, None, None, False, span)]


def read_input(name: str, node: Node, owner: Span, found: Found) -> Input | None:
    """One input as written: a shape, or a mapping of what `keras.Input` takes."""
    if isinstance(node, Mapping) and node.get("tensor") is not None:
        key = node.key("tensor")
        message = "`tensor` is data, and a spec holds none; write the shape"
        found.append(Diagnostic("unknown-argument", message, key.span if key else owner))
        return None
    if isinstance(node, Scalar) and is_null(node):
        message = f"the input `{name}` has no shape"
        help = "write `[steps, features]`, batch left out; a free dimension is `null`"
        found.append(Diagnostic("missing-argument", message, owner, help))
        return None
    if negative := _negative(node):
        message = f"a dimension is a positive whole number, not {negative.text}"
        help = "a free dimension is `null`"
        found.append(Diagnostic("out-of-range", message, negative.span, help))
        return None
    shape: Any
    if isinstance(node, Mapping):
        node = _with_shape(node)
        arguments = read_arguments(SIGNATURE, node, owner, found, bare=False)
        if arguments is None:
            return None
        values = dict(arguments.values)
    else:
        read = SIGNATURE.parameters[0].kind.read(node, found)
        if read is INVALID:
            return None
        values = {"shape": read}
    shape = values["shape"] if isinstance(values["shape"], tuple) else (values["shape"],)
    batch = values.get("batch_size")
    whole = values.get("batch_shape")
    if whole:
        batch, shape = whole[0], whole[1:]
    dims: tuple[Dim, ...] = tuple(UNKNOWN if dim is None else dim for dim in shape)
    return Input(name, dims, values.get("dtype"), batch, bool(values.get("sparse")), node.span)


def _negative(node: Node | None) -> Scalar | None:
    """The dimension -1 or None, which people write for a free one."""
    if isinstance(node, Mapping):
        return _negative(node.get("shape")) or _negative(node.get("batch_shape"))
    dims = node.items if isinstance(node, Sequence) else ()
    return next((d for d in dims if isinstance(d, Scalar) and d.text in ("-1", "None")), None)


def _with_shape(node: Mapping) -> Mapping:
    """`batch_shape` alone is enough: the shape is then what follows its first dimension."""
    batch_shape, key = node.get("batch_shape"), node.key("batch_shape")
    if key is None or not isinstance(batch_shape, Sequence) or node.get("shape") is not None:
        return node
    shape = Sequence(batch_shape.items[1:], batch_shape.span)
    return Mapping((*node.entries, (Scalar("shape", False, key.span), shape)), node.span)


def _agree(one: Input, data: DataShape | None, found: Found) -> None:
    """An input that is written must be what the section `data` gives."""
    if data is None:
        return
    shape, span = data
    same = len(shape) == len(one.shape) and not any(
        differ(a, b) for a, b in zip(shape, one.shape, strict=True)
    )
    if not same:
        given = without_batch((UNKNOWN, *shape))
        message = (
            f"the model takes {without_batch((UNKNOWN, *one.shape))}, but the data give {given}"
        )
        related = (Related(f"the data give {given}", span),)
        width = one.shape[-1] if len(one.shape) == len(shape) else None
        help = None
        if isinstance(width, int) and width > shape[-1]:
            help = "a column of text is one for each of its words: say so by `types: {COLUMN: category}`"
        found.append(Diagnostic("input-mismatch", message, one.span, help, related))
