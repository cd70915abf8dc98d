"""Whether a model learns one batch by heart: what cannot do that will learn nothing from many."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Final

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import Listener
from layerforge.pipeline import Compiled
from layerforge.records import replace
from layerforge.run.preparation import prepare_job
from layerforge.run.record import explain
from layerforge.run.trainable import sample_batch
from layerforge.run.training import ready

STEPS: Final = 300
_LEARNT: Final = 0.1  # of the first loss


@dataclass(frozen=True, slots=True)
class Overfitted:
    """The loss of one batch before the first step and after the last; `learnt` if it fell to a tenth."""

    first: float
    last: float
    steps: int
    samples: int

    @property
    def learnt(self) -> bool:
        return self.last <= _LEARNT * self.first


def overfit_batch(compiled: Compiled, listener: Listener, steps: int = STEPS) -> Overfitted:
    """Trains the model of a spec on one batch alone; nothing is written.

    Stops where the loss has fallen far enough. Raises Faults where spec, data and model do not fit.
    """
    job = prepare_job(compiled)
    job = replace(job, train=replace(job.train, devices=None))  # one batch needs one device
    with ready(job, listener) as model:
        batch = sample_batch(job)
        losses: list[float] = []
        try:
            while len(losses) < steps and not (losses and losses[-1] <= _LEARNT * losses[0]):
                model.reset_metrics()
                losses.append(float(model.train_on_batch(*batch, return_dict=True)["loss"]))
        except Exception as error:
            if (fault := explain(error)) is None:
                raise
            raise Faults(fault) from error
    return Overfitted(losses[0], losses[-1], len(losses), job.batch_size)


def verdict(found: Overfitted) -> Diagnostic | None:
    """The fault of a batch that was not learnt."""
    if found.learnt:
        return None
    message = (
        f"one batch of {found.samples} is not learnt in {found.steps} steps: "
        f"its loss went from {found.first:.4g} to {found.last:.4g}"
    )
    help = "look at the learning rate, the scale of the columns and the last activation"
    return Diagnostic("batch-not-learnt", message, help=help)
