"""Writes `docs/catalog.md` and `docs/components.md` from the catalog: `python -m tests.docs.make_catalog`."""

from __future__ import annotations

import math
from collections.abc import Iterator, Sequence
from functools import cache
from itertools import groupby
from pathlib import Path

from layerforge.arguments import Parameter
from layerforge.components.left_out import LEFT_OUT as COMPONENTS_LEFT_OUT
from layerforge.components.own import OWN
from layerforge.components.table import CATEGORIES, Entry, classes, find, names
from layerforge.layers import LayerType
from layerforge.layers.left_out import LEFT_OUT
from layerforge.render.catalog import (
    default_text,
    details,
    entries,
    facts,
    family,
    family_says,
    own_and_common,
    summary,
)
from layerforge.render.components import home, written
from layerforge.render.explain import account, example_step
from layerforge.render.numbers import many
from layerforge.render.remarks import REMARKS
from layerforge.render.screen import Screen
from layerforge.shapes import Shape, text
from tests.layers.case import Case, batched, effect_of, the_layer
from tests.layers.families import CASES

FOLDER = Path(__file__).parents[2] / "docs"
LAYERS = """\
# The layers

Every layer that a spec can hold, by family: what it does, what its parameters and its output come to, what
it takes, and an example. `layerforge layers NAME` and `layerforge explain NAME` show the same in the
terminal, the second with the numbers of a spec of yours. Optimizers, losses, metrics, callbacks, initializers
and the like are on [a page of their own](components.md), and so is
[how the parameters of an LSTM are counted](lstm-parameters.md).

*required* stands where an argument has no default. A layer's first argument may be written alone: `Dense: 32`
is `Dense: {units: 32}`. In shapes, `None` stands first for the batch, and elsewhere for a free dimension.

This page is made from the layers themselves, by `python -m tests.docs.make_catalog`; its examples are cases
that the tests compare with Keras.
"""
COMMON = """\
## Arguments of every layer

What layers take beside their own, each where Keras's class does.
"""
OPERATIONS = """\
## Operations

The functions of `keras.ops`, for what no layer does: an item like a layer, `- ops.mean: {axis: 1}`.
`layerforge layers ops.NAME` says what one is called on.
"""
ABSENT = """\
## What a spec does not have

These stand in Keras beside the layers above.
"""
COMPONENTS = """\
# The components

What a spec names beside its layers: optimizers, losses, metrics, callbacks and the like, with what each
takes. `layerforge explain NAME` shows the same in the terminal; the layers are on
[a page of their own](catalog.md).

This page is made from Keras's own signatures, by `python -m tests.docs.make_catalog`.
"""


def layers_page() -> str:
    """`docs/catalog.md`."""
    shown = entries(operations=False)
    lines = [*LAYERS.split("\n"), *_contents(shown), "", *COMMON.split("\n")]
    lines += [*_arguments(own_and_common(shown[0])[1]), ""]
    for name, members in groupby(shown, family):
        group = list(members)
        lines += [f"## Family: {name}", "", f"{family_says(group[0])}.", ""]
        for entry in group:
            lines += _layer(entry)
    lines += [*OPERATIONS.split("\n"), *_operations(), "", *ABSENT.split("\n")]
    lines += [f"- `{name}`: {reason}" for name, reason in LEFT_OUT.items()]
    return "\n".join(lines) + "\n"


def components_page() -> str:
    """`docs/components.md`."""
    lines = COMPONENTS.split("\n")
    for category, noun in CATEGORIES.items():
        lines += [f"## {category.replace('_', ' ').capitalize()}", "", *_functions(category)]
        for name in [*classes(category), *OWN.get(category, {})]:
            entry = find(category, name)
            assert entry is not None
            lines += _component(entry, noun)
        if COMPONENTS_LEFT_OUT[category]:
            lines += ["In Keras, but not in a spec:", ""]
            for name, absent in COMPONENTS_LEFT_OUT[category].items():
                cure = f"; {absent.help}" if absent.help else ""
                lines.append(f"- `{name}` {absent.reason}{cure}")
            lines.append("")
    return "\n".join(lines)


def _contents(shown: Sequence[LayerType]) -> Iterator[str]:
    for name, members in groupby(shown, family):
        links = ", ".join(f"[{entry.name}](#{entry.name.lower()})" for entry in members)
        yield f"- [{name}](#family-{name.replace(' ', '-')}): {links}"
    yield "- [operations](#operations)"


