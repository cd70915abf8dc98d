"""Pages and pictures for the eye: what a search or a run was like, in one file without a network."""
