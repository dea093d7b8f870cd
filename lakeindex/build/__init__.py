"""From a lake to an index: what changed is read, profiled, encoded and published as a new generation."""
