"""From two columns to one table: kinds of matches, SQL, promises, rows."""
