"""Union: tables whose rows can stand below those of another, and how their columns are aligned."""
