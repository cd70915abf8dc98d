"""Makes `layerforge/components/table.json` from Keras: `python -m tests.components.make_table`.

Names, order and defaults come from Keras's own signatures. What Keras does not say is the kind of
an argument: it follows from the default, or stands in KINDS below, where an argument without a
usable default must be listed.
"""

import importlib
import inspect
import json
from collections.abc import Callable, Iterator
from pathlib import Path
from types import ModuleType
from typing import Any, Final

from layerforge.components import table
from layerforge.components.left_out import LEFT_OUT, left_out

TABLE: Final = Path(table.__file__).with_name("table.json")

# Category: the Keras modules of its classes and of its `get` dictionary.
SOURCES: Final = {
    "optimizers": ("keras.optimizers", "keras.src.optimizers"),
    "losses": ("keras.losses", "keras.src.losses"),
    "metrics": ("keras.metrics", "keras.src.metrics"),
    "callbacks": ("keras.callbacks", ""),
    "schedules": ("keras.optimizers.schedules", ""),
    "initializers": ("keras.initializers", "keras.src.initializers"),
    "regularizers": ("keras.regularizers", "keras.src.regularizers"),
    "constraints": ("keras.constraints", "keras.src.constraints"),
    "activations": ("keras.activations", "keras.src.activations"),
    "dtype_policies": ("keras.dtype_policies", ""),
    "optimizer_maps": ("keras.optimizers", ""),
}
# Classes that stand in a module of another category.
MOVED: Final = {"OptimizerMap": "optimizer_maps"}

_CHOSEN_BY_DATA: Final = ["Binary", "Categorical", "SparseCategorical"]
# compile_utils.py get_loss and get_metric choose by the shapes of targets and outputs.
CHOSEN: Final = {
    "losses": {
        word: [f"{kind}Crossentropy" for kind in _CHOSEN_BY_DATA] for word in ("crossentropy", "ce")
    },
    "metrics": {
        word: [f"{kind}Accuracy" for kind in _CHOSEN_BY_DATA] for word in ("accuracy", "acc")
    },
}
FLOATS: Final = ("float32", "float16", "bfloat16", "float64", "mixed_float16", "mixed_bfloat16")
QUANTIZED: Final = ("int8", "int4", "float8")
_MODES: Final = "one of int8 float8 int4 gptq awq"
_SOURCE: Final = f"one of {' '.join(FLOATS)}?"

