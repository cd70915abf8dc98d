"""Components made by Keras: every class, every kind of argument, and what Keras refuses."""

import importlib.util
import json
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from layerforge.build import components
from layerforge.build.components import make_component
from layerforge.components import Component, ComponentOf, table
from layerforge.components.table import CATEGORIES, classes, find
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.source import Mapping, read

_STEPS = "initial_learning_rate: 0.1, decay_steps: 10"
# The least that a class needs, where it needs any argument.
NEEDED = {
    "LossScaleOptimizer": "inner_optimizer: adam",
    "MultiOptimizer": "optimizer_map: {OptimizerMap: adam}",
    "OptimizerMap": "default_optimizer: adam",
    "CosineDecay": _STEPS,
    "CosineDecayRestarts": "initial_learning_rate: 0.1, first_decay_steps: 10",
    "ExponentialDecay": f"{_STEPS}, decay_rate: 0.9",
    "InverseTimeDecay": f"{_STEPS}, decay_rate: 0.9",
    "PolynomialDecay": _STEPS,
    "PiecewiseConstantDecay": "boundaries: [1, 2], values: [0.3, 0.2, 0.1]",
    "IoU": "num_classes: 3, target_class_ids: [0, 2]",
    "OneHotIoU": "num_classes: 3, target_class_ids: [0, 2]",
    "MeanIoU": "num_classes: 3",
    "OneHotMeanIoU": "num_classes: 3",
    "PrecisionAtRecall": "recall: 0.5",
    "RecallAtPrecision": "precision: 0.5",
    "SensitivityAtSpecificity": "specificity: 0.5",
    "SpecificityAtSensitivity": "sensitivity: 0.5",
    "CSVLogger": "filename: log.csv",
    "ModelCheckpoint": "filepath: best.keras",
    "OrbaxCheckpoint": "directory: checkpoints",
    "AWQDTypePolicy": "mode: awq/4/128",
    "GPTQDTypePolicy": "mode: gptq/4/128",
    "Int4DTypePolicy": "mode: int4/128",
    "QuantizedDTypePolicy": "mode: int8",
    "QuantizedFloat8DTypePolicy": "mode: float8",
}
# What has to stand beside an argument for its values to make sense.
BESIDE = {
    "IoU.num_classes": "target_class_ids: 0",
    "OneHotIoU.num_classes": "target_class_ids: 0",
    "AUC.num_labels": "multi_label: true",
    "RandomUniform.minval": "maxval: 3",
    "RandomUniform.maxval": "minval: -3",
    "MinMaxNorm.min_value": "max_value: 3",
}
# Values of each kind, its bounds among them.
SAMPLES = {
    "flag": ["true", "false"],
    "text": ["a", "'1'"],
    "real": ["-1.5", "0", "2"],
    "nonnegative": ["0", "1", "2.5e-3"],
    "nonpositive": ["0", "-1"],
    "positive": ["1", "1.0e-6"],
    "fraction": ["0", "0.5", "1"],
    "above_zero_to_one": ["1.0e-6", "1"],
    "zero_to_below_one": ["0", "0.999"],
    "between_zero_and_one": ["0.001", "0.999"],
    "whole": ["-1", "3"],
    "natural": ["0", "3"],
    "count": ["1", "3"],
    "several": ["2"],
    "resolution": ["2", "50"],
    "verbosity": ["0", "1"],
    "seed": ["0", "2147483647"],
    "axis": ["-1", "0"],
    "axes": ["0", "[0, 1]"],
    "axis_list": ["0", "[0, 1]"],
    "reals": ["[0.5, 2]"],
    "fractions": ["[0, 0.5, 1]"],
    "class_ids": ["1", "[0, 1]"],
    "steps": ["[5, 6]"],
    "rates": ["[1, 0.5, 0]"],
    "patterns": ["head", "[head, '.*norm']"],
    "number_or_list": ["3", "[1, 2.5]"],
    "weight_or_weights": ["0.25", "[0.1, 0.9]"],
    "threshold_or_thresholds": ["0.5", "[0, 1]"],
    "window": ["hamming", "[0.5, 1, 0.5]"],
    "learning_rate": ["1", "{CosineDecay: {initial_learning_rate: 0, decay_steps: 5}}"],
    "path": ["there/it.keras"],
    "epoch_or_batches": ["epoch", "100"],
    "batch_epoch_or_batches": ["batch", "epoch", "100"],
    "batch_or_range": ["0"],  # others start TensorFlow's profiler
    "text_or_texts": ["a.tsv", "{embedding: a.tsv}"],
    "int4_mode": ["int4/-1"],
    "gptq_mode": ["gptq/2/-1", "gptq/8/64"],
    "awq_mode": ["awq/4/-1"],
    "optimizer": ["sgd", "{SGD: 0.1}"],
    "optimizer_map": [
        "{OptimizerMap: {default_optimizer: sgd, optimizer_map: {'.*kernel': {Lion: 0.1}}}}"
    ],
    "optimizers": ["{'.*kernel': adam, head: {SGD: 0.1}}"],
    "dtype": ["float32", "mixed_bfloat16", "{DTypePolicy: float64}"],
    "dtypes": ["{'encoder/.*': float16, head: {DTypePolicy: float64}}"],
}
ENTRIES = [
    (category, name)
    for category in CATEGORIES
    for name in classes(category)
    if name != "OrbaxCheckpoint" or importlib.util.find_spec("orbax")
]
TABLE = json.loads(Path(table.__file__).with_name("table.json").read_text(encoding="utf-8"))
IDS = [f"{category}.{name}" for category, name in ENTRIES]


