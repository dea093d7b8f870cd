"""From files to column profiles: read in worker processes, one scan a column."""
