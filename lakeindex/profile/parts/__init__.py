"""Tables in many files: found among the files of a lake, and read as one."""
