"""The way through the house in one call: a spec file to its Spec, settings, Graph and Plan."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from pathlib import Path

from layerforge.cautions import cautions
from layerforge.diagnostics import Diagnostic, Faults, SpecError, errors, ordered
from layerforge.expand import DataShape, expand
from layerforge.expressions import Value
from layerforge.graph import Graph
from layerforge.heads import head_faults, quantiles_of
from layerforge.infer import Plan, infer
from layerforge.records import field, record, replace
from layerforge.source import Mapping as MappingNode
from layerforge.source import Node, Scalar, Sequence, lines_of, load, read
from layerforge.spec import (
    DataSettings,
    Hyperparameter,
    Scope,
    Spec,
    TrainSettings,
    TuneSettings,
    Variables,
    parse,
    read_data,
    read_train,
    read_tune,
    resolve,
)
from layerforge.spec.devices import device_faults
from layerforge.spec.overrides import override
from layerforge.spec.train import class_weight_faults


@record
class Opened:
    """A spec's files as they were read, with what was wrong; `root` is None where nothing is left."""

    path: Path
    root: Node | None
    included: tuple[Node, ...]
    lines: Mapping[str, list[str]]
    found: tuple[Diagnostic, ...]
    overrides: tuple[str, ...] = ()


@record
class Compiled:
    """All that a spec file says. `plan` and the settings are None where faults left none.

    `lines` are the lines of every text that diagnostics may point into, by the name of the file.
    `hyperparameters` are those that it reads with these choices, in the order in which it reads them.
    `opened`, `overrides`, `choices` and `sample` are what it was compiled from and with.
    """

    path: Path
    found: tuple[Diagnostic, ...]
    lines: Mapping[str, list[str]]
    root: Node | None = None
    spec: Spec | None = None
    graph: Graph | None = None
    plan: Plan | None = None
    data: DataSettings | None = None
    train: TrainSettings | None = None
    tune: TuneSettings | None = None
    hyperparameters: Mapping[str, Hyperparameter] = field(default_factory=dict)
    overrides: tuple[str, ...] = ()
    choices: Mapping[str, Value] = field(default_factory=dict)
    sample: tuple[int, ...] | None = None
    opened: Opened | None = None

    @property
    def clean(self) -> bool:
        return all(fault.severity != "error" for fault in self.found)


def open_spec(path: Path, overrides: tuple[str, ...] = ()) -> Opened:
    """Reads a spec and what it includes. `overrides` are `path=value` texts."""
    found: list[Diagnostic] = []
    lines: dict[str, list[str]] = {}
    root = _root(path, overrides, lines, found)
    included = _included(root, path, lines, found) if root is not None else ()
    return Opened(path, root, included, lines, tuple(found), overrides)


def compile_spec(
    path: Path,
    overrides: tuple[str, ...] = (),
    choices: Mapping[str, Value] | None = None,
    sample: tuple[int, ...] | None = None,
) -> Compiled:
    """Reads, checks and plans a spec file. Every fault is in the result; nothing is raised for one.

    `overrides` are `path=value` texts; `choices` are values of hyperparameters by name, each of the
    others taking its default. `sample` is the shape of a sample, batch left out, where somebody has
    read the data and knows what the spec does not say.
    """
    return compile_opened(open_spec(path, overrides), choices, sample)


def compile_opened(
    opened: Opened,
    choices: Mapping[str, Value] | None = None,
    sample: tuple[int, ...] | None = None,
) -> Compiled:
    """Checks and plans a spec that has been read, as often as there are choices to try."""
    path, root, lines, found = opened.path, opened.root, opened.lines, list(opened.found)
    if root is None:
        return Compiled(path, tuple(ordered(found)), lines)
    spec = parse(root, name_from(path.stem), found, opened.included)
    variables = Variables(spec.vars, choices or {}, found)
    scope = Scope(variables)
    data = _section(spec.data, "data", scope, found)
    train = _section(spec.train, "train", scope, found)
    settings = read_data(data, found) if data is not None else None
    training = read_train(train, found) if train is not None else None
    shape = _data_shape(settings, sample)
    faulty = spec.data is not None and settings is None
    graph = expand(spec, scope, found, shape, faulty)
    plan = infer(graph, found)
    active = dict(variables.hyperparameters)
    tuning = _tuning(spec, scope, variables, training, found)
    variables.check()
    _check_whole(plan, settings, training, found)
    if _lacks_blocks(opened):
        found = [each for each in found if not _names_a_block(each)]
    done = ordered(found)
    clean = plan.complete and not errors(done)
    return Compiled(
        path,
        tuple(done),
        lines,
        root,
        spec,
        graph,
        plan if clean else None,
        settings,
        training,
        tuning,
        active,
        opened.overrides,
        choices or {},
        sample,
        opened,
    )


def _check_whole(
    plan: Plan,
    settings: DataSettings | None,
    training: TrainSettings | None,
    found: list[Diagnostic],
) -> None:
    """What only the whole spec can get wrong: its end beside the data, and what it does in silence."""
    if plan.complete and settings is not None:
        found.extend(head_faults(plan, settings, quantiles=quantiles_of(plan, training)))
    if settings is not None and training is not None:
        found.extend(class_weight_faults(training, settings))
    if training is not None:
        found.extend(device_faults(training))
    if plan.complete and not errors(found):
        shared = training is not None and training.devices not in (None, 1)
        found.extend(cautions(plan, shared))
    # A spec of which nothing comes must say why; silence would read as "clean".
    assert plan.complete or errors(found), "a plan without outputs, and no fault that says why"


