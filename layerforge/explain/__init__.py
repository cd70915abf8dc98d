"""The pages of the diagnostics: how a fault arises, a case of it, the same without it, the cure."""

from layerforge.explain.page import Example, Page, Piece, page_of, pieces, sections

__all__ = ["Example", "Page", "Piece", "page_of", "pieces", "sections"]
