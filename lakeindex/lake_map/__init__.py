"""The map of a lake: its keys, the relationships of its tables, the paths between them, and what is a copy of what."""
