"""A search killed at random instants and gone on with: it must end as the one that was left alone.

`python -m benchmarks.kill_search --kills 20 --seed 1`
"""

from __future__ import annotations

import argparse
import os
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from random import Random

from layerforge.tuning.journal import Story, read_story

ROOT = Path(__file__).parents[1]

SPEC = """
name: tiny
data: {source: rows.csv, task: regression, targets: [y], split: {train: 0.6, validation: 0.2, test: 0.2}}
model:
  layers:
    - Dense: {units: {hp.Int: [2, 16, 2]}, activation: {hp.Choice: [relu, tanh]}}
    - Dropout: {hp.Float: [0.0, 0.4, 0.2]}
    - Dense: 1
train:
  epochs: EPOCHS
  batch_size: 8
  optimizer: {Adam: {learning_rate: {hp.Choice: [0.1, 0.01]}}}
tune: TUNE
"""


def folder_of(tmp_path: Path, epochs: int, tune: str) -> Path:
    """A folder with a table and a spec to search."""
    rows = "\n".join(f"{i % 13},{i % 7},{2 * (i % 13) - (i % 7)}" for i in range(160))
    (tmp_path / "rows.csv").write_text(f"a,b,y\n{rows}\n", encoding="utf-8")
    text = SPEC.replace("EPOCHS", str(epochs)).replace("TUNE", tune)
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    return tmp_path


def begin(folder: Path, *words: str) -> subprocess.Popen[bytes]:
    """Begins a command in a folder, its output in files there."""
    out, err = (folder / "out.txt").open("wb"), (folder / "err.txt").open("ab")
    with out, err:
        environment = {**os.environ, "PYTHONPATH": str(ROOT)}
        line = [sys.executable, "-m", "layerforge", "tune", *words, "--workers", "2"]
        return subprocess.Popen(line, cwd=folder, stdout=out, stderr=err, env=environment)


def finish(folder: Path, *words: str) -> str:
    """Runs a command in a folder to its end, which must be a good one."""
    process = begin(folder, *words)
    assert process.wait(timeout=900) == 0, (folder / "err.txt").read_text(errors="replace")
    return (folder / "out.txt").read_text()


def search_in(folder: Path) -> Path:
    """The directory of the one search in a folder."""
    [found] = folder.glob("searches/tiny/*")
    return found


def story_in(folder: Path) -> Story:
    """What the journal of the search in a folder tells so far; nothing before there is one."""
    found = list(folder.glob("searches/tiny/*/journal.jsonl"))
    return read_story(found[0].parent) if found else Story()


def wait_for(folder: Path, trials: int, seconds: float = 200.0) -> None:
    """Waits until so many trials have ended."""
    until = time.monotonic() + seconds
    while len(story_in(folder).outcomes) < trials:
        assert time.monotonic() < until, (folder / "err.txt").read_text(errors="replace")
        time.sleep(0.05)


def children(pid: int) -> list[int]:
    """The processes below a process, at any depth."""
    found = []
    for path in Path("/proc").iterdir():
        if path.name.isdecimal() and _parent(int(path.name)) == pid:
            found += [int(path.name), *children(int(path.name))]
    return found


def kill(*pids: int) -> None:
    """Ends processes, those that are gone already aside."""
    for pid in pids:
        try:
            os.kill(pid, 9)
        except ProcessLookupError:
            continue


def trials_of(pid: int) -> list[int]:
    """The processes in which trials are trained: the children of the one that they are forked from."""
    return [child for child in children(pid) if _parent(child) not in (pid, 0)]


def _parent(pid: int) -> int:
    try:
        return int(Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[1])
    except (OSError, ValueError, IndexError):
        return 0


def _wait_for_trial(process: subprocess.Popen[bytes]) -> None:
    until = time.monotonic() + 60
    while process.poll() is None and not trials_of(process.pid) and time.monotonic() < until:
        time.sleep(0.05)


def disturbed(folder: Path, kills: int, dice: Random) -> list[str]:
    """A search whose command, a process of it, or both are killed again and again; what was killed.

    The search is gone on with each time, and at the end left alone.
    """
    process, done = begin(folder, "spec.yaml", "--no-retrain"), []
    wait_for(folder, 1)
    while len(done) < kills and process.poll() is None:
        _wait_for_trial(process)
        time.sleep(dice.uniform(0.0, 2.5))
        what, below = dice.choice(["command", "worker", "both"]), children(process.pid)
        if (
            what != "command" and below
        ):  # most often a trial, now and then what they are forked from
            kill(dice.choice(trials_of(process.pid) or below))
        if what != "worker":
            kill(process.pid)
            process.wait()
            process = begin(folder, "--resume", "--no-retrain")
        done.append(what)
    if process.wait(timeout=900) != 0:
        finish(folder, "--resume", "--no-retrain")
    return done


def main() -> int:
    """Kills a search as often as was asked for; 0 if the end is the same."""
    parser = argparse.ArgumentParser(prog="benchmarks.kill_search", description=__doc__)
    parser.add_argument("--kills", type=int, default=20)
    parser.add_argument("--trials", type=int, default=20)
    parser.add_argument("--epochs", type=int, default=120)
    parser.add_argument("--seed", type=int, default=1)
    options = parser.parse_args()
    tune, dice = f"{{max_trials: {options.trials}, seed: 5}}", Random(options.seed)
    with tempfile.TemporaryDirectory() as whole, tempfile.TemporaryDirectory() as broken:
        finish(folder_of(Path(whole), options.epochs, tune), "spec.yaml", "--no-retrain")
        folder = folder_of(Path(broken), options.epochs, tune)
        killed = disturbed(folder, options.kills, dice)
        journal = (search_in(folder) / "journal.jsonl").read_text()
        lost = journal.count('"event": "lost"')
        ends = [search_in(Path(each)) / "trials.csv" for each in (whole, broken)]
        rows = [each.read_text().splitlines() for each in ends]
        same = rows[0] == rows[1]
        counts = ", ".join(f"{killed.count(what)} {what}" for what in sorted(set(killed)))
        print(f"{len(killed)} kills ({counts}); {lost} processes found dead by the search")
        print(f"trials.csv of {options.trials} trials: {'the same' if same else 'DIFFERENT'}")
        for row in sorted({*rows[0]} ^ {*rows[1]}):
            print(f"  {'left alone' if row in rows[0] else 'killed'}: {row}")
    return 0 if same and len(killed) == options.kills else 1


if __name__ == "__main__":
    sys.exit(main())
