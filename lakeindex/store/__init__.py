"""An index on disk: generations, checksums, publishing, staging, locks."""
