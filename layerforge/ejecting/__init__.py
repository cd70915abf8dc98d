"""Plan -> the text of a Keras script that builds the same model, as one would write it by hand; no Keras."""

from layerforge.ejecting.script import eject

__all__ = ["eject"]
