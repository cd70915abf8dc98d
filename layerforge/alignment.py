"""Two plans side by side: which layer of one is which of the other, and what changed in it."""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping, Sequence, Set
from difflib import SequenceMatcher
from typing import Any, Final

from layerforge.graph import Ref
from layerforge.infer import Plan, Step, input_shape
from layerforge.layers import snake_case
from layerforge.records import field, record
from layerforge.shapes import Dim, Shape
from layerforge.writing.plain import plain_values
from layerforge.writing.values import text as value_text
from layerforge.writing.values import texts

# Operations that Keras has under two names.
_SYNONYMS: Final = {
    "ops.abs": "ops.absolute",
    "ops.conj": "ops.conjugate",
    "ops.swish": "ops.silu",
    "ops.hard_swish": "ops.hard_silu",
}


@record
class Part:
    """An input or a layer of a plan, as far as it is compared; `arguments` are those written, as text.

    `sources` are `keyword=name`, without a keyword `=name`; `above` is the item before it.
    """

    name: str
    type: str
    arguments: Mapping[str, str]
    sources: tuple[str, ...]
    outputs: tuple[Shape, ...]
    params: int = 0
    macs: Dim = 0
    above: str = ""

    @property
    def follows(self) -> bool:
        """Whether it takes the item before it, and nothing else."""
        return self.sources == (f"={self.above}",)


@record
class Change:
    """One thing that differs: `type`, `name`, `from`, `output`, `params`, `MACs`, or an argument.

    `old` and `new` are None for an argument that is not written.
    """

    what: str
    old: Any
    new: Any
    argument: bool = False


@record
class Row:
    """A layer in both plans, or in one alone: then the other is None. `changes` are of both."""

    old: Part | None
    new: Part | None
    changes: tuple[Change, ...] = field(default=())

    @property
    def same(self) -> bool:
        return self.old is not None and self.new is not None and not self.changes


def align(old: Plan, new: Plan) -> tuple[Row, ...]:
    """The layers of two plans side by side, in the order of the new one, removed ones where they stood.

    Layers of the same name belong together, where it is a name that someone gave; then layers that are
    alike and take what belongs together, from the inputs on. The others are matched along the longest
    common runs of type and arguments, then by type and by name.
    """
    before, after = list(parts(old)), list(parts(new))
    pairs = _matched(before, after)
    names = {before[i].name: after[j].name for i, j in pairs.items()}
    kept = frozenset(names.values())
    rows = []
    for i, j in _in_order(len(before), len(after), pairs):
        one = None if i is None else before[i]
        other = None if j is None else after[j]
        changes = _changes(one, other, names, kept) if one and other else ()
        rows.append(Row(one, other, changes))
    return tuple(rows)


def parts(plan: Plan, inner: bool = False) -> Iterator[Part]:
    """The inputs and layers of a plan, those of a nested model behind it, and which tensors it gives."""
    for each in plan.graph.inputs:
        dtype = None if each.dtype == "float32" else each.dtype  # Keras's own, whatever the policy
        given = {"dtype": dtype, "sparse": each.sparse or None}
        arguments = {key: str(it) for key, it in given.items() if it is not None}
        yield Part(each.name, "Input", arguments, (), (input_shape(each),))
    above = plan.graph.inputs[-1].name if plan.graph.inputs else ""
    for step in plan.steps:
        yield _part(step, above)
        above = step.call.name
        if step.inner is not None and not step.shared:
            yield from parts(step.inner, True)
    sources = tuple(f"={ref}" for ref in plan.graph.outputs)
    yield Part(
        f"{plan.name}.outputs", "InnerOutputs" if inner else "Outputs", {}, sources, (), 0, 0, above
    )


def _part(step: Step, above: str) -> Part:
    layer, call = step.call.layer, step.call
    options = {f"call.{name}": value_text(each) for name, each in call.options.items()}
    shared = {"use": layer.name} if step.shared else {}
    arguments = {**({} if step.shared else _arguments(step)), **shared, **options}
    names = [f"{name}={source}" for name, source in _named(step)]
    return Part(
        call.name,
        _SYNONYMS.get(layer.type.name, layer.type.name),
        arguments,
        tuple(names),
        step.outputs,
        step.params,
        step.macs,
        above,
    )


def _arguments(step: Step) -> dict[str, str]:
    """The arguments that say something, as text; a type, which a policy of the run may not change, is one."""
    layer = step.call.layer
    values = plain_values(layer.type, layer.values, step.input_shapes)
    if "dtype" in layer.values and "dtype" not in values:
        values = {**values, "dtype": layer.values["dtype"]}
    return texts(layer.type.signature, values)


def _named(step: Step) -> Iterator[tuple[str, str]]:
    """The tensors of a call with the names they are given by, without one where its place says it."""
    entry = step.call.layer.type
    inputs, keywords = entry.placed(step.call.inputs, step.call.keywords)
    for name in entry.tensors[len(inputs) :]:
        if not isinstance(keywords.get(name), Ref):
            break
        inputs.append(keywords.pop(name))
    if entry.attends and not keywords and len(set(map(str, inputs))) == 1:
        inputs = inputs[:1]  # self-attention, however it is written
    for ref in inputs:
        yield "", str(ref)
    for name, value in keywords.items():
        for ref in value if isinstance(value, tuple) else (value,):
            yield name, str(ref)


