"""`run.json`: what was run, with what, how it stands and how it ended."""

from __future__ import annotations

import os
import platform
import traceback
from collections.abc import Iterable, Iterator, Mapping
from contextlib import contextmanager
from datetime import UTC, datetime
from importlib import metadata
from pathlib import Path
from typing import Any, Final
from zipfile import BadZipFile

from layerforge import __version__
from layerforge.diagnostics import Diagnostic, Faults, memory_fault, reason_of
from layerforge.run import directory
from layerforge.run.checkpoint import FILE, PREVIOUS, read_checkpoint
from layerforge.run.code import keep_code
from layerforge.run.directory import update_record
from layerforge.run.files import write_bytes, write_json, write_text
from layerforge.run.fingerprint import fingerprint
from layerforge.run.preparation import Job
from layerforge.run.process import this_process
from layerforge.run.settings import settings_of

FAILURE: Final = "failure.txt"
_PACKAGES: Final = ("tensorflow", "keras", "numpy", "polars")
_LONGEST: Final = 300


def open_run(
    run: Path,
    job: Job,
    written: bytes,
    command: Iterable[str],
    resolved: str | None = None,
    **more: Any,
) -> None:
    """What is known before the first step: the run can be read whatever happens next."""
    record = {
        "name": job.plan.name,
        "state": "running",
        "reason": None,
        "process": this_process(),
        "started": now(),
        "command": list(command),
        "overrides": list(job.spec.overrides),
        "choices": dict(job.spec.choices),
        "spec": str(job.spec.path.absolute()),
        "folder": os.path.relpath(job.spec.path.parent, run),
        "seed": job.train.seed,
        "batch_size": job.batch_size,
        "epochs": job.train.epochs,
        "monitor": job.monitor,
        "logits": job.objective.logits,
        "quantiles": job.objective.quantiles,
        "data": fingerprint(job.prepared),
        "versions": versions(),
        "settings": settings_of(job.spec),
        **keep_code(run, job.plan),
        **more,
    }
    write_json(run / directory.RECORD, record)
    write_bytes(run / directory.SPEC, written)
    if resolved is not None:
        write_text(run / directory.RESOLVED, resolved)
    write_json(run / directory.DATA, job.prepared.account)
    write_json(run / directory.PREPROCESSING, job.prepared.preprocessing())


def now() -> str:
    """The moment as ISO 8601 in UTC, to the millisecond."""
    return datetime.now(UTC).isoformat(timespec="milliseconds")


def versions() -> dict[str, str]:
    """The versions that results depend on."""
    found = {"python": platform.python_version(), "layerforge": __version__}
    for package in _PACKAGES:
        try:
            found[package] = metadata.version(package)
        except metadata.PackageNotFoundError:
            found[package] = "not installed"
    return found


@contextmanager
def recorded(run: Path) -> Iterator[None]:
    """Whatever ends the work before its time is written into `run.json`, and goes on upward.

    What Keras, TensorFlow or the system refuse goes on as Faults; the rest is a fault of ours.
    """
    try:
        yield
    except KeyboardInterrupt:
        close(run, "interrupted", "stopped in the middle of a step")
        raise
    except Faults as stop:
        close(run, "failed", str(stop))
        raise
    except Exception as error:
        fault = explain(error)
        close(run, "failed", fault.message if fault else f"{type(error).__name__}: {error}")
        _keep_traceback(run)
        if fault is None:
            raise
        raise Faults(fault) from error


def close(run: Path, state: str, reason: str, **more: Any) -> None:
    """Writes how a run ended. A disk that is full shall not hide why: the checkpoint before the last goes."""
    said = {"state": state, "reason": reason, "ended": now(), **more}
    try:
        update_record(run, **said)
    except (OSError, Faults):
        if state == "finished":
            raise
        if read_checkpoint(run, FILE) is not None:
            _make_room(run, said)


def _make_room(run: Path, said: Mapping[str, Any]) -> None:
    try:
        (run / PREVIOUS).unlink(missing_ok=True)
        update_record(run, **said)
    except (OSError, Faults):
        return  # the reason goes to the terminal, and the run is told to have been killed


def _keep_traceback(run: Path) -> None:
    try:
        write_text(run / FAILURE, traceback.format_exc())
    except OSError:
        return  # no room on the disk: the reason goes to the terminal all the same


def explain(error: Exception) -> Diagnostic | None:
    """The diagnostic of what a run may die of without a fault of ours; None for anything else."""
    import tensorflow as tf

    from layerforge.custom.code import fault_of_code

    theirs = fault_of_code(error)
    if theirs is not None:
        return theirs
    full = memory_fault(error)
    if full is not None:
        return full
    if (clock := clock_fault(error, "run-failed", "then go on with `--resume`")) is not None:
        return clock
    if isinstance(error, BadZipFile):  # what zipfile makes of a disk that does not give it
        message = f"a model that the run has written cannot be read: {_first_words(error)}"
        return Diagnostic("run-failed", message)
    if isinstance(error, OSError):
        place = f" `{Path(str(error.filename)).name}`" if error.filename else ""
        reason = reason_of(error)
        return Diagnostic("run-failed", f"the run could not write or read{place}: {reason}")
    if isinstance(error, tf.errors.UnavailableError):
        help = "start the same command on all of them again, with `--resume`"
        return Diagnostic("run-failed", "another machine of the cluster is gone", help=help)
    if isinstance(error, tf.errors.OpError | ValueError | TypeError | RuntimeError):
        return Diagnostic("run-failed", f"Keras stopped: {_first_words(error)}")
    return None


def clock_fault(error: Exception, code: str, then: str) -> Diagnostic | None:
    """What is wrong where zipfile cannot say the time: a .keras file is a ZIP archive."""
    if "timestamps before 1980" not in str(error):
        return None
    message = "the clock of this machine stands before 1980, which no .keras file can say"
    return Diagnostic(code, message, help=f"set the clock, {then}")


def _first_words(error: Exception) -> str:
    text = " ".join(str(getattr(error, "message", None) or error).split())
    text = text or type(error).__name__
    return text if len(text) <= _LONGEST else text[: _LONGEST - 3] + "..."
