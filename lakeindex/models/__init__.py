"""Ground: what was trained, computed in NumPy; the weights lie beside it."""
