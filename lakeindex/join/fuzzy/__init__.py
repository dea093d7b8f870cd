"""Fuzzy and semantic joins: the candidates most similar to each value, and how certain each pair is, without labels."""