# The kinds that no default tells, by argument, or by class and argument where classes differ.
KINDS: Final = {
    # optimizers
    "learning_rate": "learning_rate",
    "rho": "fraction",
    "beta_1": "fraction",
    "beta_2": "fraction",
    "Lion.beta_1": "above_zero_to_one",
    "adam_beta_1": "fraction",
    "adam_beta_2": "fraction",
    "momentum": "fraction",
    "epsilon": "nonnegative",
    "epsilon_1": "nonnegative",
    "epsilon_2": "nonnegative",
    "weight_decay": "nonnegative?",
    "AdamW.weight_decay": "nonnegative",
    "adam_weight_decay": "nonnegative",
    "clipnorm": "positive?",
    "clipvalue": "positive?",
    "global_clipnorm": "positive?",
    "clip_threshold": "positive",
    "ema_momentum": "fraction",
    "ema_overwrite_frequency": "count?",
    "loss_scale_factor": "positive?",
    "gradient_accumulation_steps": "several?",
    "initial_accumulator_value": "nonnegative",
    "learning_rate_power": "nonpositive",
    "l1_regularization_strength": "nonnegative",
    "l2_regularization_strength": "nonnegative",
    "l2_shrinkage_regularization_strength": "nonnegative",
    "Ftrl.beta": "nonnegative",
    "inner_optimizer": "optimizer",
    "initial_scale": "positive",
    "dynamic_growth_steps": "count",
    "MultiOptimizer.optimizer_map": "optimizer_map",
    "default_optimizer": "optimizer",
    "OptimizerMap.optimizer_map": "optimizers?",
    "adam_lr_ratio": "positive",
    "ns_steps": "count",
    "rms_rate": "positive?",
    "exclude_layers": "patterns?",
    "warmup_steps": "natural",
    # losses and metrics
    "name": "text?",
    "dtype": "dtype?",
    "axis": "axis",
    "reduction": "one of sum_over_batch_size sum mean mean_with_sample_weight none?",
    "label_smoothing": "fraction",
    "alpha": "fraction",
    "CategoricalFocalCrossentropy.alpha": "weight_or_weights",
    "gamma": "nonnegative",
    "q": "between_zero_and_one",
    "margin": "nonnegative",
    "delta": "positive",
    "ignore_class": "whole?",
    "Dice.axis": "axes?",
    "Tversky.axis": "axes?",
    "Tversky.alpha": "nonnegative",
    "Tversky.beta": "nonnegative",
    "num_thresholds": "resolution",
    "curve": "one of ROC PR PRGAIN",
    "summation_method": "one of interpolation minoring majoring",
    "thresholds": "threshold_or_thresholds?",
    "AUC.thresholds": "fractions?",
    "num_labels": "count?",
    "label_weights": "reals?",
    "F1Score.threshold": "above_zero_to_one?",
    "FBetaScore.threshold": "above_zero_to_one?",
    "FBetaScore.beta": "positive",
    "average": "one of micro macro weighted?",
    "target_class_ids": "class_ids",
    "num_classes": "count",
    "class_id": "natural?",
    "top_k": "count?",
    "k": "count",
    "recall": "fraction",
    "precision": "fraction",
    "specificity": "fraction",
    "sensitivity": "fraction",
    "class_aggregation": "one of uniform_average variance_weighted_average?",
    "num_regressors": "natural",
    # schedules
    "initial_learning_rate": "nonnegative",
    "decay_steps": "count",
    "first_decay_steps": "count",
    "decay_rate": "nonnegative",
    "end_learning_rate": "nonnegative",
    "power": "nonnegative",
    "t_mul": "positive",
    "m_mul": "positive",
    "warmup_target": "positive?",
    "boundaries": "steps",
    "values": "rates",
    # initializers, regularizers, constraints
    "seed": "seed?",
    "Constant.value": "number_or_list",
    "stddev": "nonnegative",
    "scale": "positive",
    "VarianceScaling.mode": "one of fan_in fan_out fan_avg",
    "distribution": "one of truncated_normal untruncated_normal uniform normal",
    "input_axes": "axis_list?",
    "output_axes": "axis_list?",
    "side": "one of real imag",
    "window": "window?",
    "scaling": "one of density spectrum?",
    "l1": "nonnegative",
    "l2": "nonnegative",
    "OrthogonalRegularizer.factor": "nonnegative",
    "OrthogonalRegularizer.mode": "one of rows columns",
    "max_value": "nonnegative",
    "min_value": "nonnegative",
    "rate": "fraction",
    "MaxNorm.axis": "axes",
    "MinMaxNorm.axis": "axes",
    "UnitNorm.axis": "axes",
    # callbacks
    "mode": "one of auto min max",
    "min_delta": "nonnegative",
    "patience": "natural",
    "cooldown": "natural",
    "verbose": "verbosity",
    "baseline": "real?",
    "start_from_epoch": "natural",
    "filepath": "path",
    "filename": "path",
    "directory": "path",
    "log_dir": "path",
    "save_freq": "epoch_or_batches",
    "initial_value_threshold": "real?",
    "max_to_keep": "count?",
    "factor": "zero_to_below_one",
    "min_lr": "nonnegative",
    "histogram_freq": "natural",
    "embeddings_freq": "natural",
    "update_freq": "batch_epoch_or_batches",
    "profile_batch": "batch_or_range",
    "embeddings_metadata": "text_or_texts?",
    # dtype policies
    "QuantizedDTypePolicy.mode": _MODES,
    "QuantizedFloat8DTypePolicy.mode": _MODES,
    "Int4DTypePolicy.mode": "int4_mode",
    "GPTQDTypePolicy.mode": "gptq_mode",
    "AWQDTypePolicy.mode": "awq_mode",
    "source_name": _SOURCE,
    "amax_history_length": "count",
    "default_policy": "dtype?",
    "policy_map": "dtypes?",
}


def make_table() -> dict[str, Any]:
    """The whole table: by category the classes with their arguments, the aliases, the functions."""
    return {category: _make_category(category) for category in SOURCES}


def written(made: dict[str, Any]) -> str:
    """The table as JSON, a class to a line, so that a change of Keras reads well in a diff."""
    blocks = []
    for category, parts in made.items():
        rows = ",\n".join(
            f"   {json.dumps(name)}: {json.dumps(rows)}" for name, rows in parts["classes"].items()
        )
        classes = f'  "classes": {{\n{rows}\n  }}' if rows else '  "classes": {}'
        rest = [f'  "{part}": {json.dumps(parts[part])}' for part in ("aliases", "functions")]
        blocks.append(f' "{category}": {{\n' + ",\n".join([classes, *rest]) + "\n }")
    return "{\n" + ",\n".join(blocks) + "\n}\n"


