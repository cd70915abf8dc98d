"""All that a training run needs, read and checked before anything is on disk or TensorFlow is loaded."""

from __future__ import annotations

from dataclasses import dataclass

from layerforge.build.memory import check_memory
from layerforge.data import Prepared, prepare
from layerforge.diagnostics import Diagnostic, Faults
from layerforge.heads import head_faults, target_shapes
from layerforge.infer import Plan
from layerforge.pipeline import Compiled
from layerforge.records import replace
from layerforge.run.classes import class_faults, class_weights
from layerforge.run.completion import completed, widened
from layerforge.run.feeding import Table, steps_per_pass
from layerforge.run.inputs import input_faults, model_feeds
from layerforge.run.monitors import monitor_faults
from layerforge.run.objective import Objective, choose_objective, objective_faults
from layerforge.run.preflight import data_cautions, memory_notes
from layerforge.run.scoring import data_notes, data_settings
from layerforge.shapes import differ
from layerforge.spec import DataSettings, TrainSettings


@dataclass(frozen=True, slots=True)
class Job:
    """A spec ready to be trained. `notes` are lines for the reader about what was chosen for them.

    `cautions` are warnings: what is allowed and seldom meant.
    """

    spec: Compiled
    plan: Plan
    data: DataSettings
    train: TrainSettings
    prepared: Prepared
    objective: Objective
    table: Table
    batch_size: int
    notes: tuple[str, ...]
    cautions: tuple[Diagnostic, ...] = ()

    @property
    def samples(self) -> dict[str, int]:
        return {split: self.prepared.samples(split) for split in self.prepared.positions}

    @property
    def steps(self) -> int:
        """Training steps of an epoch."""
        steps = steps_per_pass(self.samples["train"], self.batch_size)
        return self.train.steps_per_epoch or steps

    @property
    def monitor(self) -> str:
        """The quantity that makes an epoch the best one."""
        return "val_loss" if self.samples.get("validation") else "loss"


def checked(compiled: Compiled) -> Compiled:
    """The spec with the faults and warnings that its data show, all but the first loss.

    Where it has faults, or no data, it is as it was.
    """
    if not compiled.clean or compiled.data is None:
        return compiled
    try:
        found = prepare_job(compiled).cautions
    except Faults as stop:
        found = tuple(stop.diagnostics)
    return replace(compiled, found=(*compiled.found, *found))


def prepare_job(compiled: Compiled, prepared: Prepared | None = None) -> Job:
    """The job of a compiled spec. Raises Faults for everything wrong with spec, data or their fit.

    `prepared` are its data, where somebody has prepared them already.
    """
    compiled = completed(compiled)
    prepared = prepared or prepare(data_settings(compiled), compiled.path.parent)
    compiled = widened(compiled, prepared)
    data = data_settings(compiled)
    plan = compiled.plan
    assert plan is not None  # a spec without faults has one
    train = compiled.train or TrainSettings()
    objective = choose_objective(plan, data.task, train)
    found = fit_faults(plan, prepared, objective.quantiles)
    found = found or objective_faults(objective, plan, data, train)
    found += class_faults(train, prepared)
    found += monitor_faults(compiled, bool(prepared.samples("validation")))
    if found:
        raise Faults(*found)
    check_memory(plan)
    samples = prepared.samples("train")
    notes = _defaults(compiled) + data_notes(prepared)
    if train.batch_size > samples:
        more = f"batch_size {train.batch_size:,} is more than the {samples:,} training samples"
        notes.append(f"{more}: all are one batch")
    weights = class_weights(train, prepared)
    table = replace(table_of(prepared, plan, objective), class_weights=weights)
    size = min(train.batch_size, samples)
    notes += memory_notes(plan, size, train)
    cautions = tuple(data_cautions(prepared, plan, objective))
    return Job(
        compiled, plan, data, train, prepared, objective, table, size, tuple(notes), cautions
    )


def table_of(prepared: Prepared, plan: Plan, objective: Objective) -> Table:
    """The arrays of the data as batches of this model are gathered from them."""
    classes = len(prepared.classes) if prepared.classes else None
    form = _answer(plan, prepared, objective)
    one_hot = classes if objective.labels == "one_hot" else None
    if objective.labels == "indices":
        form = ()
    feeds = model_feeds(prepared.feeds, {each.name: each.shape for each in plan.graph.inputs})
    return Table(
        prepared.features,
        prepared.targets,
        prepared.frame,
        feeds,
        form,
        one_hot,
        prepared.weights,
    )


def _answer(plan: Plan, prepared: Prepared, objective: Objective) -> tuple[int, ...]:
    """The form of the targets that the model's output has."""
    output = plan.outputs[0][1:] if objective.quantiles is None else plan.outputs[0][1:-1]
    fitting = target_shapes(prepared.settings, *_counts(prepared))
    return next(s for s in fitting if len(s) == len(output) and not any(map(differ, s, output)))


def _counts(prepared: Prepared) -> tuple[int | None, int | None]:
    """How many target columns there are, or how many classes."""
    if prepared.classes is not None:
        return None, len(prepared.classes)
    return len(prepared.target_names), None


def fit_faults(
    plan: Plan, prepared: Prepared, quantiles: tuple[float, ...] | None = None
) -> list[Diagnostic]:
    """Where model and data do not fit: the inputs, the outputs, a batch of fixed size."""
    found = input_faults(plan.graph.inputs, prepared)
    if found:
        return found
    targets, classes = _counts(prepared)
    return head_faults(plan, prepared.settings, targets, classes, quantiles)


def _defaults(compiled: Compiled) -> list[str]:
    """The values of the hyperparameters that nobody chose."""
    free = [each for each in compiled.hyperparameters.values() if each.name not in compiled.choices]
    return [f"{e.name} = {e.default} (default of {e.kind})" for e in free]
