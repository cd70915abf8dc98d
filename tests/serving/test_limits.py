"""What is no request, too large, too slow or too much is refused in one line, and costs nobody else."""

from __future__ import annotations

import json
import random
import threading
from concurrent.futures import Future
from typing import Any

import pytest

pytest.importorskip("starlette", reason="the extra `serve`")

from jsonschema import Draft202012Validator

from layerforge.serving.app import Service
from layerforge.serving.bodies import Body, read_body
from layerforge.serving.describing import columns
from layerforge.serving.limits import Limits, Refusal
from layerforge.serving.model import Model
from layerforge.serving.worker import Worker
from tests.fuzz.targets import TARGETS
from tests.run.conftest import Example
from tests.serving.asking import Response, ask

GOOD = {"x": 1.0, "y": 0.5}


@pytest.fixture
def served(blobs: Example) -> Service:
    return Service(Model(blobs.trained.path), Limits(max_bytes=250_000, max_rows=50), "1.2")


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"{", 400, "not JSON"),
        (b"", 400, "not JSON"),
        (b"\xff{}", 400, "byte 1 of the body"),
        (b"[" * 200_000, 400, "nested too deep"),
        (b'[{"x": NaN, "y": 1}]', 400, "NaN is no number of JSON"),
        (b'[{"x": 1, "x": 2, "y": 1}]', 400, '"x" stands twice'),
        (b'[{"x": "\\ud800", "y": 1}]', 400, "surrogate"),
        (b'[{"x": "\\u0000", "y": 1}]', 400, "zero byte"),
        (b'[{"x": ' + b"9" * 5_000 + b', "y": 1}]', 422, "row 1, column `x`"),
        (b'[{"x": 1e999, "y": 1}]', 422, "row 1, column `x`"),
        (b'[{"\\ud800": [1]}]', 422, r"column `\ud800`"),
        ([{"\x1b[2J\n": [1]}], 422, r"column `\x1b[2J\n`"),
        ([{"x" * 9_000: [1]}], 422, "column `xxx"),
        (b'[{"' + b"x" * 9_000 + b'": 1, "' + b"x" * 9_000 + b'": 2}]', 400, '"xxx'),
        ({"row": [GOOD]}, 400, "no list of rows"),
        ("text", 400, "no list of rows"),
        ([1], 400, "row 1 is not an object"),
        ([], 422, "is empty"),
        ([{}], 422, "no columns"),
        ([GOOD, {"x": 1}], 422, "row 2, column `y`"),
        ([GOOD, {"x": "a", "y": 1}], 422, "row 2, column `x`: found `a`"),
        ([GOOD, {"x": [1], "y": 1}], 422, "row 2, column `x`"),
        ([{"x": 1}], 422, "no column `y`"),
        ([GOOD] * 51, 413, "more than 50 rows"),
        (b'["' + b"a" * 250_001 + b'"]', 413, "more than 250,000 bytes"),
    ],
)
def test_a_body_that_cannot_be_answered(
    served: Service, body: object, status: int, part: str
) -> None:
    reply = ask(served.app(), body=body)
    assert (reply.status, part in reply.error["message"]) == (status, True), reply.content
    assert "/" not in reply.error["message"], "a path of the server"
    assert reply.error["message"].isprintable()
    assert len(reply.content) < 2_000
    assert ask(served.app(), body=[GOOD]).status == 200


@pytest.mark.parametrize(
    ("body", "status", "part"),
    [
        (b"", 422, "`request` is empty"),
        (b"x,y\n", 422, "no rows below"),
        (b"x,y\n1\n", 422, "line 2: 1 field"),
        (b'x,y\n1,"2\n', 422, "never closed"),
        (b"x,y\n1,2\x00\n", 422, "zero byte"),
        (b"x,y\n" + b"1,2\n" * 52, 413, "more than 50 rows"),
        (b"PK\x03\x04", 422, "ZIP"),
    ],
)
def test_a_text_that_is_no_table(served: Service, body: bytes, status: int, part: str) -> None:
    reply = ask(served.app(), body=body, content_type="text/csv")
    assert (reply.status, part in reply.error["message"]) == (status, True), reply.content
    assert "/" not in reply.error["message"], "a path of the server"


def test_a_body_is_counted_as_it_comes(served: Service) -> None:
    said = ask(served.app(), body=[b"[" + b" " * 150_000, b" " * 150_000], content_length="12")
    assert said.status == 413
    assert ask(served.app(), body=[b"[", b'{"x":1,"y":2}', b"]"]).status == 200


def test_other_pages_and_methods(served: Service) -> None:
    assert ask(served.app(), "/predict", method="GET").status == 405
    assert ask(served.app(), "/nothing", method="GET").error["code"] == "no-such-page"
    assert ask(served.app(), body=b"x", content_type="text/html").status == 415


def test_health_counts(served: Service) -> None:
    ask(served.app(), body=[GOOD])
    ask(served.app(), body=[])
    found = ask(served.app(), "/health", method="GET").json
    assert (found["status"], found["answered"], found["refused"]) == ("ok", 1, 1)
    served.worker.stop()
    assert ask(served.app(), "/health", method="GET").status == 503


