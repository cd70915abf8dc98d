"""The variables of a function: which tensor is `x`, and which has a name that can be read."""

from __future__ import annotations

import builtins
import re
from collections.abc import Iterable, Sequence
from keyword import iskeyword, issoftkeyword
from typing import Final

from layerforge.graph import Graph, Ref, Tensors
from layerforge.infer import Step

CHAIN: Final = "x"  # what only the next call takes
_TAKEN: Final = ("keras", "layers", "np", "named", "inputs", "build_model", CHAIN)


def identifier(word: str) -> str:
    """The word as a Python name: letters, digits and `_`, no keyword, no name of Python's own."""
    name = re.sub(r"[^A-Za-z0-9_]+", "_", word).strip("_") or "tensor"
    name = f"layer_{name}" if name[0].isdigit() else name
    foreign = iskeyword(name) or issoftkeyword(name) or hasattr(builtins, name)
    return f"{name}_" if foreign else name


class Names:
    """Identifiers that were given out, each once."""

    def __init__(self, taken: Iterable[str] = ()) -> None:
        self.taken = {*_TAKEN, *taken}

    def new(self, word: str) -> str:
        """The word as an identifier, numbered where it is taken."""
        name = plain = identifier(word)
        count = 1
        while name in self.taken:
            count += 1
            name = f"{plain.rstrip('_')}_{count}"
        self.taken.add(name)
        return name


class Variables:
    """The tensors of one graph by the variables that hold them."""

    def __init__(self, graph: Graph, steps: Sequence[Step], names: Names) -> None:
        self.names = names
        self.held: dict[tuple[str, int], str] = {}
        self.takers = _takers(graph, steps)
        self.prefix = f"{graph.name}."
        self.places = {step.call.name: at for at, step in enumerate(steps)}
        single = len(graph.inputs) == 1
        for each in graph.inputs:
            self.held[each.name, 0] = "inputs" if single else self.new(each.name)

    def new(self, word: str) -> str:
        """A new variable, the name of the model left out of its front."""
        return self.names.new(word.removeprefix(self.prefix))

    def targets(self, step: Step) -> list[str]:
        """The variables for what a call gives, `_` for what nothing takes."""
        name, count = step.call.name, len(step.outputs)
        made = []
        for output in range(count):
            takers = self.takers.get((name, output), set())
            word = name if count == 1 else f"{name}_{output}"
            if not takers and count > 1:
                made.append("_")
            elif output == 0 and takers <= {self.places[name] + 1}:
                made.append(CHAIN)
            else:
                made.append(self.new(word))
            self.held[name, output] = made[-1]
        return made

    def of(self, ref: Ref) -> str:
        """The variable that holds a tensor."""
        return self.held[ref.name, ref.output or 0]

    def all_of(self, value: Tensors) -> str | list[str]:
        """The variable of a tensor, or those of a list of tensors."""
        return self.of(value) if isinstance(value, Ref) else [self.of(ref) for ref in value]


def _takers(graph: Graph, steps: Sequence[Step]) -> dict[tuple[str, int], set[int]]:
    """The places of the calls that take each tensor; the model's outputs come behind the last call."""
    takers: dict[tuple[str, int], set[int]] = {}
    for at, step in enumerate(steps):
        for ref in step.call.refs():
            takers.setdefault((ref.name, ref.output or 0), set()).add(at)
    for ref in graph.outputs:
        takers.setdefault((ref.name, ref.output or 0), set()).add(len(steps))
    return takers
