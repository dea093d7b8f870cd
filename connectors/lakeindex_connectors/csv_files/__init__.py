"""CSV and its relatives: encoding, dialect, header and types, found and read."""
