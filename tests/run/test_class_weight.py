"""`class_weight`: what Keras's fit does with it, bit by bit, for classes by their names."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from layerforge.build.backend import load_keras
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.run.feeding import ordered_batches, training_batches
from layerforge.run.loop import Course, Position, run_course
from layerforge.run.preparation import Job, prepare_job
from layerforge.run.trainable import make_trainable
from tests.run.conftest import BLOBS, Compile

keras = load_keras()
ROWS = ["x,y,colour", *(f"{i % 7},{i % 3},{'red' if i % 4 else 'blue'}" for i in range(80))]
WEIGHTS = "train.class_weight={blue: 3, red: 0.5}"
SINGLE = "model.layers.1={Dense: {units: 1, activation: sigmoid}}"
HEADS = {
    "class indices": (),
    "one-hot labels": ("train.loss=categorical_crossentropy",),
    "one output": (SINGLE,),
}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    (tmp_path / "blobs.csv").write_text("\n".join(ROWS) + "\n")
    return tmp_path


def _batches(job: Job) -> object:
    return training_batches(job.table, job.prepared.positions["train"], job.batch_size, 0)


@pytest.mark.parametrize("overrides", HEADS.values(), ids=HEADS)
def test_it_trains_as_fit_does_bit_by_bit(compiled: Compile, overrides: tuple[str, ...]) -> None:
    ours, plain = (prepare_job(compiled(BLOBS, *overrides, *more)) for more in ((WEIGHTS,), ()))
    one = make_trainable(ours)
    run_course(one, Course(_batches(ours), None, ours.steps, 3, Position()), [], lambda _: None)
    other = make_trainable(plain)
    weights = {0: 3.0, 1: 0.5}  # blue, red
    given = {"class_weight": weights, "steps_per_epoch": plain.steps, "epochs": 3}
    other.fit(_batches(plain), shuffle=False, verbose=0, **given)
    for a, b in zip(one.variables, other.variables, strict=True):
        assert a.numpy().tobytes() == b.numpy().tobytes(), a.path


def test_balanced_gives_every_class_the_same_sum_and_a_sample_one_on_average(
    compiled: Compile,
) -> None:
    job = prepare_job(compiled(BLOBS, "train.class_weight=balanced", "train.batch_size=200"))
    _, labels, weights = next(iter(_batches(job)))
    sums = np.bincount(labels, weights)
    assert sums[0] == pytest.approx(sums[1], rel=1e-6)
    assert float(np.mean(weights)) == pytest.approx(1, rel=1e-6)


def test_a_class_that_is_not_named_counts_one(compiled: Compile) -> None:
    job = prepare_job(compiled(BLOBS, "train.class_weight={blue: 4}"))
    _, labels, weights = next(iter(_batches(job)))
    assert weights.numpy().tolist() == [1 if label else 4 for label in labels.numpy()]


def test_validation_is_not_weighted(compiled: Compile) -> None:
    job = prepare_job(compiled(BLOBS, WEIGHTS))
    batches = ordered_batches(job.table, job.prepared.positions["validation"], 8)
    assert len(next(iter(batches))) == 2


def test_classes_that_are_numbers_are_known_in_every_spelling(
    compiled: Compile, folder: Path
) -> None:
    rows = [ROWS[0], *(f"{i % 7},{i % 3},{i % 2}.0" for i in range(80))]
    (folder / "blobs.csv").write_text("\n".join(rows) + "\n")
    for name in ("1", "1.0", "01"):
        job = prepare_job(compiled(BLOBS, f"train.class_weight={{{name}: 4}}"))
        assert job.table.class_weights is not None
        assert job.table.class_weights.tolist() == [1, 4]


def _faults(compiled: Compile, *overrides: str) -> list[Diagnostic]:
    with pytest.raises(Faults) as stop:
        prepare_job(compiled(BLOBS, *overrides))
    return stop.value.diagnostics


def test_every_class_that_the_data_lack_is_told_at_its_place(compiled: Compile) -> None:
    found = _faults(compiled, "train.class_weight={bleu: 2, red: 1, ochre: 3}")
    assert [fault.code for fault in found] == ["unknown-class"] * 2
    assert [fault.message for fault in found] == [
        "the data have no class `bleu`",
        "the data have no class `ochre`",
    ]
    assert [fault.help for fault in found] == ["did you mean `blue`?", "there are blue, red"]
    columns = [fault.span.column for fault in found if fault.span]
    assert columns == [2, 19]


@pytest.mark.parametrize("value", ["balance", "[1, 2]", "{red: -1}", "{red: heavy}"])
def test_what_is_no_weight_is_refused(compiled: Compile, value: str) -> None:
    found = compiled(BLOBS, f"train.class_weight={value}").found
    assert [fault.code for fault in found] in (["wrong-type"], ["out-of-range"])
