"""Compressed tables and ZIP archives, read by the connectors of what they contain, without unpacking to a named file.

`compressed` reads one table in a `.zst`, `.bz2`, `.xz` or `.gz` file, `zip_files` the tables of an archive, a table a
member; `members` lists what of an archive can be read, `member_file` opens it.
"""
