"""Layers of the user's own, by two doors: plugins that are installed, and files that `--code` names."""
