"""Examine an installation, the machine and the index: what is amiss, and what to do about it."""
