"""The picture of a model: boxes, groups and links; laid out; as SVG, HTML or Mermaid."""

from layerforge.render.picture.html import html_page, picture_levels
from layerforge.render.picture.mermaid import markdown
from layerforge.render.picture.scene import Scene, folded, scene_of, scene_record
from layerforge.render.picture.svg import STYLE, svg_picture

__all__ = [
    "STYLE",
    "Scene",
    "folded",
    "html_page",
    "markdown",
    "picture_levels",
    "scene_of",
    "scene_record",
    "svg_picture",
]
