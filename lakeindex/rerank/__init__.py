"""Cross-encoder scores within a budget: which pairs are scored, and what is predicted of the others."""
