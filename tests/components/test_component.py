"""Reading components: what a spec may write, and what is said where it cannot."""

import subprocess
import sys

import pytest

from layerforge.arguments import INVALID
from layerforge.codes import CODES
from layerforge.components import Component, ComponentOf
from layerforge.components.table import CATEGORIES, classes, find
from layerforge.diagnostics import Diagnostic
from layerforge.source import Mapping, read


def component(category: str, text: str) -> tuple[object, list[Diagnostic]]:
    """What `text` reads as, from column 4 of line 1 on."""
    found: list[Diagnostic] = []
    tree = read(f"x: {text}", "s.yaml", found)
    assert isinstance(tree, Mapping), found
    node = tree.get("x")
    assert node is not None
    return ComponentOf(category).read(node, found), found


def told(diagnostic: Diagnostic) -> str:
    """A diagnostic in one line, or two with its help."""
    assert diagnostic.span is not None
    assert diagnostic.code in CODES
    help = f"\n{diagnostic.help}" if diagnostic.help else ""
    return f"{diagnostic.span.column}: {diagnostic.message} [{diagnostic.code}]{help}"


GOOD = [
    ("optimizers", "adam", Component("optimizers", "adam")),
    ("optimizers", "RMSProp", Component("optimizers", "RMSProp")),
    ("optimizers", '"Adam"', Component("optimizers", "Adam")),
    ("optimizers", "{Adam: }", Component("optimizers", "Adam")),
    ("optimizers", "{Adam: 0.01}", Component("optimizers", "Adam", {"learning_rate": 0.01})),
    (
        "optimizers",
        "{Adam: {CosineDecay: {initial_learning_rate: 1, decay_steps: 10}}}",
        Component(
            "optimizers",
            "Adam",
            {
                "learning_rate": Component(
                    "schedules", "CosineDecay", {"initial_learning_rate": 1.0, "decay_steps": 10}
                )
            },
        ),
    ),
    ("losses", "mse", Component("losses", "mse")),
    ("losses", "{mse: {}}", Component("losses", "mse")),
    ("losses", "{Huber: {delta: 2}}", Component("losses", "Huber", {"delta": 2.0})),
    ("regularizers", "{L2: 0.01}", Component("regularizers", "L2", {"l2": 0.01})),
    (
        "constraints",
        "{MaxNorm: {axis: [0, 1]}}",
        Component("constraints", "MaxNorm", {"axis": (0, 1)}),
    ),
    ("initializers", "{he_normal: 1}", Component("initializers", "he_normal", {"seed": 1})),
    ("activations", "leaky_relu", Component("activations", "leaky_relu")),
    ("dtype_policies", "mixed_float16", Component("dtype_policies", "mixed_float16")),
    (
        "callbacks",
        '{ModelCheckpoint: "{epoch:02d}-{val_loss:.2f}.keras"}',
        Component("callbacks", "ModelCheckpoint", {"filepath": "{epoch:02d}-{val_loss:.2f}.keras"}),
    ),
]


@pytest.mark.parametrize(("category", "text", "expected"), GOOD, ids=[text for _, text, _ in GOOD])
def test_a_component_is_a_name_or_a_name_with_its_arguments(
    category: str, text: str, expected: Component
) -> None:
    value, found = component(category, text)
    assert not found
    assert value == expected


def test_a_component_knows_where_its_name_and_arguments_stand() -> None:
    value, _ = component("optimizers", "{Adam: {learning_rate: 0.01}}")
    assert isinstance(value, Component)
    assert [str(value.span(arg)) for arg in (None, "learning_rate", "beta_1")] == [
        "s.yaml:1:5",
        "s.yaml:1:27",
        "s.yaml:1:5",
    ]


