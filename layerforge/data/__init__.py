"""Tables and series: read, split, scaled, cut into samples, and scored beside the baselines."""

from layerforge.data.closeup import look_closely
from layerforge.data.coming import Course
from layerforge.data.export import parquet_bytes
from layerforge.data.prepared import Prepared
from layerforge.data.preparing import prepare
from layerforge.data.scoring import baselines, report, score
from layerforge.data.season import Season
from layerforge.data.unseen import NewRows, forecast_window, prepare_again

__all__ = [
    "Course",
    "NewRows",
    "Prepared",
    "Season",
    "baselines",
    "forecast_window",
    "look_closely",
    "parquet_bytes",
    "prepare",
    "prepare_again",
    "report",
    "score",
]
