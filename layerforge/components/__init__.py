"""What has a Keras name and arguments but no shape: optimizers, losses, callbacks and the like."""

from layerforge.components.component import Component, ComponentOf

__all__ = ["Component", "ComponentOf"]
