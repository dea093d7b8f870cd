"""A lake as metadata files: Croissant, a Frictionless data package, CSVW."""
