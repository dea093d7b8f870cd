"""A lake to click through in a notebook."""
