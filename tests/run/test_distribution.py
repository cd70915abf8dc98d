"""Several devices, or machines, end where one would; what they cannot do is refused in words."""

from __future__ import annotations

import csv
import json
import os
import random
import socket
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from textwrap import dedent
from typing import Any, Self

import pytest

from layerforge.diagnostics import Faults
from layerforge.run.cluster import Cluster, checked, given_cluster
from layerforge.run.distribution import _whole_size
from tests.conftest import CompileText
from tests.run.test_every_component import OPTIMIZERS, SCHEDULES, SHARED

ROOT = Path(__file__).parents[2]
SPEC = """
    name: shared
    data: {{source: rows.csv, task: regression, features: [a, b], targets: [y]{more}}}
    model: {{input: [2], layers: {layers}}}
    train: {{epochs: {epochs}, batch_size: 16, optimizer: {optimizer}}}
    """
DENSE = "[{Dense: {units: 8, activation: tanh, kernel_regularizer: l2}}, {Dense: 1}]"
NORMAL = "[{Dense: 8}, {BatchNormalization: {synchronized: true}}, {Dense: 1}]"
PATIENCE = 600.0  # seconds before a test gives up: the machine that runs it may be slow


@pytest.fixture
def rows(tmp_path: Path) -> Path:
    """A folder with 203 rows, so that 3 devices have parts of different sizes in every batch."""
    chance, lines = random.Random(1), ["a,b,y,w"]
    for _ in range(203):
        a, b = chance.gauss(0, 1), chance.gauss(0, 1)
        lines.append(f"{a:.4f},{b:.4f},{1 + a * a + 0.5 * b * b:.4f},{chance.random() + 0.5:.3f}")
    (tmp_path / "rows.csv").write_text("\n".join(lines) + "\n")
    return tmp_path


def _spec(
    folder: Path,
    name: str,
    optimizer: Any = "adam",
    layers: str = DENSE,
    epochs: int = 2,
    more: str = "",
) -> str:
    path = folder / f"{name}.yaml"
    text = SPEC.format(layers=layers, optimizer=json.dumps(optimizer), epochs=epochs, more=more)
    path.write_text(dedent(text), encoding="utf-8")
    return str(path)


def _environment() -> dict[str, str]:
    kept = {name: value for name, value in os.environ.items() if name != "TF_CONFIG"}
    return {**kept, "PYTHONPATH": str(ROOT), "TF_CPP_MIN_LOG_LEVEL": "3"}


def _apart(devices: int, specs: list[str]) -> dict[str, Any]:
    command = [sys.executable, "-m", "tests.run.distributed", str(devices), *specs]
    done = subprocess.run(
        command, env=_environment(), capture_output=True, text=True, cwd=ROOT, check=False
    )
    assert done.returncode == 0, done.stderr[-2000:]
    return {each["spec"]: each for each in map(json.loads, done.stdout.splitlines())}


def test_devices_with_parts_of_different_sizes_end_where_one_would(rows: Path) -> None:
    clipped = {"Adam": {"learning_rate": 0.02, "global_clipnorm": 0.05}}
    found = _apart(
        3, [_spec(rows, "clipped", clipped), _spec(rows, "weighed", more=", weights: w")]
    )
    assert len(found) == 2
    for each in found.values():
        assert each["epochs"] == 2
        assert each["weights"] < 1e-5
        assert each["logs"] < 1e-5


@pytest.mark.slow
def test_every_optimizer_that_is_not_refused_ends_where_it_would_on_one(rows: Path) -> None:
    refused = {"MultiOptimizer", "LossScaleOptimizer"}
    written = {name: {name: values} for name, values in OPTIMIZERS.items() if name not in refused}
    for name, values in SHARED.items():
        own = {k: v for k, v in values.items() if not k.startswith(("gradient_acc", "ema_over"))}
        written[f"{name}-more"] = {name: {"learning_rate": 0.02, **own}}
    written["schedule"] = {"Adam": {"learning_rate": {"CosineDecay": SCHEDULES["CosineDecay"]}}}
    specs = [_spec(rows, name, optimizer) for name, optimizer in written.items()]
    # Adam makes large steps of gradients that are nothing but rounding, as before a normalization.
    specs.append(_spec(rows, "normalized", "sgd", NORMAL))
    found = _apart(3, specs)
    assert len(found) == len(specs)
    assert {
        name: each for name, each in found.items() if max(each["weights"], each["logs"]) > 1e-5
    } == {}