def test_the_document_describes_what_is_taken(served: Service) -> None:
    document = ask(served.app(), "/openapi.json", method="GET").json
    assert document["info"]["version"] == "1.2"
    content = document["paths"]["/predict"]["post"]["requestBody"]["content"]
    schema = Draft202012Validator(content["application/json"]["schema"])
    for good in ({"rows": [GOOD]}, [GOOD], [{"x": "1.5", "y": True}, GOOD]):
        assert schema.is_valid(good)
        assert ask(served.app(), body=good).status == 200
    bodies = ([], [{"x": 1}], [{"x": "a", "y": 1}], [{"x": 1e300, "y": 1}], [{"x": None, "y": 1}])
    for bad in ({}, {"rows": []}, [1], [GOOD] * 51, *bodies):
        assert not schema.is_valid(bad)
        assert ask(served.app(), body=bad).status >= 400
    answer = document["paths"]["/predict"]["post"]["responses"]["200"]["content"]
    reply = ask(served.app(), body=[GOOD]).json
    assert Draft202012Validator(answer["application/json"]["schema"]).is_valid(reply)


def test_the_page_needs_nothing_from_elsewhere(served: Service) -> None:
    reply = ask(served.app(), "/", method="GET", host="example.test:8000")
    page = reply.content.decode()
    assert "<td>x</td><td>number</td>" in page
    assert page.count("http") == page.count("http://example.test:8000")


def test_mutants_of_a_request_are_answered_or_refused(served: Service) -> None:
    chance = random.Random(3)
    seeds = [json.dumps({"rows": [GOOD] * 3}).encode(), json.dumps([GOOD]).encode()]
    statuses = set()
    for _ in range(300):
        body = TARGETS["import"].mutate(chance.choice(seeds), chance)
        statuses.add(ask(served.app(), body=body).status)
    assert statuses <= {200, 400, 413, 422}
    assert len(statuses) > 2


class _Waiting:
    """A model that answers when it is told to."""

    def __init__(self) -> None:
        self.begun, self.go_on = threading.Event(), threading.Event()
        self.sizes: list[int] = []

    def answer_all(self, bodies: list[Body]) -> list[Any]:
        self.begun.set()
        self.go_on.wait()
        self.sizes.append(len(bodies))
        return [Refusal(422, "code", body.text) for body in bodies]


def test_who_waits_is_answered_together_and_the_end_waits_for_all() -> None:
    model = _Waiting()
    worker = Worker(model, waiting=3)
    first = worker.submit(Body("0"))
    model.begun.wait()
    rest = [worker.submit(Body(str(i))) for i in (1, 2, 3)]
    with pytest.raises(Refusal) as refused:
        worker.submit(Body("4"))
    assert refused.value.status == 503
    rest[1].cancel()
    model.go_on.set()
    worker.stop()
    assert [_text(each) for each in (first, rest[0], rest[2])] == ["0", "1", "3"]
    assert model.sizes == [1, 2]
    assert not worker.alive


def _text(future: Future[Any]) -> str:
    return str(future.result(timeout=0).message)


def test_an_answer_that_takes_too_long_is_given_up(
    served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    model = _Waiting()
    monkeypatch.setattr(served, "worker", Worker(model, 5))
    monkeypatch.setattr(served, "limits", Limits(timeout=0.05))
    reply = ask(served.app(), body=[GOOD])
    assert reply.status == 504
    model.go_on.set()
    served.worker.stop()


class _Broken:
    def __init__(self) -> None:
        self.calls = 0

    def answer_all(self, bodies: list[Body]) -> list[Any]:
        self.calls += 1
        if self.calls == 1:
            raise RuntimeError("out of memory\nand more")
        return [Refusal(422, "code", "second") for _ in bodies]


def test_a_model_that_fails_once_is_told_and_asked_again(
    served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "worker", Worker(_Broken(), 5))
    first: Response = ask(served.app(), body=[GOOD])
    assert first.status == 500
    assert first.error["message"] == "the model could not be asked: out of memory"
    assert ask(served.app(), body=[GOOD]).error["message"] == "second"
    assert served.failed == 1


def test_rows_with_a_column_each_of_their_own_are_no_larger_than_what_is_looked_at(
    served: Service,
) -> None:
    rows = [{**GOOD, f"c{i}": [i]} for i in range(40)]
    assert ask(served.app(), body=rows).status == 200
    body = read_body(
        json.dumps(rows).encode(), "application/json", Limits(), None, served.model.taken
    )
    assert (body.columns, body.text.count(",")) == (("x", "y"), 41)
    lacking = [{"x": 1, f"c{i}": 1} for i in range(40)]
    reply = ask(served.app(), body=lacking)
    assert (reply.status, "no column `y`" in reply.error["message"]) == (422, True)
    body = read_body(
        json.dumps(lacking).encode(), "application/json", Limits(), None, served.model.taken
    )
    assert body.rows == 1


def test_what_the_document_names_is_what_is_taken(served: Service) -> None:
    assert list(columns(served.model)) == list(served.model.taken)


def test_true_and_false_are_numbers_where_numbers_are_wanted(served: Service) -> None:
    mixed = ask(served.app(), body=[{"x": True, "y": 0.5}, {"x": 2.5, "y": False}])
    plain = ask(served.app(), body=[{"x": 1, "y": 0.5}, {"x": 2.5, "y": 0}])
    assert (mixed.status, mixed.json["rows"]) == (200, plain.json["rows"])


def test_a_packed_body_is_not_unpacked(served: Service) -> None:
    reply = ask(served.app(), body=b"\x1f\x8b", content_encoding="gzip")
    assert (reply.status, reply.error["message"]) == (415, "a body in `gzip` is not taken")


def test_bodies_that_come_at_once_are_counted_together(
    served: Service, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(served, "held", 16 * served.limits.max_bytes)
    reply = ask(served.app(), body=[GOOD])
    assert (reply.status, reply.headers["retry-after"]) == (503, "1")
    monkeypatch.setattr(served, "held", 0)
    assert ask(served.app(), body=[GOOD]).status == 200
    assert served.held == 0
