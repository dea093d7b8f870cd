"""Write what the documentation holds that follows from the code: pages of commands, settings, examples' output."""