BAD = [
    # names
    (
        "optimizers",
        "adm",
        "4: there is no optimizer `adm` [unknown-component]\ndid you mean `Adam`?",
    ),
    ("optimizers", "relu", "4: `relu` is an activation, not an optimizer [wrong-component]"),
    ("losses", "accuracy", "4: `accuracy` is a metric, not a loss [wrong-component]"),
    (
        "optimizers",
        "OptimizerMap",
        "4: `OptimizerMap` is an optimizer map, not an optimizer [wrong-component]",
    ),
    (
        "losses",
        "keras.losses.Huber",
        "4: there is no loss `keras.losses.Huber` [unknown-component]\nwrite `Huber`",
    ),
    (
        "regularizers",
        "foo",
        "4: there is no regularizer `foo`; there are L1, L1L2, L2, "
        "OrthogonalRegularizer [unknown-component]",
    ),
    (
        "regularizers",
        "l2(0.01)",
        "4: there is no regularizer `l2(0.01)` [unknown-component]\nwrite `{l2: ...}`",
    ),
    (
        "initializers",
        "{he_norml: 1}",
        "5: there is no initializer `he_norml` [unknown-component]\ndid you mean `he_normal`?",
    ),
    (
        "dtype_policies",
        "flaot32",
        "4: there is no dtype policy `flaot32` [unknown-component]\ndid you mean `float32`?",
    ),
    # names that are left out
    (
        "callbacks",
        "LambdaCallback",
        "4: `LambdaCallback` runs code, and a spec holds none [component-left-out]",
    ),
    (
        "callbacks",
        "{RemoteMonitor: {root: x}}",
        "5: `RemoteMonitor` sends the run over the network, which a spec must not do "
        "[component-left-out]\n"
        "write `CSVLogger: log.csv` for a file of every epoch",
    ),
    (
        "metrics",
        "mean",
        "4: `mean` averages values of your code and compares no prediction with its "
        "target [component-left-out]",
    ),
    (
        "activations",
        "PReLU",
        "4: `PReLU` is a layer, not an activation [component-left-out]\n"
        "write it as the next item of the stack",
    ),
    # the form
    ("losses", "~", "4: expected a loss, not `~` [wrong-type]"),
    ("losses", "[mse]", "4: expected a loss, not a list [wrong-type]"),
    (
        "optimizers",
        "{Adam: , learning_rate: 0.1}",
        "4: expected an optimizer, not a mapping [wrong-type]\n"
        "write the arguments inside: `Adam: {...}`",
    ),
    (
        "optimizers",
        "{class_name: Adam, config: {}}",
        "4: expected an optimizer, not a mapping [wrong-type]\n"
        "write `Adam: {...}` with the arguments inside",
    ),
    # names without arguments
    (
        "losses",
        "{mse: {reduction: sum}}",
        "10: `mse` takes no arguments [unknown-argument]\nwrite `MeanSquaredError: {...}`",
    ),
    (
        "metrics",
        "{accuracy: {name: a}}",
        "15: `accuracy` takes no arguments [unknown-argument]\n"
        "write `BinaryAccuracy: {...}`, `CategoricalAccuracy: {...}` or "
        "`SparseCategoricalAccuracy: {...}`",
    ),
    (
        "activations",
        "{leaky_relu: 0.1}",
        "17: `leaky_relu` takes no arguments [unknown-argument]\n"
        "write `LeakyReLU: {...}` as an item of its own",
    ),
    ("activations", "{tanh: 1}", "11: `tanh` takes no arguments [unknown-argument]"),
    # arguments
    (
        "optimizers",
        "{Adam: {lr: 0.1}}",
        "12: Adam has no argument `lr` [unknown-argument]\ndid you mean `learning_rate`?",
    ),
    (
        "optimizers",
        "{Adam: {CosinDecay: {decay_steps: 1}}}",
        "12: there is no learning rate schedule `CosinDecay` [unknown-component]\n"
        "did you mean `CosineDecay`?",
    ),
    (
        "optimizers",
        "{Adam: {learning_rate: CosineDecay}}",
        "27: CosineDecay needs `initial_learning_rate`: a number, 0 or more [missing-argument]",
    ),
    (
        "optimizers",
        "{Adam: 0}",
        "11: `learning_rate` must be a number above 0, not 0 [out-of-range]",
    ),
    (
        "optimizers",
        "{SGD: {learning_rate: fast}}",
        "26: `learning_rate` must be a number above 0, not `fast` [wrong-type]",
    ),
    (
        "losses",
        "{Huber: {reduction: summ}}",
        "24: `reduction` must be `sum_over_batch_size`, `sum`, `mean`, "
        "`mean_with_sample_weight` or `none`, not `summ` [wrong-type]\ndid you mean `sum`?",
    ),
    (
        "dtype_policies",
        "{GPTQDTypePolicy: gptq/5}",
        "22: `mode` must be `gptq/BITS/GROUP_SIZE`, such as `gptq/4/128`, "
        "not `gptq/5` [wrong-type]",
    ),
    # arguments that do not go together
    (
        "optimizers",
        "{SGD: {clipnorm: 1, clipvalue: 1}}",
        "35: `clipnorm` and `clipvalue` exclude each other [conflicting-arguments]",
    ),
    (
        "schedules",
        "{PiecewiseConstantDecay: {boundaries: [1, 2], values: [0.1, 0.2]}}",
        "58: 2 boundaries need 3 `values`, not 2 [wrong-length]",
    ),
    (
        "schedules",
        "{PiecewiseConstantDecay: {boundaries: [2, 2], values: [3, 2, 1]}}",
        "42: `boundaries` must increase [out-of-range]",
    ),
    (
        "metrics",
        "{IoU: {num_classes: 2, target_class_ids: [2]}}",
        "45: class 2 is not one of the 2 classes, which count from 0 [out-of-range]",
    ),
    (
        "metrics",
        "{BinaryIoU: 2}",
        "16: class 2 is not one of the 2 classes, which count from 0 [out-of-range]",
    ),
    (
        "metrics",
        "{AUC: {num_labels: 3}}",
        "23: `num_labels` is for `multi_label: true` alone [conflicting-arguments]",
    ),
    (
        "initializers",
        "{RandomUniform: {minval: 2}}",
        "29: `minval` (2) is larger than `maxval` (0.05) [out-of-range]",
    ),
    (
        "callbacks",
        "{TensorBoard: {profile_batch: [3, 1]}}",
        "34: `profile_batch` ends (1) before it begins (3) [out-of-range]",
    ),
    (
        "optimizer_maps",
        "{OptimizerMap: {default_optimizer: {LossScaleOptimizer: adam}}}",
        "39: an OptimizerMap cannot hold a LossScaleOptimizer [wrong-component]",
    ),
    (
        "dtype_policies",
        "{DTypePolicyMap: {default_policy: DTypePolicyMap}}",
        "38: the default of a DTypePolicyMap cannot be another one [wrong-component]",
    ),
    # files and patterns
    (
        "callbacks",
        "{CSVLogger: ../log.csv}",
        "16: `../log.csv` leads out of the folder of the run [outside-run]\nwrite a relative path",
    ),
    (
        "callbacks",
        "{CSVLogger: gs://bucket/log.csv}",
        "16: `gs://bucket/log.csv` leads out of the folder of the run [outside-run]\n"
        "write a relative path",
    ),
    (
        "callbacks",
        "{ModelCheckpoint: best.ckpt}",
        "22: a model is saved to a file that ends in `.keras`, not `best.ckpt` [wrong-file-name]",
    ),
    (
        "callbacks",
        "{ModelCheckpoint: {filepath: best.keras, save_weights_only: true}}",
        "33: weights alone are saved to a file that ends in `.weights.h5`, not "
        "`best.keras` [wrong-file-name]",
    ),
    (
        "callbacks",
        '{ModelCheckpoint: "{epoch:999999999d}.keras"}',
        "22: `{epoch:999999999d}.keras` has a placeholder that cannot be filled [wrong-file-name]\n"
        "write placeholders as `{epoch:02d}` and `{val_loss:.4f}`",
    ),
    (
        "optimizers",
        '{Muon: {exclude_layers: "(a+)+"}}',
        "28: `(a+)+` repeats a group, which may search forever [bad-pattern]",
    ),
    (
        "optimizer_maps",
        '{OptimizerMap: {default_optimizer: adam, optimizer_map: {"[": sgd}}}',
        "61: `[` is no regular expression: unterminated character set at position 0 [bad-pattern]",
    ),
]


