"""Random whole specs: calls of the catalog as a graph, with blocks, repetition, sharing, conditions."""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from random import Random
from typing import Any, Final

from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.layers import Effect, Layer
from layerforge.records import replace
from layerforge.shapes import UNKNOWN
from tests.layers.case import Case, Sample, effect_of, read_case
from tests.property.variations import INTEGERS, variation

_TRIES: Final = 30


@dataclass(frozen=True, slots=True)
class Tensor:
    """A tensor of the graph: how `from` calls it, its shape without batch, whether it holds floats."""

    ref: str
    shape: Sample
    floats: bool


@dataclass(slots=True)
class Draft:
    """A spec as it grows."""

    inputs: dict[str, dict[str, Any]] = field(default_factory=dict)
    items: list[str] = field(default_factory=list)
    blocks: list[str] = field(default_factory=list)
    tensors: list[Tensor] = field(default_factory=list)
    used: set[str] = field(default_factory=set)
    results: list[str] = field(default_factory=list)  # a name for each item, its first tensor

    def text(self) -> str:
        leaves = [ref for ref in self.results if ref.split(".")[0] not in self.used]
        lines = ["layerforge: 1"]
        lines += ["blocks:", *self.blocks] if self.blocks else []
        inputs = [f"    {name}: {json.dumps(each)}" for name, each in self.inputs.items()]
        lines += ["model:", "  inputs:", *inputs, "  layers:", *self.items]
        return "\n".join([*lines, f"  outputs: [{', '.join(leaves)}]"]) + "\n"


def spec(dice: Random) -> str:
    """The text of a spec of one to six calls that the rules take one by one."""
    draft = Draft()
    for at in range(dice.randrange(1, 7)):
        _add(draft, f"it{at}", dice)
    return draft.text()


def _add(draft: Draft, name: str, dice: Random) -> None:
    for _ in range(_TRIES):
        case = variation(dice)
        # A batch of one call would be that of all; no spec can declare complex inputs.
        if case.batch is not None or "complex" in (case.dtype or ""):
            continue
        chained = _on_pool(case, draft, dice)
        layer, effect = _seen(chained[0])
        if layer is not None and effect is not None:
            _place(draft, name, chained, layer, effect, dice)
            return


def _seen(case: Case) -> tuple[Layer | None, Effect | None]:
    found: list[Diagnostic] = []
    layer = read_case(case, found)
    if layer is None or layer.type.holder:
        return None, None
    try:
        return layer, effect_of(layer, case)
    except SpecError:
        return layer, None


def _on_pool(case: Case, draft: Draft, dice: Random) -> tuple[Case, list[Tensor | None]]:
    """The case on tensors of the draft, where it takes floats and dice say so; None is a new input."""
    chosen: list[Tensor | None] = []
    shapes = []
    for shape in case.shapes:
        alike = [each for each in draft.tensors if each.floats and len(each.shape) == len(shape)]
        tensor = (
            dice.choice(alike) if alike and case.dtype is None and dice.random() < 0.7 else None
        )
        chosen.append(tensor)
        shapes.append(tensor.shape if tensor is not None else shape)
    return replace(case, shapes=tuple(shapes)), chosen


def _place(
    draft: Draft,
    name: str,
    chained: tuple[Case, list[Tensor | None]],
    layer: Layer,
    effect: Effect,
    dice: Random,
) -> None:
    case, chosen = chained
    types = iter((case.dtype or "").split() * 9 if " " in (case.dtype or "") else [case.dtype] * 9)

    def given(shape: Sample, tensor: Tensor | None, of: str = "") -> str:
        if tensor is not None:
            draft.used.add(tensor.ref.split(".")[0])
            return tensor.ref
        dtype = "bool" if "mask" in of else next(types, None)
        ref = f"in{len(draft.inputs)}"
        draft.inputs[ref] = {"shape": list(shape), **({"dtype": dtype} if dtype else {})}
        return ref

    refs = [given(shape, tensor) for shape, tensor in zip(case.shapes, chosen, strict=True)]
    named: dict[str, Any] = {}
    for key, value in case.named.items():
        several = isinstance(value, list)
        named[key] = [given(v, None, key) for v in value] if several else given(value, None, key)
    outputs = [tuple(None if d is UNKNOWN else d for d in shape[1:]) for shape in effect.outputs]
    item = _item(draft, name, case, layer, refs, named, dice)
    several = len(outputs) > 1
    # Of one input that comes out as it went in, its batch too, a layer can stand there twice.
    as_given = outputs == list(case.shapes) and effect.outputs[0][:1] == (UNKNOWN,)
    if as_given and not named and not several and dice.random() < 0.3:
        item += "\n      repeat: 2"
    if dice.random() < 0.3 and not several:
        item += f"\n      expect: {json.dumps(list(outputs[0]))}"
    draft.items.append(item)
    floats = case.dtype is None and not layer.type.is_operation and "dtype" not in layer.values
    floats = floats and not any(word in layer.type.name for word in INTEGERS)
    tensors = [
        Tensor(f"{name}.{at}" if several else name, shape, floats)
        for at, shape in enumerate(outputs)
    ]
    draft.tensors += tensors
    draft.results.append(tensors[0].ref)
    if dice.random() < 0.15 and not layer.type.is_operation and not named and not several:
        _share(draft, name, refs, tensors[0])


def _share(draft: Draft, name: str, refs: list[str], result: Tensor) -> None:
    """The same layer once more, on the same tensors."""
    again = f"{name}b"
    lines = [f"    - use: {name}", f"      name: {again}", f"      from: {_flow(refs)}"]
    draft.items.append("\n".join(lines))
    draft.results.append(again)
    draft.tensors.append(Tensor(again, result.shape, result.floats))


def _item(
    draft: Draft,
    name: str,
    case: Case,
    layer: Layer,
    refs: list[str],
    named: dict[str, Any],
    dice: Random,
) -> str:
    """The item, now and then as the only one of a block that is called in its place."""
    head = case.layer if ": " in case.layer else f"{case.layer}:"
    source = _source(layer, refs, named)
    call = [f"      call: {json.dumps(case.options)}"] if case.options else []
    when = ["      when: $(2 > 1)"] if dice.random() < 0.1 else []
    block = len(refs) == 1 and not named and dice.random() < 0.2
    if block:
        inside = [f"  b{name}:", "    layers:", f"    - {head}", *call]
        draft.blocks.append("\n".join(inside))
        return "\n".join([f"    - b{name}:", f"      name: {name}", f"      from: {refs[0]}"])
    return "\n".join(
        [f"    - {head}", f"      name: {name}", f"      from: {source}", *call, *when]
    )


def _source(layer: Layer, refs: list[str], named: dict[str, Any]) -> str:
    if not named:
        return _flow(refs)
    free = [slot for slot in layer.type.tensors if slot not in named]
    by_name = {**dict(zip(free, refs, strict=False)), **named}
    return f"{{{', '.join(f'{key}: {_flow(value)}' for key, value in by_name.items())}}}"


def _flow(refs: Any) -> str:
    if isinstance(refs, str):
        return refs
    return refs[0] if len(refs) == 1 else f"[{', '.join(refs)}]"
