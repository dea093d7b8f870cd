"""Ground: hashes of texts, of files, and under a secret key."""