@pytest.mark.parametrize(("category", "text", "expected"), BAD, ids=[text for _, text, _ in BAD])
def test_a_mistake_is_told_once_at_its_place_with_its_cure(
    category: str, text: str, expected: str
) -> None:
    value, found = component(category, text)
    assert not isinstance(value, Component)
    assert [told(each) for each in found] == [expected]


def test_a_name_near_two_spellings_gives_the_class() -> None:
    _, found = component("initializers", "zeross")
    assert found[0].help == "did you mean `Zeros`?"


@pytest.mark.parametrize("category", CATEGORIES)
def test_every_category_has_a_noun_that_fits_a_sentence(category: str) -> None:
    noun = ComponentOf(category).noun
    article, word = noun.split(" ", 1)
    assert (article == "an") == (word[0] in "aeiou")
    assert not word.endswith("s") or word == "loss"


def test_reading_components_imports_neither_keras_nor_numpy() -> None:
    script = (
        "import sys\n"
        "from layerforge.components.table import CATEGORIES, classes, find\n"
        "for category in CATEGORIES:\n"
        "    for name in classes(category):\n"
        "        assert find(category, name)\n"
        "heavy = {'keras', 'tensorflow', 'numpy', 'polars', 'rich'}\n"
        "print(sorted(heavy & {name.split('.')[0] for name in sys.modules}))\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], capture_output=True, text=True, check=True
    )
    assert done.stdout.strip() == "[]"
    assert len(classes("optimizers")) > 10


ODD = ["~", "''", "[]", "{}", "[[1]]", "{a: b}", "{a: {b: c}}", "1.0e+999", "-1", "$(x)", "yes"]


@pytest.mark.parametrize("category", CATEGORIES)
def test_whatever_is_written_gives_a_value_or_a_diagnostic(category: str) -> None:
    for name in classes(category):
        entry = find(category, name)
        assert entry is not None
        for odd in ODD:
            arguments = [f"{each.name}: {odd}" for each in entry.signature.parameters]
            for text in (
                odd,
                *(f"{{{each}}}" for each in arguments),
                f"{{{', '.join(arguments)}}}",
            ):
                value, found = component(category, f"{{{name}: {text}}}")
                assert (value is INVALID) == bool(found), text


def test_components_nested_to_any_depth_are_read_at_once() -> None:
    depth = 50
    text = "{LossScaleOptimizer: " * depth + "adamm" + "}" * depth
    _, found = component("optimizers", text)
    assert [each.message for each in found] == ["there is no optimizer `adamm`"]
