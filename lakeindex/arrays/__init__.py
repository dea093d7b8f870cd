"""Ground: names for arrays, and what is computed with them anywhere."""
