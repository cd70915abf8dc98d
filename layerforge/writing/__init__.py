"""Graph -> the text of a spec, as one would write it by hand; no Keras."""

from layerforge.writing.spec import Written, write_spec

__all__ = ["Written", "write_spec"]
