"""The map of a lake as one self-contained page: its tables, their relationships, search and filters."""
