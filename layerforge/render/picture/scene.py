"""Plan -> Scene: a box for each input, layer call and output, groups for blocks, links between boxes."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Literal, TypeAlias

from layerforge.graph import Call, Ref
from layerforge.infer import Plan, Step, input_shape
from layerforge.render.catalog import family
from layerforge.render.numbers import many
from layerforge.shapes import text

Kind: TypeAlias = Literal["input", "layer", "output", "folded"]


@dataclass(frozen=True, slots=True)
class Box:
    """One thing in the picture. `title` is its type, `name` what the spec calls it."""

    id: str
    kind: Kind
    title: str
    name: str
    shape: str
    params: int = 0
    family: str = ""
    shared: bool = False


@dataclass(frozen=True, slots=True)
class Group:
    """A block or a nested model with what is in it, in the order of the calls."""

    id: str
    name: str
    items: tuple[Item, ...]


Item: TypeAlias = Box | Group


@dataclass(frozen=True, slots=True)
class Link:
    """A tensor on its way from one box to another; the label says which, or as what it is taken."""

    source: str
    target: str
    label: str = ""


@dataclass(frozen=True, slots=True)
class Scene:
    """A whole picture. `root` is the model itself."""

    root: Group
    links: tuple[Link, ...]
    params: int


def boxes(group: Group) -> Iterator[Box]:
    """Every box of a group and of the groups in it."""
    for item in group.items:
        if isinstance(item, Box):
            yield item
        else:
            yield from boxes(item)


def groups(group: Group) -> Iterator[Group]:
    """Every group inside this one, the outer ones first."""
    for item in group.items:
        if isinstance(item, Group):
            yield item
            yield from groups(item)


def scene_of(plan: Plan) -> Scene:
    """The picture of a plan with every block and nested model open."""
    work = _Walk()
    for each in plan.graph.inputs:
        work.add((), Box(each.name, "input", "Input", each.name, text(input_shape(each))))
    ends: _Ends = {each.name: (_End(each.name),) for each in plan.graph.inputs}
    work.plan(plan, ends, ())
    for at, (ref, shape) in enumerate(zip(plan.graph.outputs, plan.outputs, strict=True), 1):
        (end,) = _ends(ref, ends)[:1]
        box = Box(f"output {at}", "output", "Output", str(ref), text(shape))
        work.add((), box)
        work.links.append(Link(end.box, box.id, end.label))
    return Scene(_grouped("", plan.name, work.root), tuple(work.links), plan.params)


def folded(scene: Scene, deepest: int = 0) -> Scene:
    """The same with the groups below a depth drawn as one box each."""
    standing = {box.id: box.id for box in boxes(scene.root)}
    root = _folded(scene.root, deepest, standing)
    links = {
        Link(standing[each.source], standing[each.target], each.label): None
        for each in scene.links
        if standing[each.source] != standing[each.target]
    }
    return replace(scene, root=root, links=tuple(links))


def folded_box(group: Group) -> Box:
    """A group as one box: how many layers it holds, what its last one gives."""
    inside = list(boxes(group))
    title = many(len(inside), "layer")
    params = sum(box.params for box in inside)
    return Box(group.id, "folded", group.name, title, inside[-1].shape, params)


def scene_record(scene: Scene) -> dict[str, Any]:
    """Boxes with the groups they lie in, and links, for JSON."""
    return {
        "name": scene.root.name,
        "nodes": list(_node_records(scene.root, ())),
        "edges": [
            {"from": each.source, "to": each.target, "label": each.label or None}
            for each in scene.links
        ],
    }


def _node_records(group: Group, path: tuple[str, ...]) -> Iterator[dict[str, Any]]:
    for item in group.items:
        if isinstance(item, Group):
            yield from _node_records(item, (*path, item.id))
        else:
            yield {
                "id": item.id,
                "kind": item.kind,
                "type": item.title,
                "name": item.name,
                "output_shape": item.shape,
                "params": item.params,
                "shared": item.shared,
                "groups": list(path),
            }


def _folded(group: Group, deepest: int, standing: dict[str, str]) -> Group:
    items: list[Item] = []
    for item in group.items:
        if isinstance(item, Group) and deepest > 0:
            items.append(_folded(item, deepest - 1, standing))
        elif isinstance(item, Group):
            standing |= dict.fromkeys((box.id for box in boxes(item)), item.id)
            items.append(folded_box(item))
        else:
            items.append(item)
    return replace(group, items=tuple(items))


@dataclass(frozen=True, slots=True)
class _End:
    """Where a tensor comes from: a box, and which of its results."""

    box: str
    label: str = ""


_Ends: TypeAlias = dict[str, tuple[_End, ...]]


@dataclass(slots=True)
class _Walk:
    """Boxes put into their groups, and the links so far."""

    root: dict[str, Any] = field(default_factory=dict)
    links: list[Link] = field(default_factory=list)

    def add(self, path: tuple[str, ...], box: Box) -> None:
        inside = self.root
        for name in path:
            inside = inside.setdefault(f"group {name}", {})
        inside[box.id] = box

    def plan(self, plan: Plan, ends: _Ends, within: tuple[str, ...]) -> None:
        """The steps of a plan; `ends` gains what each of them gives."""
        called = {step.call.name for step in plan.steps}
        for step in plan.steps:
            path = (*within, *_blocks_of(step.call.name, called, within))
            if step.inner is not None and not step.shared:
                self._nested(step, step.inner, ends, path)
                continue
            self.add(path, _box(step))
            several = len(step.outputs) > 1
            labels = [str(at) if several else "" for at in range(len(step.outputs))]
            ends[step.call.name] = tuple(_End(step.call.name, label) for label in labels)
            self._link(step.call, ends)

    def _nested(self, step: Step, inner: Plan, ends: _Ends, path: tuple[str, ...]) -> None:
        """A nested model: what goes in goes to the layers that take it, what comes out comes from them."""
        given = [_ends(ref, ends) for ref in step.call.inputs]
        own = {each.name: tuple(it) for each, it in zip(inner.graph.inputs, given, strict=True)}
        self.plan(inner, own, (*path, step.call.name))
        ends[step.call.name] = tuple(_ends(ref, own)[0] for ref in inner.graph.outputs)

    def _link(self, call: Call, ends: _Ends) -> None:
        for name, ref in _taken(call):
            for end in _ends(ref, ends):
                label = ", ".join(word for word in (end.label, name) if word)
                self.links.append(Link(end.box, call.name, label))


def _ends(ref: Ref, ends: Mapping[str, tuple[_End, ...]]) -> list[_End]:
    """The ends that a reference names; one to several results together takes them all from one box."""
    every = ends[ref.name]
    if ref.output is not None:
        return [every[ref.output]]
    return [_End(every[0].box)] if len({end.box for end in every}) == 1 else list(every)


def _taken(call: Call) -> Iterator[tuple[str, Ref]]:
    """The tensors of a call, those given by name with it."""
    for ref in call.inputs:
        yield "", ref
    for name, value in call.keywords.items():
        for ref in value if isinstance(value, tuple) else (value,):
            yield name, ref


def _blocks_of(name: str, called: set[str], within: tuple[str, ...]) -> Iterator[str]:
    """The blocks a call lies in: `a.b.dense` in `a` and in `a.b`, but `head.again` in none.

    What a call is called is no block: the second call of a layer bears its name and a point.
    """
    start = len(within[-1]) + 1 if within else 0
    at = name.find(".", start)
    while at != -1 and name[:at] not in called:
        yield name[:at]
        at = name.find(".", at + 1)


def _box(step: Step) -> Box:
    kind = step.call.layer.type
    shape = ", ".join(text(each) for each in step.outputs)
    name = step.call.name.rpartition(".")[2]
    name = f"{step.call.layer.name} again" if step.shared else name
    return Box(
        step.call.name, "layer", kind.name, name, shape, step.params, family(kind), step.shared
    )


def _grouped(id: str, name: str, tree: Mapping[str, Any]) -> Group:
    items: list[Item] = []
    for key, value in tree.items():
        group = key.removeprefix("group ")
        of = _grouped(group, group.rpartition(".")[2], value) if key != group else value
        items.append(of)
    return Group(id, name, tuple(items))
