"""What Keras asks of several arguments of one component together."""

import re
from collections.abc import Callable, Mapping
from itertools import pairwise
from typing import Any, Final

from layerforge.components.table import Entry
from layerforge.diagnostics import SpecError

Values = Mapping[str, Any]

_CLIPPING: Final = ("clipnorm", "clipvalue", "global_clipnorm")
# What ModelCheckpoint may fill in: a name of the log and a short format, as in {val_loss:.2f}.
_PLACEHOLDER: Final = re.compile(r"\{[A-Za-z]\w*(:0?\d{0,2}(\.\d{1,2})?[a-zA-Z%]?)?\}")


def check_values(entry: Entry, values: Values) -> None:
    """Checks the written values of a component against each other. Raises SpecError."""
    if entry.category == "optimizers":
        _one_clipping(values)
    rule = _RULES.get(entry.keras_class)
    if rule is not None:
        defaults = {parameter.name: parameter.default for parameter in entry.signature.parameters}
        rule({**defaults, **values})


def _one_clipping(values: Values) -> None:
    """base_optimizer.py: only one of the three."""
    given = [name for name in values if name in _CLIPPING and values[name] is not None]
    if len(given) > 1:
        message = f"`{given[0]}` and `{given[1]}` exclude each other"
        raise SpecError("conflicting-arguments", message, arg=given[1])


def _piecewise(values: Values) -> None:
    boundaries, rates = values["boundaries"], values["values"]
    if len(rates) != len(boundaries) + 1:
        many = "boundary needs" if len(boundaries) == 1 else "boundaries need"
        wanted = len(boundaries) + 1
        message = f"{len(boundaries)} {many} {wanted} `values`, not {len(rates)}"
        raise SpecError("wrong-length", message, arg="values")
    if any(later <= earlier for earlier, later in pairwise(boundaries)):
        raise SpecError("out-of-range", "`boundaries` must increase", arg="boundaries")


def _checkpoint(values: Values) -> None:
    """model_checkpoint.py: the ending says what is saved."""
    path, weights_only = values["filepath"], values["save_weights_only"]
    endings = (".weights.h5",) if weights_only else (".keras", ".h5")
    if not path.endswith(endings):
        what = "weights alone are" if weights_only else "a model is"
        message = f"{what} saved to a file that ends in `{endings[0]}`, not `{path}`"
        raise SpecError("wrong-file-name", message, arg="filepath")
    if re.search(r"[{}]", _PLACEHOLDER.sub("", path)):
        message = f"`{path}` has a placeholder that cannot be filled"
        help = "write placeholders as `{epoch:02d}` and `{val_loss:.4f}`"
        raise SpecError("wrong-file-name", message, arg="filepath", help=help)


def _class_ids(values: Values) -> None:
    """iou_metrics.py: classes count from 0; BinaryIoU has two."""
    limit = values.get("num_classes", 2)
    largest = max(values["target_class_ids"])
    if largest >= limit:
        message = f"class {largest} is not one of the {limit} classes, which count from 0"
        raise SpecError("out-of-range", message, arg="target_class_ids")


def _labels(values: Values) -> None:
    if values["num_labels"] is not None and not values["multi_label"]:
        message = "`num_labels` is for `multi_label: true` alone"
        raise SpecError("conflicting-arguments", message, arg="num_labels")


def _range_of_batches(values: Values) -> None:
    batches = values["profile_batch"]
    if isinstance(batches, tuple) and batches[1] < batches[0]:
        message = f"`profile_batch` ends ({batches[1]}) before it begins ({batches[0]})"
        raise SpecError("out-of-range", message, arg="profile_batch")


def _single_optimizers(values: Values) -> None:
    """multi_optimizer.py: neither of the two that wrap others."""
    held = {"default_optimizer": [values["default_optimizer"]]}
    held["optimizer_map"] = list((values["optimizer_map"] or {}).values())
    for arg, optimizers in held.items():
        for optimizer in optimizers:
            if optimizer.name.lower() in ("lossscaleoptimizer", "multioptimizer"):
                message = f"an OptimizerMap cannot hold a {optimizer.name}"
                raise SpecError("wrong-component", message, arg=arg)


def _plain_default(values: Values) -> None:
    default = values["default_policy"]
    if default is not None and default.name == "DTypePolicyMap":
        message = "the default of a DTypePolicyMap cannot be another one"
        raise SpecError("wrong-component", message, arg="default_policy")


def _ordered(low: str, high: str) -> Callable[[Values], None]:
    def rule(values: Values) -> None:
        if values[low] > values[high]:
            message = f"`{low}` ({values[low]:g}) is larger than `{high}` ({values[high]:g})"
            raise SpecError("out-of-range", message, arg=low)

    return rule


_RULES: Final[Mapping[str, Callable[[Values], None]]] = {
    "PiecewiseConstantDecay": _piecewise,
    "ModelCheckpoint": _checkpoint,
    "IoU": _class_ids,
    "OneHotIoU": _class_ids,
    "BinaryIoU": _class_ids,
    "AUC": _labels,
    "TensorBoard": _range_of_batches,
    "OptimizerMap": _single_optimizers,
    "DTypePolicyMap": _plain_default,
    "RandomUniform": _ordered("minval", "maxval"),
    "MinMaxNorm": _ordered("min_value", "max_value"),
}