def _layer(entry: LayerType) -> Iterator[str]:
    yield from (f"### {entry.name}", "", summary(entry), details(entry), "")
    remark = REMARKS.get(entry.name)
    if remark is not None:
        yield from (remark.text, "")
    yield from (f"- {word}: {_marked(said)}" for word, said in facts(entry))
    yield ""
    own = own_and_common(entry)[0]
    yield from (*_arguments(own), "") if own else ()
    if remark is not None:
        yield from (f"`{remark.item}` on {remark.shape}:", "", "```text")
        yield from (*account(example_step(remark), Screen()), "```", "")
    else:
        yield from (_example(_cases()[entry.name]), "")


@cache
def _cases() -> dict[str, Case]:
    """The first case of each layer."""
    return {the_layer(case).type.name: case for case in reversed(CASES)}


def _example(case: Case) -> str:
    """A case of the tests, on which Keras itself has been asked, in one sentence."""
    effect = effect_of(the_layer(case), case)
    shapes = [*_shapes(case, case.shapes)]
    for name, value in case.named.items():
        shapes += [f"`{name}` {_and(_shapes(case, value if isinstance(value, list) else [value]))}"]
    called = f" on {_and(shapes)}" if shapes else ""
    outputs = (effect.output, *effect.more)
    said = f"For example, `{case.layer}`{called} gives {_and([text(shape) for shape in outputs])}"
    return f"{said}; {_weights({**effect.weights, **effect.fixed})}."


def _shapes(case: Case, samples: Sequence[tuple[int | None, ...]]) -> list[str]:
    return [text(batched(case, sample)) for sample in samples]


def _weights(weights: dict[str, Shape]) -> str:
    """How many parameters these are, and of what."""
    if not weights:
        return "it has no parameters"
    total = sum(math.prod(shape) for shape in weights.values())
    parts = _and([f"`{path}` {text(shape)}" for path, shape in weights.items()])
    return f"{many(total, 'parameter')}: {parts}"


def _operations() -> Iterator[str]:
    yield from ("| operation | arguments | what it does |", "|---|---|---|")
    for entry in entries(operations=True):
        own = own_and_common(entry)[0]
        arguments = ", ".join(f"`{each.name}`" for each in own)
        yield f"| `{entry.name}` | {arguments} | {_cell(summary(entry))} |"


def _functions(category: str) -> Iterator[str]:
    """The names of a category that stand for no class: plain functions, which take no arguments."""
    found = [entry for name in names(category) if (entry := find(category, name)) is not None]
    plain = [entry.name for entry in found if not entry.keras_class]
    if plain:
        yield from (f"By name alone, without arguments: {', '.join(f'`{n}`' for n in plain)}.", "")


def _component(entry: Entry, noun: str) -> Iterator[str]:
    yield from (f"### {entry.name} ({noun})", "")
    others = [
        name
        for name in names(entry.category)
        if name != entry.name and _class(entry.category, name) == entry.name
    ]
    yield f"- {home(entry)}"
    if others:
        yield f"- also written {', '.join(f'`{name}`' for name in others)}"
    how = written(entry)
    yield from [f"- in a spec: `{how}`"] if how else []
    yield ""
    parameters = entry.signature.parameters
    yield from (*_arguments(parameters), "") if parameters else ()


def _class(category: str, name: str) -> str | None:
    entry = find(category, name)
    return entry.keras_class if entry else None


def _arguments(parameters: Sequence[Parameter]) -> Iterator[str]:
    yield from ("| argument | default | takes |", "|---|---|---|")
    for each in parameters:
        default = default_text(each)
        default = f"*{default}*" if default == "required" else f"`{default}`"
        yield f"| `{each.name}` | {_cell(default)} | {_cell(each.kind.noun)} |"


def _cell(said: str) -> str:
    return said.replace("|", "\\|")


def _marked(said: str) -> str:
    """Text in which brackets mean that something may be left out, not a link."""
    return said.replace("[", "\\[") if "`" not in said else said


def _and(words: Sequence[str]) -> str:
    *most, last = words
    return f"{', '.join(most)} and {last}" if most else last


def write() -> None:
    (FOLDER / "catalog.md").write_text(layers_page(), encoding="utf-8")
    (FOLDER / "components.md").write_text(components_page(), encoding="utf-8")


if __name__ == "__main__":
    write()
