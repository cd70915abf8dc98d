"""Going on with a run where it stopped, or from where it stopped in a new run of other settings."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from layerforge.diagnostics import Diagnostic, Faults
from layerforge.events import Listener, Note
from layerforge.pipeline import Compiled, compile_spec
from layerforge.records import replace
from layerforge.run import directory
from layerforge.run.checkpoint import Checkpoint, read_checkpoint
from layerforge.run.cluster import own_copy, own_runs
from layerforge.run.code import check_code
from layerforge.run.completion import completed
from layerforge.run.files import sweep, write_bytes
from layerforge.run.fingerprint import fingerprint
from layerforge.run.preparation import Job, prepare_job
from layerforge.run.process import this_process
from layerforge.run.record import now, open_run, recorded, versions
from layerforge.run.settings import FREE, differences, settings_of
from layerforge.run.snapshot import fits
from layerforge.run.state import held
from layerforge.run.trainable import build_all
from layerforge.run.training import Trained, ready, train_job


def spec_of(run: Path, overrides: Iterable[str] = ()) -> Compiled:
    """The spec that a run was trained from, as it is now, with what was set then and `overrides`.

    Raises Faults where the file is where it lay neither as seen from the run nor on the machine.
    """
    record = directory.read_record(run)
    help = f"name it: `layerforge train SPEC --resume {run}`"
    return compile_as(run, spec_file(run, record, help), overrides)


def spec_file(folder: Path, record: Mapping[str, Any], help: str | None = None) -> Path:
    """Where the spec of a run or a search lies: as seen from its folder, else as it lay on the machine.

    Raises Faults where it is at neither place.
    """
    absolute = Path(record["spec"])
    beside = folder / str(record["folder"]) / absolute.name
    path = next((each for each in (beside, absolute) if each.is_file()), None)
    if path is None:
        message = f"the spec of `{folder}` is not at `{absolute}` any more"
        raise Faults(Diagnostic("unreadable-file", message, help=help))
    return path


def compile_as(run: Path, path: Path, overrides: Iterable[str] = ()) -> Compiled:
    """A spec compiled with the overrides and choices of a run, and `overrides` after them."""
    record = directory.read_record(run)
    check_code(run, record)
    return completed(compile_spec(path, (*record["overrides"], *overrides), record["choices"]))


def resume(
    run: Path, compiled: Compiled, listener: Listener, command: Iterable[str] = ()
) -> Trained:
    """Trains a run to its end, from its checkpoint on; a finished one only for epochs it has not done.

    On a CPU, with `deterministic`, the result is bit for bit that of a run that was never stopped.
    Raises Faults where another process trains it, or where settings or data are others than then.
    """
    job = prepare_job(compiled)
    with own_copy(job.train, run) as run, held(run):
        record = directory.read_record(run)
        _refuse_changes(run, record, job)
        checkpoint = read_checkpoint(run)
        if record["state"] == "finished" and _is_complete(run, record, job, checkpoint):
            listener(Note(f"{run} is finished: {record['reason']}; nothing is left to train"))
            return _as_it_was(run, record)
        sweep(run)
        with ready(job, listener) as model, recorded(run):
            _reopen(run, record, job, command, listener)
            build_all(model, job)  # without a checkpoint too: the first call moves seeds of dropout
            return train_job(job, model, run, listener, checkpoint)


def branch(
    run: Path,
    compiled: Compiled,
    runs: Path,
    listener: Listener,
    command: Iterable[str] = (),
    resolved: str | None = None,
) -> Trained:
    """A new run that begins with weights, optimizer and history of another's checkpoint.

    Settings and data may be others; callbacks begin anew, and the best epoch is one of the new run's.
    Raises Faults where the run has no checkpoint, or the model other weights.
    """
    job = prepare_job(compiled)
    written = compiled.path.read_bytes()
    checkpoint = read_checkpoint(run)
    if checkpoint is None:
        raise Faults(_no_checkpoint(run))
    if (done := checkpoint.state["position"][0]) >= job.train.epochs:
        message = f"{done} epochs of `{run}` are done, and `epochs` is {job.train.epochs}"
        raise Faults(Diagnostic("run-differs", message, job.train.span("epochs"), "`--epochs N`"))
    with own_runs(job.train, runs) as runs, ready(job, listener) as model:
        build_all(model, job)
        begun = _begun_anew(checkpoint, run, model, listener)
        new = directory.create(runs, job.plan.name)
        with held(new), recorded(new):
            open_run(new, job, written, command, resolved, branched_from=str(run))
            return train_job(job, model, new, listener, begun)


def _refuse_changes(run: Path, record: Mapping[str, Any], job: Job) -> None:
    """Raises Faults, one for each setting that is another now, and one for the data."""
    changed = differences(record.get("settings", {}), settings_of(job.spec))
    grown = job.train.epochs >= record["epochs"]
    found = [
        Diagnostic("run-differs", f"`{name}` was {before} in `{run}`, and is {after} now")
        for name, before, after in changed
        if name not in FREE or (name == "train.epochs" and not grown)
    ]
    before, after = record["data"], fingerprint(job.prepared)
    if before["sha256"] != after["sha256"]:
        message = (
            f"`{after['source']}` has changed since `{run}`: {_data_difference(before, after)}"
        )
        found.append(Diagnostic("run-differs", message))
    if found:
        *most, last = found
        help = "`--branch` begins a new run from the checkpoint of this one"
        raise Faults(*most, replace(last, help=help))


def _data_difference(before: Mapping[str, Any], after: Mapping[str, Any]) -> str:
    for name, unit in (("rows", "rows"), ("size", "bytes")):
        if before[name] != after[name]:
            return f"it had {before[name]:,} {unit}, and has {after[name]:,}"
    return "other values"


def _is_complete(
    run: Path, record: Mapping[str, Any], job: Job, checkpoint: Checkpoint | None
) -> bool:
    """Whether a finished run has nothing left to train. Raises Faults where it cannot go on."""
    if job.train.epochs <= record["epochs"]:
        return True
    if checkpoint is None:
        raise Faults(_no_checkpoint(run))
    return bool(checkpoint.state["stopped"])


def _no_checkpoint(run: Path) -> Diagnostic:
    return Diagnostic("broken-run", f"`{run}` has no whole checkpoint to begin from")


def _reopen(
    run: Path, record: Mapping[str, Any], job: Job, command: Iterable[str], listener: Listener
) -> None:
    """The run is running again; what was written into its record stays as far as it holds."""
    here = versions()
    for package, version in record.get("versions", {}).items():
        if here.get(package) != version:
            text = f"{package} was {version} and is {here.get(package)}: not bit for bit the same"
            listener(Note(text))
    write_bytes(run / directory.SPEC, job.spec.path.read_bytes())
    directory.update_record(
        run,
        state="running",
        reason=None,
        ended=None,
        process=this_process(),
        overrides=list(job.spec.overrides),
        epochs=job.train.epochs,
        settings=settings_of(job.spec),
        resumed=[*record.get("resumed", ()), {"at": now(), "command": list(command)}],
    )


def _as_it_was(run: Path, record: Mapping[str, Any]) -> Trained:
    scores = directory.read_json(run / directory.SCORES)
    history = tuple(directory.read_history(run))
    return Trained(run, "finished", scores, history, record["best_epoch"], record["monitor"])


def _begun_anew(checkpoint: Checkpoint, run: Path, model: Any, listener: Listener) -> Checkpoint:
    """The checkpoint as the beginning of an epoch of another run. Raises Faults where it does not fit."""
    if not fits(checkpoint, model, "model"):
        message = f"the weights of `{run}` do not fit this model"
        raise Faults(Diagnostic("run-differs", message))
    groups = ["model"]
    if fits(checkpoint, model, "optimizer"):
        groups.append("optimizer")
    else:
        listener(Note(f"the optimizer is another than in {run}: it begins anew"))
    watch = {**checkpoint.state["watch"], "best": float("inf"), "best_epoch": 0}
    position = (checkpoint.state["position"][0], 0)
    state = {"position": position, "groups": groups, "stopped": False}
    arrays = {n: v for n, v in checkpoint.arrays.items() if n.split()[0] in groups}
    return Checkpoint({**state, "watch": watch, "callbacks": []}, arrays)
