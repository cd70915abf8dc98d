"""Every picture there is of a run or of several, by name, in the order of the page."""

from __future__ import annotations

from collections.abc import Sequence

from layerforge.report.curves import curve_pictures
from layerforge.report.drawing import Picture
from layerforge.report.errors import error_pictures
from layerforge.report.forecasts import forecast_pictures, step_pictures
from layerforge.report.story import Story
from layerforge.report.timeline import data_pictures


def run_pictures(story: Story) -> dict[str, Picture]:
    """The pictures of one run."""
    found = [*data_pictures(story), *curve_pictures([story])]
    found += [*forecast_pictures(story), *error_pictures(story)]
    return {picture.name: picture for picture in found}


def comparison_pictures(stories: Sequence[Story]) -> dict[str, Picture]:
    """The pictures of several runs side by side."""
    found = [*curve_pictures(stories), *step_pictures(stories)]
    return {picture.name: picture for picture in found}
