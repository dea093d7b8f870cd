"""JSON Lines and JSON."""
