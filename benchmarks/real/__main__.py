"""Public data sets, trained and scored, against what must be reached: `python -m benchmarks.real --data DIR`.

Each is trained once with a seed that was fixed beforehand; how each spec was chosen, and whose test
scores were read before, is in `docs/decisions.md`. DIR has the folders `forecast`, `sequence` and
`table`; a data set that is not there is skipped. Exit status 1 if one is not as good as it must be.
"""

from __future__ import annotations

import argparse
import csv
import json
import subprocess
import sys
from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

HERE = Path(__file__).parent
ETTH1 = "forecast/ETTh1.csv"


@dataclass(frozen=True)
class Task:
    """A spec, the files it learns from in DIR, and the score it must reach."""

    spec: str
    files: tuple[str, ...]
    metric: str
    bound: float | None
    why: str
    overrides: tuple[str, ...] = ()
    joined: bool = True  # a training and a test file become one table


def _linear(spec: str, horizon: int, published: float, line: float) -> Task:
    """Within 2 % of what is published or of least squares, whichever is larger."""
    bound = round(1.02 * max(published, line), 4)
    why = f"1.02 x the larger of {published} (published) and {line} (least squares)"
    return Task(spec, (ETTH1,), "scaled mse", bound, why, (f"vars.horizon={horizon}",))


TASKS = (
    _linear("nlinear", 96, 0.374, 0.3702),
    _linear("nlinear", 192, 0.408, 0.4034),
    _linear("nlinear", 336, 0.429, 0.4277),
    _linear("nlinear", 720, 0.440, 0.4344),
    _linear("dlinear", 96, 0.375, 0.3702),
    Task("segment-gru", (ETTH1,), "scaled mse", 0.40, "SegRNN, published: 0.368"),
    Task(
        "ecg5000",
        ("sequence/ECG5000_TRAIN.tsv", "sequence/ECG5000_TEST.tsv"),
        "accuracy",
        0.93,
        "FCN, published: 0.940",
    ),
    Task(
        "gunpoint",
        ("sequence/GunPoint_TRAIN.csv", "sequence/GunPoint_TEST.csv"),
        "accuracy",
        0.97,
        "FCN, published: 1.000",
    ),
    Task(
        "japanese-vowels",
        ("sequence/JapaneseVowels_TRAIN_long.csv", "sequence/JapaneseVowels_TEST_long.csv"),
        "accuracy",
        0.95,
        "FCN, published: 0.993",
        joined=False,
    ),
    Task(
        "adult",
        ("table/adult_train.csv", "table/adult_test.csv"),
        "accuracy",
        0.845,
        "networks, published: 0.81 to 0.85",
    ),
    Task("digits", (), "accuracy", 0.98, "shipped"),
    Task(
        "california",
        ("table/california_housing.csv",),
        "original rmse",
        None,
        "stands beside ridge",
    ),
)


def main() -> int:
    """Print the table; 0 if every bound is kept."""
    parser = argparse.ArgumentParser(prog="benchmarks.real", description="Score public data sets.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where they lie")
    parser.add_argument("--only", metavar="SPEC", help="this one alone")
    options = parser.parse_args()
    print(
        f"{'spec':<18}{'score':<15}{'must':>8}{'reached':>10}  {'best baseline':<26}why", flush=True
    )
    kept = [_tell(task, options.data) for task in TASKS if options.only in (None, task.spec)]
    return 0 if all(kept) else 1


def _tell(task: Task, data: Path) -> bool:
    name = " ".join((task.spec, *(text.rpartition("=")[2] for text in task.overrides)))
    if not all((data / file).is_file() for file in task.files):
        print(f"{name:<18}skipped: {', '.join(task.files)} not in {data}", flush=True)
        return True
    scores = _train(task, data)
    reached = _score(scores["model"], task.metric)
    rivals = {rival: _score(values, task.metric) for rival, values in scores["baselines"].items()}
    higher = task.metric == "accuracy"
    best = (max if higher else min)(rivals, key=lambda rival: rivals[rival])
    kept = task.bound is None or (reached >= task.bound if higher else reached <= task.bound)
    bound = "-" if task.bound is None else f"{task.bound:.4g}"
    beside = f"{rivals[best]:.4g} {best}"
    mark = "" if kept else "  BROKEN"
    print(
        f"{name:<18}{task.metric:<15}{bound:>8}{reached:>10.4g}  {beside:<26}{task.why}{mark}",
        flush=True,
    )
    return kept


def _score(values: dict[str, Any], metric: str) -> float:
    for key in metric.split():
        values = values[key]
    return float(values)  # type: ignore[arg-type]


def _train(task: Task, data: Path) -> dict[str, Any]:
    """What `layerforge train --json` prints."""
    with TemporaryDirectory() as folder:
        spec = HERE / f"{task.spec}.yaml"
        command = [sys.executable, "-m", "layerforge", "train", str(spec), "--json", "--quiet"]
        command += ["--runs", folder]
        for override in (*task.overrides, *_source(task, data, Path(folder))):
            command += ["--set", override]
        done = subprocess.run(command, capture_output=True, text=True, cwd=HERE.parent.parent)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(command)} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _source(task: Task, data: Path, folder: Path) -> list[str]:
    if not task.files:
        return []
    path = data / task.files[0]
    if not task.joined:
        train, test = (str((data / file).resolve()) for file in task.files)
        return [f"data.source={{train: {json.dumps(train)}, test: {json.dumps(test)}}}"]
    if len(task.files) > 1:
        path = folder / f"{task.spec}.csv"
        _join([data / file for file in task.files], path)
    return [f"data.source={path.resolve()}"]


def _join(files: Sequence[Path], path: Path) -> None:
    """One table of a training and a test file: blanks and the full stop of Adult's labels taken away."""
    with path.open("w", newline="") as out:
        writer = csv.writer(out)
        for number, file in enumerate(files):
            rows = _rows(file)
            header = next(rows)
            if number == 0:
                writer.writerow(header)
            writer.writerows([*row[:-1], row[-1].removesuffix(".")] for row in rows)


def _rows(file: Path) -> Iterator[list[str]]:
    """The rows of a CSV with a header, or of a TSV of the UCR archive, which has none."""
    tabs = file.suffix == ".tsv"
    with file.open(newline="") as lines:
        for number, row in enumerate(csv.reader(lines, delimiter="\t" if tabs else ",")):
            if tabs and number == 0:
                yield ["label", *(f"t{step}" for step in range(len(row) - 1))]
            yield [value.strip() for value in row]


if __name__ == "__main__":
    sys.exit(main())
