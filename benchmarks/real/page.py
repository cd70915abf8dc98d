"""The figures as `docs/benchmarks.md`, written again after every row, so that nothing measured is lost."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Final

from benchmarks.real.tasks import ROWS, TASKS

Line = tuple[str, ...]  # the cells of a row, its name first

_TOP: Final = """# Figures on public data

Written by `python -m benchmarks.real --data DIR --out docs/benchmarks.md`, one line after the other;
`--only NAME` measures again what begins so. Every seed is fixed beforehand and nothing is chosen on test
rows; how the specs were chosen, and which test scores were read before, is in [decisions](decisions.md).
The data are public, but not of this project: DIR has the folders `forecast`, `sequence` and `table`.
Figures of trained models differ a little from machine to machine.
"""
_EXACT: Final = """
## Rows that need no training

`layerforge baseline` on every window of the test rows: mse/mae of scaled values to three decimals.
*as it must be* is said where each lies within 0.0005 of the reference, which follows the protocol of the
long-horizon benchmark but drops no window.

| series | windows | repeat | seasonal naive | least squares | |
|---|---|---|---|---|---|
"""
_TRAINED: Final = """
## Trained specs

`layerforge train` on the specs of `benchmarks/real`, scored once on all test samples.

| spec | score | must | reached | | beside it, the best baseline | why |
|---|---|---|---|---|---|---|
"""


def write(path: Path, measured: Mapping[str, Line]) -> None:
    """Writes the page, with the lines it had before where they were not measured anew."""
    known = {line[0]: line for line in _lines(path)} | dict(measured)
    exact = [known[row.name] for row in ROWS if row.name in known]
    trained = [known[task.name] for task in TASKS if task.name in known]
    path.write_text(_TOP + _EXACT + _table(exact) + _TRAINED + _table(trained))


def _lines(path: Path) -> Iterator[Line]:
    for line in path.read_text().splitlines() if path.is_file() else ():
        if line.startswith("|"):
            yield tuple(cell.strip() for cell in line.strip("|").split("|"))


def _table(lines: list[Line]) -> str:
    return "".join(f"| {' | '.join(line)} |\n" for line in lines)
