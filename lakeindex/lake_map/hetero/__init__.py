"""Relational deep learning: a lake as a graph of rows, linked by the keys that they refer to."""