@pytest.mark.parametrize(
    ("train", "code"),
    [
        ("optimizer: {Adam: {gradient_accumulation_steps: 2}}", "not-shared"),
        ("optimizer: {SGD: {use_ema: true, ema_overwrite_frequency: 2}}", "not-shared"),
        ("optimizer: {LossScaleOptimizer: {inner_optimizer: sgd}}", "not-shared"),
        ("optimizer: {MultiOptimizer: {optimizer_map: {OptimizerMap: adam}}}", "not-shared"),
        ("dtype_policy: mixed_float16", "not-shared"),
        ("optimizer: adam", "own-statistics"),
    ],
)
def test_what_would_differ_is_told(compile_text: CompileText, train: str, code: str) -> None:
    text = """
        model: {{input: [2], layers: [{{Dense: 8}}, BatchNormalization, {{Dense: 1}}]}}
        train: {{devices: {devices}, {train}}}
        """
    found = compile_text(text.format(devices=2, train=train)).found
    assert code in {each.code for each in found}
    assert not compile_text(text.format(devices=1, train=train)).found


@pytest.mark.parametrize("devices", ["0", "some", "1.5", "[1]"])
def test_devices_are_a_number_or_a_word(compile_text: CompileText, devices: str) -> None:
    text = f"model: {{input: [2], layers: [{{Dense: 1}}]}}\ntrain: {{devices: {devices}}}"
    assert [each.code for each in compile_text(text).found] in (["wrong-type"], ["out-of-range"])


@pytest.mark.parametrize(
    ("workers", "rank", "said"),
    [
        (("a:1",), 0, "two machines or more"),
        (("a:1", "b"), 0, "`b` is no address"),
        (("a:1", "b:99999"), 0, "`b:99999` is no address"),
        (("a:1", "a:1"), 0, "stands twice"),
        (("a:1", "b:1"), 2, "rank 2 is none of the 2"),
    ],
)
def test_a_cluster_that_cannot_be_is_refused(
    workers: tuple[str, ...], rank: int, said: str
) -> None:
    with pytest.raises(Faults, match=said):
        checked(Cluster(workers, rank))


@pytest.mark.parametrize(
    "text",
    [
        "",
        "[",
        "{}",
        '{"cluster": {"worker": ["a:1", "b:1"]}}',
        '{"cluster": 1, "task": {"index": 0}}',
        '{"cluster": {"ps": ["a:1"], "worker": ["b:1"]}, "task": {"type": "worker", "index": 0}}',
    ],
)
def test_the_environment_may_name_no_cluster(monkeypatch: pytest.MonkeyPatch, text: str) -> None:
    monkeypatch.setenv("TF_CONFIG", text)
    with pytest.raises(Faults) as stop:
        given_cluster()
    assert [each.code for each in stop.value.diagnostics] == ["bad-cluster"]


def test_what_the_environment_says_is_read(monkeypatch: pytest.MonkeyPatch) -> None:
    cluster = Cluster(("a:1", "b:1"), 1)
    monkeypatch.setenv("TF_CONFIG", cluster.text)
    assert given_cluster() == cluster


@pytest.mark.parametrize("samples", [3, 7, 16, 17, 1_000_001])
@pytest.mark.parametrize("batch_size", [1, 5, 16])
def test_no_batch_of_the_validation_has_fewer_samples_than_devices(
    samples: int, batch_size: int
) -> None:
    for devices in (2, 3):
        size = _whole_size(samples, batch_size, devices)
        assert size >= devices
        assert samples % size == 0 or samples % size >= devices


