"""Every case of the catalog as a model of one layer or operation: its script builds the same."""

from __future__ import annotations

from typing import Any

import keras
import pytest

from layerforge.build.model import make_model
from layerforge.build.verify import differences
from layerforge.diagnostics import Span
from layerforge.ejecting import eject
from layerforge.graph import Call, Graph, Input, Ref
from layerforge.infer import infer
from layerforge.records import replace
from layerforge.shapes import UNKNOWN
from tests.ejecting.test_scripts import _formatted, _run, _without_operation_names
from tests.layers.case import Case, Sample, the_layer
from tests.layers.families import CASES as LAYERS
from tests.layers.operations.families import CASES as OPERATIONS

_HERE = Span("case", 1, 1, 1, 1)
# A layer that a spec refuses to have as an item, such as a cell, has no place in a model.
_ITEMS = [case for case in LAYERS if not the_layer(case).type.holder] + OPERATIONS
_EACH = 20  # one case in so many is tried by default


def _param(at: int, case: Case) -> Any:
    return case if at % _EACH == 0 else pytest.param(case, marks=pytest.mark.exhaustive)


class _Inputs:
    """The inputs of a case's model, as they are asked for."""

    def __init__(self, case: Case) -> None:
        self.case = case
        self.types = (case.dtype or "").split()
        self.made: list[Input] = []

    def ref(self, sample: Sample, mask: bool = False) -> Ref:
        at = len(self.made)
        dtype = self.types[min(at, len(self.types) - 1)] if self.types else None
        shape = tuple(UNKNOWN if dim is None else dim for dim in sample)
        name = f"input_{at}"
        made = Input(name, shape, "bool" if mask else dtype, self.case.batch, False, _HERE)
        self.made.append(made)
        return Ref(name)

    def named(self, name: str, value: Any) -> Any:
        if isinstance(value, list):
            return tuple(self.ref(sample) for sample in value)
        return self.ref(value, "mask" in name)


def _graph(case: Case) -> Graph:
    inputs = _Inputs(case)
    layer = the_layer(case)
    given = tuple(inputs.ref(sample) for sample in case.shapes)
    named = {name: inputs.named(name, value) for name, value in case.named.items()}
    call = Call("it", layer.called("it"), given, _HERE, named, case.options)
    graph = Graph("case", tuple(inputs.made), (call,), (Ref("it", 0),))
    found: list[Any] = []
    plan = infer(graph, found)
    assert found == []
    outputs = tuple(Ref("it", at) for at in range(len(plan.steps[0].outputs)))
    return replace(graph, outputs=outputs if len(outputs) > 1 else (Ref("it"),))


def _without_seed(value: Any) -> Any:
    if isinstance(value, dict):
        return {key: _without_seed(each) for key, each in value.items() if key != "seed"}
    return [_without_seed(each) for each in value] if isinstance(value, list) else value


@pytest.mark.parametrize("case", [_param(at, case) for at, case in enumerate(_ITEMS)], ids=str)
def test_the_script_of_a_catalog_case_builds_it(case: Case) -> None:
    plan = infer(_graph(case), [])
    script = eject(plan)
    model = _run(script)
    assert differences(plan, model) == []
    config = _without_operation_names(model.get_config())
    keras.utils.clear_session()
    ours = _without_operation_names(make_model(plan).get_config())
    if case.layer.startswith("RandomCrop"):
        config, ours = _without_seed(config), _without_seed(ours)  # drawn where none is written
    assert config == ours
    assert _formatted(script) == script
