"""Enrich: which joins bring columns that help to predict a column of a table (feature augmentation)."""
