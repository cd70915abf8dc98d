"""Loads Keras as it is imported: what every process of a trial is forked from has done it already."""

from layerforge.build.backend import load_keras

load_keras()