class _Machines:
    """Two processes of this machine that train together, as long as it is entered."""

    def __init__(self, spec: str, runs: Path, *words: str) -> None:
        with socket.socket() as one, socket.socket() as two:
            for each in (one, two):
                each.bind(("localhost", 0))
            ports = [each.getsockname()[1] for each in (one, two)]
        command = [sys.executable, "-m", "layerforge", "train", spec, "--runs", str(runs)]
        command += ["--deterministic", "--log", "json", *words]
        command += ["--cluster", ",".join(f"localhost:{port}" for port in ports)]
        self._commands = [[*command, "--rank", str(rank)] for rank in (0, 1)]
        self._folder = Path(tempfile.mkdtemp(dir=Path(spec).parent))

    def __enter__(self) -> Self:
        self._files = [
            [(self._folder / f"{name}{rank}").open("w+") for name in ("out", "err")]
            for rank in (0, 1)
        ]
        self.processes = [
            subprocess.Popen(command, env=_environment(), stdout=out, stderr=err)
            for command, (out, err) in zip(self._commands, self._files, strict=True)
        ]
        return self

    def __exit__(self, *error: object) -> None:
        for process in self.processes:
            process.kill()
            process.wait()
        for file in (each for pair in self._files for each in pair):
            file.close()

    def ended(self) -> list[tuple[int, str, str]]:
        """Exit status, output and what was told of both."""
        status = [process.wait(timeout=PATIENCE) for process in self.processes]
        told = [[Path(file.name).read_text() for file in pair] for pair in self._files]
        return [(code, out, err) for code, (out, err) in zip(status, told, strict=True)]


def _history(run: Path) -> list[dict[str, float]]:
    with (run / "history.csv").open() as file:
        return [{name: float(value) for name, value in row.items()} for row in csv.DictReader(file)]


def _alone(spec: str, runs: Path) -> list[dict[str, float]]:
    command = [sys.executable, "-m", "layerforge", "train", spec, "--runs", str(runs), "--quiet"]
    subprocess.run(
        [*command, "--deterministic"], env=_environment(), capture_output=True, check=True
    )
    return _history(runs / "shared" / "1")


def _same(one: list[dict[str, float]], other: list[dict[str, float]]) -> bool:
    pairs = zip(one, other, strict=True)
    return all(abs(a[name] - b[name]) < 1e-4 for a, b in pairs for name in a)


def _begun(runs: Path) -> Path:
    """The history of the first run, as soon as it tells of three epochs."""
    history = runs / "shared" / "1" / "history.csv"
    until = time.monotonic() + PATIENCE
    while not (history.exists() and len(history.read_text().splitlines()) > 3):
        assert time.monotonic() < until, "no epoch was done"
        time.sleep(0.1)
    return history


@pytest.mark.slow
def test_devices_go_on_after_a_kill_bit_by_bit(rows: Path) -> None:
    spec = _spec(rows, "shared", {"Adam": {"learning_rate": 0.001}}, epochs=40)
    command = [sys.executable, "-m", "layerforge", "train", spec, "--deterministic", "--quiet"]
    command += ["--devices", "3", "--set", "train.checkpoint={steps: 5}", "--runs"]
    killed = subprocess.Popen([*command, str(rows / "killed")], env=_environment())
    history = _begun(rows / "killed")
    killed.kill()
    killed.wait()
    assert len(_history(history.parent)) < 40
    for words in ([str(rows / "killed"), "--resume"], [str(rows / "whole")]):
        subprocess.run([*command, *words], env=_environment(), capture_output=True, check=True)
    whole = rows / "whole" / "shared" / "1"
    assert _history(history.parent) == _history(whole)
    assert len(_history(whole)) == 40


@pytest.mark.slow
def test_two_machines_end_where_one_would(rows: Path) -> None:
    spec = _spec(rows, "shared", {"Adam": {"clipnorm": 0.1}}, epochs=3)
    with _Machines(spec, rows / "both") as machines:
        (first, said, told), (second, silent, _) = machines.ended()
    assert (first, second) == (0, 0), told[-2000:]
    assert "run: " in said
    assert not silent
    assert [run.name for run in (rows / "both" / "shared").iterdir()] == ["1"]
    assert _same(_history(rows / "both" / "shared" / "1"), _alone(spec, rows / "alone"))


@pytest.mark.slow
def test_a_killed_machine_ends_the_others_and_all_go_on(rows: Path) -> None:
    spec = _spec(rows, "shared", {"Adam": {"learning_rate": 0.001}}, epochs=30)
    with _Machines(spec, rows / "both") as machines:
        history = _begun(rows / "both")
        machines.processes[1].kill()
        (first, _, told), _ = machines.ended()
    assert first == 1, told[-2000:]
    assert "another machine of the cluster is gone" in told
    assert 3 <= len(_history(history.parent)) < 30
    with _Machines(spec, rows / "both", "--resume") as machines:
        (first, _, told), (second, _, _) = machines.ended()
    assert (first, second) == (0, 0), told[-2000:]
    assert [run.name for run in (rows / "both" / "shared").iterdir()] == ["1"]
    assert _same(_history(history.parent), _alone(spec, rows / "alone"))
