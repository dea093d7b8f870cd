"""Ground: files of the lake and of the user."""
