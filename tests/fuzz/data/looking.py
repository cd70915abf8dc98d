"""What must hold of any data file: an end in time, right numbers or one clear diagnostic."""

from __future__ import annotations

import csv
import io
import json
import math
import re
import time
import zlib
from collections.abc import Callable, Iterator
from functools import cache
from pathlib import Path
from typing import Any, Final

from layerforge.codes import CODES
from layerforge.data import NewRows, Prepared, forecast_window, prepare, prepare_again
from layerforge.diagnostics import Diagnostic, Faults, SpecError
from layerforge.drafting import Wishes, draft, draft_text, survey
from layerforge.library import check, load
from layerforge.pipeline import compile_spec
from layerforge.render.examined import examined_text
from layerforge.render.record import json_text
from layerforge.run.classes import class_weights
from layerforge.run.prediction import answered
from layerforge.run.scoring import scored_split
from layerforge.scores import report
from layerforge.serving.bodies import CSV, JSON, read_body
from layerforge.serving.limits import Limits, Refusal
from layerforge.serving.model import Answer, Model
from layerforge.spec import TrainSettings
from layerforge.tables.files import File, recognise
from layerforge.tables.frames import read_frame
from layerforge.tables.parquet import strange_types
from tests.fuzz.data.seeds import SEEDS, Seed

SECONDS: Final = 2.0  # of the processor, for one input
SECONDS_PER_COLUMN: Final = 0.005  # beside


def fault_of(
    folder: Path, seed: Seed, content: bytes, door: str, patience: float = 1.0
) -> str | None:
    """What is wrong with how layerforge takes these bytes as data, in one line; None where all holds.

    `door` is one of DOORS; `patience` multiplies the time that an input may take. An exception goes
    through to the caller.
    """
    (folder / "d.csv").write_bytes(content)
    (folder / "good.csv").write_text(seed.text, encoding="utf-8", newline="")
    allowed = SECONDS + SECONDS_PER_COLUMN * content.partition(b"\n")[0].count(b",")
    start = time.process_time()
    wrong = next(_told(_DOORS[door], folder, seed, content), None)
    seconds = time.process_time() - start
    if wrong is None and seconds > allowed * patience:
        wrong = f"took {seconds:.1f} s of the processor"
    return None if wrong is None else f"{door}: {wrong}"


