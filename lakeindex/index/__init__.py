"""Index columns by their terms and by their vectors, propose candidates for a query, and compare pairs of columns."""
