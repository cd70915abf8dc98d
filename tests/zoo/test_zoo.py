"""The zoo: every spec's counts and outputs, its agreement with Keras, a pass forward, and the table."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest

from layerforge.infer import Plan
from layerforge.pipeline import compile_spec
from layerforge.writing import write_spec
from tests.zoo.counts import KNOWN

ZOO = Path(__file__).parents[2] / "specs" / "zoo"
SPECS = sorted(ZOO.glob("*.yaml"))
_ROW = re.compile(r"\| \[([\w-]+)\]\([\w-]+\.yaml\) \|.*\| ([\d,]+) \|")

each = pytest.mark.parametrize("path", SPECS, ids=[path.stem for path in SPECS])


def _plan(path: Path) -> Plan:
    compiled = compile_spec(path)
    assert compiled.plan is not None, compiled.found
    return compiled.plan


def test_the_zoo_is_as_large_as_what_is_known_of_it() -> None:
    assert {path.stem for path in SPECS} == set(KNOWN)
    assert len(SPECS) >= 30


@each
def test_a_spec_compiles_without_a_fault(path: Path) -> None:
    assert compile_spec(path).found == ()


@each
def test_a_spec_has_the_published_or_derived_counts(path: Path) -> None:
    plan, known = _plan(path), KNOWN[path.stem]
    assert plan.params == known.params, known.source
    assert plan.params - plan.trainable_params == known.fixed, known.source


@each
def test_a_spec_gives_the_known_outputs(path: Path) -> None:
    assert tuple(shape[1:] for shape in _plan(path).outputs) == KNOWN[path.stem].outputs


@each
def test_a_spec_opens_with_what_it_is(path: Path) -> None:
    lines = path.read_text(encoding="utf-8").splitlines()
    assert 2 <= lines.index("layerforge: 1") <= 4
    assert all(line.startswith("# ") for line in lines[: lines.index("layerforge: 1")])


def test_the_table_lists_every_spec_with_its_parameters() -> None:
    readme = (ZOO / "README.md").read_text(encoding="utf-8")
    listed = {name: int(count.replace(",", "")) for name, count in _ROW.findall(readme)}
    assert listed == {path.stem: _plan(path).params for path in SPECS}


@each
@pytest.mark.parametrize("folded", [True, False])
def test_a_spec_written_anew_says_the_same(path: Path, folded: bool, tmp_path: Path) -> None:
    graph = compile_spec(path).graph
    assert graph is not None
    again = tmp_path / path.name
    again.write_text(write_spec(graph, folded).text, encoding="utf-8")
    assert _weights(again) == _weights(path)
    assert _plan(again).outputs == _plan(path).outputs


def _weights(path: Path) -> list[list[tuple[int, ...]]]:
    """The shapes of every layer's weights; layers may stand in another order that is as right."""
    return sorted([weight.shape for weight in step.weights] for step in _plan(path).steps)


@each
def test_a_spec_agrees_with_keras_weight_by_weight(path: Path) -> None:
    from layerforge.build.verify import verify

    assert verify(_plan(path)) == []


@pytest.mark.slow
@each
def test_a_spec_runs_forward_and_again_when_saved_and_loaded(path: Path, tmp_path: Path) -> None:
    import keras
    import numpy as np

    from layerforge.build.model import make_model

    plan = _plan(path)
    model = make_model(plan)
    given = [_random(tensor) for tensor in model.inputs]
    given = given[0] if len(given) == 1 else given
    results = _arrays(model(given))
    for result, shape in zip(results, plan.outputs, strict=True):
        assert result.shape == _sizes(shape)
        assert np.isfinite(result).all()
    saved = tmp_path / "model.keras"
    model.save(saved)
    for result, again in zip(results, _arrays(keras.models.load_model(saved)(given)), strict=True):
        assert np.array_equal(result, again)
    saved.unlink()
    keras.utils.clear_session()


@pytest.mark.slow
@each
def test_a_model_imported_from_keras_gives_the_same(path: Path, tmp_path: Path) -> None:
    import keras

    from layerforge.build.model import make_model
    from tests.importing.rebuilding import assert_same_outputs, rebuilt

    model = make_model(_plan(path))
    again = rebuilt(model, tmp_path)
    again.set_weights(model.get_weights())
    assert_same_outputs(model, again, size=8)
    keras.utils.clear_session()


def _arrays(results: Any) -> list[Any]:
    import keras

    return [keras.ops.convert_to_numpy(result) for result in keras.tree.flatten(results)]


def _sizes(shape: tuple[Any, ...]) -> tuple[int, ...]:
    """Two samples, and three steps where their number is free."""
    return (2, *(dim if isinstance(dim, int) else 3 for dim in shape[1:]))


def _random(tensor: Any) -> Any:
    import numpy as np

    source = np.random.default_rng(7)
    shape = _sizes(tensor.shape)
    if tensor.dtype.startswith("int"):
        return source.integers(0, 100, shape).astype(tensor.dtype)
    return source.random(shape).astype("float32")
