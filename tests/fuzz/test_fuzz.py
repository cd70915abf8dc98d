"""A short run of the fuzzer, and the inputs that once were too much for the reader."""

from __future__ import annotations

import json
import random
from pathlib import Path

import pytest

from layerforge.pipeline import compile_spec
from tests.fuzz.looking import fault_of
from tests.fuzz.mutations import made
from tests.fuzz.targets import TARGETS, archive_of

PATIENCE = (
    20.0  # a test finds what hangs; how fast a quiet machine is, `python -m tests.fuzz` tells
)


MODEL_JSON = json.dumps(
    {
        "module": "keras",
        "class_name": "Sequential",
        "registered_name": "Sequential",
        "config": {
            "name": "small",
            "layers": [
                {
                    "module": "keras.layers",
                    "class_name": "InputLayer",
                    "config": {"batch_shape": [None, 3], "dtype": "float32", "name": "x"},
                },
                {
                    "module": "keras.layers",
                    "class_name": "Dense",
                    "config": {"name": "dense", "units": 2, "activation": "relu"},
                },
            ],
            "build_input_shape": [None, 3],
        },
    }
).encode()


def failures(path: Path, seed: int, count: int) -> list[str]:
    found = ((number, fault_of(path, *made(seed, number), PATIENCE)) for number in range(count))
    return [f"{seed}:{number} {fault}" for number, fault in found if fault is not None]


def test_mutants_of_all_specs_end_in_plans_or_diagnostics(tmp_path: Path) -> None:
    assert failures(tmp_path / "spec.yaml", seed=1, count=400) == []


@pytest.mark.slow
def test_many_mutants_of_all_specs_end_in_plans_or_diagnostics(tmp_path: Path) -> None:
    assert failures(tmp_path / "spec.yaml", seed=2, count=8_000) == []


def test_an_input_is_made_from_its_number_alone() -> None:
    assert [made(3, number) for number in range(50)] == [made(3, number) for number in range(50)]
    assert made(3, 7) != made(4, 7)


@pytest.mark.parametrize("name", ["reader", "expressions", "check"])
def test_mutants_of_a_target_are_taken(name: str) -> None:
    chance, target = random.Random(5), TARGETS[name]
    seeds = target.seeds()
    inputs = [target.mutate(chance.choice(seeds), chance) for _ in range(300)]
    assert [what for content in inputs if (what := target.attempt(content)) is not None] == []


def test_mutants_of_models_are_taken() -> None:
    chance = random.Random(6)
    for name, seeds in (("import", [MODEL_JSON]), ("archive", [archive_of(MODEL_JSON)])):
        target = TARGETS[name]
        inputs = [target.mutate(chance.choice(seeds), chance) for _ in range(300)]
        assert [what for content in inputs if (what := target.attempt(content)) is not None] == []


def rows(pattern: str, count: int) -> str:
    return "".join(f"  {pattern.format(i, i - 1)}\n" for i in range(1, count))


MODEL = "model: {{input: [4], layers: [{}]}}\n"
DOUBLING = (
    f"vars:\n  v0: x\n{rows('v{0}: [$(v{1}), $(v{1})]', 40)}{MODEL.format('Reshape: $(v39)')}"
)
CHAIN = f"vars:\n  v1000: 1\n{rows('v{1}: $(v{0})', 1_001)}{MODEL.format('Dense: $(v0)')}"
TIMES = "blocks:\n  b0: {layers: [{Dense: 2, repeat: 9}]%s}\n" + rows(
    "b{0}: {{layers: [{{b{1}: , repeat: 9}}]%s}}", 9
)
MODELS = TIMES.replace("%s", ", as: model") + MODEL.format("b8")
SKIPPED = TIMES.replace("%s", "").replace("repeat", "when: false, repeat", 1) + MODEL.format("b8")
DEEP = f"blocks:\n  b0: {{layers: [Dense: 2]}}\n{rows('b{0}: {{layers: [b{1}]}}', 60)}{MODEL.format('b59')}"


@pytest.mark.parametrize(
    ("text", "code"),
    [
        pytest.param(DOUBLING, "too-large", id="lists of variables that double"),
        pytest.param(CHAIN, "too-deep", id="a thousand variables, each defined by the next"),
        pytest.param(MODELS, "too-many-layers", id="nested models, each repeated"),
        pytest.param(SKIPPED, "too-many-layers", id="skipped items in repeated blocks"),
        pytest.param(DEEP, "too-deep", id="blocks in sixty blocks"),
        pytest.param("model:\n  inputs: {", "unclosed-bracket", id="a file that ends in a bracket"),
        pytest.param(
            MODEL.format('"input", ' * 2_000), "unknown-layer", id="one mistake, 2,000 times"
        ),
    ],
)
def test_what_grows_without_bound_ends_in_a_diagnostic(
    tmp_path: Path, text: str, code: str
) -> None:
    path = tmp_path / "spec.yaml"
    assert fault_of(path, text.encode(), patience=PATIENCE) is None
    assert code in {fault.code for fault in compile_spec(path).found}
