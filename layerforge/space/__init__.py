"""The search space of a spec: its points, their values, and what all of them would make."""

from layerforge.space.examination import Examination, Model, examine, findings, over_budget
from layerforge.space.space import Point, Space, key
from layerforge.space.values import count, draw, grid, neighbour, share_of

__all__ = [
    "Examination",
    "Model",
    "Point",
    "Space",
    "count",
    "draw",
    "examine",
    "findings",
    "grid",
    "key",
    "neighbour",
    "over_budget",
    "share_of",
]
