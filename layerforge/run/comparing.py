"""In which settings runs differ: their specs as they were run, value by value."""

from __future__ import annotations

from collections.abc import Iterator, Sequence

from layerforge.pipeline import compile_spec
from layerforge.run import directory
from layerforge.run.listing import Listed
from layerforge.source import Mapping, Node, Scalar
from layerforge.source import Sequence as SequenceNode

_STACKS = ("model", "blocks")  # compared by `diff`, layer by layer, not line by line


def differences(runs: Sequence[Listed]) -> dict[str, tuple[str | None, ...]]:
    """The values that are not alike in all runs, by their path in the spec; None where not written.

    Of the stacks only their size is compared: `model: parameters`.
    """
    settings = [dict(_settings(run)) for run in runs]
    paths = dict.fromkeys(path for each in settings for path in each)
    rows = {path: tuple(each.get(path) for each in settings) for path in paths}
    return {path: values for path, values in rows.items() if len(set(values)) > 1}


def _settings(run: Listed) -> Iterator[tuple[str, str]]:
    overrides = tuple(map(str, run.record.get("overrides", ())))
    choices = dict(run.record.get("choices", {}))
    compiled = compile_spec(run.path / directory.SPEC, overrides, choices)
    if isinstance(compiled.root, Mapping):
        for key, node in compiled.root.entries:
            if key.text not in _STACKS:
                yield from _leaves(node, key.text)
    yield from ((f"hyperparameter {name}", str(value)) for name, value in choices.items())
    if compiled.plan is not None:
        yield "parameters", f"{compiled.plan.params:,}"
        yield "layers", str(len(compiled.plan.steps))
    data = run.record.get("data")
    if isinstance(data, dict) and "sha256" in data:
        yield "data: sha256", str(data["sha256"])[:12]


def _leaves(node: Node, path: str) -> Iterator[tuple[str, str]]:
    """The words of a tree by their paths; a list of words is one value."""
    if isinstance(node, Scalar):
        yield path, node.text or "null"
    elif isinstance(node, Mapping):
        for key, value in node.entries:
            yield from _leaves(value, f"{path}.{key.text}")
    elif isinstance(node, SequenceNode):
        words = [item.text for item in node.items if isinstance(item, Scalar)]
        if len(words) == len(node.items):
            yield path, f"[{', '.join(words)}]"
        else:
            for number, item in enumerate(node.items):
                yield from _leaves(item, f"{path}.{number}")
