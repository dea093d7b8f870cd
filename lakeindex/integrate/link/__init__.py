"""Which tuples describe the same entity: blocking, comparison, a classifier without labels, probabilities."""
