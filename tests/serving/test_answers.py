"""What the endpoint answers is what `predict` says of a file of the same rows, alone or among others."""

from __future__ import annotations

import csv
import json
import math
from pathlib import Path
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `serve`")

from layerforge.run import predict, train
from layerforge.serving.app import Service
from layerforge.serving.bodies import Body, read_body
from layerforge.serving.limits import Limits, Refusal
from layerforge.serving.model import Answer, Model
from tests.run.conftest import Compile, Example
from tests.serving.asking import ask

SEQUENCES = """
    data: {source: steps.csv, task: classification, group: [who], order: t, features: [x], targets: [kind]}
    model: {layers: [Masking, {LSTM: 4}, {Dense: {units: 1, activation: sigmoid}}]}
    train: {epochs: 1}
    """
QUANTILES = """
    data: {source: sine.csv, task: forecast, time: date, features: [a, b], targets: [b, a],
      window: 8, horizon: 2, calendar: [hour]}
    model:
      layers:
        [{GRU: 4}, {Dense: 4}, {Reshape: [2, 2]}, {QuantileHead: {units: 2, quantiles: [0.1, 0.5, 0.9]}}]
    train: {epochs: 1}
    """
GERMAN = """
    data: {source: german.csv, task: regression, separator: ";", decimal: ",", features: [x, town],
      targets: [y], missing: {fill: 0}}
    model: {layers: [{Dense: 1}]}
    train: {epochs: 1}
    """


def rows_of(path: Path, last: int | None = None) -> list[dict[str, Any]]:
    with path.open(newline="") as file:
        rows: list[dict[str, Any]] = list(csv.DictReader(file))
    return rows if last is None else rows[-last:]


def as_numbers(rows: list[dict[str, Any]], *names: str) -> list[dict[str, Any]]:
    return [
        {name: float(text) if name in names else text for name, text in row.items()} for row in rows
    ]


def same(found: list[dict[str, Any]], wanted: list[dict[str, Any]]) -> bool:
    """Whether rows say the same, numbers as float32 has them."""
    return len(found) == len(wanted) and all(
        a.keys() == b.keys() and all(_alike(a[name], b[name]) for name in b)
        for a, b in zip(found, wanted, strict=True)
    )


def _alike(one: Any, other: Any) -> bool:
    if isinstance(other, float):
        return math.isclose(one, other, rel_tol=1e-5, abs_tol=1e-6)
    return bool(one == other)


def said_by_predict(run: Path, data: Path, steps: int | None = None) -> list[dict[str, Any]]:
    return predict(run, data, lambda event: None, steps).records()


@pytest.fixture
def table(blobs: Example) -> Service:
    return Service(Model(blobs.trained.path), Limits(), "0")


def test_rows_of_a_table_as_json_and_as_csv(blobs: Example, table: Service) -> None:
    data = blobs.folder / "blobs.csv"
    wanted = said_by_predict(blobs.trained.path, data)
    reply = ask(table.app(), body={"rows": as_numbers(rows_of(data), "x", "y")})
    assert reply.status == 200
    assert reply.json["columns"] == list(wanted[0])
    assert same(reply.json["rows"], wanted)
    text = ask(table.app(), body=data.read_bytes(), content_type="text/csv; charset=utf-8")
    assert text.headers["content-type"].startswith("text/csv")
    lines = list(csv.DictReader(text.content.decode().splitlines()))
    shares = [name for name in wanted[0] if name.startswith("probability")]
    assert same(as_numbers(lines, *shares), wanted)
    other = ask(
        table.app(), body=data.read_bytes(), content_type="text/csv", accept="application/json"
    )
    assert same(other.json["rows"], wanted)


