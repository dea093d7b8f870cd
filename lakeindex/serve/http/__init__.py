"""The server of `lakeindex serve`: who may ask what, the REST interface, and the pages beside it."""
