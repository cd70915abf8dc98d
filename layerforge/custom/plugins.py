"""Layers of installed packages: entry points of the group `layerforge.layers`, loaded when one is named."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.metadata import EntryPoint, entry_points
from typing import Final

from layerforge.custom.faults import said, where
from layerforge.diagnostics import SpecError

GROUP: Final = "layerforge.layers"


def offer(name: str) -> SpecError | None:
    """Has the package that offers a layer of this name register it; what is wrong with it, or None.

    The entry point's value is the layer class, or a rule of that name made with `@layer(home=...)`, whose
    module need not import Keras.
    """
    point = _points().get(name)
    return None if point is None else _loaded(point)


def offer_all() -> Mapping[str, SpecError]:
    """Has every package register its layers; what is wrong with those that cannot, by name."""
    return {name: fault for name, point in _points().items() if (fault := _loaded(point))}


def package_of(name: str) -> str:
    """The package, with its version, that offers a layer; `unknown` where none says so."""
    point = _points().get(name)
    if point is None or point.dist is None:
        return "unknown"
    return f"{point.dist.name} {point.dist.version}"


@cache
def _points() -> Mapping[str, EntryPoint]:
    return {point.name: point for point in entry_points(group=GROUP)}


@cache
def _loaded(point: EntryPoint) -> SpecError | None:
    """Loads an entry point, once."""
    from layerforge.aside import standard_error_aside
    from layerforge.layers import CATALOG

    whose = f"the plugin `{point.value}`"
    known = CATALOG.get(point.name)
    if known is not None and known.home != point.module:
        return SpecError("name-taken", f"{whose} offers `{point.name}`, a name that is taken")
    try:
        with standard_error_aside():  # where TensorFlow talks while the plugin imports Keras
            found = point.load()
    except (Exception, SystemExit) as error:
        place = where(error)
        message = f"{whose} cannot be loaded: {said(error)}{f' ({place})' if place else ''}"
        return SpecError("broken-code", message)
    if point.name in CATALOG:  # it came with a rule
        return None
    return _registered(point, found, whose)


def _registered(point: EntryPoint, found: object, whose: str) -> SpecError | None:
    from layerforge.custom.measuring import register

    name = getattr(found, "__name__", type(found).__name__)
    if name != point.name:
        return SpecError("not-a-layer", f"{whose} offers `{point.name}`, but holds `{name}`")
    try:
        register(found)  # type: ignore[arg-type]
    except SpecError as error:
        return SpecError(error.code, f"{whose}: {error.message}", help=error.help)
    return None
