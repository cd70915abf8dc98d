"""Loads Keras as it is imported: what every process of a trial is forked from has done it already."""

import gc

from layerforge.build.backend import load_keras

load_keras()
gc.collect()
gc.freeze()  # a trial need not look through all of TensorFlow for garbage again and again
