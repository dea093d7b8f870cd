"""What a sample of a table's rows tells of all of them: each figure with the interval in which it lies."""
