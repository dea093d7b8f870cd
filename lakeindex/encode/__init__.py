"""Turn columns into text and text into unit vectors; importing this loads no model and no torch."""
