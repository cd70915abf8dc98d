"""The algorithms of a search, asked for a trial at a time; none of them trains anything."""

from layerforge.space import Space
from layerforge.spec import TuneSettings
from layerforge.tuning.oracles.bayesian import BayesianOptimization
from layerforge.tuning.oracles.evolution import RegularizedEvolution
from layerforge.tuning.oracles.hyperband import Hyperband
from layerforge.tuning.oracles.oracle import Answer, Oracle
from layerforge.tuning.oracles.random_search import GridSearch, RandomSearch

__all__ = ["Answer", "Oracle", "make_oracle"]


def make_oracle(space: Space, settings: TuneSettings) -> Oracle:
    """The algorithm that the settings name, with their arguments, seed and direction."""
    name, values = settings.tuner.name, settings.tuner.values
    direction = settings.objective.direction or "min"
    if name == "RandomSearch":
        return RandomSearch(space, settings.seed)
    if name == "GridSearch":
        return GridSearch(space)
    made = {
        "BayesianOptimization": BayesianOptimization,
        "Hyperband": Hyperband,
        "RegularizedEvolution": RegularizedEvolution,
    }[name]
    oracle: Oracle = made(space, settings.seed, direction, **values)
    return oracle