@pytest.fixture(autouse=True)
def _packages_do_not_matter(monkeypatch: pytest.MonkeyPatch) -> None:
    """TensorBoard is made without its package, which only its first call needs."""
    monkeypatch.setattr(components, "_PACKAGES", {})


def from_text(category: str, text: str) -> Component:
    found: list[Diagnostic] = []
    tree = read(f"x: {text}", "s.yaml", found)
    assert isinstance(tree, Mapping)
    node = tree.get("x")
    assert node is not None
    component = ComponentOf(category).read(node, found)
    assert not found, (text, [each.message for each in found])
    assert isinstance(component, Component)
    return component


def written(name: str, arguments: str) -> str:
    return f"{{{name}: {{{arguments}}}}}" if arguments else f"{{{name}: {{}}}}"


@pytest.mark.parametrize(("category", "name"), ENTRIES, ids=IDS)
def test_every_class_is_made_from_the_least_that_it_needs(category: str, name: str) -> None:
    made = make_component(from_text(category, written(name, NEEDED.get(name, ""))))
    assert made == "Accuracy" or type(made).__name__ in (name, "LossFunctionWrapper")


def cases(category: str, name: str) -> Iterator[str]:
    """A text for every argument of a class and every sample of its kind."""
    entry = find(category, name)
    assert entry is not None
    for argument, word in words(category, name):
        beside = BESIDE.get(f"{name}.{argument}", "")
        for sample in samples(word):
            given = [*parts(beside), f"{argument}: {sample}"]
            keys = {part.split(":")[0] for part in given}
            rest = [part for part in parts(NEEDED.get(name, "")) if part.split(":")[0] not in keys]
            yield written(name, ", ".join([*rest, *given]))


def words(category: str, name: str) -> list[tuple[str, str]]:
    """The arguments of a class with the words for their kinds, as the table has them."""
    return [(row[0], row[1]) for row in TABLE[category]["classes"][name]]


def samples(word: str) -> list[str]:
    if word.endswith("?"):
        return ["null", *samples(word[:-1])]
    if word.startswith("one of "):
        return word.removeprefix("one of ").split()
    return SAMPLES[word]


