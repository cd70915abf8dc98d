"""layerforge: a YAML spec of a layer stack, checked before TensorFlow loads, built and trained by Keras.

From Python: `load`, `check`, `build`, `train`, `evaluate`, `predict`, `tune` and `page`, each loaded when it
is first asked for. What is wrong is raised as `Faults`.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any

from layerforge.registration import register

if TYPE_CHECKING:
    from layerforge.diagnostics import Diagnostic, Faults
    from layerforge.library import (
        Page,
        build,
        check,
        evaluate,
        load,
        page,
        predict,
        train,
        tune,
    )

__all__ = [
    "Diagnostic",
    "Faults",
    "Page",
    "build",
    "check",
    "evaluate",
    "load",
    "page",
    "predict",
    "train",
    "tune",
]

__version__ = "0.1.0"

register()


def __getattr__(name: str) -> Any:
    if name not in __all__:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    room = "diagnostics" if name in ("Diagnostic", "Faults") else "library"
    return getattr(import_module(f"{__name__}.{room}"), name)


def __dir__() -> list[str]:
    return [*__all__, *(name for name in globals() if name.startswith("__"))]
