"""layerforge: a YAML spec of a layer stack, checked before TensorFlow loads, built and trained by Keras."""

from layerforge.registration import register

register()
