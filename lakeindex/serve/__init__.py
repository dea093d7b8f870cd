"""The interfaces to people and programs: today the command line, `cli`."""
