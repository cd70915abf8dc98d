"""A Keras model -> Graph: from its configuration alone, so that no code of a file is ever run."""

from layerforge.importing.model import Imported, import_model

__all__ = ["Imported", "import_model"]
