"""How output shapes come about: the arithmetic that is printed gives the shape that the rules give."""

from __future__ import annotations

import math
import re

import pytest

from layerforge.diagnostics import Span
from layerforge.graph import Call
from layerforge.infer import Step
from layerforge.render.derivation import Dimension, derivation
from tests.layers.case import Case, batched, case, effect_of, the_layer
from tests.layers.families import CASES

DERIVED = (
    *(f"{kind}{rank}D" for kind in ("Conv", "MaxPooling", "AveragePooling") for rank in (1, 2, 3)),
    *(f"{kind}Conv{rank}D" for kind in ("Separable", "Depthwise") for rank in (1, 2)),
    *(f"Conv{rank}DTranspose" for rank in (1, 2, 3)),
    *(f"Global{kind}Pooling{rank}D" for kind in ("Max", "Average") for rank in (1, 2, 3)),
    *(
        "Bidirectional",
        "Concatenate",
        "Embedding",
        "Dense",
        "Flatten",
        "SimpleRNN",
        "GRU",
        "LSTM",
        "RepeatVector",
        "Permute",
    ),
)
OF_DERIVED = [each for each in CASES if re.split(r"\W", each.layer)[0] in DERIVED and each.shapes]
FUNCTIONS = {"floor": math.floor, "ceil": math.ceil, "max": max}


def derived(case: Case) -> list[Dimension]:
    layer = the_layer(case)
    shapes = tuple(batched(case, shape) for shape in case.shapes)
    outputs = effect_of(layer, case).outputs
    call = Call("it", layer, (), Span("case", 1, 1, 1, 1))
    return derivation(Step(call, ("input",) * len(shapes), shapes, outputs))


@pytest.mark.parametrize("case", OF_DERIVED, ids=str)
def test_the_dimensions_are_those_of_the_rule(case: Case) -> None:
    output = effect_of(the_layer(case), case).output
    if case.layer.startswith("Bidirectional") and not derived(case):
        assert "LSTM1D" in case.layer or "LSTM2D" in case.layer or "RNN: " in case.layer
        return
    assert [str(each.size) for each in derived(case)] == [str(dim) for dim in output[1:]]


@pytest.mark.parametrize("case", OF_DERIVED, ids=str)
def test_the_arithmetic_that_is_printed_gives_the_size(case: Case) -> None:
    for each in derived(case):
        formula = each.formula.replace(" x ", " * ").replace(" mod ", " % ").replace(",", "_")
        formula = re.sub(r"max\((.*)_ (\d+)\)", r"max(\1, \2)", formula)
        if re.fullmatch(r"(floor|ceil|max|[\d_()+*/%, -])+", formula):
            assert eval(formula, FUNCTIONS) == each.size, formula


def test_every_layer_with_a_derivation_has_cases() -> None:
    tried = {re.split(r"\W", each.layer)[0] for each in OF_DERIVED}
    assert tried == set(DERIVED)


def test_a_free_dimension_is_a_question_mark() -> None:
    steps, channels = derived(case("Conv1D: {filters: 4, kernel_size: 3}", (None, 7)))
    assert (steps.formula, str(steps.size)) == ("floor((? - 3) / 1) + 1", "None")
    assert (channels.formula, channels.size) == ("filters", 4)


def test_a_dilated_kernel_reaches_further() -> None:
    text = "Conv1D: {filters: 4, kernel_size: 3, dilation_rate: 2}"
    assert derived(case(text, (20, 7)))[0].formula == "floor((20 - ((3 - 1) x 2 + 1)) / 1) + 1"


def test_a_layer_without_a_formula_has_no_derivation() -> None:
    assert derived(case("BatchNormalization", (20, 7))) == []