def _told(door: Callable[..., Any], folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    try:
        yield from door(folder, seed, content)
    except Faults as stop:
        if not stop.diagnostics:
            yield "faults without a diagnostic"
        for fault in stop.diagnostics:
            yield from _unclear(fault, content)


def _unclear(fault: Diagnostic, content: bytes) -> Iterator[str]:
    """A diagnostic that does not say what it should: a known code, the file, a place that is there."""
    if fault.code not in CODES:
        yield f"unknown code {fault.code!r}"
    if not re.search(r"[`\d]", fault.message):
        yield f"names nothing: {fault.message!r}"
    if len(fault.message) > 2_000:
        yield f"a message of {len(fault.message)} letters: {fault.message[:80]!r}"
    place = re.search(r"`d\.csv` line (\d+)", fault.message)
    if place and not content.startswith(b"\x1f\x8b"):
        line, lines = int(place[1]), content.split(b"\n")
        if line > len(lines):
            yield f"names line {line} of {len(lines)}: {fault.message[:200]!r}"
        word = re.search(r"found `([!#-_a-~]+?)(\.\.\.)?`", fault.message)
        if word and word[1].encode() not in b"\n".join(lines[line - 1 : line + 3]):
            yield f"`{word[1]}` is not in line {line}: {fault.message[:200]!r}"


def _read(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    """The file alone, every column as text: the quickest way to what a table is."""
    try:
        yield from _as_texts(folder / "d.csv", seed, content)
    except SpecError as error:  # which the other doors make faults of themselves
        raise Faults(error.at(None)) from None


def _as_texts(path: Path, seed: Seed, content: bytes) -> Iterator[str]:
    import polars as pl

    settings = _settings(seed.name)
    file = recognise(path, path.name, settings.separator, settings.header, settings.decimal)
    if len(set(file.columns)) < len(file.columns) or strange_types(file):
        return
    frame = read_frame(file, file.columns, pl.String)
    if frame.height != file.rows:
        yield f"{frame.height} rows, where {file.rows} were counted"
    if file.format == "text" and not content.startswith(b"\x1f\x8b"):
        expected = _rows(file, content)[bool(file.header_lines) :]
        for i, (here, there) in enumerate(zip(frame.iter_rows(), expected, strict=False)):
            found = [word or "" for word in here]
            if i == 0:  # of several marks polars takes away one, or one more
                found[0], there[0] = found[0].lstrip("\ufeff"), there[0].lstrip("\ufeff")
            if found != there:
                yield f"row {i + 1} is {here!r:.200}, where csv finds {there!r:.200}"
                return


def _rows(file: File, content: bytes) -> list[list[str]]:
    """The records that are not blank, as Python's csv module reads them; of one column, all."""
    quoting: dict[str, Any] = (
        {"quotechar": file.quote} if file.quote else {"quoting": csv.QUOTE_NONE}
    )
    text = io.StringIO(content.decode("utf-8-sig"), newline="\n")
    rows = list(csv.reader(text, delimiter=file.separator, **quoting))
    return [row or [""] for row in rows if row or len(file.columns) == 1]


def _prepared(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    data = prepare(_settings(seed.name), folder)
    yield from _unsound(data)
    if seed.plain and data.file.format == "text" and not content.startswith(b"\x1f\x8b"):
        yield from _otherwise_read(data, content)


def _told_and_scored(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    """The doors of `data` and `baseline`: all that is said of the data, and the scores to beat."""
    data = prepare(_settings(seed.name), folder)
    examined_text(data.account, 80)
    json.loads(json_text(data.account))
    scores = report(data, scored_split(data))
    json.loads(json_text(scores))
    weights = class_weights(TrainSettings(class_weight="balanced"), data)
    if weights is not None and not (weights > 0).all():
        yield f"classes that count {weights}"
    yield from _unsound(data)


def _predicted(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    """The door of `predict --data`: the file as new rows of a model trained on the good one."""
    rows = forecast_window(
        _saved(seed.name, folder), folder / "d.csv", steps=_steps(seed.name, content)
    )
    if not all(answered(rows, _guess).columns[1:]):
        yield "an answer without a name"


def _guess(rows: NewRows) -> Any:
    """What a model of the right shape might say; its inputs are looked at."""
    import numpy as np

    inputs = rows.inputs()
    for values in inputs.values() if isinstance(inputs, dict) else [inputs]:
        assert np.isfinite(values).all(), "new rows that are not finite"
    steps = rows.frame.steps if rows.frame is not None else 1
    outputs = len(rows.classes or rows.targets) * steps
    return np.full((len(rows.positions), outputs), 0.25, np.float32)


def _steps(name: str, content: bytes) -> int | None:
    """How far a forecast shall go, by the file."""
    steps = (None, 1, 7)[zlib.crc32(content) % 3]
    return steps if _settings(name).horizon is not None else None


class _Guessing(Model):
    """A model that is served, without Keras and without a run."""

    def __init__(self, saved: dict[str, Any]) -> None:
        self.saved = saved
        self.quantiles = None
        self._of_json = self._by_json()

    def _prepared(self, text: str, saved: Any, steps: int | None) -> NewRows:
        return self._rows(text, saved, steps)

    def _ask(self, rows: NewRows) -> Any:
        return _guess(rows)


def _served(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    """The door of `POST /predict`: the bytes as the body of a request, JSON where they begin like it."""
    media_type = JSON if content.lstrip()[:1] in (b"{", b"[") else CSV
    model = _Guessing(_saved(seed.name, folder))
    try:
        body = read_body(content, media_type, Limits(), _steps(seed.name, content), model.taken)
    except Refusal as refusal:
        reply: Answer | Refusal = refusal
    else:
        reply = model.answer_all([body])[0]
    if isinstance(reply, Answer):
        reply.predictions.csv()
        json_text(reply.predictions.records())
    elif not (400 <= reply.status < 500 and reply.message.isprintable()):
        yield f"{reply.status}, {reply.message!r}"


def _evaluated(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    """The door of `evaluate --data`: the file as test rows of a model trained on the good one."""
    yield from _unsound(prepare_again(_saved(seed.name, folder), folder / "d.csv"))


def _drafted(folder: Path, seed: Seed, content: bytes) -> Iterator[str]:
    """The door of `new`: the spec that is written for a file is one that can be read."""
    path = folder / "d.csv"
    seen = survey(path, path.name)
    chance = zlib.crc32(content)
    last = seen.names[-1:] if chance % 3 else ()
    task: Any = (None, None, "forecast", "regression", "classification")[chance % 5]
    held = survey(folder / "good.csv", "good.csv") if chance % 7 == 0 else None
    plan = draft(seen, Wishes(task, tuple(last)), held)
    source: Any = path.name if held is None else {"train": path.name, "test": "good.csv"}
    text = draft_text(plan, seen, source, "d", "d.yaml")
    spec = folder / "d.yaml"
    spec.write_text(text, encoding="utf-8")
    compiled = compile_spec(spec)
    for fault in compiled.found:
        if fault.severity == "error" and fault.code != "no-input":  # which the data alone tell
            yield f"the spec it writes has a fault: {fault.message!r}: {text!r}"
    for fault in check(load(spec), data=True):
        if fault.code not in CODES:
            yield f"unknown code {fault.code!r}"


def _unsound(data: Prepared) -> Iterator[str]:
    """Arrays with holes, or of other sizes than the samples need."""
    import numpy as np

    if not np.isfinite(data.features).all():
        yield "features that are not finite"
    if data.classes is None and not np.isfinite(data.targets).all():
        yield "targets that are not finite"
    for split, positions in data.positions.items():
        if len(positions):
            data.batch(positions[:2])
            data.batch(positions[-2:])
        if data.samples(split) != len(positions):
            yield f"{split} has another number of samples"


def _otherwise_read(data: Prepared, content: bytes) -> Iterator[str]:
    """Where a number is another than Python's csv and float make of the same bytes."""
    file = data.file
    rows = _rows(file, content)
    if len(rows) - 1 != file.rows and len(file.columns) > 1:
        yield f"{file.rows} rows, where csv finds {len(rows) - 1}"
        return
    for at, name in enumerate(data.feature_names):
        if name not in file.columns:
            return  # one of a category
        column = file.columns.index(name)
        for i, row in enumerate(rows[1:]):
            here, there = float(data.features[i, at]), _number(row[column])
            if there is None or not math.isclose(here, there, rel_tol=1e-6, abs_tol=1e-37):
                yield f"row {i + 1} of `{name}` is {here}, where csv finds {row[column]!r}"
                return


def _number(word: str) -> float | None:
    if word.strip().lower() in ("true", "false"):
        return float(word.strip().lower() == "true")
    try:
        return float(word)
    except ValueError:
        return None


@cache
def _settings(name: str) -> Any:
    return next(seed for seed in SEEDS if seed.name == name).settings()


@cache
def _saved(name: str, folder: Path) -> Any:
    """What a run trained on the good file of a seed keeps of its preprocessing."""
    good = folder / "good"
    good.mkdir(exist_ok=True)
    seed = next(seed for seed in SEEDS if seed.name == name)
    for file in ("d.csv", "good.csv"):
        (good / file).write_text(seed.text, encoding="utf-8", newline="")
    # As the run keeps it, and reads it again.
    return json.loads(json_text(prepare(_settings(name), good).preprocessing()))


_DOORS: Final = {
    "read": _read,
    "data": _prepared,
    "baseline": _told_and_scored,
    "predict": _predicted,
    "evaluate": _evaluated,
    "new": _drafted,
    "serve": _served,
}
DOORS: Final = tuple(_DOORS)
