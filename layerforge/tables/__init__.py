"""A data file as its columns: found, recognised, read; numbers, categories and times, each with its place."""
