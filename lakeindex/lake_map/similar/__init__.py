"""Similar tables: one vector a table, a score a pair, and a verdict on what two tables are to one another."""
