"""The arithmetic of shapes behind the operations, on random shapes, against Keras's own."""

from __future__ import annotations

from typing import Any

import keras
import pytest
from hypothesis import given
from hypothesis import strategies as st
from keras.src.ops import operation_utils

from layerforge.diagnostics import SpecError
from layerforge.layers.operations.fitting import broadcast, reduced
from layerforge.shapes import UNKNOWN, Shape
from tests.layers.case import case, the_layer

DIM = st.none() | st.integers(1, 4)
SHAPE = st.lists(DIM, max_size=4).map(tuple)
AXES = st.none() | st.integers(-4, 3) | st.lists(st.integers(-4, 3), min_size=1, max_size=3)


def ours(shape: tuple[int | None, ...]) -> Shape:
    return tuple(UNKNOWN if dim is None else dim for dim in shape)


def theirs(shape: Shape) -> tuple[int | None, ...]:
    return tuple(dim if isinstance(dim, int) else None for dim in shape)


def of_keras(function: Any, *arguments: Any) -> tuple[int | None, ...] | None:
    """The shape Keras computes, or None where it refuses."""
    try:
        made = function(*arguments)
    except (ValueError, TypeError, IndexError):
        return None
    return tuple(getattr(made, "shape", made))


def _meets_a_length(a: tuple[Any, ...], b: tuple[Any, ...]) -> bool:
    """Whether the unknown first axis of the shorter would have to be a known length: the batch never is."""
    short, long = sorted((a, b), key=len)
    other = long[-len(short)] if short else None
    return len(short) < len(long) and short[:1] == long[:1] == (None,) and (other or 0) > 1


@given(SHAPE, SHAPE)
def test_broadcasting_is_that_of_keras(a: tuple[Any, ...], b: tuple[Any, ...]) -> None:
    expected = None if _meets_a_length(a, b) else of_keras(operation_utils.broadcast_shapes, a, b)
    try:
        found = theirs(broadcast(ours(a), ours(b)))
    except SpecError:
        found = None
    assert found == expected


@given(SHAPE, AXES, st.booleans())
def test_reduction_is_that_of_keras(shape: tuple[Any, ...], axes: Any, keepdims: bool) -> None:
    expected = of_keras(operation_utils.reduce_shape, shape, axes, keepdims)
    if isinstance(axes, list) and len({axis % max(len(shape), 1) for axis in axes}) < len(axes):
        expected = None  # one axis twice: Keras takes another one away for it
    try:
        found = theirs(reduced(ours(shape), axes, keepdims))
    except SpecError:
        found = None
    assert found == expected


@given(SHAPE, st.lists(st.integers(-1, 6), max_size=4))
def test_reshaping_is_that_of_keras(shape: tuple[Any, ...], target: list[int]) -> None:
    utility = operation_utils.compute_reshape_output_shape
    expected = of_keras(utility, shape, target, "newshape")
    rule = the_layer(case("ops.reshape: [1]")).type.rule
    try:
        found = theirs(rule(ours(shape), newshape=tuple(target)).output)
    except SpecError:
        found = None
    assert found == expected


TERM = st.text("abc", min_size=1, max_size=3)


@given(st.lists(TERM, min_size=1, max_size=3), st.permutations("abc"), st.integers(0, 3), st.data())
def test_einsum_is_that_of_keras(
    terms: list[str], order: list[str], kept: int, data: st.DataObject
) -> None:
    lengths = {letter: data.draw(DIM, label=letter) for letter in "abc"}
    used = [letter for letter in order if any(letter in term for term in terms)]
    equation = f"{','.join(terms)}->{''.join(used[:kept])}"
    shapes = [tuple(lengths[letter] for letter in term) for term in terms]
    expected = keras.ops.einsum(equation, *(keras.KerasTensor(shape) for shape in shapes)).shape
    rule = the_layer(case(f'ops.einsum: "{equation}"')).type.rule
    found = rule(*map(ours, shapes), subscripts=equation).output
    assert theirs(found) == tuple(expected)


def test_einsum_takes_the_first_axis_of_a_letter_that_stands_twice() -> None:
    rule = the_layer(case('ops.einsum: "bii->bi"')).type.rule
    for shape in ((None, None, 4), (None, 4, None), (None, 4, 4)):
        expected = keras.ops.einsum("bii->bi", keras.KerasTensor(shape)).shape
        assert theirs(rule(ours(shape), subscripts="bii->bi").output) == tuple(expected)


def test_a_number_for_the_whole_batch_is_called_so() -> None:
    with pytest.raises(SpecError) as error:
        the_layer(case("ops.sort")).effect(())
    assert (
        error.value.message == "needs axis -1, but a single number for the whole batch has no axes"
    )
    with pytest.raises(SpecError) as error:
        the_layer(case("Dense: 4")).effect(())
    assert "not one number for the whole batch" in error.value.message
