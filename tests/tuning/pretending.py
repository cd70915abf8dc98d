"""A search without training: an engine that answers at once, with curves that a function makes up."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path

from layerforge.events import Event
from layerforge.pipeline import compile_spec, open_spec
from layerforge.space import Point, Space
from layerforge.spec import TuneSettings
from layerforge.tuning.journal import Story, read_story
from layerforge.tuning.orders import Done, Epoch, Failed, Interrupted, Lost, Message, Order, Started
from layerforge.tuning.scheduler import Scheduler, Search

SPEC = """
name: pretended
data: {source: rows.csv, task: regression, targets: [y], split: {train: 0.6, validation: 0.2, test: 0.2}}
vars:
  width: {hp.Int: [1, 30]}
  kind: {hp.Choice: [relu, tanh, elu]}
model:
  input: [2]
  layers:
    - Dense: {units: $(width), activation: $(kind)}
    - Dense: 1
train: {epochs: 5}
"""
Curve = Callable[[Point], list[float] | Message | None]


def folder_with(tmp_path: Path, tune: str = "") -> Path:
    """A folder with a small table and a spec to be searched."""
    rows = "\n".join(f"{i},{i % 7},{2 * i + 1}" for i in range(40))
    (tmp_path / "rows.csv").write_text(f"a,b,y\n{rows}\n", encoding="utf-8")
    text = SPEC + (f"tune: {tune}\n" if tune else "")
    (tmp_path / "spec.yaml").write_text(text, encoding="utf-8")
    (tmp_path / "search" / "trials").mkdir(parents=True, exist_ok=True)
    return tmp_path / "search"


class Pretended:
    """An engine in which every trial takes no time. `curve` gives the objective of a point by epoch.

    A curve of None is a process that dies, and a message is said as it is.
    """

    def __init__(self, curve: Curve) -> None:
        self._curve, self._said = curve, list[Message]()
        self.orders: list[Order] = []
        self.answers: dict[int, list[bool]] = {}
        self._asking: dict[int, list[float]] = {}

    def start(self, order: Order) -> None:
        self.orders.append(order)
        compiled = order.executions[0].compiled
        assert compiled.train is not None
        made = self._curve(compiled.choices)
        if made is None:
            self._said.append(Lost(order.number, "its process ended with status 9"))
        elif not isinstance(made, list):
            self._said.append(made)
        else:
            self._said.append(Started(order.number, compiled.train.epochs))
            if order.asks:
                self._asking[order.number] = made
                self._said.append(Epoch(order.number, 1, made[0]))
                return
            curves = tuple(tuple(made) for _ in order.executions)
            self._said += [Epoch(order.number, i + 1, value) for i, value in enumerate(made)]
            self._said.append(Done(order.number, curves))

    def messages(self, seconds: float) -> Iterator[Message]:
        said, self._said = self._said, []
        yield from said

    def answer(self, number: int, go_on: bool) -> None:
        given = self.answers.setdefault(number, [])
        given.append(go_on)
        curve = self._asking[number]
        if not go_on or len(given) == len(curve):
            self._said.append(Done(number, (tuple(curve[: len(given)]),), not go_on))
        else:
            self._said.append(Epoch(number, len(given) + 1, curve[len(given)]))

    def stop(self) -> None:
        self._said = [Interrupted(order.number) for order in self.orders[-1:]]

    def close(self) -> None:
        self._said = []


def run(folder: Path, curve: Curve, workers: int = 1) -> tuple[Story, Pretended, list[Event]]:
    """Goes on with the search in a folder until it ends."""
    path = folder.parent / "spec.yaml"
    compiled = compile_spec(path)
    assert compiled.clean, compiled.found
    events: list[Event] = []
    engine, story = Pretended(curve), read_story(folder)
    search = Search(
        folder,
        Space(open_spec(path)),
        compiled.tune or TuneSettings(),
        path.read_bytes(),
        workers,
        1,
    )
    Scheduler(search, story, engine, events.append).run()
    return story, engine, events


def failed(number: int) -> Failed:
    """What a trial says whose loss is no number."""
    return Failed(number, "diverged", "`loss` is NaN in epoch 1, step 3")
