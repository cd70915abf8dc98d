"""What commands print on a terminal of any width: no line too long, no word lost, colour if it is wanted."""

from __future__ import annotations

import json
import os
import pty
import re
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from layerforge.cli.main import main
from layerforge.render.characters import columns, pieces
from layerforge.tuning.journal import Journal
from layerforge.tuning.trials import Outcome, Trial

ROOT = Path(__file__).parents[2]
SPECS = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "specs").glob("*.yaml"))
ZOO = sorted(str(path.relative_to(ROOT)) for path in (ROOT / "specs" / "zoo").glob("*.yaml"))
WIDTHS = (60, 80, 100, 140, 200)
# Lines that are copied are not broken: paths, commands, what was saved where.
WHOLE = re.compile(r"run: |best: |saved |  (folder|spec|data|command) |/\S*/searches/")
CODES = re.compile(r"\x1b\[[0-9;]*m")
# Titles of columns that a narrow table of layers has no more, since it says the same in words.
TITLES = {"type", "input", "output", "params", "%", "from", "name", "MACs"}

LOOKS = {
    "layers": "layers",
    "operations": "layers --ops",
    "a layer": "layers Conv2DTranspose",
    "codes": "explain",
    "a code": "explain wrong-rank",
    "a layer explained": "explain LSTM",
    "a component": "explain EarlyStopping",
    "several components": "explain MeanSquaredError",
    "a layer of a spec": "explain LSTM --spec specs/cnn-lstm.yaml",
    "a space": "check specs/search-cnn-lstm.yaml",
    "a difference": "diff specs/cnn-lstm.yaml specs/univariate-many-steps.yaml",
    "data of a forecast": "data specs/cnn-lstm.yaml --sample 1",
    "data of a table": "data specs/table-classification.yaml",
    "data of a search": "data specs/search-digits.yaml",
    "baselines": "baseline specs/cnn-lstm.yaml",
    "baselines by target": "baseline specs/cnn-lstm.yaml --by target",
    "baselines by step": "baseline specs/univariate-many-steps.yaml --by step",
    "baselines by class": "baseline specs/sequence-classification.yaml --by class",
    "runs": "runs --runs LAB/runs",
    "a run": "runs show wave/1 --runs LAB/runs",
    "a failed run": "runs show wave/2 --runs LAB/runs",
    "runs side by side": "runs compare wave/1 wave/3 a-name-of-forty/1 --runs LAB/runs",
    "a search": "tune --show --searches LAB/searches",
    "pictures of a search": "plot wave --list --searches LAB/searches --runs LAB/none",
    "weights": "build specs/cnn-lstm.yaml --static --weights",
} | {f"build {Path(spec).stem}": f"build {spec} --static" for spec in SPECS}

Say = Callable[..., str]


