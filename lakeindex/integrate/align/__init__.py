"""Which columns of many tables are the same attribute, decided for all of them together."""
