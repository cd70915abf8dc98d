"""Lines typed into bash, zsh and fish, with the script that `layerforge completion` prints."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from tests.cli.shell.typed import SHELLS, arguments_after

LINES = {
    "a command and a spec": ("layerforge ch\t mo\t", ["check", "model.yaml"]),
    "a layer": ("layerforge layers LSTMC\t", ["layers", "LSTMCell"]),
    "a layer typed small": ("layerforge layers lstmc\t", ["layers", "LSTMCell"]),
    "an operation": ("layerforge explain ops.hard_si\t", ["explain", "ops.hard_si"]),
    "a code": ("layerforge explain wrong-r\t", ["explain", "wrong-rank"]),
    "a component": ("layerforge explain EarlyS\t", ["explain", "EarlyStopping"]),
    "a run, and an option": ("layerforge evaluate wa\t --js\t", ["evaluate", "wave", "--json"]),
    "a number of a run": ("layerforge predict wave/2\t", ["predict", "wave/2"]),
    "an unfinished run": ("layerforge train --resume wa\t", ["train", "--resume", "wave/2"]),
    "a search": ("layerforge report dig\t", ["report", "digits"]),
    "a setting": ("layerforge check --set data.wind\t48", ["check", "--set", "data.window=48"]),
    "behind a sign": ("layerforge check --set=data.wind\t48", ["check", "--set=data.window=48"]),
    "in a folder with a space": ("layerforge check my\tb\t", ["check", "my dir/b.yaml"]),
    "within a quote": ("layerforge check 'my dir/b\t", ["check", "my dir/b.yaml"]),
    "at home": ("layerforge build ~/mod\t", ["build", "HOME/model.yaml"]),
    "a run directory": ("layerforge evaluate runs/w\t2", ["evaluate", "runs/wave/2"]),
    "a colon": ("layerforge import keras.applications:X\t", ["import", "keras.applications:X"]),
    "no such command": ("layerforge nothing\t x\t", ["nothing", "x"]),
    "by a path": ("./.bin/layerforge ch\t", ["check"]),
    "by a path from home": ("~/.bin/layerforge layers LSTMC\t", ["layers", "LSTMCell"]),
    "after another command": ("true; A=1 layerforge ch\t", ["check"]),
}


@pytest.mark.parametrize("shell", SHELLS)
@pytest.mark.parametrize(("line", "wanted"), LINES.values(), ids=LINES)
def test_a_line_is_completed(shell: str, line: str, wanted: list[str], tmp_path: Path) -> None:
    if shutil.which(shell) is None:
        pytest.skip(f"{shell} is not installed")
    (tmp_path / "my dir").mkdir()
    for name in ("model.yaml", "model.txt", "my dir/b.yaml", "my dir/b.txt"):
        (tmp_path / name).touch()
    for name, state in (("runs/wave/1", "finished"), ("runs/wave/2", "interrupted")):
        (tmp_path / name).mkdir(parents=True)
        (tmp_path / name / "run.json").write_text(json.dumps({"state": state}))
    (tmp_path / "searches" / "digits" / "1").mkdir(parents=True)
    (tmp_path / "searches" / "digits" / "1" / "search.json").write_text("{}")
    found = arguments_after(shell, line, tmp_path)
    assert found == [word.replace("HOME", str(tmp_path)) for word in wanted]
