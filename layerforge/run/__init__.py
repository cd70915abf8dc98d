"""Training, evaluation and prediction, and the run directory they leave and read.

Each is loaded when it is first asked for: listing runs must not wait for what trains them.
"""

from importlib import import_module
from typing import TYPE_CHECKING, Any, Final

if TYPE_CHECKING:
    from layerforge.run.backtesting import backtest
    from layerforge.run.examination import examine
    from layerforge.run.finding import find_resumable, find_run
    from layerforge.run.folding import Folds, begun_folds, train_folds
    from layerforge.run.prediction import Predictions, predict
    from layerforge.run.resuming import branch, compile_as, resume, spec_of
    from layerforge.run.scoring import baseline, evaluate
    from layerforge.run.training import Trained, train

__all__ = [
    "Folds",
    "Predictions",
    "Trained",
    "backtest",
    "baseline",
    "begun_folds",
    "branch",
    "compile_as",
    "evaluate",
    "examine",
    "find_resumable",
    "find_run",
    "predict",
    "resume",
    "spec_of",
    "train",
    "train_folds",
]

_MODULES: Final = {
    "examine": "examination",
    "find_resumable": "finding",
    "find_run": "finding",
    "Folds": "folding",
    "begun_folds": "folding",
    "train_folds": "folding",
    "Predictions": "prediction",
    "predict": "prediction",
    "backtest": "backtesting",
    "branch": "resuming",
    "compile_as": "resuming",
    "resume": "resuming",
    "spec_of": "resuming",
    "baseline": "scoring",
    "evaluate": "scoring",
    "Trained": "training",
    "train": "training",
}


def __getattr__(name: str) -> Any:
    if name not in _MODULES:
        raise AttributeError(f"module {__name__!r} has no attribute {name!r}")
    return getattr(import_module(f"{__name__}.{_MODULES[name]}"), name)
