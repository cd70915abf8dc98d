"""layerforge's own Keras layers: what its specs have and Keras lacks, serializable under `layerforge>`.

Nothing of layerforge imports this room but by name, since it imports Keras as it loads; `registration`
loads it beside Keras, so that saved models with these layers open wherever layerforge was imported.
A new layer is a class in a module here, decorated with `saved`, named below; its rule is
`@layer(home=OWN)` in a module of `layerforge/layers/`.
"""

from layerforge.keras_layers.bilinear_pooling import BilinearPooling
from layerforge.keras_layers.instance_normalization import (
    InstanceDenormalization,
    ReversibleInstanceNormalization,
)
from layerforge.keras_layers.pooling import (
    L2Pooling1D,
    L2Pooling2D,
    MeanShiftPooling1D,
    MeanShiftPooling2D,
)
from layerforge.keras_layers.quantiles import Pinball, QuantileHead

__all__ = [
    "BilinearPooling",
    "InstanceDenormalization",
    "L2Pooling1D",
    "L2Pooling2D",
    "MeanShiftPooling1D",
    "MeanShiftPooling2D",
    "Pinball",
    "QuantileHead",
    "ReversibleInstanceNormalization",
]
