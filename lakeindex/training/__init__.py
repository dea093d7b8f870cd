"""Train the models that ship: made lakes are indexed and queried like any other, and their joins are known."""
