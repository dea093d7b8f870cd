"""Integrate: align the columns of many tables, link their tuples, merge them, and say where each cell came from."""
