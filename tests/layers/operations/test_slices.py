"""The item `slice`: its parser against Python's own, and its shapes against NumPy's."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from layerforge.arguments import INVALID
from layerforge.build.operations import call_operation
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers.operations.slices import Selection, SelectionText, selected
from layerforge.source import read
from tests.layers.case import case, the_layer

_BOUND = st.none() | st.integers(-9, 9)
_STRETCH = st.builds(slice, _BOUND, _BOUND, st.none() | st.integers(-3, 3).filter(bool))
_PART = st.one_of(st.integers(-9, 9), _STRETCH, st.none())
_REST = st.lists(_PART, max_size=4)


def text_of(parts: list[Any]) -> str:
    return "[" + ", ".join(map(_written, parts)) + "]"


def _written(part: Any) -> str:
    if isinstance(part, slice):
        ends = [part.start, part.stop, part.step]
        return ":".join("" if end is None else str(end) for end in ends)
    return "..." if part is ... else str(part)


def parse(text: str) -> Any:
    found: list[Diagnostic] = []
    node = read(f'"{text}"', "case", found)
    assert node is not None
    return SelectionText().read(node, found)


@given(_REST, st.booleans(), st.lists(st.integers(1, 7), max_size=4))
def test_shapes_are_those_of_numpy(rest: list[Any], open_end: bool, sample: list[int]) -> None:
    parts = [slice(None), *([...] if open_end else []), *rest]
    selection = parse(text_of(parts))
    assert isinstance(selection, Selection)
    array = np.zeros((2, *sample), dtype="bool")
    try:
        expected = array[tuple(parts)].shape
    except IndexError:
        expected = None
    if expected is not None and 0 in expected:
        expected = None  # layerforge refuses to take nothing
    try:
        shape = selected((2, *sample), selection)
    except SpecError:
        shape = None
    assert shape == expected


@pytest.mark.parametrize(
    "text",
    [
        "[",
        "[]",
        "[:,]]",
        "[:, 1.0]",
        "[1e3]",
        "[:, -]",
        "[:::1]",
        "[:, 'a']",
        "[:, [0]]",
        "[()]",
    ],
)
def test_what_python_would_run_or_refuse_is_no_index(text: str) -> None:
    assert parse(text) is INVALID


def test_a_long_index_is_read_in_no_time() -> None:
    assert parse("[" + " " * 50_000 + ":" + " " * 50_000 + "x]") is INVALID
    assert isinstance(parse("[" + ", ".join([":"] * 10_000) + "]"), Selection)


def test_the_text_is_kept() -> None:
    assert str(parse("[:, -1:]")) == "[:, -1:]"


def test_values_are_those_of_numpy() -> None:
    import keras

    x = keras.Input((6, 4))
    made = call_operation(the_layer(case('slice: "[:, ::-2, None, 1]"')), [x], {}, "cut")
    data = np.arange(48, dtype="float32").reshape(2, 6, 4)
    np.testing.assert_array_equal(keras.Model(x, made)(data), data[:, ::-2, None, 1])
