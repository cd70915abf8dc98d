"""Every operation against Keras itself: planned shapes, refusals, saving and loading, and what comes out."""

from __future__ import annotations

from collections import Counter

import numpy as np
import pytest

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers import CATALOG
from tests.layers.case import BadCase, Case, bad, effect_of, read_case, the_layer
from tests.layers.operations import in_keras
from tests.layers.operations.families import BAD, CASES

# What Keras lets through and layerforge does not, and why.
STRICT: list[tuple[BadCase, str]] = [
    (bad("wrong-rank", "ops.image.resize: [4, 5]", (28, 28)), "the batch would be the rows"),
    (bad("wrong-rank", "ops.image.extract_patches: 2", (28, 28)), "the batch would be the rows"),
    (bad("kernel-too-large", "ops.unfold: 9", (3, 8, 8), batch=2), "there would be no patch"),
    (bad("out-of-range", "ops.top_k: 0", (6, 4)), "there would be no value"),
    (bad("out-of-range", 'slice: "[:, 5:3]"', (6, 4)), "there would be no value"),
    (bad("out-of-range", 'slice: "[:, 6:]"', (6, 4)), "there would be no value"),
    (bad("wrong-axis", 'slice: "[0]"', (6, 4)), "samples are not told apart"),
    (bad("wrong-axis", 'slice: "[::2]"', (6, 4)), "samples are not told apart"),
    (bad("wrong-axis", 'slice: "[None]"', (6, 4)), "the batch would not come first"),
    (bad("wrong-axis", 'slice: "[..., 0, 0, 0]"', (6, 4)), "samples are not told apart"),
]
# Keras forgets the names of these when it saves a model.
NAMELESS = ("ops.image.extract_patches", "ops.image.extract_patches_3d")


def plan(case: Case) -> list[tuple[int | None, ...]]:
    outputs = effect_of(the_layer(case), case).outputs
    return [tuple(dim if isinstance(dim, int) else None for dim in shape) for shape in outputs]


def fits(planned: tuple[int | None, ...], found: tuple[int, ...]) -> bool:
    return len(planned) == len(found) and all(
        a in (None, b) for a, b in zip(planned, found, strict=True)
    )


@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_outputs_are_those_of_keras_and_of_the_loaded_model(case: Case) -> None:
    layer = the_layer(case)
    model = in_keras.model_of(case, layer)
    assert [tuple(tensor.shape) for tensor in model.outputs] == plan(case)
    again = in_keras.loaded(model)
    assert [tuple(tensor.shape) for tensor in again.outputs] == plan(case)
    if layer.type.name not in NAMELESS:
        assert model.operations[-1].name == again.operations[-1].name == "it"


@pytest.mark.slow
@pytest.mark.parametrize("case", CASES, ids=str)
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_what_runs_has_the_planned_shape_and_survives_saving(case: Case) -> None:
    model = in_keras.model_of(case, the_layer(case))
    data = in_keras.data_for(model)
    made = in_keras.run(model, data)
    planned = plan(case)
    assert len(made) == len(planned)
    assert all(fits(shape, each.shape) for shape, each in zip(planned, made, strict=True))
    for one, other in zip(made, in_keras.run(in_keras.loaded(model), data), strict=True):
        np.testing.assert_array_equal(one, other)


@pytest.mark.parametrize("case", [c for c in CASES if c.macs is not None], ids=str)
def test_multiply_adds_are_the_number_counted_by_hand(case: Case) -> None:
    assert effect_of(the_layer(case), case).macs == case.macs


def refusal(bad: BadCase) -> str | None:
    """The code layerforge refuses a case with."""
    found: list[Diagnostic] = []
    layer = read_case(bad.case, found)
    if layer is None:
        assert len(found) == 1, found
        return found[0].code
    with pytest.raises(SpecError) as refused:
        effect_of(layer, bad.case)
    return refused.value.code


@pytest.mark.parametrize("bad", BAD, ids=str)
@pytest.mark.filterwarnings("ignore:NotImplemented should not be used:DeprecationWarning")
def test_a_bad_operation_is_refused_by_both(bad: BadCase) -> None:
    assert refusal(bad) == bad.code
    if bad.case.layer.startswith("slice") and bad.code == "wrong-type":
        return  # a text that is no index has no counterpart in Keras
    layer = read_case(bad.case, [])
    assert in_keras.fault(bad.case, layer) == ("with data" if bad.late else "at once")


@pytest.mark.parametrize("bad", [bad for bad, _ in STRICT], ids=str)
def test_what_layerforge_alone_refuses_is_written_down(bad: BadCase) -> None:
    assert refusal(bad) == bad.code
    assert in_keras.fault(bad.case, read_case(bad.case, [])) is None or "slice" in bad.case.layer


def test_every_operation_of_the_catalog_has_a_case() -> None:
    names = {name for name, entry in CATALOG.items() if entry.is_operation}
    assert names - {the_layer(case).type.name for case in CASES} == set()


def test_no_case_stands_twice() -> None:
    names = Counter(f"{case} {case.dtype}" for case in (*CASES, *(bad.case for bad in BAD)))
    assert [name for name, times in names.items() if times > 1] == []
