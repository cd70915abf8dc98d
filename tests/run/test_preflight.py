"""What Keras lets pass in silence is told before the first epoch: on specs that Keras accepts and trains."""

from __future__ import annotations

from pathlib import Path

import pytest

from layerforge.events import Note
from layerforge.run import train
from layerforge.run.overfitting import overfit_batch, verdict
from layerforge.run.preparation import checked, prepare_job
from tests.run.conftest import BLOBS, FLAT, SINE, Compile, Told

RELU = "model.layers=[Flatten, {Dense: {units: 6, activation: relu}}]"
FAULTS = {
    "targets of another shape": ("wrong-head", SINE, ["model.layers=[Flatten, {Dense: 5}]"]),
    "fewer units than classes": (
        "wrong-head",
        BLOBS.replace("units: 2", "units: 3"),
        [],
    ),
    "softmax over one unit": (
        "wrong-head",
        BLOBS.replace("units: 2", "units: 1"),
        [],
    ),
    "probabilities without an activation": (
        "logits-not-probabilities",
        BLOBS.replace("{units: 2, activation: softmax}", "2"),
        [],
    ),
    "one-hot labels to a sparse metric": (
        "wrong-loss",
        BLOBS,
        ["train.loss=categorical_crossentropy", "train.metrics=[sparse_categorical_accuracy]"],
    ),
    "more weights than memory": (
        "out-of-memory",
        BLOBS.replace("units: 8", "units: 2000000000"),
        [],
    ),
}
CAUTIONS = {
    "columns far from 0 and 1": ("unscaled-column", SINE, [FLAT, "data.scale=none"]),
    "targets out of reach": ("unreachable-target", SINE, [RELU]),
}


def _codes(compiled: Compile, text: str, overrides: list[str]) -> list[tuple[str, str]]:
    found = checked(compiled(text, *overrides)).found
    return [(each.code, each.severity) for each in found]


@pytest.mark.parametrize("case", FAULTS.values(), ids=FAULTS)
def test_a_fault_is_told_before_anything_is_trained(
    compiled: Compile, case: tuple[str, str, list[str]]
) -> None:
    code, text, overrides = case
    assert _codes(compiled, text, overrides) == [(code, "error")]


@pytest.mark.parametrize("case", CAUTIONS.values(), ids=CAUTIONS)
def test_a_caution_is_told_and_stops_nothing(
    compiled: Compile, folder: Path, case: tuple[str, str, list[str]]
) -> None:
    code, text, overrides = case
    if code == "unscaled-column":  # the sine's columns lie near 1: days in place of them do not
        rows = (folder / "sine.csv").read_text().splitlines()
        head, *rest = rows
        grown = [f"{row.rsplit(',', 1)[0]},{5000 + i}" for i, row in enumerate(rest)]
        (folder / "sine.csv").write_text("\n".join([head, *grown]) + "\n")
    assert _codes(compiled, text, overrides) == [(code, "warning")]
    told = Told()
    trained = train(compiled(text, *overrides, "train.epochs=1"), folder / "runs", told)
    assert trained.state == "finished"
    assert any(f"[{code}]" in event.text for event in told.events if isinstance(event, Note))


def test_a_sound_spec_has_none(compiled: Compile) -> None:
    assert _codes(compiled, SINE, []) == []
    assert _codes(compiled, BLOBS, []) == []


def test_a_column_that_a_layer_scales_is_no_caution(compiled: Compile, folder: Path) -> None:
    text = BLOBS.replace("layers:", "layers:\n        - BatchNormalization")
    rows = (folder / "blobs.csv").read_text().splitlines()
    grown = [f"{i + 900}{row[row.index(',') :]}" for i, row in enumerate(rows[1:])]
    (folder / "blobs.csv").write_text("\n".join([rows[0], *grown]) + "\n")
    assert _codes(compiled, text, ["data.scale=none"]) == []
    assert _codes(compiled, BLOBS, ["data.scale=none"]) == [("unscaled-column", "warning")]


def test_a_batch_that_needs_more_memory_than_there_is_is_told(
    compiled: Compile, monkeypatch: pytest.MonkeyPatch
) -> None:
    wide = "model.layers.0.Dense.units=100000"
    assert not [n for n in prepare_job(compiled(BLOBS, wide)).notes if "estimated" in n]
    monkeypatch.setattr("layerforge.run.preflight.installed_memory", lambda: 2**23)
    (note,) = [n for n in prepare_job(compiled(BLOBS, wide)).notes if "estimated" in n]
    assert note.startswith("training on batches of 32 is estimated to take 0.0 GiB")


def test_a_first_loss_far_from_what_knowing_nothing_costs_is_told(
    compiled: Compile, folder: Path
) -> None:
    wild = "{Dense: {units: 6, kernel_initializer: {RandomNormal: {stddev: 60.0}}}}"
    told = Told()
    spec = compiled(SINE, f"model.layers=[Flatten, {wild}]", "train.epochs=1")
    train(spec, folder / "runs", told)
    notes = [event.text for event in told.events if isinstance(event, Note)]
    (note,) = [text for text in notes if "[unexpected-loss]" in text]
    assert "(the mean square of the targets) is expected" in note
    told = Told()
    train(compiled(BLOBS, "train.epochs=1"), folder / "runs", told)
    assert not [e for e in told.events if isinstance(e, Note) and "unexpected" in e.text]


def test_one_batch_is_learnt_or_it_is_said_that_it_is_not(compiled: Compile, folder: Path) -> None:
    learnt = overfit_batch(compiled(BLOBS), Told())
    assert learnt.learnt
    assert learnt.last <= learnt.first / 10
    assert verdict(learnt) is None
    idle = overfit_batch(
        compiled(BLOBS, "train.optimizer={SGD: {learning_rate: 1.0e-9}}"), Told(), 20
    )
    fault = verdict(idle)
    assert fault is not None
    assert fault.code == "batch-not-learnt"
    assert "not learnt in 20 steps" in fault.message
    assert not (folder / "runs").exists()


def test_a_model_of_other_targets_comes_with_the_command_that_drafts_one(
    compiled: Compile,
) -> None:
    """Where the last layer alone does not decide how many targets there are."""
    drafted = "model.layers=[Flatten, {Dense: 6}, {Reshape: [6, 1]}]"
    (fault,) = checked(compiled(SINE, drafted, "data.targets=[a, b]")).found
    assert fault.code == "wrong-head"
    assert fault.help is not None
    assert fault.help.endswith(
        ", or have `layerforge new DATA --target a --target b` draft a spec anew"
    )
    (other,) = checked(compiled(SINE, "data.targets=[a, b]")).found
    assert other.help == "end with `- Dense: 12` and `- Reshape: [6, 2]`"
