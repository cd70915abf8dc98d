"""A first spec for a file nobody has described yet: what its columns are, what could be learnt, a model."""

from layerforge.data.survey import Survey, survey
from layerforge.drafting.draft import draft
from layerforge.drafting.plan import Wishes
from layerforge.drafting.text import draft_text

__all__ = ["Survey", "Wishes", "draft", "draft_text", "survey"]
