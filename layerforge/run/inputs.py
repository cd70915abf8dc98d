"""The inputs of a model beside those of the data: which is which, and whether their shapes agree."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any, Final

from layerforge.data import Prepared
from layerforge.data.feeds import Feed
from layerforge.diagnostics import Diagnostic, did_you_mean
from layerforge.graph import Input
from layerforge.pipeline import Compiled
from layerforge.records import replace
from layerforge.shapes import UNKNOWN, differ, without_batch
from layerforge.spec import DataSettings

_MEANT: Final = {"past": "past", "history": "past", "future": "future", "static": "static"}


def with_inputs(compiled: Compiled) -> DataSettings | None:
    """The section `data` with the inputs that the names of a model's several inputs stand for."""
    settings = compiled.data
    if settings is None or settings.inputs is not None or compiled.plan is None:
        return settings
    names = [each.name for each in compiled.plan.graph.inputs]
    if len(names) < 2 or not set(names) <= set(_MEANT):
        return settings
    return replace(settings, inputs={name: _MEANT[name] for name in names})


def model_feeds(feeds: Sequence[Feed], taken: Mapping[str, tuple[Any, ...]]) -> tuple[Feed, ...]:
    """The feeds under the names of the model's inputs and in their shapes; one alone fits any name."""
    if len(feeds) == 1 and len(taken) == 1:
        name, shape = next(iter(taken.items()))
        return (replace(feeds[0], name=name).shaped(shape),)
    return tuple(feed.shaped(taken.get(feed.name, feed.shape)) for feed in feeds)


def taken_by(model: Any) -> dict[str, tuple[Any, ...]]:
    """The shape of each input of a Keras model, batch left out."""
    return {each.name: tuple(each.shape[1:]) for each in model.inputs}


def input_faults(inputs: Sequence[Input], prepared: Prepared) -> list[Diagnostic]:
    """Where the model's inputs are not those that the data give."""
    found = []
    for taken in inputs:
        if taken.batch_size is not None:
            message = f"the input fixes the batch at {taken.batch_size}"
            message += ", but the last batch is smaller"
            help = "leave `batch_size` out"
            found.append(Diagnostic("fixed-batch", message, taken.span, help))
    return found or _unmatched(inputs, prepared) or _misshapen(inputs, prepared)


def _unmatched(inputs: Sequence[Input], prepared: Prepared) -> list[Diagnostic]:
    names, given = [each.name for each in inputs], [feed.name for feed in prepared.feeds]
    if len(inputs) == len(given) == 1:
        return []
    if len(given) == 1 and prepared.settings.inputs is None:
        message = f"the model has {len(inputs)} inputs, and the data say nothing of them"
        help = "write `inputs:` in `data`, with the name of each and its columns"
        return [Diagnostic("several-outputs", message, inputs[0].span, help)]
    found = []
    for each in inputs:
        if each.name not in given:
            message = f"the data have no input `{each.name}`"
            help = did_you_mean(each.name, given) or f"they have {', '.join(given)}"
            found.append(Diagnostic("unknown-input", message, each.span, help))
    for name in given:
        if name not in names:
            message = f"the model has no input `{name}`"
            place = prepared.settings.span(f"inputs.{name}")
            help = did_you_mean(name, names) or f"it has {', '.join(names)}"
            found.append(Diagnostic("unknown-input", message, place, help))
    return found


def _misshapen(inputs: Sequence[Input], prepared: Prepared) -> list[Diagnostic]:
    found = []
    feeds = {feed.name: feed for feed in model_feeds(prepared.feeds, _shapes(inputs))}
    for taken in inputs:
        given = feeds[taken.name].shape
        if len(given) == len(taken.shape) and not any(map(differ, given, taken.shape)):
            continue
        shapes = without_batch((UNKNOWN, *taken.shape)), without_batch((UNKNOWN, *given))
        message = f"the model takes {shapes[0]}, but a sample of the data is {shapes[1]}"
        help = f"write `input: {list(given)}`, or leave it out"
        if len(inputs) > 1:
            message = f"the input `{taken.name}` is {shapes[0]}, but the data give {shapes[1]}"
            help = f"write `{taken.name}: {list(given)}`"
        found.append(Diagnostic("input-mismatch", message, taken.span, help))
    return found


def _shapes(inputs: Sequence[Input]) -> dict[str, tuple[Any, ...]]:
    return {each.name: tuple(each.shape) for each in inputs}
