"""Registers layerforge's Keras layers with Keras, as soon as both are imported, in either order.

`import layerforge` must not import Keras, which takes seconds, and Keras loads a saved layer only
from its registry. So where Keras is there already the layers are registered at once, and else a
finder waits for the import of Keras and registers them at its end.
"""

from __future__ import annotations

import sys
from typing import Any

_KERAS = "keras"
_LAYERS = "layerforge.keras_layers"


def register() -> None:
    """Registers the layers now if Keras is imported, else when it is."""
    if _KERAS in sys.modules:
        __import__(_LAYERS)
    elif not any(isinstance(finder, _Waiting) for finder in sys.meta_path):
        sys.meta_path.insert(0, _Waiting())


class _Waiting:
    """A finder that finds nothing by itself: it lets the others find Keras, and has the layers follow.

    It waits on until Keras was run: `importlib.util.find_spec` asks the finders as well, and imports nothing.
    """

    def find_spec(self, name: str, path: Any = None, target: Any = None) -> Any:
        if name != _KERAS:
            return None
        for finder in [each for each in sys.meta_path if each is not self]:
            spec = finder.find_spec(name, path, target)
            if spec is not None:
                self._follow(spec.loader)
                return spec
        return None

    def _follow(self, loader: Any) -> None:
        """Has the layers imported once the loader has run Keras."""
        run = loader.exec_module

        def exec_module(module: Any) -> None:
            run(module)
            if self in sys.meta_path:
                sys.meta_path.remove(self)
            __import__(_LAYERS)

        loader.exec_module = exec_module
