"""Normalization of each sample by itself that a later layer undoes, by layers of layerforge's own."""

from layerforge.diagnostics import SpecError
from layerforge.layers.catalog import OWN, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Epsilon, Flag
from layerforge.shapes import Dim, Shape, describe, differ, known, of_rank


@layer(home=OWN)
def ReversibleInstanceNormalization(
    x: Shape,
    *,
    epsilon: Epsilon = 1e-5,
    center: Flag = True,
    scale: Flag = True,
    subtract_last: Flag = False,
) -> Effect:
    """Brings each channel of each sample to mean 0 and deviation 1 over its steps, and says how to undo it.

    Gives three tensors: NAME.0, y = (x - mean) / deviation * gamma + beta; and for
    `InstanceDenormalization` NAME.1, scale = deviation / gamma, and NAME.2, location = mean - beta *
    scale, one step each. `subtract_last` takes the last step for the mean. Parameters: 2 x channels
    (gamma and beta). Source: RevIN, Kim et al. 2022; layerforge `ReversibleInstanceNormalization`.
    """
    batch, _, channels = of_rank(x, 3, "a sequence (steps, channels)")
    each = (known(channels, "the number of channels"),)
    weights = {name: each for name, used in (("gamma", scale), ("beta", center)) if used}
    statistic = (batch, 1, channels)
    return Effect(x, weights, more=(statistic, statistic))


@layer(home=OWN)
def InstanceDenormalization(x: Shape, scale: Shape, location: Shape) -> Effect:
    """Brings a forecast back to the scale of the sample it was made from: y = x * scale + location.

    `from: [previous, NAME.1, NAME.2]`, of the ReversibleInstanceNormalization NAME in the same model. Its
    channels are those of x; take some of them with `slice`, where only some are forecast.
    Source: RevIN, Kim et al. 2022; layerforge `InstanceDenormalization`.
    """
    for name, given in (("scale", scale), ("location", location)):
        if len(given) != len(x) or any(map(_clash, given, x)):
            message = f"needs a `{name}` that goes with {describe(x)}, not {describe(given)}"
            raise SpecError("shape-mismatch", message)
    return Effect(x)


def _clash(given: Dim, taken: Dim) -> bool:
    """Whether one length is neither that of the other tensor nor 1."""
    return given != 1 and differ(given, taken)
