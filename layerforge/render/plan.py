"""A plan as text: the table of its layers, its totals, and what Keras said of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence

from layerforge.graph import Input
from layerforge.infer import Plan, Step, Weight, input_shape
from layerforge.records import record
from layerforge.render.ledger import ledger_lines
from layerforge.render.numbers import FLOAT32, count, duration, memory, share
from layerforge.render.screen import Screen
from layerforge.render.table import Column, fits, folds, table
from layerforge.shapes import Dim, text

_NUMBERS = (Column("params", True), Column("%", True), Column("MACs", True))


@record
class _Row:
    """One line of the table before it is laid out; `origins` are the names of inputs that need saying."""

    name: str
    kind: str
    origins: tuple[str, ...] = ()
    inputs: tuple[str, ...] = ()
    outputs: tuple[str, ...] = ()
    params: str = ""
    share: str = ""
    macs: str = ""


def plan_text(plan: Plan, screen: Screen, weights: bool = False) -> str:
    """The table of layers, the totals and the recurrent ledger; with `weights` a row for each weight."""
    rows = list(_rows(plan, weights))
    head, *lines = _layout(rows, screen.width)
    ledger = ledger_lines(plan, screen.width)
    if ledger:
        title = screen.paint("strong", "gate by gate")
        ledger = ["", f"{title}: units x (inputs + units) + biases", *ledger[:-1]]
    name = screen.paint("strong", plan.name)
    shown = [name, "", screen.paint("strong", head), *lines, "", *_totals(plan, screen.width)]
    return "\n".join([*shown, *ledger]) + "\n"


def layer_rows(plan: Plan) -> list[tuple[str, ...]]:
    """A row for each layer: name, type, what it is called on, output shape, parameters, share, MACs."""
    return [
        (*_with_origins(row), row.params, row.share, row.macs) for row in _rows(plan, weights=False)
    ]


def agreement(plan: Plan, seconds: float) -> str:
    """The line that says that Keras built the same model."""
    weights = sum(len(step.weights) for step in plan.steps)
    shapes = sum(len(step.outputs) for step in plan.steps)
    counted = f"{weights:,} weights, {shapes:,} shapes, {plan.params:,} parameters"
    return f"Keras agrees: {counted} ({duration(seconds)})"


def disagreement(differences: Sequence[str]) -> str:
    """The lines that say where Keras built another model than the plan."""
    lines = [f"  {difference}" for difference in differences]
    return "\n".join(["Keras disagrees; this is a fault of layerforge, please report it:", *lines])


def _rows(plan: Plan, weights: bool) -> Iterator[_Row]:
    for each in plan.graph.inputs:
        yield _input_row(each)
    above = plan.graph.inputs[-1].name if plan.graph.inputs else ""
    total = plan.params  # counted once: of ten thousand layers, counting for each row took minutes
    for step in plan.steps:
        yield _row(step, above, total)
        if weights:
            yield from (_weight_row(weight) for weight in step.weights)
        above = step.call.name


def _input_row(each: Input) -> _Row:
    return _Row(each.name, "InputLayer", (), (), (text(input_shape(each)),), "0", "", "0")


def _row(step: Step, above: str, total: int) -> _Row:
    """A layer's row. An input is named only where it is not the row above: what departs is written."""
    plain = step.sources == (above,)
    inputs = tuple(
        text(shape) if plain else f"{name} {text(shape)}"
        for name, shape in zip(step.sources, step.input_shapes, strict=False)
    )
    return _Row(
        step.call.name,
        _kind(step),
        () if plain else step.sources,
        inputs,
        tuple(text(shape) for shape in step.outputs),
        count(step.params),
        share(step.params, total),
        count(step.macs),
    )


def _kind(step: Step) -> str:
    layer = step.call.layer
    return f"{layer.type.name} (weights of {layer.name})" if step.shared else layer.type.name


def _weight_row(weight: Weight) -> _Row:
    name = weight.path.partition("/")[2]
    kind = "" if weight.trainable else "not trained"
    return _Row(f"  {name}", kind, (), (), (text(weight.shape),), count(weight.params))


def _layout(rows: list[_Row], width: int | None) -> list[str]:
    """The table in the widest form that fits; only the last ones, all words in one column, fold names."""
    named = any(row.origins for row in rows)
    forms: list[tuple[tuple[str, ...], Callable[[_Row], tuple[str, ...]]]] = [
        (("layer", "type", "input", "output"), _with_inputs),
        (("layer", "type", "from", "output"), _with_origins),
        (("layer", "output"), _with_output),
        (("layer",), _all),
    ]
    if not named:
        forms[1] = (("layer", "type", "output"), _in_a_row)
    for titles, words in forms:
        head = (*map(Column, titles), *_NUMBERS)
        cells = [(*words(row), row.params, row.share, row.macs) for row in rows]
        if fits(head, cells, width):
            return table(head, cells, width)
    if width is None or folds(head, cells, width):
        return table(head, cells, width)
    return table((Column("layer"),), [(_told(row),) for row in rows], width)


def _with_inputs(row: _Row) -> tuple[str, ...]:
    return (row.name, row.kind, "\n".join(row.inputs), "\n".join(row.outputs))


def _with_origins(row: _Row) -> tuple[str, ...]:
    return (row.name, row.kind, "\n".join(row.origins), "\n".join(row.outputs))


def _in_a_row(row: _Row) -> tuple[str, ...]:
    return (row.name, row.kind, "\n".join(row.outputs))


def _with_output(row: _Row) -> tuple[str, ...]:
    return (_below(row, ()), "\n".join(row.outputs))


def _all(row: _Row) -> tuple[str, ...]:
    return (_below(row, row.outputs),)


def _told(row: _Row) -> str:
    """A layer with its numbers in words, for a screen that has no room for columns of them."""
    numbers = [f"{row.params} params"]
    numbers += [f"{row.share} %"] if row.share else []
    numbers += [f"{row.macs} MACs"] if row.macs else []
    return _below(row, (*row.outputs, *numbers))


def _below(row: _Row, more: Sequence[str]) -> str:
    """The name and, indented below it, the type, the names of inputs and what else there is."""
    indent = "    " if row.name.startswith(" ") else "  "
    below = [row.kind, *(f"from {name}" for name in row.origins), *more]
    return "\n".join([row.name, *(f"{indent}{line}" for line in below if line)])


def _totals(plan: Plan, width: int | None) -> list[str]:
    total, trainable = plan.params, plan.trainable_params
    rows = [
        ("parameters", count(total), f"{memory(FLOAT32 * total)} as float32"),
        ("  trainable", count(trainable), ""),
        ("  not trained", count(total - trainable), ""),
        ("MACs", count(plan.macs), _about_macs(plan.macs)),
    ]
    return table((Column(""), Column("", True), Column("")), rows, width)[1:]


def _about_macs(macs: Dim) -> str:
    if isinstance(macs, int):
        return "multiply-adds for one sample"
    return "unknown: a free dimension, or a layer that says none"
