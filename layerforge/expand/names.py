"""The names of a model's inputs and calls: each stands once, and those that were written come first."""

from __future__ import annotations

from collections.abc import Set
from dataclasses import dataclass, field

from layerforge.arguments import Found
from layerforge.diagnostics import Diagnostic, Related, Span


@dataclass(slots=True)
class Names:
    """The names taken so far, and where those stand that somebody wrote."""

    found: Found
    taken: set[str] = field(default_factory=set)
    numbers: dict[str, int] = field(default_factory=dict)  # the last one of each name
    places: dict[str, Span] = field(default_factory=dict)
    repeated: set[str] = field(default_factory=set)  # given to several, so that none is meant

    def take(self, name: str, place: Span | None = None) -> None:
        """Takes a name that nothing else can have yet."""
        self.taken.add(name)
        if place is not None:
            self.places[name] = place

    def automatic(self, name: str, avoid: Set[str] = frozenset()) -> str:
        """The name, or the first of name_1, name_2, ... that is free, as Keras numbers its layers.

        What `avoid` holds is written further below.
        """
        unique = name
        while unique in self.taken or unique in avoid:
            self.numbers[name] = self.numbers.get(name, 0) + 1
            unique = f"{name}_{self.numbers[name]}"
        self.taken.add(unique)
        return unique

    def written(self, name: str, place: Span, repeated: bool) -> str:
        """A name that somebody wrote, once; of an item that is repeated it is numbered."""
        unique = self.automatic(name)
        if unique != name and not repeated:
            self.repeated.add(name)
            shown = name.rpartition(".")[2]
            first = self.places.get(name)
            related = (Related("the other one is here", first),) if first else ()
            message = f"`{shown}` is the name of another item already"
            self.found.append(Diagnostic("repeated-name", message, place, None, related))
        self.places.setdefault(name, place)
        return unique
