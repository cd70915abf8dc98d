"""Items that follow each other and say the same, or count up evenly, as one item with `repeat`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Final

from layerforge.records import replace
from layerforge.writing.stack import Entry, Program, Stack

_LEAST_STEPS: Final = 3  # two values make no progression


def merged(program: Program, progressions: bool = False) -> Program:
    """The program with runs of equal items merged, and of items whose numbers progress if so asked."""
    blocks = {
        name: replace(block, stack=_merged(block.stack, program, progressions))
        for name, block in program.blocks.items()
    }
    return Program(_merged(program.main, program, progressions), blocks)


def _merged(stack: Stack, program: Program, progressions: bool) -> Stack:
    users = _users(stack)
    entries: list[Entry] = []
    at = 0
    while at < len(stack.entries):
        run = _run(stack.entries, at, users, program if progressions else None)
        entry = stack.entries[at]
        if len(run) > 1:
            last = run[-1]
            arguments = _progressing(run, program) if progressions else entry.arguments
            assert arguments is not None
            times = str(sum(int(each.repeat) for each in run))
            entry = replace(
                entry, name=last.name, arguments=arguments, repeat=times, hint=last.hint
            )
        entries.append(entry)
        at += len(run)
    return replace(stack, entries=tuple(entries))


def _users(stack: Stack) -> dict[str, int]:
    """How many times each result is taken."""
    users: dict[str, int] = {}
    for ref in [*(ref for entry in stack.entries for ref in entry.refs()), *stack.outputs]:
        users[ref.name] = users.get(ref.name, 0) + 1
    for entry in stack.entries:
        if entry.key == "use":  # neither it nor what it calls again may go
            for name in (entry.name, *entry.arguments.values()):
                users[name] = users.get(name, 0) + 2
    return users


def _run(
    entries: Sequence[Entry], start: int, users: dict[str, int], progressing: Program | None
) -> Sequence[Entry]:
    """The entries from `start` on that one item with `repeat` can say."""
    run = [entries[start]]
    for entry in entries[start + 1 :]:
        before = run[-1]
        if not _continues(before, entry) or users.get(before.name) != 1:
            break
        if progressing is None and entry.arguments != before.arguments:
            break
        if progressing is not None and _progressing([*run, entry], progressing) is None:
            break
        run.append(entry)
    is_short = len(run) < _LEAST_STEPS and run[-1].arguments != run[0].arguments
    return run[:1] if is_short else run


def _continues(before: Entry, entry: Entry) -> bool:
    same = (entry.key, entry.options) == (before.key, before.options)
    whole = entry.repeat.isdecimal() and before.repeat.isdecimal()
    chained = [(ref.name, ref.output) for ref in entry.inputs] == [(before.name, None)]
    first = len(before.inputs) == 1 and not before.keywords and not entry.keywords
    unnamed = not (entry.hint or before.hint)
    return same and whole and chained and first and unnamed and entry.key != "use"


def _progressing(run: Sequence[Entry], program: Program) -> dict[str, str] | None:
    """The arguments of all in terms of `i`, or None where they do not progress evenly."""
    if all(entry.arguments == run[0].arguments for entry in run):
        return dict(run[0].arguments)
    if any(entry.repeat != "1" for entry in run):
        return None
    said = {}
    for name in dict.fromkeys(name for entry in run for name in entry.arguments):
        default = program.default(run[0].key, name)
        values = [entry.arguments.get(name, default) for entry in run]
        value = _progression([value for value in values if value is not None])
        if value is None or None in values:
            return None
        said[name] = value
    return said


def _progression(values: Sequence[str]) -> str | None:
    if len(set(values)) == 1:
        return None if "$(" in values[0] and "i" in values[0] else values[0]
    if not all(value.isdecimal() for value in values):
        return None
    numbers = [int(value) for value in values]
    first, step = numbers[0], numbers[1] - numbers[0]
    if all(number == first + step * i for i, number in enumerate(numbers)):
        grown = "i" if step == 1 else f"{step} * i"
        return f"$({grown})" if first == 0 else f"$({first} + {grown})".replace("+ -", "- ")
    ratio = numbers[1] // first if first else 0
    if ratio > 1 and all(number == first * ratio**i for i, number in enumerate(numbers)):
        return f"$({ratio} ** i)" if first == 1 else f"$({first} * {ratio} ** i)"
    return None