def _matched(old: Sequence[Part], new: Sequence[Part]) -> dict[int, int]:
    """The places of layers that belong together."""
    given = {part.name: at for at, part in enumerate(new) if not _is_automatic(part)}
    pairs = {
        at: given[part.name]
        for at, part in enumerate(old)
        if part.name in given and not _is_automatic(part)
    }
    pairs |= _of_one_place(pairs, old, new)
    taken = set(pairs.values())
    left = [at for at in range(len(old)) if at not in pairs]
    right = [at for at in range(len(new)) if at not in taken]
    keys = [_key(old[at]) for at in left], [_key(new[at]) for at in right]
    for tag, i1, i2, j1, j2 in SequenceMatcher(None, *keys, autojunk=False).get_opcodes():
        if tag == "equal":
            pairs |= dict(zip(left[i1:i2], right[j1:j2], strict=True))
        elif tag == "replace":
            pairs |= _alike(left[i1:i2], right[j1:j2], old, new)
    return pairs | _of_one_name(pairs, old, new)


def _of_one_place(
    pairs: Mapping[int, int], old: Sequence[Part], new: Sequence[Part]
) -> dict[int, int]:
    """Layers that are alike and take tensors of layers that belong together, whatever they are called."""
    names = {old[i].name: new[j].name for i, j in pairs.items()}
    taken = set(pairs.values())
    places: dict[Any, list[int]] = {}
    for at, part in enumerate(new):
        if at not in taken:
            places.setdefault(_place(part, {}), []).append(at)
    found: dict[int, int] = {}
    for at, part in enumerate(old):
        free = places.get(_place(part, names), [])
        if free and at not in pairs and all(_giver(s, names) in names for s in part.sources):
            best = next((j for j in free if new[j].name == part.name), free[0])
            free.remove(best)
            found[at] = best
            names[part.name] = new[best].name
    return found


def _place(part: Part, names: Mapping[str, str]) -> Any:
    """What a layer is and takes, by the new names of the old plan's layers."""
    used = part.arguments.get("use")
    arguments = {**part.arguments, **({} if used is None else {"use": names.get(used, used)})}
    kind = part.type, tuple(sorted(arguments.items())), part.outputs
    return kind, tuple(_renamed(source, names) for source in part.sources)


def _alike(
    left: Sequence[int], right: Sequence[int], old: Sequence[Part], new: Sequence[Part]
) -> dict[int, int]:
    """Within one stretch that differs: layers of one type, in their order."""
    types = [old[at].type for at in left], [new[at].type for at in right]
    blocks = SequenceMatcher(None, *types, autojunk=False).get_matching_blocks()
    return {left[i + n]: right[j + n] for i, j, size in blocks for n in range(size)}


def _of_one_name(
    pairs: Mapping[int, int], old: Sequence[Part], new: Sequence[Part]
) -> dict[int, int]:
    """What is left on both sides and has the same name."""
    taken = set(pairs.values())
    free = {part.name: at for at, part in enumerate(new) if at not in taken}
    return {
        at: free[part.name] for at, part in enumerate(old) if at not in pairs and part.name in free
    }


def _key(part: Part) -> tuple[str, tuple[tuple[str, str], ...]]:
    return part.type, tuple(sorted(part.arguments.items()))


def _is_automatic(part: Part) -> bool:
    """Whether the language made up the name: `dense_1`, `residual_2.conv1d`."""
    if part.type.endswith("Outputs"):
        return True
    stem = re.sub(r"_\d+$", "", part.name.rpartition(".")[2])
    types = [part.type, *(name for name, other in _SYNONYMS.items() if other == part.type)]
    return stem in ("again", *map(snake_case, types))


def _in_order(
    old: int, new: int, pairs: Mapping[int, int]
) -> Iterator[tuple[int | None, int | None]]:
    """Every place of both sides once: in the new order, what is gone behind what stood before it."""
    back = {j: i for i, j in pairs.items()}
    gone = [i for i in range(old) if i not in pairs]
    at = 0
    for j in range(new):
        i = back.get(j)
        while i is not None and at < len(gone) and gone[at] < i:
            yield gone[at], None
            at += 1
        yield i, j
    for i in gone[at:]:
        yield i, None


def _changes(old: Part, new: Part, names: Mapping[str, str], kept: Set[str]) -> tuple[Change, ...]:
    """What differs between two layers; `names` are the new names of the old plan's layers, `kept` these."""
    found = [Change("type", old.type, new.type)]
    if not (_is_automatic(old) and _is_automatic(new)):
        found.append(Change("name", old.name, new.name))
    for name in dict.fromkeys([*old.arguments, *new.arguments]):
        argument = old.arguments.get(name), new.arguments.get(name)
        if name == "use" and argument[0] is not None:
            argument = names.get(argument[0], argument[0]), argument[1]
        found.append(Change(name, *argument, True))
    sources = tuple(_renamed(source, names) for source in old.sources)
    if not _is_passed_on(old, new, names, kept):
        found.append(Change("from", sources, new.sources))
    found += [
        Change("output", old.outputs, new.outputs),
        Change("params", old.params, new.params),
        Change("MACs", old.macs, new.macs),
    ]
    return tuple(change for change in found if change.old != change.new)


def _is_passed_on(old: Part, new: Part, names: Mapping[str, str], kept: Set[str]) -> bool:
    """Whether both follow the item above, and that was put in or taken out: told there already."""
    if not (old.follows and new.follows):
        return False
    return old.above not in names or new.above not in kept


def _renamed(source: str, names: Mapping[str, str]) -> str:
    """A source `keyword=name.output` by the name that its layer has in the new plan."""
    giver = _giver(source, names)
    keyword, _, ref = source.partition("=")
    return f"{keyword}={names.get(giver, giver)}{ref.removeprefix(giver)}"


def _giver(source: str, names: Mapping[str, str]) -> str:
    """The layer of a source: `names` tell whether a point is before an output or in the name."""
    ref = source.partition("=")[2]
    name, _, output = ref.rpartition(".")
    return name if ref not in names and output.isdecimal() else ref
