"""The command line: one module per command, each of which parses, makes one call, renders and exits."""
