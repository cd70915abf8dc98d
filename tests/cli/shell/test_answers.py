"""What a shell that completes is told: of every kind of place a line can end in."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

import pytest

from layerforge.cli.main import COMMANDS
from layerforge.cli.shell.answering import answer
from layerforge.cli.shell.line import split

ROOT = Path(__file__).parents[3]


def told(*words: str) -> list[str]:
    """The words that zsh or fish are offered."""
    return [line.split("\t")[0] for line in answer("zsh", words).splitlines()]


def in_bash(line: str, cut: str) -> list[str]:
    return [each.split("\t")[0] for each in answer("bash", [line, cut]).splitlines()]


@pytest.fixture
def folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    monkeypatch.chdir(tmp_path)
    return tmp_path


def keep(folder: Path, run: str, record: str = "run.json", **said: object) -> None:
    (folder / run).mkdir(parents=True)
    (folder / run / record).write_text(json.dumps(said), encoding="utf-8")


def test_the_first_word_is_a_command_with_its_line() -> None:
    lines = answer("fish", [""]).splitlines()
    assert len(lines) == sum(len(part) for part in COMMANDS.values())
    assert "check\tFind every fault of a spec, at file:line:column." in lines
    assert told("-") == ["--help", "--version"]


def test_options_are_offered_that_are_not_there_yet() -> None:
    assert told("build", "spec.yaml", "--wei") == ["--weights"]
    assert told("build", "spec.yaml", "--weights", "--wei") == []
    assert told("build", "--set", "a=1", "--se") == ["--set"]
    assert told("tune", "--no-") == ["--no-retrain"]


def test_behind_all_arguments_come_the_options() -> None:
    assert "--json" in told("layers", "LSTM", "")
    assert told("layers", "LSTM", "--", "") == []


def test_behind_two_dashes_comes_no_option() -> None:
    assert told("check", "--", "-") == [":files .yaml .yml"]


@pytest.mark.parametrize(
    ("words", "offered"),
    [
        (("check", ""), ":files .yaml .yml"),
        (("check", "a.yaml", ""), ":files .yaml .yml"),
        (("diff", "a.yaml", ""), ":files .yaml .yml"),
        (("explain", "--spec", ""), ":files .yaml .yml"),
        (("predict", "x", "--data", ""), ":files .csv .tsv .parquet .json .npz .gz"),
        (("build", "--code", ""), ":files .py"),
        (("build", "--out", ""), ":files"),
        (("build", "--out=", ""), ":files .yaml .yml"),
        (("build", "--out="), ":files"),
        (("train", "--runs", ""), ":folders"),
    ],
)
def test_files_are_left_to_the_shell(words: tuple[str, ...], offered: str) -> None:
    assert told(*words) == [offered]


def test_choices_are_offered() -> None:
    assert told("export", "wave", "--to", "") == ["keras", "savedmodel", "onnx", "tflite"]
    assert told("export", "wave", "--to=t") == ["--to=tflite"]
    assert told("runs", "re") == ["remove"]
    assert told("graph", "--as", "h") == ["html"]
    assert told("tune", "spec.yaml", "--ray", "") == ["auto", "local"]
    assert told("serve", "wave", "--host", "") == ["127.0.0.1", "0.0.0.0"]


def test_layers_operations_components_and_codes_are_offered() -> None:
    assert told("layers", "Conv1D") == ["Conv1D", "Conv1DTranspose"]
    assert "ops.mean" in told("layers", "ops.m")
    found = told("explain", "")
    assert {"LSTM", "ops.mean", "Adam", "wrong-rank"} <= set(found)
    assert len(found) == len(set(found))


def test_capitals_do_not_matter_where_nothing_begins_as_typed() -> None:
    assert told("layers", "batchn") == ["BatchNormalization"]
    assert "RepeatVector" in told("layers", "re")
    # RMSprop and rmsprop: readline would make the word shorter, since nothing is common to both.
    assert told("explain", "rM") == []


def test_runs_are_offered_by_name_and_then_by_number(folder: Path) -> None:
    keep(folder, "runs/wave/1", state="finished")
    keep(folder, "runs/wave/2", state="interrupted")
    keep(folder, "runs/level/10", state="finished")
    keep(folder, "runs/level/9", state="failed")
    (folder / "runs" / "empty").mkdir()
    assert told("evaluate", "") == ["level", "wave"]
    assert told("evaluate", "w") == ["wave", "wave/1", "wave/2"]
    assert told("evaluate", "level/") == ["level/9", "level/10"]
    assert "level/9\tfailed" in answer("fish", ["predict", "level/9"])
    assert told("runs", "compare", "level/9", "level/") == ["level/10"]


def test_runs_of_another_folder_are_offered(folder: Path) -> None:
    keep(folder, "old/wave/1", state="finished")
    assert told("predict", "--runs", "old", "w") == ["wave", "wave/1"]
    assert told("predict", "--runs=old", "w") == ["wave", "wave/1"]


def test_without_runs_there_are_folders(folder: Path) -> None:
    assert told("evaluate", "") == [":folders"]
    (folder / "runs").write_text("a file")
    assert told("report", "") == [":folders"]


def test_a_record_that_cannot_be_read_is_said_to_be_so(folder: Path) -> None:
    keep(folder, "runs/wave/1")
    (folder / "runs" / "wave" / "1" / "run.json").write_text("{")
    keep(folder, "searches/wave/1", "search.json")
    (folder / "searches" / "wave" / "1" / "search.json").write_bytes(b"\xff")
    assert "wave/1\tunreadable" in answer("zsh", ["evaluate", "wave/"])
    assert "wave/1\tunreadable" in answer("zsh", ["tune", "--show", "wave/"])


def test_what_is_unfinished_is_offered_to_go_on_with(folder: Path) -> None:
    keep(folder, "runs/wave/1", state="finished")
    keep(folder, "runs/wave/2", state="failed")
    assert told("train", "--resume", "") == ["wave/2"]
    assert told("train", "--resume", "spec.yaml", "") == ["wave/2"]
    assert told("train", "--resume", "wave/1") == ["wave/1"]
    assert told("train", "") == [":files .yaml .yml"]
    assert "--resume" in told("train", "spec.yaml", "--re")


def test_searches_are_offered_where_one_can_stand(folder: Path) -> None:
    keep(folder, "searches/digits/1", "search.json", state="interrupted")
    assert told("report", "d") == ["digits", "digits/1"]
    assert told("plot", "d") == ["digits", "digits/1"]
    assert told("tune", "--resume", "d") == ["digits", "digits/1"]
    assert told("tune", "--show", "spec.yaml", "") == ["digits", "digits/1"]
    assert told("tune", "") == [":files .yaml .yml"]
    assert told("evaluate", "d") == [":folders"]


def test_settings_are_offered_with_what_they_take() -> None:
    assert "train.epochs=\ta positive whole number" in answer("zsh", ["check", "--set", "train.e"])
    assert told("check", "--set=tune.max_tr") == ["--set=tune.max_trials="]


def test_columns_of_the_data_are_offered(folder: Path) -> None:
    (folder / "rows.csv").write_text('day;"level";flow\n1;2;3\n', encoding="utf-8")
    assert told("new", "rows.csv", "--target", "") == ["day", "level", "flow"]
    assert told("new", "rows.csv", "--time", "d") == ["day"]
    (folder / "rows.csv").write_bytes(b"\xff\xfe\x00")
    assert told("new", "rows.csv", "--target", "") == []
    assert told("new", "none.csv", "--target", "") == []
    assert told("new", "--target", "") == []


def test_bash_is_told_the_rest_of_the_word_as_it_cuts_it() -> None:
    assert in_bash("layerforge check --set=data.wind", "data.wind") == ["data.window="]
    assert in_bash("layerforge export x --to=", "=") == ["keras", "savedmodel", "onnx", "tflite"]
    assert in_bash("layerforge export x --to=on", "--to=on") == ["--to=onnx"]
    assert in_bash("layerforge layers 'LSTMC", "'LSTMC") == ["LSTMCell"]


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("a b", ["a", "b"]),
        ("a b ", ["a", "b", ""]),
        ("a 'b c", ["a", "b c"]),
        ('a "b\\" c', ["a", 'b" c']),
        ("a b\\ c", ["a", "b c"]),
        ("a b\\", ["a", "b"]),
        ("a #b", ["a", "#b"]),
        ("", [""]),
    ],
)
def test_a_line_is_split_as_a_shell_does(text: str, words: list[str]) -> None:
    assert split(text) == words


@pytest.mark.parametrize("words", [["nothing", ""], ["check", "--nothing", ""], ["--nothing", "x"]])
def test_what_is_unknown_is_no_fault(words: list[str]) -> None:
    answer("zsh", words)
    assert told("nothing", "x", "--runs", "") == []


def program(folder: Path, shell: str, *words: str, **more: str) -> subprocess.CompletedProcess[str]:
    environment = {"PYTHONPATH": str(ROOT), "PATH": "", "_LAYERFORGE_COMPLETE": shell, **more}
    return subprocess.run(
        [sys.executable, "-c", PROGRAM, *words],
        cwd=folder,
        env=environment,
        capture_output=True,
        text=True,
        timeout=60,
    )


PROGRAM = """
import sys
from layerforge.cli.main import main
code = main()
print(" ".join({name.partition(".")[0] for name in sys.modules}), file=sys.stderr)
sys.exit(code)
"""


@pytest.mark.parametrize("words", [("layers", "LSTMC"), ("explain", ""), ("evaluate", "w")])
def test_an_answer_loads_neither_typer_nor_yaml_nor_anything_heavy(
    tmp_path: Path, words: tuple[str, ...]
) -> None:
    keep(tmp_path, "runs/wave/1", state="finished")
    done = program(tmp_path, "zsh", *words)
    assert done.returncode == 0
    assert done.stdout
    heavy = {"typer", "click", "yaml", "tensorflow", "keras", "numpy", "polars", "rich"}
    assert set(done.stderr.splitlines()[-1].split()) & heavy == set()


def test_a_fault_of_ours_says_nothing_into_the_line(tmp_path: Path) -> None:
    done = program(tmp_path, "bash")  # bash sends two words
    assert (done.returncode, done.stdout) == (1, "")
    assert "Traceback" not in done.stderr
    assert "IndexError" in program(tmp_path, "bash", LAYERFORGE_TRACEBACK="1").stderr


def test_names_that_are_no_text_are_given_as_they_are(tmp_path: Path) -> None:
    run = os.fsencode(tmp_path) + b"/runs/w\xff"
    os.makedirs(run + b"/1")  # noqa: PTH103 - a path of bytes
    with open(run + b"/1/run.json", "w", encoding="utf-8") as file:  # noqa: PTH123
        file.write("{}")
    done = subprocess.run(
        [sys.executable, "-m", "layerforge", "evaluate", "w"],
        cwd=tmp_path,
        env={"PYTHONPATH": str(ROOT), "PATH": "", "_LAYERFORGE_COMPLETE": "zsh"},
        capture_output=True,
        timeout=60,
    )
    assert done.stdout.startswith(b"w\xff\t")
