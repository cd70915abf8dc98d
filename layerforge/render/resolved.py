"""A spec as it stands after `--set`, variables, hyperparameters and expressions: `check --resolved`."""

from __future__ import annotations

import re
from typing import Final

from layerforge.arguments import INVALID
from layerforge.diagnostics import Diagnostic
from layerforge.source import Mapping, Node, Scalar, Sequence
from layerforge.spec import Scope, Spec, Variables, resolve
from layerforge.spec.hyperparameters import written

# What may begin a plain scalar, as PyYAML's Scanner.check_plain has it.
_PLAIN: Final = re.compile(r"""(?:[^\s\-?:,\[\]{}#&*!|>'"%@`]|[-?:](?=\S)).*""")
_SHORT: Final = 80  # a list of words is written on one line up to this
_FLOW_WORD: Final = re.compile(r"-?[\w.+]+")


def resolved_text(root: Node, spec: Spec) -> str:
    """The spec as YAML, each expression replaced by its value and each hyperparameter by the one in force.

    What only a call of a block or a repetition decides (its arguments, `i`) stays as written.
    """
    found: list[Diagnostic] = []
    scope = Scope(Variables(spec.vars, {}, found))
    return yaml_text(_resolved(root, scope, (), found))


def yaml_text(node: Node) -> str:
    """A tree as YAML that reads back as the same tree, its places aside."""
    return "\n".join(_block(node, "")) + "\n"


def _resolved(node: Node, scope: Scope, path: tuple[str, ...], found: list[Diagnostic]) -> Node:
    """The node with what can be computed at this place; local names hide the variables called like them."""
    if isinstance(node, Mapping):
        scope = scope.within(**dict.fromkeys(_local_names(node, path), INVALID))
        if written(node) is not None:  # a hyperparameter, which becomes one value
            return resolve(node, scope, found, ".".join(path))
        entries = [
            (key, _resolved(value, scope, (*path, key.text), found)) for key, value in node.entries
        ]
        return Mapping(tuple(entries), node.span)
    if isinstance(node, Sequence):
        items = [
            _resolved(item, scope, (*path, str(i)), found) for i, item in enumerate(node.items)
        ]
        return Sequence(tuple(items), node.span)
    return resolve(node, scope, found, ".".join(path))


def _local_names(node: Mapping, path: tuple[str, ...]) -> list[str]:
    """The names that hold inside this mapping alone: a block's arguments, the number of a repetition."""
    if len(path) == 2 and path[0] == "blocks":
        arguments = node.get("args")
        return arguments.keys() if isinstance(arguments, Mapping) else []
    return ["i"] if node.get("repeat") is not None else []


def _block(node: Node, indent: str) -> list[str]:
    """The lines of a node in YAML's block style."""
    flow = _flow(node)
    if flow is not None:
        return [indent + flow]
    if isinstance(node, Sequence):
        return [line for item in node.items for line in _item(item, indent)]
    assert isinstance(node, Mapping)
    return [line for key, value in node.entries for line in _entry(key, value, indent)]


def _entry(key: Scalar, value: Node, indent: str) -> list[str]:
    if isinstance(value, Scalar) and not value.text and not value.quoted:
        return [f"{indent}{_word(key)}:"]  # nothing was written, which is not always `null`
    flow = _flow(value)
    if flow is not None:
        return [f"{indent}{_word(key)}: {flow}"]
    return [f"{indent}{_word(key)}:", *_block(value, indent + "  ")]


def _item(item: Node, indent: str) -> list[str]:
    first, *rest = _block(item, indent + "  ")
    return [f"{indent}- {first.lstrip(' ')}", *rest]


def _flow(node: Node) -> str | None:
    """The node on one line, or None where it needs several."""
    if isinstance(node, Scalar):
        return _word(node)
    if isinstance(node, Mapping):
        return None if node.entries else "{}"
    words = [_flow_word(item) for item in node.items]
    line = f"[{', '.join(word for word in words if word is not None)}]"
    return line if None not in words and len(line) <= _SHORT else None


def _flow_word(node: Node) -> str | None:
    """A word as it may stand in brackets, or None for what may not."""
    if not isinstance(node, Scalar):
        return None
    word = _word(node)
    return word if word.startswith('"') or _FLOW_WORD.fullmatch(word) else None


def _word(word: Scalar) -> str:
    text = word.text
    plain = _PLAIN.fullmatch(text) and not text.startswith(("---", "..."))
    ends = text.endswith((":", " ")) or ": " in text or " #" in text
    if not word.quoted and plain and not ends and text.isprintable():
        return text
    return _quoted_or_null(word)


def _quoted_or_null(word: Scalar) -> str:
    """The word in double quotes; an empty value is `null`."""
    if not word.quoted and not word.text:
        return "null"
    return f'"{"".join(_escaped(c) for c in word.text)}"'


def _escaped(character: str) -> str:
    """A character inside double quotes, as YAML 1.1 escapes it."""
    if character in '"\\':
        return "\\" + character
    if character.isprintable():
        return character
    code = ord(character)
    if code < 0x100:
        return f"\\x{code:02x}"
    return f"\\u{code:04x}" if code < 0x10000 else f"\\U{code:08x}"