def _lacks_blocks(opened: Opened) -> bool:
    """Whether an included file could not be read, so that nobody knows its blocks."""
    node = opened.root.get("include") if isinstance(opened.root, MappingNode) else None
    wanted = len(node.items) if isinstance(node, Sequence) else int(node is not None)
    return wanted > len(opened.included) and bool(errors(opened.found))


def _names_a_block(fault: Diagnostic) -> bool:
    """Whether a fault is of a layer that there is not, in small letters as blocks are."""
    word = fault.message.partition("`")[2]
    return fault.code == "unknown-layer" and word[:1].islower() and not word.startswith("ops.")


def overridden(opened: Opened, assignments: Iterable[str]) -> Opened:
    """The spec with more `path=value` texts applied, which must be sound."""
    found: list[Diagnostic] = []
    root, lines = opened.root, dict(opened.lines)
    given = tuple(assignments)
    for assignment in given:
        root = _override(root, assignment, lines, found)
    assert not found, found
    return replace(opened, root=root, lines=lines, overrides=(*opened.overrides, *given))


def _root(
    path: Path, overrides: tuple[str, ...], lines: dict[str, list[str]], found: list[Diagnostic]
) -> Node | None:
    try:
        text, name = load(path)
    except Faults as stop:
        found.extend(stop.diagnostics)
        return None
    lines[name] = lines_of(text)
    root = read(text, name, found)
    for assignment in overrides:
        root = _override(root, assignment, lines, found)
    return root


def _override(
    root: Node | None, assignment: str, lines: dict[str, list[str]], found: list[Diagnostic]
) -> Node | None:
    if root is None:
        return None
    where, _, value = assignment.partition("=")
    shown = f"--set {where.strip()}"
    while shown in lines:  # of one path twice, each has lines of its own
        shown += " again"
    lines[shown] = [value.strip()]
    return override(root, assignment, found, shown)


def _included(
    root: Node, path: Path, lines: dict[str, list[str]], found: list[Diagnostic]
) -> tuple[Node, ...]:
    """The trees of the files that `include` names, which lie in the spec's folder or below it."""
    node = root.get("include") if isinstance(root, MappingNode) else None
    items = node.items if isinstance(node, Sequence) else () if node is None else (node,)
    trees = []
    for item in items:
        if not isinstance(item, Scalar):
            message = "`include` is a list of file names"
            found.append(Diagnostic("wrong-type", message, item.span))
            continue
        if _leads_out(path.parent, item.text):
            message = f"`{item.text}` leads out of the spec's folder"
            found.append(Diagnostic("path-outside", message, item.span))
            continue
        try:
            text, shown = load(path.parent / item.text, regular=True)
        except Faults as stop:
            found.extend(
                Diagnostic(d.code, d.message, d.span or item.span) for d in stop.diagnostics
            )
            continue
        lines[shown] = lines_of(text)
        tree = read(text, shown, found)
        trees += [tree] if tree is not None else []
    return tuple(trees)


def _leads_out(folder: Path, name: str) -> bool:
    """Whether a name is of a file outside the folder, by its parts or by a link on the way."""
    path = Path(name)
    if path.is_absolute() or ".." in path.parts:
        return True
    try:
        return not (folder / path).resolve().is_relative_to(folder.resolve())
    except (OSError, RuntimeError, ValueError):
        return False  # no such path: why, reading it tells


def _section(node: Node | None, name: str, scope: Scope, found: list[Diagnostic]) -> Node | None:
    """A section with its expressions computed; None where one could not be, or it is not there."""
    if node is None:
        return None
    before = len(found)
    try:
        resolved = resolve(node, scope, found, name)
    except SpecError as error:
        found.append(error.at(node.span))
        return None
    return resolved if len(found) == before else None


def _tuning(
    spec: Spec,
    scope: Scope,
    variables: Variables,
    training: TrainSettings | None,
    found: list[Diagnostic],
) -> TuneSettings | None:
    """The section `tune`, which is no part of what it searches: it holds no hyperparameter."""
    before = set(variables.hyperparameters)
    node = _section(spec.tune, "tune", scope, found)
    inside = [hp for hp in variables.hyperparameters.values() if hp.name not in before]
    for hp in inside:
        message = "`tune` says how to search, so nothing in it can be searched"
        found.append(Diagnostic("wrong-type", message, hp.span, "write one value"))
    return None if node is None or inside else read_tune(node, found, training)


def _data_shape(settings: DataSettings | None, sample: tuple[int, ...] | None) -> DataShape | None:
    """What the section `data`, or whoever read the data, says of a sample's shape, and where."""
    shape = sample or settings.input_shape if settings is not None else None
    if settings is None or shape is None:
        return None
    key = "shape" if settings.shape is not None else "window" if settings.window else "source"
    place = settings.span(key)
    return None if place is None else (shape, place)


def name_from(stem: str) -> str:
    """A file's name as that of a spec: made of characters every file system bears."""
    kept = "".join(c if c.isascii() and (c.isalnum() or c in "_-") else "_" for c in stem)
    return kept.strip("-_") or "spec"
