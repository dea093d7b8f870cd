"""Files of the lake and of the user."""
