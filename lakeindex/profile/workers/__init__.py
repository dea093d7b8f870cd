"""Files are read in worker processes with limits, so that one that crashes costs itself alone."""
