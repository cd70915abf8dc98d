"""`--devices`, `--cluster` and `--rank` of `layerforge train`: who shares each batch."""

from __future__ import annotations

import os

import typer

from layerforge.cli.telling import faults_told


def device_settings(devices: str | None, cluster: str | None, rank: int | None) -> list[str]:
    """What the options say, as `--set` would; TensorFlow is told of the machines of a cluster."""
    if cluster is None:
        if rank is not None:
            raise typer.BadParameter("--rank goes with --cluster")
        return [] if devices is None else [f"train.devices={devices}"]
    if devices is not None:
        raise typer.BadParameter(
            "--devices does not go with --cluster: each machine takes all of its own"
        )
    from layerforge.run.cluster import VARIABLE, Cluster, checked

    if cluster != VARIABLE:
        if rank is None:
            raise typer.BadParameter(
                "--cluster needs --rank: which of the machines this is, from 0"
            )
        with faults_told():
            os.environ[VARIABLE] = checked(Cluster(tuple(cluster.split(",")), rank)).text
    elif rank is not None:
        raise typer.BadParameter("--rank does not go with --cluster TF_CONFIG, which says it")
    return ["train.devices=cluster"]


def writes() -> bool:
    """Whether this process tells of the run: the first of a cluster, and whoever is in none."""
    from layerforge.run.cluster import given_cluster

    with faults_told():
        return given_cluster().rank == 0
