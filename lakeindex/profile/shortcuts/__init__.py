"""Shortcuts to the hash, type and number of a value, for the values that most large columns consist of.

What fits no shortcut goes the long way, through all rewrites and patterns; by a test both lead to the same.
"""
