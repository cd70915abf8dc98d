"""`--set path=value`: a value of the file replaced from the command line, before anything is read."""

from __future__ import annotations

from layerforge.arguments import Found, shown
from layerforge.diagnostics import Diagnostic, Span, SpecError, did_you_mean
from layerforge.source import Mapping, Node, Scalar, Sequence, is_null, read


def override(root: Node, assignment: str, found: Found, called: str) -> Node:
    """The tree with `path=value` applied; the path is keys and list places joined by dots.

    A key that is not there yet is added; a list place that is not there is a fault. The value is
    YAML, and a fault in it is told at `called`, such as `--set data.window`.
    """
    path, equals, text = assignment.partition("=")
    keys = path.strip().split(".")
    if not equals or not all(keys):
        message = f"`--set {assignment}` is not of the form path=value"
        help = "for example --set data.window=48"
        found.append(Diagnostic("bad-override", message, None, help))
        return root
    value = _value(text.strip(), called, found)
    if value is None:
        return root
    try:
        return _replaced(root, keys, value, path.strip())
    except SpecError as error:
        found.append(error.at(value.span))
        return root


def _value(text: str, name: str, found: Found) -> Node | None:
    if not text:
        return Scalar("", False, Span(name, 1, 1, 1, 1))
    return read(text, name, found)


def _replaced(node: Node, keys: list[str], value: Node, path: str) -> Node:
    if not keys:
        return value
    key, rest = keys[0], keys[1:]
    if isinstance(node, Sequence):
        return _replaced_item(node, key, rest, value, path)
    if isinstance(node, Scalar) and not is_null(node):
        raise SpecError("bad-override", f"`{path}` leads into {shown(node)}, which has no `{key}`")
    entries = node.entries if isinstance(node, Mapping) else ()
    if any(name.text == key for name, _ in entries):
        changed = tuple(
            (name, _replaced(old, rest, value, path) if name.text == key else old)
            for name, old in entries
        )
        return Mapping(changed, node.span)
    added = (Scalar(key, False, value.span), _replaced(Mapping((), value.span), rest, value, path))
    return Mapping((*entries, added), node.span)


def _replaced_item(node: Sequence, key: str, rest: list[str], value: Node, path: str) -> Node:
    places = [str(i) for i in range(len(node.items))]
    if key not in places:
        names = {_name(item): i for i, item in enumerate(node.items)}
        if key not in names:
            help = did_you_mean(key, [name for name in names if name])
            count = len(node.items)
            message = f"`{path}`: `{key}` is no place in a list of {count}, counted from 0"
            raise SpecError("bad-override", message, help=help)
        key = str(names[key])
    items = list(node.items)
    items[int(key)] = _replaced(items[int(key)], rest, value, path)
    return Sequence(tuple(items), node.span)


def _name(item: Node) -> str:
    """The name an item of a stack was given, by which a path may call it too."""
    name = item.get("name") if isinstance(item, Mapping) else None
    return name.text if isinstance(name, Scalar) else ""