@pytest.fixture(scope="module")
def lab(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Runs and a search that nobody trained: only the files that commands read."""
    folder = tmp_path_factory.mktemp("lab")
    _make_run(folder / "runs" / "wave" / "1", 1)
    _make_run(folder / "runs" / "wave" / "2", 2, state="failed", reason="`loss` is NaN " * 9)
    _make_run(folder / "runs" / "wave" / "3", 3, epochs_done=5)
    _make_run(folder / "runs" / "a-name-of-forty-letters-is-not-a-short-one" / "1", 4)
    (folder / "runs" / "a-name-of-forty").symlink_to(
        folder / "runs" / "a-name-of-forty-letters-is-not-a-short-one"
    )
    _make_search(folder / "searches" / "wave" / "1")
    return folder


def _make_run(path: Path, number: int, **more: object) -> None:
    path.mkdir(parents=True)
    record = {
        "state": "finished",
        "name": "wave",
        "spec": "wave.yaml",
        "folder": "../..",
        "logits": False,
        "overrides": [],
        "choices": {},
        "batch_size": 32,
        "epochs": 12,
        "epochs_done": 12,
        "best_epoch": number,
        "monitor": "val_loss",
        "seed": number,
        "data": {"source": "wave.csv"},
        "command": ["layerforge", "train", "wave.yaml", "--set", "train.epochs=12"],
        "started": "2026-01-02T03:04:05+00:00",
        "ended": "2026-01-02T03:05:15+00:00",
        "versions": {"layerforge": "0.1.0", "keras": "3.15.0", "tensorflow": "2.21.0"},
        "settings": {"model.layers.0.Dense.units": str(number * 8), "train.optimizer": "adam"},
        **more,
    }
    (path / "run.json").write_text(json.dumps(record), encoding="utf-8")
    text = f"layerforge: 1\nname: wave\nmodel: {{input: [4], layers: [{{Dense: {number}}}]}}\n"
    (path / "spec.yaml").write_text(text, encoding="utf-8")
    rivals = ("repeat", "seasonal_naive", "drift", "window_mean", "least_squares")
    model = {
        "scaled": {"mse": 0.1498 * number, "mae": 0.2091, "rmse": 0.3871},
        "original": {"mse": 12345.6789, "mae": 0.4427, "rmse": 1.0966},
        "mape": 0.4323,
        "smape": 0.0972,
        "r2": -1.0672,
        "mase": 0.9558,
    }
    baselines = {name: {**model, "scaled": {"mse": 2.397, "mae": 1.0987}} for name in rivals}
    interval = {"low": 0.0112, "high": 0.04903, "level": 0.95, "how": "bootstrap of blocks of 9"}
    comparison = {"metric": "scaled mse", "baseline": "repeat", "baseline_score": 2.397}
    comparison |= {"model_score": 0.1498 * number, "interval": interval}
    classes = ["setosa", "versicolor", "virginica"]
    model["confusion"] = [[1200, 3, 44], [5, 5666, 7], [8, 9, 10]]
    scores = {"split": "test", "samples": 563, "model": model, "baselines": baselines}
    scores |= {"comparison": comparison, "classes": classes, "notes": ["a note on scores " * 6]}
    (path / "scores.json").write_text(json.dumps(scores), encoding="utf-8")


def _make_search(path: Path) -> None:
    path.mkdir(parents=True)
    spec = (ROOT / "specs" / "search-cnn-lstm.yaml").read_text(encoding="utf-8")
    (path / "spec.yaml").write_text(spec, encoding="utf-8")
    record = {"name": "wave", "state": "finished", "reason": "all trials have ended"}
    record |= {"spec": "wave.yaml", "folder": "../..", "overrides": [], "data": {}, "settings": {}}
    (path / "search.json").write_text(json.dumps(record), encoding="utf-8")
    journal = Journal(path)
    for number in range(12):
        values = {"window": 14 * (number % 3 + 1), "model.layers.1.LSTM": 32 * (number % 4 + 1)}
        values |= {"train.optimizer.Adam.learning_rate": 0.0003 * 1.5**number}
        journal.asked(Trial(number, values))
        status = "failed" if number == 3 else "completed"
        reason = "the layer `lstm` gave a tensor that is no number, " * 3 if number == 3 else ""
        score = None if number == 3 else 0.1 + number / 7
        journal.ended(number, Outcome(status, score, reason), [])
    journal.close()


@pytest.fixture
def say(lab: Path, monkeypatch: pytest.MonkeyPatch, capfd: pytest.CaptureFixture[str]) -> Say:
    """What a command prints on both streams, on a terminal that wide; no width is a pipe."""
    monkeypatch.chdir(ROOT)

    def command(line: str, width: int | None = None, **environment: str) -> str:
        with monkeypatch.context() as patch:
            for name, value in environment.items():
                patch.setenv(name, value)
            if width is not None:
                patch.setenv("COLUMNS", str(width))
            capfd.readouterr()
            main(line.replace("LAB", str(lab)).split())
            captured = capfd.readouterr()
        return captured.out + captured.err

    return command


def words(text: str) -> set[str]:
    """All that is said, in the pieces between which a line may end."""
    return {piece.strip() for piece in pieces(text)} - TITLES - {""}


def too_long(text: str, width: int) -> list[str]:
    lines = [line for line in text.splitlines() if columns(line) > width]
    return [line for line in lines if not WHOLE.match(line)]


@pytest.mark.parametrize("name", LOOKS)
def test_no_line_is_too_long_and_no_word_is_lost(say: Say, name: str) -> None:
    whole = say(LOOKS[name])
    assert whole
    for width in WIDTHS:
        shown = say(LOOKS[name], width)
        assert too_long(shown, width) == []
        assert words(whole) - words(shown) == set()


@pytest.mark.parametrize("spec", ZOO)
def test_a_model_of_the_zoo_fits_a_narrow_terminal(say: Say, spec: str) -> None:
    line = f"build {spec} --static --weights"
    whole, shown = say(line), say(line, 60)
    assert too_long(shown, 60) == []
    assert words(whole) - words(shown) == set()


@pytest.mark.parametrize("name", LOOKS)
def test_colour_changes_no_letter_and_can_be_refused(say: Say, name: str) -> None:
    plain = say(LOOKS[name], 80)
    assert "\x1b" not in plain
    assert CODES.sub("", say(LOOKS[name], 80, FORCE_COLOR="1")) == plain
    assert say(LOOKS[name], 80, FORCE_COLOR="1", NO_COLOR="1") == plain


@pytest.mark.parametrize("line", ["runs --json --runs LAB/runs", "explain LSTM --json"])
def test_json_has_neither_colour_nor_width(say: Say, line: str) -> None:
    assert say(line, 60, FORCE_COLOR="1") == say(line)
    json.loads(say(line, 60, FORCE_COLOR="1"))


PROGRAM = """
import sys
from layerforge.cli.main import main
for line in sys.argv[1:]:
    main(line.split())
"""


@pytest.mark.parametrize(
    ("environment", "coloured"),
    [
        ({"TERM": "xterm"}, True),
        ({"TERM": "xterm", "NO_COLOR": "1"}, False),
        ({"TERM": "xterm", "NO_COLOR": ""}, True),
        ({"TERM": "dumb"}, False),
        ({"TERM": "dumb", "FORCE_COLOR": "1"}, True),
        ({"TERM": "xterm", "FORCE_COLOR": "1", "NO_COLOR": "1"}, False),
    ],
    ids=str,
)
def test_a_terminal_is_given_the_colour_that_it_wants(
    lab: Path, environment: dict[str, str], coloured: bool
) -> None:
    lines = ["runs", "runs show wave/2", "explain LSTM", "check none.yaml", "check", "runs show x"]
    leader, follower = pty.openpty()
    ends = {"stdin": follower, "stdout": follower, "stderr": follower}
    command = [sys.executable, "-c", PROGRAM, *lines]
    given = {"PYTHONPATH": str(ROOT), "PATH": "", **environment}
    said = b""
    with subprocess.Popen(command, cwd=lab, env=given, **ends) as process:
        os.close(follower)
        while chunk := _read(leader):
            said += chunk
        process.wait(60)
    os.close(leader)
    assert b"wave/2" in said
    assert (b"\x1b[" in said) == coloured


def _read(terminal: int) -> bytes:
    """What the terminal is sent; nothing once no process holds its other end."""
    try:
        return os.read(terminal, 65536)
    except OSError:  # as Linux says it
        return b""
