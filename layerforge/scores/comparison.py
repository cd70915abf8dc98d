"""Whether a model beats the best baseline, by how much, and how sure that is."""

from __future__ import annotations

from collections.abc import Mapping
from math import isfinite
from typing import Any

from layerforge.data.prepared import Prepared
from layerforge.scores.bootstrap import Losses, interval


def compare(
    prepared: Prepared, model: Losses, baselines: Mapping[str, Losses]
) -> dict[str, Any] | None:
    """The model beside the baseline of the least mean loss, as JSON; None where there is no baseline.

    The loss is the squared error, scaled, or the share of wrong classes. `skill` is the share of
    the baseline's loss that the model is rid of: 1 at best, 0 where they are equal.
    """
    means = {name: losses.mean for name, losses in baselines.items()}
    known = {name: mean for name, mean in means.items() if isfinite(mean)}
    if not known:
        return None
    best = min(known, key=lambda name: known[name])
    mine, theirs = model.mean, known[best]
    classes = prepared.classes is not None
    sure = interval(model, baselines[best], _span(prepared))
    shown = [1 - each if classes else each for each in (mine, theirs)]
    finite = isfinite(mine)
    return {
        "metric": "accuracy" if classes else "scaled mse",
        "baseline": best,
        "model_score": shown[0] if finite else None,
        "baseline_score": shown[1],
        "skill": 1 - mine / theirs if finite and theirs > 0 else None,
        "beats": finite and mine < theirs,
        "difference": theirs - mine if finite else None,
        "interval": sure.saved() if sure is not None else None,
    }


def _span(prepared: Prepared) -> int:
    """For how many samples on a sample tells of the same rows: 1 in a table, in a series 2 or more.

    Errors of neighbours in a series are alike even where their answers share no row.
    """
    frame = prepared.frame
    if frame is None:
        return 1
    return max(frame.steps if prepared.horizon else frame.window, 2)
