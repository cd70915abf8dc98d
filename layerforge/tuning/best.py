"""`best.yaml`: the spec with a trial's values in the place of its hyperparameters, ready to be trained."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.expressions import Value
from layerforge.pipeline import Compiled, compile_spec
from layerforge.render.resolved import yaml_text
from layerforge.run.files import write_text
from layerforge.run.settings import differences, settings_of
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, Sequence
from layerforge.spec import Scope, Variables, resolve
from layerforge.spec.hyperparameters import as_written, read_hyperparameter, written
from layerforge.writing.values import NOWHERE

_LEFT_OUT = ("tune", "include")  # the search is over, and the blocks of other files are put in


def write_best(path: Path, compiled: Compiled, title: str) -> None:
    """Writes the spec of a point: variables and blocks as they were, hyperparameters as values.

    The data are named as they lie seen from the new file. Raises Faults where the text would make
    another model than the point's.
    """
    text = f"# {title}\n{yaml_text(_tree(compiled, path.parent))}"
    write_text(path, text)
    again = compile_spec(path, sample=compiled.sample)
    changed = [
        name
        for name, _, _ in differences(settings_of(compiled), settings_of(again))
        if name != "data.source"
    ]
    if not again.clean or again.hyperparameters or changed:
        what = changed[0] if changed else "it"
        message = f"`{path}` would not say the trial's model: {what} is another"
        raise Faults(Diagnostic("not-writable", message))


def _tree(compiled: Compiled, folder: Path) -> Node:
    assert compiled.opened is not None  # as in every spec that could be read
    assert compiled.spec is not None
    root = compiled.opened.root
    assert isinstance(root, MappingNode)
    found: list[Diagnostic] = []
    scope = Scope(Variables(compiled.spec.vars, compiled.choices, found))
    values = _Values(compiled.choices, scope)
    entries = [
        (key, values.put_in(node, (key.text,)))
        for key, node in root.entries
        if key.text not in _LEFT_OUT
    ]
    blocks = [
        (key, values.put_in(node, ("blocks", key.text)))
        for key, node in _included_blocks(compiled.opened.included)
    ]
    tree = MappingNode(tuple(entries), NOWHERE)
    if blocks:
        own = tree.get("blocks")
        before = own.entries if isinstance(own, MappingNode) else ()
        tree = _with(tree, "blocks", MappingNode((*before, *blocks), NOWHERE))
    data = tree.get("data")
    if compiled.data is not None and isinstance(data, MappingNode):
        source = _source(compiled.data.source, compiled.path.parent, folder)
        tree = _with(tree, "data", _with(data, "source", source))
    if tree.get("name") is None:  # else the file would name the model, and its runs
        tree = _with(tree, "name", Scalar(compiled.spec.name, True, NOWHERE))
    return tree


def _with(node: MappingNode, key: str, value: Node) -> MappingNode:
    """The mapping with a value in the place of another, or at its end."""
    entries = [(name, value if name.text == key else old) for name, old in node.entries]
    if node.get(key) is None:
        entries.append((Scalar(key, False, NOWHERE), value))
    return MappingNode(tuple(entries), node.span)


class _Values:
    """The values of a point, put in the place of the hyperparameters of a tree."""

    def __init__(self, choices: Mapping[str, Value], scope: Scope) -> None:
        self._choices, self._scope = choices, scope

    def put_in(self, node: Node, path: tuple[str, ...]) -> Node:
        """The node with one value for each hyperparameter; an inactive one has its default."""
        if isinstance(node, Scalar):
            return node
        if isinstance(node, Sequence):
            items = [self.put_in(n, (*path, str(i))) for i, n in enumerate(node.items)]
            return Sequence(tuple(items), node.span)
        hyperparameter = written(node)
        if hyperparameter is not None:
            return self._value(*hyperparameter, node, path)
        entries = [(key, self.put_in(value, (*path, key.text))) for key, value in node.entries]
        return MappingNode(tuple(entries), node.span)

    def _value(self, key: Scalar, inner: Node, node: Node, path: tuple[str, ...]) -> Scalar:
        found: list[Diagnostic] = []
        name = ".".join(path[1:] if path[0] == "vars" else path)
        hp = read_hyperparameter(key, resolve(inner, self._scope, found, name), name, found)
        assert hp is not None, found  # it was read before
        value = self._choices.get(hp.name, hp.default)
        return Scalar(as_written(value), isinstance(value, str), node.span)


def _included_blocks(trees: Iterable[Node]) -> Iterable[tuple[Scalar, Node]]:
    for tree in trees:
        blocks = tree.get("blocks") if isinstance(tree, MappingNode) else None
        if isinstance(blocks, MappingNode):
            yield from blocks.entries


def _source(source: Any, folder: Path, now: Path) -> Node:
    """`source` of the section `data`, its files as they lie seen from another folder."""
    if isinstance(source, str):
        return Scalar(os.path.relpath(folder / source, now), True, NOWHERE)
    if isinstance(source, Mapping):
        parts = [
            (Scalar(part, False, NOWHERE), _source(files, folder, now))
            for part, files in source.items()
            if files
        ]
        return MappingNode(tuple(parts), NOWHERE)
    return Sequence(tuple(_source(each, folder, now) for each in source), NOWHERE)
