"""Mixed precision: layers compute in half, weights and scores stay whole, and a run goes on with both."""

from __future__ import annotations

import signal
from pathlib import Path

import numpy as np
import pytest

from benchmarks.kill import differences
from layerforge.build.backend import load_keras
from layerforge.run import evaluate, resume, train
from layerforge.run.preparation import prepare_job
from layerforge.run.scoring import load_model
from layerforge.run.trainable import make_trainable
from tests.run.conftest import BLOBS, SINE, Compile, Told
from tests.run.test_resuming import Stopping

keras = load_keras()


@pytest.mark.parametrize(
    ("policy", "half", "scaled"),
    [("mixed_float16", "float16", True), ("mixed_bfloat16", "bfloat16", False)],
)
def test_layers_compute_in_half_and_keras_scales_the_loss_where_it_must(
    policy: str, half: str, scaled: bool, compiled: Compile
) -> None:
    mixed = compiled(BLOBS, f"train.dtype_policy={policy}", "model.layers.1.Dense.dtype=float32")
    model = make_trainable(prepare_job(mixed))
    assert [layer.compute_dtype for layer in model.layers[-2:]] == [half, "float32"]
    assert {variable.dtype for variable in model.trainable_variables} == {"float32"}
    assert isinstance(model.optimizer, keras.optimizers.LossScaleOptimizer) is scaled
    assert keras.config.dtype_policy().name == "float32"


@pytest.mark.parametrize("policy", ["mixed_float16", "mixed_bfloat16"])
def test_a_run_in_mixed_precision_is_scored_like_any_other(
    policy: str, compiled: Compile, folder: Path
) -> None:
    plain = train(compiled(SINE, "train.epochs=2"), folder / "plain", Told())
    mixed = train(
        compiled(SINE, "train.epochs=2", f"train.dtype_policy={policy}"), folder / "mixed", Told()
    )
    assert load_model(mixed.path).layers[-1].compute_dtype == policy.removeprefix("mixed_")
    assert mixed.scores is not None
    assert plain.scores is not None
    ours, theirs = (each.scores["model"]["scaled"]["mae"] for each in (mixed, plain))  # type: ignore[index]
    assert np.isclose(ours, theirs, rtol=0.2)
    assert evaluate(mixed.path, None, Told())["model"] == mixed.scores["model"]


def test_a_run_in_mixed_precision_goes_on_bit_by_bit(
    compiled: Compile, folder: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr("layerforge.run.watch._PAUSE", 0.0)
    words = ("train.epochs=3", "train.dtype_policy=mixed_float16", "train.deterministic=true")
    spec = compiled(BLOBS, *words)
    alone = train(spec, folder / "alone", Told())
    stopped = train(spec, folder / "stopped", Stopping(6, signal.SIGTERM))
    resume(stopped.path, spec, Told())
    assert differences(alone.path, stopped.path) == []
