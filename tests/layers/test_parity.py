"""Every rule of the catalog against Keras itself: output shapes, weights and refusals, case by case."""

from __future__ import annotations

import math
from collections import Counter

import pytest

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers import Effect
from layerforge.records import replace
from layerforge.shapes import UNKNOWN
from tests.layers import in_graph, in_keras
from tests.layers.case import BadCase, Case, effect_of, read_case, the_layer
from tests.layers.families import BAD, CASES, LAYERS, MODELLED

# Layers whose products TensorFlow does not do as matrix products or convolutions, and why.
UNCOUNTED: dict[str, str] = {
    "Dot": "vectors are multiplied and summed value by value",
}
# Arguments with which it does more: low-rank products once for a batch, dilation by padded blocks.
PADDED = {"lora_rank", "dilation_rate"}
MAX_STEPS = 30  # loops are unrolled to be counted


def effect(case: Case) -> Effect:
    return effect_of(the_layer(case), case)


def _countable(case: Case) -> bool:
    """Whether TensorFlow does the layer's products, and no others, on shapes that are all known."""
    layer = the_layer(case)
    known = not any(None in shape for shape in case.shapes) and layer.type.name not in UNCOUNTED
    steps = case.shapes[0][0] if case.shapes and case.shapes[0] else 0
    return known and not PADDED & set(layer.values) and (steps or 0) <= MAX_STEPS


def _distinct(cases: list[Case]) -> list[Case]:
    """The cases of which each layer has different weights or work: the first of those alike."""
    first: dict[object, Case] = {}
    for case in cases:
        ours = effect(case)
        weights = (*ours.weights.items(), *ours.fixed.items())
        first.setdefault((the_layer(case).type.name, weights, ours.macs), case)
    return list(first.values())


COUNTED = _distinct([case for case in MODELLED if _countable(case)])
RECURRENT = [c for c in CASES if "Cell" not in the_layer(c).type.name and effect(c).recurrences]


def count(effect: Effect) -> int:
    shapes = (*effect.weights.values(), *effect.fixed.values())
    return sum(math.prod(shape) for shape in shapes)


@pytest.mark.parametrize("case", CASES, ids=str)
def test_outputs_and_weights_are_those_of_keras(case: Case) -> None:
    layer = the_layer(case)
    ours = effect(case)
    keras_layer = in_keras.make(layer, "it")
    shapes = in_keras.call(case, keras_layer, layer.type)
    known = [tuple(None if dim is UNKNOWN else dim for dim in out) for out in ours.outputs]
    assert known == shapes
    assert list(ours.weights.items()) == in_keras.weights(keras_layer, trainable=True)
    assert list(ours.fixed.items()) == in_keras.weights(keras_layer, trainable=False)


@pytest.mark.parametrize("case", [c for c in CASES if c.params is not None], ids=str)
def test_parameters_are_the_published_number(case: Case) -> None:
    assert count(effect(case)) == case.params


@pytest.mark.parametrize("case", [c for c in CASES if c.macs is not None], ids=str)
def test_multiply_adds_are_the_number_counted_by_hand(case: Case) -> None:
    assert effect(case).macs == case.macs


@pytest.mark.parametrize("case", COUNTED, ids=str)
def test_multiply_adds_are_those_of_the_graph(case: Case) -> None:
    assert effect(case).macs == in_graph.multiply_adds(case, the_layer(case))


@pytest.mark.parametrize("bad", BAD, ids=str)
def test_a_bad_layer_is_refused_by_both(bad: BadCase) -> None:
    found: list[Diagnostic] = []
    layer = read_case(bad.case, found)
    if layer is None:
        assert [fault.code for fault in found] == [bad.code]
    else:
        with pytest.raises(SpecError) as refused:
            effect_of(layer, bad.case)
        assert refused.value.code == bad.code
    refusal = in_keras.refusal(bad.case, layer, with_data=bad.late)
    assert refusal, "Keras takes it"


@pytest.mark.parametrize("case", RECURRENT, ids=str)
def test_gates_add_up_to_the_weights_of_a_recurrent_layer(case: Case) -> None:
    ours = effect(case)
    assert sum(recurrence.params for recurrence in ours.recurrences) == count(ours)


@pytest.mark.parametrize("case", [c for c in RECURRENT if c.shapes[0][0] is not None], ids=str)
def test_twice_the_steps_are_twice_the_work(case: Case) -> None:
    steps, *rest = case.shapes[0]
    assert steps is not None
    twice = replace(case, shapes=((2 * steps, *rest),), named={})
    once = replace(case, named={})
    assert effect(once).macs
    assert effect(twice).macs == 2 * effect(once).macs


def test_every_layer_of_the_catalog_has_a_case() -> None:
    assert set(LAYERS) - {the_layer(case).type.name for case in CASES} == set()


def test_no_case_stands_twice() -> None:
    names = Counter(str(case) for case in (*CASES, *BAD))
    assert [name for name, times in names.items() if times > 1] == []
