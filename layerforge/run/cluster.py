"""The machines of a training, as TensorFlow is told of them: the environment variable TF_CONFIG."""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Final

from layerforge.diagnostics import Diagnostic, Faults, Span
from layerforge.spec import TrainSettings

VARIABLE: Final = "TF_CONFIG"


@dataclass(frozen=True, slots=True)
class Cluster:
    """The addresses `host:port` of the machines, and which of them this process is, counted from 0.

    The first writes the run; the others train beside it.
    """

    workers: tuple[str, ...]
    rank: int

    @property
    def text(self) -> str:
        """As TensorFlow reads it."""
        task = {"type": "worker", "index": self.rank}
        return json.dumps({"cluster": {"worker": list(self.workers)}, "task": task})


def given_cluster(place: Span | None = None) -> Cluster:
    """The cluster of the environment. Raises Faults where it names none, or one that is not supported."""
    try:
        told = json.loads(os.environ.get(VARIABLE, ""))
        machines, task = told["cluster"], told["task"]
        kinds, rank = set(machines), int(task["index"])
        workers = tuple(str(each) for each in machines.get("worker", ()))
    except (ValueError, KeyError, TypeError, AttributeError):
        message = f"`{VARIABLE}` names no cluster"
        help = "write `--cluster host:port,host:port --rank I` on each machine, or set the variable"
        raise Faults(Diagnostic("bad-cluster", message, place, help)) from None
    if kinds != {"worker"} or task.get("type") != "worker":
        message = (
            f"a cluster of `{', '.join(sorted(kinds))}` is not supported, only one of `worker`"
        )
        help = "the first worker is the one that writes the run"
        raise Faults(Diagnostic("bad-cluster", message, place, help))
    return checked(Cluster(workers, rank), place)


def is_first(train: TrainSettings) -> bool:
    """Whether this process writes the run: the first of a cluster does, and whoever trains alone."""
    return train.devices != "cluster" or given_cluster(train.span("devices")).rank == 0


@contextmanager
def own_runs(train: TrainSettings, runs: Path) -> Iterator[Path]:
    """Where this process makes its run; of a cluster all but the first make it in a folder that goes."""
    if is_first(train):
        yield runs
        return
    with TemporaryDirectory() as folder:
        yield Path(folder)


@contextmanager
def own_copy(train: TrainSettings, run: Path) -> Iterator[Path]:
    """The run that this process goes on with; of a cluster all but the first have a copy that goes."""
    if is_first(train):
        yield run
        return
    with TemporaryDirectory() as folder:
        copy = Path(folder) / run.name
        copy.mkdir()
        for file in run.iterdir():
            if file.is_file():
                shutil.copyfile(file, copy / file.name)
        yield copy


def checked(cluster: Cluster, place: Span | None = None) -> Cluster:
    """The cluster, if it is one. Raises Faults where an address or the rank cannot be."""
    faults = list(_faults(cluster))
    if faults:
        raise Faults(*(Diagnostic("bad-cluster", each, place) for each in faults))
    return cluster


def _faults(cluster: Cluster) -> Iterator[str]:
    if len(cluster.workers) < 2:
        yield f"a cluster has two machines or more, not {len(cluster.workers)}"
    for address in cluster.workers:
        host, colon, port = address.rpartition(":")
        if not (host and colon and port.isdecimal() and 0 < int(port) < 65536):
            yield f"`{address}` is no address `host:port`"
    twice = {each for each in cluster.workers if cluster.workers.count(each) > 1}
    if twice:
        yield f"`{min(twice)}` stands twice in the cluster"
    if not 0 <= cluster.rank < max(len(cluster.workers), 1):
        yield f"rank {cluster.rank} is none of the {len(cluster.workers)} machines, counted from 0"
