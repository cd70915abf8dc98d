"""The head that forecasts quantiles, a layer of layerforge's own."""

from typing import Annotated

from layerforge.components.own import LEVELS
from layerforge.components.own import Quantiles as QuantilesKind
from layerforge.layers.catalog import OWN, layer
from layerforge.layers.effect import Effect
from layerforge.layers.kinds import Flag, Initializer, Positive
from layerforge.shapes import Shape, at_least, known, size

_Levels = Annotated[tuple[float, ...], QuantilesKind()]


@layer(home=OWN)
def QuantileHead(
    x: Shape,
    *,
    units: Positive,
    quantiles: _Levels = LEVELS,
    use_bias: Flag = True,
    kernel_initializer: Initializer = "glorot_uniform",
    bias_initializer: Initializer = "zeros",
) -> Effect:
    """Gives each unit a value for each quantile, every one above the last, so that none can cross.

    y[0] = x W[0] + b[0] and y[k] = y[k-1] + softplus(x W[k] + b[k]), on an axis of its own behind the
    units. As a model's last layer it is trained by `Pinball` of its quantiles, where `loss` is left
    out. Parameters: (features + 1) x units x quantiles. Source: layerforge `QuantileHead`.
    """
    *rest, last = at_least(x, 2, "a vector (features) or a sequence of them")
    features, columns = known(last, "the last axis"), units * len(quantiles)
    weights: dict[str, tuple[int, ...]] = {"kernel": (features, columns)}
    if use_bias:
        weights["bias"] = (columns,)
    macs = size(rest[1:]) * features * columns
    return Effect((*rest, units, len(quantiles)), weights, macs=macs)
