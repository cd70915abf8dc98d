"""From plan and components to Keras objects; with `run`, the only room that knows Keras.

The room has the name of a function of the library, `layerforge.build(spec)`, and once it is imported stands
in its place: so it can be called, and does what that function does.
"""

import sys
from importlib import import_module
from types import ModuleType
from typing import Any


class _Room(ModuleType):
    """A module that can be called."""

    def __call__(self, *arguments: Any, **keywords: Any) -> Any:
        return import_module("layerforge.library").build(*arguments, **keywords)


sys.modules[__name__].__class__ = _Room
