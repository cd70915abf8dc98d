"""Public data sets, trained and scored, against what must be reached: `python -m benchmarks.real --data DIR`.

Each is trained once with a seed that was fixed beforehand; how each spec was chosen, and whose test
scores were read before, is in `docs/decisions.md`. DIR has the folders `forecast`, `sequence` and
`table`; a data set that is not there is skipped. Exit status 1 if one is not as good as it must be.
"""

from __future__ import annotations

import argparse
import json
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from benchmarks.real import page
from benchmarks.real.tasks import ROWS, TASKS, Rows, Task

HERE = Path(__file__).parent
TOLERANCE = 0.0005  # of rows that need no training: three decimals


def main() -> int:
    """Print the tables; 0 if every bound is kept."""
    parser = argparse.ArgumentParser(prog="benchmarks.real", description="Score public data sets.")
    parser.add_argument("--data", type=Path, required=True, metavar="DIR", help="where they lie")
    parser.add_argument("--only", metavar="NAME", default="", help="those whose name begins so")
    parser.add_argument("--out", type=Path, metavar="FILE", help="write the figures here as a page")
    options = parser.parse_args()
    kept, measured = True, {}
    for row in (*ROWS, *TASKS):
        if not row.name.startswith(options.only):
            continue
        line, good = _measured(row, options.data)
        kept &= good
        if line is not None and options.out is not None:
            measured[row.name] = line
            page.write(options.out, measured)
    return 0 if kept else 1


def _measured(row: Rows | Task, data: Path) -> tuple[page.Line | None, bool]:
    """The line of a row and whether it is as good as it must be; no line where it is skipped."""
    files = (row.file,) if isinstance(row, Rows) else row.files
    if not all((data / file).is_file() for file in files):
        print(f"{row.name:<28}skipped: {', '.join(files)} not in {data}", flush=True)
        return None, True
    line, good = exact(row, data) if isinstance(row, Rows) else trained(row, data)
    print(f"{line[0]:<28}", *(f"{cell:<16}" for cell in line[1:]), flush=True)
    return line, good


def exact(row: Rows, data: Path) -> tuple[page.Line, bool]:
    """The baselines of a series beside what they must be."""
    scores = _layerforge("baseline", HERE / "nlinear.yaml", *_set(row.overrides(data)))
    found = {name: scores["baselines"][name]["scaled"] for name in row.must}
    pairs = [(found[name][key], must) for name in row.must for key, must in _pairs(row.must[name])]
    good = scores["samples"] == row.windows and all(abs(a - b) <= TOLERANCE for a, b in pairs)
    cells = [f"{each['mse']:.3f}/{each['mae']:.3f}" for each in found.values()]
    mark = "as it must be" if good else "BROKEN"
    return (row.name, f"{scores['samples']:,}", *cells, mark), good


def _pairs(must: tuple[float, float]) -> Iterator[tuple[str, float]]:
    return zip(("mse", "mae"), must, strict=True)


def trained(task: Task, data: Path) -> tuple[page.Line, bool]:
    """The score of a spec, trained, beside what it must be and beside a baseline's."""
    with TemporaryDirectory() as runs:
        settings = (*task.overrides, *_source(task, data))
        how = ("--quiet", "--runs", runs, *_set(settings))
        scores = _layerforge("train", HERE / f"{task.spec}.yaml", *how)
    reached = task.reached(scores["model"])
    rivals = {name: task.reached(values) for name, values in scores["baselines"].items()}
    best = task.rival or (max if task.rises else min)(rivals, key=lambda name: rivals[name])
    bound = "-" if task.bound is None else f"{task.bound:.4g}"
    good = task.keeps(reached)
    mark = ("" if task.bound is None else "kept") if good else "BROKEN"
    beside = f"{rivals[best]:.4g} {best}"
    return (task.name, task.metric, bound, f"{reached:.4g}", mark, beside, task.why), good


def _layerforge(command: str, spec: Path, *arguments: str) -> dict[str, Any]:
    """What a command prints with `--json`."""
    line = [sys.executable, "-m", "layerforge", command, str(spec), "--json", *arguments]
    done = subprocess.run(line, capture_output=True, text=True, cwd=HERE.parent.parent)
    if done.returncode != 0:
        raise SystemExit(f"{' '.join(line)} failed:\n{done.stderr}")
    found: dict[str, Any] = json.loads(done.stdout)
    return found


def _set(overrides: Iterator[str] | tuple[str, ...]) -> Iterator[str]:
    for override in overrides:
        yield from ("--set", override)


def _source(task: Task, data: Path) -> tuple[str, ...]:
    if not task.files:
        return ()
    paths = [str((data / file).resolve()) for file in task.files]
    if len(paths) == 1:
        return (f"data.source={paths[0]}",)
    return (f"data.source={json.dumps(dict(zip(('train', 'test'), paths, strict=True)))}",)


if __name__ == "__main__":
    sys.exit(main())
