"""Where each cell of an integrated table came from."""
