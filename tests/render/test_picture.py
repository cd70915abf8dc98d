"""The picture of a model: every box and link of every zoo spec, none over another; escapes; golden charts."""

from __future__ import annotations

import re
import time
from html.parser import HTMLParser
from itertools import combinations, pairwise
from pathlib import Path
from xml.etree import ElementTree

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from layerforge.infer import Plan
from layerforge.pipeline import compile_spec
from layerforge.render.picture import folded, html_page, markdown, scene_of, svg_picture
from layerforge.render.picture.layout import Area, Layout, lay_out
from layerforge.render.picture.ranks import Edge, Thing, rank_level
from layerforge.render.picture.scene import Box, Group, Link, Scene, boxes, groups

ROOT = Path(__file__).parents[2]
ZOO = sorted((ROOT / "specs" / "zoo").glob("*.yaml"))
SVG = "{http://www.w3.org/2000/svg}"
NESTED = """
blocks:
  tower:
    as: model
    inputs: [left, right]
    layers:
      - Dense: 4
        from: left
        name: a
      - Dense: 4
        from: right
        name: b
    outputs: [a, b]
  outer:
    layers:
      - Dense: 8
      - inner:
        repeat: 2
      - Add:
        from: [previous, input]
  inner:
    layers:
      - Dense: 8
model:
  inputs: {x: [8], y: [8]}
  layers:
    - outer:
      from: x
    - tower:
      name: t
      from: [previous, y]
    - Concatenate:
      from: [t.0, t.1]
    - Dense: 8
      name: head
    - use: head
    - Dense: 2
      name: last
  outputs: [head, last]
"""


def plan_of(path: Path) -> Plan:
    plan = compile_spec(path).plan
    assert plan is not None
    return plan


@pytest.fixture
def nested(tmp_path: Path) -> Scene:
    (tmp_path / "nested.yaml").write_text(NESTED, encoding="utf-8")
    return scene_of(plan_of(tmp_path / "nested.yaml"))


def calls(plan: Plan) -> int:
    """How many layers are drawn: a nested model by what is in it."""
    return sum(calls(step.inner) if step.inner and not step.shared else 1 for step in plan.steps)


def apart(one: Area, other: Area) -> bool:
    return (
        one.x + one.width <= other.x
        or other.x + other.width <= one.x
        or one.y + one.height <= other.y
        or other.y + other.height <= one.y
    )


def inside(area: Area, x: float, y: float) -> bool:
    """Whether a point lies in an area, its border left out."""
    return area.x < x < area.x + area.width and area.y < y < area.y + area.height


def check_layout(layout: Layout) -> None:
    """No two boxes overlap, and no link passes through one."""
    areas = [area for area in layout.areas if isinstance(area.item, Box)]
    for one, other in combinations(sorted(areas, key=lambda area: area.y), 2):
        assert apart(one, other), (one, other)
    for line in layout.lines:
        points = [at for pair in pairwise(line.stops) for at in between(*pair)]
        low, high = min(y for _, y in points), max(y for _, y in points)
        for area in areas:
            if area.y < high and area.y + area.height > low:
                assert not any(inside(area, x, y) for x, y in points), (area, line)


def between(start: tuple[float, float], end: tuple[float, float]) -> list[tuple[float, float]]:
    """Points of the curve that is drawn from one stop to the next, which is straight where x stays."""
    (x0, y0), (x1, y1) = start, end
    half = (y0 + y1) / 2
    points = []
    for step in range(9):
        t = step / 8
        a, b, c, d = (1 - t) ** 3, 3 * (1 - t) ** 2 * t, 3 * (1 - t) * t**2, t**3
        points.append(((a + b) * x0 + (c + d) * x1, a * y0 + (b + c) * half + d * y1))
    return points


def frames_hold_their_boxes(layout: Layout) -> bool:
    found = {area.item.id: area for area in layout.areas}
    return all(
        found[frame.item.id].x < found[box.id].x
        and found[frame.item.id].y < found[box.id].y
        and found[box.id].x + found[box.id].width < frame.x + frame.width
        and found[box.id].y + found[box.id].height < frame.y + frame.height
        for frame in layout.areas
        if isinstance(frame.item, Group)
        for box in boxes(frame.item)
    )


@pytest.mark.parametrize("path", ZOO, ids=lambda path: path.stem)
def test_every_layer_is_a_box_and_nothing_lies_over_another(path: Path) -> None:
    plan = plan_of(path)
    scene = scene_of(plan)
    drawn = list(boxes(scene.root))
    ends = len(plan.graph.inputs) + len(plan.graph.outputs)
    assert len(drawn) == len({box.id for box in drawn}) == calls(plan) + ends
    assert sum(box.params for box in drawn) == plan.params
    layout = lay_out(scene)
    assert {area.item.id for area in layout.areas if isinstance(area.item, Box)} == {
        box.id for box in drawn
    }
    check_layout(layout)
    assert frames_hold_their_boxes(layout)


@pytest.mark.parametrize("path", ZOO, ids=lambda path: path.stem)
def test_a_picture_is_well_formed_in_every_form(path: Path) -> None:
    scene = scene_of(plan_of(path))
    for each in (scene, folded(scene)):
        tree = ElementTree.fromstring(svg_picture(each).encode())
        nodes = tree.findall(f".//{SVG}g[@class='node']")
        assert len(nodes) == len(list(boxes(each.root)))
        arrows = [p for p in tree.iter(f"{SVG}path") if "marker-end" in p.attrib]
        assert bool(arrows) == bool(each.links)
        assert "http" not in svg_picture(each).replace("http://www.w3.org/2000/svg", "")
    page = html_page(scene)
    assert page.count("<details ") == len(list(groups(scene.root)))
    HTMLParser().feed(page)


