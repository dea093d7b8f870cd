"""Foreign keys: which column of a lake refers to which key, decided for all columns together."""
