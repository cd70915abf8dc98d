"""What keeps a model from becoming a spec, told once for all layers it happens to."""

from __future__ import annotations

from typing import Final

from layerforge.components.left_out import LeftOut
from layerforge.diagnostics import Diagnostic, SpecError
from layerforge.importing.configuration import Config, is_foreign
from layerforge.importing.nodes import is_model
from layerforge.layers import find

_PLUGIN: Final = "give it to layerforge as a plugin, or build it of stock layers or `keras.ops`"
_OPERATIONS: Final = "build it of `keras.ops` instead, which a spec can hold"
_LEFT_OUT: Final = {
    "Lambda": LeftOut("is a Lambda, which runs code, and a spec holds none", _OPERATIONS),
    "TFSMLayer": LeftOut("is a TFSMLayer, which holds a program and no layers"),
    "TorchModuleWrapper": LeftOut("is a TorchModuleWrapper, which holds PyTorch code"),
    "JaxLayer": LeftOut("is a JaxLayer, which holds JAX code", _OPERATIONS),
    "FlaxLayer": LeftOut("is a FlaxLayer, which holds Flax code", _OPERATIONS),
}
_SHOWN: Final = 3


def refuse_class(entry: Config) -> None:
    """Raises SpecError unless the entry is a layer of the catalog or a model of such layers."""
    name = str(entry.get("class_name"))
    if isinstance(entry.get("inbound_nodes"), list) and _is_legacy(entry):
        raise SpecError(
            "not-importable", "was saved by Keras 2", help="load and save it with Keras 3"
        )
    if name in _LEFT_OUT:
        raise SpecError("not-importable", _LEFT_OUT[name].reason, help=_LEFT_OUT[name].help)
    if is_model(entry):
        if name not in ("Functional", "Sequential", "Model") or is_foreign(entry):
            message = f"is a `{name}`, a subclassed model, whose code a configuration does not hold"
            help = "build it with the functional API: keras.Model(inputs, outputs)"
            raise SpecError("not-importable", message, help=help)
        return
    if is_foreign(entry) or find(name) is None:
        module = str(entry.get("module") or "")
        where = f" of {module}" if module and not module.startswith("keras.layers") else ""
        raise SpecError("not-importable", f"is a `{name}`{where}, which no spec has", help=_PLUGIN)


def _is_legacy(entry: Config) -> bool:
    nodes = entry["inbound_nodes"]
    return bool(nodes) and isinstance(nodes[0], list)


class Faulty:
    """The faults so far, by what is wrong, with the layers it is wrong with."""

    def __init__(self) -> None:
        self._layers: dict[tuple[str, str, str | None], list[str]] = {}
        self.translated: set[str] = set()

    def __bool__(self) -> bool:
        return bool(self._layers)

    def add(self, layer: str, error: SpecError) -> None:
        names = self._layers.setdefault((error.code, error.message, error.help), [])
        if layer not in names:
            names.append(layer)

    def diagnostics(self) -> list[Diagnostic]:
        """One for each fault, in the order in which they were met."""
        return [
            Diagnostic(code, f"{_named(layers)} {message}", None, help)
            for (code, message, help), layers in self._layers.items()
        ]


def _named(layers: list[str]) -> str:
    shown = ", ".join(f"`{name}`" for name in layers[:_SHOWN])
    more = len(layers) - _SHOWN
    return shown if more <= 0 else f"{shown} and {more} more each"
