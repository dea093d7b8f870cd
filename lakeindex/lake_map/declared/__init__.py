"""The keys that a lake declares beside its tables: in a data package, in CSVW metadata, in a database's schema."""
