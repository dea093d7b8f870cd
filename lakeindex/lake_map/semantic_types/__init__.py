"""Semantic types: what the columns of a lake hold, found without labels, with names and probabilities."""