def test_requests_that_come_together_have_each_its_own_answer(blobs: Example) -> None:
    model, data = Model(blobs.trained.path), blobs.folder / "blobs.csv"
    rows = as_numbers(rows_of(data), "x", "y")
    wanted = said_by_predict(blobs.trained.path, data)
    parts = [rows[i : i + 1 + i % 3] for i in range(40)]
    bodies = [read_body(json.dumps(part).encode(), "application/json", Limits()) for part in parts]
    bad = {17: "much", 30: None}
    for at, value in bad.items():
        broken = [{**parts[at][0], "x": value}]
        bodies[at] = read_body(json.dumps(broken).encode(), "application/json", Limits())
    bodies[5] = Body(data.read_text())
    replies = model.answer_all(bodies)
    for at, reply in enumerate(replies):
        if at in bad:
            assert isinstance(reply, Refusal)
            assert reply.status == 422
            assert "row 1, column `x`" in reply.message
            continue
        assert isinstance(reply, Answer)
        here = wanted if at == 5 else wanted[at : at + 1 + at % 3]
        found = [{**row, "row": None} for row in reply.predictions.records()]
        assert same(found, [{**row, "row": None} for row in here])
    assert [row["row"] for row in replies[2].predictions.records()] == ["1", "2", "3"]  # type: ignore[union-attr]


def test_a_forecast_and_one_that_goes_on(sine: Example) -> None:
    app = Service(Model(sine.trained.path), Limits(), "0").app()
    data = sine.folder / "sine.csv"
    rows = as_numbers(rows_of(data, 24), "a", "b")
    wanted = said_by_predict(sine.trained.path, data)
    assert same(ask(app, body=rows).json["rows"], wanted)
    few = ask(app, "/predict?steps=3", rows)
    assert same(few.json["rows"], wanted[:3])
    for word in ("0", "601", "1e9", "-1", "", "٣"):
        assert ask(app, f"/predict?steps={word}", rows).status == 400
    assert "100" not in ask(app, "/predict?step=3", rows).error["message"]
    short = ask(app, body=rows[1:])
    assert short.status == 422
    assert "23 rows" in short.error["message"]


def test_quantiles_and_a_calendar(compiled: Compile, folder: Path) -> None:
    run = train(compiled(QUANTILES), folder / "runs", lambda event: None).path
    service = Service(Model(run), Limits(), "0")
    rows = as_numbers(rows_of(folder / "sine.csv", 8), "a", "b")
    reply = ask(service.app(), body=rows).json
    assert reply["columns"] == ["date", "b_q10", "b_q50", "b_q90", "a_q10", "a_q50", "a_q90"]
    assert same(reply["rows"], said_by_predict(run, folder / "sine.csv"))
    body = service.document["paths"]["/predict"]["post"]["requestBody"]["content"]
    row = body["application/json"]["schema"]["properties"]["rows"]["items"]
    assert row["required"] == ["date", "a", "b"]


def test_sequences_are_answered_each(compiled: Compile, folder: Path) -> None:
    lines = ["who,t,x,kind"]
    for who in range(40):
        lines += [f"s{who},{t},{5 + who % 2 * t:.2f},{who % 2}" for t in range(3 + who % 4)]
    data = folder / "steps.csv"
    data.write_text("\n".join(lines) + "\n")
    run = train(compiled(SEQUENCES), folder / "runs", lambda event: None).path
    rows = as_numbers(rows_of(data), "t", "x")
    reply = ask(Service(Model(run), Limits(), "0").app(), body=rows)
    wanted = said_by_predict(run, data)
    assert len(wanted) == 40
    assert same(reply.json["rows"], wanted)


def test_json_says_numbers_as_json_does_whatever_the_file_did(
    compiled: Compile, folder: Path
) -> None:
    lines = ["x;town;y", *(f"{i},5;{'Ulm' if i % 3 else 'Bonn'};{i},25" for i in range(60))]
    data = folder / "german.csv"
    data.write_text("\n".join(lines) + "\n")
    run = train(compiled(GERMAN), folder / "runs", lambda event: None).path
    app = Service(Model(run), Limits(), "0").app()
    rows = [{"x": i + 0.5, "town": "Ulm" if i % 3 else "Bonn"} for i in range(60)]
    wanted = said_by_predict(run, data)
    assert same(ask(app, body=rows).json["rows"], wanted)
    text = ask(app, body=data.read_bytes(), content_type="text/csv")
    assert len(text.content.splitlines()) == 61
    strange = ask(app, body=[{"x": None, "town": "Köln"}])
    assert strange.status == 200
    assert "`Köln` was in no training row" in strange.json["warnings"][0]