def test_every_link_of_the_graph_is_drawn(nested: Scene) -> None:
    pairs = {(link.source, link.target) for link in nested.links}
    assert pairs == {
        ("x", "outer.dense"),
        ("outer.dense", "outer.inner.dense"),
        ("outer.inner.dense", "outer.inner_1.dense"),
        ("outer.inner_1.dense", "outer.add"),
        ("x", "outer.add"),
        ("outer.add", "t.a"),
        ("y", "t.b"),
        ("t.a", "concatenate"),
        ("t.b", "concatenate"),
        ("concatenate", "head"),
        ("head", "head.again"),
        ("head", "output 1"),
        ("head.again", "last"),
        ("last", "output 2"),
    }
    layout = lay_out(nested)
    places = {area.item.id: area for area in layout.areas}
    for link in nested.links:
        target = places[link.target]
        ends = [line.stops[-1] for line in layout.lines if line.source == link.source and line.ends]
        assert (target.x + target.width / 2, target.y) in [pytest.approx(end) for end in ends]


def test_blocks_and_nested_models_are_groups_and_a_second_call_is_none(nested: Scene) -> None:
    assert [group.id for group in groups(nested.root)] == [
        "outer",
        "outer.inner",
        "outer.inner_1",
        "t",
    ]
    again = next(box for box in boxes(nested.root) if box.shared)
    assert (again.id, again.name) == ("head.again", "head again")


def test_a_folded_block_is_one_box_with_its_parameters(nested: Scene) -> None:
    flat = folded(nested)
    outer = next(box for box in boxes(flat.root) if box.id == "outer")
    assert (outer.kind, outer.name, outer.params) == ("folded", "4 layers", 3 * 72)
    assert list(groups(flat.root)) == []
    half = folded(nested, 1)
    assert [group.id for group in groups(half.root)] == ["outer", "t"]
    assert sum(box.params for box in boxes(half.root)) == nested.params


def test_a_name_is_text_in_every_form() -> None:
    evil = '<b a="1">&\'"]|`--> end\x01'
    box = Box("a", "layer", evil, evil, "(None,)", 1)
    group = Group("g", evil, (Box("b", "layer", "Dense", "b", "(None,)"),))
    scene = Scene(Group("", evil, (box, group)), (Link("a", "b", evil),), 1)
    tree = ElementTree.fromstring(svg_picture(scene).encode())
    assert tree.find(f"{SVG}title").text == evil.replace("\x01", "\ufffd")  # type: ignore[union-attr]
    assert "<b a" not in html_page(scene)
    chart = markdown(scene).split("```mermaid\n")[1]
    texts = [part for line in chart.splitlines() for part in line.split('"')[1::2]]
    assert len(texts) == 4  # two boxes, a group, a link, and nothing that a name opened
    assert all(re.fullmatch(r"(?:[\w .,:()·-]|#\d+;|<br/>)*", words) for words in texts)
    assert chart.count("```") == 1


@given(st.data())
@settings(max_examples=60, deadline=None)
def test_any_acyclic_graph_is_drawn_without_overlap(data: st.DataObject) -> None:
    count = data.draw(st.integers(1, 14))
    names = [f"n{at}" for at in range(count)]
    pairs = [(one, other) for one, other in combinations(names, 2)]
    chosen = data.draw(st.lists(st.sampled_from(pairs), unique=True)) if pairs else []
    cuts = sorted(data.draw(st.sets(st.integers(0, count), max_size=3)))
    items: list[Box | Group] = [Box(name, "layer", "Dense", name, "(None, 8)") for name in names]
    for start, end in reversed([pair for pair in pairwise(cuts) if pair[0] < pair[1]][:2]):
        items[start:end] = [Group(f"g{start}", f"g{start}", tuple(items[start:end]))]
    scene = Scene(Group("", "random", tuple(items)), tuple(Link(*pair) for pair in chosen), 0)
    layout = lay_out(scene)
    check_layout(layout)
    assert frames_hold_their_boxes(layout)


def test_links_in_a_circle_are_told_to_the_caller() -> None:
    things = [Thing(10, 10), Thing(10, 10)]
    assert rank_level(things, [Edge(0, 1), Edge(1, 0)]) is None


def test_groups_that_lead_into_each_other_stand_open() -> None:
    one, two, three = (Box(name, "layer", "Dense", name, "(None,)") for name in "abc")
    root = Group("", "m", (Group("g", "g", (one, three)), two))
    scene = Scene(root, (Link("a", "b"), Link("b", "c")), 0)
    layout = lay_out(scene)
    assert {area.item.id for area in layout.areas} == {"a", "b", "c"}
    check_layout(layout)


def test_two_thousand_layers_are_drawn_in_seconds() -> None:
    items = tuple(Box(f"n{at}", "layer", "Dense", f"n{at}", "(None, 8)") for at in range(2000))
    chain = [Link(f"n{at}", f"n{at + 1}") for at in range(1999)]
    skips = [Link(f"n{at}", f"n{at + 25}") for at in range(0, 1975, 5)]
    far = [Link(f"n{at}", "n1999") for at in range(0, 1900, 100)]
    scene = Scene(Group("", "long", items), (*chain, *skips, *far), 0)
    start = time.process_time()
    layout = lay_out(scene)
    assert time.process_time() - start < 10
    assert len(layout.lines) == len(chain) + len(skips) + len(far)
