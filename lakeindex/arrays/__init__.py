"""Names for types of arrays, and functions on arrays that several rooms use."""
