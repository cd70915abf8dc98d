"""Spec -> Graph: blocks, `repeat`, `when` and variables become concrete layer calls with arguments read."""

from layerforge.expand.inputs import DataShape
from layerforge.expand.items import expand

__all__ = ["DataShape", "expand"]
