"""Tables and series made ready for a model: split, scaled, cut into samples, the training rows first."""

from layerforge.data.coming import Course
from layerforge.data.prepared import Prepared
from layerforge.data.preparing import prepare
from layerforge.data.season import Season
from layerforge.data.unseen import NewRows, forecast_window, prepare_again

__all__ = ["Course", "NewRows", "Prepared", "Season", "forecast_window", "prepare", "prepare_again"]
