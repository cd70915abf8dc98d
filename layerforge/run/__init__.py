"""Training, evaluation and prediction, and the run directory they leave and read."""

from layerforge.run.directory import find_run
from layerforge.run.prediction import Predictions, predict
from layerforge.run.scoring import baseline, evaluate
from layerforge.run.training import Trained, train

__all__ = ["Predictions", "Trained", "baseline", "evaluate", "find_run", "predict", "train"]
