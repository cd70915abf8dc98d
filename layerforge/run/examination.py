"""What the data of a spec are, before any training: the account, and samples on request."""

from __future__ import annotations

from typing import Any

from layerforge.data import Prepared, prepare
from layerforge.pipeline import Compiled
from layerforge.run.scoring import data_settings, scored_split


def examine(compiled: Compiled, samples: int = 0) -> dict[str, Any]:
    """The account of the data, as a run keeps it; with `samples` the first training samples.

    Those are as the model sees them, scaled: `{"inputs": {name: values}, "answers": values}`. Raises
    Faults where the spec has any, has no data, or the data have. TensorFlow is not loaded.
    """
    prepared = prepare(data_settings(compiled), compiled.path.parent)
    if not samples:
        return prepared.account
    return {**prepared.account, "sample": _sample(prepared, samples)}


def _sample(prepared: Prepared, samples: int) -> dict[str, Any]:
    part = "train" if prepared.samples("train") else scored_split(prepared)
    positions = prepared.positions[part][:samples]
    inputs, answers = prepared.batch(positions)
    named = inputs if isinstance(inputs, dict) else {prepared.feeds[0].name: inputs}
    return {
        "split": part,
        "inputs": {name: values.tolist() for name, values in named.items()},
        "shapes": {name: list(values.shape) for name, values in named.items()},
        "columns": list(prepared.feature_names),
        "answers": answers.tolist(),
        "classes": list(prepared.classes) if prepared.classes else None,
    }
