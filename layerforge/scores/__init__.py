"""Scores of a model beside those of the baselines, on the same samples; predictions beside the truth."""

from layerforge.scores.closeup import look_closely
from layerforge.scores.scoring import baselines, report, score

__all__ = ["baselines", "look_closely", "report", "score"]
