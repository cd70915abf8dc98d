"""Searching hyperparameters: algorithms, trials in processes of their own, a journal that loses nothing."""
