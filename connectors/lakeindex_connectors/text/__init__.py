"""Text files of any encoding."""
