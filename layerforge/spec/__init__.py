"""Node -> Spec: the sections of a file and what each may hold."""

from layerforge.spec.data import DataSettings, read_data
from layerforge.spec.execution import Execution
from layerforge.spec.hyperparameters import Hyperparameter
from layerforge.spec.parse import Block, Item, Spec, parse
from layerforge.spec.scope import Scope, Variables, resolve
from layerforge.spec.train import CheckpointRule, TrainSettings, read_train
from layerforge.spec.tune import TuneSettings, read_tune

__all__ = [
    "Block",
    "CheckpointRule",
    "DataSettings",
    "Execution",
    "Hyperparameter",
    "Item",
    "Scope",
    "Spec",
    "TrainSettings",
    "TuneSettings",
    "Variables",
    "parse",
    "read_data",
    "read_train",
    "read_tune",
    "resolve",
]