def parts(arguments: str) -> list[str]:
    """The arguments one by one, at the commas outside brackets."""
    found, depth = [""], 0
    for character in arguments:
        depth += (character in "[{") - (character in "]}")
        if character == "," and not depth:
            found.append("")
        else:
            found[-1] += character
    return [part.strip() for part in found if part.strip()]


# float16 cannot hold what int8 computes, says Keras; weights alone need another file name.
REFUSED = {
    "{QuantizedDTypePolicy: {mode: int8, source_name: float16}}",
    "{QuantizedDTypePolicy: {mode: int8, source_name: mixed_float16}}",
}
NOT_ALONE = {"{ModelCheckpoint: {filepath: best.keras, save_weights_only: true}}"}


@pytest.mark.parametrize(("category", "name"), ENTRIES, ids=IDS)
def test_every_argument_takes_what_keras_takes(category: str, name: str) -> None:
    refused = {}
    for text in cases(category, name):
        if text in NOT_ALONE:
            continue
        try:
            make_component(from_text(category, text))
        except SpecError as error:
            refused[text] = error.message
    assert set(refused) <= REFUSED, refused


def test_weights_alone_go_to_a_file_of_weights() -> None:
    text = "{ModelCheckpoint: {filepath: w.weights.h5, save_weights_only: true}}"
    assert make_component(from_text("callbacks", text)).save_weights_only is True


NAMES = [
    ("losses", "mse"),
    ("losses", "crossentropy"),
    ("metrics", "mae"),
    ("metrics", "accuracy"),
    ("metrics", "Accuracy"),
    ("activations", "relu"),
    ("dtype_policies", "mixed_float16"),
]


@pytest.mark.parametrize(("category", "name"), NAMES)
def test_names_that_keras_keeps_stay_names(category: str, name: str) -> None:
    assert make_component(Component(category, name)) == name


OBJECTS = [
    ("optimizers", "adam", "Adam", {"learning_rate": 0.001}),
    ("optimizers", "{RMSProp: 0.1}", "RMSprop", {"learning_rate": 0.1}),
    ("metrics", "MeanAbsoluteError", "MeanAbsoluteError", {"name": "mean_absolute_error"}),
    ("metrics", "{mae: {name: error}}", "MeanAbsoluteError", {"name": "error"}),
    ("metrics", "{Accuracy: {name: exact}}", "Accuracy", {"name": "exact"}),
    ("initializers", "he_normal", "HeNormal", {}),
    ("initializers", "{HeNormal: {seed: 1}}", "HeNormal", {"seed": 1}),
    ("regularizers", "{l1_l2: {l1: 0.5, l2: 1}}", "L1L2", {"l1": 0.5, "l2": 1.0}),
    ("regularizers", "l1_l2", "L1L2", {"l1": 0.0}),
    ("constraints", "{max_norm: 3}", "MaxNorm", {"max_value": 3.0}),
    ("losses", "{Tversky: {alpha: 0.3, axis: [1]}}", "Tversky", {"alpha": 0.3, "axis": [1]}),
]


@pytest.mark.parametrize(
    ("category", "text", "name", "config"), OBJECTS, ids=[text for _, text, _, _ in OBJECTS]
)
def test_other_names_and_arguments_become_objects(
    category: str, text: str, name: str, config: dict[str, Any]
) -> None:
    made = make_component(from_text(category, text))
    assert type(made).__name__ == name
    got = made.get_config()
    assert {key: value for key, value in config.items() if got[key] != pytest.approx(value)} == {}


