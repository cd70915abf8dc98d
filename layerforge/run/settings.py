"""The settings of a run as a flat list of names and texts, by which two runs are compared."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from typing import Any, Final

from layerforge.components import Component
from layerforge.graph import Call, Graph, Ref
from layerforge.layers import Layer
from layerforge.pipeline import Compiled
from layerforge.spec import TrainSettings

# What may be another number in a run that goes on.
FREE: Final = ("train.epochs", "train.checkpoint", "train.execution")
_PLACES: Final = ("spans", "place")


def settings_of(compiled: Compiled) -> dict[str, str]:
    """Every setting in force by its name in the spec: `data.window`, `train.epochs`, `model.dense.units`."""
    train = compiled.train or TrainSettings()
    found = {**_section("data", compiled.data), **_section("train", train)}
    if compiled.graph is not None:
        found |= _graph(compiled.graph, "model")
    return found


def differences(before: Mapping[str, str], now: Mapping[str, str]) -> list[tuple[str, str, str]]:
    """Name, value before and value now of each setting that differs; `-` where it is not there."""
    names = dict.fromkeys((*before, *now))
    pairs = [(name, before.get(name, "-"), now.get(name, "-")) for name in names]
    return [pair for pair in pairs if pair[1] != pair[2]]


def _section(name: str, settings: Any) -> dict[str, str]:
    if settings is None:
        return {}
    fields = [field for field in settings.__match_args__ if field not in _PLACES]
    values = {field: getattr(settings, field) for field in fields}
    return {f"{name}.{key}": _text(value) for key, value in values.items() if value is not None}


def _graph(graph: Graph, prefix: str) -> dict[str, str]:
    found = {f"{prefix}.{each.name}": f"Input {list(each.shape)}" for each in graph.inputs}
    for call in graph.calls:
        found[f"{prefix}.{call.name}"] = _call(call)
        for name, value in call.layer.values.items():
            found[f"{prefix}.{call.name}.{name}"] = _text(value)
        if call.inner is not None:
            found |= _graph(call.inner, f"{prefix}.{call.name}")
    found[f"{prefix}.outputs"] = _text(graph.outputs)
    return found


def _call(call: Call) -> str:
    """Which layer is called on what: `LSTM from conv1d`."""
    words = [call.layer.type.name, "from", ", ".join(str(ref) for ref in call.inputs)]
    return " ".join([*words, *_pairs(call.keywords), *_pairs(call.options)])


def _pairs(values: Mapping[str, Any]) -> Iterator[str]:
    return (f"{name}={_text(value)}" for name, value in values.items())


def _text(value: Any) -> str:
    """A value as a spec would say it."""
    if isinstance(value, Component | Layer):
        name = value.name if isinstance(value, Component) else value.type.name
        inner = ", ".join(_pairs(value.values))
        return f"{name}({inner})" if inner else name
    if isinstance(value, Mapping):
        return f"{{{', '.join(f'{key}: {_text(each)}' for key, each in value.items())}}}"
    if isinstance(value, Sequence) and not isinstance(value, str):
        return f"[{', '.join(map(_text, value))}]"
    if hasattr(value, "__match_args__") and not isinstance(value, Ref):
        shown = {name: getattr(value, name) for name in value.__match_args__}
        return _text({name: each for name, each in shown.items() if each is not None})
    return str(value)
