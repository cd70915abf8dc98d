"""The pages of the diagnostics: how a fault arises, a case of it, the same without it, the cure."""

from layerforge.explain.page import Example, Page, page_of, sections

__all__ = ["Example", "Page", "page_of", "sections"]
