"""Turn columns into text and text into unit vectors, and score pairs of columns; importing this loads no torch."""
