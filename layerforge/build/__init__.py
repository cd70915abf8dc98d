"""From plan and components to Keras objects; with `run`, the only room that knows Keras."""