def _make_category(category: str) -> dict[str, Any]:
    module = importlib.import_module(SOURCES[category][0])
    classes: dict[str, Any] = {}
    aliases: dict[str, str] = {}
    functions: dict[str, list[str]] = {}
    for name, found in _public_classes(module, category):
        if name == found.__name__:
            classes[name] = _arguments(found)
        else:
            aliases[name] = found.__name__
    for name, found in _names_of_get(category):
        if (
            inspect.isclass(found)
            and name not in classes
            and not left_out(category, found.__name__)
        ):
            aliases[name] = found.__name__
        elif not inspect.isclass(found) and name not in LEFT_OUT[category]:
            functions[name] = _stand_ins(category, found, classes)
    functions |= CHOSEN.get(category, {})
    functions |= {name: [] for name in _dtype_names()} if category == "dtype_policies" else {}
    for name in functions:
        aliases.pop(name, None)
    return {
        "classes": classes,
        "aliases": dict(sorted(aliases.items())),
        "functions": dict(sorted(functions.items())),
    }


def _public_classes(module: ModuleType, category: str) -> Iterator[tuple[str, type]]:
    """The classes of a Keras module that a spec may hold, under each of their names."""
    for name, found in inspect.getmembers(module, inspect.isclass):
        home = MOVED.get(name, "optimizers" if category == "optimizer_maps" else category)
        if name.startswith("_") or home != category or left_out(category, found.__name__):
            continue
        yield name, found


def _names_of_get(category: str) -> list[tuple[str, Any]]:
    """What `keras.<category>.get` takes as text and what it gives for it."""
    source = SOURCES[category][1]
    if not source:
        return []
    known = importlib.import_module(source).ALL_OBJECTS_DICT
    public = importlib.import_module(SOURCES[category][0])
    return [
        (n, f) for n, f in known.items() if hasattr(public, f.__name__) and f.__name__ not in MOVED
    ]


def _arguments(found: type) -> list[list[Any]]:
    """A row per argument of a class: its name, its kind, and its default where it has one."""
    rows = []
    for parameter in inspect.signature(found).parameters.values():
        if parameter.kind is not inspect.Parameter.POSITIONAL_OR_KEYWORD:
            continue
        row = [parameter.name, _kind(found.__name__, parameter)]
        if parameter.default is not inspect.Parameter.empty:
            row.append(parameter.default)
        rows.append(row)
    return rows


def _kind(owner: str, parameter: inspect.Parameter) -> str:
    if owner in ("DTypePolicy", "FloatDTypePolicy"):
        return f"one of {' '.join(_policy_names())}?"
    listed = KINDS.get(f"{owner}.{parameter.name}", KINDS.get(parameter.name))
    if listed is not None:
        return listed
    told = {bool: "flag", int: "whole", float: "real", str: "text"}
    try:
        return told[type(parameter.default)]
    except KeyError:
        raise LookupError(f"{owner}.{parameter.name} needs a kind in KINDS") from None


def _stand_ins(category: str, function: Callable[..., Any], classes: dict[str, Any]) -> list[str]:
    """What to write where a function would need arguments: a class, a layer or an op."""
    import keras

    name = _fold(function.__name__)
    if category != "activations":
        return [known for known in classes if _fold(known) == name]
    if len(inspect.signature(function).parameters) == 1:
        return []
    layers = [known for known in dir(keras.layers) if known[0].isupper() and _fold(known) == name]
    return layers or [f"ops.{function.__name__}"]


def _policy_names() -> list[str]:
    from keras.src.backend.common.dtypes import ALLOWED_DTYPES

    mixed = [name for name in FLOATS if name not in ALLOWED_DTYPES]
    return [*ALLOWED_DTYPES, *mixed]


def _dtype_names() -> list[str]:
    """The texts that `keras.dtype_policies.get` takes, but for those with a block size inside."""
    import keras

    quantized = [f"{mode}_from_{source}" for mode in QUANTIZED for source in FLOATS]
    accepted = []
    for name in [*_policy_names(), *quantized]:
        try:
            keras.dtype_policies.get(name)
        except ValueError:
            continue
        accepted.append(name)
    return accepted


def _fold(name: str) -> str:
    return name.replace("_", "").lower()


if __name__ == "__main__":
    TABLE.write_text(written(make_table()), encoding="utf-8")
