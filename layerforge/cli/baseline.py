"""`layerforge baseline`: what a model must beat, without TensorFlow."""

from __future__ import annotations

from layerforge.cli.options import AsJson, By, Overrides, Spec

EXAMPLE = """
  layerforge baseline spec.yaml                the scores that need no model
  layerforge baseline spec.yaml --set data.season=24 --json
"""


def baseline(
    spec: Spec, overrides: Overrides = None, by: By = None, as_json: AsJson = False
) -> None:
    """Score what a model must beat, before any training.

    For a forecast: the last value or the last season repeated, the line from the window's first
    value to its last, the window's mean, least squares on the window. For a table: the mean and
    ridge regression, or the most frequent class and logistic regression. The test samples are
    those that `train` scores.
    """
    from layerforge.cli.listening import listener
    from layerforge.cli.reporting import print_scores
    from layerforge.cli.telling import compiled_spec, faults_told, tell_defaults
    from layerforge.run import baseline as score_baselines

    compiled = compiled_spec(spec, overrides or ())
    tell_defaults(compiled)
    with faults_told(compiled.lines), listener() as listens:
        scores = score_baselines(compiled, listens, by)
    print_scores(scores, as_json, compiled.data, by=by)
