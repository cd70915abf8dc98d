"""Random calls and random whole specs over the whole catalog: the static engine and Keras say the same.

Hundreds by default, thousands among the slow tests, tens of thousands among the exhaustive ones.
`RANDOM_SEED` begins elsewhere. What they found stands as cases in `tests/layers`.
"""

from __future__ import annotations

import os
import traceback
import warnings
from collections import Counter
from pathlib import Path
from random import Random
from typing import Any

import keras
import pytest

from layerforge.build.verify import verify
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers import Layer
from layerforge.pipeline import compile_spec
from layerforge.shapes import UNKNOWN
from tests.layers import in_keras
from tests.layers.case import Case, effect_of, read_case
from tests.layers.operations import in_keras as operations
from tests.property.variations import variation
from tests.property.whole_specs import spec

SEED = int(os.environ.get("RANDOM_SEED", "1"))
MANY = [
    pytest.param(300, id="hundreds"),
    pytest.param(3_000, id="thousands", marks=pytest.mark.slow),
    pytest.param(40_000, id="tens of thousands", marks=pytest.mark.exhaustive),
]
WHOLE = [
    pytest.param(30, id="thirty"),
    pytest.param(300, id="hundreds", marks=pytest.mark.slow),
    pytest.param(10_000, id="ten thousand", marks=pytest.mark.exhaustive),
]
# What layerforge refuses although Keras says a shape for it, and why.
STRICTER = {
    "wrong-rank": "Keras would take the batch for an axis of the sample, or fail with data",
    "wrong-axis": "Keras would take the batch, or one axis twice",
    "shape-mismatch": "Keras would spread one tensor over the other, or fail with data",
    "untrue-shape": "Keras says another shape than it gives",
    "unknown-dimension": "Keras fails with data, or makes weights of no size",
    "wrong-length": "Keras takes what is left over for nothing",
    "out-of-range": "nothing would be left, or Keras fails with data",
    "kernel-too-large": "nothing would be left, or Keras fails with data",
    "wrong-size": "Keras fails with data",
    "bad-reshape": "Keras fails with data",
    "bad-groups": "Keras fails with data",
    "conflicting-arguments": "Keras builds it and fails to run it",
    "missing-argument": "Keras must have seen data before",
    "missing-input": "Keras fails with data",
    "keras-refuses": "Keras plans another shape than it gives",
    "bad-vocabulary": "Keras fails with data",
    "not-ascending": "Keras sorts it, and gives other numbers to other values",
}
_REFUSED_BY_BOTH = 0.5  # of what layerforge refuses, at least
# Types that Keras's lookups and some operations cannot compute in: no matter of shapes or weights.
_OF_TYPES = ("dtype", "implicit conversions", "data type")
_RESET = 200  # calls after which Keras forgets the layers so far


def _of_keras(case: Case, layer: Layer) -> tuple[Any, Any, Any]:
    if layer.type.is_operation:
        model = operations.model_of(case, layer)
        return [tuple(tensor.shape) for tensor in model.outputs], {}, {}
    made = in_keras.make(layer, "it")
    shapes = in_keras.call(case, made, layer.type)
    return shapes, dict(in_keras.weights(made, True)), dict(in_keras.weights(made, False))


def _is_of_keras(error: Exception) -> bool:
    frames = traceback.extract_tb(error.__traceback__)
    inside = any({"keras", "tensorflow"} & set(Path(frame.filename).parts) for frame in frames)
    return inside or "argument" in str(error) or "tensors for" in str(error)


def _compare(case: Case) -> tuple[str, str]:
    """What the two make of a call, in a word, and more of it where they do not agree."""
    found: list[Diagnostic] = []
    layer = read_case(case, found)
    if layer is None:
        return "unreadable", found[0].code
    try:
        ours = effect_of(layer, case)
        code = ""
    except SpecError as error:
        code = error.code
    try:
        shapes, weights, fixed = _of_keras(case, layer)
    except Exception as error:
        if not _is_of_keras(error):
            raise
        if code or any(word in str(error) for word in _OF_TYPES):
            return "refused by both", code
        return "refused by Keras alone", str(error)
    if code:
        return ("stricter" if code in STRICTER else "refused by layerforge alone"), code
    known = [tuple(None if dim is UNKNOWN else dim for dim in out) for out in ours.outputs]
    if known != shapes:
        return "other shapes", f"{known}, in Keras {shapes}"
    if (dict(ours.weights), dict(ours.fixed)) != (weights, fixed):
        return "other weights", f"{ours.weights} {ours.fixed}, in Keras {weights} {fixed}"
    return "alike", ""


@pytest.mark.parametrize("count", MANY)
def test_a_random_call_is_taken_by_both_with_the_same_shapes_and_weights_or_refused_by_both(
    count: int,
) -> None:
    dice = Random(SEED)
    told: Counter[str] = Counter()
    against: list[str] = []
    for at in range(count):
        if at % _RESET == 0:
            keras.utils.clear_session()
        case = variation(dice)
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            verdict, more = _compare(case)
        told[verdict] += 1
        if verdict.startswith(("other", "refused by Keras", "refused by layerforge")):
            against.append(f"{verdict}: {case}: {more}")
    assert against == []
    assert told["alike"] > count / 2, told  # else the dice say little
    refused = told["refused by both"], told["stricter"]
    assert refused[0] >= _REFUSED_BY_BOTH * sum(refused), told


@pytest.mark.parametrize("count", WHOLE)
def test_a_random_spec_is_the_model_that_keras_makes_of_it(count: int, tmp_path: Path) -> None:
    dice = Random(SEED)
    path = tmp_path / "spec.yaml"
    calls = 0
    for _ in range(count):
        text = spec(dice)
        path.write_text(text, encoding="utf-8")
        compiled = compile_spec(path)
        assert [fault.message for fault in compiled.found if fault.severity == "error"] == [], text
        assert compiled.plan is not None
        with warnings.catch_warnings():
            warnings.simplefilter("ignore")
            assert verify(compiled.plan) == [], text
        calls += len(compiled.plan.steps)
    assert calls > 2 * count
