"""What follows discovery: joins counted, and in time executed."""
