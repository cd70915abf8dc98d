"""A run's model for use elsewhere: written in another format, loaded again, and held against Keras."""
