"""Which version of the language a spec is in."""

from __future__ import annotations

from layerforge.arguments import Found, shown
from layerforge.diagnostics import Diagnostic, Span
from layerforge.source import Mapping, Node, Scalar

VERSION = 1


def version_of(root: Node, found: Found) -> int | None:
    """The version that a spec says it is in, whatever else may be wrong with it; None after a fault."""
    before = len(found)
    node = root.get("layerforge") if isinstance(root, Mapping) else None
    if node is None:
        message = "this says no version of the language"
        help = f"write `layerforge: {VERSION}` at the top"
        place = root.span
        span = Span(place.file, place.line, place.column, place.line, place.column + 1)
        found.append(Diagnostic("wrong-version", message, span, help))
    check_version(node, found)
    return VERSION if len(found) == before else None


def check_version(node: Node | None, found: Found) -> None:
    """A fault for what is no version, or one that this layerforge does not know."""
    if node is None or (isinstance(node, Scalar) and node.text == str(VERSION)):
        return
    message = f"this is layerforge language {VERSION}, and the spec says {shown(node)}"
    text = node.text if isinstance(node, Scalar) else ""
    help = "write `layerforge: 1`"
    if text.isdecimal() and int(text[:9]) > VERSION:
        help = f"install the layerforge that knows version {text}"
    found.append(Diagnostic("wrong-version", message, node.span, help))
