"""The input that only the data know: a table is as wide as its columns, and its categories, make it."""

from __future__ import annotations

from layerforge.data import Prepared, prepare
from layerforge.diagnostics import Faults, errors
from layerforge.pipeline import Compiled, compile_opened
from layerforge.records import replace


def completed(compiled: Compiled) -> Compiled:
    """The spec itself or, where it lacks the input, with the shape of a sample of its data.

    The rows are read only then. Where they cannot be, their faults stand for the missing input.
    """
    if compiled.data is None or all(each.code != "no-input" for each in errors(compiled.found)):
        return compiled
    try:
        prepared = prepare(compiled.data, compiled.path.parent)
    except Faults as stop:
        others = [fault for fault in compiled.found if fault.code != "no-input"]
        return replace(compiled, found=(*others, *stop.diagnostics))
    return _with_sample(compiled, prepared)


def widened(compiled: Compiled, prepared: Prepared) -> Compiled:
    """The spec with the input that its data give, where the section alone let another be thought.

    A forecast's features are taken for numbers until they are read; a category is several columns.
    """
    assumed = compiled.data.input_shape if compiled.data is not None else None
    if assumed in (None, prepared.input_shape) or len(prepared.feeds) > 1:
        return compiled
    return _with_sample(compiled, prepared)


def _with_sample(compiled: Compiled, prepared: Prepared) -> Compiled:
    assert compiled.opened is not None  # as in every spec that could be read
    return compile_opened(compiled.opened, compiled.choices, prepared.input_shape)
