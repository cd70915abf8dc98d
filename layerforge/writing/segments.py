"""Stretches of a stack that could be a block: one result, few inputs, and a shape to compare them by."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layerforge.graph import Ref
from layerforge.records import record
from layerforge.writing.stack import FIRST, Entry, Program, Stack

LONGEST: Final = 100
_MOST_INPUTS: Final = 3


@record
class Segment:
    """Entries `start` to `end` (exclusive) of one stack, and the tensors they take from outside."""

    stack: str
    start: int
    end: int
    inputs: tuple[Ref, ...]

    @property
    def length(self) -> int:
        return self.end - self.start


def segments_by_form(program: Program) -> list[list[Segment]]:
    """The stretches of all stacks that are alike but for the values of arguments, in the order met."""
    groups: dict[int, list[Segment]] = {}
    for name, stack in program.stacks().items():
        for form, segment in _segments(name, stack):
            groups.setdefault(form, []).append(segment)
    return [group for group in groups.values() if len(group) > 1]


def _segments(name: str, stack: Stack) -> list[tuple[int, Segment]]:
    """Every stretch of two entries or more that could be a block, with a number for its form."""
    places = {entry.name: at for at, entry in enumerate(stack.entries)}
    last_use = _last_uses(stack, places)
    shared = _shared(stack)
    found = []
    for start in range(len(stack.entries)):
        form, needed = 0, start
        inputs: dict[tuple[str, int | None], int] = {}
        for end in range(start, min(start + LONGEST, len(stack.entries))):
            entry = stack.entries[end]
            if entry.name in shared:
                break
            form = hash((form, _form(entry, start, end, places, inputs)))
            if len(inputs) > _MOST_INPUTS:
                break
            # All results but the last must be used up inside.
            if end > start and needed <= end and inputs:
                refs = tuple(Ref(*key) for key in inputs)
                found.append((form, Segment(name, start, end + 1, refs)))
            needed = max(needed, last_use[end])
    return found


def _last_uses(stack: Stack, places: Mapping[str, int]) -> list[int]:
    """The place of the last entry that takes each entry's result; beyond all for the stack's outputs."""
    last = list(range(len(stack.entries)))
    for at, entry in enumerate(stack.entries):
        for ref in entry.refs():
            if ref.name in places:
                last[places[ref.name]] = at
    for ref in stack.outputs:
        if ref.name in places:
            last[places[ref.name]] = len(stack.entries)
    return last


def _shared(stack: Stack) -> set[str]:
    """The entries that call a layer again, and those that are called again: they stay where they are."""
    again = [entry for entry in stack.entries if entry.key == "use"]
    return {entry.name for entry in again} | {entry.arguments[FIRST] for entry in again}


def _form(
    entry: Entry,
    start: int,
    at: int,
    places: Mapping[str, int],
    inputs: dict[tuple[str, int | None], int],
) -> Any:
    """What an entry is but for the values of its arguments; its tensors by where they come from."""

    def source(ref: Ref) -> tuple[str, int, int | None]:
        place = places.get(ref.name, -1)
        if place >= start:
            return "back", at - place, ref.output
        number = inputs.setdefault((ref.name, ref.output), len(inputs))
        return "input", number, None

    given = tuple(source(ref) for ref in entry.inputs)
    named = tuple(
        (name, tuple(source(r) for r in ((value,) if isinstance(value, Ref) else value)))
        for name, value in entry.keywords.items()
    )
    return entry.key, given, named, tuple(sorted(entry.options.items()))


def apart(group: Sequence[Segment]) -> list[Segment]:
    """As many of the segments as do not overlap, from the start of each stack."""
    kept: list[Segment] = []
    ends: dict[str, int] = {}
    for segment in group:
        if segment.start >= ends.get(segment.stack, 0):
            kept.append(segment)
            ends[segment.stack] = segment.end
    return kept
