"""Repeated structures folded into blocks, the one that saves most lines first, as long as lines are saved."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import Final

from layerforge.graph import Ref, Tensors
from layerforge.layers import find, snake_case
from layerforge.records import record, replace
from layerforge.writing.parameters import Parameters, parameters_of
from layerforge.writing.repeats import merged
from layerforge.writing.segments import Segment, apart, segments_by_form
from layerforge.writing.stack import FIRST, Block, Entry, Program, Stack, free_name

_LEAST_SAVED: Final = 4.0
_HEADER: Final = 3.0  # the lines of a block beside its items: name, args, layers
_PER_ARGUMENT: Final = 0.3  # what a reader pays for each argument of a call
_MOST_BLOCKS: Final = 24
_MOST_ARGUMENTS: Final = 7
# A block that begins or ends with these is cut at the wrong place, where there is a choice.
_NOT_FIRST: Final = frozenset(
    ["Activation", "ReLU", "LeakyReLU", "PReLU", "Dropout", "Add", "Multiply"]
)
_MERGES: Final = frozenset(("Add", "ops.add", "Concatenate", "ops.concatenate", "Multiply"))


@record
class _Candidate:
    segments: Sequence[Segment]
    parameters: Parameters
    saved: float


def fold(program: Program) -> Program:
    """The same model with blocks for what occurs more than once; the program itself where nothing does."""
    for _ in range(_MOST_BLOCKS):
        best = _best(program)
        if best is None:
            break
        program = merged(_folded(program, best))
    return merged(program, progressions=True)


def _best(program: Program) -> _Candidate | None:
    """The stretches that save most lines as a block, if any save enough."""
    groups = [apart(group) for group in segments_by_form(program)]
    groups = [group for group in groups if len(group) > 1]
    stacks = program.stacks()
    groups.sort(key=lambda group: -_bound(group, stacks))
    best: _Candidate | None = None
    for group in groups:
        least = best.saved if best else _LEAST_SAVED
        if _bound(group, stacks) <= least:
            break
        candidate = _candidate(group, program, stacks)
        if candidate is not None and candidate.saved > least:
            best = candidate
    return best


def _bound(group: Sequence[Segment], stacks: Mapping[str, Stack]) -> float:
    """More lines than the group can save."""
    return (len(group) - 1) * (_lines(_entries(group[0], stacks)) + 0.5) + len(group)


def _entries(segment: Segment, stacks: Mapping[str, Stack]) -> tuple[Entry, ...]:
    return stacks[segment.stack].entries[segment.start : segment.end]


def _candidate(
    group: Sequence[Segment], program: Program, stacks: Mapping[str, Stack]
) -> _Candidate | None:
    stretches = [_entries(segment, stacks) for segment in group]
    parameters = parameters_of(stretches, program)
    if parameters is None or len(parameters.defaults) > _MOST_ARGUMENTS:
        return None
    body = _lines(stretches[0])
    calls = _calls_cost(group, parameters, stacks)
    saved = len(group) * body - body - _HEADER - calls
    return _Candidate(group, parameters, saved * (1 + _fitness(group, stretches, stacks)))


def _calls_cost(
    group: Sequence[Segment], parameters: Parameters, stacks: Mapping[str, Stack]
) -> float:
    """The lines of the calls: none for one that repeats the call before it."""
    cost = 0.0
    before: tuple[str, int, Mapping[str, str]] | None = None
    for segment, given in zip(group, parameters.calls, strict=True):
        follows = before == (segment.stack, segment.start, given)
        if not (follows and len(segment.inputs) == 1 and _takes_previous(segment, stacks)):
            cost += 1 + _PER_ARGUMENT * len(given) + (not _takes_previous(segment, stacks))
        before = (segment.stack, segment.end, given)
    return cost + 0.1 * len(parameters.defaults)


def _takes_previous(segment: Segment, stacks: Mapping[str, Stack]) -> bool:
    stack = stacks[segment.stack]
    before = stack.entries[segment.start - 1].name if segment.start else stack.inputs[0]
    return len(segment.inputs) == 1 and segment.inputs[0].name == before


def _lines(entries: Sequence[Entry]) -> float:
    """How many lines the items take: one each, one more for what stands beside it."""
    lines, before = 0.0, ""
    for entry in entries:
        departs = len(entry.inputs) != 1 or bool(entry.keywords) or entry.inputs[0].name != before
        lines += 1 + (departs and entry is not entries[0]) + bool(entry.options)
        lines += entry.repeat != "1"
        before = entry.name
    return lines


def _fitness(
    group: Sequence[Segment], stretches: Sequence[Sequence[Entry]], stacks: Mapping[str, Stack]
) -> float:
    """A small share more for stretches cut where their author, or a reader, would cut them."""
    share = 0.0
    if stretches[0][0].key in _NOT_FIRST:
        share -= 0.05
    named = [_common([entry.hint for entry in stretch]) for stretch in stretches]
    if all(named) and len(set(named)) == len(named):
        neighbours = [stacks[s.stack].entries[s.start - 1].hint if s.start else "" for s in group]
        clean = sum(not n.startswith(p) for n, p in zip(neighbours, named, strict=True))
        share += 0.12 * clean / len(named)
    return share


def _common(hints: Sequence[str]) -> str:
    """What the names of entries begin with alike, up to the last `_` before they differ."""
    if not all(hints):
        return ""
    first, last = min(hints), max(hints)
    length = next((i for i, c in enumerate(first) if last[i : i + 1] != c), len(first))
    shared = first[:length]
    return shared if length == len(first) == len(last) else shared[: shared.rfind("_") + 1]


def _folded(program: Program, candidate: _Candidate) -> Program:
    """The program with a new block in place of the candidate's stretches."""
    stacks = program.stacks()
    first = candidate.segments[0]
    name = free_name(_block_name(candidate, stacks), program.blocks)
    body = _body(first, candidate.parameters, stacks)
    block = Block(name, candidate.parameters.defaults, body)
    new = {key: _called(key, stack, name, candidate) for key, stack in stacks.items()}
    blocks = {key: replace(each, stack=new[key]) for key, each in program.blocks.items()}
    return Program(new[FIRST], _in_order({**blocks, name: block}))


