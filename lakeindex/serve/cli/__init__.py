"""The command line: parse, call Lake, print."""
