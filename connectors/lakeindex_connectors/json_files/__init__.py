"""JSON Lines and JSON: `objects` finds the objects in a file, `kinds` the type of each key, `connector` the rows."""