def test_nested_components_become_objects_where_keras_takes_no_names() -> None:
    held = "default_optimizer: adam, optimizer_map: {'.*bias': {SGD: 0.5}}"
    text = f"{{MultiOptimizer: {{OptimizerMap: {{{held}}}}}}}"
    made = make_component(from_text("optimizers", text))
    assert [type(each).__name__ for each in made.optimizers] == ["SGD", "Adam"]
    schedule = (
        "{Adam: {ExponentialDecay: {initial_learning_rate: 1, decay_steps: 10, decay_rate: 0.5}}}"
    )
    rate = make_component(from_text("optimizers", schedule))._learning_rate
    assert float(rate(10)) == pytest.approx(0.5)


def test_what_keras_refuses_is_one_line_that_names_the_argument() -> None:
    component = Component("initializers", "VarianceScaling", {"scale": -1.0, "seed": 1})
    with pytest.raises(SpecError) as error:
        make_component(component)
    assert error.value.code == "keras-refuses"
    assert error.value.arg == "scale"
    assert error.value.message == (
        "Keras refuses VarianceScaling: Argument `scale` must be positive float. "
        "Received: scale=-1.0"
    )


def test_a_long_refusal_is_cut() -> None:
    values = {"learning_rate": 0.1, "clipnorm": 1.0, "clipvalue": 1.0, "name": "x" * 300}
    with pytest.raises(SpecError) as error:
        make_component(Component("optimizers", "Adam", {**values, "momentum": "y" * 300}))
    assert "\n" not in error.value.message
    assert len(error.value.message) < 240


def test_a_name_that_no_spec_could_hold_is_refused() -> None:
    with pytest.raises(SpecError, match="Keras has no `Adm` among its optimizers"):
        make_component(Component("optimizers", "Adm"))


def test_a_class_whose_package_is_missing_says_which(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(components, "_PACKAGES", {"TensorBoard": ("no_such_module", "no-such")})
    with pytest.raises(SpecError) as error:
        make_component(Component("callbacks", "TensorBoard"))
    assert error.value.code == "missing-package"
    assert error.value.help == "pip install no-such"


def test_callbacks_write_below_the_folder_of_the_run(tmp_path: Path) -> None:
    logger = make_component(from_text("callbacks", "{CSVLogger: logs/a.csv}"), tmp_path)
    assert Path(logger.filename) == tmp_path / "logs" / "a.csv"
    assert (tmp_path / "logs").is_dir()
    board = make_component(Component("callbacks", "TensorBoard"), tmp_path)
    assert Path(board.log_dir) == tmp_path / "logs"


@pytest.mark.filterwarnings(
    "ignore:__array__ implementation:DeprecationWarning"
)  # Keras, NumPy 2.4
def test_a_model_trains_with_what_was_made_and_logs_metrics_by_their_names(tmp_path: Path) -> None:
    import keras
    import numpy as np

    texts = {
        "optimizers": "{LossScaleOptimizer: {Adam: {learning_rate: 0.01, use_ema: true}}}",
        "losses": "{Huber: {delta: 2, dtype: float32}}",
    }
    made = {category: make_component(from_text(category, text)) for category, text in texts.items()}
    metrics = [
        make_component(from_text("metrics", text)) for text in ("mae", "{R2Score: {name: r2}}")
    ]
    callbacks = [
        make_component(from_text("callbacks", text), tmp_path)
        for text in (
            "{CSVLogger: a/log.csv}",
            '{ModelCheckpoint: {filepath: "{epoch:02d}.keras", monitor: loss}}',
        )
    ]
    model = keras.Sequential([keras.Input((3,)), keras.layers.Dense(2)])
    model.compile(made["optimizers"], made["losses"], metrics=metrics)
    x, y = np.ones((8, 3), "float32"), np.arange(16, dtype="float32").reshape(8, 2)
    log = model.fit(x, y, verbose=0, callbacks=callbacks).history
    assert set(log) == {"loss", "mae", "r2"}
    again = keras.saving.load_model(tmp_path / "01.keras")
    assert again.optimizer.inner_optimizer.use_ema is True
    assert (tmp_path / "a" / "log.csv").read_text(encoding="utf-8").startswith("epoch,")
