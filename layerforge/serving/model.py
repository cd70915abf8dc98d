"""A run's model as the server asks it: many requests at once, each with its own answer or refusal.

Rows are read and prepared by what `predict` reads and prepares a file with, so that both say the same.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from functools import cached_property
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import TYPE_CHECKING, Any, Final, TypeAlias

from layerforge.data import NewRows, forecast_window
from layerforge.data.calendar import names_of
from layerforge.diagnostics import Faults
from layerforge.records import record, replace
from layerforge.run import directory
from layerforge.run.code import check_code
from layerforge.run.inputs import model_feeds, taken_by
from layerforge.run.prediction import Predictions, answered, quantiles_of
from layerforge.run.scoring import load_model, probabilities
from layerforge.serving.bodies import Body, joined
from layerforge.serving.limits import Refusal

if TYPE_CHECKING:
    from numpy.typing import NDArray

_HORIZONS: Final = 100  # how often a forecast may go on from its own end
_AT_ONCE: Final = 1_024  # samples in one call of the model
_ROWS_TOGETHER: Final = 4_096  # rows of several requests that are read as one table
_CURED_BY_CLIENTS: Final = ("unknown-column", "ragged-row")  # others' help is about the spec
_SHOWN: Final = "request"  # what messages call the rows
_PLAIN: Final = {"separator": ",", "decimal": ".", "thousands": None, "header": True}


@record
class Answer:
    """The predictions, and what the reader should know of the rows."""

    predictions: Predictions
    warnings: tuple[str, ...] = ()


Reply: TypeAlias = Answer | Refusal


class Model:
    """The best model of a run with its preprocessing; it is asked by one thread at a time."""

    def __init__(self, run: Path) -> None:
        """Raises Faults for a run that cannot be read."""
        self.run = run
        self.record: Mapping[str, Any] = directory.read_record(run)
        check_code(run, self.record)
        self.saved: dict[str, Any] = directory.read_json(run / directory.PREPROCESSING)
        self.quantiles = quantiles_of(self.record)
        self._keras = load_model(run)
        self._taken = taken_by(self._keras)
        self._call = self._traced()
        self._of_json = self._by_json()

    def _by_json(self) -> dict[str, Any]:
        """JSON says of itself what the file of the run has to be told."""
        return {
            **self.saved,
            "settings": {**self.saved["settings"], **_PLAIN, "columns": None},
        }

    def _traced(self) -> Any:
        import tensorflow as tf

        keras = self._keras
        return tf.function(lambda given: keras(given, training=False), reduce_retracing=True)

    @property
    def horizon(self) -> int | None:
        """The last step of a forecast as the model gives it; None where nothing is forecast."""
        steps: Any = self.saved["settings"]["horizon"]
        last: int | None = max(steps) if isinstance(steps, list) else steps
        return last

    @property
    def farthest(self) -> int | None:
        """How many steps can be asked of a forecast; None where nothing is forecast."""
        return None if self.horizon is None else self.horizon * _HORIZONS

    @property
    def fewest(self) -> int:
        """How many rows a request has at least: those that a window reaches over."""
        settings = self.saved["settings"]
        return (
            1 if settings["window"] is None else (settings["window"] - 1) * settings["sampling"] + 1
        )

    @cached_property
    def taken(self) -> dict[str, bool]:
        """The columns that are looked at, and whether they hold numbers: asked for by every request."""
        settings = self.saved["settings"]
        names = (*(settings["time"] or ()), *(settings["group"] or ()))
        order = {} if settings["order"] is None else {settings["order"]: True}
        computed = names_of(settings["calendar"] or ())
        columns = {each["name"]: each["kind"] != "category" for each in self.saved["features"]}
        found = {**dict.fromkeys(names, False), **order, **columns}
        return {name: number for name, number in found.items() if name not in computed}

    @property
    def is_table(self) -> bool:
        """Whether each row is a sample of its own, so that rows of several requests can be read as one."""
        settings = self.saved["settings"]
        return settings["window"] is None and settings["group"] is None

    def answer_all(self, bodies: Sequence[Body]) -> list[Reply]:
        """A reply for each body, in order."""
        replies: dict[int, Reply] = {}
        waiting = self._groups(bodies)
        while waiting:
            group = waiting.pop()
            if len(group) == 1:
                replies[group[0]] = self._answer(bodies[group[0]])
            elif (found := self._answer_together([bodies[at] for at in group])) is not None:
                replies.update(zip(group, found, strict=True))
            else:  # one of them asks for a reply of its own: it is found by halving
                half = len(group) // 2
                waiting += [group[:half], group[half:]]
        return [replies[at] for at in range(len(bodies))]

    def _groups(self, bodies: Sequence[Body]) -> list[list[int]]:
        """The places of bodies that can be read as one table, not too long a one."""
        groups: list[list[int]] = []
        last: dict[tuple[str, ...], tuple[list[int], int]] = {}
        for at, body in enumerate(bodies):
            columns = body.columns if self.is_table and body.steps is None else None
            group, rows = last.get(columns, ([], 0)) if columns else ([], 0)
            if not group or rows + body.rows > _ROWS_TOGETHER:
                group, rows = [], 0
                groups.append(group)
            group.append(at)
            if columns:
                last[columns] = group, rows + body.rows
        return groups

    def _answer_together(self, bodies: Sequence[Body]) -> list[Reply] | None:
        """The replies of bodies read as one table; None where not all have a plain answer."""
        try:
            rows = self._prepared(joined(bodies), self._of_json, None)
        except Faults:
            return None
        if len(rows.positions) != sum(body.rows for body in bodies) or rows.warnings:
            return None
        found, replies, start = self._ask(rows), [], 0
        for body in bodies:
            own = replace(rows, index=rows.index[: body.rows])
            part = found[start : start + body.rows]
            replies.append(Answer(Predictions(own.answers(part))))
            start += body.rows
        return [*replies]

    def _answer(self, body: Body) -> Reply:
        saved = self._of_json if body.is_json else self.saved
        try:
            rows = self._prepared(body.text, saved, body.steps)
            return Answer(answered(rows, self._ask), rows.warnings)
        except Faults as stop:
            fault = stop.diagnostics[0]
            help = fault.help if fault.code in _CURED_BY_CLIENTS else None
            return Refusal(422, fault.code, fault.message, help)

    def _prepared(self, text: str, saved: Mapping[str, Any], steps: int | None) -> NewRows:
        """The rows of a text, as the model takes them. Raises Faults."""
        rows = self._rows(text, saved, steps)
        feeds = model_feeds(rows.feeds, self._taken)
        return replace(rows, quantiles=self.quantiles, feeds=feeds)

    def _rows(self, text: str, saved: Mapping[str, Any], steps: int | None) -> NewRows:
        """The rows of a text, as `predict` prepares those of a file. Raises Faults."""
        with TemporaryDirectory(prefix="layerforge-") as name:
            folder, source = Path(name), Path(_SHOWN)
            (folder / source).write_text(text, encoding="utf-8", newline="")
            numbered = saved is self._of_json
            return forecast_window(saved, source, _SHOWN, steps, folder, numbered)

    def _ask(self, rows: NewRows) -> NDArray[Any]:
        """What the model says of these samples; probabilities for logits."""
        import numpy as np

        found = []
        for start in range(0, len(rows.positions), _AT_ONCE):
            inputs = rows.inputs(rows.positions[start : start + _AT_ONCE])
            found.append(np.asarray(self._call(inputs)).astype(np.float32, copy=False))
        answers = np.concatenate(found)
        return probabilities(answers) if self.record["logits"] else answers