def _in_order(blocks: Mapping[str, Block]) -> dict[str, Block]:
    """Each block after those it calls."""
    done: dict[str, Block] = {}

    def add(name: str) -> None:
        if name in blocks and name not in done:
            for entry in blocks[name].stack.entries:
                add(entry.key)
            done[name] = blocks[name]

    for name in blocks:
        add(name)
    return done


def _body(segment: Segment, parameters: Parameters, stacks: Mapping[str, Stack]) -> Stack:
    """The stack of the new block: the first stretch, in terms of the block's arguments and inputs."""
    entries = _entries(segment, stacks)
    inside = {entry.name for entry in entries}
    names = ["input"] if len(segment.inputs) == 1 else _input_names(segment)
    outside = {(r.name, r.output): n for r, n in zip(segment.inputs, names, strict=True)}

    def ref(old: Ref) -> Ref:
        return old if old.name in inside else Ref(outside[(old.name, old.output)])

    shortcut = _shortcut(entries)
    body = [
        replace(
            _rewired(entry, ref),
            arguments=arguments,
            repeat=repeat,
            hint="shortcut" if entry.name == shortcut else "",
        )
        for entry, (arguments, repeat) in zip(entries, parameters.entries, strict=True)
    ]
    return Stack(tuple(names), tuple(body), (Ref(entries[-1].name),))


def _shortcut(entries: Sequence[Entry]) -> str:
    """The entry that the only sum among them takes beside the one before it."""
    sums = [at for at, entry in enumerate(entries) if entry.key in ("Add", "ops.add")]
    if len(sums) != 1 or len(entries[sums[0]].inputs) != 2:
        return ""
    before = entries[sums[0] - 1].name
    others = [ref.name for ref in entries[sums[0]].inputs if ref.name != before]
    inside = {entry.name for entry in entries}
    return others[0] if len(others) == 1 and others[0] in inside else ""


def _input_names(segment: Segment) -> list[str]:
    return [
        "input",
        *(f"other_{at}" if at > 1 else "other" for at in range(1, len(segment.inputs))),
    ]


def _rewired(entry: Entry, ref: object) -> Entry:
    assert callable(ref)
    keywords: dict[str, Tensors] = {}
    for name, value in entry.keywords.items():
        keywords[name] = ref(value) if isinstance(value, Ref) else tuple(ref(r) for r in value)
    return replace(entry, inputs=tuple(ref(each) for each in entry.inputs), keywords=keywords)


def _called(key: str, stack: Stack, name: str, candidate: _Candidate) -> Stack:
    """The stack with calls of the block in place of the stretches."""
    starts = {
        segment.start: (segment, given)
        for segment, given in zip(candidate.segments, candidate.parameters.calls, strict=True)
        if segment.stack == key
    }
    if not starts:
        return stack
    entries: list[Entry] = []
    at = 0
    while at < len(stack.entries):
        if at in starts:
            segment, given = starts[at]
            last = stack.entries[segment.end - 1]
            # The call takes the name of the last result, by which others refer to it.
            entries.append(Entry(last.name, name, given, segment.inputs))
            at = segment.end
        else:
            entries.append(stack.entries[at])
            at += 1
    return replace(stack, entries=tuple(entries))


def _block_name(candidate: _Candidate, stacks: Mapping[str, Stack]) -> str:
    """A name for the block: from the names of its layers, or from what it does."""
    stretches = [_entries(segment, stacks) for segment in candidate.segments]
    entries, segment = stretches[0], candidate.segments[0]
    if any(
        find(entry.key) is None and repeat != "1"
        for entry, (_, repeat) in zip(entries, candidate.parameters.entries, strict=True)
    ):
        return "stage"
    last = [entry for entry in entries if entry.key in _MERGES][-1:]
    if last and last[0].key in ("Add", "ops.add"):
        skips = any(ref in segment.inputs for ref in last[0].refs())
        if skips or len(last[0].inputs) == 2:
            return "residual" if skips else "projected"
    words = [_word(_common([entry.hint for entry in stretch])) for stretch in stretches]
    if words[0] and words.count(words[0]) == len(words):
        return words[0]
    keys = [_short(entry.key) for entry in entries]
    return "_".join(dict.fromkeys(keys)) if len(set(keys)) <= 3 else "block"


def _word(prefix: str) -> str:
    """The last word of a prefix, its numbers left out: `conv2_block1_` is a `block`."""
    words = [re.sub(r"\d+[a-z]?$", "", word) for word in prefix.split("_")]
    words = [word.lower() for word in words if len(word) > 2 and word.isalpha()]
    return words[-1] if words else ""


_SHORT: Final = {
    "BatchNormalization": "bn",
    "LayerNormalization": "norm",
    "Activation": "act",
    "MaxPooling2D": "pool",
    "ZeroPadding2D": "pad",
    "SeparableConv2D": "sepconv",
    "DepthwiseConv2D": "depthwise",
}


def _short(key: str) -> str:
    if key in _SHORT:
        return _SHORT[key]
    name = key.removeprefix("ops.").replace(".", "_")
    return re.sub(r"\d?d$", "", snake_case(name)) if find(key) else name
