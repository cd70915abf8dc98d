"""A graph as a spec: folded where the folded text says exactly the same, else item by item."""

from __future__ import annotations

from collections.abc import Iterator

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.expand import expand
from layerforge.graph import Graph
from layerforge.records import record
from layerforge.source import read
from layerforge.spec import Scope, Variables, parse
from layerforge.writing.folding import fold
from layerforge.writing.likeness import alike
from layerforge.writing.stack import program_of
from layerforge.writing.text import program_text


@record
class Written:
    """A spec that says exactly one graph. `graph` is what the text expands to, under its own names."""

    text: str
    graph: Graph
    folded: bool


def write_spec(graph: Graph, folded: bool = True) -> Written:
    """The spec of a graph: repeated structures as blocks and `repeat`, or with every layer's own name.

    Each text is read back and compared before it is taken. Raises Faults where even the plain one
    says another graph, which only names or texts that YAML cannot bear could bring about.
    """
    found: list[Diagnostic] = []
    for text, is_folded in _texts(graph, folded):
        found = []
        read_back = graph_of(text, found)
        if read_back is not None and not found and alike(graph, read_back):
            return Written(text, read_back, is_folded)
    if found:
        raise Faults(*found)
    message = f"`{graph.name}` cannot be written: its spec would say another model"
    raise Faults(Diagnostic("not-writable", message))


def _texts(graph: Graph, folded: bool) -> Iterator[tuple[str, bool]]:
    """The texts to try, the best first."""
    program = program_of(graph)
    if folded:
        shorter = fold(program)
        if shorter is not program:
            yield program_text(shorter, graph.inputs, graph.name), True
        yield program_text(program, graph.inputs, graph.name), False
    yield program_text(program, graph.inputs, graph.name, keep_names=True), False


def graph_of(text: str, found: list[Diagnostic]) -> Graph | None:
    """The graph of a spec's text, or None where it cannot be read."""
    root = read(text, "spec", found)
    if root is None:
        return None
    spec = parse(root, "spec", found)
    return expand(spec, Scope(Variables(spec.vars, {}, found)), found)
