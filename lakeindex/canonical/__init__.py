"""The canonical form of values: one reading a column, one form a value, in Arrow and in SQL."""
