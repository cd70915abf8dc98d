"""Stacks and blocks as the text of a spec, written as one would by hand."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Final

from layerforge.graph import Input, Ref, Tensors
from layerforge.layers import find
from layerforge.shapes import UNKNOWN
from layerforge.writing.names import is_last, item_names
from layerforge.writing.stack import FIRST, Block, Entry, Program, Stack, plain_name
from layerforge.writing.values import arguments_text, text

WIDTH: Final = 100
ONLY_INPUT: Final = "input"  # what `model.input` is called


def program_text(
    program: Program, inputs: tuple[Input, ...], name: str, keep_names: bool = False
) -> str:
    """The whole spec. `keep_names` gives every layer the very name its entry has."""
    lines = ["layerforge: 1", f"name: {name}"]
    if program.blocks:
        lines.append("blocks:")
        for block in program.blocks.values():
            lines += _block(block, program, keep_names)
    lines.append("model:")
    lines += _inputs(inputs)
    called = _called(inputs)
    lines += _stack(program.main, program, called, keep_names, "  ")
    return "\n".join(lines) + "\n"


def _called(inputs: tuple[Input, ...]) -> dict[str, str]:
    """The names the spec gives the inputs: a single one without a name of its own is `input`."""
    if len(inputs) == 1 and _is_plain(inputs[0]):
        return {inputs[0].name: ONLY_INPUT}
    return {each.name: each.name for each in inputs}


def _is_plain(each: Input) -> bool:
    automatic = (
        each.name.startswith(("input_layer", "keras_tensor", "input_")) or each.name == "input"
    )
    return automatic and each.dtype is None and each.batch_size is None and not each.sparse


def _inputs(inputs: tuple[Input, ...]) -> list[str]:
    if len(inputs) == 1 and _is_plain(inputs[0]):
        return [f"  input: {_shape(inputs[0])}"]
    return ["  inputs:", *(f"    {each.name}: {_input(each)}" for each in inputs)]


def _input(each: Input) -> str:
    parts = {"shape": _shape(each)}
    if each.dtype is not None:
        parts["dtype"] = each.dtype
    if each.batch_size is not None:
        parts["batch_size"] = str(each.batch_size)
    if each.sparse:
        parts["sparse"] = "true"
    return parts["shape"] if len(parts) == 1 else _braces(parts)


def _shape(each: Input) -> str:
    return text([None if dim is UNKNOWN else dim for dim in each.shape])


def _block(block: Block, program: Program, keep_names: bool) -> list[str]:
    lines = [f"  {block.name}:"]
    if block.as_model:
        lines.append("    as: model")
    if block.arguments:
        shown = {n: "required" if v is None else v for n, v in block.arguments.items()}
        lines += _wrapped(f"    args: {_braces(shown)}", "      ")
    called = {name: plain_name(name.rpartition(".")[2]) for name in block.stack.inputs}
    if len(called) == 1:
        called = dict.fromkeys(called, ONLY_INPUT)
    else:
        lines.append(f"    inputs: [{', '.join(called.values())}]")
    return lines + _stack(block.stack, program, called, keep_names, "    ")


def _stack(
    stack: Stack, program: Program, called: Mapping[str, str], keep_names: bool, indent: str
) -> list[str]:
    names = item_names(stack, called.values(), keep_names)
    known = {**called, **names}
    lines = [f"{indent}layers:"]
    previous = stack.inputs[0] if stack.inputs else ""
    for entry in stack.entries:
        lines += _item(entry, program, names, _Names(known, previous), indent + "  ")
        previous = entry.name
    if not is_last(stack):
        outputs = [_Names(known, "").shown(ref) for ref in stack.outputs]
        lines.append(f"{indent}outputs: [{', '.join(outputs)}]")
    return lines


class _Names:
    """How the entries of a stack are called, from the place of one item."""

    def __init__(self, known: Mapping[str, str], previous: str) -> None:
        self.known = known
        self.previous = previous

    def shown(self, ref: Ref) -> str:
        if ref.name == self.previous and ref.output is None:
            return "previous"
        name = self.known[ref.name]
        return name if ref.output is None else f"{name}.{ref.output}"

    def several(self, tensors: Tensors) -> str:
        if isinstance(tensors, Ref):
            return self.shown(tensors)
        return f"[{', '.join(self.shown(ref) for ref in tensors)}]"


def _item(
    entry: Entry, program: Program, written: Mapping[str, str], names: _Names, indent: str
) -> list[str]:
    beside: list[str] = []
    if entry.name in written:
        beside.append(f"name: {written[entry.name]}")
    source = _source(entry, names)
    if source not in ("previous", "[previous]"):
        beside.append(f"from: {source}")
    if entry.options:
        beside.append(f"call: {_braces(entry.options)}")
    if entry.repeat != "1":
        beside.append(f"repeat: {entry.repeat}")
    head = _head(entry, program, names)
    if ": " not in head and beside:
        head += ":"
    lines = _wrapped(f"{indent}- {head}", indent + "      ")
    for line in beside:
        lines += _wrapped(f"{indent}  {line}", indent + "      ")
    return lines


def _head(entry: Entry, program: Program, names: _Names) -> str:
    if entry.key == "use":
        return f"use: {names.known[entry.arguments[FIRST]]}"
    if not entry.arguments:
        return entry.key
    layer = find(entry.key)
    if layer is not None:
        return f"{entry.key}: {arguments_text(layer.signature, entry.arguments)}"
    declared = program.blocks[entry.key].arguments
    first = next(iter(declared))
    if list(entry.arguments) == [first] and not entry.arguments[first].startswith("{"):
        return f"{entry.key}: {entry.arguments[first]}"
    return f"{entry.key}: {_braces(entry.arguments)}"


def _source(entry: Entry, names: _Names) -> str:
    if entry.keywords:
        layer = find(entry.key)
        slots = layer.tensors if layer is not None else ()
        free = [slot for slot in slots if slot not in entry.keywords]
        tensors: dict[str, Tensors] = dict(zip(free, entry.inputs, strict=False))
        tensors |= entry.keywords
        return _braces({name: names.several(value) for name, value in tensors.items()})
    if len(entry.inputs) == 1:
        return names.shown(entry.inputs[0])
    return names.several(entry.inputs)


def _braces(parts: Mapping[str, str]) -> str:
    return f"{{{', '.join(f'{name}: {value}' for name, value in parts.items())}}}"


def _wrapped(line: str, indent: str) -> list[str]:
    """The line, or several where it is too long: YAML reads braces and brackets across lines."""
    lines = []
    while len(line) > WIDTH and _break(line, len(indent)) > 0:
        at = _break(line, len(indent))
        lines.append(line[:at].rstrip())
        line = indent + line[at:].lstrip()
    return [*lines, line]


def _break(line: str, start: int) -> int:
    """Where to break a line: behind the last comma that fits, outside quotes; 0 where there is none."""
    best, quoted, escaped = 0, False, False
    for at, character in enumerate(line):
        if at >= WIDTH and best:
            break
        if escaped:
            escaped = False
        elif character == "\\":
            escaped = quoted
        elif character == '"':
            quoted = not quoted
        elif character == "," and not quoted and at > start and line[at + 1 : at + 2] == " ":
            best = at + 1
    return best
