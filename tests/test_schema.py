"""The JSON Schema: it takes what `check` takes, and refuses the mistakes that a schema can see."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from jsonschema import Draft202012Validator

from layerforge.arguments import plain
from layerforge.components.table import CATEGORIES, names
from layerforge.layers import ALIASES, whole_catalog
from layerforge.schema import json_schema
from layerforge.source import read
from layerforge.spec.parse import BLOCK_KEYS, MODEL_KEYS, MODIFIERS, SECTIONS
from tests.layers.case import Case
from tests.layers.families import BAD, CASES
from tests.layers.operations.families import FAMILIES

ROOT = Path(__file__).parents[1]
SHIPPED = [
    path
    for folder in ("specs", "benchmarks", "tests/golden/plans")
    for path in sorted((ROOT / folder).rglob("*.yaml"))
]
DIAGNOSTICS = ROOT / "tests" / "golden" / "diagnostics"
ALL_CASES = [*CASES, *(case for family in FAMILIES.values() for case in family.CASES)]
ALL_BAD = [*BAD, *(bad for family in FAMILIES.values() for bad in family.BAD)]

# The codes whose golden spec a schema refuses, or those of their variants that it does.
SEEN = {
    "unknown-argument",
    "unknown-component",
    "unknown-hyperparameter",
    "unknown-key",
    "unknown-layer",
    "unknown-section",
    "missing-argument",
    "missing-section",
    "wrong-component",
    "wrong-length",
    "wrong-type",
    "wrong-version",
    "out-of-range",
    "component-left-out",
    "no-layer",
    "bad-name",
}
# Of these a schema cannot know: a block's arguments, what another key or value asks for, `--set`.
UNSEEN = {
    "missing-argument--direction",
    "out-of-range--default",
    "out-of-range--log",
    "wrong-type--searched-search",
    "unknown-argument--block",
    "unknown-key--second-layer",
    "missing-argument--data",
    "wrong-type--set",
}
VISIBLE = [
    path
    for path in sorted(DIAGNOSTICS.glob("*.yaml"))
    if path.stem.partition("--")[0] in SEEN and path.stem not in UNSEEN
]


@pytest.fixture(scope="module")
def validator() -> Draft202012Validator:
    schema = json.loads(json.dumps(json_schema()))
    Draft202012Validator.check_schema(schema)
    return Draft202012Validator(schema)


def loaded(text: str) -> Any:
    """A spec as an editor sees it."""
    found: list[Any] = []
    tree = read(text, "spec.yaml", found)
    assert tree is not None, found
    return plain(tree)


def faults(validator: Draft202012Validator, value: Any) -> list[str]:
    return [f"{list(each.path)}: {each.message[:200]}" for each in validator.iter_errors(value)]


def stack(item: str) -> Any:
    return loaded(f"model:\n  input: [8]\n  layers:\n    - {item}\n")


@pytest.mark.parametrize("path", SHIPPED, ids=lambda path: path.stem)
def test_a_shipped_spec_is_valid(validator: Draft202012Validator, path: Path) -> None:
    assert faults(validator, loaded(path.read_text(encoding="utf-8"))) == []


@pytest.mark.parametrize("path", VISIBLE, ids=lambda path: path.stem)
def test_a_mistake_that_a_schema_can_see_is_refused(
    validator: Draft202012Validator, path: Path
) -> None:
    assert faults(validator, loaded(path.read_text(encoding="utf-8"))) != []


def test_what_a_schema_cannot_see_it_lets_through(validator: Draft202012Validator) -> None:
    unseen = [(DIAGNOSTICS / f"{name}.yaml").read_text(encoding="utf-8") for name in sorted(UNSEEN)]
    assert [faults(validator, loaded(text)) for text in unseen] == [[]] * len(UNSEEN)


def test_every_item_that_keras_takes_is_valid(validator: Draft202012Validator) -> None:
    def refused(case: Case) -> bool:
        return bool(faults(validator, stack(case.layer)))

    assert [case.layer for case in ALL_CASES if refused(case)] == []


def test_every_unknown_argument_and_layer_is_refused(validator: Draft202012Validator) -> None:
    seen = ("unknown-argument", "unknown-layer", "component-left-out")
    layers = [bad.case.layer for bad in ALL_BAD if bad.code in seen]
    assert layers
    assert [layer for layer in layers if not faults(validator, stack(layer))] == []


def test_every_section_layer_alias_and_component_has_its_definition() -> None:
    schema = json_schema()
    assert list(schema["properties"]) == list(SECTIONS)
    item = schema["$defs"]["item"]["else"]["properties"]
    assert {*whole_catalog(), *ALIASES, "use", "Input"} <= set(item)
    for category in CATEGORIES:
        mapping = next(form for form in forms(schema, category) if form.get("type") == "object")
        assert set(mapping["properties"]) == set(names(category))


def test_everything_with_a_place_of_its_own_is_described() -> None:
    schema = json_schema()
    item = schema["$defs"]["item"]["else"]["properties"]
    places = [*schema["properties"].items(), *((name, item[name]) for name in MODIFIERS)]
    places += schema["$defs"]["model"]["properties"].items()
    assert [name for name, each in places if not each.get("description")] == []
    assert list(schema["$defs"]["model"]["properties"]) == list(MODEL_KEYS)
    assert all(schema["$defs"]["block"]["properties"][key] for key in BLOCK_KEYS)


def test_a_file_of_blocks_needs_no_model(validator: Draft202012Validator) -> None:
    blocks = {"half": {"layers": ["Flatten"]}}
    assert faults(validator, {"blocks": blocks}) == []
    assert faults(validator, {"blocks": blocks, "train": {}}) != []
    assert faults(validator, {"blocks": {"half": {"layer": ["Flatten"]}}}) != []


def forms(schema: Any, name: str) -> list[Any]:
    return list(resolved(schema, schema["$defs"][name])["anyOf"])


def resolved(schema: Any, part: Any) -> Any:
    return schema["$defs"][part["$ref"].rpartition("/")[2]] if "$ref" in part else part


def test_an_argument_has_its_default_and_what_it_takes() -> None:
    schema = json_schema()
    layer = schema["$defs"]["layers.Conv1D"]
    assert layer["description"].startswith("Slides a kernel along the steps of a sequence")
    assert "Source: Keras `Conv1D`." in layer["description"]
    arguments = resolved(schema, layer)["anyOf"][-1]
    assert arguments["required"] == ["filters", "kernel_size"]
    assert arguments["properties"]["padding"]["default"] == "valid"
    assert arguments["properties"]["filters"]["description"] == "Required. A positive whole number."


@pytest.mark.parametrize(
    "item",
    [
        "Flatten",
        "Dense: 32",
        "Dense: $(width)",
        "Dense: {units: '$(min(a, b))', activation: relu}",
        "Dense: {hp.Int: [8, 64]}",
        "Dense: {units: {hp.Int: {min_value: 8, max_value: 64, sampling: log}}}",
        "Dropout: {hp.Float: [0.1, 0.5, 0.1]}",
        "Dense: {units: 1, kernel_regularizer: {L2: {hp.Choice: [0.1, 0.01]}}}",
        "Bidirectional: {LSTM: 32}",
        "Bidirectional: {layer: {LSTM: {units: 32}}, merge_mode: null}",
        "TimeDistributed: {layer: {Dense: $(width)}}",
        "MaxPool1D: 2",
        "Add: {}",
        "ops.mean: {axis: 1, keepdims: true}",
        'slice: "[:, -1:, :]"',
        "residual",
        "residual: {filters: 64, anything: [1, 2]}",
        "{use: encoder, from: right}",
        "{Dense: 4, name: head, from: [a, b.1], when: $(deep), repeat: 3, expect: [null, 4]}",
        "{LSTM: 4, from: {sequence: x, initial_state: [a.1, a.2]}, call: {training: false}}",
        "{Conv1D: {filters: 4, kernel_size: $(k)}, repeat: $(n), name: c_$(i)}",
    ],
)
def test_every_form_of_an_item_is_valid(validator: Draft202012Validator, item: str) -> None:
    assert faults(validator, stack(item)) == []


@pytest.mark.parametrize(
    "item",
    [
        "Dense",  # no units
        "Conv1D: 32",  # no kernel_size
        "Dens: 32",
        "Dense: {unit: 32}",
        'Dense: "32"',
        "Dense: 0",
        "Dense: {units: 32, activation: rellu}",
        "Dense: {units: 32, kernel_regularizer: {L3: 0.1}}",
        "Dense: {units: 32, kernel_regularizer: {L2: {l3: 0.1}}}",
        "Bidirectional: {layer: {LSTN: 32}}",
        "TimeDistributed: {layer: {Dense: {unit: 32}}}",
        "{Dense: 4, nam: head}",
        "{name: head}",
        "{Dense: 4, call: {trainin: true}}",
        "{Dense: 4, repeat: -1}",
        "{Dense: 4, when: perhaps}",
        "Dense: {hp.Integer: [1, 2]}",
        "Dense: {hp.Int: [1]}",
        "Dropout: 1.5",
        "Lambda: x",
        "Bidirectional: {layer: {Dense: 4}}",
        "Bidirectional: {layer: Flatten}",
    ],
)
def test_a_misspelt_item_is_refused(validator: Draft202012Validator, item: str) -> None:
    assert faults(validator, stack(item)) != []


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("optimizer", "{Adam: 0.01}"),
        ("optimizer", "{Adam: {CosineDecay: {initial_learning_rate: 1, decay_steps: 10}}}"),
        ("optimizer", "{Adam: {learning_rate: {hp.Float: [0.001, 0.1]}}}"),
        ("loss", "{Huber: {delta: 2}}"),
        ("loss", "mse"),
        ("metrics", "[mae, {TopKCategoricalAccuracy: {k: $(k)}}]"),
        ("callbacks", "{EarlyStopping: {monitor: val_loss, patience: 5}}"),
        ("callbacks", "[{ModelCheckpoint: best.keras}, TerminateOnNaN]"),
        ("batch_size", "{hp.Choice: [32, 64]}"),
        ("class_weight", "balanced"),
        ("class_weight", "{red: 2, blue: {hp.Float: [0.1, 1]}}"),
    ],
)
def test_every_form_of_a_component_is_valid(
    validator: Draft202012Validator, section: str, value: str
) -> None:
    train = loaded(f"{section}: {value}")
    assert faults(validator, {**stack("Flatten"), "train": train}) == []


@pytest.mark.parametrize(
    ("section", "value"),
    [
        ("optimizer", "adm"),
        ("optimizer", "{Adam: {lr: 0.01}}"),
        ("optimizer", "{Adam: 0.01, SGD: 0.1}"),
        ("optimizer", "relu"),
        ("loss", "{Huber: {delt: 2}}"),
        ("metrics", "[mae, {TopKCategoricalAccuracy: {k: few}}]"),
        ("callbacks", "ModelCheckpoint"),  # no filepath
        ("epochs", "0"),
        ("class_weight", "{red: -1}"),
        ("class_weight", "balance"),
        ("epoch", "10"),
    ],
)
def test_a_misspelt_component_is_refused(
    validator: Draft202012Validator, section: str, value: str
) -> None:
    train = loaded(f"{section}: {value}")
    assert faults(validator, {**stack("Flatten"), "train": train}) != []


@pytest.mark.parametrize("word", ["adam", "Adam", "RMSProp", "ADAMW"])
def test_an_optimizer_is_found_in_any_mixture_of_capitals(
    validator: Draft202012Validator, word: str
) -> None:
    for optimizer in (word, {word: {"learning_rate": 0.1}}):
        spec = {**stack("Flatten"), "train": {"optimizer": optimizer}}
        assert faults(validator, spec) == []
    wrong = {**stack("Flatten"), "train": {"optimizer": {word: {"learning_rat": 0.1}}}}
    assert faults(validator, wrong) != []
